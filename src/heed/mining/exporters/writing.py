"""Write a log in a form that other tools open: told by the name of the file."""

import gzip
import io
import tempfile
from pathlib import Path

from heed.core.errors.rules import Invalid, phrase
from heed.mining.columns import Columns
from heed.mining.exporters.ocel import ocel_json, of_cases
from heed.mining.exporters.xes import write_xes
from heed.mining.files import write_bytes
from heed.mining.readers.objects import read_object_log
from heed.mining.readers.opening import opened
from heed.mining.readers.source import source_of

OBJECT_CENTRIC = (".jsonocel", ".ocel.json", ".json")


def exported(file: str, out: str, columns: Columns, object_type: str = "") -> dict[str, object]:
    """Write a log to `out` (.xes, .xes.gz, .jsonocel or .json). Raises Invalid where the name tells no form.

    A log of objects stays one in OCEL 2.0 unless a type is chosen; in XES one must be.
    """
    plain = out.lower().removesuffix(".gz")
    if plain.endswith(OBJECT_CENTRIC):
        text, events = _object_centric(file, columns, object_type)
        form = "OCEL 2.0"
    elif plain.endswith(".xes"):
        with opened(file, columns, object_type=object_type) as log:
            sink = io.StringIO()
            events = write_xes(log, sink)
        text, form = sink.getvalue(), "XES"
    else:
        raise Invalid(
            phrase("{file} does not tell in which form it is to be written.", file=out),
            code="unknown_form",
            hint="Name it .xes, .xes.gz or .jsonocel.",
        )
    raw = text.encode()
    write_bytes(out, gzip.compress(raw, mtime=0) if out.lower().endswith(".gz") else raw)
    return {"file": out, "form": form, "events": events}


def _object_centric(file: str, columns: Columns, object_type: str) -> tuple[str, int]:
    if not object_type:
        with tempfile.TemporaryDirectory(prefix="heed-log-") as folder:
            source = source_of(file, Path(folder))
            if source.form.startswith("ocel"):
                found = read_object_log(source, Path(folder))
                return ocel_json(found), len(found.events)
            file = str(source.path)
            return _of_cases(file, columns, "")
    return _of_cases(file, columns, object_type)


def _of_cases(file: str, columns: Columns, object_type: str) -> tuple[str, int]:
    with opened(file, columns, object_type=object_type) as log:
        made = of_cases(log, object_type or "case")
    return ocel_json(made), len(made.events)
