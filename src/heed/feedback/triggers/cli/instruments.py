"""`heed instruments`: which instrument each touchpoint should have, and what customers do with nobody asked."""

from datetime import date
from typing import Annotated

import typer

from heed.core.console.rules import print_json, print_table, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import Invalid, phrase

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    help="Which instrument each touchpoint should have.",
    no_args_is_help=True,
)


@app.callback()
def instruments() -> None:
    """Which instrument each touchpoint should have, and what customers do with nobody asked."""


@app.command(epilog="Example: heed instruments advise --outcome left --json")
@door
def advise(
    outcome: Annotated[
        str, typer.Option(help="left, lapse, downgrade, complaint or recontact; the gravest there is.")
    ] = "",
    days: Annotated[int, typer.Option(help="How many days of history are read.")] = 548,
    as_json: AsJson = False,
) -> None:
    """For each touchpoint: what foretells what customers do next, how many may be asked, and so which instrument."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.triggers.queries.advising import Asked, advising, as_contract
    from heed.feedback.triggers.rules.advising import ADVICE

    found = advising(COMMAND_LINE, Asked(outcome, days))
    assert found is not None
    if as_json:
        print_json(as_contract(found))
        return
    print_table(
        ("touchpoint", "advice", "sign", "concordance", "customers", "answers a week"),
        [
            (
                each.touchpoint,
                str(phrase(ADVICE[each.code])),
                each.sign or "–",
                next(
                    (
                        f"{one.foretold.found.value:.3f} ({one.foretold.found.low:.3f} – {one.foretold.found.high:.3f})"
                        for one in each.weighed
                        if one.foretold.sign == each.sign
                    ),
                    "–",
                ),
                each.room.customers if each.room else 0,
                round(each.answers_a_week, 1),
            )
            for each in found.advice
        ],
    )
    for mark in found.marks:
        say(phrase("Rests on answers of {survey} that failed audit {audit}.", survey=mark.survey, audit=mark.audit))


@app.command(epilog="Example: heed instruments behaviour --by touchpoint --since 2026-01-01 --json")
@door
def behaviour(
    by: Annotated[str, typer.Option(help="segment, touchpoint, region, product or channel.")] = "segment",
    since: Annotated[str, typer.Option(metavar="D", help="First day.")] = "",
    until: Annotated[str, typer.Option(metavar="D", help="First day left out.")] = "",
    as_json: AsJson = False,
) -> None:
    """What customers do, with nobody asked: repeat usage, churn, recontact, complaints, downgrade."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.triggers.queries.behaviour import as_contract
    from heed.feedback.triggers.queries.behaviour import behaviour as read

    found = read(COMMAND_LINE, by, _day(since), _day(until))
    if as_json:
        print_json(as_contract(found))
        return
    print_table(
        ("indicator", by, "value", "low", "high", "n"),
        [
            (each.key, name or "all", *(_number(value) for value in (row.value, row.low, row.high)), row.n or "–")
            for each in found.indicators
            for name, row in [("", each.whole), *sorted(each.groups.items())]
        ],
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError as error:
        raise Invalid(
            phrase("{written} is no day.", written=written), code="invalid_time", hint="2026-01-31"
        ) from error
