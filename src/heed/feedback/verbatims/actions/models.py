"""Models are made: the first from what heed brings along, later ones by training, or when the themes change."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.utils import timezone

from heed.core.journal.actions import record
from heed.feedback.verbatims.events import TextModelMade
from heed.feedback.verbatims.models import TextModel
from heed.feedback.verbatims.queries.engine import engine
from heed.feedback.verbatims.queries.models import found_themes, models_folder, newest_model, taxonomy_in_force
from heed.feedback.verbatims.rules.labels import WEAK_WEIGHT, model_name, weak_label
from heed.metrics.verbatims import training_rows
from heed.text.language import languages_of
from heed.text.lexicon import NAME as LEXICON
from heed.text.lexicon import judge_by_lexicon
from heed.text.masking.mask import mask
from heed.text.registry import fingerprint, keep_sentiment
from heed.text.sentiment import SentimentModel, train_sentiment, why_too_thin
from heed.text.themes import FoundTheme

TRAINED_ON_AT_MOST = 20_000
GROWN = 1.1  # how much more there must be to train on before it is done again by the clock
SEED = 0


def ensure_model() -> TextModel:
    """The model that reads; a new one when there is none yet, or when other themes are in force than it knows."""
    held = newest_model()
    _, digest = taxonomy_in_force()
    if held is not None and held.taxonomy_digest == digest:
        return held
    if held is None:
        return make_model(LEXICON, ())
    return make_model(held.sentiment, found_themes(held), like=held)


def make_model(
    sentiment: str,
    found: Sequence[FoundTheme],
    *,
    like: TextModel | None = None,
    trained: Mapping[str, Any] | None = None,
    actor: str = "heed",
) -> TextModel:
    """A new version of what reads. `like` gives what it was trained on where `trained` does not. The same again is the
    one that is there.
    """
    _, digest = taxonomy_in_force()
    name = model_name(sentiment, digest, [f"{theme.key}:{theme.least}:{' '.join(theme.words)}" for theme in found])
    about = dict(trained or {})
    with transaction.atomic():
        held = TextModel.objects.select_for_update().first()
        if held is not None and held.name.split("#")[0] == name:
            return held
        again = TextModel.objects.filter(name__startswith=name).count()
        row = TextModel.objects.create(
            name=f"{name}#{again + 1}" if again else name,
            sentiment=sentiment,
            taxonomy_digest=digest,
            found=[asdict(theme) for theme in found],
            fingerprint=about.get("fingerprint", like.fingerprint if like else ""),
            seed=SEED,
            trained_on=about.get("trained_on", like.trained_on if like else 0),
            card=about.get("card", like.card if like else {}),
            made_at=timezone.now(),
        )
        made = TextModelMade(row.name, sentiment, row.trained_on, row.fingerprint, len(found))
        record(made, actor=actor, subject=("text_model", row.name))
    return row


def train(*, by_clock: bool = False, actor: str = "heed") -> dict[str, Any]:
    """Train the sentiment on labels people gave, and on scores given beside words as weak ones.

    Kept only when it does better than the lexicon on rows it has not seen. Says what was done and why.
    """
    held = ensure_model()
    rows = _labelled_rows()
    told = {"model": held.name, "sentiment": held.sentiment, "rows": len(rows), "trained": False, "reason": ""}
    labels = [row["label"] for row in rows]
    if reason := why_too_thin(labels):
        return {**told, "reason": reason}
    mark = fingerprint((row["key"], row["label"]) for row in rows)
    if mark == held.fingerprint or (by_clock and len(rows) < GROWN * held.trained_on):
        return {**told, "reason": "nothing new to train on"}
    texts = [mask(row["text"]).text for row in rows]
    weights = [row["weight"] for row in rows]
    model = train_sentiment(texts, labels, groups=[row["group"] for row in rows], weights=weights, seed=SEED)
    lexicon = _lexicon_accuracy(texts, labels, weights)
    card = _card(rows, model, lexicon)
    if model.unseen_accuracy <= lexicon:
        return {**told, "reason": "the lexicon does better", "card": card}
    name = f"linear.{mark[:10]}"
    keep_sentiment(models_folder(), name, model, {**card, "name": name, "fingerprint": mark, "seed": SEED})
    about = {"fingerprint": mark, "trained_on": len(rows), "card": card}
    # Themes may have been found while it was trained.
    row = make_model(name, found_themes(newest_model()), trained=about, actor=actor)
    return {**told, "model": row.name, "sentiment": name, "trained": True, "card": card}


def _labelled_rows() -> list[dict[str, Any]]:
    found = []
    for row in training_rows(engine(), TRAINED_ON_AT_MOST).to_pylist():
        label = row["label_sentiment"] or weak_label(row["scaled"])
        if label:
            weight = 1.0 if row["label_sentiment"] else WEAK_WEIGHT
            group = row["customer_key"] or row["verbatim_id"]
            found.append(
                {"key": row["verbatim_id"], "text": row["text"], "label": label, "weight": weight, "group": group}
            )
    return found


def _lexicon_accuracy(texts: Sequence[str], labels: Sequence[str], weights: Sequence[float]) -> float:
    languages = [each.language for each in languages_of(texts)]
    told = judge_by_lexicon(texts, languages)
    right = sum(weight for each, label, weight in zip(told, labels, weights, strict=True) if each.sentiment == label)
    return float(right / sum(weights))


def _card(rows: Sequence[Mapping[str, Any]], model: SentimentModel, lexicon: float) -> dict[str, Any]:
    labels = [row["label"] for row in rows]
    return {
        "task": "sentiment of one text: negative, neutral, positive",
        "rows": len(rows),
        "given_by_people": sum(row["weight"] == 1.0 for row in rows),
        "classes": {label: labels.count(label) for label in sorted(set(labels))},
        "penalty": model.penalty,
        "unseen_accuracy": model.unseen_accuracy,
        "lexicon_accuracy": lexicon,
        "made_at": timezone.now().isoformat(),
        "limits": "Weak labels by score weigh less than those of people; irony and mixed texts are often misread.",
    }
