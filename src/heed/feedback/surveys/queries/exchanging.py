"""Surveys and answers for other systems: a survey in their formats, and its answers as a sheet."""

from collections.abc import Iterator
from typing import Any

from heed.core.access.rules import Scope
from heed.core.definitions.rules import checked_key
from heed.core.tables import csv_lines
from heed.feedback.surveys.queries.engine import engine
from heed.feedback.surveys.queries.surveys import masked_words, survey
from heed.feedback.surveys.rules.exchanging.answers_writing import answer_rows, columns_of, header_rows
from heed.feedback.surveys.rules.exchanging.forms import write_as
from heed.feedback.surveys.rules.exchanging.report import FORMATS, Written

AT_ONCE = 20_000
CSV_TYPE = "text/csv; charset=utf-8"


def written_as(scope: Scope, key: str, form: str, number: int | None = None) -> Written:
    """A survey in another format: a version, or the one in force, or the newest. Raises NotFound and Invalid."""
    scope.demand("see_figures")
    return write_as(survey(checked_key(key), number)[0], form)


def ways_out(scope: Scope, key: str) -> list[Written]:
    """A survey in every format there is, for what each of them loses."""
    return [written_as(scope, key, form) for form in FORMATS]


def answers_csv(scope: Scope, key: str, *, words: bool = False) -> Iterator[str]:
    """The answers to a survey as a CSV of Qualtrics, line by line; with words, masked, for who may read them."""
    scope.demand("see_records")
    if words:
        scope.demand("see_words")
    body = survey(checked_key(key))[0]
    columns = columns_of(body, words=words)
    heads = header_rows(columns)
    return _lines(heads, columns, key, _reach(scope), words=words)


def _lines(heads: list[list[str]], columns: list[Any], key: str, reach: Any, *, words: bool) -> Iterator[str]:
    from heed.metrics.answer_sheets import Cell, answer_sheet, words_sheet

    yield from csv_lines(heads[0], heads[1:])
    cells = [
        Cell(column.question, column.what if column.what != "words" else "choice", column.choice) for column in columns
    ]
    said = {}
    if words:
        rows = words_sheet(engine(), key, reach).to_pylist()
        said = {(row["response_id"], row["question_key"]): masked_words(row["text"]) for row in rows}
    for batch in answer_sheet(engine(), key, cells, reach).to_batches(AT_ONCE):
        rows = list(answer_rows(columns, batch.to_pylist(), said))
        if rows:
            yield from csv_lines(rows[0], rows[1:])


def _reach(scope: Scope) -> dict[str, frozenset[str]] | None:
    """The units whose records a person sees; None is all."""
    if scope.holds_everywhere("see_records"):
        return None
    units = frozenset(scope.reaches.get("see_records", frozenset()))
    return {"team": units, "region": units}
