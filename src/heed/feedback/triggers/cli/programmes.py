"""`heed programmes`: panels of customers who are asked in waves."""

from typing import Annotated

import typer

from heed.core.console.rules import print_json, print_table
from heed.core.edge import AsJson, door

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="Panels that are asked in waves.", no_args_is_help=True
)


@app.callback()
def programmes() -> None:
    """Panels of customers who are asked in waves."""


@app.command("list", epilog="Example: heed programmes list --json")
@door
def programmes_list(as_json: AsJson = False) -> None:
    """Programmes in force, each with its panel and the next wave."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.triggers.queries.programmes import as_contract, programme_lines

    found = programme_lines(COMMAND_LINE)
    if as_json:
        print_json({"programmes": [as_contract(each) for each in found]})
        return
    print_table(
        ("programme", "survey", "every", "panel", "next wave", "members"),
        [
            (
                each.found.key,
                each.found.body.survey,
                each.found.body.every,
                each.panel,
                str(each.coming.on) if each.coming else "–",
                each.coming.members if each.coming else "–",
            )
            for each in found
        ],
    )


@app.command("show", epilog="Example: heed programmes show relationship --json")
@door
def programmes_show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Key of a programme in force.")], as_json: AsJson = False
) -> None:
    """One programme: its waves with who was asked and answered, and those to come."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.triggers.queries.programmes import as_contract, programme_line

    line = programme_line(COMMAND_LINE, key)
    if as_json:
        print_json(as_contract(line))
        return
    print_table(
        ("wave", "group", "members", "asked", "answered", "to come"),
        [
            *((str(each.on), each.group + 1, each.members, "–", "–", each.members) for each in reversed(line.ahead)),
            *((str(each.on), each.group + 1, each.members, each.asked, each.answered, each.left) for each in line.past),
        ],
    )
