"""What models learn from: labels people gave, by file or on the page of labelling, and scores given beside words."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from heed.feedback.verbatims.queries.engine import engine, of_each_root
from heed.feedback.verbatims.queries.labelling import truths
from heed.feedback.verbatims.rules.labels import WEAK_WEIGHT, weak_label
from heed.metrics.labels import texts_with
from heed.metrics.verbatims import training_rows

if TYPE_CHECKING:
    import pyarrow as pa

    from heed.facts.engine.seam import Engine

TRAINED_ON_AT_MOST = 20_000
AT_ONCE = 2000


def labelled_rows() -> list[dict[str, Any]]:
    """Rows to train the sentiment on: key, text, label, weight, group (customer), said_at; newest first. What people said on
    the page of labelling stands over what a file brought, and that over what a score says, which weighs less.
    """
    said = {key: truth["sentiment"] for key, truth in truths().items() if truth.get("sentiment")}
    found = []
    for row in of_each_root(lambda part: training_rows(part, TRAINED_ON_AT_MOST)):
        given = said.pop(row["verbatim_id"], "") or row["label_sentiment"]
        label = given or weak_label(row["scaled"])
        if label:
            found.append(_row(row, label, 1.0 if given else WEAK_WEIGHT))
    return [*(_row(row, said[row["verbatim_id"]], 1.0) for row in texts_of(list(said))), *found]


def theme_rows() -> list[dict[str, Any]]:
    """Verbatims whose themes people said: key, text, themes (maybe none), group."""
    said = {key: truth["themes"] for key, truth in truths().items() if "themes" in truth}
    return [{**_row(row, "", 1.0), "themes": tuple(said[row["verbatim_id"]])} for row in texts_of(list(said))]


def reader_rows(task: str) -> list[dict[str, Any]]:
    """Verbatims of which people said one label (intent, urgency, effort, churn): key, text, label, task, group."""
    said = {key: truth[task] for key, truth in truths().items() if truth.get(task)}
    rows = sorted(texts_of(list(said)), key=lambda row: str(row["verbatim_id"]))
    return [{**_row(row, said[row["verbatim_id"]], 1.0), "task": task} for row in rows if (row["text"] or "").strip()]


def texts_of(verbatims: Sequence[str]) -> list[dict[str, Any]]:
    """The words of verbatims that are still there."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(verbatims), AT_ONCE):
        chosen = verbatims[start : start + AT_ONCE]
        found += of_each_root(partial(texts_with, verbatims=chosen))
    return found


def said_by(customers: Sequence[str], verbatims: Sequence[str]) -> list[str]:
    """Keys of the verbatims these customers said, and of those of these keys that are there."""
    if not engine().store.exists("verbatims"):
        return []

    def of(part: "Engine") -> "pa.Table":
        rows = part.table("verbatims")
        mine = rows.filter(rows.customer_key.isin(list(customers)) | rows.verbatim_id.isin(list(verbatims)))
        return part.run(mine.select("verbatim_id"))

    return sorted(str(row["verbatim_id"]) for row in of_each_root(of))


def _row(row: dict[str, Any], label: str, weight: float) -> dict[str, Any]:
    return {
        "key": row["verbatim_id"],
        "text": row["text"],
        "label": label,
        "weight": weight,
        "group": row["customer_key"] or row["verbatim_id"],
        "said_at": row["said_at"],
    }
