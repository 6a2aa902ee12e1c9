"""The surveys that come in waves, whoever had a contact or not; the careless, the bots, and those who do not answer."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from heed.sample.answers import Question, answered, csat, ease, nps, rows, styled
from heed.sample.clock import DAY_US, SECOND_US, Flags, Floats, Ints
from heed.sample.columns import attributes, finish, keys, named, times
from heed.sample.names import CHANNELS, EMAIL, POST_CONTACT, SOURCE, STAGES, SURVEYS
from heed.sample.places import customer_columns
from heed.sample.plan import WAVE_DAYS, is_winter
from heed.sample.surveys import said_in
from heed.sample.verbatims import Said, tone
from heed.sample.words import grammar
from heed.sample.world import World

SHARE = (0.30, 0.20)
SMS = len(CHANNELS)
CHECK_AFTER_DAYS = 45
ANSWER_LOGIT, BIAS = -1.05, 1.25
MODE_LIFT, WINTER = 0.30, -0.15
LAZY_SHARE = 0.35
BOTS = 240
TREND = ("falling", "steady", "rising")
AGE_BANDS = ("18-29", "30-44", "45-59", "60+")
MATTERS_COSTLY, MATTERS_VALUED = 0.03, 0.30
WAVE_CHANNELS = (*CHANNELS, "sms")


@dataclass
class Wave:
    """Everyone invited to one wave. `mood` is the true satisfaction on the day, which facts do not hold."""

    survey: int
    number: int
    day: int
    customer: Ints
    mood: Floats
    trend: Ints
    replies: Flags
    channel: int
    rng: np.random.Generator


def wave_days() -> list[tuple[int, int, int]]:
    """(survey, wave, day) of every wave."""
    return [
        (survey, wave, day + CHECK_AFTER_DAYS * survey) for survey in range(2) for wave, day in enumerate(WAVE_DAYS)
    ]


def waves_of(world: World, since: int, until: int) -> list[Wave]:
    return [draw_wave(world, survey, wave, day) for survey, wave, day in wave_days() if since <= day < until]


def winter(world: World, day: int) -> float:
    return WINTER if is_winter(world.plan.on(day)) else 0.0


def draw_wave(world: World, survey: int, number: int, day: int) -> Wave:
    """Whom the wave asks and who answers. In one of the two surveys the unhappy stay silent."""
    rng, people, plan = world.rng(f"wave-{SURVEYS[survey]}", number), world.customers, world.plan
    there = (people.joined <= day) & (people.left > day) & ~people.opted_out
    customer = np.flatnonzero(there & (rng.random(len(people)) < SHARE[survey]))
    mood = 0.35 + 0.9 * people.mood[customer] + winter(world, day) + rng.normal(0.0, 0.35, len(customer))
    trend = np.searchsorted([-0.55, 0.55], people.mood[customer] + rng.normal(0.0, 0.45, len(customer)))
    logit = ANSWER_LOGIT + (BIAS * (mood - 0.35) if survey == plan.biased_survey else 0.0)
    replies = rng.random(len(customer)) < 1 / (1 + np.exp(-logit))
    by_sms = survey == 0 and number == plan.mode_wave
    return Wave(survey, number, day, customer, mood, trend, replies, SMS if by_sms else EMAIL, rng)


def invitation_columns(world: World, wave: Wave) -> tuple[dict[str, Any], int]:
    people, many = world.customers, len(wave.customer)
    sent = np.full(many, world.clock.day_start[wave.day] + 10 * 3600 * SECOND_US)
    age = np.searchsorted([30, 45, 60], people.age[wave.customer], side="right")
    columns = {
        "invitation_id": keys(f"{SOURCE}-w{wave.survey}{wave.number}-", wave.customer),
        "decided_at": times(sent),
        "sent_at": times(sent),
        "asked": np.ones(many, dtype=bool),
        "reason": "sampled",
        "survey_key": SURVEYS[wave.survey],
        "trigger_key": f"wave_{wave.number + 1}",
        "stratum": "all",
        "probability": np.full(many, SHARE[wave.survey]),
        "channel": named(np.full(many, wave.channel), WAVE_CHANNELS),
        "attributes": attributes({"usage_trend": named(wave.trend, TREND), "age_band": named(age, AGE_BANDS)}, many),
        **customer_columns(world, wave.customer),
    }
    return columns, many


def responses(world: World, wave: Wave) -> tuple[pa.Table, Said]:
    rng, people, plan = wave.rng, world.customers, world.plan
    begun = world.clock.day_start[wave.day] + 10 * 3600 * SECOND_US
    gap = np.minimum(rng.exponential(1.8, len(wave.customer)), 20.0)
    eager = (people.region[wave.customer] != plan.lazy_region) & (rng.random(len(wave.customer)) < 0.2)
    gap = np.where((wave.survey == 1) & (wave.number == plan.lazy_wave) & eager, rng.random(len(gap)) / 24, gap)
    answered_at = begun + (gap * DAY_US).astype(np.int64)
    here = np.flatnonzero(wave.replies & (answered_at < world.clock.end))
    customer, many = wave.customer[here], len(here)
    mood = styled(wave.mood[here], people.style[customer], people.language[customer])
    mood = mood + (MODE_LIFT if wave.channel == SMS else 0.0)
    response_id = keys(f"{SOURCE}-t{wave.survey}{wave.number}-", customer)
    lazy = _lazy(world, wave, customer)
    seconds = np.where(lazy, 6 + 8 * rng.random(many), np.exp(rng.normal(4.4, 0.4, many)) + 20)
    shared = {
        "answered_at": times(answered_at[here]),
        "invited_at": times(np.full(many, begun)),
        "survey_key": SURVEYS[wave.survey],
        "duration_seconds": pa.array(np.round(seconds, 1)),
        "channel": named(np.full(many, wave.channel), WAVE_CHANNELS),
        "attributes": attributes({"wave": pa.repeat(pa.scalar(f"wave_{wave.number + 1}"), many)}, many),
        **customer_columns(world, customer),
    }
    questions = _relationship(world, rng, mood) if wave.survey == 0 else _check(world, rng, mood, lazy)
    columns, made = rows(questions, shared, response_id)
    table = finish("responses", columns, made, batch=world.batch, recorded_at=world.clock.end)
    says = np.flatnonzero(rng.random(many) < 0.35)
    said = said_in(shared, response_id, says, SURVEYS[wave.survey])
    return table, Said(said, rng.integers(0, 10, len(says)), tone(rng, mood[says]), people.language[customer[says]])


def _lazy(world: World, wave: Wave, customer: Ints) -> Flags:
    """Who ticks one column from top to bottom: a group of one region in one wave."""
    if wave.survey != 1 or wave.number != world.plan.lazy_wave:
        return np.zeros(len(customer), dtype=bool)
    here: Flags = world.customers.region[customer] == world.plan.lazy_region
    return here & (wave.rng.random(len(customer)) < LAZY_SHARE)


def stage_weights(world: World) -> Floats:
    """How much each stage matters to customers."""
    weights = np.full(len(STAGES), (1.0 - MATTERS_COSTLY - MATTERS_VALUED) / (len(STAGES) - 2))
    weights[world.plan.costly_stage], weights[world.plan.valued_stage] = MATTERS_COSTLY, MATTERS_VALUED
    return weights


def _relationship(world: World, rng: np.random.Generator, mood: Floats) -> list[Question]:
    many = len(mood)
    matters = rng.choice(len(STAGES), many, p=stage_weights(world))
    known = answered(rng, many)
    choice = named(np.where(known, matters, -1), STAGES)
    return [
        Question("recommend", "nps", 0.0, 10.0, nps(mood + rng.normal(0.0, 0.35, many)), answered(rng, many)),
        Question("matters_most", "choice", 0.0, 0.0, np.zeros(many), np.zeros(many, dtype=bool), choice),
    ]


def _check(world: World, rng: np.random.Generator, mood: Floats, lazy: Flags) -> list[Question]:
    """Satisfaction with each stage, and overall: the stages count by how much they matter."""
    many, weights = len(mood), stage_weights(world)
    own = rng.normal(0.0, 0.8, (many, len(STAGES)))
    overall = mood + (own * weights).sum(axis=1) * 2.2 + rng.normal(0.0, 0.3, many)
    same = rng.integers(3, 6, many).astype(np.float64)
    result = [Question("overall", "csat", 1.0, 5.0, np.where(lazy, same, csat(overall)), lazy | answered(rng, many))]
    for place, stage in enumerate(STAGES):
        score = np.where(lazy, same, csat(0.6 * mood + own[:, place] + 0.1))
        result.append(Question(f"stage_{stage}", "number", 1.0, 5.0, score, lazy | answered(rng, many), stage=stage))
    return result


def bots(world: World) -> tuple[pa.Table, Said]:
    """A burst over the open link: full marks within seconds, forty minutes long, in the night."""
    rng = world.rng("bots")
    many = max(60, round(BOTS * world.scale))
    begun = world.clock.day_start[world.plan.bot_day] + 130 * 60 * SECOND_US
    at = np.sort(begun + (rng.random(many) * 2400 * SECOND_US).astype(np.int64))
    response_id = keys(f"{SOURCE}-b-", np.arange(many))
    shared = {
        "answered_at": times(at),
        "survey_key": POST_CONTACT,
        "duration_seconds": pa.array(np.round(1.5 + 2.5 * rng.random(many), 1)),
        "channel": named(np.full(many, CHANNELS.index("app")), CHANNELS),
        "language": pa.repeat("en", many),
    }
    sure, full = np.ones(many, dtype=bool), np.full(many, 3.0)
    questions = [
        Question("satisfaction", "csat", 1.0, 5.0, csat(full), sure),
        Question("ease", "ces", 1.0, 7.0, ease(full), sure),
    ]
    columns, made = rows(questions, shared, response_id)
    table = finish("responses", columns, made, batch=world.batch, recorded_at=world.clock.end)
    said = said_in(shared, response_id, np.arange(many), POST_CONTACT)
    texts = grammar()["bots"]
    said["text"] = pa.array(texts).take(pa.array(rng.integers(0, len(texts), many)))
    zeros = np.zeros(many, dtype=np.int64)
    return table, Said(said, zeros, zeros + 2, zeros)
