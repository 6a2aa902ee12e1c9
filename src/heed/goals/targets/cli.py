"""`heed targets`."""

from typing import Annotated

import typer

from heed.core.console.rules import print_json, print_table, say, spoken
from heed.core.edge import AsJson, door
from heed.core.errors.rules import phrase

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="What units aim at, down the tree.", no_args_is_help=True
)
STANDS = {
    "": "",
    "met": phrase("on target"),
    "missed": phrase("off target"),
    "uncertain": phrase("too early to tell"),
}


@app.callback()
def targets() -> None:
    """What units aim at, down the tree."""


@app.command("list", epilog="Example: heed targets list --json")
@door
def list_(as_json: AsJson = False) -> None:
    """List the cascades of targets in force."""
    from heed.goals.targets.queries.cascades import cascades, summary

    found = [summary(held) for held in cascades()]
    if as_json:
        print_json({"targets": found})
        return
    print_table(
        ("key", "name", "kpi", "version", "units"),
        [(each["key"], each["name"], each["kpi"], each["definition_version"], each["units"]) for each in found],
    )


@app.command("show", epilog="Example: heed targets show csat --weeks 4 --json")
@door
def show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Such as csat; `heed targets list` has them all.")],
    weeks: Annotated[int, typer.Option(help="Full weeks up to the newest facts.")] = 4,
    as_json: AsJson = False,
) -> None:
    """Show what each unit aims at and how it stands; small units are withheld."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.documents.units import in_unit
    from heed.goals.targets.queries.cascades import as_contract, stand

    found = stand(key, COMMAND_LINE, weeks)
    if as_json:
        print_json(as_contract(found))
        return
    unit, rows = found.target.measured_in, []
    for each in found.rows:
        row = each.row
        if row is not None and row.suppressed:
            told = [spoken()("withheld")] * 3
        else:
            told = [in_unit(getattr(row, name, None), unit) for name in ("value", "low", "high")]
        below = in_unit(each.sum.reached, unit) if each.sum else ""
        rows.append(("  " * each.depth + each.name, in_unit(each.target, unit), below, *told, STANDS[each.standing]))
    print_table(
        ("unit", "target", "units below come to", "now", "low", "high", "stands"), rows, title=found.target.name
    )
    if found.mismatch:
        say(found.mismatch)
    if found.cutoff:
        say(phrase("Data up to {cutoff} UTC.", cutoff=f"{found.cutoff:%Y-%m-%d %H:%M}"))
    else:
        say("There are no facts yet.")
