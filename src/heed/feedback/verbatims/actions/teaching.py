"""A classifier of themes is trained on what people labelled, and kept where it finds more of what they say than the words
alone do, on customers it has not seen.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from heed.feedback.verbatims.actions.measuring import names_kept
from heed.feedback.verbatims.actions.models import SEED, ensure_model, is_held_back, make_model
from heed.feedback.verbatims.models import Retraining, TextModel
from heed.feedback.verbatims.queries.engine import engine
from heed.feedback.verbatims.queries.models import found_themes, models_folder, newest_model, words_analyzer
from heed.feedback.verbatims.queries.training import theme_rows
from heed.feedback.verbatims.rules.cards import held_apart
from heed.feedback.verbatims.rules.taught import NONE, Taught, lessons, micro_f1, too_thin
from heed.metrics.verbatims import said_texts
from heed.text.classifying.classifier import train as train_classifier
from heed.text.classifying.kept import keep
from heed.text.classifying.model import TextClassifier
from heed.text.masking.mask import mask
from heed.text.registry import fingerprint

UNLABELLED = 2000  # texts without a label that help where labels are few
LOOKED_BACK = timedelta(weeks=26)


def teach(*, actor: str = "heed") -> dict[str, Any]:
    """Train the themes. Says what was done and why; a model that knows erased words gives way in any case."""
    held, began = ensure_model(), timezone.now()
    rows = [{**row, "text": mask(row["text"]).text} for row in theme_rows()]
    texts, labels, weights, groups = lessons(rows)
    told = {"model": held.name, "taught": False, "rows": len(rows), "reason": ""}
    if too_thin(labels):
        return _without(held, {**told, "reason": "fewer than two themes have eight labelled texts"}, actor)
    mark = fingerprint((row["key"], *sorted(row["themes"])) for row in rows)
    name = f"themes.{mark[:10]}"
    if held.themes_model == name:
        return {**told, "reason": "nothing new to train on"}
    spare = _unlabelled({row["key"] for row in rows})
    figures = _measured(held, rows, spare)
    if figures["joined_f1"] <= figures["words_f1"]:
        return _without(held, {**told, "reason": "the words alone do as well", **figures}, actor)
    model = _trained(texts, labels, weights, groups, spare)
    if Retraining.objects.filter(cause="erased", asked_at__gte=began).exists():
        return {**told, "reason": "words were erased meanwhile"}
    folder = models_folder() / name
    if not folder.exists():
        keep(folder, model, {"task": "one theme of a text, or none", "rows": len(rows), "seed": SEED, **figures})
        names_kept(folder, [row[column] for row in rows for column in ("key", "group")])
    about = {"card": {**held.card, "themes": {**figures, "rows": len(rows)}}}
    promoted = held.marked_at is not None or not is_held_back()
    newest = newest_model() or held
    row = make_model(
        newest.sentiment,
        found_themes(newest),
        like=newest,
        trained=about,
        actor=actor,
        promoted=promoted,
        themes_model=name,
    )
    return {**told, "model": row.name, "taught": True, **figures}


def _trained(
    texts: Sequence[str], labels: Sequence[str], weights: Sequence[float], groups: Sequence[str], spare: Sequence[str]
) -> TextClassifier:
    outside = NONE if NONE in labels else None
    return train_classifier(
        texts, labels, unlabelled=spare, out_of_scope=outside, groups=groups, weights=weights, seed=SEED
    )


def _unlabelled(known: set[str]) -> list[str]:
    rows = said_texts(engine(), timezone.now() - LOOKED_BACK, UNLABELLED).to_pylist()
    return [mask(row["text"]).text for row in rows if row["verbatim_id"] not in known]


def _measured(held: TextModel, rows: Sequence[dict[str, Any]], spare: Sequence[str]) -> dict[str, Any]:
    """Themes found by the words alone, and with a classifier that has not seen these customers: micro-F1 on one in five."""
    apart = held_apart([row["group"] for row in rows], SEED)
    inside = [row for row, away in zip(rows, apart, strict=True) if not away]
    outside = [row for row, away in zip(rows, apart, strict=True) if away]
    texts, labels, weights, groups = lessons(inside)
    if too_thin(labels) or not outside:
        return {"words_f1": 1.0, "joined_f1": 0.0, "n": 0}
    base = words_analyzer(held)
    model = Taught(base, _trained(texts, labels, weights, groups, spare))
    plain = [row["text"] for row in outside]
    hits = [base.themes_of(text) for text in plain]
    truth = [row["themes"] for row in outside]
    joined = model.joined(plain, hits)
    return {
        "words_f1": micro_f1(truth, [[hit.key for hit in each] for each in hits]),
        "joined_f1": micro_f1(truth, [[hit.key for hit in each] for each in joined]),
        "n": len(outside),
    }


def _without(held: TextModel, told: dict[str, Any], actor: str) -> dict[str, Any]:
    """No classifier came of it. One that knows erased words goes all the same."""
    if held.marked_at is None or not held.themes_model:
        return told
    row = make_model(held.sentiment, found_themes(held), like=held, actor=actor, themes_model="")
    return {**told, "model": row.name}
