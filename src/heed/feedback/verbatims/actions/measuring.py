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

from heed.feedback.verbatims.rules.cards import confidence_counts, curve_sizes, held_apart, measured, share
from heed.feedback.verbatims.rules.drift import Profile
from heed.feedback.verbatims.rules.words import unknown_words
from heed.text.analyzer import SENTIMENTS
from heed.text.language import languages_of
from heed.text.lexicon import judge_by_lexicon
from heed.text.sentiment import SentimentModel, train_sentiment, why_too_thin

ROWS, ERASED = "rows.txt", "erased"
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
    rows: Sequence[Mapping[str, Any]], texts: Sequence[str], model: SentimentModel, seed: int
) -> dict[str, Any]:
    """The card of a model that was trained on all rows. What it can do is measured on one customer in five, by a model
    like it that has not seen them.
    """
    labels = [row["label"] for row in rows]
    weights = [row["weight"] for row in rows]
    spoken = [each.language for each in languages_of(texts)]
    lexicon = judge_by_lexicon(texts, spoken)
    right = sum(w for each, label, w in zip(lexicon, labels, weights, strict=True) if each.sentiment == label)
    said = [row["said_at"] for row in rows if row.get("said_at")]
    return {
        "task": "sentiment of one text: negative, neutral, positive",
        "rows": len(rows),
        "given_by_people": sum(row["weight"] == 1.0 for row in rows),
        "classes": {label: labels.count(label) for label in sorted(set(labels))},
        "penalty": model.penalty,
        "unseen_accuracy": model.unseen_accuracy,
        "lexicon_accuracy": float(right / sum(weights)),
        "said_from": _day(min(said, default=None)),
        "said_until": _day(max(said, default=None)),
        "made_at": timezone.now().isoformat(),
        "limits": "Weak labels by score weigh less than those of people; irony and mixed texts are often misread.",
        **_unseen(rows, texts, spoken, [each.sentiment for each in lexicon], seed),
    }


def _day(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _unseen(
    rows: Sequence[Mapping[str, Any]], texts: Sequence[str], spoken: Sequence[str], lexicon: Sequence[str], seed: int
) -> dict[str, Any]:
    """Figures on the customers held apart, the learning curve, and the profile drift is told against."""
    apart = held_apart([row["group"] for row in rows], seed)
    inside, outside = np.flatnonzero(~apart).tolist(), np.flatnonzero(apart).tolist()
    inside = np.random.default_rng(seed).permutation(inside).tolist()
    labels = [row["label"] for row in rows]
    outside = [place for place in outside if labels[place] in SENTIMENTS]
    curve, told, probabilities = [], None, None
    truth = [labels[place] for place in outside]
    for size in curve_sizes(len(inside)) if outside else []:
        part = inside[:size]
        if why_too_thin([labels[place] for place in part]):
            continue
        model = train_sentiment(
            [texts[place] for place in part],
            [labels[place] for place in part],
            groups=[rows[place]["group"] for place in part],
            weights=[rows[place]["weight"] for place in part],
            seed=seed,
        )
        probabilities = model.probabilities([texts[place] for place in outside])
        told = measured(truth, probabilities, SENTIMENTS)
        curve.append({"rows": size, **told["accuracy"]})
    if told is None or probabilities is None:
        return {}
    people = [place for place, at in enumerate(outside) if rows[at]["weight"] == 1.0]
    by_people = sum(SENTIMENTS[int(np.argmax(probabilities[place]))] == truth[place] for place in people)
    by_lexicon = sum(lexicon[at] == labels[at] for at in outside)
    counts = np.bincount(np.argmax(probabilities, axis=1), minlength=len(SENTIMENTS)).tolist()
    profile = Profile(
        len(outside),
        dict(zip(SENTIMENTS, counts, strict=True)),
        {name: [spoken[at] for at in outside].count(name) for name in {spoken[at] for at in outside}},
        confidence_counts(np.max(probabilities, axis=1).tolist()),
        unknown_words([texts[at] for at in outside][:LOOKED_AT], model),
    )
    return {
        **told,
        "accuracy_by_people": share(by_people, len(people)),
        "lexicon_apart": share(by_lexicon, len(outside)),
        "curve": curve,
        "profile": profile.told(),
    }
