"""A classifier as a folder: numbers, terms and a card with their digests, never code. Written whole or not at all.

What is loaded is held against the digests on its card, so a file that was changed or cut short is refused.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from heed.core.errors.rules import Refused, Unavailable, phrase
from heed.text.classifying.calibrating import Mixing
from heed.text.classifying.machines import Kernel, Line
from heed.text.classifying.model import TextClassifier
from heed.text.classifying.scope import Scope
from heed.text.representations.builtin import OwnWords
from heed.text.representations.port import Representation, require_same
from heed.text.vectors import Vocabulary

CARD, NUMBERS, TERMS = "card.json", "numbers.npz", "terms.json"
KIND, FORM = "classifier", 3
AGAIN = "Train it again: heed text train"


def keep(folder: Path, model: TextClassifier, card: Mapping[str, Any]) -> Path:
    """Write a classifier as this folder. Raises Refused where the folder is there already and holds anything."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused(
            phrase("{folder} is there already.", folder=folder), code="folder_in_use", hint="Name a folder that is not."
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        _write(draft, model, card)
        if folder.exists():
            folder.rmdir()
        draft.chmod(0o755)
        draft.rename(folder)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return folder


def _unwritable(folder: Path, error: OSError) -> Refused:
    return Refused(
        phrase("{folder} cannot be written: {error}.", folder=folder, error=error),
        code="unwritable_folder",
        hint="Name a folder you may write to.",
    )


def _write(draft: Path, model: TextClassifier, card: Mapping[str, Any]) -> None:
    arrays: dict[str, Any] = {
        "weights": model.line.weights, "bias": model.line.bias,
        "landmarks": model.kernel.landmarks.astype(np.float16), "coefficients": model.kernel.coefficients,
        "matrix": model.mixing.matrix, "shift": model.mixing.shift,
    }  # fmt: skip
    arrays |= {f"idf_{place}": each.idf for place, each in enumerate(model.vocabularies)}
    if model.axes is not None:
        arrays["axes"] = model.axes.astype(np.float16)
    if model.ratios is not None:
        arrays |= {"ratio_weights": model.ratios.weights, "ratio_bias": model.ratios.bias}
    if model.space is not None:
        arrays["projection"] = model.space.projection.astype(np.float16)
    with (draft / NUMBERS).open("wb") as file:
        np.savez_compressed(file, **arrays)
    terms = [{"unit": each.unit, "terms": each.terms} for each in model.vocabularies]
    (draft / TERMS).write_text(json.dumps(terms, ensure_ascii=False), encoding="utf-8")
    about = {
        **card,
        "kind": KIND,
        "form": FORM,
        "labels": model.labels,
        "out_of_scope": model.out_of_scope,
        "outside": model.outside,
        "representation": model.signed,
        "width": model.kernel.width,
        "blurred": model.mixing.blurred,
        "toned": model.toned,
        "accounts": model.accounts,
        "split": model.space.split if model.space is not None else None,
        "spanned": len(model.space.vocabularies) if model.space is not None else 0,
        "scope": None if model.scope is None else {**vars(model.scope), "slopes": model.scope.slopes.tolist()},
        "figures": dict(model.figures),
        "digests": {each: digest(draft / each) for each in (NUMBERS, TERMS)},
    }
    (draft / CARD).write_text(json.dumps(about, indent=2, ensure_ascii=False, default=str), encoding="utf-8")


def fingerprint(rows: Iterable[tuple[str, ...]]) -> str:
    """What a model was trained on, as one digest: the same rows in any order give the same."""
    digests = sorted(hashlib.sha256("\x1f".join(row).encode()).digest() for row in rows)
    return hashlib.sha256(b"".join(digests)).hexdigest()


def digest(file: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def card_of(folder: Path) -> dict[str, Any]:
    """The card of a kept classifier. Raises Unavailable where there is none."""
    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        if not isinstance(card, dict) or card.get("kind") != KIND or card.get("form") != FORM:
            raise ValueError("it holds no classifier of this version")
    except (OSError, ValueError) as error:
        raise Unavailable(
            phrase("The model {name} cannot be read: {error}.", name=folder, error=error), code="model_gone", hint=AGAIN
        ) from error
    return card


def load(folder: Path, *, representation: Representation | None = None) -> TextClassifier:
    """A classifier as it was kept. Raises Unavailable where it is gone or is not what its card says, and Refused where
    it was trained on another representation.
    """
    card = card_of(folder)
    require_same(str(card["representation"]), representation)
    try:
        if any(digest(folder / each) != kept for each, kept in card["digests"].items()):
            raise ValueError("it was changed since it was made")
        if set(card["digests"]) != {NUMBERS, TERMS}:
            raise ValueError("its card does not name its files")
        terms = json.loads((folder / TERMS).read_text(encoding="utf-8"))
        with np.load(folder / NUMBERS, allow_pickle=False) as kept:
            return _made(card, terms, {name: kept[name] for name in kept.files}, representation)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unavailable(
            phrase("The model {name} cannot be read: {error}.", name=folder, error=error),
            code="model_broken",
            hint=AGAIN,
        ) from error


def _made(
    card: dict[str, Any], terms: list[dict[str, Any]], arrays: dict[str, Any], representation: Representation | None
) -> TextClassifier:
    vocabularies = tuple(
        Vocabulary(each["unit"], tuple(each["terms"]), arrays[f"idf_{place}"]) for place, each in enumerate(terms)
    )
    space = None
    if "projection" in arrays:
        projection = arrays["projection"].astype(np.float32)
        space = OwnWords(vocabularies[: card["spanned"]], projection, card["split"])
    rule = card["scope"]
    scope = None if rule is None else Scope(**{**rule, "slopes": np.array(rule["slopes"])})
    return TextClassifier(
        tuple(card["labels"]),
        card["out_of_scope"],
        vocabularies,
        Line(arrays["weights"], arrays["bias"]),
        Kernel(arrays["landmarks"].astype(np.float32), arrays["coefficients"], float(card["width"])),
        Mixing(arrays["matrix"], arrays["shift"], float(card["blurred"])),
        space,
        representation,
        scope,
        card["outside"],
        bool(card["toned"]),
        tuple(card["accounts"]),
        Line(arrays["ratio_weights"], arrays["ratio_bias"]) if "ratio_weights" in arrays else None,
        arrays["axes"].astype(np.float32) if "axes" in arrays else None,
        card["figures"],
    )
