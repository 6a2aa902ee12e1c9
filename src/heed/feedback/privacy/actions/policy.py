"""What heed brings along: a policy that is careful by default."""

from typing import Any

from heed.core.definitions.actions import ensure


def ensure_policy(**_: Any) -> None:
    """Put the default privacy policy in force on a store that has none."""
    ensure("privacy_policy", "default", {"name": "Default"}, note="Comes with heed.")
