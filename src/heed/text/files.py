"""Files of texts for the commands that need no store: lines, CSV and TSV, plain or packed; `-` is stdin."""

import csv
import gzip
import io
import sys
from pathlib import Path

from heed.core.errors.rules import Invalid, phrase

PACKED = b"\x1f\x8b"


def read_text(file: str) -> str:
    """The text of a file as UTF-8 (Latin-1 where it is not). Raises Invalid when it cannot be read."""
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        raw = gzip.decompress(raw) if raw.startswith(PACKED) else raw
    except (OSError, EOFError) as error:
        hint = "Name a file that is there, or - for stdin."
        raise Invalid(
            phrase("{file} cannot be read: {error}.", file=file, error=error), code="unreadable_file", hint=hint
        ) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def read_rows(file: str) -> list[dict[str, str]]:
    """The rows of a CSV or TSV file by column. Raises Invalid when there is no header."""
    text = read_text(file)
    first = text.partition("\n")[0]
    mark = "\t" if first.count("\t") > first.count(",") else ";" if first.count(";") > first.count(",") else ","
    csv.field_size_limit(2**31 - 1)
    rows = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=mark))
    if not first.strip():
        raise Invalid(
            phrase("{file} is empty.", file=file), code="empty_file", hint="The first line names the columns."
        )
    return [{name: value or "" for name, value in row.items() if name is not None} for row in rows]
