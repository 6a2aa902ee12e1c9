"""`heed model rehearse`: what definitions would have decided over the organisation's own history."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heed.core.console.rules import print_json, print_table, progress, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import Invalid, phrase

if TYPE_CHECKING:
    from heed.rehearsal.queries import Compared

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="What definitions would have decided.", no_args_is_help=True
)

YEAR = timedelta(days=365)


@app.callback()
def rehearsal() -> None:
    """What definitions would have decided."""


@app.command("rehearse", epilog="Example: heed model rehearse model/ --since 2025-01-01 --until 2026-01-01")
@door
def rehearse(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with one file a definition.")],
    since: Annotated[str, typer.Option(metavar="D", help="First day, or a time; a year before the end.")] = "",
    until: Annotated[str, typer.Option(metavar="D", help="First day left out, or a time; now.")] = "",
    as_json: AsJson = False,
) -> None:
    """Replay history through the definitions of a folder, beside those in force. Nothing is changed."""
    import time as clock

    from heed.core.definitions.actions import plan_model
    from heed.core.definitions.queries import read_model
    from heed.core.settings.rules import current
    from heed.facts.engine.engine import open_engine
    from heed.rehearsal.queries import can_be_rehearsed, rehearse_model

    started = clock.monotonic()
    wanted = read_model(folder)
    plan_model(wanted)
    start, end = _period(since, until)
    chosen = [item for item in wanted if can_be_rehearsed(item.kind)]
    if len(chosen) < len(wanted):
        others = len(wanted) - len(chosen)
        say(phrase("{many} definitions decide nothing about facts and are not rehearsed.", many=others))
    with open_engine(current()) as engine, progress(None, "Replaying facts") as advance:
        found = rehearse_model(engine, chosen, start, end, advance=advance)
        facts = _facts(engine, found, start, end)
    seconds = clock.monotonic() - started
    if as_json:
        rehearsals = [_as_dict(each) for each in found]
        print_json({"since": start, "until": end, "facts": facts, "rehearsals": rehearsals, "seconds": seconds})
    else:
        _tell(found, facts, start, end, seconds)


def _facts(engine: Any, found: "list[Compared]", start: datetime, end: datetime) -> int:
    """Facts of the tables that were replayed, each counted once."""
    from heed.facts.streams import Span

    return sum(Span(engine, table, start, end).rows() for table in {each.table for each in found})


def _period(since: str, until: str) -> tuple[datetime, datetime]:
    end = _moment(until) if until else datetime.now(UTC)
    start = _moment(since) if since else end - YEAR
    if not start < end:
        raise Invalid("The period ends before it begins.", code="invalid_period", hint="--since comes before --until.")
    return start, end


def _moment(written: str) -> datetime:
    """A day (its first instant where the organisation is) or a time, in UTC."""
    from zoneinfo import ZoneInfo

    from heed.core.people.queries import organisation

    zone = ZoneInfo(organisation().time_zone)
    try:
        if len(written) == len("2026-01-31"):
            return datetime.combine(date.fromisoformat(written), time(), tzinfo=zone).astimezone(UTC)
        found = datetime.fromisoformat(written)
    except ValueError as error:
        raise Invalid(
            phrase("{written} is no day or time.", written=written), code="invalid_time", hint="Such as 2026-01-31."
        ) from error
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)


def _as_dict(each: "Compared") -> dict[str, Any]:
    beside = each.in_force
    return {
        "kind": each.kind,
        "key": each.key,
        "version": each.version,
        "decided": each.rehearsal.decided,
        "outcomes": each.rehearsal.outcomes,
        "reasons": each.rehearsal.reasons,
        "figures": each.rehearsal.figures,
        "in_force": beside and {"outcomes": beside.outcomes, "reasons": beside.reasons, "figures": beside.figures},
    }


def _tell(found: "list[Compared]", facts: int, start: datetime, end: datetime, seconds: float) -> None:
    for each in found:
        beside = each.in_force
        codes = sorted({*each.rehearsal.outcomes, *(beside.outcomes if beside else ())})
        rows: list[tuple[Any, ...]] = [
            (code, each.rehearsal.outcomes.get(code, 0), beside.outcomes.get(code, 0) if beside else "")
            for code in codes
        ]
        for name, value in each.rehearsal.figures.items():
            rows.append((name, _plain(value), _plain(beside.figures.get(name)) if beside else ""))
        print_table(
            ["", phrase("version {number}", number=each.version), "in force"], rows, title=f"{each.kind} {each.key}"
        )
    span = {"start": f"{start:%Y-%m-%d %H:%M}", "end": f"{end:%Y-%m-%d %H:%M}", "seconds": f"{seconds:.1f}"}
    say(phrase("{facts} facts from {start} to {end} UTC, replayed in {seconds} s.", facts=facts, **span))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return ", ".join(f"{key} {inner}" for key, inner in value.items())
    return round(value, 2) if isinstance(value, float) else value
