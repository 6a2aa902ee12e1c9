"""Surveys as facts hold them: who could have been asked, who was, what became of each, and what was answered.

A questionnaire belongs to the invitation of the same customer and survey that went out last before it (and of the same
interaction, where both tell one); facts carry no name of it where they come from files.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from heed.facts.schema.tables import PLACE
from heed.facts.set_aside import SET_ASIDE
from heed.metrics.periods import period_index
from heed.metrics.selection import Slice, by_column, sliced
from heed.metrics.sources.opening import Engine, open_source
from heed.metrics.sources.shapes import shape_of

UTC_TIME = "timestamp('UTC')"
PLACES = tuple(column.name for column in PLACE)
ANSWERED = ("complete", "partial")
ASKED = (*ANSWERED, "break_off", "begun", "refused", "silent", "pending", "undelivered", "withdrawn", "set_aside")
# Codes of an invitation that was tried and did not arrive: the decision was to ask.
FAILED = ("bad_address", "bad_mail", "mail_refused", "mail_rejected", "not_written", "bounced", "undelivered")
MOST_ATTRIBUTES, MOST_QUESTIONS = 40, 60


@dataclass(frozen=True)
class SurveySeen:
    """A survey of which facts know something: decisions about it, how many were to ask, questionnaires, and when."""

    key: str
    decisions: int
    asked: int
    responses: int
    first: datetime | None
    last: datetime | None


@dataclass(frozen=True)
class Wave:
    """Decisions about one survey: since is included, until is not; of one trigger, or of all. within: as of a Slice.
    `open_days`: how long an invitation waits. The shares say when a questionnaire left half way is partial or complete.
    """

    survey: str
    since: datetime | None = None
    until: datetime | None = None
    trigger: str = ""
    within: Mapping[str, Collection[str]] | None = None
    open_days: int = 30
    partial_share: float = 0.5
    complete_share: float = 0.8

    @property
    def part(self) -> Slice:
        return Slice(self.since, self.until, "", self.within)


@dataclass(frozen=True)
class Asked:
    """A question as it was answered: its instrument, its scale, and in how many questionnaires it was and was answered."""

    key: str
    instrument: str
    low: float | None
    high: float | None
    answered: int
    questionnaires: int


@dataclass(frozen=True)
class Known:
    """What facts do not say of invitations: `marks` by invitation (undelivered, refused, withdrawn, begun, or answered
    without a name), and who wanted no more mail, by customer with the time.
    """

    marks: Mapping[str, str] = field(default_factory=dict)
    left: Mapping[str, datetime] = field(default_factory=dict)


def surveys_seen(
    engine: Engine, within: Mapping[str, Collection[str]] | None = None, since: datetime | None = None
) -> Sequence[SurveySeen]:
    """Every survey that anybody was asked by or answered, by key; of the rows in reach, from a time on."""
    part = Slice(since, None, "", within)
    asked, given = (sliced(shape_of(name), engine.table(name), part) for name in ("invitations", "responses"))
    asked, given = asked.filter(asked.survey_key.notnull()), given.filter(given.survey_key.notnull())
    frames = asked.group_by("survey_key").agg(
        decisions=asked.count(), asked=asked.asked.sum(), first=asked.decided_at.min(), last=asked.decided_at.max()
    )
    answered = given.group_by("survey_key").agg(
        responses=given.response_id.nunique(), first=given.answered_at.min(), last=given.answered_at.max()
    )
    found = {row["survey_key"]: row for row in engine.run(frames).to_pylist()}
    told = {row["survey_key"]: row for row in engine.run(answered).to_pylist()}
    seen = []
    for key in sorted({*found, *told}):
        frame, answer = found.get(key, {}), told.get(key, {})
        times = [row[name] for row in (frame, answer) for name in ("first", "last") if row.get(name)]
        first, last = min(times, default=None), max(times, default=None)
        counts = int(frame.get("decisions") or 0), int(frame.get("asked") or 0), int(answer.get("responses") or 0)
        seen.append(SurveySeen(key, *counts, first, last))
    return seen


def waves(engine: Engine, wave: Wave, how: str, zone: ZoneInfo) -> list[tuple[str, int, datetime, datetime]]:
    """Waves of a survey, oldest first: name, decisions to ask, first and last time. how: month (`2026-03`) or trigger."""
    rows = _decided(engine, wave)
    rows = rows.filter(rows.asked.fill_null(False))
    if how == "trigger":
        named = rows.mutate(wave=rows.trigger_key.fill_null(""))
    else:
        (ends,) = engine.run(rows.agg(first=rows.decided_at.min(), last=rows.decided_at.max())).to_pylist()
        if ends["first"] is None:
            return []
        index = period_index(rows.decided_at, "month", zone, ends["first"], ends["last"])
        named = rows.mutate(wave=index.cast("string"))
    told = named.group_by("wave").agg(n=named.count(), first=named.decided_at.min(), last=named.decided_at.max())
    found = [(row["wave"], int(row["n"]), row["first"], row["last"]) for row in engine.run(told).to_pylist()]
    if how != "trigger":
        found = [(f"{int(name) // 12:04}-{int(name) % 12 + 1:02}", *rest) for name, *rest in found]
    return sorted(found, key=lambda each: each[2])


def classes_seen(engine: Engine, wave: Wave) -> dict[str, int]:
    """How many classes each column of the frame has, places first, then keys of attributes; columns with one are left out."""
    rows = _decided(engine, wave)
    keys = engine.run(
        rows.filter(rows.attributes.notnull()).select(name=rows.attributes.keys().unnest()).distinct().limit(400)
    )
    named = sorted(name for name in keys["name"].to_pylist() if name and name not in PLACES)[:MOST_ATTRIBUTES]
    columns = {f"c{place}": rows[name] for place, name in enumerate(PLACES)}
    columns |= {f"a{place}": rows.attributes.get(name) for place, name in enumerate(named)}
    shown = rows.select(**columns)
    (counted,) = engine.run(shown.agg(**{name: shown[name].nunique() for name in columns})).to_pylist()
    every = {
        **{f"c{place}": name for place, name in enumerate(PLACES)},
        **{f"a{place}": name for place, name in enumerate(named)},
    }
    return {every[short]: int(many) for short, many in counted.items() if many and many > 1}


def questions_asked(engine: Engine, wave: Wave) -> list[Asked]:
    """The questions of the questionnaires of a wave's time, those of most answers first."""
    rows = _answers(engine, wave)
    many = engine.run(rows.agg(n=rows.response_id.nunique()))["n"][0].as_py()
    told = rows.group_by("question_key").agg(
        instrument=rows.instrument.max(),
        low=rows.scale_min.min(),
        high=rows.scale_max.max(),
        answered=rows.response_id.nunique(where=_has(rows)),
    )
    found = [
        Asked(
            row["question_key"] or "", row["instrument"] or "", row["low"], row["high"], int(row["answered"]), int(many)
        )
        for row in engine.run(told).to_pylist()
    ]
    return sorted(found, key=lambda each: (-each.answered, each.key))[:MOST_QUESTIONS]


def cells(engine: Engine, wave: Wave, columns: Sequence[str], questions: Sequence[Asked], known: Known) -> pa.Table:
    """The decisions of a wave counted by classes (c0, c1, …) and `state`, with `n` and how many `people`. A state is one of
    ASKED, or by_chance (left out by the draw) or no_chance; then with the `reason`.
    """
    rows = _framed(engine, wave, columns, questions, known)
    reason = ibis.ifelse(rows.state.isin(["no_chance", "by_chance"]), rows.reason, "")
    rows = rows.mutate(reason=reason.fill_null(""))
    by = [*(f"c{place}" for place in range(len(columns))), "state", "reason"]
    return engine.run(rows.group_by(by).agg(n=rows.count(), people=rows.customer_key.nunique()))


def respondents(
    engine: Engine, wave: Wave, columns: Sequence[str], questions: Sequence[Asked], known: Known
) -> pa.Table:
    """One row for each questionnaire that counts, in order of its key: classes (c0, …), `state`, the `probability` its
    customer was asked with, `customer` as a number, `response_id`, `answered_at`, `duration_seconds`; for each question its
    score (s0, …) and whether it was answered (h0, …).
    """
    rows = _framed(engine, wave, columns, questions, known)
    rows = rows.filter(rows.state.isin(ANSWERED) & rows.response_id.notnull())
    rows = rows.mutate(customer=ibis.dense_rank().over(order_by=rows.customer_key.fill_null("")))
    answers = [f"{kind}{place}" for place in range(len(questions)) for kind in ("s", "h")]
    names = [*(f"c{place}" for place in range(len(columns))), *answers, "state", "probability", "customer"]
    kept = rows.select(*names, "response_id", "answered_at", "duration_seconds")
    return engine.run(kept.order_by("response_id"))


def unlinked(engine: Engine, wave: Wave) -> int:
    """Questionnaires of the wave's time that belong to no known customer: of open links."""
    rows = _answers(engine, wave)
    rows = rows.filter(rows.customer_key.isnull())
    if wave.until is not None:
        rows = rows.filter(rows.answered_at < ibis.literal(wave.until, type=UTC_TIME))
    return int(engine.run(rows.agg(n=rows.response_id.nunique()))["n"][0].as_py())


# How a wave is put together


def _decided(engine: Engine, wave: Wave) -> ir.Table:
    rows = engine.table("invitations")
    rows = rows.filter((rows.survey_key == wave.survey) & (rows.excluded_reason.fill_null("") == ""))
    if wave.trigger:
        rows = rows.filter(rows.trigger_key == wave.trigger)
    return sliced(shape_of("invitations"), rows, wave.part)


def _answers(engine: Engine, wave: Wave, *, with_set_aside: bool = False) -> ir.Table:
    rows = open_source(engine, "responses").rows
    kept = ("", SET_ASIDE) if with_set_aside else ("",)
    rows = rows.filter((rows.survey_key == wave.survey) & rows.excluded_reason.fill_null("").isin(kept))
    until = wave.until + timedelta(days=400) if wave.until and wave.until.year < 9990 else None
    return sliced(shape_of("responses"), rows, Slice(wave.since, until, "", wave.within))


def _has(rows: ir.Table) -> ir.BooleanValue:
    """Whether a row of a question is an answer: rows of words hold none themselves."""
    given = rows.score.notnull() | (rows.choice.fill_null("") != "")
    return given | (rows.instrument == "text")


def core_of(questions: Sequence[Asked]) -> list[str]:
    """Questions that most were asked: answered in at least half of the questionnaires."""
    return [each.key for each in questions if each.questionnaires and 2 * each.answered >= each.questionnaires]


def _questionnaires(rows: ir.Table, questions: Sequence[Asked]) -> ir.Table:
    """One row for each questionnaire, its answers beside one another."""
    core = core_of(questions)
    has = _has(rows)
    answers: dict[str, ir.Value] = {}
    for place, each in enumerate(questions):
        mine = rows.question_key == each.key
        answers[f"s{place}"] = rows.score.max(where=mine)
        answers[f"h{place}"] = (mine & has).any()
    return rows.group_by("response_id").agg(
        who=rows.customer_key.max(),
        about=rows.interaction_id.max(),
        answered_at=rows.answered_at.min(),
        duration_seconds=rows.duration_seconds.max(),
        left_half_way=(rows.attributes.get("complete") == "false").fill_null(False).any(),
        aside=(rows.excluded_reason == SET_ASIDE).fill_null(False).any(),
        core=rows.question_key.nunique(where=has & rows.question_key.isin(core or [""])),
        **answers,
    )


def _linked(asked: ir.Table, given: ir.Table) -> ir.Table:
    """response_id → invitation_id, by customer (and interaction, where the invitation tells one) and order of time."""
    known = asked.filter(asked.customer_key.notnull())
    one = known.select(
        who=known.customer_key,
        about=known.interaction_id.fill_null(""),
        at=ibis.coalesce(known.sent_at, known.decided_at),
        of=known.invitation_id,
        answered=ibis.literal(0),
    )
    abouts = one.select("about").distinct()
    given = given.filter(given.who.notnull())
    # An interaction that nobody was asked about says nothing of which invitation this answers.
    given = given.left_join(abouts, given.about == abouts.about).select(
        "who", "response_id", "answered_at", about=abouts.about.fill_null("")
    )
    line = one.union(given.select("who", "about", at=given.answered_at, of=given.response_id, answered=ibis.literal(1)))
    beside = {"group_by": [line.who, line.about], "order_by": [line["at"], line.answered, line.of]}
    followed = line.mutate(next_of=line.of.lead().over(**beside), next_is=line.answered.lead().over(**beside))
    told = followed.filter((followed.answered == 0) & (followed.next_is == 1))
    return told.select(asked_as=told.of, answered_by=told.next_of)


def _framed(engine: Engine, wave: Wave, columns: Sequence[str], questions: Sequence[Asked], known: Known) -> ir.Table:
    shape, rows = shape_of("invitations"), _decided(engine, wave)
    rows = rows.mutate(
        **{f"c{place}": by_column(shape, rows, name).fill_null("") for place, name in enumerate(columns)},
        chosen=rows.asked.fill_null(False) | rows.reason.fill_null("").isin(FAILED),
    )
    rows = _marked(rows, known)
    asked = rows.filter(rows.chosen)
    whole = _questionnaires(_answers(engine, wave, with_set_aside=True), questions)
    linked = _linked(asked, whole)
    answers = whole.drop("who", "about").inner_join(linked, whole.response_id == linked.answered_by).drop("answered_by")
    joined = rows.left_join(answers, rows.invitation_id == answers.asked_as)
    return joined.mutate(
        state=_state(joined, wave, len(core_of(questions)), _latest(engine)),
        probability=ibis.ifelse(joined.probability > 0, joined.probability, 1.0).fill_null(1.0),
    )


def _marked(rows: ir.Table, known: Known) -> ir.Table:
    """Rows with what facts do not say of them."""
    marks = pa.table(
        {"marked": pa.array(list(known.marks), pa.string()), "mark": pa.array(list(known.marks.values()), pa.string())}
    )
    left = pa.table(
        {
            "left_by": pa.array(list(known.left), pa.string()),
            "left_at": pa.array(list(known.left.values()), pa.timestamp("us", tz="UTC")),
        }
    )
    if marks.num_rows:
        told = ibis.memtable(marks)
        rows = rows.left_join(told, rows.invitation_id == told.marked).drop("marked")
    else:
        rows = rows.mutate(mark=ibis.null("string"))
    if left.num_rows:
        gone = ibis.memtable(left)
        return rows.left_join(gone, rows.customer_key == gone.left_by).drop("left_by")
    return rows.mutate(left_at=ibis.null(UTC_TIME))


def _state(rows: ir.Table, wave: Wave, core: int, cutoff: datetime | None) -> ir.Value:
    """What became of a decision."""
    sent = ibis.coalesce(rows.sent_at, rows.decided_at)
    share = rows.core / float(max(core, 1))
    answered = rows.response_id.notnull()
    late = ibis.literal(cutoff - timedelta(days=wave.open_days) if cutoff else None, type=UTC_TIME)
    gone = (rows.left_at >= sent) & (rows.left_at < sent + ibis.interval(days=wave.open_days))
    failed = rows.reason.fill_null("").isin(FAILED) | (rows.mark == "undelivered")
    drawn = rows.probability.fill_null(0.0) > 0
    return ibis.cases(
        (~rows.chosen & drawn, "by_chance"),
        (~rows.chosen, "no_chance"),
        (answered & rows.aside, "set_aside"),
        (answered & (~rows.left_half_way | (share >= wave.complete_share)), "complete"),
        (answered & (share >= wave.partial_share), "partial"),
        (answered, "break_off"),
        ((rows.mark == "answered").fill_null(False), "complete"),
        (failed.fill_null(False), "undelivered"),
        ((rows.mark == "withdrawn").fill_null(False), "withdrawn"),
        ((gone | (rows.mark == "refused")).fill_null(False), "refused"),
        ((rows.mark == "begun").fill_null(False), "begun"),
        ((sent > late).fill_null(False), "pending"),
        else_="silent",
    )


def _latest(engine: Engine) -> datetime | None:
    """The newest time that invitations and answers tell: what is younger than an invitation's life may still come."""
    rows = engine.table("invitations")
    answers = engine.table("responses")
    times = [
        engine.run(rows.agg(at=rows.decided_at.max()))["at"][0].as_py(),
        engine.run(answers.agg(at=answers.answered_at.max()))["at"][0].as_py(),
    ]
    return max((each for each in times if each), default=None)
