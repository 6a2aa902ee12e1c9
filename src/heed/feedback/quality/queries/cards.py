"""Score cards of surveys, read from facts and, where heed asked itself, from its own invitations."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from heed.core.access.rules import Scope
from heed.core.definitions.queries import all_in_force
from heed.core.errors.rules import NotFound, Refused, nearest, phrase
from heed.feedback.quality.definition import Quality, usual
from heed.feedback.quality.queries.engine import engine, reached, zone
from heed.feedback.quality.rules.cards import Card, Grounds
from heed.feedback.quality.rules.judging import scored
from heed.feedback.quality.rules.waves import WaveLine, gathered, named_wave
from heed.feedback.surveys.queries.outcomes import survey_shape, unanswered_outcomes
from heed.feedback.surveys.queries.surveys import least_shown
from heed.metrics.frames import (
    Asked,
    Known,
    SurveySeen,
    Wave,
    cells,
    classes_seen,
    questions_asked,
    respondents,
    surveys_seen,
    unlinked,
    waves,
)
from heed.service.customers.queries import mail_refused_since

MAY = "see_figures"
MOST_CLASSES, MOST_COLUMNS = 12, 8
MOST_KEPT = 24
_KEPT: dict[tuple[Any, ...], Card] = {}
USUAL_COLUMNS = ("segment", "region", "channel")
# Columns of places that say who somebody is less than what happened; they are compared by only when the definition asks.
NOT_USUAL = ("team", "touchpoint", "stage", "topic", "product", "language")


@dataclass(frozen=True)
class Shown:
    """A score card with the wave it is of and the others there are."""

    survey: str
    name: str
    wave: WaveLine | None
    waves: tuple[WaveLine, ...]
    card: Card


def known_surveys(scope: Scope) -> Sequence[SurveySeen]:
    """Every survey that anybody was asked by or answered, within reach."""
    scope.demand(MAY)
    return surveys_seen(engine(), reached(scope))


def quality_of(survey: str) -> Quality:
    """How a survey is judged: by its definition in force, or by heed's own values."""
    return held_quality(survey)[0]


def held_quality(survey: str) -> tuple[Quality, str]:
    """The same, with the definition's key; empty where none is in force."""
    for found in all_in_force("quality"):
        if isinstance(found.body, Quality) and found.body.survey == survey:
            return found.body, found.key
    return usual(survey), ""


def survey_waves(scope: Scope, survey: str) -> tuple[WaveLine, ...]:
    """The waves of a survey within reach, newest first. Raises NotFound naming the nearest."""
    known = [each.key for each in known_surveys(scope)]
    if survey not in known:
        hint = nearest(survey, known) if known else "Nobody was asked yet."
        raise NotFound(phrase("There is no survey {key}.", key=survey[:80]), code="unknown_survey", hint=hint)
    how = quality_of(survey).wave
    found = waves(engine(), _whole(scope, survey), "trigger" if how == "trigger" else "month", zone())
    return gathered(found, how)


def _whole(scope: Scope, survey: str) -> Wave:
    return Wave(survey, within=reached(scope))


def score_card(scope: Scope, survey: str, wave: str = "") -> Shown:
    """The card of a wave by its name; empty: the newest; `all`: of all time. Raises Forbidden, NotFound, Invalid."""
    scope.demand(MAY)
    lines = survey_waves(scope, survey)
    chosen = _chosen(lines, wave)
    name, *_rest = survey_shape(survey)
    return Shown(survey, name or survey, chosen, lines, card(scope, survey, chosen))


def span_card(scope: Scope, survey: str, since: datetime | None, until: datetime | None) -> Card:
    """The card of what was decided in a span of time, whatever its waves."""
    scope.demand(MAY)
    return _kept(asked_for(scope, survey, None, (since, until)))


def _chosen(lines: Sequence[WaveLine], wave: str) -> WaveLine | None:
    if wave == "all" or not lines:
        return None
    if not wave:
        return lines[0]
    found = next((line for line in lines if line.name == wave), None)
    if found is None:
        said = phrase("There is no wave {name}.", name=wave[:80])
        raise NotFound(said, code="unknown_wave", hint=nearest(wave, [line.name for line in lines]))
    return found


def card(scope: Scope, survey: str, line: WaveLine | None) -> Card:
    """The card of one wave; kept while facts, invitations of heed and the definition stay the same."""
    return _kept(asked_for(scope, survey, line))


def _kept(asked: "Ground") -> Card:
    found = _KEPT.get(asked.name)
    if found is None:
        found = scored(grounds_of(asked))
        while len(_KEPT) >= MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)), None)
        _KEPT[asked.name] = found
    return found


def grounds(scope: Scope, survey: str, line: WaveLine | None) -> Grounds:
    """What facts say of one wave."""
    return grounds_of(asked_for(scope, survey, line))


@dataclass(frozen=True)
class Ground:
    """What a card is asked for, and the name that it is kept under."""

    wave: Wave
    quality: Quality
    known: Known
    some: frozenset[str]
    kinds: tuple[tuple[str, str], ...]
    least: int
    name: tuple[Any, ...]


def asked_for(
    scope: Scope, survey: str, line: WaveLine | None, span: tuple[datetime | None, datetime | None] | None = None
) -> Ground:
    """What a card of a wave, or of a span of time, is asked for."""
    quality, least, store = quality_of(survey), least_shown(), engine().store
    _name, some, kinds, days = survey_shape(survey)
    wave = wave_of(scope, survey, line, quality, days)
    if span is not None:
        wave = replace(wave, since=span[0], until=span[1])
    known = Known(unanswered_outcomes(survey, wave.since, wave.until), mail_refused_since(wave.since))
    within = (
        None if wave.within is None else tuple((name, tuple(sorted(of))) for name, of in sorted(wave.within.items()))
    )
    name = (
        (
            store.url,
            store.version("invitations"),
            store.version("responses"),
            store.version("exclusions"),
            survey,
            wave.since,
            wave.until,
            wave.trigger,
        ),
        (within, days, least, some, kinds, quality.model_dump_json()),
        (hash(frozenset(known.marks.items())), hash(frozenset(known.left.items()))),
    )
    return Ground(wave, quality, known, some, kinds, least, name)


def wave_of(scope: Scope, survey: str, line: WaveLine | None, quality: Quality, days: int) -> Wave:
    """A wave as facts are asked for it."""
    since, until, trigger = named_wave(line, quality.wave, zone())
    return Wave(
        survey,
        since,
        until,
        trigger,
        within=reached(scope),
        open_days=days,
        partial_share=quality.partial_share,
        complete_share=quality.complete_share,
    )


def grounds_of(asked: Ground) -> Grounds:
    """What facts say of it."""
    opened, wave, known = engine(), asked.wave, asked.known
    columns = _columns(asked.quality, classes_seen(opened, wave))
    questions = _with_unanswered(questions_asked(opened, wave), asked.kinds)
    return Grounds(
        asked.quality,
        columns,
        cells(opened, wave, columns, questions, known),
        respondents(opened, wave, columns, questions, known),
        questions,
        asked.some,
        unlinked(opened, wave),
        asked.least,
    )


def _columns(quality: Quality, seen: dict[str, int]) -> tuple[str, ...]:
    """What answers are compared by: what the definition names, or what is usual; columns that tell nobody apart are not."""
    if quality.weigh_by:
        return tuple(name for name in quality.weigh_by if seen.get(name, 0) > 1)
    usual_ones = [name for name in USUAL_COLUMNS if name in seen]
    attributes = [name for name in seen if name not in (*USUAL_COLUMNS, *NOT_USUAL)]
    few = [name for name in (*usual_ones, *attributes) if 1 < seen[name] <= MOST_CLASSES]
    return tuple(few[:MOST_COLUMNS])


def _with_unanswered(questions: Sequence[Asked], kinds: Sequence[tuple[str, str]]) -> list[Asked]:
    """Also the questions of the survey that nobody answered."""
    there = {each.key for each in questions}
    many = max((each.questionnaires for each in questions), default=0)
    return [*questions, *(Asked(key, kind, None, None, 0, many) for key, kind in kinds if key not in there)]


@dataclass(frozen=True)
class WeightLine:
    """One questionnaire: its weight beside a mean of 1, and one over the chance its customer was asked with."""

    response: str
    weight: float
    base: float


def weight_lines(scope: Scope, survey: str, wave: str = "") -> list[WeightLine]:
    """The weight of each questionnaire of a wave, by key. For who may see records. Raises Forbidden, NotFound, and Refused
    where fewer answered than may be shown.
    """
    scope.demand("see_records")
    line = _chosen(survey_waves(scope, survey), wave)
    found = grounds(scope, survey, line)
    weighted = scored(found).weighted
    if weighted is None:
        raise Refused("Too few answered to weigh their answers.", code="too_few", hint="Take a longer wave.")
    keys = found.respondents["response_id"].to_pylist()
    base = 1.0 / found.respondents["probability"].to_numpy()
    return [
        WeightLine(str(key), float(weight), float(one))
        for key, weight, one in zip(keys, weighted.weights, base, strict=True)
    ]
