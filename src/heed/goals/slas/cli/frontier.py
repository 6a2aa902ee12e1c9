"""`heed staffing frontier` and `heed staffing weekdays`."""

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heed.core.calendar.definition import WEEKDAYS
from heed.core.console.rules import print_json, print_table, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import phrase
from heed.goals.slas.cli.staffing import app
from heed.goals.slas.cli.words import FILE_HELP, demands_of, money_of, percent

if TYPE_CHECKING:
    from heed.goals.slas.rules.frontier import Prices
    from heed.goals.slas.rules.staffing import Demand

Within = Annotated[float, typer.Option(help="Seconds within which callers are to be answered.")]
Where = Annotated[str, typer.Option(help="Which calls, as a condition.")]
Weeks = Annotated[int, typer.Option(help="How many weeks are learned from.")]
By = Annotated[str, typer.Option(help="Queues: region, team, channel, or empty for one.")]
File = Annotated[
    str | None, typer.Option(metavar="FILE", help=f"{FILE_HELP} Without it an ordinary week is learned from facts.")
]
Interval = Annotated[float | None, typer.Option(help="Seconds of an interval.")]
Patience = Annotated[float | None, typer.Option(help="With FILE: mean seconds until a caller gives up.")]
Cost = Annotated[str | None, typer.Option(help="What an hour costs; else as facts of workforce say.")]
Currency = Annotated[str, typer.Option(help="ISO 4217; else the organisation's.")]
Shrinkage = Annotated[float, typer.Option(help="Share of paid time in which people are not there.")]
HoursOfPerson = Annotated[float, typer.Option(help="Hours of one person a week.")]
Law = Annotated[
    str, typer.Option(help="How long callers are ready to wait: exponential, or seen (Kaplan and Meier's curve).")
]
Runs = Annotated[int, typer.Option(help="How many times each option is played.")]
Seed = Annotated[int, typer.Option(help="Draws the weeks played.")]
PHONE = 'channel == "phone"'


@app.command("frontier", epilog="Example: heed staffing frontier --within 20 --cost-per-hour 34.50 --json")
@door(store=False)
def frontier(
    within: Within = 20.0,
    intervals: File = None,
    interval: Interval = None,
    patience: Patience = None,
    cost_per_hour: Cost = None,
    currency: Currency = "",
    shrinkage: Shrinkage = 0.0,
    hours_per_person: HoursOfPerson = 38.0,
    where: Where = PHONE,
    weeks: Weeks = 13,
    by: By = "region",
    law: Law = "exponential",
    runs: Runs = 20,
    seed: Seed = 1,
    as_json: AsJson = False,
) -> None:
    """Service level against agents against money: the cheapest roster for each target, played."""
    from heed.goals.slas.rules.frontier import checked_prices

    money = money_of(cost_per_hour)
    if intervals is not None:
        if money is None:
            raise typer.BadParameter("With --intervals FILE give --cost-per-hour.")
        prices = checked_prices(money, currency or "EUR", shrinkage, hours_per_person)
        told = _written_frontier(demands_of(None, interval, None, intervals), within, patience, prices, (runs, seed))
    else:
        question = where, weeks, by, within, None, law
        told = _learned_frontier(question, money, (currency, shrinkage, hours_per_person), (runs, seed))
    print_json(told) if as_json else _tell_frontier(told)


@app.command("weekdays", epilog="Example: heed staffing weekdays --target 0.8 --within 20 --json")
@door
def weekdays(
    target: Annotated[float, typer.Option(help="Share of callers to be answered in time, such as 0.8.")] = 0.8,
    within: Within = 20.0,
    where: Where = PHONE,
    weeks: Weeks = 13,
    by: By = "region",
    as_json: AsJson = False,
) -> None:
    """Weekdays on which too few people are there: scheduled against needed, by queue."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.goals.slas.queries.calls import Asked
    from heed.goals.slas.queries.planned import weekdays_told

    told = weekdays_told(COMMAND_LINE, Asked(where, weeks, by, within), target)
    if as_json:
        print_json(told)
        return
    print_table(
        ("queue", "weekday", "needed h", "scheduled h", "beside", "low", "high", "give up", "other days", "short"),
        [
            (
                each["queue"],
                WEEKDAYS[each["weekday"]],
                f"{each['needed_hours']:.1f}",
                f"{each['scheduled_hours']:.1f}",
                *(percent(each[name]) for name in ("beside", "low", "high", "abandonment", "abandonment_others")),
                phrase("too few people") if each["is_short"] else "",
            )
            for each in told["weekdays"]
        ],
    )


def _learned_frontier(
    question: tuple[str, int, str, float, None, str],
    money: Decimal | None,
    priced: tuple[str, float, float],
    drawn: tuple[int, int],
) -> dict[str, Any]:
    """The frontier of an ordinary week, learned from the store's facts."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.core.edge import with_store

    with_store()
    from heed.goals.slas.queries.calls import Asked
    from heed.goals.slas.queries.planned import Priced, frontier_told

    given = Priced(money, *priced)
    return frontier_told(COMMAND_LINE, Asked(*question), given, runs=drawn[0], seed=drawn[1])


def _written_frontier(
    wanted: "list[Demand]", within: float, patience: float | None, prices: "Prices", drawn: tuple[int, int]
) -> dict[str, Any]:
    """The frontier of a day that was written down; no store is needed."""
    from heed.goals.slas.rules.frontier import frontier as found
    from heed.goals.slas.rules.history import written
    from heed.goals.slas.rules.telling import told_option, told_prices

    runs, seed = drawn
    points = found(written(wanted, patience), within, prices, runs=runs, seed=seed)
    return {
        "learned": False,
        "span": "day",
        "within_seconds": within,
        "patience": {"mean": patience},
        **told_prices(prices),
        "points": [told_option(each) for each in points],
        "now": None,
        "runs": runs,
        "seed": seed,
    }


def _tell_frontier(told: dict[str, Any]) -> None:
    rows = [
        (
            "now" if each["target"] is None else f"{each['target'] * 100:g} %",
            percent(each["service_level"]["value"]),
            percent(each["abandonment"]["value"]),
            percent(each["csat"]["value"]),
            f"{each['head_count']:.1f}",
            each["peak_agents"],
            f"{each['cost']} {told['currency']}",
        )
        for each in (*told["points"], *([told["now"]] if told["now"] else []))
    ]
    print_table(
        ("target", "service level", "abandonment", "satisfied", "people", "peak", f"cost a {told['span']}"), rows
    )
    for mark in told.get("marks", ()):
        words = {"survey": mark["survey"], "audit": mark["audit"]}
        say(phrase("Rests on answers of {survey} that failed audit {audit}.", **words))
