"""The commands `heed sample-operation load`, `remove` and `truths`."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

import typer

from heed.core.console.rules import print_json, print_table, progress, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import Invalid, phrase

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    help="An operation to try heed on, with planted truths.",
)

Seed = Annotated[int, typer.Option("--seed", help="Draws the operation; the same seed gives the same one.")]
Scale = Annotated[float, typer.Option("--scale", help="1 is 20,000 customers and about 200,000 contacts.")]
Until = Annotated[
    str, typer.Option("--until", metavar="DAY", help="Last day, such as 2026-06-30; yesterday unless given.")
]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(
            phrase("{text} is no day.", text=text), code="invalid_until", hint="Write it as 2026-06-30."
        ) from None


@app.command()
@door
def load(seed: Seed = 0, scale: Scale = 1.0, until: Until = "", as_json: AsJson = False) -> None:
    """Load a telecom of 4 regions, 12 teams and 60 agents, 18 months long.

    Example: heed sample-operation load --seed 7
    """
    from heed.sample.actions import load_sample

    with progress(100, "Loading the sample operation, %") as advance:
        result = load_sample(seed, scale, _day(until), lambda share: advance(100 * share))
    if as_json:
        print_json(result)
        return
    print_table(("table", "rows"), [(name, rows) for name, rows in result["tables"].items()])
    made = {"seed": result["seed"], "until": result["until"]}
    if result["loaded"]:
        say(phrase("{rows} rows loaded (seed {seed}, until {until}).", rows=f"{result['loaded']:,}", **made))
    else:
        say(phrase("Nothing to load: it is there already (seed {seed}, until {until}).", **made))
    say("What is planted: heed sample-operation truths")


@app.command()
@door
def remove(as_json: AsJson = False) -> None:
    """Take the sample operation away, and nothing else.

    Example: heed sample-operation remove
    """
    from heed.sample.actions import remove_sample

    result = remove_sample()
    if as_json:
        print_json(result)
        return
    counts = {"rows": f"{result['removed']:,}", "people": result["people"], "units": result["units"]}
    say(phrase("{rows} rows, {people} people and {units} units removed.", **counts))


@app.command()
@door
def truths(
    seed: Annotated[int | None, typer.Option("--seed", help="The seed; that of what is loaded unless given.")] = None,
    until: Until = "",
    as_json: AsJson = False,
) -> None:
    """What is planted, how large, where it is to be seen, and the null twin that looks alike.

    Example: heed sample-operation truths --seed 7
    """
    from heed.sample.queries import truths_of

    told = truths_of(seed, _day(until))
    if as_json:
        print_json(_plain(told))
        return
    for truth in told.truths:
        print(f"\n{truth.title} ({truth.key})\n{truth.what}")
        for place in truth.where:
            since = f" since {place.since}" if place.since else ""
            print(f"  see {place.table} ({', '.join(place.columns)}): {place.filter}{since}")
        sizes = ", ".join(f"{name} {size:g}" for name, size in truth.effect.items())
        print(f"  size: {sizes}\n  found by: {', '.join(truth.finders)}\n  twin: {truth.twin}")


def _plain(told: object) -> object:
    """Days as text, so that the object is plain JSON."""

    def simple(value: object) -> object:
        if isinstance(value, dict):
            return {key: simple(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [simple(inner) for inner in value]
        return value.isoformat() if isinstance(value, date | datetime) else value

    return simple(asdict(told))  # type: ignore[call-overload]
