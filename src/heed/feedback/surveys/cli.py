"""`heed surveys`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heed.core.console.rules import print_json, print_table, progress, say
from heed.core.edge import AsJson, door
from heed.core.errors.rules import Invalid, phrase

if TYPE_CHECKING:
    from heed.feedback.surveys.actions.fetching import Fetched

app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="Surveys, to and from other systems.", no_args_is_help=True
)
Key = Annotated[str, typer.Argument(metavar="KEY", help="Key of the survey.")]
Form = Annotated[str, typer.Option("--format", "-f", help="qsf (Qualtrics), lss (LimeSurvey) or surveyjs.")]
Named = Annotated[
    list[str] | None,
    typer.Option(
        "--column", "-c", help="A column with another name than its question, such as Q1=likely; again for more."
    ),
]
Try = Annotated[bool, typer.Option("--dry-run", help="Say what would carry over; write nothing.")]


@app.callback()
def surveys() -> None:
    """Surveys, to and from other systems."""


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Invalid(phrase("{file} cannot be read: {error}.", file=file, error=error), code="no_such_file") from error


def _tell(losses: list[dict[str, str]]) -> None:
    """What did not carry over, on stderr."""
    if losses:
        rows = [(loss["at"] or "–", loss["what"], loss["fate"]) for loss in losses]
        print_table(("at", "what", "what became of it"), rows, title=phrase("Did not carry over"), aside=True)
    else:
        say("Everything carried over.")


@app.command("import", epilog="Example: heed surveys import visit.qsf --key visit --dry-run")
@door
def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A QSF of Qualtrics, an LSS or LSA of LimeSurvey, JSON of SurveyJS.")
    ],
    key: Annotated[str, typer.Option(help="Key of the survey it becomes.")],
    form: Form = "",
    dry_run: Try = False,
    as_json: AsJson = False,
) -> None:
    """Propose a survey made in another system, with the list of what did not carry over."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.surveys.actions.exchanging import bring_survey

    found = bring_survey(COMMAND_LINE, key, _content(file), form, dry_run=dry_run)
    losses = [loss.as_dict() for loss in found.carried.losses]
    if as_json:
        told = {
            "format": found.carried.form,
            "key": key,
            "version": found.number,
            "definition": found.carried.body,
            "losses": losses,
        }
        print_json(told)
        return
    rows = [(row["key"], row["type"], next(iter(row["text"].values()))) for row in found.carried.body["questions"]]
    print_table(("question", "type", "text"), rows)
    _tell(losses)
    if found.number:
        say(
            phrase(
                "Proposed as version {number} of {key}; it asks nobody before it is in force.",
                number=found.number,
                key=key,
            )
        )


@app.command("export", epilog="Example: heed surveys export visit --format qsf --out visit.qsf")
@door
def export(
    key: Key,
    form: Form,
    out: Annotated[Path | None, typer.Option(help="File to write; standard output when left out.")] = None,
    version: Annotated[int | None, typer.Option(min=1, help="Version; the one in force when left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """A survey in the format of another system, with the list of what has no place there."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.surveys.queries.exchanging import written_as

    found = written_as(COMMAND_LINE, key, form, version)
    losses = [loss.as_dict() for loss in found.losses]
    if out is not None:
        _keep(out, found.text)
    if as_json:
        print_json({"format": form, "key": key, "text": None if out else found.text, "losses": losses})
        return
    if out is None:
        sys.stdout.write(found.text)
    _tell(losses)


def _keep(out: Path, text: str) -> None:
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Invalid(
            phrase("{file} cannot be written: {error}.", file=out, error=error), code="unwritable_file"
        ) from error


@app.command(
    "import-answers", epilog="Example: heed surveys import-answers answers.csv --survey visit --column Q1=likely"
)
@door
def import_answers(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE", help="A CSV of Qualtrics or LimeSurvey, an archive (.lsa), results of SurveyJS (JSON)."
        ),
    ],
    survey: Annotated[str, typer.Option(help="Key of the survey that was answered.")],
    column: Named = None,
    zone: Annotated[str, typer.Option(help="Time zone of its dates; what the file says when left out.")] = "",
    system: Annotated[str, typer.Option(help="System the external references are customers of.")] = "",
    dry_run: Try = False,
    as_json: AsJson = False,
) -> None:
    """Bring answers in, however many. The same file again changes nothing; bad rows wait in quarantine to be repaired."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.surveys.actions.exchanging import bring_answers
    from heed.feedback.surveys.rules.exchanging.answers import named_columns

    columns = named_columns(column or [])
    total = Path(file).stat().st_size if Path(file).is_file() else None
    with progress(total, "reading") as advance:
        found = bring_answers(
            COMMAND_LINE, file, survey, columns=columns, zone=zone, system=system, dry_run=dry_run, advance=advance
        )
    told = found.as_dict()
    if as_json:
        print_json(told)
        return
    figures = [told[name] for name in ("read", "accepted", "quarantined", "unchanged")]
    print_table(["mapping", "read", "accepted", "quarantined", "unchanged"], [[told["mapping"], *figures]])
    faults = [
        (each["rule"], each["count"], each["first"]["line"], each["first"]["column"], each["first"]["reason"])
        for each in told["errors"]
    ]
    if faults:
        print_table(("rule", "count", "line", "column", "reason"), faults, title=phrase("Rejected"), aside=True)
    _tell(told["losses"])
    if dry_run:
        say("Dry run: nothing was written.")


@app.command("export-answers", epilog="Example: heed surveys export-answers visit --out answers.csv")
@door
def export_answers(
    key: Key,
    out: Annotated[Path | None, typer.Option(help="File to write; standard output when left out.")] = None,
    words: Annotated[bool, typer.Option("--words", help="With what was written, masked.")] = False,
) -> None:
    """The answers to a survey as a CSV of Qualtrics, with its three header rows."""
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.surveys.queries.exchanging import answers_csv

    lines = answers_csv(COMMAND_LINE, key, words=words)
    if out is None:
        sys.stdout.writelines(lines)
        return
    try:
        with out.open("w", encoding="utf-8", newline="") as sink:
            sink.writelines(lines)
    except OSError as error:
        raise Invalid(
            phrase("{file} cannot be written: {error}.", file=out, error=error), code="unwritable_file"
        ) from error


@app.command(epilog="Example: heed surveys returned - < bounce.eml")
@door
def returned(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="A mail that came back, as it came in; - is stdin. Left out: fetched from the mailbox.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take in bounces (RFC 3464) and complaints (RFC 5965): one, or what the mailbox of HEED_BOUNCE_IMAP holds.

    The same one again changes nothing.
    """
    from heed.core.access.rules import COMMAND_LINE
    from heed.feedback.surveys.actions.fetching import fetch_returned
    from heed.feedback.surveys.actions.returning import take_report

    if file is None:
        _tell_fetched(fetch_returned(COMMAND_LINE), as_json)
        return
    raw = sys.stdin.buffer.read() if str(file) == "-" else _content(file)
    report = take_report(COMMAND_LINE, raw)
    if as_json:
        print_json({"sort": report.sort, "code": report.code})
    else:
        say(phrase("Taken in: {sort} ({code}).", sort=report.sort, code=report.code))


def _tell_fetched(found: "Fetched", as_json: bool) -> None:
    told = {"taken": found.taken, "set_aside": found.set_aside, "passed_over": found.passed_over}
    if as_json:
        print_json({**told, "sorts": found.sorts})
        return
    say(
        phrase(
            "Taken in: {taken}; set aside, because they cannot be read: {set_aside}; left alone: {passed_over}.", **told
        )
    )


@app.command("sending-domain", epilog="Example: heed surveys sending-domain example.org --selector s1")
@door
def sending_domain(
    domain: Annotated[str, typer.Argument(metavar="[DOMAIN]", help="Left out: that of HEED_MAIL_FROM.")] = "",
    selector: Annotated[str, typer.Option(help="Selectors of its DKIM keys, with commas.")] = "",
    as_json: AsJson = False,
) -> None:
    """What DNS says of the domain that mails come from: SPF, DKIM, DMARC, MX."""
    from django.conf import settings

    from heed.channels.domains import checked_selectors, findings, resolver
    from heed.core.settings.rules import current

    name = domain or str(settings.DEFAULT_FROM_EMAIL).rstrip("> ").rpartition("@")[2]
    found = findings(name, checked_selectors(selector or current().dkim_selectors), resolver())
    if as_json:
        print_json({"domain": name, "checks": [vars(each) for each in found]})
        return
    print_table(("check", "state", "what follows"), [(each.name, each.state, each.said) for each in found])
