"""`heed journeys list|show|report`: journeys as they are designed, and how they run."""

from typing import TYPE_CHECKING, Annotated, cast

import typer

from heed.core.console.rules import print_json, print_table, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import phrase

if TYPE_CHECKING:
    from heed.goals.journeys.definition import Journey
    from heed.goals.journeys.queries.reports import Shown

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, no_args_is_help=True, help="Journeys as designed, and how they run."
)
Key = Annotated[str, typer.Argument(metavar="KEY", help="Such as sample_journey; `heed journeys list` has them all.")]


@app.command("list", epilog="Example: heed journeys list --json")
@door
def list_(as_json: AsJson = False) -> None:
    """List the journeys in force."""
    from heed.goals.journeys.queries.reports import list_journeys

    found = []
    for each in list_journeys():
        journey = cast("Journey", each.body)
        stages = [stage.key for stage in journey.stages]
        found.append({"key": each.key, "name": journey.name, "stages": stages, "definition_version": each.version})
    if as_json:
        print_json({"journeys": found})
    else:
        rows = [
            (each["key"], each["name"], ", ".join(cast(list[str], each["stages"])), each["definition_version"])
            for each in found
        ]
        print_table(("key", "name", "stages", "version"), rows)


@app.command(epilog="Example: heed journeys show sample_journey --json")
@door
def show(key: Key, as_json: AsJson = False) -> None:
    """Show a journey as it is designed: stages, promises, the activities behind them."""
    from heed.goals.journeys.queries.reports import journey_in_force

    held = journey_in_force(key)
    journey = cast("Journey", held.body)
    if as_json:
        print_json({"key": held.key, "definition_version": held.version, "body": journey.model_dump(mode="json")})
        return
    rows = [
        (stage.key, stage.title, stage.promise.words if stage.promise else "", " → ".join(stage.activities))
        for stage in journey.stages
    ]
    print_table(("stage", "title", "promise", "activities"), rows, title=journey.name)


@app.command(epilog="Example: heed journeys report sample_journey --since 2026-01-01 --json")
@door
def report(
    key: Key,
    since: Annotated[str, typer.Option(metavar="D", help="From this day on.")] = "",
    until: Annotated[str, typer.Option(metavar="D", help="Before this day.")] = "",
    as_json: AsJson = False,
) -> None:
    """Report how a journey runs: value beside cost and effort by stage, misalignments, departures from the design."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.goals.journeys.queries.contracts import as_contract
    from heed.goals.journeys.queries.reports import Days, reported

    shown = reported(key, COMMAND_LINE, Days(since, until))
    if as_json:
        print_json(as_contract(shown))
    else:
        _tell(shown)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.1f} %"


def _tell(shown: "Shown") -> None:
    from heed.mining.picture.words import span

    found = shown.report
    rows = [
        (
            row.stage.title, _share(row.importance.value), _share(row.satisfaction.value),
            _share(row.weighed.value_share if row.weighed else None), _share(row.weighed.cost_share if row.weighed else None),
            span(row.effort.median_seconds), span(row.effort.p90_seconds), _number(row.effort.handoffs_per_case),
            _number(row.effort.rework_per_case), _share(row.fitness),
        )
        for row in found.stages
    ]  # fmt: skip
    heads = (
        "stage",
        "importance",
        "satisfaction",
        "of value",
        "of cost",
        "median",
        "p90",
        "handoffs",
        "rework",
        "fitness",
    )
    print_table(heads, rows, title=shown.journey.name)
    _tell_misaligned(shown)
    departures = [(each.stage, each.kind, each.activity, each.after, each.cases) for each in found.departures[:15]]
    print_table(("stage", "departure", "activity", "after", "cases"), departures, title="Where cases leave the design")
    for mark in shown.marks:
        say(phrase("Rests on answers of {survey} that failed audit {audit}.", survey=mark.survey, audit=mark.audit))


def _tell_misaligned(shown: "Shown") -> None:
    for each in shown.report.misalignments:
        if each.is_misaligned:
            say(
                phrase(
                    "{stage}: cost is {ratio} times value ({low} to {high}).",
                    stage=each.stage,
                    ratio=f"{each.ratio:.2f}",
                    low=f"{each.low:.2f}",
                    high=f"{each.high:.2f}",
                )
            )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
