"""The formats surveys are exchanged in: which one a file is, and reading and writing it. Pure."""

from collections.abc import Callable
from typing import Any

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.feedback.surveys.definition import Survey
from heed.feedback.surveys.rules.exchanging.lss import read_lss
from heed.feedback.surveys.rules.exchanging.lss_writing import write_lss
from heed.feedback.surveys.rules.exchanging.qsf import is_qsf, read_qsf
from heed.feedback.surveys.rules.exchanging.qsf_writing import write_qsf
from heed.feedback.surveys.rules.exchanging.report import FORMATS, SUFFIXES, Carried, Written
from heed.feedback.surveys.rules.exchanging.surveyjs import read_surveyjs
from heed.feedback.surveys.rules.exchanging.surveyjs_writing import write_surveyjs

LARGEST = 8_000_000
WRITERS: dict[str, Callable[[Survey], Written]] = {"qsf": write_qsf, "lss": write_lss, "surveyjs": write_surveyjs}


def read_file(content: bytes, form: str = "") -> Carried:
    """A survey out of a file; the format is told by its content unless it is given. Raises Invalid."""
    if len(content) > LARGEST:
        raise Invalid(
            phrase(
                "The file has {size} MB; a survey has at most {most}.",
                size=len(content) // 1_000_000,
                most=LARGEST // 1_000_000,
            ),
            code="file_too_large",
        )
    if form not in ("", *FORMATS):
        raise Invalid(
            phrase("There is no format {form}.", form=form), code="unknown_format", hint=nearest(form, FORMATS)
        )
    if (form or form_of(content)) == "lss":
        return _tried(read_lss, content)
    text = _text(content)
    return _tried(read_qsf if (form or form_of(content)) == "qsf" else read_surveyjs, text)


def form_of(content: bytes) -> str:
    """Which format a file looks like: XML is LimeSurvey's, JSON with survey elements Qualtrics', other JSON SurveyJS."""
    head = content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if head == b"<":
        return "lss"
    if head != b"{":
        raise Invalid(
            "The file is neither JSON nor XML.",
            code="unknown_format",
            hint=phrase("heed reads {formats}.", formats=", ".join(FORMATS.values())),
        )
    return "qsf" if is_qsf(content.decode("utf-8", "replace")) else "surveyjs"


def write_as(survey: Survey, form: str) -> Written:
    """A survey in another format. Raises Invalid where there is none of that name."""
    if form not in WRITERS:
        raise Invalid(
            phrase("There is no format {form}.", form=form), code="unknown_format", hint=nearest(form, WRITERS)
        )
    return WRITERS[form](survey)


def file_name(key: str, form: str) -> str:
    return f"{key}.{SUFFIXES[form]}"


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("The file is no UTF-8 text.", code="unreadable_file", hint="Save it as UTF-8.") from error


def _tried(read: Callable[[Any], Carried], content: Any) -> Carried:
    """Nested too deeply for any reader is a fault of the file."""
    try:
        return read(content)
    except RecursionError as error:
        raise Invalid("The file is nested too deeply.", code="unreadable_file", hint="Export it again.") from error
