"""`heed asking`: why somebody is not asked, what is covered, the ledger rehearsed, and what stops asking."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heed.core.console.rules import print_json, print_table, progress, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import Invalid, NotFound, phrase

if TYPE_CHECKING:
    from heed.feedback.triggers.definition import ContactPolicy
    from heed.feedback.triggers.models import Ask

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="Whom heed asks, how often, and why not.", no_args_is_help=True
)
Who = Annotated[str, typer.Argument(metavar="CUSTOMER", help="heed's key, system:identifier, identifier or address.")]
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)


@app.callback()
def asking() -> None:
    """Whom heed asks, how often, and why not."""


def _customer(given: str) -> str:
    from heed.core.access.rules import COMMAND_LINE
    from heed.service.customers.queries import known_as

    found, _unknown = known_as(COMMAND_LINE, [given])
    if given not in found:
        raise NotFound("There is no such customer.", code="unknown_customer", hint="heed customers list has them.")
    return found[given]


@app.command(epilog="Example: heed asking why crm:4711 --json")
@door
def why(customer: Who, as_json: AsJson = False) -> None:
    """Why a customer is not asked: each decision with the clock that stopped it, and when they may be asked next."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.triggers.queries.log import asks
    from heed.feedback.triggers.queries.person import person_ledger, person_told
    from heed.feedback.triggers.rules.reasons import REASONS

    key = _customer(customer)
    found = person_ledger(COMMAND_LINE, key)
    rows = list(asks(COMMAND_LINE, customer=key)[:50])
    if as_json:
        print_json({**person_told(found), "decisions": [_decision(row) for row in rows]})
        return
    if found.obstacle:
        say(phrase("Not asked: {why}.", why=phrase(REASONS[found.obstacle])))
    elif found.next_at is not None:
        say(phrase("May be asked from {at} UTC on.", at=f"{found.next_at:%Y-%m-%d %H:%M}"))
    print_table(
        ("decided", "asked", "reason", "survey", "by", "may be asked from"),
        [
            (
                f"{row.decided_at:%Y-%m-%d %H:%M}",
                "yes" if row.asked else "",
                row.reason,
                row.survey_key,
                row.trigger_key or "a list",
                f"{row.rested_until:%Y-%m-%d %H:%M}" if row.rested_until else "",
            )
            for row in rows
        ],
    )


def _decision(row: "Ask") -> dict[str, Any]:
    return {
        "key": row.key,
        "decided_at": row.decided_at,
        "asked": row.asked,
        "reason": row.reason,
        "survey": row.survey_key,
        "trigger": row.trigger_key,
        "probability": row.probability,
        "rested_until": row.rested_until,
    }


@app.command(epilog="Example: heed asking coverage --json")
@door
def coverage(as_json: AsJson = False) -> None:
    """What is covered: of each cell the answers wanted, the share it is asked with today, and who was asked and answered."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.triggers.queries.coverage import cell_told, coverage_lines

    found = coverage_lines(COMMAND_LINE)
    if as_json:
        print_json({"cells": [cell_told(each) for each in found]})
        return
    print_table(
        ("cell", "wanted", "share today", "came", "asked", "answered", "expected", ""),
        [
            (
                each.name,
                each.wanted,
                "–" if each.today.share is None else round(each.today.share, 3),
                each.came,
                each.asked,
                each.answered,
                round(each.expected, 1),
                "cannot be reached" if each.is_short else "",
            )
            for each in found
        ],
    )


@app.command(epilog="Example: heed asking precision --kpi csat --weeks 13 --json")
@door
def precision(
    kpi: Annotated[str, typer.Option(metavar="KEY", help="csat, nps, ces or another KPI of answers.")] = "",
    weeks: Annotated[int, typer.Option(help="So many weeks up to the last day.")] = 13,
    until: Annotated[str, typer.Option(metavar="D", help="The last day; today.")] = "",
    as_json: AsJson = False,
) -> None:
    """How closely each segment is known, and how many answers it takes to know it closely enough."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.documents.units import in_unit
    from heed.feedback.triggers.queries import precision as precisely

    day = _day(until).date() if until else None
    found = precisely.precision(COMMAND_LINE, precisely.Precise(kpi, weeks, day))
    if as_json:
        print_json(precisely.precision_told(found))
        return
    if found is None or not found.lines:
        say("There are no answers to contacts that came to a recorded draw.")
        return
    unit = found.unit
    rows: list[tuple[Any, ...]] = []
    for line in found.lines:
        known, segment = line.helped, line.segment or "–"
        if line.withheld or known.low is None or known.high is None or known.value is None:
            rows.append((segment, "", "", "", "", "", "too few"))
            continue
        narrower = f"{100 * (line.narrower or 0.0):.0f} %"
        value, low, high = (in_unit(each, unit) for each in (known.value, known.low, known.high))
        rows.append((segment, known.n, known.persons, value, f"{low} – {high}", narrower, line.answers_for))
    wanted = f"answers for ± {found.margin:g}"
    print_table(("segment", "answers", "customers", found.kpi, "interval", "narrower by", wanted), rows)


@app.command(epilog="Example: heed asking rehearse --policy contact.yaml --since 2026-01-01 --json")
@door
def rehearse(
    policy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A contact policy as YAML; the one in force unless given.")
    ] = None,
    since: Annotated[str, typer.Option(metavar="D", help="First day; a year before the end.")] = "",
    until: Annotated[str, typer.Option(metavar="D", help="First day left out; now.")] = "",
    as_json: AsJson = False,
) -> None:
    """Replay history through the triggers in force and a contact policy: whom they would have asked. Nothing is changed."""
    from heed.core.settings.rules import current
    from heed.facts.engine.engine import open_engine
    from heed.feedback.triggers.queries.rehearsing import rehearse_asking

    end = _day(until) if until else datetime.now(UTC)
    start = _day(since) if since else end - YEAR
    if not start < end:
        raise Invalid("The period ends before it begins.", code="invalid_period", hint="--since comes before --until.")
    body = _policy(policy) if policy is not None else None
    with open_engine(current()) as engine, progress(None, "Replaying facts") as advance:
        found = rehearse_asking(engine, start, end, policy=body, advance=advance)
    told = found.figures.as_told()
    if as_json:
        print_json({"since": start, "until": end, "facts": found.facts, **told, "seconds": found.seconds})
        return
    rows: list[tuple[Any, ...]] = [("asked", told["asked"]), ("customers", told["customers"])]
    print_table(("reason", "decisions"), [*rows, *sorted(told["reasons"].items(), key=lambda each: -each[1])])
    print_table(
        ("segment", "touchpoint", "candidates", "asked", "answers expected", "± points"),
        [
            (
                each.segment or "–",
                each.touchpoint or "–",
                each.candidates,
                each.asked,
                round(each.expected, 1),
                "–" if each.margin is None else round(100 * each.margin, 1),
            )
            for each in found.figures.cells
        ],
    )


def _policy(file: Path) -> "ContactPolicy":
    import yaml

    from heed.core.definitions.rules import validate

    try:
        body = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Invalid(phrase("{file} cannot be read as YAML.", file=file.name), code="invalid_file") from error
    if not isinstance(body, dict):
        raise Invalid(phrase("{file} holds no contact policy.", file=file.name), code="invalid_file")
    return validate("contact_policy", body)  # type: ignore[return-value]


def _day(written: str) -> datetime:
    try:
        found = datetime.combine(date.fromisoformat(written), datetime.min.time(), tzinfo=UTC)
    except ValueError as error:
        raise Invalid(
            phrase("{written} is no day.", written=written), code="invalid_time", hint="2026-01-31"
        ) from error
    if not EARLIEST <= found <= datetime.now(UTC) + YEAR:
        raise Invalid(phrase("{written} is too far off.", written=written), code="invalid_time", hint="2026-01-31")
    return found


@app.command(epilog='Example: heed asking contact crm:4711 --channel sms --once "campaign-7:4711"')
@door
def contact(
    customer: Who,
    channel: Annotated[str, typer.Option(help="email, sms, phone, post, chat, app, web, social or other.")],
    once: Annotated[str, typer.Option(help="What the contact is known by: the same one counts once.")] = "",
    as_json: AsJson = False,
) -> None:
    """Count a contact that something other than heed made against the customer's budget."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.triggers.actions.keeping import note_contact

    touch = note_contact(COMMAND_LINE, _customer(customer), channel, once_key=once)
    if as_json:
        print_json({"contact": touch.key, "customer": touch.customer_key, "channel": touch.channel, "at": touch.at})
        return
    say("Counted.")


@app.command(epilog='Example: heed asking stop crm:4711 --why "asked us by phone"')
@door
def stop(
    customer: Who, why: Annotated[str, typer.Option(help="Why they are not to be asked.")], as_json: AsJson = False
) -> None:
    """Never ask a customer from now on, until it is taken back."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.triggers.actions.keeping import leave_alone

    row = leave_alone(COMMAND_LINE, _customer(customer), why)
    if as_json:
        print_json({"customer": row.customer_key, "stopped_at": row.stopped_at})
        return
    say("The customer is not asked any more.")


@app.command(epilog="Example: heed asking allow crm:4711")
@door
def allow(customer: Who, as_json: AsJson = False) -> None:
    """Take back that a customer is not to be asked. What they said themselves stays."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.triggers.actions.keeping import ask_again

    key = _customer(customer)
    ask_again(COMMAND_LINE, key)
    if as_json:
        print_json({"customer": key, "stopped_at": None})
        return
    say("The customer may be asked again.")


@app.command(epilog='Example: heed asking pause --region north --why "storm" --hours 48')
@door
def pause(
    why: Annotated[str, typer.Option(help="Why nobody is asked.")],
    region: Annotated[str, typer.Option(help="Of which region; all unless given.")] = "",
    hours: Annotated[float | None, typer.Option(help="For so many hours; until it is ended, unless given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask nobody for a time."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.triggers.actions.keeping import pause_asking

    row = pause_asking(COMMAND_LINE, region, why, hours)
    if as_json:
        print_json({"pause": row.key, "region": row.region, "since": row.since, "until": row.until})
        return
    say(phrase("Nobody is asked: {pause}.", pause=row.key))


@app.command(epilog="Example: heed asking resume pause_4f0k2m8q1z7x3w9a")
@door
def resume(
    key: Annotated[str, typer.Argument(metavar="PAUSE", help="Key of the pause.")], as_json: AsJson = False
) -> None:
    """End a pause now."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.triggers.actions.keeping import resume_asking

    row = resume_asking(COMMAND_LINE, key)
    if as_json:
        print_json({"pause": row.key, "region": row.region, "since": row.since, "until": row.until})
        return
    say("Customers are asked again.")
