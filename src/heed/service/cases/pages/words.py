"""A case in words: what its promises stand at, and what each step of its history says."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from heed.service.cases.models import OUTCOMES, SEVERITIES, WAITS_FOR, WAYS, CaseStep
from heed.service.cases.queries import CaseLine, cause_name
from heed.service.cases.rules.clocks import Promised

MINUTE, HOUR = 60, 3600
_TITLES = {
    name: dict(choices)
    for name, choices in (("outcome", OUTCOMES), ("waits", WAITS_FOR), ("way", WAYS), ("severity", SEVERITIES))
}


@dataclass(frozen=True)
class Clocked:
    """A promise as a page says it. `must_act`: it is broken, or about to be, and somebody can still do something."""

    promise: str
    name: str
    words: str
    standing: str
    must_act: bool
    used: int | None


def span_words(seconds: float) -> str:
    """A stretch of time, to the minute: 45 min, 3 h 20 min, 26 h."""
    minutes = max(int(seconds // MINUTE), 0)
    hours, rest = divmod(minutes, 60)
    if hours >= 10 or (hours and not rest):
        return _("%(hours)d h") % {"hours": hours}
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}
    return _("%(minutes)d min") % {"minutes": minutes}


def promise_name(promise: str) -> str:
    return _("First contact") if promise == "first_contact" else _("Put right")


def clocked(item: Promised, *, business: bool) -> Clocked:
    """A promise in words; `business`: it runs on the hours of a calendar."""
    used = None if item.used is None else min(max(round(item.used * 100), 0), 100)
    late = item.standing in ("broken", "at_risk")
    return Clocked(item.promise, promise_name(item.promise), _standing(item, business), item.standing, late, used)


def _standing(item: Promised, business: bool) -> str:
    if item.standing == "kept":
        return _("kept")
    if item.standing == "missed":
        return _("not kept")
    left = item.left_seconds or 0.0
    span = {"span": span_words(abs(left))}
    if left < 0 or item.standing == "broken":
        return (_("%(span)s of business hours late") if business else _("%(span)s late")) % span
    if item.standing == "paused":
        return _("stands still, %(span)s left") % span
    return (_("%(span)s of business hours left") if business else _("%(span)s left")) % span


def due_words(line: CaseLine, causes: Mapping[str, str]) -> str:
    """What is due next, for a line of a list."""
    if line.state == "closed":
        return cause_name(line.cause, causes)
    nearest = line.nearest
    if nearest is None:
        paused = any(each.standing == "paused" for each in line.promises)
        return _("stands still") if paused else _("nothing promised")
    span = {"span": span_words(abs(nearest.left_seconds or 0.0)), "name": promise_name(nearest.promise)}
    is_late = (nearest.left_seconds or 0.0) <= 0
    return (_("%(name)s: %(span)s late") if is_late else _("%(name)s: %(span)s left")) % span


def is_pressing(line: CaseLine) -> bool:
    """Whether somebody must act now: a promise is broken or about to break."""
    return line.state != "closed" and line.nearest is not None and line.nearest.standing in ("broken", "at_risk")


def step_words(step: CaseStep, people: Mapping[str, str], teams: Mapping[str, str], causes: Mapping[str, str]) -> str:
    """What a step says, in a sentence without its words."""
    who, to, former = people.get(step.actor, step.actor), step.to_value, step.from_value
    names = {
        "who": who,
        "to": people.get(to, to),
        "team": teams.get(to, to) or _("no team"),
        "from": teams.get(former, former) or _("no team"),
        "way": _TITLES["way"].get(to, to),
        "reason": _TITLES["waits"].get(to, to),
        "cause": cause_name(to if step.verb == "closed" else former, causes),
        "outcome": _TITLES["outcome"].get(former, former),
        "promise": promise_name(former) if former else "",
        "severity": _TITLES["severity"].get(to, to),
        "former_severity": _TITLES["severity"].get(former, former),
        "score": to,
        "case": to or former,
    }
    sentence = _escalation(step) if step.verb == "escalated" else _sentences()[step.verb]
    return sentence % names


def _escalation(step: CaseStep) -> str:
    if not step.from_value:
        return _("%(who)s asked %(team)s for help")
    return _("%(promise)s is about to break, or broke: %(team)s was told")


def _sentences() -> dict[str, str]:
    """By verb, in the reader's language."""
    return {
        "opened": _("%(who)s opened the case for %(team)s"),
        "said": _("The customer said"),
        "heard": _("The customer answered again: %(score)s"),
        "taken": _("%(who)s took the case"),
        "assigned": _("%(who)s gave the case to %(to)s"),
        "transferred": _("%(who)s handed the case from %(from)s to %(team)s"),
        "contacted": _("%(who)s contacted the customer %(way)s"),
        "noted": _("%(who)s noted"),
        "waiting": _("%(who)s let the case wait for %(reason)s"),
        "resumed": _("%(who)s went on with the case"),
        "closed": _("%(who)s closed the case: %(cause)s, %(outcome)s"),
        "merged": _("%(who)s put the case into case %(case)s"),
        "absorbed": _("%(who)s put case %(case)s into this one"),
        "prioritised": _("%(who)s set the severity from %(former_severity)s to %(severity)s"),
        "reopened": _("%(who)s opened the case again; its cause had been: %(cause)s"),
    }
