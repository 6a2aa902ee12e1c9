"""Which answers figures leave out because somebody set their questionnaire aside: decided here alone, for every figure.

Nothing is rewritten: `exclusions` holds a row each time a questionnaire was set aside or put back, and the last one counts.
"""

from typing import Any, Protocol

import ibis
import ibis.expr.types as ir
import pyarrow as pa

SET_ASIDE = "set_aside"
EXCLUSIONS, VERBATIMS = "exclusions", "verbatims"
# Tables of what customers answered, and of what models read in it.
BY_RESPONSE = ("responses", VERBATIMS)
BY_VERBATIM = ("verbatim_labels", "verbatim_aspects")
ANSWERS = (*BY_RESPONSE, *BY_VERBATIM)


class Tables(Protocol):
    """What is asked of an engine of facts."""

    def table(self, name: str) -> ir.Table: ...

    def holds(self, name: str) -> bool: ...

    def run(self, expr: Any) -> pa.Table: ...


def answers(engine: Tables, name: str, *, with_set_aside: bool = False) -> ir.Table:
    """A table of facts as figures count it: rows of questionnaires that are set aside have the `excluded_reason` set_aside,
    unless they were left out for another. `with_set_aside`, or a table without answers: as it is.
    """
    rows = engine.table(name)
    if with_set_aside or name not in ANSWERS or not engine.holds(EXCLUSIONS):
        return rows
    aside = _aside(engine.table(EXCLUSIONS))
    if name in BY_RESPONSE:
        return _marked(rows, aside, "response_id")
    said = engine.table(VERBATIMS).filter(lambda row: row.response_id.notnull())
    theirs = said.inner_join(aside, said.response_id == aside.aside_id).select(said_id=said.verbatim_id)
    return _marked(rows, theirs.distinct().select(aside_id="said_id"), "verbatim_id")


def set_aside_of(engine: Tables, survey: str) -> frozenset[str]:
    """The questionnaires of a survey that are set aside."""
    if not engine.holds(EXCLUSIONS):
        return frozenset()
    rows = engine.table(EXCLUSIONS)
    return frozenset(engine.run(_aside(rows.filter(rows.survey_key == survey)))["aside_id"].to_pylist())


def _aside(exclusions: ir.Table) -> ir.Table:
    """The questionnaires of which the last thing done was to set them aside: `aside_id`."""
    last = exclusions.group_by(aside_id=exclusions.response_id).agg(stands=exclusions.set_aside.argmax(exclusions.turn))
    return last.filter(last.stands).select("aside_id")


def _marked(rows: ir.Table, aside: ir.Table, key: str) -> ir.Table:
    joined = rows.left_join(aside, rows[key] == aside.aside_id)
    is_aside = (joined.excluded_reason.fill_null("") == "") & joined.aside_id.notnull()
    reason = ibis.ifelse(is_aside, ibis.literal(SET_ASIDE), joined.excluded_reason)
    return joined.mutate(excluded_reason=reason).drop("aside_id")
