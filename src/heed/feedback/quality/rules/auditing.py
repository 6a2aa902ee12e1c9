"""What an audit checks, and which figures a failed one casts doubt on. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, Protocol

from heed.core.errors.rules import phrase
from heed.feedback.quality.rules.checks import ADVICE, TITLES
from heed.feedback.quality.rules.checks import Check as Limit

State = Literal["passed", "failed", "thin"]
PASSED: Final = "passed"
FAILED: Final = "failed"
THIN: Final = "thin"
UNSETTLED, MACHINES, UNSIGNED, AGENTS = "unsettled", "machines", "unsigned", "agents"
CHECK_NAMES: Mapping[str, str] = {
    UNSETTLED: phrase("answers that look careless, undecided"),
    MACHINES: phrase("answers that look like a machine's, undecided"),
    UNSIGNED: phrase("answers set aside without a sign"),
    AGENTS: phrase("agents who choose whom to ask"),
    **TITLES,
}


class Terms(Protocol):
    """What is read of a definition of audits."""

    @property
    def least_answers(self) -> int: ...

    @property
    def unsettled(self) -> float: ...

    @property
    def unsigned(self) -> float: ...


@dataclass(frozen=True)
class Seen:
    """What an audit saw: all questionnaires; of those that count the proposed and the machine-like of which nobody decided; those
    set aside, and without a sign; agents found, of how many looked at (None: not looked at, `reason` says why); and the limits
    of the score card.
    """

    answers: int
    unsettled: int
    machines: int
    set_aside: int
    unsigned: int
    agents: int = 0
    agents_looked_at: int | None = None
    reason: str = ""
    card: "tuple[Check, ...]" = ()


@dataclass(frozen=True)
class Check:
    """One thing checked: how many of how many, the share (of the score card: its value, in `unit`), and the most that passes, or
    with `least` the least. `reason`: why it says nothing; `about`: the column or question a value of the card is about.
    """

    code: str
    state: State
    many: int
    of: int
    share: float | None
    limit: float
    reason: str = ""
    unit: str = "share"
    least: bool = False
    about: str = ""


@dataclass(frozen=True)
class Verdict:
    """Every check, and what they come to: failed by any one; thin where there are too few answers to fail or pass by."""

    state: State
    checks: tuple[Check, ...]

    @property
    def failed(self) -> tuple[str, ...]:
        return tuple(check.code for check in self.checks if check.state == FAILED)


def judge(seen: Seen, terms: Terms) -> Verdict:
    """Machines and agents who choose are not allowed at all; of careless answers some are always there."""
    counted = seen.answers - seen.set_aside
    checks = (
        _share(UNSETTLED, seen.unsettled, counted, terms.unsettled),
        _share(MACHINES, seen.machines, counted, 0.0),
        _share(UNSIGNED, seen.unsigned, seen.answers, terms.unsigned),
        _agents(seen),
        *seen.card,
    )
    if seen.answers < terms.least_answers:
        return Verdict(THIN, checks)
    return Verdict(FAILED if any(check.state == FAILED for check in checks) else PASSED, checks)


def of_card(limits: Iterable[Limit], asked: int) -> tuple[Check, ...]:
    """The limits of a score card as checks; those that too few leave open say nothing and are left out, and so is advice."""
    return tuple(
        Check(
            each.code,
            FAILED if each.state == "beyond" else PASSED,
            0,
            asked,
            each.value,
            each.limit or 0.0,
            unit=each.unit,
            least=each.least,
            about=each.about,
        )
        for each in limits
        if each.state != "unknown" and each.code not in ADVICE
    )


def _share(code: str, many: int, of: int, limit: float) -> Check:
    if not of:
        return Check(code, THIN, many, of, None, limit, "no_answers")
    return Check(code, FAILED if many / of > limit else PASSED, many, of, many / of, limit)


def _agents(seen: Seen) -> Check:
    if seen.agents_looked_at is None or seen.reason:
        return Check(AGENTS, THIN, 0, seen.agents_looked_at or 0, None, 0.0, seen.reason or "not_asked_for")
    share = seen.agents / seen.agents_looked_at if seen.agents_looked_at else None
    return Check(AGENTS, FAILED if seen.agents else PASSED, seen.agents, seen.agents_looked_at, share, 0.0)


@dataclass(frozen=True)
class Past:
    """An audit that was done: since is included, until is not."""

    key: str
    survey: str
    since: datetime
    until: datetime
    state: str
    accepted: bool = False
    failed: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Standing:
    """A span of answers whose last audit failed, and which nobody answers for."""

    audit: str
    survey: str
    since: datetime
    until: datetime
    failed: tuple[str, ...]


def standing(audits: Iterable[Past]) -> tuple[Standing, ...]:
    """Of audits, the newest first: the spans that failed and were not audited again since. One with too few answers says
    nothing, so what was said before stands.
    """
    covered: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    found = []
    for audit in audits:
        if audit.state == THIN:
            continue
        left = _left((audit.since, audit.until), covered[audit.survey])
        covered[audit.survey].append((audit.since, audit.until))
        if audit.state == FAILED and not audit.accepted:
            found += [Standing(audit.key, audit.survey, since, until, audit.failed) for since, until in left]
    return tuple(found)


def _left(
    whole: tuple[datetime, datetime], covered: Sequence[tuple[datetime, datetime]]
) -> list[tuple[datetime, datetime]]:
    left = [whole]
    for since, until in covered:
        cut = []
        for start, end in left:
            cut += [(start, min(end, since)), (max(start, until), end)]
        left = [(start, end) for start, end in cut if start < end]
    return left
