"""Model files: a folder a version under `models`, holding numbers, a card and a fingerprint, never code.

What is loaded is checked against the digest on its card, so a file that was changed or cut short is refused.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from heed.core.errors.rules import Unavailable, phrase
from heed.text.sentiment import SentimentModel
from heed.text.vectors import Vocabulary

CARD, NUMBERS, TERMS = "card.json", "numbers.npz", "terms.json"
FORM = 1


def fingerprint(rows: Iterable[tuple[str, ...]]) -> str:
    """What a model was trained on, as one digest: the same rows in any order give the same."""
    digests = sorted(hashlib.sha256("\x1f".join(row).encode()).digest() for row in rows)
    return hashlib.sha256(b"".join(digests)).hexdigest()


def keep_sentiment(models: Path, name: str, model: SentimentModel, card: dict[str, Any]) -> Path:
    """Write a model as the folder `models/name`, whole or not at all. A folder that is there already is left as it is."""
    models.mkdir(parents=True, exist_ok=True)
    target = models / name
    draft = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=models))
    try:
        arrays = {key: getattr(model, key) for key in ("weights", "bias", "scale", "shift")}
        with (draft / NUMBERS).open("wb") as file:
            np.savez_compressed(file, words_idf=model.words.idf, characters_idf=model.characters.idf, **arrays)
        terms = {"words": model.words.terms, "characters": model.characters.terms}
        (draft / TERMS).write_text(json.dumps(terms, ensure_ascii=False), encoding="utf-8")
        about = {
            **card,
            "form": FORM,
            "classes": model.classes,
            "penalty": model.penalty,
            "unseen_accuracy": model.unseen_accuracy,
            "digests": {each: _digest(draft / each) for each in (NUMBERS, TERMS)},
        }
        (draft / CARD).write_text(json.dumps(about, indent=2, ensure_ascii=False, default=str), encoding="utf-8")
        draft.rename(target)
    except OSError:
        if not target.exists():
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def read_card(models: Path, name: str) -> dict[str, Any]:
    """The card of a model. Raises Unavailable when there is none."""
    try:
        card: dict[str, Any] = json.loads((models / name / CARD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Unavailable(
            phrase("The model {name} cannot be read: {error}.", name=name, error=error),
            code="model_gone",
            hint="Train it again: heed text retrain",
        ) from error
    return card


def load_sentiment(models: Path, name: str) -> SentimentModel:
    """A model as it was kept. Raises Unavailable when it is gone or is not what its card says."""
    card = read_card(models, name)
    folder = models / name
    try:
        if any(_digest(folder / each) != digest for each, digest in card["digests"].items()):
            raise ValueError("it was changed since it was made")
        terms = json.loads((folder / TERMS).read_text(encoding="utf-8"))
        with np.load(folder / NUMBERS, allow_pickle=False) as kept:
            arrays = {key: np.asarray(kept[key], dtype=np.float64) for key in kept.files}
    except (OSError, ValueError, KeyError) as error:
        raise Unavailable(
            phrase("The model {name} cannot be read: {error}.", name=name, error=error),
            code="model_broken",
            hint="Train it again: heed text retrain",
        ) from error
    words = Vocabulary("words", tuple(terms["words"]), arrays.pop("words_idf"))
    characters = Vocabulary("characters", tuple(terms["characters"]), arrays.pop("characters_idf"))
    return SentimentModel(
        tuple(card["classes"]),
        words,
        characters,
        penalty=float(card["penalty"]),
        unseen_accuracy=float(card.get("unseen_accuracy", 0.0)),
        **arrays,
    )


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
