"""`heed text mask`: needs no store."""

import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from heed.core.console.rules import print_json
from heed.core.edge import AsJson, door

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Words: mask what tells who somebody is."
)


@app.callback()
def words() -> None:
    """Words: mask what tells who somebody is."""


@app.command(epilog="Example: heed text mask letters.txt --json")
@door(store=False)
def mask(
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="Lines to mask; - or nothing is stdin.")] = "-",
    column: Annotated[
        str, typer.Option("--text", metavar="COL", help="Column of the text, where FILE is a table.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Mask what tells who somebody is.

    Kinds: [PHONE] [EMAIL] [IBAN] [CARD] [NATIONAL_ID] [ADDRESS] [NAME] [DATE_OF_BIRTH] [ACCOUNT] [IP] [URL_TOKEN] [PLATE].
    """
    from heed.text.masking.mask import mask as masked

    lines, spans = 0, []
    for number, line in enumerate(_lines(file, column), 1):
        lines = number
        found = masked(line)
        if as_json:
            spans += [{"line": number, "start": s.start, "end": s.end, "kind": s.kind} for s in found.spans]
        else:
            sys.stdout.write(found.text + "\n")
    if as_json:
        print_json({"lines": lines, "spans": spans})


def _lines(file: str, column: str) -> Iterator[str]:
    """The lines of a file, or the texts of a column; only line feeds end a line."""
    from heed.text.files import read_rows, read_text

    if column:
        yield from (_of(row, column) for row in read_rows(file))
        return
    lines = read_text(file).split("\n")
    yield from (line.removesuffix("\r") for line in (lines[:-1] if lines[-1] == "" else lines))


def _of(row: dict[str, str], column: str) -> str:
    from heed.core.errors.rules import Invalid, nearest, phrase

    if column not in row:
        raise Invalid(
            phrase("The file has no column {column}.", column=column), code="unknown_column", hint=nearest(column, row)
        )
    return row[column]
