"""The score card of a survey, or of one of its waves, put together from what facts say. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from heed.feedback.quality.definition import Quality
from heed.feedback.quality.rules.checks import Check
from heed.feedback.quality.rules.comparing import Compared, Counted, compare
from heed.feedback.quality.rules.items import Item, Times, items, times
from heed.feedback.quality.rules.rates import LETTERS, Outcomes, Rate, rates
from heed.feedback.quality.rules.weighing import (
    JOINED,
    Figure,
    Margin,
    Weighted,
    base_design,
    crossed,
    figure_of,
    margin,
    weigh,
)
from heed.metrics.frames import ANSWERED, ASKED, Asked
from heed.metrics.suppression import suppressed_cells
from heed.stats.arrays import Floats, Texts

if TYPE_CHECKING:
    import pyarrow as pa

CHANCE = (*ASKED, "by_chance")


@dataclass(frozen=True)
class Grounds:
    """What a card is made of: decisions counted by cell, the questionnaires that count, and the questions in them."""

    quality: Quality
    columns: tuple[str, ...]
    cells: "pa.Table"
    respondents: "pa.Table"
    questions: Sequence[Asked]
    conditional: Collection[str]
    unlinked: int
    least: int


@dataclass(frozen=True)
class Cell:
    """The response rate of a class of one column in a class of another, with Wilson's limits; withheld where few were asked."""

    row: str
    column: str
    asked: int
    answered: int
    value: float | None
    low: float | None
    high: float | None
    suppressed: bool


@dataclass(frozen=True)
class Limited:
    """An AAPOR rate with Wilson's limits."""

    rate: Rate
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Card:
    """How good the answers are. `states`: what became of those asked; `no_chance`: who qualified and could not be asked, by
    reason. Where fewer answered than may be shown there are no weights, figures or checks but the rate's.
    """

    quality: Quality
    columns: tuple[str, ...]
    decisions: int
    with_chance: int
    asked: int
    answered: int
    states: dict[str, int]
    no_chance: dict[str, int]
    rates: dict[str, Limited]
    e: float
    by: tuple[str, str]
    cells: tuple[Cell, ...]
    compared: Compared | None
    weighted: Weighted | None
    figures: tuple[Figure, ...]
    items: tuple[Item, ...]
    times: Times | None
    checks: tuple[Check, ...]
    unlinked: int
    least: int

    @property
    def is_small(self) -> bool:
        """Whether fewer answered than may be shown."""
        return self.answered < self.least

    @property
    def is_unnamed(self) -> bool:
        """Whether enough answered, and their answers do not say who gave them: an anonymous survey."""
        return not self.is_small and self.weighted is None

    @property
    def beyond(self) -> tuple[Check, ...]:
        return tuple(each for each in self.checks if each.state == "beyond")


def card_of(grounds: Grounds) -> Card:
    """Everything about one wave but its limits."""
    cells = _Cells.of(grounds)
    states = {state: int(cells.n[cells.state == state].sum()) for state in ASKED}
    told = {name: _limited(rate) for name, rate in rates(Outcomes.of(states)).items()}
    answered = sum(states[state] for state in ANSWERED)
    few = answered < grounds.least
    unseen = min(answered, grounds.respondents.num_rows) < grounds.least
    by = _by(grounds.columns)
    compared = compare(_counted(cells, grounds)) if grounds.columns and not few else None
    weighted, figures = (None, ()) if unseen else _weights(grounds, cells)
    asked_items = () if unseen else tuple(items(grounds.questions, _has(grounds), grounds.conditional))
    no_chance = cells.reasons("no_chance")
    return Card(
        quality=grounds.quality,
        columns=grounds.columns,
        decisions=int(cells.n.sum()),
        with_chance=int(cells.n[np.isin(cells.state, CHANCE)].sum()),
        asked=sum(states.values()),
        answered=answered,
        states={state: many for state, many in states.items() if many},
        no_chance=no_chance,
        rates=told,
        e=Outcomes.of(states).e,
        by=by,
        cells=tuple(_crossed(cells, by, grounds)),
        compared=compared,
        weighted=weighted,
        figures=figures,
        items=asked_items,
        times=None if unseen else times(_numbers(grounds.respondents, "duration_seconds")),
        checks=(),
        unlinked=grounds.unlinked,
        least=grounds.least,
    )


@dataclass(frozen=True)
class _Cells:
    columns: dict[str, Texts]
    state: Texts
    reason: Texts
    n: Floats
    people: Floats

    @classmethod
    def of(cls, grounds: Grounds) -> "_Cells":
        table = grounds.cells
        texts = {name: _texts(table, f"c{place}") for place, name in enumerate(grounds.columns)}
        n, people = (_numbers(table, name) for name in ("n", "people"))
        return cls(texts, _texts(table, "state"), _texts(table, "reason"), n, people)

    def reasons(self, state: str) -> dict[str, int]:
        mine = self.state == state
        found = {str(each): int(self.n[mine & (self.reason == each)].sum()) for each in np.unique(self.reason[mine])}
        return dict(sorted(found.items(), key=lambda each: (-each[1], each[0])))


def _texts(table: "pa.Table", name: str) -> Texts:
    return np.asarray([each or "" for each in table[name].to_pylist()], dtype=str)


def _numbers(table: "pa.Table", name: str) -> Floats:
    return np.asarray([np.nan if each is None else float(each) for each in table[name].to_pylist()], dtype=np.float64)


def _has(grounds: Grounds) -> list[Any]:
    return [
        np.asarray([bool(each) for each in grounds.respondents[f"h{place}"].to_pylist()], dtype=bool)
        for place in range(len(grounds.questions))
    ]


def _limited(rate: Rate) -> Limited:
    from heed.stats.intervals.proportion import proportion

    if not rate.below:
        return Limited(rate, None, None)
    (figure,) = proportion([min(rate.above, rate.below)], [rate.below]).figures()
    return Limited(rate, figure.low, figure.high)


def _by(columns: Sequence[str]) -> tuple[str, str]:
    """The two columns that rates are split by: segment and channel, where there are such."""
    order = [name for name in ("segment", "channel") if name in columns]
    order += [name for name in columns if name not in order]
    return (order[0] if order else "", order[1] if len(order) > 1 else "")


def _counted(cells: _Cells, grounds: Grounds) -> Counted:
    """Decisions with a chance, by cell; classes of which too few were asked to be shown are one."""
    chance = np.isin(cells.state, CHANCE)
    asked = np.where(np.isin(cells.state, tuple(LETTERS)), cells.n, 0.0)
    columns = {name: _shown(labels, asked, grounds.least)[chance] for name, labels in cells.columns.items()}
    keys, place = np.unique(np.array([columns[name] for name in columns]), axis=1, return_inverse=True)
    place = place.ravel()
    answered = np.where(np.isin(cells.state, ANSWERED), cells.n, 0.0)
    counts = (cells.n, asked, answered)
    sums: list[Floats] = [
        np.asarray(np.bincount(place, weights=each[chance], minlength=keys.shape[1]), dtype=np.float64)
        for each in counts
    ]
    return Counted(dict(zip(columns, keys, strict=True)), *sums)


def _shown(labels: Texts, asked: Floats, least: int) -> Texts:
    few = [str(each) for each in np.unique(labels) if asked[labels == each].sum() < least]
    return np.where(np.isin(labels, few), JOINED, labels) if len(few) > 1 else labels


def _crossed(cells: _Cells, by: tuple[str, str], grounds: Grounds) -> list[Cell]:
    """Response rates (RR1) by two columns."""
    from heed.stats.intervals.proportion import proportion

    if not by[0]:
        return []
    rows = cells.columns[by[0]]
    columns = cells.columns[by[1]] if by[1] else np.full(rows.shape, "", dtype=str)
    asked = np.isin(cells.state, tuple(LETTERS))
    complete = cells.state == "complete"
    pairs = sorted({(str(row), str(column)) for row, column in zip(rows[asked], columns[asked], strict=True)})
    found = []
    for row, column in pairs:
        mine = (rows == row) & (columns == column)
        found.append((row, column, int(cells.n[mine & asked].sum()), int(cells.n[mine & complete].sum())))
    names = [(row, column) if by[1] else (row,) for row, column, *_ in found]
    withheld = suppressed_cells(names, [many for *_, many, _ in found], grounds.least)
    told = []
    for (row, column, many, yes), away in zip(found, withheld, strict=True):
        (figure,) = proportion([yes], [many]).figures()
        limits = (None, None, None) if away else (figure.value, figure.low, figure.high)
        told.append(Cell(row, column, 0 if away else many, 0 if away else yes, *limits, suppressed=away))
    return told


@dataclass(frozen=True)
class Weights:
    """The weights of a wave's questionnaires, and how many decisions with a chance they stand for."""

    weighted: Weighted
    with_chance: int


def weights_of(grounds: Grounds) -> Weights | None:
    """The weights alone, as the card of the same grounds has them; None where fewer answered than may be shown."""
    cells = _Cells.of(grounds)
    answered = int(cells.n[np.isin(cells.state, ANSWERED)].sum())
    if min(answered, grounds.respondents.num_rows) < grounds.least:
        return None
    return Weights(_weighted(grounds, cells), int(cells.n[np.isin(cells.state, CHANCE)].sum()))


def _weighted(grounds: Grounds, cells: _Cells) -> Weighted:
    table, quality = grounds.respondents, grounds.quality
    design = base_design(_numbers(table, "probability"), _numbers(table, "customer"))
    labels = {name: _texts(table, f"c{place}") for place, name in enumerate(grounds.columns)}
    return weigh(design, _margins(grounds, cells, labels), least=quality.least_weight, most=quality.most_weight)


def _weights(grounds: Grounds, cells: _Cells) -> tuple[Weighted, tuple[Figure, ...]]:
    table, weighted = grounds.respondents, _weighted(grounds, cells)
    figures = []
    for place, each in enumerate(grounds.questions):
        scores = _numbers(table, f"s{place}")
        if int(np.isfinite(scores).sum()) < grounds.least or each.instrument in ("choice", "text"):
            continue
        found = figure_of(each.key, each.instrument, each.low, each.high, scores, weighted)
        if found is not None:
            figures.append(found)
    return weighted, tuple(figures)


def _margins(grounds: Grounds, cells: _Cells, labels: Mapping[str, Texts]) -> list[Margin]:
    quality, chance = grounds.quality, np.isin(cells.state, CHANCE)
    known = {each.column: dict(each.classes) for each in quality.population}
    if quality.weighting == "post_stratify" and not known and len(labels) > 1:
        joint: Texts = np.asarray(crossed([cells.columns[name][chance] for name in labels]), dtype=str)
        totals = {str(each): float(cells.n[chance][joint == each].sum()) for each in np.unique(joint)}
        one = margin(" × ".join(labels), crossed(list(labels.values())), totals, quality.class_size)
        return [one] if one else []
    found = []
    for name, mine in labels.items():
        classes = cells.columns[name][chance]
        frame = {str(each): float(cells.n[chance][classes == each].sum()) for each in np.unique(classes)}
        one = margin(name, mine, known.get(name, frame), quality.class_size)
        if one is not None:
            found.append(one)
    return found
