"""`heed sla negotiation`: the room as somebody who looks on sees it, and what terms would deliver before anybody offers them."""

from decimal import Decimal
from typing import Annotated, Any

import typer

from heed.core.console.rules import print_json, print_table, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import phrase
from heed.goals.slas.cli.slas import slas
from heed.goals.slas.cli.words import money_of, percent

negotiation = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="Two sides who bargain for a promise.", no_args_is_help=True
)
slas.add_typer(negotiation, name="negotiation")
Key = Annotated[str, typer.Argument(metavar="KEY", help="Such as cases_resolved; `heed sla list` has them all.")]


@negotiation.callback()
def talk() -> None:
    """Two sides who bargain for a promise. Offers and signatures are given by people who are signed in."""


@negotiation.command("show", epilog="Example: heed sla negotiation show calls_answered --json")
@door
def show(
    key: Key,
    of: Annotated[str, typer.Option(help="Which one; the newest without it.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show a negotiation: its sides, each offer with its score, who signed."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.goals.slas.queries.negotiations import room_of, told_room

    told = told_room(room_of(COMMAND_LINE, key, of))
    if as_json:
        print_json(told)
        return
    rows = [
        (
            each["number"],
            told[f"{each['side']}_title"],
            percent(each["target"]),
            f"{each['within_seconds']:g}",
            each["head_count"],
            each["money"],
            percent(_level(each["score"])["value"]),
            ", ".join(told[f"{side}_title"] for side in each["signed"]),
        )
        for each in told["offers"]
    ]
    columns = ("offer", "by", "target", "within s", "people", "money", "predicted", "signed")
    print_table(columns, rows, title=f"{told['sla_key']}: {told['state']}")


def _level(score: dict[str, Any]) -> dict[str, Any]:
    return ((score.get("predicted") or {}).get("service_level")) or {"value": None, "week_low": None, "week_high": None}


Target = Annotated[float | None, typer.Option(help="Share to be kept; else as in force.")]
Within = Annotated[float | None, typer.Option(help="Seconds promised; else as in force.")]


@negotiation.command(
    "score", epilog="Example: heed sla negotiation score cases_resolved --people 12 --target 0.9 --json"
)
@door
def score(
    key: Key,
    people: Annotated[float, typer.Option(help="People on the roster, full time.")],
    target: Target = None,
    within: Within = None,
    days: Annotated[str, typer.Option(help="Days open, such as monday,tuesday; else the hours in force.")] = "",
    opens: Annotated[str, typer.Option(help="With --days: when, such as 09:00.")] = "",
    closes: Annotated[str, typer.Option(help="With --days: until when, such as 17:00.")] = "",
    weeks: Annotated[int, typer.Option(help="How many weeks are learned from.")] = 13,
    cost_per_hour: Annotated[str | None, typer.Option(help="What an hour costs; else as facts say.")] = None,
    shrinkage: Annotated[float, typer.Option(help="Share of paid time in which people are not there.")] = 0.0,
    hours_per_person: Annotated[float, typer.Option(help="Hours of one person a week.")] = 38.0,
    seed: Annotated[int, typer.Option(help="Draws the weeks played.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Play terms on history without offering them: what they are predicted to keep, and what the target takes."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.goals.slas.queries.negotiations import Grounds, Tried, try_terms

    grounds = Grounds(
        weeks, cost_per_hour=money_of(cost_per_hour), shrinkage=shrinkage, hours_per_person=hours_per_person, seed=seed
    )
    named = tuple(each.strip() for each in days.split(",") if each.strip())
    tried = Tried(Decimal(str(people)), target, within, named, opens, closes)
    told = try_terms(COMMAND_LINE, key, tried, grounds)
    print_json(told) if as_json else _tell_score(told)


def _tell_score(told: dict[str, Any]) -> None:
    level = _level(told)
    say(
        phrase(
            "Predicted {level}; such a week lies between {low} and {high}. {verdict}.",
            level=percent(level["value"]),
            low=percent(level["week_low"]),
            high=percent(level["week_high"]),
            verdict=told["holds"],
        )
    )
    rows = [
        (
            percent(each["target"]),
            "–" if each["head_count"] is None else f"{each['head_count']:.1f}",
            each["cost"] or "–",
        )
        for each in told["rungs"]
    ]
    if rows:
        print_table(("target", "people", f"{told['currency']} a week"), rows)
