"""The facts as a log: steps of cases, changes of cases, or the contacts of customers, on whatever engine holds them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from heed.core.conditions.rules import Condition
from heed.core.errors.rules import Invalid, nearest, phrase
from heed.core.settings.rules import Settings, current
from heed.facts.conditions import to_ibis
from heed.facts.engine.engine import Engine, open_engine
from heed.facts.schema.tables import TABLES
from heed.mining.columns import Columns, placed
from heed.mining.log import Log

PREFIX = "facts:"
KEPT = "log_"


@dataclass(frozen=True)
class Taken:
    """Which columns of a table of facts are the parts of an event."""

    case: str
    activity: str
    time: str
    resource: str
    group: str = "team"
    lifecycle: str = ""


TAKEN = {
    "events": Taken("case_id", "activity", "at", "resource", lifecycle="lifecycle"),
    "case_changes": Taken("case_id", "change", "at", "agent_key"),
    "interactions": Taken("customer_key", "channel", "started_at", "agent_key"),
}


@contextmanager
def opened_facts(name: str, columns: Columns, settings: Settings | None = None) -> Iterator[Log]:
    """The log `facts:TABLE` on the engine of the settings, for as long as it is asked. Raises Invalid for another table."""
    with open_engine(settings or current()) as engine:
        yield log_of(engine, name.removeprefix(PREFIX), columns)


def log_of(engine: Engine, table: str, columns: Columns, condition: Condition | None = None) -> Log:
    """A table of facts as a log, of the rows that a condition takes. Rows that measures leave out are left out and counted;
    the key orders what is at one time.
    """
    if table not in TAKEN:
        raise Invalid(
            phrase("There is no log {table} in the facts.", table=table),
            code="unknown_table",
            hint=nearest(table, TAKEN),
        )
    # A log is read event by event, so under one root.
    engine = engine.only(engine.table(table))
    facts = engine.table(table)
    parts = _parts(columns, table)
    whole = facts.filter(facts[parts["case"]].notnull(), facts[parts["activity"]].notnull())
    if condition is not None:
        whole = whole.filter(to_ibis(condition, whole))
    excluded = whole.excluded_reason.fill_null("") != ""
    events = _events(whole.filter(~excluded), parts, TABLES[table].key, columns)
    found = engine.run(whole.aggregate(rows=whole.count(), excluded=excluded.sum())).to_pylist()[0]
    if not found["rows"]:
        raise Invalid(
            phrase("{file} holds no event.", file=PREFIX + table), code="empty_log", hint="Import some first."
        )
    left_out = {"excluded": int(found["excluded"])} if found["excluded"] else {}
    return Log(
        name=PREFIX + table,
        events=events,
        engine=engine.run,
        keep=lambda name, expression: _kept(engine, name, expression),
        connection=engine.backend.con if engine.name == "duckdb" else None,
        left_out=left_out,
        extra={name: f"x{at}" for at, name in enumerate(columns.extra)},
    )


def _parts(columns: Columns, table: str) -> dict[str, str]:
    taken = TAKEN[table]
    chosen = Columns(
        case=columns.case or taken.case,
        activity=columns.activity or taken.activity,
        time=columns.time or taken.time,
        resource=columns.resource or taken.resource,
        lifecycle=columns.lifecycle or taken.lifecycle or None,
        group=columns.group or taken.group,
        extra=columns.extra,
    )
    return placed(chosen, TABLES[table].names, (), PREFIX + table)


def _events(facts: ir.Table, parts: dict[str, str], key: str, columns: Columns) -> ir.Table:
    import ibis

    def text(part: str) -> ir.Value:
        return facts[parts[part]].cast("string").nullif("") if part in parts else ibis.null("string")

    return facts.select(
        case_id=text("case"),
        activity=text("activity"),
        at=facts[parts["time"]],
        sort_at=facts[parts["time"]],
        place=facts[key],
        resource=text("resource"),
        lifecycle=text("lifecycle"),
        group=text("group"),
        **{f"x{at}": facts[name] for at, name in enumerate(columns.extra)},
    )


def _kept(engine: Any, name: str, expression: ir.Table) -> ir.Table:
    """Computed once, as a table of the engine's session."""
    name = KEPT + name
    statement = str(engine.backend.compile(expression))
    if engine.name == "duckdb":
        engine.backend.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {statement}")
    else:
        engine.session.sql(statement).cache().createOrReplaceTempView(name)
    found: ir.Table = engine.backend.table(name)
    return found
