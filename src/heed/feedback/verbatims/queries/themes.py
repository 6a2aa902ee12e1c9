"""Themes as figures: share of what was said with its interval, sentiment, the change against the stretch before."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from heed.core.access.rules import Scope
from heed.core.errors.rules import NotFound, nearest, phrase
from heed.feedback.quality.queries.audits import AuditMark, doubts_standing, marks_of
from heed.feedback.verbatims.models import Signal, TextModel
from heed.feedback.verbatims.queries.engine import engine, least_people, reached
from heed.feedback.verbatims.queries.models import found_themes, shown_model, theme_names
from heed.feedback.verbatims.queries.spans import Stretch
from heed.metrics.periods import index_of, period_start
from heed.metrics.readings import Row
from heed.metrics.selection import Slice
from heed.metrics.suppression import suppressed_cells
from heed.metrics.verbatims import Chosen, labelled, labels_set_aside, theme_counts, theme_doubts, theme_periods
from heed.stats.intervals.proportion import proportion
from heed.stats.intervals.recovered import Recovered, difference_of

ALL, NONE = "*", ""
METHOD = "wilson"


@dataclass(frozen=True)
class ThemeLine:
    """One theme in a stretch. `share` is of all verbatims, `negative` of the theme's own; both with interval and n."""

    key: str
    name: str
    share: Row
    negative: Row
    score: float | None
    change: Recovered | None
    is_found: bool
    since: date | None
    near: str = ""

    @property
    def suppressed(self) -> bool:
        return self.share.suppressed


@dataclass(frozen=True)
class Themes:
    """The themes of a stretch, largest first; `none` is the share without a theme; `total` of all. `set_aside`: verbatims
    left out because their questionnaire was (None: too few people to say); `marks`: failed audits that the shares rest on.
    """

    lines: tuple[ThemeLine, ...]
    none: ThemeLine | None
    total: int | None
    least: int
    model: str
    sentiment: str
    trained_on: int
    cutoff: datetime | None
    set_aside: int | None = 0
    with_set_aside: bool = False
    marks: tuple[AuditMark, ...] = ()


@dataclass(frozen=True)
class Narrowed:
    """What a reader narrows by: sentiment, and place columns with their values; or widens: what was set aside counts, too."""

    sentiment: str = ""
    places: tuple[tuple[str, str], ...] = ()
    with_set_aside: bool = False


def chosen(model: TextModel, scope: Scope, seen: Stretch, narrowed: Narrowed, theme: str = "") -> Chosen:
    part = Slice(*seen.moments, within=reached(scope), with_set_aside=narrowed.with_set_aside)
    return Chosen(model.name, part, theme, narrowed.sentiment, narrowed.places)


def themes(scope: Scope, seen: Stretch, narrowed: Narrowed | None = None, language: str = "en") -> Themes:
    """Every theme of the stretch within a person's reach. Raises Forbidden."""
    scope.demand("see_figures")
    model, narrowed = shown_model(), narrowed or Narrowed()
    least = least_people()
    if model is None:
        return Themes((), None, 0, least, "", "", 0, None)
    now = _counts(model, scope, seen, narrowed)
    before = _counts(model, scope, seen.before, narrowed) if seen.before else {}
    names, known = theme_names(model, language), {theme.key: theme.since for theme in found_themes(model)}
    told = _told()
    hidden = _hidden(now, least) | _hidden(before, least)
    lines = [
        _line(key, names, now, before, hidden, known, told)
        for key in now
        if key != ALL and (key == NONE or key in names)
    ]
    doubts = theme_doubts(engine(), chosen(model, scope, seen, narrowed), doubts_standing())
    lines = [_doubted(line, doubts) for line in lines]
    lines.sort(key=lambda line: (line.suppressed, -(line.share.value or 0.0), line.name))
    whole = now.get(ALL)
    small = whole is not None and 0 < whole["people"] < least
    cutoff = labelled(engine(), model.name)[1]
    return Themes(
        tuple(line for line in lines if line.key != NONE),
        next((line for line in lines if line.key == NONE), None),
        None if small else int(whole["n"]) if whole else 0,
        least,
        model.name,
        model.sentiment,
        model.trained_on,
        cutoff,
        None if small else labels_set_aside(engine(), chosen(model, scope, seen, narrowed)),
        narrowed.with_set_aside,
        () if small else marks_of(doubts.get(ALL, ())),
    )


def _doubted(line: ThemeLine, doubts: dict[str | None, tuple[str, ...]]) -> ThemeLine:
    """A line with the failed audits its figures rest on: of its share all verbatims' are, of its own ones alone the theme's."""
    if line.suppressed:
        return line
    own = doubts.get(line.key or None, ())
    share, negative = replace(line.share, doubts=doubts.get(ALL, ())), replace(line.negative, doubts=own)
    return replace(line, share=share, negative=negative)


def _counts(model: TextModel, scope: Scope, seen: Stretch, narrowed: Narrowed) -> dict[str, dict[str, Any]]:
    rows = theme_counts(engine(), chosen(model, scope, seen, narrowed)).to_pylist()
    return {(row["of"] if row["of"] is not None else NONE): row for row in rows}


def _hidden(counts: dict[str, dict[str, Any]], least: int) -> set[str]:
    """The themes whose figure is withheld: few people, or one that would give such a one away, or few in all."""
    keys = [key for key in counts if key != ALL]
    if counts and counts[ALL]["people"] < least:
        return set(keys)
    withheld = suppressed_cells([(key,) for key in keys], [counts[key]["people"] for key in keys], least)
    return {key for key, away in zip(keys, withheld, strict=True) if away}


def _told() -> dict[str, Signal]:
    """The newest signal of each theme that nobody has put away."""
    rows = Signal.objects.exclude(theme="").filter(dismissed_at=None).order_by("since")
    return {row.theme: row for row in rows}


def share_row(hits: float, n: float, *, hidden: bool = False, period: date | None = None) -> Row:
    """A share as a reading has it: Wilson's limits, or withheld."""
    if hidden:
        return Row({}, None, None, None, None, True, "suppressed", period)
    figure = proportion(hits, n).figure()
    return Row({}, figure.value, figure.low, figure.high, int(n), False, figure.reason, period)


def _line(
    key: str,
    names: dict[str, str],
    now: dict[str, dict[str, Any]],
    before: dict[str, dict[str, Any]],
    hidden: set[str],
    known: dict[str, str],
    told: dict[str, Signal],
) -> ThemeLine:
    mine, whole = now[key], now[ALL]["n"]
    away = key in hidden
    share = share_row(mine["n"], whole, hidden=away)
    negative = share_row(mine["negative"], mine["n"], hidden=away)
    signal = told.get(key)
    since = signal.since if signal else date.fromisoformat(known[key]) if known.get(key) else None
    score = None if away else mine["score"]
    change = None if away else _change(key, share, before)
    near = signal.near_title if signal else ""
    return ThemeLine(key, names.get(key, ""), share, negative, score, change, key in known, since, near)


def _change(key: str, share: Row, before: dict[str, dict[str, Any]]) -> Recovered | None:
    if not before or not before.get(ALL, {}).get("n"):
        return None
    earlier = share_row(before.get(key, {"n": 0})["n"], before[ALL]["n"])
    limits = [(row.value, row.low, row.high) for row in (share, earlier)]
    if any(value is None for each in limits for value in each):
        return None
    return difference_of(limits[0], limits[1])  # type: ignore[arg-type]


def theme_trend(scope: Scope, seen: Stretch, key: str, narrowed: Narrowed | None = None) -> list[Row]:
    """A theme's share by period. Periods with few people are withheld. Raises NotFound, Forbidden."""
    scope.demand("see_figures")
    model = shown_model()
    demand_theme(key)
    assert model is not None
    narrowed = narrowed or Narrowed()
    period = seen.period
    found = theme_periods(engine(), chosen(model, scope, seen, narrowed), period, seen.zone, seen.moments).to_pylist()
    by = {(row["of"], row["period"]): row for row in found}
    least = least_people()
    rows = []
    first, last = index_of(seen.since, period), index_of(seen.until, period)
    for index in range(first, last + 1):
        start = period_start(index, period)
        whole = by.get((ALL, index))
        if start >= seen.until:
            continue
        if whole is None:
            rows.append(Row({}, None, None, None, None, period=start))
            continue
        hits = by.get((key, index), {"n": 0})["n"]
        rows.append(share_row(hits, whole["n"], hidden=whole["people"] < least, period=start))
    return rows


def demand_theme(key: str) -> str:
    """The name of a theme. Raises NotFound naming the nearest."""
    names = theme_names(shown_model())
    if key not in names:
        raise NotFound(phrase("There is no theme {key}.", key=key), code="unknown_theme", hint=nearest(key, names))
    return names[key]
