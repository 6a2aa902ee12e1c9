"""Definitions rehearsed beside those in force."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from heed.core.definitions.queries import in_force, versions
from heed.core.definitions.rules import Wanted, canonical, digest, validate
from heed.core.errors.rules import NotFound
from heed.facts.engine.engine import Engine
from heed.rehearsal.replay.deciders import DECIDERS, decider_of
from heed.rehearsal.replay.replay import Rehearsal, rehearse


@dataclass(frozen=True)
class Compared:
    """A definition's rehearsal and that of the one in force (None where nothing is); `version` is the number it has, or would get."""

    kind: str
    key: str
    version: int
    table: str
    rehearsal: Rehearsal
    in_force: Rehearsal | None


def can_be_rehearsed(kind: str) -> bool:
    return kind in DECIDERS


def rehearse_beside(
    engine: Engine,
    kind: str,
    key: str,
    body: dict[str, Any],
    since: datetime,
    until: datetime,
    *,
    advance: Callable[[float], None] = lambda amount: None,
) -> Compared:
    """Rehearse a body, and the definition in force under its key. A body that is in force already is rehearsed once."""
    decider = decider_of(kind)
    definition = validate(kind, body)
    found = rehearse(engine, decider, definition, since, until, advance=advance)
    table, number = decider.table(definition), _next_number(kind, key)
    holding = in_force(kind, key)
    if holding is None:
        return Compared(kind, key, number, table, found, None)
    if digest(canonical(holding.body)) == digest(canonical(definition)):
        return Compared(kind, key, holding.version, table, found, found)
    present = rehearse(engine, decider, holding.body, since, until, advance=advance)
    return Compared(kind, key, number, table, found, present)


def rehearse_model(
    engine: Engine,
    wanted: Iterable[Wanted],
    since: datetime,
    until: datetime,
    *,
    advance: Callable[[float], None] = lambda amount: None,
) -> list[Compared]:
    """Rehearse every definition of a model whose kind decides about facts."""
    return [
        rehearse_beside(engine, item.kind, item.key, item.body, since, until, advance=advance)
        for item in wanted
        if can_be_rehearsed(item.kind)
    ]


def _next_number(kind: str, key: str) -> int:
    try:
        return int(versions(kind, key)[0].number) + 1
    except NotFound:
        return 1
