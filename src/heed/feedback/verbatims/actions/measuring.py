"""A model is measured on customers held apart from it, and what it was trained on is noted, so that it can be told later
whether somebody who is erased was among it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from django.utils import timezone

from heed.feedback.verbatims.rules.cards import (
    calibration,
    confidence_counts,
    curve_sizes,
    drawn,
    held_apart,
    is_flat,
    measured,
    share,
)
from heed.feedback.verbatims.rules.drift import Profile
from heed.feedback.verbatims.rules.words import unknown_words
from heed.stats.arrays import Flags, Floats
from heed.text.analyzer import SENTIMENTS
from heed.text.language import languages_of
from heed.text.lexicon import judge_by_lexicon
from heed.text.sentiment import SentimentModel, train_sentiment, why_too_thin

ROWS, ERASED = "rows.txt", "erased"
LEAST_BY_PEOPLE = 50  # texts people labelled, for their calibration to be told apart from that on all
LOOKED_AT = 2000  # texts whose words are looked at for a profile


def mark_of(key: str) -> str:
    """How a verbatim or a customer is named in the list of what a model was trained on: a digest, from which nobody can count back."""
    return hashlib.sha256(f"heed.trained\x1f{key}".encode()).hexdigest()[:24]


def names_kept(folder: Path, keys: Iterable[str]) -> None:
    """Note beside a model which verbatims it was trained on, and whose."""
    (folder / ROWS).write_text("\n".join(sorted(set(map(mark_of, keys)))) + "\n", encoding="utf-8")


def mark_erased(folder: Path) -> None:
    """Note beside a model that it learnt from words that are erased."""
    if folder.exists():
        (folder / ERASED).touch()


def is_marked_erased(folder: Path) -> bool:
    return (folder / ERASED).exists()


def was_trained_on(folder: Path, keys: Iterable[str]) -> bool:
    """Whether any verbatim or customer of these is on the list; a model without a list is taken to know them."""
    try:
        listed = set((folder / ROWS).read_text(encoding="utf-8").split())
    except OSError:
        return folder.exists()
    return any(mark_of(each) in listed for each in keys)


def card_of(
    rows: Sequence[Mapping[str, Any]], texts: Sequence[str], model: SentimentModel, apart: Mapping[str, Any]
) -> dict[str, Any]:
    """The card of a model. What it can do was measured on one customer in five, by a model like it that has not seen them
    (`apart`, of measured_apart).
    """
    labels = [row["label"] for row in rows]
    weights = [row["weight"] for row in rows]
    lexicon = judge_by_lexicon(texts, [each.language for each in languages_of(texts)])
    right = sum(w for each, label, w in zip(lexicon, labels, weights, strict=True) if each.sentiment == label)
    said = [row["said_at"] for row in rows if row.get("said_at")]
    return {
        "task": "sentiment of one text: negative, neutral, positive",
        "rows": len(rows),
        "given_by_people": int(given_by_people(rows).sum()),
        "classes": {label: labels.count(label) for label in sorted(set(labels))},
        "penalty": model.penalty,
        "unseen_accuracy": model.unseen_accuracy,
        "lexicon_accuracy": float(right / sum(weights)),
        "said_from": _day(min(said, default=None)),
        "said_until": _day(max(said, default=None)),
        "made_at": timezone.now().isoformat(),
        "limits": "Weak labels by score weigh less than those of people; irony and mixed texts are often misread.",
        **apart,
    }


def _day(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def given_by_people(rows: Sequence[Mapping[str, Any]]) -> Flags:
    """Of which rows people gave the label; that of the others is told by a score."""
    return np.array([row["weight"] == 1.0 for row in rows], dtype=bool)


def model_of(rows: Sequence[Mapping[str, Any]], texts: Sequence[str], part: Sequence[int], seed: int) -> SentimentModel:
    """A model of some of the rows."""
    return train_sentiment(
        [texts[place] for place in part],
        [rows[place]["label"] for place in part],
        groups=[rows[place]["group"] for place in part],
        weights=[rows[place]["weight"] for place in part],
        seed=seed,
    )


def measured_apart(rows: Sequence[Mapping[str, Any]], texts: Sequence[str], seed: int) -> dict[str, Any]:
    """Figures on the customers held apart, the learning curve as far as more rows bring more, and the profile drift is told
    against.
    """
    apart = held_apart([row["group"] for row in rows], seed)
    inside, outside = np.flatnonzero(~apart).tolist(), np.flatnonzero(apart).tolist()
    given, labels = given_by_people(rows), [row["label"] for row in rows]
    outside = [place for place in outside if labels[place] in SENTIMENTS]
    curve, told, probabilities = [], None, None
    truth = [labels[place] for place in outside]
    for size in curve_sizes(len(inside)) if outside else []:
        part = drawn(inside, given, size, seed)
        if why_too_thin([labels[place] for place in part]):
            continue
        model = model_of(rows, texts, part, seed)
        probabilities = model.probabilities([texts[place] for place in outside])
        told = measured(truth, probabilities, SENTIMENTS)
        curve.append({"rows": size, **told["accuracy"]})
        if is_flat(curve):
            break
    if told is None or probabilities is None:
        return {}
    unseen = [texts[at] for at in outside]
    spoken = [each.language for each in languages_of(unseen)]
    by_lexicon = sum(a.sentiment == b for a, b in zip(judge_by_lexicon(unseen, spoken), truth, strict=True))
    counts = np.bincount(np.argmax(probabilities, axis=1), minlength=len(SENTIMENTS)).tolist()
    profile = Profile(
        len(outside),
        dict(zip(SENTIMENTS, counts, strict=True)),
        {name: spoken.count(name) for name in set(spoken)},
        confidence_counts(np.max(probabilities, axis=1).tolist()),
        unknown_words(unseen[:LOOKED_AT], model),
    )
    return {
        **told,
        **_by_people(given[outside], truth, probabilities),
        "lexicon_apart": share(by_lexicon, len(outside)),
        "curve": curve,
        "profile": profile.told(),
    }


def _by_people(given: Flags, truth: Sequence[str], probabilities: Floats) -> dict[str, Any]:
    """How often it is right, and whether its confidence holds, where people gave the label: one by a score may be wrong itself."""
    people = np.flatnonzero(given)
    sure = np.max(probabilities, axis=1)[people]
    right = np.array([SENTIMENTS.index(label) for label in truth])[people] == np.argmax(probabilities, axis=1)[people]
    return {
        "accuracy_by_people": share(int(right.sum()), len(people)),
        "calibration_by_people": calibration(sure, right) if len(people) >= LEAST_BY_PEOPLE else {},
    }
