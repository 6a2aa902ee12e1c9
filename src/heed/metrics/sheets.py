"""The questionnaires of one survey as sheets, a row each; and contacts after which it could be offered, asked or not."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from heed.facts.set_aside import SET_ASIDE, answers
from heed.metrics.selection import Slice, sliced
from heed.metrics.sources.opening import Engine, open_source
from heed.metrics.sources.shapes import shape_of
from heed.stats.arrays import Flags, Floats

MOST_ROWS = 400_000  # questionnaires looked at together; of more, the newest
WORDS_FROM = 20  # shorter remarks, such as thanks, are the same by chance
SATISFACTION = ("csat", "nps")
COMES_BACK_SECONDS = 7 * 86_400.0
# What is seen of a contact beside its answer: name → how it reads off the relation of contacts.
SEEN = ("resolved", "transferred", "came_back", "wait", "hold", "handle", "abandoned")
# Reasons for not asking that no agent had a hand in.
NOT_THEIRS = (
    *("opted_out", "do_not_contact", "no_consent", "consent_withdrawn", "objected", "control_group", "incident"),
    *("case_open", "expired", "purpose_rested", "rested", "budget_spent", "quota_reached", "too_late", "out_of_reach"),
    *("no_customer", "unknown_customer", "no_address", "survey_not_in_force", "contact_policy", "abandoned"),
)


@dataclass(frozen=True)
class Part:
    """Answers of one survey. since is included, until is not; within: column → values, as of a Slice."""

    survey: str
    since: datetime | None = None
    until: datetime | None = None
    within: Mapping[str, Collection[str]] | None = None

    @property
    def slice(self) -> Slice:
        return Slice(self.since, self.until, "", self.within)


@dataclass(frozen=True)
class Questionnaires:
    """One row a questionnaire, in order of time. at: µs since 1970 UTC; seconds: NaN where not known; scores: rows ×
    questions; ends: the scale of each question, NaN where it has none; words: digests, empty where nothing (long) was
    written; place: team and region; set_aside: left out by a person. `left_out`: how many were left out for other reasons.
    """

    responses: list[str]
    at: "np.ndarray[Any, np.dtype[np.int64]]"
    seconds: Floats
    questions: tuple[str, ...]
    instruments: tuple[str, ...]
    ends: tuple[tuple[float, float], ...]
    scores: Floats
    given: "np.ndarray[Any, np.dtype[np.int64]]"
    invited: Flags
    customer: list[str | None]
    about: list[str | None]
    agent: list[str | None]
    team: list[str]
    region: list[str]
    words: list[str]
    set_aside: Flags

    def __len__(self) -> int:
        return len(self.responses)


def questionnaires(engine: Engine, part: Part) -> Questionnaires:
    """Every questionnaire of a part of the facts, those set aside with it."""
    shape = shape_of("responses")
    rows = open_source(engine, "responses").rows
    rows = sliced(shape, rows.filter(rows.survey_key == part.survey), part.slice)
    rows = rows.filter(rows.excluded_reason.fill_null("").isin(["", SET_ASIDE]))
    heads = _heads(engine, rows)
    place = {key: row for row, key in enumerate(heads["response_id"].to_pylist())}
    told = _scores(engine, rows, heads, place)
    return Questionnaires(
        responses=list(place),
        at=_micros(heads["at"]),
        seconds=_numbers(heads["seconds"]),
        questions=told.questions,
        instruments=told.instruments,
        ends=told.ends,
        scores=told.scores,
        given=np.asarray(heads["given"].to_numpy(zero_copy_only=False), dtype=np.int64),
        invited=np.asarray(heads["invited"].to_numpy(zero_copy_only=False), dtype=bool),
        **{name: heads[name].to_pylist() for name in ("customer", "about", "agent")},
        **{name: pc.fill_null(heads[name], "").to_pylist() for name in ("team", "region")},
        words=_words(engine, part, place),
        set_aside=np.asarray(heads["aside"].to_numpy(zero_copy_only=False), dtype=bool),
    )


def answered_surveys(engine: Engine) -> dict[str, datetime]:
    """Surveys that have answers, each with the time of the newest."""
    if not engine.holds("responses"):
        return {}
    rows = engine.table("responses")
    rows = rows.filter(rows.survey_key.notnull() & (rows.survey_key != ""))
    found = engine.run(rows.group_by("survey_key").agg(last=rows.answered_at.max())).to_pylist()
    return {row["survey_key"]: row["last"] for row in found}


def heads_of(engine: Engine, survey: str, responses: Collection[str]) -> list[dict[str, Any]]:
    """Of questionnaires of a survey, by id: response_id, at, customer, team, region. Unknown ones are left out."""
    rows = engine.table("responses")
    rows = rows.filter((rows.survey_key == survey) & rows.response_id.isin(sorted(responses)))
    found: list[dict[str, Any]] = engine.run(
        rows.group_by("response_id").agg(
            at=rows.answered_at.min(), customer=rows.customer_key.max(), team=rows.team.max(), region=rows.region.max()
        )
    ).to_pylist()
    return found


def scores_of(engine: Engine, survey: str, responses: Collection[str]) -> dict[str, list[tuple[str, float]]]:
    """What questionnaires, by id, answered with a score: question and score, in order of question."""
    rows = engine.table("responses")
    rows = rows.filter((rows.survey_key == survey) & rows.response_id.isin(sorted(responses)) & rows.score.notnull())
    told: dict[str, list[tuple[str, float]]] = {}
    asked = rows.select("response_id", "question_key", "score").order_by(["response_id", "question_key"])
    for row in engine.run(asked).to_pylist():
        told.setdefault(row["response_id"], []).append((row["question_key"] or "", row["score"]))
    return told


def _heads(engine: Engine, rows: ir.Table) -> pa.Table:
    """A row a questionnaire, the newest where they are too many, in order of time."""
    heads = rows.group_by("response_id").agg(
        at=rows.answered_at.min(),
        seconds=rows.duration_seconds.max(),
        given=rows.question_key.nunique(),
        invited=rows.invited_at.max().notnull(),
        customer=rows.customer_key.max(),
        about=ibis.coalesce(rows.interaction_id.max(), rows.case_id.max()),
        agent=rows.agent_key.max(),
        team=rows.team.max(),
        region=rows.region.max(),
        aside=(rows.excluded_reason.fill_null("") == SET_ASIDE).any(),
    )
    newest = heads.order_by([heads["at"].desc(), heads.response_id.desc()]).limit(MOST_ROWS)
    return engine.run(newest.order_by([newest["at"], newest.response_id]))


@dataclass(frozen=True)
class _Scored:
    questions: tuple[str, ...]
    instruments: tuple[str, ...]
    ends: tuple[tuple[float, float], ...]
    scores: Floats


def _scores(engine: Engine, rows: ir.Table, heads: pa.Table, place: Mapping[str, int]) -> _Scored:
    scored = rows.filter(rows.score.notnull() & rows.question_key.notnull())
    about = engine.run(
        scored.group_by("question_key")
        .agg(low=scored.scale_min.min(), high=scored.scale_max.max(), instrument=scored.instrument.max())
        .order_by("question_key")
    ).to_pylist()
    column = {row["question_key"]: number for number, row in enumerate(about)}
    scores = np.full((len(place), len(about)), np.nan)
    found = engine.run(scored.select("response_id", "question_key", "score"))
    line = pc.index_in(found["response_id"], heads["response_id"].combine_chunks())
    known = pc.is_valid(line).to_numpy(zero_copy_only=False)
    which = pc.index_in(found["question_key"], pa.array(list(column), pa.string())) if column else line
    rows_at = pc.fill_null(line, 0).to_numpy(zero_copy_only=False)
    columns_at = pc.fill_null(which, 0).to_numpy(zero_copy_only=False)
    values = _numbers(found["score"])
    scores[rows_at[known], columns_at[known]] = values[known]
    ends = tuple(
        (float(row["low"]), float(row["high"]))
        if row["low"] is not None and row["high"] is not None
        else (np.nan, np.nan)
        for row in about
    )
    return _Scored(tuple(column), tuple(row["instrument"] or "" for row in about), ends, scores)


def _words(engine: Engine, part: Part, place: Mapping[str, int]) -> list[str]:
    """A digest of what each wrote, without case and spaces; words themselves are not handed on."""
    words = [""] * len(place)
    rows = engine.table("verbatims")
    rows = rows.filter((rows.survey_key == part.survey) & (rows.text.length() >= WORDS_FROM))
    if part.since is not None:
        rows = rows.filter(rows.said_at >= ibis.literal(part.since, type="timestamp('UTC')"))
    if part.until is not None:
        rows = rows.filter(rows.said_at < ibis.literal(part.until, type="timestamp('UTC')"))
    for row in engine.run(rows.select("response_id", "text")).to_pylist():
        if row["response_id"] in place:
            said = " ".join(row["text"].lower().split())
            words[place[row["response_id"]]] = blake2b(said.encode(), digest_size=12).hexdigest()
    return words


@dataclass(frozen=True)
class Offered:
    """One row a contact that an agent served and after which the survey could be offered. agent and stratum: indices into
    `agents` and `strata`; seen: contacts × SEEN, NaN where not known; liked: 0..1, NaN without an answer.
    """

    agents: tuple[str, ...]
    strata: tuple[str, ...]
    agent: "np.ndarray[Any, np.dtype[np.int64]]"
    stratum: "np.ndarray[Any, np.dtype[np.int64]]"
    asked: Flags
    seen: Floats
    liked: Floats


def offered(engine: Engine, part: Part) -> Offered:
    """Contacts of agents who asked anybody, in strata of team and channel. A contact of which no decision is known counts as
    not asked; one that was not asked for a reason no agent had a hand in is left out.
    """
    shape = shape_of("contacts")
    contacts = open_source(engine, "contacts", part.since).rows
    contacts = sliced(shape, contacts, part.slice)
    contacts = contacts.filter(contacts.agent_key.notnull() & (contacts.excluded_reason.fill_null("") == ""))
    asked = _asked(engine, part.survey)
    rows = contacts.left_join(asked, contacts.interaction_id == asked.of_contact)
    rows = rows.left_join(liked := _liked(engine, part.survey), rows.interaction_id == liked.liked_contact)
    rows = rows.filter(rows.theirs.fill_null(True))
    came_back = ibis.cases(
        (rows.seconds_to_next <= COMES_BACK_SECONDS, 1.0),
        (rows.observed_seconds >= COMES_BACK_SECONDS, 0.0),
        else_=ibis.null("float64"),
    )
    found = engine.run(
        rows.select(
            agent=rows.agent_key,
            stratum=rows.team.fill_null("") + ibis.literal("/") + rows.channel.fill_null(""),
            asked=rows.was_asked.fill_null(False),
            liked=rows.liked,
            resolved=rows.resolved.cast("float64"),
            transferred=rows.transferred.cast("float64"),
            came_back=came_back,
            wait=_log(rows.wait_seconds),
            hold=_log(rows.hold_seconds),
            handle=_log(rows.handle_seconds),
            abandoned=rows.abandoned.cast("float64"),
        )
    )
    return _offered(found)


def _asked(engine: Engine, survey: str) -> ir.Table:
    rows = engine.table("invitations")
    rows = rows.filter((rows.survey_key == survey) & rows.interaction_id.notnull())
    was = rows.asked.fill_null(True)
    theirs = was | ((rows.probability.fill_null(1.0) > 0.0) & ~rows.reason.fill_null("").isin(NOT_THEIRS))
    return rows.group_by(of_contact=rows.interaction_id).agg(was_asked=was.any(), theirs=theirs.any())


def _liked(engine: Engine, survey: str) -> ir.Table:
    """The mean satisfaction 0..1 answered about each contact, of what counts; of any scale where none is of satisfaction."""
    rows = answers(engine, "responses")
    rows = rows.filter(
        (rows.survey_key == survey)
        & rows.interaction_id.notnull()
        & rows.score.notnull()
        & (rows.scale_max > rows.scale_min)
        & (rows.excluded_reason.fill_null("") == "")
    )
    scaled = (rows.score - rows.scale_min) / (rows.scale_max - rows.scale_min)
    own = rows.instrument.isin(SATISFACTION)
    return rows.group_by(liked_contact=rows.interaction_id).agg(
        liked=ibis.coalesce(scaled.mean(where=own), scaled.mean())
    )


def _log(seconds: ir.Value) -> ir.Value:
    """Times are skewed: their logarithm tells more evenly."""
    return (seconds.fill_null(0.0).clip(lower=0.0) + 1.0).ln().nullif(0.0)


def _offered(found: pa.Table) -> Offered:
    asking = {name for name, was in zip(found["agent"].to_pylist(), found["asked"].to_pylist(), strict=True) if was}
    kept = found.filter(pc.is_in(found["agent"], pa.array(sorted(asking), pa.string())))
    agents, strata = (tuple(sorted(set(kept[name].to_pylist()))) for name in ("agent", "stratum"))
    return Offered(
        agents,
        strata,
        _place(kept["agent"], agents),
        _place(kept["stratum"], strata),
        np.asarray(kept["asked"].to_numpy(zero_copy_only=False), dtype=bool),
        np.column_stack([_numbers(kept[name]) for name in SEEN]),
        _numbers(kept["liked"]),
    )


def _place(column: pa.ChunkedArray, names: tuple[str, ...]) -> "np.ndarray[Any, np.dtype[np.int64]]":
    found = pc.index_in(column, pa.array(names, pa.string()))
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int64)


def _numbers(column: pa.ChunkedArray) -> Floats:
    filled = pc.fill_null(column.cast(pa.float64()), float("nan"))
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=np.float64)


def _micros(column: pa.ChunkedArray) -> "np.ndarray[Any, np.dtype[np.int64]]":
    return np.asarray(column.cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)
