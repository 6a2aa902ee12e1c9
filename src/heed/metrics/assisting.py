"""How closely answers tell of every contact that came to the draw, by segment: with persons as clusters, and with the help of what
the operation knows of each contact, asked or not.
"""

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from heed.core.errors.rules import Invalid, phrase
from heed.metrics.measures import Mean, Measure, Nps, Proportion
from heed.metrics.panels import parts_of
from heed.metrics.selection import STATUS, Slice, measured, sliced
from heed.metrics.sources.opening import Engine, open_source
from heed.stats.arrays import Floats
from heed.stats.survey_design.assisted import Answers, Assisted, Ints, alike_within, assisted_mean, foretold

MOST_ROWS = 2_000_000
LEAST_LEVEL = 30  # contacts of a kind; rarer kinds are one
SORTS = ("channel", "topic", "product", "priority", "touchpoint", "outcome")
AMOUNTS = ("wait_seconds", "handle_seconds", "hold_seconds", "first_response_seconds", "transfers")
FLAGS = ("resolved", "transferred", "abandoned", "contained")
OWN = "own answers before"
OWN_DAYS = 365
OWN_PRIOR = 2.0  # answers of no news that a customer's own are drawn towards
HALF = 300.0  # seconds: waiting is felt steeply at first


@dataclass(frozen=True)
class Cell:
    """A segment: contacts that came to the draw, and its figure without and with what is known of them."""

    segment: str
    found: Assisted


@dataclass(frozen=True)
class Reading:
    """A figure by segment; `known` names what helped; `outside`: answers to no contact that came to a recorded draw."""

    cells: tuple[Cell, ...]
    known: tuple[str, ...]
    outside: int


def can_be_assisted(measure: Measure) -> bool:
    """Whether a measure is a mean of answers."""
    return measure.source == "responses" and isinstance(measure, Mean | Nps | Proportion)


def read_assisted(
    engine: Engine, measure: Measure, since: datetime, until: datetime, *, level: float = 0.95
) -> Reading:
    """The contacts whose draw was recorded within a span, and the answers about them whenever they came.

    Raises Invalid where the measure is none of answers, or the span holds more than two million contacts.
    """
    if not can_be_assisted(measure):
        raise Invalid(
            phrase("This figure is no mean of answers."),
            code="not_of_answers",
            hint="Take one such as csat, nps or ces.",
        )
    frame = _frame(engine, since, until)
    if frame.num_rows == 0:
        return Reading((), (), 0)
    row, y, outside = _matched(frame, _answers(engine, measure, since))
    columns, known = _columns(frame)
    own = _own_before(frame, engine, measure, since)
    if own is not None:
        columns, known = np.column_stack([columns, own]), (*known, OWN)
    person = _places(frame["customer_key"])
    weight = 1.0 / np.asarray(frame["probability"].to_numpy(), np.float64)
    given = Answers(row, y, weight[row])
    foretells = foretold(columns, person, given) if len(row) else np.zeros(frame.num_rows)
    cells = []
    names = np.array([name or "" for name in frame["segment"].to_pylist()], object)
    for name in sorted(set(names)):
        here = names == name
        place = np.cumsum(here) - 1
        some = here[row]
        part = Answers(place[row[some]].astype(np.int64), y[some], weight[row[some]])
        _, who = np.unique(person[here], return_inverse=True)
        found = assisted_mean(
            foretells[here], who.astype(np.int64), part, share=isinstance(measure, Proportion), level=level
        )
        cells.append(Cell(str(name), found))
    return Reading(tuple(cells), known if any(each.found.share for each in cells) else (), outside)


def alike_of(engine: Engine, since: datetime, until: datetime) -> float:
    """How alike answers of one customer to satisfaction questions are: the intra-class correlation (analysis of variance) of their
    place on the scale; 0 where nobody answered twice.
    """
    source = open_source(engine, "responses", since)
    rows = sliced(source.shape, source.rows, Slice(since, until))
    rows = rows.filter(
        rows.instrument.isin(["csat", "nps", "ces"]) & rows.customer_key.notnull() & (rows.scale_max > rows.scale_min)
    )
    told = rows.select(
        customer=rows.customer_key,
        question=rows.instrument,
        y=((rows.score - rows.scale_min) / (rows.scale_max - rows.scale_min)).cast("float64"),
    )
    told = told.filter(told.y.notnull())
    table = engine.run(
        told.group_by(["question", "customer"]).agg(
            n=told.count().cast("float64"), total=told.y.sum(), square=(told.y**2).sum()
        )
    )
    question = table["question"].to_numpy(zero_copy_only=False)
    if not len(question):
        return 0.0
    names, many = np.unique(question, return_counts=True)
    here = question == names[int(many.argmax())]
    n, total, square = (np.asarray(table[name].to_numpy(), np.float64)[here] for name in ("n", "total", "square"))
    return alike_within(n, total, square) or 0.0


def _frame(engine: Engine, since: datetime, until: datetime) -> pa.Table:
    """Contacts that came to a recorded draw, one row each, with what is known of them."""
    drawn = open_source(engine, "invitations", since)
    rows = sliced(drawn.shape, drawn.rows, Slice(since, until))
    rows = rows.filter((rows.probability > 0) & rows.interaction_id.notnull() & rows.customer_key.notnull())
    firsts = rows.group_by("interaction_id").agg(
        customer_key=rows.customer_key.min(), segment=rows.segment.min(), probability=rows.probability.max()
    )
    contacts = engine.table("interactions")
    known = [name for name in (*SORTS, *AMOUNTS, *FLAGS) if name in contacts.columns]
    told = contacts.group_by("interaction_id").agg(
        **{name: contacts[name].cast("int8").max() if name in FLAGS else contacts[name].max() for name in known}
    )
    found = firsts.left_join(told, "interaction_id").select(
        *(firsts[name] for name in ("interaction_id", "customer_key", "segment", "probability")),
        *(told[name] for name in known),
    )
    table = engine.run(found.limit(MOST_ROWS + 1))
    if table.num_rows > MOST_ROWS:
        raise Invalid(
            phrase("More than {most} contacts came to the draw.", most=MOST_ROWS),
            code="too_many_rows",
            hint="Ask for a shorter time.",
        )
    return table.sort_by("interaction_id")


def _answers(engine: Engine, measure: Measure, since: datetime) -> pa.Table:
    source, measure = open_source(engine, measure.source, since), _unweighted(measure)
    rows = measured(source.shape, sliced(source.shape, source.rows, Slice(since)), measure)
    rows = rows.filter((rows[STATUS] == "") & rows.interaction_id.notnull())
    above, below = parts_of(rows, measure)
    value: ir.Value = above.cast("float64") / below.cast("float64")
    told = rows.select(interaction_id=rows.interaction_id, value=value)
    return engine.run(told.group_by("interaction_id").agg(value=told.value.mean()))


def _own_before(frame: pa.Table, engine: Engine, measure: Measure, since: datetime) -> Floats | None:
    """Of each contact what its customer answered in the year before the span, drawn towards what all did; None without any."""
    source, measure = open_source(engine, measure.source), _unweighted(measure)
    part = Slice(since - timedelta(days=OWN_DAYS), since)
    rows = measured(source.shape, sliced(source.shape, source.rows, part), measure)
    rows = rows.filter((rows[STATUS] == "") & rows.customer_key.notnull())
    above, below = parts_of(rows, measure)
    told = rows.select(customer=rows.customer_key, value=above.cast("float64") / below.cast("float64"))
    table = engine.run(told.group_by("customer").agg(total=told.value.sum(), many=told.value.count()))
    total, many = (np.asarray(table[name].to_numpy(), np.float64) for name in ("total", "many"))
    if not many.sum():
        return None
    usual = float(total.sum() / many.sum())
    held = dict(zip(table["customer"].to_pylist(), (total - many * usual) / (many + OWN_PRIOR), strict=True))
    return np.array([held.get(key, 0.0) for key in frame["customer_key"].to_pylist()])


def _unweighted(measure: Measure) -> Measure:
    """The same measure with every answer counted once: here the recorded chances weigh."""
    names = {each.name for each in fields(measure)}
    plain: dict[str, Any] = {"weight": "", "by_card": False}
    return replace(measure, **{name: value for name, value in plain.items() if name in names})


def _matched(frame: pa.Table, answers: pa.Table) -> tuple[Ints, Floats, int]:
    """The place in the frame of each answer, its value, and how many answers have none."""
    keys = np.array(frame["interaction_id"].to_pylist(), object).astype(str)
    told = np.array(answers["interaction_id"].to_pylist(), object).astype(str)
    value = np.asarray(answers["value"].to_numpy(), np.float64)
    place = np.minimum(np.searchsorted(keys, told), len(keys) - 1)
    there = (keys[place] == told) & np.isfinite(value)
    order = np.argsort(place[there], kind="stable")
    return place[there][order].astype(np.int64), value[there][order], int((~there).sum())


def _places(column: pa.ChunkedArray) -> Ints:
    """The same number for the same person; numbers look drawn by chance, so that folds are."""
    from heed.stats.survey_design.assisted import FOLDS

    _, place = np.unique(np.array(column.to_pylist(), object).astype(str), return_inverse=True)
    mixed = np.random.default_rng(FOLDS).permutation(int(place.max()) + 1)
    return np.asarray(mixed[place], np.int64)


def _columns(frame: pa.Table) -> tuple[Floats, tuple[str, ...]]:
    """What is known of each contact as numbers: kinds as one column each, times as felt and by their logarithm."""
    parts: list[Floats] = []
    known: list[str] = []
    for name in (*SORTS, *AMOUNTS, *FLAGS):
        if name not in frame.column_names:
            continue
        made = _kinds(frame[name]) if name in SORTS else _numbers(frame[name], name in AMOUNTS)
        if made:
            parts += made
            known.append(name)
    return (np.column_stack(parts) if parts else np.zeros((frame.num_rows, 1))), tuple(known)


def _kinds(column: pa.ChunkedArray) -> list[Floats]:
    value = np.array([each or "" for each in column.to_pylist()], object).astype(str)
    names, many = np.unique(value, return_counts=True)
    often = [name for name, n in zip(names, many, strict=True) if n >= LEAST_LEVEL]
    return [(value == name).astype(np.float64) for name in often[:40]] if len(often) > 1 else []


def _numbers(column: pa.ChunkedArray, amount: bool) -> list[Floats]:
    value = np.asarray(column.cast(pa.float64()).to_numpy(), np.float64)
    there = np.isfinite(value)
    if not there.any() or np.ptp(value[there]) == 0:
        return []
    value = np.where(there, np.maximum(value, 0.0), 0.0)
    parts = [value / (value + HALF), np.log1p(value)] if amount else [value]
    return parts if there.all() else [*parts, there.astype(np.float64)]
