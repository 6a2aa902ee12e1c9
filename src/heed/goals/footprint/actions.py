"""What is done about footprints: somebody decides. One transaction."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.console.rules import plain
from heed.core.errors.rules import Invalid, Refused, nearest, phrase
from heed.core.journal.actions import record
from heed.goals.footprint import events
from heed.goals.footprint.models import FootprintDecision
from heed.goals.footprint.queries import Shown, footprint_in_force, shown
from heed.goals.footprint.rules.comparing import Option
from heed.goals.footprint.rules.telling import told_shown

MOST_OWNER, MOST_REASON = 120, 2000


def decide(
    scope: Scope,
    key: str,
    option: str,
    *,
    owner: str,
    reason: str,
    seen: int | None = None,
    draws: int | None = None,
    seed: int = 0,
    now: datetime | None = None,
) -> FootprintDecision:
    """Record that an option was chosen, with the figures as they are at this moment. seen: the version of the definition that
    was looked at, None = the one in force.

    Raises Forbidden, NotFound, Invalid naming the nearest option, and Refused (superseded) where another version is in force.
    """
    scope.demand_everywhere("approve")
    _told(owner, reason)
    # Worked out before anything is held: it may take seconds.
    found = shown(scope, key, draws=draws, seed=seed)
    _refuse_superseded(found, seen)
    chosen = _chosen(found, option)
    with transaction.atomic():
        if footprint_in_force(key).version != found.held.version:
            _refuse_superseded(found, -1)
        told = {"owner": owner.strip(), "reason": reason.strip(), "decided_at": now or timezone.now(), "seed": seed}
        row = FootprintDecision.objects.create(
            option=chosen.name, decided_by=scope.person, draws=found.doubted.draws, **told, **_rests_on(found)
        )
        currency = found.compared.setting.footprint.currency
        happened = events.FootprintDecided(row.key, key, row.definition_version, row.option, str(chosen.cost), currency)
        record(happened, actor=scope.person, subject=("footprint", key))
    return row


def _rests_on(found: Shown) -> dict[str, Any]:
    """What was looked at: the definition and the figures."""
    return {
        "footprint_key": found.held.key,
        "definition_version": found.held.version,
        "digest": found.held.digest,
        "figures": _kept(found),
    }


def _chosen(found: Shown, option: str) -> Option:
    chosen = found.compared.option(option)
    if chosen is None:
        names = [each.name for each in found.compared.options]
        said = phrase("{option} is no option here.", option=option[:40])
        raise Invalid(said, code="unknown_option", hint=nearest(option, names))
    return chosen


def _kept(found: Shown) -> dict[str, Any]:
    """The figures as plain JSON."""
    told: dict[str, Any] = plain(told_shown(found.compared, found.doubted))
    return told | {"cutoff": found.grounds.until.isoformat() if found.grounds.until else None}


def _refuse_superseded(found: Shown, seen: int | None) -> None:
    if seen is not None and seen != found.held.version:
        raise Refused(
            "Another version of this footprint is in force meanwhile.",
            code="superseded",
            hint="Look at it, and decide about that one.",
        )


def _told(owner: str, reason: str) -> None:
    if not owner.strip():
        raise Invalid("Nobody answers for the decision.", code="no_owner", hint="Name an owner.")
    if not reason.strip():
        raise Invalid("The decision has no reason.", code="no_reason", hint="Say why, in a sentence.")
    if len(owner.strip()) > MOST_OWNER or len(reason.strip()) > MOST_REASON or "\0" in owner + reason:
        raise Invalid(
            "The owner or the reason is too long, or holds what cannot be kept.",
            code="too_long",
            hint=phrase("At most {owner} and {reason} characters.", owner=MOST_OWNER, reason=MOST_REASON),
        )
