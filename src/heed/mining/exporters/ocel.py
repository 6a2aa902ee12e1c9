"""OCEL 2.0 as JSON (Berti et al. 2023): a log of objects as it is, or a log of cases with one object a case."""

import json
from datetime import datetime
from typing import Any

from heed.core.errors.rules import Invalid, phrase
from heed.mining.exporters.xes import iso
from heed.mining.log import Log
from heed.mining.objects import Event, Object, ObjectLog

EPOCH = "1970-01-01T00:00:00Z"
KINDS = ("string", "time", "integer", "float", "boolean")


def of_cases(log: Log, object_type: str = "case") -> ObjectLog:
    """A log of cases as one of objects: each case an object, each resource one too, and each event concerns both."""
    events = log.events
    rows = log.engine(events.order_by(events.sort_at, events.place)).to_pylist()
    made = ObjectLog()
    cases: dict[str, tuple[tuple[str, str, str], ...]] = {}
    people: dict[str, None] = {}
    extra = {name: column for name, column in log.extra.items() if not name.startswith("case:")}
    for at, row in enumerate(rows, 1):
        if row["at"] is None:
            continue
        key, case = f"e{at}", f"{object_type}:{row['case_id']}"
        values = {name: str(row[column]) for name, column in extra.items() if row[column] is not None}
        values |= {"lifecycle": str(row["lifecycle"])} if row["lifecycle"] is not None else {}
        made.events.append(Event(key, row["activity"], iso(row["at"]), values))
        made.event_types.setdefault(row["activity"], {}).update(dict.fromkeys(values, "string"))
        cases.setdefault(case, _of_case(log, row))
        made.concerns.append((key, case, object_type))
        if row["resource"] is not None:
            people[f"resource:{row['resource']}"] = None
            made.concerns.append((key, f"resource:{row['resource']}", "resource"))
    made.objects = [Object(key, object_type, attributes) for key, attributes in cases.items()]
    made.objects += [Object(key, "resource") for key in people]
    made.object_types = {object_type: {name: "string" for held in cases.values() for name, _, _ in held}}
    made.object_types |= {"resource": {}} if people else {}
    return made


def _of_case(log: Log, row: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
    names = {name.removeprefix("case:"): column for name, column in log.extra.items() if name.startswith("case:")}
    return tuple((name, EPOCH, str(row[column])) for name, column in names.items() if row[column] is not None)


def ocel_json(log: ObjectLog) -> str:
    """The log as a file; values are text, their types stand at the attributes, as in the published schema.

    Raises Invalid where it breaks a rule of OCEL 2.0: an id twice, or an object that is not there.
    """
    _check(log)
    concerned, related = _by_first(log.concerns), _by_first(log.relations)
    document = {
        "objectTypes": _types(log.object_types),
        "eventTypes": _types(log.event_types),
        "objects": [_object(each, related) for each in log.objects],
        "events": [_event(each, concerned) for each in log.events],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _by_first(links: list[tuple[str, str, str]]) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for one, two, qualifier in links:
        found.setdefault(one, []).append({"objectId": two, "qualifier": qualifier})
    return found


def _types(types: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "attributes": [
                {"name": each, "type": kind if kind in KINDS else "string"} for each, kind in attributes.items()
            ],
        }
        for name, attributes in types.items()
    ]


def _object(each: Object, related: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    return {
        "id": each.id,
        "type": each.type,
        "attributes": [{"name": name, "time": _time(time), "value": value} for name, time, value in each.attributes],
        "relationships": related.get(each.id, []),
    }


def _event(each: Event, related: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    return {
        "id": each.id,
        "type": each.type,
        "time": _time(each.time),
        "attributes": [{"name": name, "value": value} for name, value in each.attributes.items()],
        "relationships": related.get(each.id, []),
    }


def _time(text: str) -> str:
    """A time as RFC 3339 asks for it, which the schema's `date-time` is: one without a zone is UTC."""
    try:
        return iso(datetime.fromisoformat(text)).replace("+00:00", "Z")
    except ValueError as error:
        raise Invalid(phrase("{text} is no time.", text=text), code="bad_times") from error


def _check(log: ObjectLog) -> None:
    for what, ids in (("event", [each.id for each in log.events]), ("object", [each.id for each in log.objects])):
        if len(set(ids)) < len(ids):
            twice = next(each for at, each in enumerate(ids) if each in set(ids[:at]))
            raise Invalid(phrase("Two of kind {what} are named {id}.", what=what, id=twice), code="broken_log")
    there = {each.id for each in log.objects}
    for _, two, _ in [*log.concerns, *log.relations]:
        if two not in there:
            raise Invalid(phrase("The log relates to object {id}, which it does not hold.", id=two), code="broken_log")
    for event in log.events:
        log.event_types.setdefault(event.type, {}).update(
            {name: "string" for name in event.attributes if name not in log.event_types.get(event.type, {})}
        )
    for held in log.objects:
        log.object_types.setdefault(held.type, {})
