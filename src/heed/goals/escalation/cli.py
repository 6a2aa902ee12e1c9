"""`heed escalation`."""

from typing import Annotated, Any

import typer

from heed.core.console.rules import print_json, print_table, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import Invalid, NotFound, phrase

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="Cases brought to who has authority.", no_args_is_help=True
)


@app.command("list", epilog="Example: heed escalation list --tab deferred --json")
@door
def list_(
    tab: Annotated[str, typer.Option(help="open, deferred, unattended, incidents or ended.")] = "open",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List escalations, the severest first."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.core.errors.rules import nearest
    from heed.goals.escalation.queries import TABS, as_told, urgent_first

    if tab not in TABS:
        raise Invalid(phrase("There is no tab {tab}.", tab=tab), code="unknown_tab", hint=nearest(tab, TABS))
    found = [as_told(row) for row in urgent_first(COMMAND_LINE, tab, limit)]
    if as_json:
        print_json({"tab": tab, "escalations": found})
        return
    keys = ("key", "number", "state", "severity", "impact", "level", "person", "acknowledge_by", "deferred_until")
    print_table(keys, [["" if row[key] is None else row[key] for key in keys] for row in found])


@app.command(epilog="Example: heed escalation show esc_4f0k2m8q1z7x3w9a --json")
@door
def show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="Key of an escalation, or number of its case.")],
    as_json: AsJson = False,
) -> None:
    """Show one escalation and what happened to it."""
    from heed.goals.escalation.models import Escalation
    from heed.goals.escalation.queries import as_told, steps

    rows = Escalation.objects.filter(key=key) if key.startswith("esc_") else Escalation.objects.filter(case_number=key)
    row = rows.order_by("-id").first()
    if row is None:
        raise NotFound("There is no such escalation.", code="unknown_escalation", hint="heed escalation list has them.")
    happened = [
        {"at": step.at, "actor": step.actor, "verb": step.verb, "level": step.level_key, "person": step.person,
         "reason": step.reason}
        for step in reversed(steps(row))
    ]  # fmt: skip
    if as_json:
        print_json({**as_told(row), "steps": happened})
        return
    print_table(("", ""), [(name, "" if value is None else value) for name, value in as_told(row).items()])
    print_table(("at", "actor", "verb", "level", "person", "reason"), [list(step.values()) for step in happened])


@app.command(epilog="Example: heed escalation rehearse protocol.yaml --weeks 26 --json")
@door
def rehearse(
    protocol: Annotated[
        str, typer.Argument(metavar="FILE|KEY", help="A protocol as YAML, or the key of one in force.")
    ],
    weeks: Annotated[int, typer.Option(min=1, max=520, help="How many weeks of history, up to the last fact.")] = 26,
    as_json: AsJson = False,
) -> None:
    """Replay a protocol over past cases, beside the one in force: load by person and day, severe cases missed, waits."""
    from heed.goals.escalation.queries import rehearsed

    key, body = _protocol(protocol)
    found, since, until = rehearsed(key, body, weeks)
    beside = found.in_force.figures if found.in_force is not None else None
    if as_json:
        told: dict[str, Any] = {"key": key, "version": found.version, "since": since, "until": until}
        told |= {"cases": found.rehearsal.facts, "outcomes": found.rehearsal.outcomes}
        print_json({**told, "figures": found.rehearsal.figures, "in_force": beside})
        return
    rows = [
        (name, _plain(value), _plain(beside.get(name)) if beside else "")
        for name, value in found.rehearsal.figures.items()
    ]
    print_table(("", phrase("version {number}", number=found.version), "in force"), rows, title=key)
    say(phrase("From {since} to {until} UTC.", since=f"{since:%Y-%m-%d}", until=f"{until:%Y-%m-%d}"))


def _protocol(named: str) -> tuple[str, dict[str, Any]]:
    """Key and body of a protocol in a file, or of the one in force under that key."""
    from pathlib import Path

    import yaml

    from heed.core.definitions.queries import in_force
    from heed.core.errors.rules import nearest
    from heed.goals.escalation.queries import protocols

    held = in_force("escalation", named)
    if held is not None:
        return named, held.body.model_dump(mode="json")
    path = Path(named)
    if not path.is_file():
        hint = nearest(named, [each.key for each in protocols()])
        raise NotFound(
            phrase("There is no file and no protocol {name}.", name=named), code="unknown_protocol", hint=hint
        )
    try:
        body = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise Invalid(phrase("The file cannot be read as YAML: {error}.", error=error), code="invalid_file") from None
    if not isinstance(body, dict):
        raise Invalid(
            "The file holds no protocol.", code="invalid_file", hint="It wants name, when, severe_when, levels."
        )
    return path.stem, body


def _plain(value: Any) -> Any:
    return "" if value is None else round(value, 2) if isinstance(value, float) else value


@app.command("load", epilog="Example: heed escalation load --weeks 8 --json")
@door
def load_(
    weeks: Annotated[int, typer.Option(min=1, max=104, help="How many weeks are looked at.")] = 8,
    as_json: AsJson = False,
) -> None:
    """Show who carried past escalations, by unit, and where one person carries what several should."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.goals.escalation.queries import history

    found = history(COMMAND_LINE, weeks)
    if as_json:
        print_json({"until": found.until, "weeks": weeks, "units": [each.as_dict() for each in found.units]})
        return
    rows = [
        (each.unit, each.n, each.busiest, f"{each.share:.0%}", f"{each.low:.0%}-{each.high:.0%}", _plain(each.hours),
         phrase("overloaded since {day}", day=each.since or "?") if each.overloaded else "")
        for each in found.units
    ]  # fmt: skip
    print_table(("unit", "escalations", "busiest", "share", "99 %", "hours", ""), rows)
