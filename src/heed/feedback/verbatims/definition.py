"""The kind `taxonomy`: the themes an organisation watches, each with the words it is known by, by language."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from heed.core.definitions.rules import kind
from heed.core.errors.rules import phrase
from heed.text.themes import ThemeWords

FROZEN = ConfigDict(frozen=True, extra="forbid")
LETTERS_AT_LEAST = 2


class Theme(BaseModel):
    """A theme: its name, and the words and phrases that show it, by language. * stands for any letters at either end."""

    model_config = FROZEN

    key: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description="Key, such as billing. Figures are kept by it.")
    name: dict[str, str] = Field(description="Name by language, such as en: Bills and payments.")
    words: dict[str, tuple[str, ...]] = Field(
        description="Words and phrases by language, such as en: [bill, invoice*]; they are looked for in every text."
    )

    @field_validator("name")
    @classmethod
    def _named(cls, value: dict[str, str]) -> dict[str, str]:
        if not any(name.strip() for name in value.values()):
            raise ValueError("a theme needs a name in one language at least")
        return value

    @field_validator("words")
    @classmethod
    def _telling(cls, value: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        for words in value.values():
            for word in words:
                inner = word.strip().strip("*").strip()
                if len(inner) < LETTERS_AT_LEAST or "*" in inner.replace("* ", " ").replace(" *", " "):
                    raise ValueError(
                        phrase("{word!r} would be found everywhere; * stands at an end of a word only", word=word)
                    )
                if len(word) > 80:
                    raise ValueError(phrase("{word!r} … is longer than 80 letters", word=word[:20]))
        return value


@kind("taxonomy", title="Taxonomy", title_plural="Taxonomies")
class TaxonomyDefinition(BaseModel):
    """The themes an organisation sorts its customers' words by."""

    model_config = FROZEN

    name: str = Field(min_length=1, max_length=120, description="Name, such as: What customers write about.")
    themes: tuple[Theme, ...] = Field((), max_length=200, description="Themes; a text may have several.")

    @model_validator(mode="after")
    def _keys_are_told_once(self) -> "TaxonomyDefinition":
        keys = [theme.key for theme in self.themes]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(phrase("the theme {twice} stands there twice", twice=twice[0]))
        return self

    def theme_words(self) -> tuple[ThemeWords, ...]:
        """The themes as the analyzer takes them."""
        return tuple(
            ThemeWords(theme.key, tuple(word.strip() for words in theme.words.values() for word in words))
            for theme in self.themes
        )


def name_in(names: Mapping[str, str], language: str) -> str:
    """A name in a language, or in the first there is."""
    return (
        names.get(language) or names.get(language.split("-")[0]) or next((name for name in names.values() if name), "")
    )
