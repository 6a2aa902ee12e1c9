"""`heed import`."""

from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from heed.core.access.rules import COMMAND_LINE
from heed.core.console.rules import print_json, print_table, progress, say
from heed.core.edge import AsJson, door

app = typer.Typer(help="Bring records in from a file.", no_args_is_help=True)
SHOWN = 60

MAPPING_HELP = "A YAML file, the key of a mapping in force, or the name of one in examples/mappings."


@app.command("import", epilog="Example: heed import answers.csv.gz --mapping nps_verbatims --dry-run")
@door
def import_(
    file: Annotated[
        str,
        typer.Argument(
            help="The file; - reads standard input. CSV, TSV, JSON, JSON lines, Parquet, Excel or XES; text also .gz."
        ),
    ],
    mapping: Annotated[str, typer.Option("--mapping", "-m", help=MAPPING_HELP)],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count and show the first fault of each rule; write nothing.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring records in from a file. The same file again changes nothing; rejected rows wait in quarantine."""
    from pathlib import Path

    from heed.service.formats.actions.importing import import_file

    total = Path(file).stat().st_size if file != "-" and Path(file).is_file() else None
    with progress(total, "reading") as advance:
        outcome = import_file(COMMAND_LINE, file, mapping, dry_run=dry_run, advance=advance)
    if as_json:
        print_json(outcome.as_dict())
        return
    _show(outcome.as_dict())


def _show(told: dict[str, Any]) -> None:
    """The figures on stdout; what was rejected, repaired and changed on stderr."""
    figures = [told["read"], told["accepted"], told["quarantined"], told["unchanged"]]
    print_table(["mapping", "read", "accepted", "quarantined", "unchanged"], [[told["mapping"], *figures]])
    for title, found in (("Rejected", told["errors"]), ("Repaired or noticed", told["notes"])):
        if found:
            _print_faults(title, found)
    for which, names in (("came", told["columns_came"]), ("went", told["columns_went"])):
        if names:
            say(escape(f"Columns that {which} since the last file: {', '.join(names)}."))
    if told["dry_run"]:
        say("Dry run: nothing was written.")


def _print_faults(title: str, found: list[dict[str, Any]]) -> None:
    """The first of each rule. Cells are plain text: what stands in a file is never read as markup."""
    table = Table(title=title, box=None, header_style="bold", pad_edge=False, title_justify="left")
    for column in ("rule", "count", "line", "column", "value", "reason"):
        table.add_column(column, justify="right" if column in ("count", "line") else "left", overflow="fold")
    for item in found:
        first = item["first"]
        value = first["value"] or ""
        shown = value if len(value) <= SHOWN else value[:SHOWN] + "…"
        cells = [item["rule"], item["count"], first["line"], first["column"], shown, first["reason"]]
        table.add_row(*(Text(str(cell)) for cell in cells))
    Console(stderr=True).print(table)
