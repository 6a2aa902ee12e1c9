"""`heed text evaluate`: what needs no store."""

from typing import Annotated, Any

import typer

from heed.core.console.rules import print_json, print_table, progress
from heed.core.edge import AsJson, door

app = typer.Typer(no_args_is_help=True, help="Words: mask them, train on them, measure how well they are read.")

Text = Annotated[str, typer.Option("--text", metavar="COL", help="Column of the text, where FILE is a CSV file.")]


@app.callback()
def text() -> None:
    """Words: mask them, train on them, measure how well they are read."""


def _of(row: dict[str, str], column: str) -> str:
    from heed.core.errors.rules import Invalid, nearest, phrase

    if column not in row:
        raise Invalid(
            phrase("The file has no column {column}.", column=column), code="unknown_column", hint=nearest(column, row)
        )
    return row[column]


@app.command(epilog="Example: heed text evaluate --train a.csv --test b.csv --text words --label sentiment --json")
@door(store=False)
def evaluate(
    train: Annotated[str, typer.Option(metavar="F", help="Labelled texts to learn from.")],
    test: Annotated[str, typer.Option(metavar="F", help="Labelled texts to be told.")],
    column: Text = "text",
    label: Annotated[str, typer.Option(metavar="COL", help="Column of the label.")] = "label",
    as_json: AsJson = False,
) -> None:
    """Train on one file and measure on another: accuracy with its interval, macro-F1, speed."""
    from heed.text.evaluation import evaluate as measured
    from heed.text.files import read_rows

    learn, tell = read_rows(train), read_rows(test)
    with progress(3, "Training and telling") as advance:
        told: dict[str, Any] = measured(
            [_of(row, column) for row in learn],
            [_of(row, label) for row in learn],
            [_of(row, column) for row in tell],
            lambda: [_of(row, label) for row in tell],
        )
        advance(3)
    if as_json:
        print_json(told)
        return
    print_table(("figure", "value"), [(name, value) for name, value in told.items() if value is not None])
