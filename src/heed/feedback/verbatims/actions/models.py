"""Models are made: the first from what heed brings along, later ones by training, or when the themes change."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from heed.core.errors.rules import phrase
from heed.core.journal.actions import record
from heed.feedback.verbatims.actions.measuring import (
    card_of,
    given_by_people,
    is_marked_erased,
    measured_apart,
    model_of,
    names_kept,
)
from heed.feedback.verbatims.events import TextModelMade, TextModelPromoted
from heed.feedback.verbatims.models import Promotion, Retraining, TextModel
from heed.feedback.verbatims.queries.models import (
    found_themes,
    is_readable,
    models_folder,
    newest_model,
    taxonomy_in_force,
)
from heed.feedback.verbatims.queries.training import labelled_rows
from heed.feedback.verbatims.rules.cards import learnt_part
from heed.feedback.verbatims.rules.labels import is_read_by, model_name
from heed.text.chat.choosing import reader_in, reader_name
from heed.text.lexicon import NAME as LEXICON
from heed.text.masking.mask import mask
from heed.text.registry import fingerprint, keep_sentiment
from heed.text.sentiment import why_too_thin
from heed.text.themes import FoundTheme

GROWN = 1.1  # how much more there must be to train on before it is done again by the clock
SEED = 0
HEED = "heed"
TAUGHT = ("themes_model", "readers", "trust")  # what labels taught beside the sentiment


def ensure_model() -> TextModel:
    """The model that reads; a new one when there is none yet, or when other themes are in force than it knows, or
    it read by rules of another version."""
    held = newest_model()
    _, digest = taxonomy_in_force()
    if held is None:
        return make_model(LEXICON, ())
    is_there = held.erased_at is None and is_readable(held.sentiment)
    if is_there and held.taxonomy_digest == digest and _reads(held):
        return held
    if is_there:
        return make_model(held.sentiment, found_themes(held), like=held)
    # Its files are gone, or of another version of heed: the lexicon reads until it is trained anew.
    nothing = {"fingerprint": "", "trained_on": 0, "card": {}}
    taught = {"themes_model": "", "readers": {}, "trust": {}} if held.erased_at else None
    return make_model(LEXICON, found_themes(held), like=held, trained=nothing, taught=taught)


def _reads(held: TextModel) -> bool:
    """Whether a model reads by the present version, and by the reader that is chosen or, where somebody went back to it,
    by heed's own.
    """
    named = reader_in(held.name)
    return is_read_by(held.name) and (named == reader_name() or (not named and is_held_back()))


def make_model(
    sentiment: str,
    found: Sequence[FoundTheme],
    *,
    like: TextModel | None = None,
    trained: Mapping[str, Any] | None = None,
    actor: str = HEED,
    promoted: bool = True,
    taught: Mapping[str, Any] | None = None,
) -> TextModel:
    """A version of what reads, made the one that reads unless it is to wait. `like` gives what it was trained on where
    `trained` does not, and what labels taught (TAUGHT) where `taught` does not. The same again is the one that is there.
    """
    _, digest = taxonomy_in_force()
    parts = {name: getattr(like, name) for name in TAUGHT if like is not None} | dict(taught or {})
    name = model_name(sentiment, digest, _signs(found, parts), reader_name())
    with transaction.atomic():
        hold()
        row = TextModel.objects.filter(name=name, erased_at=None).first()
        if row is None:
            again = TextModel.objects.filter(name__startswith=name).count()
            row = TextModel(name=f"{name}#{again + 1}" if again else name, sentiment=sentiment, seed=SEED, **parts)
            row.taxonomy_digest, row.found, row.made_at = digest, [asdict(theme) for theme in found], timezone.now()
            for about in ("fingerprint", "trained_on", "card"):
                if about in (trained or {}) or like is not None:
                    setattr(row, about, (trained or {}).get(about, getattr(like, about, None)))
            row.marked_at = _mark_of(row.parts)
            row.save()
            made = TextModelMade(row.name, sentiment, row.trained_on, row.fingerprint, len(found))
            record(made, actor=actor, subject=("text_model", row.name))
        if promoted:
            put_in(row, actor)
    return row


def _signs(found: Sequence[FoundTheme], parts: Mapping[str, Any]) -> list[str]:
    """What a model's name is a digest of, beside sentiment and taxonomy."""
    signs = [f"{theme.key}:{theme.least}:{' '.join(theme.words)}{':sure' if theme.sure else ''}" for theme in found]
    signs += [parts["themes_model"]] if parts.get("themes_model") else []
    signs += sorted(parts.get("readers", {}).values())
    return signs + ([json.dumps(parts["trust"], sort_keys=True)] if parts.get("trust") else [])


def _mark_of(parts: Iterable[str]) -> datetime | None:
    """A model made of a part that knows erased words knows them too."""
    return timezone.now() if any(is_marked_erased(models_folder() / part) for part in parts) else None


def hold() -> None:
    """Keep others from promoting until the transaction ends. SQLite has one writer at a time anyway."""
    list(TextModel.objects.select_for_update().order_by("id").values_list("id", flat=True)[:1])


def put_in(row: TextModel, actor: str, reason: str = "", *, is_rollback: bool = False) -> None:
    """Make a model the one that reads, in the caller's transaction, which holds others off. It may be already."""
    former = newest_model() if Promotion.objects.exists() else None
    if former is not None and former.pk == row.pk:
        return
    Promotion.objects.create(model=row, at=timezone.now(), by=actor, reason=reason, is_rollback=is_rollback)
    told = TextModelPromoted(row.name, former.name if former else "", is_rollback)
    record(told, actor=actor, subject=("text_model", row.name))


def is_held_back() -> bool:
    """Whether somebody went back to an older model, so that heed changes nothing by itself."""
    last = Promotion.objects.exclude(by=HEED).first()
    return last is not None and last.is_rollback


def train(*, by_clock: bool = False, actor: str = HEED) -> dict[str, Any]:
    """Train the sentiment on labels people gave, and on scores given beside words as weak ones.

    Kept only when it does better than the lexicon on rows it has not seen; it reads then, unless somebody went back to an
    older model. Words that were erased force it. Says what was done and why.
    """
    held, began = ensure_model(), timezone.now()
    rows = labelled_rows()
    told = {"model": held.name, "sentiment": held.sentiment, "rows": len(rows), "trained": False, "reason": ""}
    labels = [row["label"] for row in rows]
    if reason := why_too_thin(labels):
        return _without(held, {**told, "reason": reason}, actor)
    mark = fingerprint((row["key"], row["label"]) for row in rows)
    is_forced = held.marked_at is not None
    if not is_forced and (
        mark == held.fingerprint or (by_clock and len(rows) < GROWN * held.card.get("rows", held.trained_on))
    ):
        return {**told, "reason": phrase("nothing new to train on")}
    texts = [mask(row["text"]).text for row in rows]
    apart = measured_apart(rows, texts, SEED)
    part = learnt_part(given_by_people(rows), apart.get("curve", ()), SEED)
    model = model_of(rows, texts, part, SEED)
    card = card_of(rows, texts, model, apart)
    if model.unseen_accuracy <= card["lexicon_accuracy"]:
        return _without(held, {**told, "reason": phrase("the lexicon does better"), "card": card}, actor)
    if Retraining.objects.filter(cause="erased", asked_at__gte=began).exists():
        return {**told, "reason": phrase("words were erased meanwhile"), "card": card}
    name = f"linear.{mark[:10]}"
    about = {**card, "name": name, "fingerprint": mark, "seed": SEED}
    folder = keep_sentiment(models_folder(), name, model, about)
    names_kept(folder, [rows[place][name] for place in part for name in ("key", "group")])
    kept = {"fingerprint": mark, "trained_on": len(part), "card": card}
    promoted = is_forced or not is_held_back()
    # Themes may have been found while it was trained.
    newest = newest_model()
    row = make_model(name, found_themes(newest), like=newest, trained=kept, actor=actor, promoted=promoted)
    reason = "" if promoted else "somebody went back to an older model; promote this one to have it read"
    return {**told, "model": row.name, "sentiment": name, "trained": True, "reason": reason, "card": card}


def _without(held: TextModel, told: dict[str, Any], actor: str) -> dict[str, Any]:
    """No model came of it. One that knows erased words gives way to the lexicon all the same."""
    if held.marked_at is None or held.sentiment == LEXICON:
        return told
    nothing = {"fingerprint": "", "trained_on": 0, "card": {}}
    row = make_model(LEXICON, found_themes(held), like=held, trained=nothing, actor=actor)
    return {**told, "model": row.name, "sentiment": LEXICON}
