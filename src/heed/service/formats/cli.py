"""`heed import`."""

from typing import Annotated, Any

import typer

from heed.core.access.rules import COMMAND_LINE
from heed.core.console.rules import print_json, print_table, progress, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import phrase

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="Bring records in from a file.", no_args_is_help=True
)
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
    _tell_faults(phrase("Rejected"), told["errors"])
    _tell_faults(phrase("Repaired or noticed"), told["notes"])
    if told["columns_came"]:
        say(phrase("Columns that came since the last file: {names}.", names=", ".join(told["columns_came"])))
    if told["columns_went"]:
        say(phrase("Columns that went since the last file: {names}.", names=", ".join(told["columns_went"])))
    if told["dry_run"]:
        say("Dry run: nothing was written.")


def _tell_faults(title: str, found: list[dict[str, Any]]) -> None:
    """The first of each rule."""
    rows = []
    for item in found:
        first = item["first"]
        value = first["value"] or ""
        shown = value if len(value) <= SHOWN else value[:SHOWN] + "…"
        rows.append([item["rule"], item["count"], first["line"], first["column"], shown, first["reason"]])
    if rows:
        print_table(("rule", "count", "line", "column", "value", "reason"), rows, title=title, aside=True)
