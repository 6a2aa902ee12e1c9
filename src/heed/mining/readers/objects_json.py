"""OCEL 2.0 as JSON."""

import json
from pathlib import Path
from typing import Any

from heed.core.errors.rules import Invalid, phrase
from heed.mining.objects import Event, Object, ObjectLog
from heed.mining.readers.source import Source, unreadable


def read(source: Source, folder: Path) -> ObjectLog:
    """The log of a file. Raises Invalid where it is no JSON, or not what OCEL 2.0 asks for."""
    try:
        given = json.loads(source.whole())
    except (ValueError, RecursionError) as error:
        raise unreadable(source.name, error) from error
    if any(str(key).startswith("ocel:") for key in given):
        raise Invalid(phrase("{file} is OCEL 1.0.", file=source.name), code="old_format", hint="Write it as OCEL 2.0.")
    try:
        return _log(given)
    except (KeyError, TypeError, AttributeError) as error:
        raise Invalid(
            phrase("{file} is no OCEL 2.0: {error} is missing or of another kind.", file=source.name, error=error),
            code="broken_log",
            hint="It wants objectTypes, eventTypes, objects and events.",
        ) from error


def _log(given: dict[str, Any]) -> ObjectLog:
    log = ObjectLog(event_types=_types(given["eventTypes"]), object_types=_types(given["objectTypes"]))
    for found in given["objects"]:
        values = tuple((each["name"], each["time"], _text(each["value"])) for each in found.get("attributes") or ())
        log.objects.append(Object(str(found["id"]), found["type"], values))
        for to in found.get("relationships") or ():
            log.relations.append((str(found["id"]), str(to["objectId"]), to.get("qualifier", "")))
    for event in given["events"]:
        attributes = {each["name"]: _text(each["value"]) for each in event.get("attributes") or ()}
        log.events.append(Event(str(event["id"]), event["type"], event["time"], attributes))
        for to in event.get("relationships") or ():
            log.concerns.append((str(event["id"]), str(to["objectId"]), to.get("qualifier", "")))
    return log


def _types(given: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    return {one["name"]: {each["name"]: each["type"] for each in one.get("attributes") or ()} for one in given}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
