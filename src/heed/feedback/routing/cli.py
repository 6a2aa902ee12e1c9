"""`heed routing`."""

from pathlib import Path
from typing import Annotated

import typer

from heed.core.console.rules import print_json, print_table, say, spoken
from heed.core.edge import AsJson, door
from heed.core.errors.rules import phrase

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="Feedback to who can act on it.", no_args_is_help=True
)
File = Annotated[Path, typer.Argument(metavar="FILE", help="A routing, as YAML or JSON.")]
Weeks = Annotated[int, typer.Option(min=1, max=104, help="Weeks of what was said to try it on.")]


@app.callback()
def routing() -> None:
    """Feedback to who can act on it."""


@app.command("list", epilog="Example: heed routing list --json")
@door
def list_(as_json: AsJson = False) -> None:
    """The routes in force: what each sent where, and how often who got it said that it was theirs."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.routing.queries.items import route_lines

    lines = route_lines(COMMAND_LINE, spoken()("Everything else"))
    if as_json:
        told = [
            {
                "route": line.key, "name": line.name, "way": line.to.way, "receiver": line.to.who, "item_count": line.items,
                "open": line.open, "pieces": line.pieces, "sent_back": line.sent_back, "n": line.precision.decided,
                "precision": line.precision.value, "low": line.precision.low, "high": line.precision.high,
            }
            for line in lines
        ]  # fmt: skip
        print_json({"method": "wilson", "routes": told})
        return
    rows = [
        (line.key, line.name, line.called, line.open, line.pieces, line.precision.value, line.precision.decided)
        for line in lines
    ]
    print_table(("route", "name", "to", "open", "pieces", "right", "of"), rows)


@app.command("rehearse", epilog="Example: heed routing rehearse routing.yaml --weeks 8 --json")
@door
def rehearse(file: File, weeks: Weeks = 8, as_json: AsJson = False) -> None:
    """Try a routing on what was said: what each route would have got, beside the one in force. Nothing is sent."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.routing.queries.rehearsing import dry_run

    found = dry_run(COMMAND_LINE, _read(file), weeks)
    lines = found.lines()
    if as_json:
        print_json(
            {
                "since": found.since.isoformat(), "until": found.until.isoformat(), "read": found.tally.read,
                "routed": found.tally.routed, "rest_share": found.tally.rest_share, "routes": lines,
            }
        )  # fmt: skip
        return
    say(phrase("{routed} of {read} verbatims are routed.", routed=found.tally.routed, read=found.tally.read))
    keys = ("route", "way", "receiver", "pieces", "items", "pieces_in_force")
    print_table(keys, [tuple(line[key] for key in keys) for line in lines])


def _read(file: Path) -> dict[str, object]:
    import yaml

    from heed.core.errors.rules import Invalid

    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise Invalid(phrase("The file cannot be read as YAML: {error}.", error=error), code="invalid_file") from None
    if not isinstance(found, dict):
        raise Invalid("The file holds no routing.", code="invalid_file", hint="It wants routes and catch_all.")
    return found
