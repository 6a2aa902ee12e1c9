"""Whether a fact asks a customer, and if not, why not. Pure; the same function runs live and in rehearsal."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from heed.core.conditions.rules import Condition, compile_condition
from heed.facts.schema.tables import TABLES
from heed.feedback.triggers.definition import ContactPolicy, Trigger
from heed.feedback.triggers.rules.draws import draw, salt_of
from heed.feedback.triggers.rules.ledger import Ledger, may_ask, planned_of, quota_buckets, share_for
from heed.feedback.triggers.rules.reasons import ASK, DRAWN, NOT_ASKED
from heed.feedback.triggers.rules.terms import DAY, micros, moment, terms_of
from heed.rehearsal.replay.deciders import Decision, Fact, Truths, decides, truths_of
from heed.rehearsal.replay.weeks import Weeks

SECOND = 1_000_000

# How a rehearsal learns the policy in force and whom it could reach today; an application says so at its start.
_PRESENT: list[Callable[[], Ledger]] = []


def rehearse_with(present: Callable[[], Ledger]) -> None:
    """Let rehearsals begin with what `present` gives."""
    _PRESENT[:] = [present]


def begin(definition: Trigger) -> Ledger:
    return _PRESENT[0]() if _PRESENT else Ledger(terms_of(ContactPolicy.model_validate({})))


@lru_cache(maxsize=256)
def conditions_of(definition: Trigger) -> Mapping[str, Condition]:
    """Every condition of the definition, by a name that is no column: `ask_when`, `ask_never_when`."""
    fields = {column.name: column.kind for column in TABLES[definition.source].columns}
    return {f"ask_{path}": compile_condition(source, fields) for path, source in definition.conditions()}


def settled(definition: Trigger, truths: Truths) -> Decision | None:
    """The decision where the conditions alone make it; None when the customer has a say."""
    if truths["ask_when"] is None:
        return Decision(NOT_ASKED, "unknown")
    if not truths["ask_when"]:
        return Decision(NOT_ASKED, "condition_not_met")
    if truths.get("ask_never_when"):
        return Decision(NOT_ASKED, "excepted")
    return None


def columns_of(definition: Trigger) -> tuple[str, ...]:
    """What a decision looks at besides the conditions."""
    table = TABLES[definition.source]
    places = [name for name in ("region", "segment", "touchpoint", definition.stratum) if name in table.names]
    return tuple(dict.fromkeys(("customer_key", table.key, *places)))


def draw_of(definition: Trigger, fact_key: str) -> float:
    """A number in 0..1 that looks drawn by chance and is the same whenever the fact is seen: live, again, in rehearsal."""
    return draw(salt_of(definition.source, definition.survey, definition.name), fact_key)


def carry(definition: Trigger, state: Ledger, fact: Fact, decision: Decision) -> None:
    """Note what was decided, for the facts to come."""
    if decision.reason not in DRAWN:
        return
    now, asked = state.now(fact[TABLES[definition.source].time]), decision.code == ASK
    cell = decision.details["cell"]
    if cell >= 0:
        state.note_drawn(cell, now // DAY, asked)
    if asked:
        due = micros(decision.details["due_at"])
        purpose, _ = state.terms.purpose(definition.survey)
        planned = planned_of(due, definition.reminder_days)
        state.account(fact["customer_key"]).spend(purpose, due, planned)
        for key, _most in quota_buckets(definition, now):
            state.spent[key] += 1


@dataclass
class AskTally:
    """Figures of a rehearsal of a trigger: asks a week, customers, and how many rest or cannot be reached."""

    since: datetime
    until: datetime
    time: str
    weeks: Weeks = field(default_factory=Weeks)
    reasons: Counter[str] = field(default_factory=Counter)
    customers: set[str] = field(default_factory=set)

    def add(self, fact: Fact, decision: Decision) -> None:
        if decision.code != ASK:
            self.reasons[decision.reason] += 1
            return
        self.weeks.add(fact[self.time])
        self.customers.add(fact["customer_key"])

    def figures(self) -> dict[str, Any]:
        busiest, most = self.weeks.busiest()
        return {
            "asks": self.weeks.total,
            "asks_per_week": self.weeks.a_week(self.since, self.until),
            "busiest_week": busiest and busiest.isoformat(),
            "busiest_week_asks": most,
            "customers": len(self.customers),
            "not_asked": dict(sorted(self.reasons.items())),
        }


def tally(definition: Trigger, since: datetime, until: datetime) -> AskTally:
    return AskTally(since, until, TABLES[definition.source].time)


@decides(
    "trigger",
    settled=settled,
    table=lambda definition: definition.source,
    columns=columns_of,
    conditions=conditions_of,
    begin=begin,
    carry=carry,
    tally=tally,
)
def decide(definition: Trigger, state: Ledger, fact: Fact, truths: Truths | None = None) -> Decision:
    """`asked` or `not_asked`, with the reason. Details: probability, draw, stratum and cell of who came to the draw, and
    when an invitation is due; of one whom a clock stopped, until when.

    Those who may not be asked never come to the draw, so that `probability` is the chance of each who may.
    """
    known = truths if truths is not None else truths_of(conditions_of(definition), fact)
    decision = settled(definition, known)
    if decision is not None:
        return decision
    table, customer = TABLES[definition.source], fact.get("customer_key")
    if not customer:
        return Decision(NOT_ASKED, "no_customer")
    now = state.now(fact[table.time])
    stale = micros(fact[table.time]) + definition.fresh_days * DAY
    if now > stale:
        return Decision(NOT_ASKED, "too_late")
    refusal, due = may_ask(
        state,
        customer,
        definition.survey,
        now=now,
        delay=definition.delay_seconds * SECOND,
        before=stale + definition.delay_seconds * SECOND,
        region=fact.get("region") or "",
        reminders=definition.reminder_days,
        channel=definition.channel,
    )
    if refusal is not None:
        return refusal
    if any(state.spent[key] >= most for key, most in quota_buckets(definition, now)):
        return Decision(NOT_ASKED, "quota_reached")
    share, cell, stratum = share_for(state, definition, fact, state.account(customer).segment, now)
    drawn = draw_of(definition, fact[table.key])
    told = {"probability": share, "draw": drawn, "cell": cell, "stratum": stratum}
    if drawn >= share:
        return Decision(NOT_ASKED, "held_out", told)
    return Decision(ASK, "condition_met", {**told, "due_at": moment(due)})
