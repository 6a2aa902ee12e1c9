"""Bake-offs as people see them: which there were, what came of each, and on what a new one would be run."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from heed.core.access.rules import Scope
from heed.core.errors.rules import NotFound
from heed.core.settings.rules import current
from heed.feedback.verbatims.models import BakeOff
from heed.feedback.verbatims.queries.labelling import truths, words_of
from heed.feedback.verbatims.queries.training import labelled_rows, texts_of
from heed.feedback.verbatims.rules.bakeoff import MOST_TEXTS, one_label, too_thin
from heed.feedback.verbatims.rules.labelling import TASKS
from heed.text.endpoint import endpoint_of


@dataclass(frozen=True)
class Compared:
    """A bake-off. `state`: waits, runs, done, failed. `rows` are verbatims to read, their words masked; none for who may
    not read words. `failure` has code, message and hint where it failed.
    """

    key: str
    task: str
    state: str
    asked_by: str
    asked_at: datetime
    done_at: datetime | None
    outside: str
    prices: dict[str, Any]
    seed: int
    sample: dict[str, Any]
    versions: dict[str, Any]
    report: dict[str, Any]
    failure: dict[str, Any]
    rows: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Labelled:
    """What people labelled in a task: verbatims, and the text, label and group (customer) of each."""

    keys: tuple[str, ...]
    texts: tuple[str, ...]
    labels: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Choice:
    """A task that can be compared: how many texts have it, the counts by label, and why it is too thin (empty: it is not)."""

    task: str
    n: int
    counts: dict[str, int]
    thin: str


def demand(scope: Scope) -> None:
    """Figures of a bake-off are about all that was said."""
    scope.demand_everywhere("see_figures")


def bakeoffs(scope: Scope, limit: int = 50, before: str = "") -> list[Compared]:
    """The bake-offs, newest first, without the rows to read; those older than the one of a key, where it is given."""
    demand(scope)
    rows = BakeOff.objects.all()
    if before:
        rows = rows.filter(pk__lt=bakeoff_row(scope, before).pk)
    return [_shown(row) for row in rows[:limit]]


def bakeoff_row(scope: Scope, key: str) -> BakeOff:
    """One bake-off as it is stored. Raises Forbidden, NotFound."""
    demand(scope)
    row = BakeOff.objects.filter(key=key).first()
    if row is None:
        raise NotFound("There is no such bake-off.", code="unknown_bakeoff")
    return row


def bakeoff(scope: Scope, key: str) -> Compared:
    """One bake-off with the rows to read. Raises Forbidden, NotFound."""
    row = bakeoff_row(scope, key)
    told = row.report.get("disagreements", ())
    may_read = scope.may("see_words") and scope.everything
    words = words_of([each["verbatim"] for each in told]) if told and may_read else {}
    return _shown(row, tuple({**each, "text": words[each["verbatim"]]} for each in told if each["verbatim"] in words))


def _shown(row: BakeOff, rows: tuple[dict[str, Any], ...] = ()) -> Compared:
    state = "failed" if row.failure else "done" if row.done_at else "runs" if row.started_at else "waits"
    report = {name: value for name, value in row.report.items() if name != "disagreements"}
    return Compared(
        row.key,
        row.task,
        state,
        row.asked_by,
        row.asked_at,
        row.done_at,
        row.outside,
        row.prices,
        row.seed,
        row.sample,
        row.versions,
        report,
        row.failure,
        rows,
    )


def labelled(task: str, seed: int = 0) -> Labelled:
    """The sample of a task: what holds of each verbatim by what people said; for sentiment also what a file brought. Of
    more than MOST_TEXTS as many by chance.
    """
    if task == "sentiment":
        rows = [row for row in labelled_rows() if row["weight"] == 1.0]
    else:
        said = {key: label for key, truth in truths().items() if (label := one_label(task, truth))}
        rows = [
            {
                "key": row["verbatim_id"],
                "text": row["text"],
                "label": said[row["verbatim_id"]],
                "group": row["customer_key"] or row["verbatim_id"],
            }
            for row in texts_of(list(said))
        ]
    rows = sorted((row for row in rows if (row["text"] or "").strip()), key=_key)
    if len(rows) > MOST_TEXTS:
        drawn = np.random.default_rng(seed).choice(len(rows), MOST_TEXTS, replace=False)
        rows = [rows[place] for place in sorted(drawn.tolist())]
    columns: Sequence[tuple[str, ...]] = [
        tuple(str(row[name]) for row in rows) for name in ("key", "text", "label", "group")
    ]
    return Labelled(*columns)


def _key(row: dict[str, Any]) -> str:
    return str(row["key"])


def choices() -> list[Choice]:
    """Each task with what people labelled so far."""
    found = []
    for task in TASKS:
        labels = labelled(task).labels
        found.append(Choice(task, len(labels), dict(Counter(labels).most_common()), too_thin(labels)))
    return found


def outside() -> str:
    """The chat model of HEED_ANALYZER as `model@host`; empty where none is chosen."""
    return endpoint_of(current().analyzer, current().analyzer_key).name if current().analyzer else ""
