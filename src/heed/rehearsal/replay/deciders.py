"""How a capability lends its decide function to rehearsal: `@decides("case_opening", …)` over a pure function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from heed.core.conditions.rules import Condition
from heed.core.errors.rules import Invalid, nearest, phrase

Fact = Mapping[str, Any]
Truths = Mapping[str, bool | None]
F = TypeVar("F", bound=Callable[..., "Decision"])


@dataclass(frozen=True)
class Decision:
    """What was decided about a fact, and why; both by code. `details` holds what the decision sets, such as the owner."""

    code: str
    reason: str
    details: Mapping[str, Any] = field(default_factory=dict)


class Tally(Protocol):
    """Figures of a rehearsal, fed with the facts that were decided one by one, in order of time."""

    def add(self, fact: Fact, decision: Decision) -> None: ...

    def figures(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Decider:
    """A kind of definition that decides about facts.

    `decide(definition, state, fact, truths=None)` is what runs in production. `truths` are the definition's conditions as
    they come out for the fact: given in bulk by the engine, worked out by decide itself otherwise. `settled` is the part
    of decide that needs neither state nor fact: a decision, or None when the fact itself must be looked at.
    `begin` makes the state before the first fact; `carry` notes in it what was decided.
    """

    kind: str
    decide: Callable[..., Decision]
    settled: Callable[[Any, Truths], Decision | None]
    table: Callable[[Any], str]
    columns: Callable[[Any], tuple[str, ...]]
    conditions: Callable[[Any], Mapping[str, Condition]]
    begin: Callable[[Any], Any]
    carry: Callable[[Any, Any, Fact, Decision], None]
    tally: Callable[[Any, datetime, datetime], Tally]


DECIDERS: dict[str, Decider] = {}


def decides(
    kind: str,
    *,
    settled: Callable[[Any, Truths], Decision | None],
    table: Callable[[Any], str],
    columns: Callable[[Any], tuple[str, ...]],
    conditions: Callable[[Any], Mapping[str, Condition]],
    begin: Callable[[Any], Any],
    carry: Callable[[Any, Any, Fact, Decision], None],
    tally: Callable[[Any, datetime, datetime], Tally],
) -> Callable[[F], F]:
    """Register a pure decide function for definitions of a kind."""

    def register(decide: F) -> F:
        known = DECIDERS.get(kind)
        if known is not None and known.decide.__module__ != decide.__module__:
            raise TypeError(f"{kind} is decided twice")
        DECIDERS[kind] = Decider(kind, decide, settled, table, columns, conditions, begin, carry, tally)
        return decide

    return register


def decider_of(kind: str) -> Decider:
    """The decider of a kind. Raises Invalid where definitions of the kind decide nothing about facts."""
    found = DECIDERS.get(kind)
    if found is None:
        raise Invalid(
            phrase("A {kind} cannot be rehearsed.", kind=kind), code="cannot_be_rehearsed", hint=nearest(kind, DECIDERS)
        )
    return found


def truths_of(conditions: Mapping[str, Condition], fact: Fact) -> dict[str, bool | None]:
    """The conditions as they come out for one fact."""
    return {name: condition.evaluate(fact) for name, condition in conditions.items()}  # type: ignore[misc]
