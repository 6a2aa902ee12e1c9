"""A part of a log: by state of the lifecycle, by time, by an attribute of cases, by frequency, by an edge. Always a log again."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import ibis
import ibis.expr.types as ir

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.mining.log import Log


def _part(log: Log, name: str, events: ir.Table) -> Log:
    """The log of these events, kept by the engine under a name of its own."""
    return replace(log, events=log.keep(name, events), left_out=dict(log.left_out), notes=list(log.notes))


def in_lifecycle(log: Log, state: str) -> Log:
    """Only events in a state of the lifecycle. Raises Invalid where the log has no such state, naming those it has."""
    events = log.events
    states = {row["lifecycle"]: row["n"] for row in log.rows(events.group_by("lifecycle").agg(n=events.count()))}
    # Tools differ in how they write the same state: complete, COMPLETE.
    asked = {known for known in states if known is not None and known.lower() == state.lower()}
    if not asked:
        known = [known for known in states if known is not None]
        hint = nearest(state, known) if known else "The log has no lifecycle."
        raise Invalid(
            phrase("No event is in the state {state!r} of a lifecycle.", state=state),
            code="unknown_lifecycle",
            hint=hint,
        )
    part = _part(log, "events_in_lifecycle", events.filter(events.lifecycle.isin(sorted(asked))))
    if other := sum(count for known, count in states.items() if known not in asked):
        part.left_out["other_lifecycle"] = other
    return part


def between(log: Log, since: datetime | None, until: datetime | None) -> Log:
    """Whole cases whose first event lies from `since` (included) to `until` (excluded), both aware."""
    events = log.events
    first = events.group_by("case_id").agg(first_at=events["at"].min())
    kept = first
    if since:
        kept = kept.filter(kept.first_at >= _moment(events, since))
    if until:
        kept = kept.filter(kept.first_at < _moment(events, until))
    return _part(log, "events_between", events.semi_join(kept, "case_id"))


def day(text: str) -> datetime | None:
    """A day or a time as it is typed, in UTC where it names no zone; None where nothing is. Raises Invalid."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(phrase("{text} is no day.", text=text), code="bad_day", hint="Write it as 2024-03-31.") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _moment(events: ir.Table, at: datetime) -> ir.TimestampScalar:
    """A time as the log has its own: with a zone in the facts, without (in UTC) in files."""
    kind = events["at"].type()
    zoned = at.astimezone(UTC)
    return ibis.literal(zoned if kind.timezone else zoned.replace(tzinfo=None), kind)


def with_attribute(log: Log, name: str, values: list[str]) -> Log:
    """Whole cases one event of which has one of these values in a column that was kept beside."""
    events = log.events
    has = events.filter(events[log.extra[name]].cast("string").isin(values)).select("case_id").distinct()
    return _part(log, "events_with_attribute", events.semi_join(has, "case_id"))


def behind(log: Log, start: str, end: str) -> ir.Table:
    """The cases in which `end` follows `start` directly: case_id, how often, and the longest time between in seconds."""
    steps = log.steps
    found = steps.filter(steps.before == start, steps.activity == end)
    return log.named(found.group_by("case_key").agg(count=found.count(), longest_seconds=found.seconds.max()))


def cases_behind(log: Log, start: str, end: str, most: int = 1000) -> list[dict[str, Any]]:
    """The cases behind an edge, the slowest first."""
    found = behind(log, start, end)
    rows = log.rows(found.order_by(found.longest_seconds.desc(nulls_first=False), found.case_id).limit(most))
    return [{"case": row.pop("case_id"), **row} for row in rows]


def frequent(edges: list[dict[str, Any]], share: float, by: str = "count") -> list[dict[str, Any]]:
    """The most frequent edges that hold together at least this share of all steps, and for each activity its main way in
    and out, so that none falls out of the picture (as in fuzzy mining, Günther and van der Aalst 2007). by `time`: those
    that hold this share of the time of all.
    """
    held = {(row["from"], row["to"]): _held(row, by) for row in edges}
    ranked = sorted(edges, key=lambda row: (-held[row["from"], row["to"]], -row["count"], row["from"], row["to"]))
    total, so_far, kept = sum(held.values()), 0.0, set()
    for at, row in enumerate(ranked):
        if so_far >= share * total and at:
            break
        kept.add(at)
        so_far += held[row["from"], row["to"]]
    for end in ("from", "to"):
        seen: set[str] = set()
        for at, row in enumerate(ranked):
            if row["from"] != row["to"] and row[end] not in seen:
                seen.add(row[end])
                kept.add(at)
    return [ranked[at] for at in sorted(kept)]


def _held(edge: dict[str, Any], by: str) -> float:
    """What an edge holds: its steps, or its time in seconds."""
    return float(edge["count"] if by == "count" else (edge["mean_seconds"] or 0.0) * edge["count"])
