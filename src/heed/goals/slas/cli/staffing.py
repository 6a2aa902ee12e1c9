"""`heed staffing`: how many people a promise takes, what a better one costs, on which weekdays too few are there."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from heed.core.console.rules import print_json, print_table, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import Invalid, phrase
from heed.goals.slas.cli.words import FILE_HELP, demands_of, percent

if TYPE_CHECKING:
    from heed.goals.slas.rules.staffing import Demand, Planned, Promise

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="How many people a promise takes.", no_args_is_help=True
)


@app.callback()
def staffing() -> None:
    """How many people a promise takes."""


@app.command(
    "plan", epilog="Example: heed staffing plan --calls 240 --interval 1800 --aht 180 --target 0.8 --within 20"
)
@door(store=False)
def plan(
    target: Annotated[float, typer.Option(help="Share of callers to be answered in time, such as 0.8.")],
    within: Annotated[float, typer.Option(help="Seconds within which they are to be answered.")],
    calls: Annotated[float | None, typer.Option(help="Calls in the interval.")] = None,
    interval: Annotated[float | None, typer.Option(help="Seconds of an interval.")] = None,
    aht: Annotated[float | None, typer.Option(help="Seconds an agent is busy with a call.")] = None,
    intervals: Annotated[str | None, typer.Option(metavar="FILE", help=FILE_HELP)] = None,
    patience: Annotated[
        float | None, typer.Option(help="Mean seconds until a caller gives up; without it all wait.")
    ] = None,
    shrinkage: Annotated[float, typer.Option(help="Share of paid time in which people are not there.")] = 0.0,
    max_occupancy: Annotated[float, typer.Option(help="Share of their time that agents may be busy at most.")] = 1.0,
    simulate: Annotated[
        bool, typer.Option("--simulate", help="Play the day as one instead of each interval by a closed form.")
    ] = False,
    mix: Annotated[
        str | None, typer.Option(metavar="FILE", help="Kinds of calls and groups of agents as YAML; is simulated.")
    ] = None,
    runs: Annotated[int, typer.Option(help="How many times the day is played.")] = 100,
    seed: Annotated[int, typer.Option(help="Draws the days played; the same seed gives the same plan.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Agents for each interval: the fewest that answer the target share in time, and what they reach."""
    from heed.goals.slas.rules.staffing import plan as planned
    from heed.goals.slas.rules.staffing import promised

    promise = promised(target, within, patience, shrinkage, max_occupancy)
    wanted = demands_of(calls, interval, aht, intervals)
    if simulate or mix is not None:
        _tell_played(wanted, promise, mix, (runs, seed), as_json)
        return
    found = planned(wanted, promise)
    if as_json:
        told = {"model": promise.model, "target": target, "within_seconds": within, "patience_seconds": patience}
        limits = {"shrinkage": shrinkage, "max_occupancy": max_occupancy}
        print_json(told | limits | {"intervals": [each.as_dict() for each in found]})
    else:
        _tell(found, promise)


def _tell_played(
    wanted: "list[Demand]", promise: "Promise", mix: str | None, drawn: tuple[int, int], as_json: bool
) -> None:
    from heed.goals.slas.rules.playing import mix_of, play_plan

    found = play_plan(wanted, promise, mix_of(_yaml(mix)) if mix else None, runs=drawn[0], seed=drawn[1])
    if not as_json:
        _tell(found.intervals, promise, phrase("Simulation"))
        kinds = [(each.name, *map(percent, (each.service_level.value, each.abandonment.value))) for each in found.kinds]
        if len(kinds) > 1:
            print_table(("calls", "service level", "abandonment"), kinds)
        return
    intervals = [
        each.as_dict() | {"service_level_low": limit.low, "service_level_high": limit.high}
        for each, limit in zip(found.intervals, found.limits, strict=True)
    ]
    kinds_told = [
        {"name": each.name}
        | {name: getattr(each, name).as_dict() for name in ("service_level", "asa_seconds", "abandonment")}
        for each in found.kinds
    ]
    told = {"model": "simulation", "target": promise.target, "within_seconds": promise.within_seconds}
    limits = {
        "patience_seconds": promise.patience_seconds,
        "shrinkage": promise.shrinkage,
        "max_occupancy": promise.max_occupancy,
    }
    print_json(told | limits | {"runs": found.runs, "seed": found.seed, "intervals": intervals, "kinds": kinds_told})


def _yaml(path: str) -> Any:
    """What a YAML file holds. Raises Invalid where it is none."""
    from pathlib import Path

    import yaml

    try:
        written = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Invalid(
            phrase("{path} cannot be read as YAML: {error}", path=path, error=str(error).splitlines()[0]),
            code="invalid_file",
            hint="Give a file with kinds and groups.",
        ) from error
    if not isinstance(written, dict):
        raise Invalid(
            phrase("{path} holds no mapping.", path=path),
            code="invalid_file",
            hint="Give a file with kinds and groups.",
        )
    return written


def _tell(found: "list[Planned]", promise: "Promise", method: str = "") -> None:
    rows = [
        (
            each.start or "",
            f"{each.calls:g}",
            f"{each.aht_seconds:g}",
            each.agents,
            each.scheduled,
            percent(each.service_level),
            "–" if each.asa_seconds is None else f"{each.asa_seconds:.1f}",
            percent(each.occupancy),
            percent(each.abandonment),
        )
        for each in found
    ]
    columns = ("start", "calls", "aht", "agents", "scheduled", "service level", "asa s", "occupancy", "abandonment")
    print_table(columns, rows)
    method = method or ("Erlang A" if promise.patience_seconds else "Erlang C")
    say(
        phrase(
            "{method}: the fewest agents that answer {target} within {seconds} s.",
            method=method,
            target=f"{promise.target * 100:g} %",
            seconds=f"{promise.within_seconds:g}",
        )
    )
