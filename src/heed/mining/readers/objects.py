"""Object-centric logs as logs of cases: each object of a chosen type is a case (van der Aalst 2019: flattening)."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.mining.columns import ACTIVITY, CASE, TIME, Columns, placed
from heed.mining.objects import ObjectLog
from heed.mining.readers.raw import Raw
from heed.mining.readers.source import Source


def read_object_log(source: Source, folder: Path) -> ObjectLog:
    """All of an object-centric log. Raises Invalid where it is broken."""
    if source.form == "ocel_xml":
        from heed.mining.readers.objects_xml import read
    elif source.form == "ocel_sqlite":
        from heed.mining.readers.objects_sqlite import read
    else:
        from heed.mining.readers.objects_json import read
    return read(source, folder)


def read_objects(source: Source, connection: Any, columns: Columns, object_type: str, folder: Path) -> Raw:
    """The log of the objects of one type. Raises Invalid where there is no such type, or none is named and there are several."""
    log = read_object_log(source, folder)
    rows = list(log.flattened(_chosen(log, object_type, source.name)))
    names = log.attributes()
    parts = placed(columns, [CASE, ACTIVITY, TIME, *names], (), source.name)
    cells: dict[str, list[str | None]] = {
        CASE: [concerned for concerned, _ in rows],
        ACTIVITY: [event.type for _, event in rows],
        TIME: [event.time for _, event in rows],
    }
    for name in {*parts.values(), *columns.extra} - cells.keys():
        cells[name] = [event.attributes.get(name) for _, event in rows]
    kept = {part: pa.array(cells[name], pa.string()) for part, name in parts.items()}
    kept |= {f"x{at}": pa.array(cells[name], pa.string()) for at, name in enumerate(columns.extra)}
    kept["place"] = pa.array(range(len(rows)), pa.int64())
    connection.register("raw", pa.table(kept))
    return Raw("raw", tuple(parts), columns.extra)


def _chosen(log: ObjectLog, object_type: str, file: str) -> str:
    types = list(dict.fromkeys([*log.object_types, *(found.type for found in log.objects)]))
    if object_type in types:
        return object_type
    if object_type:
        raise Invalid(
            phrase("{file} has no objects of type {object_type}.", file=file, object_type=object_type),
            code="unknown_object_type",
            hint=nearest(object_type, types),
        )
    if len(types) == 1:
        return types[0]
    raise Invalid(
        phrase("{file} holds objects of {count} types; which of them are the cases?", file=file, count=len(types)),
        code="object_type_wanted",
        hint=phrase("Choose one with --object-type: {types}.", types=", ".join(sorted(types))),
    )
