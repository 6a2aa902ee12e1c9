"""Models of sentiment: a folder a version under `models`, kept and checked as any classifier is (`classifying.kept`)."""

from pathlib import Path
from typing import Any

from heed.core.errors.rules import Refused, Unavailable, phrase
from heed.text.classifying.kept import fingerprint, keep, load
from heed.text.sentiment import SentimentModel

__all__ = ["fingerprint", "keep_sentiment", "load_sentiment"]


def keep_sentiment(models: Path, name: str, model: SentimentModel, card: dict[str, Any]) -> Path:
    """Write a model as the folder `models/name`, whole or not at all. A folder that is there already is left as it is."""
    target = models / name
    try:
        return keep(target, model.classifier, {**card, "penalty": model.penalty})
    except Refused:
        if not target.exists():
            raise
    return target


def load_sentiment(models: Path, name: str) -> SentimentModel:
    """A model as it was kept. Raises Unavailable when it is gone or is not what its card says."""
    try:
        return SentimentModel(load(models / name))
    except Unavailable as error:
        raise Unavailable(
            phrase("The model {name} cannot be read: {error}.", name=name, error=error.__cause__ or error.message),
            code=error.code,
            hint="Train it again: heed text retrain",
        ) from error
