"""Versions of what reads: what each is, which one reads, whether its labels are still there, and how it drifts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from heed.core.access.rules import Scope
from heed.core.errors.rules import NotFound, phrase
from heed.feedback.verbatims.models import Promotion, Retraining, TextModel
from heed.feedback.verbatims.queries.engine import engine, said_lately
from heed.feedback.verbatims.queries.models import models_folder, newest_model
from heed.feedback.verbatims.rules.cards import CONFIDENCE_EDGES
from heed.feedback.verbatims.rules.drift import Profile
from heed.feedback.verbatims.rules.words import unknown_words
from heed.metrics.labels import label_profile
from heed.metrics.verbatims import newest_verbatim
from heed.text.masking.mask import mask
from heed.text.registry import load_sentiment

RECENT, BEFORE = timedelta(weeks=4), timedelta(weeks=17)
LOOKED_AT = 2000


@dataclass(frozen=True)
class Version:
    """A model as people see it. `state`: reads, learning (it has not read everything yet), former (can come back at once),
    old (would read anew), waits (made, never promoted), erased. `reads_without`: the code of why it reads without what
    labels taught it of themes. `taught`: the names of what labels taught, and trust in themes.
    `card` is without the profile, which is only for telling drift.
    """

    number: int
    name: str
    made_at: datetime
    state: str
    sentiment: str
    is_trained: bool
    trained_on: int
    fingerprint: str
    seed: int
    found: int
    card: dict[str, Any]
    drift: dict[str, Any]
    drift_at: datetime | None
    marked: bool
    has_drifted: bool
    reads_without: str
    taught: dict[str, Any]


def versions(scope: Scope, limit: int = 50, before: int | None = None) -> list[Version]:
    """The models, newest first; those made before the one of this number, where it is given."""
    scope.demand("see_figures")
    reading = newest_model()
    promoted = set(Promotion.objects.values_list("model_id", flat=True))
    rows = TextModel.objects.all() if before is None else TextModel.objects.filter(pk__lt=before)
    return [shown(row, reading, promoted) for row in rows[:limit]]


def version(scope: Scope, number: int) -> TextModel:
    """One model. Raises Forbidden, NotFound."""
    scope.demand("see_figures")
    row = TextModel.objects.filter(pk=number).first() if number < 2**62 else None
    if row is None:
        raise NotFound(phrase("There is no model {number}.", number=number), code="unknown_model")
    return row


def number_of(name: str) -> int:
    """The number of a model by its number or name. Raises NotFound."""
    row = TextModel.objects.filter(name=name).first()
    if row is not None:
        return int(row.pk)
    if name.isascii() and name.isdigit() and len(name) < 18:
        return int(name)
    raise NotFound(phrase("There is no model {number}.", number=name), code="unknown_model", hint="heed text models")


def one(scope: Scope, number: int) -> Version:
    """One model as people see it. Raises Forbidden, NotFound."""
    row = version(scope, number)
    return shown(row, newest_model(), set(Promotion.objects.values_list("model_id", flat=True)))


def shown(row: TextModel, reading: TextModel | None, promoted: set[int]) -> Version:
    state = "old" if row.pk in promoted or not promoted else "waits"
    if row.erased_at:
        state = "erased"
    elif reading is not None and row.pk == reading.pk:
        state = "reads" if row.completed_at else "learning"
    elif row.completed_at:
        state = "former"
    return Version(
        row.pk,
        row.name,
        row.made_at,
        state,
        row.sentiment,
        bool(row.trained_on),
        row.trained_on,
        row.fingerprint,
        row.seed,
        len(row.found),
        {name: value for name, value in row.card.items() if name != "profile"},
        row.drift,
        row.drift_at,
        row.marked_at is not None,
        any(each["moved"] for each in row.drift.get("figures", ())),
        row.untaught if state in ("reads", "learning") else "",
        {"themes_model": row.themes_model, "readers": row.readers, "trust": row.trust},
    )


def promotions(scope: Scope, limit: int = 30, before: int | None = None) -> list[Promotion]:
    """Which model read since when, newest first; `before` the promotion of this number."""
    scope.demand("see_figures")
    rows = Promotion.objects.select_related("model")
    return list((rows if before is None else rows.filter(pk__lt=before))[:limit])


def retraining() -> Retraining | None:
    """The last training that was asked for."""
    return Retraining.objects.first()


def recent_profile(model: TextModel) -> tuple[Profile | None, datetime | None]:
    """What the model reads of the newest weeks, and since when those are; None where nothing was said."""
    newest = newest_verbatim(engine())[1]
    if newest is None:
        return None, None
    since = newest - RECENT
    trained_until = model.card.get("said_until") if model.trained_on else ""
    if trained_until and datetime.fromisoformat(trained_until) > since:
        since = datetime.fromisoformat(trained_until)  # what it was trained on says nothing of what is new
    return profile(model, since, None, words=True), since


def former_profile(model: TextModel) -> Profile | None:
    """What a model that was not trained read in the quarter before the newest weeks."""
    newest = newest_verbatim(engine())[1]
    return profile(model, newest - BEFORE, newest - RECENT) if newest else None


def profile(model: TextModel, since: datetime, until: datetime | None, *, words: bool = False) -> Profile:
    """A model's labels of what was said in [since, until), as counts."""
    rows = label_profile(engine(), model.name, since, until, CONFIDENCE_EDGES).to_pylist()
    by: dict[str, dict[str, int]] = {"sentiment": {}, "language": {}, "confidence": {}}
    for row in rows:
        by[row["what"]][row["value"] or ""] = int(row["n"])
    known = [by["confidence"].get(str(place), 0) for place in range(len(CONFIDENCE_EDGES) - 1)]
    n = sum(by["sentiment"].values())
    return Profile(n, by["sentiment"], by["language"], known, _words(model, since) if words else ())


def _words(model: TextModel, since: datetime) -> list[tuple[int, int]]:
    if not model.trained_on or not (models_folder() / model.sentiment).exists():
        return []
    rows = said_lately(since, LOOKED_AT)
    return unknown_words([mask(row["text"]).text for row in rows], load_sentiment(models_folder(), model.sentiment))
