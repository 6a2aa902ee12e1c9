"""Bringing surveys of other systems in, as proposals, and their answers, as facts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from heed.core.access.rules import Scope
from heed.core.definitions.actions import propose
from heed.core.definitions.rules import checked_key, validate
from heed.core.errors.rules import Refused, phrase
from heed.feedback.surveys.actions.archives import opened, survey_of
from heed.feedback.surveys.queries.surveys import survey
from heed.feedback.surveys.rules.exchanging.answers import AnswersPlan, answers_plan, heading_of
from heed.feedback.surveys.rules.exchanging.forms import read_file
from heed.feedback.surveys.rules.exchanging.lime_answers import is_limesurvey, lime_plan
from heed.feedback.surveys.rules.exchanging.report import FORMATS, Carried
from heed.feedback.surveys.rules.exchanging.surveyjs_answers import shape_of, surveyjs_plan
from heed.service.formats.actions.drafting import hold, tried
from heed.service.formats.actions.importing import PERMISSION, import_file
from heed.service.formats.actions.reading import Arrived, arrived_file, kept_upload
from heed.service.formats.actions.uploads import kept_path
from heed.service.formats.rules.outcome import Outcome

Advance = Callable[[float], None]
LABEL_ROWS = 3


@dataclass(frozen=True)
class Proposed:
    """A survey that came in: what carried over, and the version it was proposed as (None: it was only tried)."""

    carried: Carried
    key: str
    number: int | None


@dataclass(frozen=True)
class Answers:
    """A file of answers: how it is read, and what came in (or would)."""

    plan: AnswersPlan
    mapping: str
    outcome: Outcome

    def as_dict(self) -> dict[str, Any]:
        columns = [{"column": column, "answers": answers} for column, answers in self.plan.matched]
        losses = [loss.as_dict() for loss in self.plan.losses]
        return {**self.outcome.as_dict(), "columns": columns, "losses": losses}


def look_at_survey(scope: Scope, content: bytes, form: str = "") -> Carried:
    """A survey out of a file, checked as a definition. Raises Invalid with what is wrong with the file."""
    scope.demand("propose")
    carried = read_file(survey_of(content), form)
    validate("survey", carried.body)
    return carried


def bring_survey(
    scope: Scope, key: str, content: bytes, form: str = "", *, note: str = "", dry_run: bool = False
) -> Proposed:
    """Propose a survey that was made elsewhere; it asks nobody before it is approved and put in force."""
    carried = look_at_survey(scope, content, form)
    checked_key(key)
    if dry_run:
        return Proposed(carried, key, None)
    row = propose(scope, "survey", key, carried.body, note=note or f"Brought in from {FORMATS[carried.form]}.")
    return Proposed(carried, key, row.number)


def bring_answers(
    scope: Scope,
    path: str,
    key: str,
    *,
    columns: Mapping[str, str] | None = None,
    zone: str = "",
    system: str = "",
    dry_run: bool = False,
    name: str = "",
    advance: Advance = lambda amount: None,
) -> Answers:
    """Bring answers in: a CSV of Qualtrics, a CSV or an archive of LimeSurvey, results of SurveyJS; which one it is the file tells.
    The same file again changes nothing; bad rows wait in quarantine.

    Raises Invalid where the file is not of this survey, Refused where its mapping is new and who brings it may not approve one.
    """
    scope.demand_everywhere(PERMISSION)
    with arrived_file(path, name) as came, opened(came) as file:
        plan = _planned(file, key, columns, zone, system)
        return _brought(scope, file, key, plan, dry_run=dry_run, advance=advance)


def bring_kept_answers(
    scope: Scope,
    token: str,
    key: str,
    *,
    columns: Mapping[str, str] | None = None,
    zone: str = "",
    system: str = "",
    dry_run: bool,
    name: str,
    keep: bool = True,
) -> Answers:
    """The same of a file that came in over HTTP and is kept under a token. It goes once it is in, and where `keep` is not
    true also after it was only tried or refused.
    """
    scope.demand_everywhere(PERMISSION)
    path, brought = kept_path(scope, token), False
    try:
        with opened(kept_upload(scope, token, name)) as file:
            plan = _planned(file, key, columns, zone, system)
            found = _brought(scope, file, key, plan, dry_run=dry_run)
        brought = not dry_run
        return found
    finally:
        if brought or not keep:
            path.unlink(missing_ok=True)


def _planned(file: Arrived, key: str, columns: Mapping[str, str] | None, zone: str, system: str) -> AnswersPlan:
    """The plan for a file of any of the three systems."""
    body, _number, _holds = survey(checked_key(key))
    named = dict(columns or {})
    if file.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{"):
        shape = shape_of(file.head)
        names = file.plain(*shape).every_column()
        return surveyjs_plan(body, key, names, columns=named, shape=shape, zone=zone, system=system)
    plain = file.plain()
    if is_limesurvey(plain.columns):
        return lime_plan(body, key, plain.columns, columns=named, zone=zone, system=system)
    under = [values for _line, values, whole in islice(plain.rows(), LABEL_ROWS) if whole]
    return answers_plan(body, key, heading_of(plain.columns, under), columns=named, zone=zone, system=system)


def _brought(
    scope: Scope,
    file: Arrived,
    key: str,
    plan: AnswersPlan,
    *,
    dry_run: bool,
    advance: Advance = lambda amount: None,
) -> Answers:
    mapping = f"{key}_answers"[:80] if plan.form == "qualtrics" else f"{key[:65]}_{plan.form}"
    chosen, turning = tried(mapping, plan.body), plan.turning
    if dry_run:
        outcome = import_file(scope, file.path, chosen, dry_run=True, name=file.name, advance=advance, turning=turning)
        return Answers(plan, mapping, outcome)
    if not hold(scope, mapping, plan.body):
        raise Refused(
            phrase("The mapping {mapping} is proposed and not in force yet.", mapping=mapping),
            code="mapping_waits",
            hint="Have it approved, then bring the file in again.",
        )
    outcome = import_file(scope, file.path, mapping, name=file.name, advance=advance, turning=turning)
    return Answers(plan, mapping, outcome)
