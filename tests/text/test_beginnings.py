"""Themes are searched for only where a word begins as one of theirs: nothing that all patterns find is missed."""

from dataclasses import replace

import numpy as np
import pytest

from heed.text.beginnings import Beginnings, beginnings
from heed.text.themes import Taxonomy, ThemeWords, compiled

THEMES = (
    ThemeWords("bill", ("invoice*", "direct debit", "*rechnung*", "Mahngebühr*")),
    ThemeWords("app", ("app", "log in", "e-mail", "re*set")),
    ThemeWords("greek", ("οδός", "µm", "straße", "size")),
    ThemeWords("signs", ("+extra", "1 a", "Kilo")),
)
WORDS = [
    "invoices",
    "direct debit",
    "stromrechnung",
    "RECHNUNGEN",
    "mahngebühren",
    "app",
    "apply",
    "Log",
    "in",
    "E-Mail",
    "email",
    "reset",
    "rexset",
    "resets",
    "ΟΔΟΣ",
    "οδός",
    "οδοσ",
    "μm",
    "µm",
    "STRASSE",
    "straẞe",
    "ſize",
    "SİZE",
    "sıze",
    "+extra",
    "extra",
    "1",
    "A",
    "\u212ailo",
    "kilo",
    "kilos",
    "u\u0308ber",
]


def searched_for_all(taxonomy: Taxonomy) -> Taxonomy:
    many = len(taxonomy.keys)
    return replace(taxonomy, begins=Beginnings({}, frozenset(range(many)), many))


@pytest.mark.parametrize("seed", range(5))
def test_the_same_is_found_as_by_searching_for_everything(seed: int) -> None:
    taxonomy, chance = compiled(THEMES), np.random.default_rng(seed)
    plain = searched_for_all(taxonomy)
    for _ in range(200):
        text = " ".join(chance.choice(WORDS, int(chance.integers(1, 6))))
        assert taxonomy.hits(text) == plain.hits(text), text
        assert taxonomy.stretches(text) == plain.stretches(text), text


def test_a_text_that_begins_like_nothing_is_searched_for_nothing_but_free_beginnings() -> None:
    begins = beginnings([theme.words for theme in THEMES])
    assert list(begins.worth("nothing of the kind")) == [0, 2, 3]
    assert list(begins.worth("the app")) == [0, 1, 2, 3]
    assert list(begins.worth("ſ")) == [0, 1, 2, 3]
