"""Weights of score cards for figures that want them: those of each wave that a span of answers comes from."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from heed.core.access.rules import COMMAND_LINE
from heed.feedback.quality.queries.cards import Ground, asked_for, grounds_of, quality_of, survey_waves
from heed.feedback.quality.queries.engine import engine, zone
from heed.feedback.quality.rules.cards import weights_of
from heed.feedback.quality.rules.waves import WaveLine, named_wave
from heed.metrics.cards import CardWave, CardWeights
from heed.stats.survey_design.estimates import Sample

# What the weights rest on: a figure that is kept holds while these stay the same.
TABLES = ("invitations", "responses", "exclusions")
MOST_KEPT = 64
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_KEPT: dict[tuple[object, ...], CardWave] = {}
Span = tuple[datetime | None, datetime | None]


def card_weights(surveys: Iterable[str], since: datetime | None, until: datetime | None) -> CardWeights:
    """The weights of every wave whose answers may lie in a span of time. They are those of the whole operation, whoever asks:
    a team's figure is the same for all who see it.
    """
    return CardWeights(tuple(wave for survey in surveys for wave in _waves(survey, since, until)))


def weights_rest_on() -> tuple[object, ...]:
    """Names all that weights hang on but the definitions of the surveys."""
    store = engine().store
    return store.url, *(store.version(name) for name in TABLES)


def _waves(survey: str, since: datetime | None, until: datetime | None) -> list[CardWave]:
    """Oldest first. A wave that too few answered is one with the wave before it."""
    how = quality_of(survey).wave
    found: list[tuple[Span, CardWave]] = []
    for line in _near(survey, since, until, how):
        start, end, _trigger = named_wave(line, how, zone())
        wave = _wave(asked_for(COMMAND_LINE, survey, line), line.name)
        if wave.sample is None and found and how != "trigger" and found[-1][1].sample is not None:
            (start, _), before = found.pop()
            wave = _wave(asked_for(COMMAND_LINE, survey, None, (start, end)), f"{before.wave} + {line.name}")
        found.append(((start, end), wave))
    return [wave for _span, wave in found]


def _near(survey: str, since: datetime | None, until: datetime | None, how: str) -> Sequence[WaveLine]:
    """The waves of which answers may have come in a span, oldest first; with the one before them, which a thin one joins."""
    lines = tuple(reversed(survey_waves(COMMAND_LINE, survey)))
    days = timedelta(days=asked_for(COMMAND_LINE, survey, None).wave.open_days)
    begin, end = since or FIRST, until or LAST
    mine = [place for place, line in enumerate(lines) if line.first < end and line.last + days >= begin]
    if not mine:
        return ()
    return lines[max(mine[0] - (how != "trigger"), 0) : mine[-1] + 1]


def _wave(asked: Ground, name: str) -> CardWave:
    held = _KEPT.get(asked.name)
    if held is None:
        held = _weighed(asked, name)
        while len(_KEPT) >= MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)), None)
        _KEPT[asked.name] = held
    return held


def _weighed(asked: Ground, name: str) -> CardWave:
    """A wave's weights, which add up to how many could have been asked in it."""
    grounds = grounds_of(asked)
    responses = [str(key) for key in grounds.respondents["response_id"].to_pylist()]
    found = weights_of(grounds)
    if found is None or not found.weighted.margins:
        return CardWave(asked.wave.survey, name, responses, None)
    weighted, whole = found.weighted, float(found.with_chance)
    sample = weighted.sample
    scaled = sample.weights * (whole / sample.weights.sum())
    # What calibration leaves of a contribution does not hang on the scale of weights.
    by = tuple(each.name for each in weighted.margins)
    kept = Sample(sample.design, scaled, sample.residuals)
    return CardWave(asked.wave.survey, name, responses, kept, weighted.method, by, weighted.kish)
