"""What the commands of promises and staffing read and say alike."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import typer

from heed.core.errors.rules import Invalid, phrase

if TYPE_CHECKING:
    from heed.goals.slas.rules.staffing import Demand

FILE_HELP = "start,calls,aht_seconds as CSV, TSV, JSON, Parquet or Excel; - reads standard input."


def percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.1f} %"


def money_of(written: str | None) -> Decimal | None:
    """What an hour costs, as it was typed. Raises Invalid."""
    try:
        found = None if written is None else Decimal(written)
    except InvalidOperation:
        found = Decimal("NaN")
    if found is not None and not (found.is_finite() and 0 < found < 1_000_000):
        raise Invalid(
            phrase("{written!r} is no amount of money.", written=written or ""),
            code="invalid_money",
            hint="Such as 34.50.",
        )
    return found


def demands_of(calls: float | None, interval: float | None, aht: float | None, intervals: str | None) -> "list[Demand]":
    """The intervals to be staffed: one that was typed, or those of a file."""
    from heed.goals.slas.rules.staffing import demand, demands
    from heed.text.files import read_rows

    if intervals is not None:
        if calls is not None or aht is not None:
            raise typer.BadParameter(
                "--intervals FILE brings its own calls and aht_seconds: leave --calls and --aht out."
            )
        return demands(read_rows(intervals), interval)
    if calls is None or interval is None or aht is None:
        raise typer.BadParameter("Give --calls, --interval and --aht, or --intervals FILE.")
    return [demand(None, calls, aht, interval)]
