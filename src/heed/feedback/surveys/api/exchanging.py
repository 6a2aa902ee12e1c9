"""Surveys and answers to and from other systems over the API."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import File, Form, Path, Query, Router, Schema, Status
from ninja.files import UploadedFile

from heed.core.errors.rules import Invalid, phrase
from heed.feedback.surveys.actions.exchanging import bring_kept_answers, bring_survey
from heed.feedback.surveys.queries.exchanging import answers_csv, written_as
from heed.feedback.surveys.rules.exchanging.answers import named_columns
from heed.feedback.surveys.rules.exchanging.forms import LARGEST, file_name
from heed.service.formats.actions.uploads import keep_upload

router = Router(tags=["surveys"])
files = Router(tags=["surveys"])
Key = Annotated[str, Path(max_length=80, pattern=r"^[^\x00-\x1f]*$")]
FormName = Literal["", "qsf", "lss", "surveyjs"]
Version = Annotated[int | None, Query(ge=1, le=2**31 - 1)]
Short = Annotated[str, Form(max_length=80, pattern=r"^[^\x00-\x1f]*$")]


class LossOut(Schema):
    """One thing that did not carry over: where (a question, or empty: the survey), what it was, what became of it."""

    at: str
    what: str
    fate: str


class SurveyReadOut(Schema):
    """A survey that came in; `version` is null where it was only tried."""

    key: str
    format: str
    version: int | None
    definition: dict[str, Any]
    losses: list[LossOut]


class SurveyWrittenOut(Schema):
    """A survey in another format."""

    key: str
    format: str
    file_name: str
    text: str
    losses: list[LossOut]


class ColumnOut(Schema):
    """A column of a file, and the question (and the part of it) it answers."""

    column: str
    answers: str


class FirstFaultOut(Schema):
    """The first value that was rejected under a rule."""

    line: int
    column: str
    value: str | None
    reason: str


class FaultsOut(Schema):
    """How many rows were rejected under a rule."""

    rule: str
    count: int
    first: FirstFaultOut


class AnswersOut(Schema):
    """Answers that came in, or would. Rejected rows wait at `/quarantined-rows` under the mapping."""

    mapping: str
    read: int
    accepted: int
    quarantined: int
    unchanged: int
    import_id: int | None
    dry_run: bool
    tables: dict[str, int]
    errors: list[FaultsOut]
    columns: list[ColumnOut]
    losses: list[LossOut]


class AnswerSheetOut(Schema):
    """Answers as the text of a CSV file."""

    key: str
    file_name: str
    text: str


def _content(file: UploadedFile) -> bytes:
    if (file.size or 0) > LARGEST:
        raise Invalid(
            phrase(
                "The file has {size} MB; a survey has at most {most}.",
                size=(file.size or 0) // 1_000_000,
                most=LARGEST // 1_000_000,
            ),
            code="file_too_large",
        )
    return b"".join(file.chunks())


@files.post(
    "",
    response={200: SurveyReadOut, 201: SurveyReadOut},
    summary="Propose a survey made in another system; dry_run only tries",
)
def read_survey(
    request: HttpRequest, file: File[UploadedFile], key: Short, form: Form[FormName] = "", dry_run: Form[bool] = False
) -> Status[SurveyReadOut]:
    scope = request.scope  # type: ignore[attr-defined]
    found = bring_survey(scope, key, _content(file), form, dry_run=dry_run)
    told = SurveyReadOut(
        key=key,
        format=found.carried.form,
        version=found.number,
        definition=found.carried.body,
        losses=[LossOut(**loss.as_dict()) for loss in found.carried.losses],
    )
    return Status(200 if dry_run else 201, told)


@router.get("/{key}/file", response=SurveyWrittenOut, summary="A survey in the format of another system")
def write_survey(
    request: HttpRequest, key: Key, form: Literal["qsf", "lss", "surveyjs"] = "qsf", version: Version = None
) -> SurveyWrittenOut:
    found = written_as(request.scope, key, form, version)  # type: ignore[attr-defined]
    losses = [LossOut(**loss.as_dict()) for loss in found.losses]
    return SurveyWrittenOut(key=key, format=form, file_name=file_name(key, form), text=found.text, losses=losses)


@router.post(
    "/{key}/answer-files",
    response={200: AnswersOut, 201: AnswersOut},
    summary="Bring answers in from Qualtrics, LimeSurvey or SurveyJS; dry_run counts and writes nothing",
)
def read_answers(
    request: HttpRequest,
    key: Key,
    file: File[UploadedFile],
    columns: Annotated[str, Form(max_length=4000, pattern=r"^[^\x00]*$")] = "",
    zone: Short = "",
    system: Short = "",
    dry_run: Form[bool] = False,
) -> Status[AnswersOut]:
    """`columns` names columns that do not go by the key of their question, a line each: `Q1=likely`; of results of SurveyJS and
    LimeSurvey also what tells of the response: `created=at`, `who=customer`.
    """
    scope = request.scope  # type: ignore[attr-defined]
    token = keep_upload(scope, file.chunks())
    given = named_columns(columns.splitlines())
    found = bring_kept_answers(
        scope,
        token,
        key,
        columns=given,
        zone=zone,
        system=system,
        dry_run=dry_run,
        name=(file.name or "")[:255],
        keep=False,
    )
    told = found.as_dict()
    return Status(200 if dry_run else 201, AnswersOut(**{**told, "import_id": told["import"]}))


@router.get(
    "/{key}/answer-sheet",
    response=AnswerSheetOut,
    summary="The answers to a survey as a CSV of Qualtrics; with words, masked",
)
def write_answers(request: HttpRequest, key: Key, words: bool = False) -> AnswerSheetOut:
    lines = answers_csv(request.scope, key, words=words)  # type: ignore[attr-defined]
    return AnswerSheetOut(key=key, file_name=f"{key}.csv", text="".join(lines))
