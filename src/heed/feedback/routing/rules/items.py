"""What may become of a feedback item, how late it is, and how often a route was right. Pure."""

from dataclasses import dataclass
from datetime import datetime

from heed.core.consent.rules import personal
from heed.core.errors.rules import Invalid, Refused, nearest, phrase
from heed.core.people.rules import notice

personal("feedback.RoutedItem", "receiver", "contact", "to send to: a team, a person, or a mail address outside")
personal("feedback.RoutedPiece", "customer_key", "key", "to count customers, and to find a person's feedback")
personal("feedback.RoutedPiece", "verbatim_id", "key", "to find what was said")
personal("feedback.RoutedPiece", "labels", "words", "what was read in it: themes, sentiment, intent, urgency")
personal("feedback.RoutedStep", "words", "words", "why it was sent back, or how it ended")
personal("feedback.RoutedStep", "actor", "key", "to know who did what")

notice("feedback-routed", "Customers say something that is yours to act on: %(route)s.")
notice("feedback-grew", "%(count)s customers' voices are in one item now: %(route)s.")
notice("feedback-returned", "An item was sent to you by somebody else: %(route)s.")
notice("feedback-unsent", "An item could not be mailed to who it is for: %(route)s.")
notice("feedback-late", "Nobody has answered for an item in time: %(route)s.")

NOT_OURS = "not_ours"
# Why an item is sent on. The first one says that the route was wrong.
REASONS = (NOT_OURS, "needs_another", "too_little")
# As people say it.
STATES = {"new": "new", "acknowledged": "seen", "accepted": "accepted", "done": "done"}
OUTCOMES = ("changed", "planned", "answered", "no_action")


@dataclass(frozen=True)
class Precision:
    """How often who a route chose answered for the item: `right` of `decided`, with a Wilson interval (Wilson, 1927)."""

    decided: int
    right: int
    value: float | None
    low: float | None
    high: float | None


def precision(right: int, wrong: int) -> Precision:
    """Right: accepted by its first receiver. Wrong: sent back as not theirs. Nothing while nobody has decided."""
    decided = right + wrong
    if not decided:
        return Precision(0, 0, None, None, None)
    from heed.stats.intervals.proportion import proportion

    found = proportion(right, decided)
    return Precision(decided, right, right / decided, float(found.low), float(found.high))


def checked_reason(reason: str) -> str:
    if reason not in REASONS:
        raise Invalid(
            phrase("There is no reason {reason}.", reason=reason), code="unknown_reason", hint=nearest(reason, REASONS)
        )
    return reason


def checked_outcome(outcome: str) -> str:
    if outcome not in OUTCOMES:
        raise Invalid(
            phrase("There is no outcome {outcome}.", outcome=outcome),
            code="unknown_outcome",
            hint=nearest(outcome, OUTCOMES),
        )
    return outcome


def refuse_late(state: str, wanted: tuple[str, ...]) -> None:
    """Raises Refused where the item is not in one of the states any more: somebody was quicker."""
    if state not in wanted:
        raise Refused(
            phrase("This item is {state} already.", state=phrase(STATES[state])),
            code="too_late",
            hint="Look at the item again.",
        )


def late_for(
    state: str, acknowledge_due_at: datetime | None, accept_due_at: datetime | None, told: str, now: datetime
) -> str:
    """The promise that is broken now and was not told yet: acknowledge, accept, or none (empty)."""
    if state in ("new", "acknowledged") and accept_due_at and accept_due_at <= now and told != "accept":
        return "accept"
    if state == "new" and acknowledge_due_at and acknowledge_due_at <= now and not told:
        return "acknowledge"
    return ""
