"""`heed cases`."""

from typing import Annotated, Any

import typer

from heed.core.console.rules import print_json, print_table
from heed.core.edge import AsJson, door

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    help="Cases: customers who are unhappy, and what is done about it.",
    no_args_is_help=True,
)


@app.callback()
def cases() -> None:
    """Cases: customers who are unhappy, and what is done about it."""


@app.command("list", epilog="Example: heed cases list --tab overdue")
@door
def list_(
    tab: Annotated[str, typer.Option(metavar="TAB", help="unowned, overdue, open, closed or all.")] = "open",
    team: Annotated[str, typer.Option(metavar="UNIT", help="Of one team, by its key.")] = "",
    words: Annotated[str, typer.Option("--words", metavar="TEXT", help="Number, or words of the title.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most to show.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Cases, those due first."""
    from django.utils import timezone

    from heed.core.access.rules import COMMAND_LINE
    from heed.core.errors.rules import Invalid, nearest, phrase
    from heed.service.cases.queries import TABS, Filters, lines, narrowed, ordered

    if tab not in TABS:
        raise Invalid(phrase("There is no tab {tab}.", tab=tab), code="unknown_tab", hint=nearest(tab, TABS))
    now = timezone.now()
    found = lines(ordered(narrowed(COMMAND_LINE, Filters(tab, words, team=team), now), "due")[:limit], now)
    if as_json:
        print_json({"cases": [_as_dict(line) for line in found]})
        return
    rows = [
        (line.number, line.title, line.severity, line.state, line.team, line.owner_name or "–", line.due_at or "–")
        for line in found
    ]
    print_table(["number", "title", "severity", "state", "team", "owner", "due"], rows)


@app.command("show", epilog="Example: heed cases show 10-018")
@door
def show(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Number or key of the case.")],
    as_json: AsJson = False,
) -> None:
    """One case and what was done about it. Words that people wrote are not shown."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.core.errors.rules import NotFound
    from heed.service.cases.queries import case, search, steps

    found = search(number, COMMAND_LINE, 2)
    if not found:
        raise NotFound("There is no such case.", code="unknown_case", hint="See heed cases list --tab all.")
    line = found[0]
    told = [
        {"at": step.at, "actor": step.actor, "verb": step.verb, "from": step.from_value, "to": step.to_value}
        for step in reversed(steps(case(COMMAND_LINE, line.key)))
    ]
    if as_json:
        print_json({**_as_dict(line), "steps": told})
        return
    print_table(["", ""], [(name, value) for name, value in _as_dict(line).items() if name != "promises"])
    print_table(["at", "who", "what", "from", "to"], [tuple(step.values()) for step in told])


def _as_dict(line: Any) -> dict[str, Any]:
    names = (
        "key",
        "number",
        "title",
        "severity",
        "state",
        "team",
        "owner",
        "region",
        "opened_at",
        "due_at",
        "closed_at",
        "cause",
    )
    promises = [
        {"promise": each.promise, "standing": each.standing, "due_at": each.due_at, "left_seconds": each.left_seconds}
        for each in line.promises
    ]
    return {
        **{name: getattr(line, name) for name in names},
        "customer": line.customer_key,
        "overdue": line.is_overdue,
        "promises": promises,
    }
