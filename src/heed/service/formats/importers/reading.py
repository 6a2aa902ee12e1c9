"""The right reader for a file, and the refusal of one that is not what its mapping says."""

from collections.abc import Callable, Iterator
from typing import Protocol

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.service.formats.definition import Mapping
from heed.service.formats.importers.columnar import Columnar
from heed.service.formats.importers.delimited import Delimited
from heed.service.formats.importers.fixed import FixedWidth
from heed.service.formats.importers.jsonlines import JsonObjects
from heed.service.formats.importers.source import Source, damaged
from heed.service.formats.importers.workbook import Workbook
from heed.service.formats.importers.xes import EventLog
from heed.service.formats.rules.batches import Batch, Tally, missing_columns


class Reader(Protocol):
    """What every reader is: the columns of the file, its rows as often as asked, and what was repaired on the way."""

    columns: list[str]
    notes: Tally

    def batches(self) -> Iterator[Batch]: ...


READERS: dict[str, Callable[[Source, Mapping, str], Reader]] = {
    "csv": Delimited,
    "tsv": Delimited,
    "jsonl": JsonObjects,
    "json": JsonObjects,
    "parquet": Columnar,
    "xlsx": Workbook,
    "xes": EventLog,
    "fixed": FixedWidth,
}
# Formats whose files look alike from outside; the mapping decides between them.
ALIKE = ({"csv", "tsv", "fixed"}, {"json", "jsonl"})


def reader_for(source: Source, mapping: Mapping) -> Reader:
    """The reader of the file. Raises Invalid, with line and reason, when the file is not what the mapping says."""
    if source.size == 0:
        raise damaged(
            phrase("{source} is empty.", source=source.name), code="empty_file", hint="Check how the file was made."
        )
    found = source.format()
    form = mapping.format or found
    if form != found and not any({form, found} <= alike for alike in ALIKE):
        raise damaged(
            phrase("the file is {found}, the mapping reads {form}.", found=found, form=form),
            1,
            code="wrong_format",
            hint="Use the mapping for this file.",
        )
    made = READERS.get(form)
    if made is None:
        raise damaged(
            phrase("{source} is {form}, which is not imported.", source=source.name, form=form),
            code="wrong_format",
            hint=phrase("Known are {names}.", names=", ".join(READERS)),
        )
    reader = made(source, mapping, form)
    missing = missing_columns(reader.columns, mapping.columns)
    if missing:
        raise Invalid(
            phrase(
                "Line {line}: the file has no column {missing}.",
                line=mapping.header_line,
                missing=", ".join(missing),
            ),
            code="missing_columns",
            hint=nearest(missing[0], reader.columns) + " Nothing was written.",
        )
    return reader
