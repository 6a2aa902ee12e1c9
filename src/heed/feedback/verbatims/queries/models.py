"""Which model reads, which one's labels are shown, and what it is made of."""

import logging
from functools import lru_cache
from pathlib import Path
from typing import cast

from heed.core.definitions.queries import all_in_force
from heed.core.errors.rules import Unavailable
from heed.core.settings.rules import current
from heed.feedback.verbatims.definition import TaxonomyDefinition, name_in
from heed.feedback.verbatims.models import Promotion, TextModel
from heed.feedback.verbatims.queries.engine import organisation_languages
from heed.feedback.verbatims.queries.taught import forget_opened, opened, readers_of
from heed.feedback.verbatims.rules.taught import Taught
from heed.text.analyzer import TextAnalyzer
from heed.text.builtin import Builtin
from heed.text.chat.choosing import reader_in, reader_name, reading_with
from heed.text.language import chosen_languages
from heed.text.lexicon import NAME as LEXICON
from heed.text.registry import load_sentiment
from heed.text.sentiment import SentimentModel
from heed.text.themes import FoundTheme, ThemeTrust, ThemeWords

log = logging.getLogger("heed.verbatims")
LOOKED_BACK = 50  # promotions
OTHER_ENCODER = "other_representation"  # why labels' teaching is not read with: HEED_EMBEDDINGS is another since


def models_folder() -> Path:
    return current().home_path / "models"


def newest_model() -> TextModel | None:
    """The model that reads what comes in, by the newest promotion; None before anything was read."""
    last = Promotion.objects.select_related("model").first()
    return last.model if last else TextModel.objects.first()


def shown_model() -> TextModel | None:
    """The model whose labels are shown: the last promoted that has read everything, else the one that reads."""
    for promotion in Promotion.objects.select_related("model")[:LOOKED_BACK]:
        if promotion.model.completed_at:
            return promotion.model
    return TextModel.objects.exclude(completed_at=None).first() or newest_model()


def taxonomy_in_force() -> tuple[tuple[ThemeWords, ...], str]:
    """The themes of every taxonomy in force, and a digest of them."""
    held = all_in_force("taxonomy")
    themes = tuple(theme for found in held for theme in cast(TaxonomyDefinition, found.body).theme_words())
    return themes, "".join(found.digest[:16] for found in held)[:64]


def found_themes(model: TextModel | None) -> tuple[FoundTheme, ...]:
    """The themes that were found in the organisation's own words."""
    rows = model.found if model else []
    return tuple(
        FoundTheme(
            **{
                **row,
                "words": tuple(row["words"]),
                "weights": tuple(row["weights"]),
                "sure": tuple(map(tuple, row.get("sure", ()))),
            }
        )
        for row in rows
    )


def theme_names(model: TextModel | None, language: str = "en") -> dict[str, str]:
    """Key → name of every theme, those of the taxonomy in a language."""
    names = {theme.key: theme.name for theme in found_themes(model)}
    for found in all_in_force("taxonomy"):
        names |= {theme.key: name_in(theme.name, language) for theme in cast(TaxonomyDefinition, found.body).themes}
    return names


def analyzer_of(model: TextModel) -> Builtin | Taught:
    """The analyzer a model stands for, ready to read."""
    base = words_analyzer(model)
    return Taught(base, opened(models_folder(), model.themes_model)) if model.themes_model else base


def words_analyzer(model: TextModel, *, plain: bool = False) -> Builtin:
    """The same without the classifier that labels taught of themes; `plain`: without their readers and trust as well."""
    themes, _ = taxonomy_in_force()
    is_trained = model.sentiment != LEXICON and is_readable(model.sentiment)
    sentiment = _sentiment(str(models_folder()), model.sentiment) if is_trained else None
    return Builtin(
        model.name,
        themes,
        found_themes(model),
        sentiment,
        chosen_languages(organisation_languages()),
        readers={} if plain else readers_of(models_folder(), model.readers),
        trust=ThemeTrust.read(model.trust) if model.trust and not plain else None,
    )


def read_without(model: TextModel) -> str:
    """The code of why a model reads without what labels taught it; empty where it reads with all of it."""
    if not model.themes_model:
        return ""
    held = opened(models_folder(), model.themes_model)
    held.is_there()
    return held.fault


def reader_of(model: TextModel) -> TextAnalyzer:
    """Who reads for a model: the chat model its name begins with, while that is the chosen one, with heed beside it;
    else heed. What it reads leaves the house, so what is only shown again is asked of `analyzer_of`.
    """
    inhouse, reader = analyzer_of(model), reader_in(model.name)
    if not reader or reader != reader_name():
        return inhouse
    themes = [theme for held in all_in_force("taxonomy") for theme in cast(TaxonomyDefinition, held.body).themes]
    return reading_with(inhouse, {theme.key: name_in(theme.name, "en") for theme in themes}, current().home_path)


@lru_cache(maxsize=2)
def _sentiment(folder: str, name: str) -> SentimentModel:
    return load_sentiment(Path(folder), name)


def is_readable(sentiment: str) -> bool:
    """Whether a sentiment model can be opened: it is there, whole, and of this version of heed."""
    try:
        return sentiment == LEXICON or _sentiment(str(models_folder()), sentiment) is not None
    except Unavailable as error:
        log.warning("%s: %s", sentiment, error.message)
        return False


def forget_loaded() -> None:
    """Let go of models held in memory."""
    _sentiment.cache_clear()
    forget_opened()
