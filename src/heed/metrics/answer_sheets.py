"""Answers of one survey as a sheet: a row a questionnaire, a column an answer, in the order they came in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from heed.facts.set_aside import answers
from heed.metrics.sources.opening import Engine

HEAD = ("answered_at", "duration_seconds", "language", "customer_key", "excluded_reason")


@dataclass(frozen=True)
class Cell:
    """A column of the sheet: the answers to `question`, and which of them. `what`: score, choice, choices (between
    commas), place (of the option `choice`).
    """

    question: str
    what: str
    choice: str = ""


def answer_sheet(
    engine: Engine, survey: str, cells: Sequence[Cell], reach: Mapping[str, frozenset[str]] | None
) -> pa.Table:
    """One row for each questionnaire: response_id, what it has as a whole, `finished`, and c0, c1 … for the cells."""
    rows = _reached(answers(engine, "responses").filter(lambda row: row.survey_key == survey), reach)
    whole = {name: rows[name].max() for name in HEAD}
    unfinished = rows.attributes["complete"].isin(["false"]) | rows.attributes["Finished"].isin(["0", "False"])
    found = rows.group_by("response_id").agg(
        **whole,
        finished=~unfinished.fill_null(False).any(),
        **{f"c{place}": _cell(rows, cell) for place, cell in enumerate(cells)},
    )
    return engine.run(found.order_by(["answered_at", "response_id"]))


def words_sheet(engine: Engine, survey: str, reach: Mapping[str, frozenset[str]] | None) -> pa.Table:
    """What was written: response_id, question_key, text."""
    rows = _reached(engine.table("verbatims").filter(lambda row: row.survey_key == survey), reach)
    rows = rows.filter(rows.response_id.notnull() & rows.text.notnull())
    return engine.run(rows.select("response_id", "question_key", "text"))


def _reached(rows: ir.Table, reach: Mapping[str, frozenset[str]] | None) -> ir.Table:
    if reach is None:
        return rows
    holds = [rows[name].isin(sorted(values)) for name, values in reach.items() if values]
    return rows.filter(ibis.or_(*holds) if holds else ibis.literal(False))


def _cell(rows: ir.Table, cell: Cell) -> ir.Value:
    asked = rows.question_key == cell.question
    if cell.what == "choices":
        return rows.choice.group_concat(",", where=asked & rows.choice.notnull(), order_by=rows.choice)
    if cell.what == "place":
        return rows.score.max(where=asked & (rows.choice == cell.choice))
    return rows[cell.what].max(where=asked)
