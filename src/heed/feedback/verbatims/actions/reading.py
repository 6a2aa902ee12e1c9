"""What is new is read: each verbatim once by each model, newest first, in batches that are kept one by one."""

import fcntl
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.journal.actions import record, record_all
from heed.core.settings.rules import current
from heed.facts.schema.arrow import arrow_schema
from heed.facts.schema.tables import TABLES
from heed.feedback.verbatims.actions.models import ensure_model
from heed.feedback.verbatims.actions.promoting import settle
from heed.feedback.verbatims.actions.retraining import asked
from heed.feedback.verbatims.events import WordsRead
from heed.feedback.verbatims.models import TextModel
from heed.feedback.verbatims.queries.engine import engine
from heed.feedback.verbatims.queries.models import OTHER_ENCODER, read_without, reader_of
from heed.feedback.verbatims.queries.reading import Verbatim, verbatim
from heed.feedback.verbatims.rules.labels import aspect_rows, label_rows
from heed.feedback.verbatims.rules.telling import told_of
from heed.metrics.verbatims import unread
from heed.text.analyzer import UNKNOWN, Analysis, TextAnalyzer

AT_ONCE = 2000
# What was said longer ago is history: nobody acts on it because it was read today.
FRESH = timedelta(days=14)
# Writers of an embedded store wait for one another, so what one holds is small.
TOLD_AT_ONCE = 100
log = logging.getLogger("heed.verbatims")


@contextmanager
def alone(*, wait: bool = False) -> Iterator[bool]:
    """Whether nobody else on this machine reads now; `wait` until nobody does.

    Elsewhere the keys of the labels keep two from writing the same.
    """
    home = current().home_path
    home.mkdir(parents=True, exist_ok=True)
    with (home / "verbatims.door").open("w") as door:
        try:
            fcntl.flock(door, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def is_behind(model: TextModel) -> bool:
    """Whether there may be verbatims this model has not read: their table has moved since it had read all."""
    return engine().store.version("verbatims") != model.read_version


def read_new(*, seconds: float = 4.0) -> int:
    """Read what is new, for so many seconds at most. Returns how many verbatims were read."""
    with alone() as mine:
        if not mine:
            return 0
        model = ensure_model()
        _note(model)
        if not is_behind(model):
            settle(model)
            return 0
        return _read(model, time.monotonic() + seconds)


def _read(model: TextModel, end: float) -> int:
    analyzer = reader_of(model)
    # A reader over a line says how few it takes at once, so that a slice of the worker's time stays one.
    at_once = min(AT_ONCE, getattr(analyzer, "at_once", AT_ONCE))
    many = 0
    while True:
        version = engine().store.version("verbatims")
        rows = _unread(model.name, at_once)
        if rows:
            _keep(rows, analyzer)
            many += len(rows)
        if len(rows) < at_once:
            _complete(model, version)
            _note(model)
            return many
        if time.monotonic() > end:
            return many


def _unread(model: str, at_once: int) -> list[dict[str, Any]]:
    """The next that are not read, of all regions: each is read and kept under its own root."""
    rows: list[dict[str, Any]] = []
    for part in engine().parts:
        if len(rows) < at_once:
            rows += unread(part, model, at_once - len(rows)).to_pylist()
    return rows


def _note(model: TextModel) -> None:
    """Note whether the model reads without what labels taught it. Where another encoder was set, it is taught anew."""
    fault = read_without(model)
    if fault == model.untaught:
        return
    TextModel.objects.filter(pk=model.pk).update(untaught=fault)
    model.untaught = fault
    if fault == OTHER_ENCODER:
        asked(OTHER_ENCODER, "heed")


def _keep(rows: Sequence[Mapping[str, Any]], analyzer: TextAnalyzer) -> None:
    analyses, now = _analyses(rows, analyzer), timezone.now()
    _tell(rows, analyses, analyzer.name, now)
    # What is unread is told by the labels, so they come last: a crash between the two reads again, and writes once.
    _append("verbatim_aspects", aspect_rows(rows, analyses, analyzer.name, now))
    _append("verbatim_labels", label_rows(rows, analyses, analyzer.name, now))


def _tell(rows: Sequence[Mapping[str, Any]], analyses: Sequence[Analysis], model: str, now: datetime) -> None:
    """Tell what was said lately and is read now, so that others act on it. Before the labels are kept: a crash between
    the two tells it twice, and never not at all; who acts on it does so once a verbatim.
    """
    fresh = [
        (told_of(row, analysis, model), model, ("verbatim", row["verbatim_id"]))
        for row, analysis in zip(rows, analyses, strict=True)
        if now - FRESH < row["said_at"]
    ]
    for start in range(0, len(fresh), TOLD_AT_ONCE):
        with transaction.atomic():
            record_all(fresh[start : start + TOLD_AT_ONCE])


def _append(name: str, made: list[dict[str, Any]]) -> None:
    if not made:
        return
    schema = arrow_schema(TABLES[name])
    columns = [column for column in schema.names if column in made[0]]
    table = pa.Table.from_pylist(made, schema=pa.schema([schema.field(column) for column in columns]))
    engine().store.append_new(name, table)


def _analyses(rows: Sequence[Mapping[str, Any]], analyzer: TextAnalyzer) -> list[Analysis]:
    texts, scores = [row["text"] for row in rows], [row["scaled"] for row in rows]
    try:
        return analyzer.analyze(texts, scores=scores)
    except Exception:
        # One text that cannot be read must not keep the others from being read.
        log.exception("a batch of %d verbatims could not be read; reading them one by one", len(rows))
        return [_one(row, analyzer) for row in rows]


def _one(row: Mapping[str, Any], analyzer: TextAnalyzer) -> Analysis:
    try:
        return analyzer.analyze([row["text"]], scores=[row["scaled"]])[0]
    except Exception:
        log.exception("verbatim %s could not be read", row["verbatim_id"])
        return Analysis(UNKNOWN, 0.0, "", (), "neutral", 0.0, 0.0, ())


def _complete(model: TextModel, version: int | None) -> None:
    """Note how far the model has read; what becomes of the labels of models before it once it has read everything."""
    model.read_version = version
    model.completed_at = model.completed_at or timezone.now()
    model.save(update_fields=["read_version", "completed_at"])
    settle(model)


def open_words(scope: Scope, key: str) -> Verbatim:
    """The words of a verbatim as they came in. Each opening is journaled. Raises Forbidden, NotFound."""
    scope.demand("see_words")
    found = verbatim(scope, key)
    with transaction.atomic():
        record(WordsRead(key), actor=scope.person, subject=("verbatim", key))
    return found
