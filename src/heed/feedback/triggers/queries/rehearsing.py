"""The ledger replayed over history: what a policy and triggers would have asked of whom, and what that covers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from heed.facts.engine.engine import Engine
from heed.facts.schema.tables import TABLES
from heed.facts.streams import Span
from heed.feedback.triggers.definition import ContactPolicy, Trigger
from heed.feedback.triggers.queries.state import ledger_for, policy_in_force, triggers_in_force
from heed.feedback.triggers.rules.deciding import columns_of, conditions_of, settled
from heed.feedback.triggers.rules.ledger import FOREVER, Ledger, Spans
from heed.feedback.triggers.rules.terms import micros

if TYPE_CHECKING:
    from heed.feedback.triggers.rules.bulk import Candidates, Decided
    from heed.feedback.triggers.rules.figures import Figures

OPENS, ENDS = ("opened", "reopened"), ("closed", "merged")


@dataclass(frozen=True)
class Rehearsed:
    """A replay of the ledger: facts seen, candidates with what was decided of each, and its figures."""

    since: datetime
    until: datetime
    facts: int
    triggers: tuple[Trigger, ...]
    policy: ContactPolicy
    rows: "Candidates"
    decided: "Decided"
    figures: "Figures"
    seconds: float


def rehearse_asking(
    engine: Engine,
    since: datetime,
    until: datetime,
    *,
    policy: ContactPolicy | None = None,
    triggers: Sequence[Trigger] | None = None,
    advance: Callable[[float], None] = lambda amount: None,
) -> Rehearsed:
    """Replay a policy and triggers, those in force unless given. It begins with nobody asked: what came before is not known."""
    from time import monotonic

    from heed.feedback.triggers.rules.bulk import decide_many, quotas_stand
    from heed.feedback.triggers.rules.figures import figures_of
    from heed.feedback.triggers.rules.plain import decide_plainly
    from heed.feedback.triggers.rules.standing import candidates_of
    from heed.metrics.assisting import alike_of

    policy = policy or policy_in_force()[0]
    chosen = tuple(triggers if triggers is not None else _watching())
    ledger = ledger_for(policy)
    if ledger.terms.case_waits:
        note_cases(engine, ledger, until)
    facts, parts = 0, []
    for place, trigger in enumerate(chosen):
        span = Span(engine, trigger.source, since, until, conditions_of(trigger))
        many, tables = _open(span, trigger)
        facts += many
        parts += [(table, place) for table in tables]
        advance(many)
    begun = monotonic()
    rows = candidates_of(ledger, chosen, [(table, _places(table.num_rows, place)) for table, place in parts])
    decide = decide_plainly if quotas_stand(chosen) else decide_many
    decided = decide(ledger, chosen, rows)
    seconds = monotonic() - begun
    figures = figures_of(policy, chosen, rows, decided, since, until, alike_of(engine, since, until))
    return Rehearsed(since, until, facts, chosen, policy, rows, decided, figures, seconds)


def _watching() -> Iterator[Trigger]:
    for found in triggers_in_force():
        if isinstance(found.body, Trigger):
            yield found.body


def _places(rows: int, place: int) -> Any:
    import numpy as np

    return np.full(rows, place, np.int64)


def _open(span: Span, trigger: Trigger) -> tuple[int, list[Any]]:
    """How many facts there are, and those on which the customer has a say."""
    ways, many = [], 0
    for truths, number in span.counts():
        many += number
        if settled(trigger, truths) is None:
            ways.append(truths)
    wanted = columns_of(trigger)
    keep = [*wanted, TABLES[trigger.source].time]
    return many, [table.select(keep) for table in span.slices(wanted, ways)]


def note_cases(engine: Engine, ledger: Ledger, until: datetime) -> None:
    """From when to when each customer had an open case, as the facts have it."""
    from datetime import timedelta

    told = Span(engine, "case_changes", until - timedelta(days=3650), until)
    open_: dict[str, dict[str, int]] = {}
    spans: dict[str, list[tuple[int, int]]] = {}
    for table in told.slices(("customer_key", "case_id", "change")):
        columns = [table[name].to_pylist() for name in ("customer_key", "case_id", "change", "at")]
        for customer, case, change, at in zip(*columns, strict=True):
            if not customer:
                continue
            held = open_.setdefault(customer, {})
            if change in OPENS:
                held.setdefault(case, micros(at))
            elif change in ENDS and case in held:
                spans.setdefault(customer, []).append((held.pop(case), micros(at)))
    for customer, held in open_.items():
        spans.setdefault(customer, []).extend((since, FOREVER) for since in held.values())
    for customer, found in spans.items():
        ledger.account(customer).cases = joined(found)


def joined(spans: Sequence[tuple[int, int]]) -> Spans:
    """Spans in order, those that overlap made one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)
