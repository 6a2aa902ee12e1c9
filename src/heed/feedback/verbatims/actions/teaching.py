"""A classifier of themes is trained on what people labelled, and kept where it finds more of what they say than the words
alone do, on customers it has not seen.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from heed.core.errors.rules import HeedError
from heed.feedback.verbatims.actions.measuring import names_kept
from heed.feedback.verbatims.actions.models import SEED, ensure_model, is_held_back, make_model
from heed.feedback.verbatims.models import Retraining, TextModel
from heed.feedback.verbatims.queries.engine import said_lately
from heed.feedback.verbatims.queries.models import (
    OTHER_ENCODER,
    found_themes,
    models_folder,
    newest_model,
    read_without,
    words_analyzer,
)
from heed.feedback.verbatims.queries.training import theme_rows
from heed.feedback.verbatims.rules.cards import held_apart
from heed.feedback.verbatims.rules.taught import NONE, Taught, lessons, micro_f1, too_thin
from heed.text.classifying.classifier import train as train_classifier
from heed.text.classifying.kept import keep
from heed.text.classifying.model import TextClassifier
from heed.text.masking.mask import mask
from heed.text.registry import fingerprint
from heed.text.representations.choosing import chosen
from heed.text.representations.port import Representation

UNLABELLED = 2000  # texts without a label that help where labels are few
LOOKED_BACK = timedelta(weeks=26)
log = logging.getLogger("heed.verbatims")


@dataclass(frozen=True)
class _Learnt:
    """What came of teaching: a classifier and its name, or the reason why there is none; what was measured on the way."""

    name: str = ""
    model: TextClassifier | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


def teach(*, actor: str = "heed") -> dict[str, Any]:
    """Train the themes. Says what was done and why; a model that knows erased words gives way in any case."""
    held, began = ensure_model(), timezone.now()
    rows = [{**row, "text": mask(row["text"]).text} for row in theme_rows()]
    found = _learnt(held, rows)
    told = {"model": held.name, "taught": False, "rows": len(rows), "reason": found.reason, **found.figures}
    if held.themes_model == found.name != "":
        return told
    if found.model is None:
        return _without(held, told, actor)
    if Retraining.objects.filter(cause="erased", asked_at__gte=began).exists():
        return {**told, "reason": "words were erased meanwhile"}
    folder = models_folder() / found.name
    if not folder.exists():
        about = {"task": "one theme of a text, or none", "rows": len(rows), "seed": SEED, **found.figures}
        keep(folder, found.model, about)
        names_kept(folder, [row[column] for row in rows for column in ("key", "group")])
    newest = newest_model() or held
    about = {"card": {**newest.card, "themes": {**found.figures, "rows": len(rows), "encoder": found.model.signed}}}
    row = make_model(
        newest.sentiment,
        found_themes(newest),
        like=newest,
        trained=about,
        actor=actor,
        promoted=held.marked_at is not None or not is_held_back(),
        taught={"themes_model": found.name},
    )
    return {**told, "model": row.name, "taught": True}


def _learnt(held: TextModel, rows: Sequence[dict[str, Any]]) -> _Learnt:
    """Taught with the representation that is chosen, where it finds more than the words alone."""
    texts, labels, weights, groups = lessons(rows)
    if too_thin(labels):
        return _Learnt(reason="fewer than two themes have eight labelled texts")
    try:
        encoder = chosen()
        name = _name_of(rows, encoder)
        if held.themes_model == name:
            return _Learnt(name, reason="nothing new to train on")
        spare = _unlabelled({row["key"] for row in rows})
        figures = _measured(held, rows, spare, encoder)
        if figures["joined_f1"] <= figures["words_f1"]:
            return _Learnt(figures=figures, reason="the words alone do as well")
        return _Learnt(name, _trained((texts, labels, weights, groups), spare, encoder), figures)
    except HeedError as error:
        # The encoder of HEED_EMBEDDINGS cannot be had now; it is tried again the next time.
        log.warning("themes are not taught: %s", error.code)
        return _Learnt(reason=error.message)


def _name_of(rows: Sequence[Mapping[str, Any]], encoder: Representation | None) -> str:
    """What the classifier is called: a digest of what it learns from, and of what makes its vectors."""
    learnt = [(row["key"], *sorted(row["themes"])) for row in rows]
    return f"themes.{fingerprint([*learnt, *([('', encoder.name)] if encoder else [])])[:10]}"


def _trained(
    lesson: tuple[Sequence[str], Sequence[str], Sequence[float], Sequence[str]],
    spare: Sequence[str],
    encoder: Representation | None,
) -> TextClassifier:
    texts, labels, weights, groups = lesson
    return train_classifier(
        texts,
        labels,
        unlabelled=spare,
        representation=encoder,
        out_of_scope=NONE if NONE in labels else None,
        groups=groups,
        weights=weights,
        seed=SEED,
    )


def _unlabelled(known: set[str]) -> list[str]:
    rows = said_lately(timezone.now() - LOOKED_BACK, UNLABELLED)
    return [mask(row["text"]).text for row in rows if row["verbatim_id"] not in known]


def _measured(
    held: TextModel, rows: Sequence[dict[str, Any]], spare: Sequence[str], encoder: Representation | None
) -> dict[str, Any]:
    """Themes found by the words alone, and with a classifier that has not seen these customers: micro-F1 on one in five."""
    apart = held_apart([row["group"] for row in rows], SEED)
    inside = [row for row, away in zip(rows, apart, strict=True) if not away]
    outside = [row for row, away in zip(rows, apart, strict=True) if away]
    lesson = lessons(inside)
    if too_thin(lesson[1]) or not outside:
        return {"words_f1": 1.0, "joined_f1": 0.0, "n": 0}
    base = words_analyzer(held)
    model = Taught(base, _trained(lesson, spare, encoder))
    plain = [row["text"] for row in outside]
    hits = [base.themes_of(text) for text in plain]
    truth = [row["themes"] for row in outside]
    joined = model.joined(plain, hits) or []
    return {
        "words_f1": micro_f1(truth, [[hit.key for hit in each] for each in hits]),
        "joined_f1": micro_f1(truth, [[hit.key for hit in each] for each in joined]),
        "n": len(outside),
    }


def _without(held: TextModel, told: dict[str, Any], actor: str) -> dict[str, Any]:
    """No classifier came of it. One that knows erased words goes all the same, and one that tells by another encoder."""
    if not held.themes_model or (held.marked_at is None and read_without(held) != OTHER_ENCODER):
        return told
    row = make_model(held.sentiment, found_themes(held), like=held, actor=actor, taught={"themes_model": ""})
    return {**told, "model": row.name}
