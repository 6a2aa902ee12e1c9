"""The privacy policies in force, as the rest of privacy asks them."""

from datetime import datetime
from typing import cast

from heed.core.definitions.queries import all_in_force
from heed.feedback.privacy.definition import PrivacyPolicy
from heed.feedback.privacy.rules.strictest import shortest

KIND = "privacy_policy"


def policies(at: datetime | None = None) -> list[PrivacyPolicy]:
    return [cast(PrivacyPolicy, found.body) for found in all_in_force(KIND, at)]


def policy_versions(at: datetime | None = None) -> list[str]:
    """Key and version of what is in force: `gdpr/2`."""
    return [f"{found.key}/{found.version}" for found in all_in_force(KIND, at)]


def demands_four_eyes() -> bool:
    return any(each.erasure_four_eyes for each in policies())


def backup_days() -> int:
    """For how long a backup may be kept: the shortest that a policy says."""
    return shortest([each.backup_days for each in policies()]) or 90
