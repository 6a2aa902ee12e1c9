"""`heed quality audit`, `audits` and `accept`: whether figures may rest on the answers."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from heed.core.console.rules import print_json, print_table, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import phrase

if TYPE_CHECKING:
    from heed.feedback.quality.models import QualityAudit

app = typer.Typer(add_completion=False, rich_markup_mode=None)
Survey = Annotated[str, typer.Argument(metavar="SURVEY", help="Such as after_call; `heed quality list` has them all.")]
Since = Annotated[str, typer.Option(metavar="D", help="First day (2026-03-01), or a time; included.")]
Until = Annotated[str, typer.Option(metavar="D", help="First day left out, or a time.")]


@app.command("audit", epilog="Example: heed quality audit after_call --since 2026-01-01 --json")
@door
def audit(survey: Survey, since: Since = "", until: Until = "", as_json: AsJson = False) -> None:
    """Look at a survey's answers now: careless, machines, agents who choose whom to ask. A failed audit marks figures."""
    from datetime import datetime

    from heed.core.access.rules import COMMAND_LINE
    from heed.core.errors.rules import Invalid
    from heed.feedback.quality.actions.auditing import run_audit

    def moment(text: str) -> datetime | None:
        try:
            return datetime.fromisoformat(text) if text else None
        except ValueError as error:
            raise Invalid(
                phrase("{text} is no day and no time.", text=text), code="invalid_time", hint="Such as 2026-03-01."
            ) from error

    row = run_audit(COMMAND_LINE, survey, moment(since), moment(until))
    if as_json:
        print_json(_told(row))
        return
    _tell(row)


def _told(row: "QualityAudit") -> dict[str, Any]:
    same = ("key", "since", "until", "ran_at", "ran_by", "state", "answers", "checks", "accepted_at", "accepted_by")
    return {"survey": row.survey_key, **{name: getattr(row, name) for name in same}, "agents": row.agents}


def _tell(row: "QualityAudit") -> None:
    from heed.documents.units import in_unit
    from heed.feedback.quality.rules.auditing import CHECK_NAMES

    checks = [
        (
            phrase(CHECK_NAMES.get(each["code"], each["code"])),
            each["state"],
            each["many"],
            each["of"],
            "" if each["share"] is None else in_unit(each["share"], each["unit"]),
            in_unit(each["limit"], each["unit"]),
        )
        for each in row.checks
    ]
    print_table(("check", "found", "how many", "of", "value", "limit"), checks)
    named = [each["agent"] for each in row.agents.get("agents", []) if each["found"]]
    if named:
        say(phrase("Choose whom to ask: {agents}.", agents=", ".join(named)))
    say(phrase("The audit {key}: {state}.", key=row.key, state=row.state))


@app.command("audits", epilog="Example: heed quality audits --json")
@door
def audits(
    survey: Annotated[str, typer.Option(help="Only of this survey.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="No more than so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Audits, the newest first, and which of those that failed still mark figures."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.quality.queries import audits as queries

    rows = list(queries.audits(COMMAND_LINE, survey=survey)[:limit])
    standing = {each.audit for each in queries.standing_doubts()}
    if as_json:
        print_json({"audits": [{**_told(row), "standing": row.key in standing} for row in rows]})
        return
    print_table(
        ("audit", "survey", "since", "until", "answers", "state", "marks figures"),
        [
            (
                row.key,
                row.survey_key,
                f"{row.since:%Y-%m-%d}",
                f"{row.until:%Y-%m-%d}",
                row.answers,
                row.state,
                "yes" if row.key in standing else "",
            )
            for row in rows
        ],
    )


@app.command("accept", epilog="Example: heed quality accept aud_1a2b --why 'Known to the board.'")
@door
def accept(
    key: Annotated[str, typer.Argument(metavar="AUDIT", help="Key of a failed audit.")],
    why: Annotated[str, typer.Option(help="Why, in your words.")] = "",
    as_json: AsJson = False,
) -> None:
    """Answer for figures that rest on a failed audit: they lose its mark."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.quality.actions.auditing import accept_audit

    row = accept_audit(COMMAND_LINE, key, why)
    if as_json:
        print_json(_told(row))
        return
    say(phrase("The figures lose the mark of {key}.", key=row.key))
