"""What customers said, as the engine counts and finds it: what no model read yet, themes with their counts, one page of
verbatims, and the series in which changes are looked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from heed.facts.schema.tables import PLACE
from heed.facts.set_aside import SET_ASIDE, answers
from heed.metrics.doubts import Doubt, doubted
from heed.metrics.grouping import Split
from heed.metrics.periods import Period, period_index
from heed.metrics.records import Mark
from heed.metrics.selection import STATUS, Slice, sliced
from heed.metrics.sources.opening import Engine
from heed.metrics.sources.shapes import shape_of

PLACES = tuple(column.name for column in PLACE)
UTC_TIME = "timestamp('UTC')"
WHOLE_LABELS = tuple(
    f"{name}{part}"
    for name in ("intent", "urgency", "effort", "churn")
    for part in ("", "_confidence", "_start", "_end")
)


@dataclass(frozen=True)
class Chosen:
    """Which labelled verbatims: by model, span and reach, and maybe by theme, sentiment, language and place."""

    model: str
    part: Slice = field(default_factory=Slice)
    theme: str = ""
    sentiment: str = ""
    places: tuple[tuple[str, str], ...] = ()


def _readable(engine: Engine, *, with_set_aside: bool = False) -> ir.Table:
    """Verbatims of customers that hold words."""
    rows = answers(engine, "verbatims", with_set_aside=with_set_aside)
    own = rows.direction.isnull() | (rows.direction != "outbound")
    return rows.filter(own & rows.text.notnull() & (rows.text.strip() != "") & rows.excluded_reason.isnull())


def _labels(engine: Engine, chosen: Chosen) -> ir.Table:
    """Without those of questionnaires that were set aside, unless the slice wants them."""
    rows = answers(engine, "verbatim_labels", with_set_aside=chosen.part.with_set_aside)
    rows = rows.filter(rows.excluded_reason.fill_null("") != SET_ASIDE)
    rows = sliced(shape_of("verbatim_labels"), rows.filter(rows.model == chosen.model), chosen.part)
    for name, value in chosen.places:
        rows = rows.filter(rows[name] == value)
    return rows.filter(rows.sentiment == chosen.sentiment) if chosen.sentiment else rows


def _scores(engine: Engine) -> ir.Table:
    """How content a questionnaire's scores are, by response: each 0 (unhappy), ½ or 1 (happy), and their mean. NPS by
    detractors, passives and promoters; other scales by whether they lie below, at or above their middle.
    """
    rows = engine.table("responses")
    width = rows.scale_max - rows.scale_min
    asked = rows.instrument.isin(["nps", "csat", "ces"]) & rows.score.notnull() & (width > 0)
    told = rows.filter(asked).mutate(on=(rows.score - rows.scale_min) / width)
    low, high = (ibis.ifelse(told.instrument == "nps", nps, other) for nps, other in ((0.65, 0.45), (0.85, 0.55)))
    told = told.mutate(scaled=ibis.cases((told.on < low, 0.0), (told.on > high, 1.0), else_=0.5))
    return told.group_by("response_id").agg(scaled=told.scaled.mean())


def unread(engine: Engine, model: str, limit: int) -> pa.Table:
    """Verbatims the model has no label of, newest first, each with the score given along with it (0..1 or null)."""
    read = engine.table("verbatim_labels")
    read = read.filter(read.model == model).select("verbatim_id").distinct()
    # What is set aside is read all the same: it may be put back.
    rows = _readable(engine, with_set_aside=True)
    rows = rows.anti_join(read, "verbatim_id")
    rows = rows.order_by([rows.said_at.desc(), rows.verbatim_id]).limit(limit)
    scores = _scores(engine)
    joined = rows.left_join(scores, rows.response_id == scores.response_id)
    kept = ["verbatim_id", "said_at", "text", "response_id", "interaction_id", "case_id", "survey_key", "customer_key"]
    columns = [*kept, "source", *PLACES]
    return engine.run(joined.select(*(rows[name] for name in columns), scores.scaled))


def training_rows(engine: Engine, limit: int) -> pa.Table:
    """Verbatims with a label given by a person, or answered beside a score; newest first."""
    rows, scores = _readable(engine), _scores(engine)
    joined = rows.left_join(scores, rows.response_id == scores.response_id)
    known = joined.select(
        rows.verbatim_id, rows.text, rows.label_sentiment, rows.customer_key, rows.said_at, scores.scaled
    )
    known = known.filter(known.label_sentiment.notnull() | known.scaled.notnull())
    return engine.run(known.order_by([known.said_at.desc(), known.verbatim_id]).limit(limit))


def said_texts(engine: Engine, since: datetime, limit: int) -> pa.Table:
    """What was said since a moment, newest first: key, words, time and the stream it came by."""
    rows = _readable(engine)
    rows = rows.filter(rows.said_at >= ibis.literal(since, type=UTC_TIME))
    chosen = rows.order_by([rows.said_at.desc(), rows.verbatim_id]).limit(limit)
    return engine.run(chosen.select("verbatim_id", "text", "said_at", "survey_key"))


def newest_verbatim(engine: Engine) -> tuple[datetime | None, datetime | None]:
    """The first and last time something was said."""
    rows = engine.table("verbatims")
    (found,) = engine.run(rows.agg(first=rows.said_at.min(), last=rows.said_at.max())).to_pylist()
    return found["first"], found["last"]


def labelled(engine: Engine, model: str) -> tuple[int, datetime | None]:
    """How many verbatims the model has read, and when the newest of them was said."""
    rows = engine.table("verbatim_labels")
    rows = rows.filter((rows.model == model) & (rows.place == 0))
    (found,) = engine.run(rows.agg(many=rows.count(), newest=rows.said_at.max())).to_pylist()
    return int(found["many"]), found["newest"]


def theme_counts(engine: Engine, chosen: Chosen) -> pa.Table:
    """By theme (null: verbatims without one; `*`: all): verbatims, people, each sentiment, the first time."""
    rows = _labels(engine, chosen)
    rows = rows.mutate(person=rows.customer_key.fill_null(rows.verbatim_id))
    whole = rows.filter(rows.place == 0)
    counted = [_counted(rows, rows.theme), _counted(whole, ibis.literal("*"))]
    return engine.run(ibis.union(*counted))


def _counted(rows: ir.Table, theme: ir.Value) -> ir.Table:
    rows = rows.mutate(of=theme)
    return rows.group_by("of").agg(
        n=rows.count(),
        people=rows.person.nunique(),
        negative=(rows.sentiment == "negative").sum(),
        neutral=(rows.sentiment == "neutral").sum(),
        positive=(rows.sentiment == "positive").sum(),
        score=rows.sentiment_score.mean(),
        first=rows.said_at.min(),
    )


def labels_set_aside(engine: Engine, chosen: Chosen) -> int:
    """How many of the verbatims chosen are left out because their questionnaire was set aside."""
    every = _labels(engine, replace(chosen, part=replace(chosen.part, with_set_aside=True)))
    read = [rows.filter(rows.place == 0) for rows in (every, _labels(engine, chosen))]
    many = [engine.run(rows.agg(n=rows.count()))["n"][0].as_py() for rows in read]
    return int(many[0]) - int(many[1])


def theme_doubts(engine: Engine, chosen: Chosen, doubts: Sequence[Doubt]) -> dict[str | None, tuple[str, ...]]:
    """Theme (null: verbatims without one; `*`: all) → keys of the doubts its verbatims lie in; themes without one are left out."""
    if not doubts:
        return {}
    shape = shape_of("verbatim_labels")
    rows = _labels(engine, chosen).mutate(**{STATUS: ibis.literal("")})
    by = Split(("theme",))
    found = doubted(engine, shape, rows.mutate(**{by.keys[0]: rows.theme}), by, doubts)
    told: dict[str | None, tuple[str, ...]] = {key: keys for (key,), keys in found.items()}
    whole = doubted(engine, shape, rows, Split(), doubts).get((), ())
    return told | ({"*": whole} if whole else {})


def theme_periods(
    engine: Engine, chosen: Chosen, period: Period, zone: ZoneInfo, span: tuple[datetime, datetime]
) -> pa.Table:
    """By theme (`*`: all) and local period: verbatims and people."""
    rows = _labels(engine, chosen)
    index = period_index(rows.said_at, period, zone, *span)
    rows = rows.mutate(period=index, person=rows.customer_key.fill_null(rows.verbatim_id))
    whole = rows.filter(rows.place == 0)
    parts = []
    for part, theme in ((rows.filter(rows.theme.notnull()), rows.theme), (whole, None)):
        named = part.mutate(of=part.theme if theme is not None else ibis.literal("*"))
        parts.append(named.group_by(["of", "period"]).agg(n=named.count(), people=named.person.nunique()))
    return engine.run(ibis.union(*parts))


def theme_days(engine: Engine, model: str, zone: ZoneInfo, span: tuple[datetime, datetime]) -> pa.Table:
    """By theme (`*`: all), stream and local day: verbatims. What changes in themes is looked for in these."""
    chosen = Chosen(model, Slice(span[0], None))
    rows = _labels(engine, chosen)
    rows = rows.mutate(day=period_index(rows.said_at, "day", zone, *span), stream=rows.survey_key.fill_null(""))
    whole = rows.filter(rows.place == 0).mutate(of=ibis.literal("*"))
    named = rows.filter(rows.theme.notnull()).mutate(of=rows.theme)
    parts = [part.group_by(["of", "stream", "day"]).agg(n=part.count()) for part in (named, whole)]
    return engine.run(ibis.union(*parts))


def contact_days(engine: Engine, zone: ZoneInfo, span: tuple[datetime, datetime]) -> pa.Table:
    """Contacts of customers by topic, team and local day."""
    rows = engine.table("interactions")
    inbound = rows.direction.isnull() | (rows.direction != "outbound")
    rows = rows.filter(inbound & (rows.started_at >= ibis.literal(span[0], type=UTC_TIME)))
    rows = rows.filter(rows.excluded_reason.isnull())
    rows = rows.mutate(day=period_index(rows.started_at, "day", zone, *span))
    return engine.run(rows.group_by(["topic", "team", "day"]).agg(n=rows.count()))


def contact_span(engine: Engine) -> tuple[datetime | None, datetime | None]:
    """The first and last time a customer came."""
    rows = engine.table("interactions")
    (found,) = engine.run(rows.agg(first=rows.started_at.min(), last=rows.started_at.max())).to_pylist()
    return found["first"], found["last"]


def place_values(engine: Engine, model: str, name: str, chosen: Slice) -> list[str]:
    """The values a place has among what was read, in order; at most 200."""
    rows = _labels(engine, Chosen(model, chosen))
    found = engine.run(rows.select(value=rows[name]).distinct().order_by("value").limit(200))
    return [value for value in found["value"].to_pylist() if value]


def verbatim_page(
    engine: Engine, chosen: Chosen, *, limit: int, after: Mark | None = None, words: Sequence[str] = ()
) -> pa.Table:
    """Verbatims with their words and main label, newest first. words: each must stand in the text, in either case."""
    labels = _labels(engine, chosen)
    if chosen.theme:
        labels = labels.filter(labels.theme == chosen.theme)
    else:
        labels = labels.filter(labels.place == 0)
    if after is not None:
        mark = ibis.literal(after.at, type=UTC_TIME)
        older = (labels.said_at < mark) | ((labels.said_at == mark) & (labels.verbatim_id < after.key))
        labels = labels.filter(older)
    texts = engine.table("verbatims").select("verbatim_id", "text", "question_key")
    for word in words:
        texts = texts.filter(texts.text.lower().contains(word.lower()))
    joined = labels.inner_join(texts, "verbatim_id")
    shown = ("verbatim_id", "said_at", "sentiment", "sentiment_score", "confidence", "theme", "survey_key", *PLACES)
    ordered = joined.order_by([joined.said_at.desc(), joined.verbatim_id.desc()]).limit(limit)
    return engine.run(ordered.select(*shown, "text", "question_key"))


def whole_labels(engine: Engine, model: str, verbatims: Sequence[str]) -> pa.Table:
    """Intent, urgency, effort and churn of these verbatims, with confidence and where the words stand."""
    rows = engine.table("verbatim_labels")
    rows = rows.filter((rows.model == model) & (rows.place == 0) & rows.verbatim_id.isin(list(verbatims)))
    return engine.run(rows.select("verbatim_id", *WHOLE_LABELS))


def aspects_of(engine: Engine, model: str, verbatims: Sequence[str]) -> pa.Table:
    """What these verbatims speak about, in the order of each text."""
    rows = engine.table("verbatim_aspects")
    rows = rows.filter((rows.model == model) & rows.verbatim_id.isin(list(verbatims)))
    shown = ("verbatim_id", "place", "term", "theme", "sentiment", "confidence", "start", "end")
    return engine.run(rows.select(*shown).order_by(["verbatim_id", "place"]))


def themes_of(engine: Engine, model: str, verbatims: Sequence[str]) -> pa.Table:
    """Every theme of these verbatims."""
    rows = engine.table("verbatim_labels")
    rows = rows.filter((rows.model == model) & rows.verbatim_id.isin(list(verbatims)) & rows.theme.notnull())
    return engine.run(rows.select("verbatim_id", "theme", "theme_confidence", "place").order_by("place"))


def one_verbatim(engine: Engine, model: str, verbatim: str, part: Slice) -> pa.Table:
    """One verbatim within a reach, with its labels; empty where it is not there."""
    rows = _labels(engine, Chosen(model, replace(part, with_set_aside=True)))
    rows = rows.filter(rows.verbatim_id == verbatim)
    texts = engine.table("verbatims")
    texts = texts.filter(texts.verbatim_id == verbatim).select("verbatim_id", "text", "question_key", "response_id")
    joined = rows.inner_join(texts, "verbatim_id")
    shown = ("verbatim_id", "said_at", "sentiment", "sentiment_score", "confidence", "theme", "theme_confidence")
    return engine.run(joined.order_by("place").select(*shown, *PLACES, "survey_key", "text", "question_key"))


def texts_of(engine: Engine, model: str, verbatims: Sequence[str], part: Slice) -> pa.Table:
    """The words of these verbatims, those within a reach alone."""
    rows = _labels(engine, Chosen(model, replace(part, with_set_aside=True)))
    rows = rows.filter((rows.place == 0) & rows.verbatim_id.isin(list(verbatims))).select("verbatim_id")
    texts = engine.table("verbatims").select("verbatim_id", "text")
    return engine.run(rows.inner_join(texts, "verbatim_id").select("verbatim_id", "text"))


def read_between(engine: Engine, model: str, span: tuple[datetime, datetime]) -> pa.Table:
    """What was said in a period as the model read it, oldest first: one row a verbatim, its themes as a list, main first."""
    rows = engine.table("verbatim_labels")
    start, end = (ibis.literal(moment, type=UTC_TIME) for moment in span)
    rows = rows.filter((rows.model == model) & (rows.said_at >= start) & (rows.said_at < end))
    named = rows.filter(rows.theme.notnull())
    themes = named.group_by("verbatim_id").agg(themes=named.theme.collect(order_by=named.place))
    main = rows.filter(rows.place == 0)
    joined = main.left_join(themes, "verbatim_id")
    shown = ("verbatim_id", "said_at", "sentiment", "sentiment_score", "intent", "urgency", "effort", "churn")
    found = joined.select(*(main[name] for name in (*shown, "survey_key", "customer_key", *PLACES)), themes.themes)
    return engine.run(found.order_by(["said_at", "verbatim_id"]))
