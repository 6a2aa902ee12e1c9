"""What a model read, as counts: by sentiment, language and bin of confidence. Drift is told from these."""

from collections.abc import Sequence
from datetime import datetime

import ibis
import pyarrow as pa

from heed.metrics.selection import Slice, sliced
from heed.metrics.sources.opening import Engine
from heed.metrics.sources.shapes import shape_of


def label_profile(
    engine: Engine, model: str, since: datetime, until: datetime | None, edges: Sequence[float]
) -> pa.Table:
    """what (sentiment, language, confidence), value, n: of verbatims said in [since, until). A bin of confidence is named
    by its place among `edges`, which rise.
    """
    rows = engine.table("verbatim_labels")
    rows = sliced(
        shape_of("verbatim_labels"), rows.filter((rows.model == model) & (rows.place == 0)), Slice(since, until)
    )
    bins = ibis.cases(
        *((rows.confidence < edge, str(place)) for place, edge in enumerate(edges[1:])), else_=str(len(edges) - 2)
    )
    parts = [("sentiment", rows.sentiment), ("language", rows.language), ("confidence", bins)]
    counted = []
    for what, value in parts:
        named = rows.mutate(what=ibis.literal(what), value=value)
        counted.append(named.group_by(["what", "value"]).agg(n=named.count()))
    return engine.run(ibis.union(*counted))


def labels_of(engine: Engine, table: str, model: str) -> pa.Table:
    """All that a model wrote into a table of labels, every column."""
    rows = engine.table(table)
    return engine.run(rows.filter(rows.model == model))


def label_keys(engine: Engine, model: str, part: Slice) -> list[str]:
    """The verbatims a model has read in a part, in order of their keys."""
    rows = engine.table("verbatim_labels")
    rows = sliced(shape_of("verbatim_labels"), rows.filter((rows.model == model) & (rows.place == 0)), part)
    return list(engine.run(rows.select("verbatim_id").order_by("verbatim_id"))["verbatim_id"].to_pylist())


def labelled_texts(engine: Engine, model: str, verbatims: Sequence[str]) -> pa.Table:
    """These verbatims with their words and what the model read: sentiment, confidence, main theme."""
    labels = engine.table("verbatim_labels")
    labels = labels.filter((labels.model == model) & (labels.place == 0))
    labels = labels.filter(labels.verbatim_id.isin(list(verbatims)))
    labels = labels.select("verbatim_id", "sentiment", "confidence", "theme")
    texts = engine.table("verbatims").select("verbatim_id", "text")
    return engine.run(labels.inner_join(texts, "verbatim_id").order_by("verbatim_id"))


def texts_with(engine: Engine, verbatims: Sequence[str]) -> pa.Table:
    """The words of these verbatims, and whose they are."""
    rows = engine.table("verbatims")
    rows = rows.filter(rows.verbatim_id.isin(list(verbatims)) & rows.text.notnull())
    return engine.run(rows.select("verbatim_id", "text", "customer_key", "said_at").order_by("verbatim_id"))
