"""Names of themes are words spelt as most people spell them, and words that tell."""

import numpy as np
import pytest

from heed.text.discovery.finding import discovered
from heed.text.discovery.spelling import put_right, respelt, tokens_of
from heed.text.discovery.words import telling
from tests.text.discovery.test_finding import KINDS, planted


@pytest.mark.parametrize(
    ("rare", "common"),
    [
        ("otuage", "outage"),  # swapped
        ("ntework", "network"),
        ("rechnugn", "rechnung"),
        ("deliverd", "delivered"),  # one too few
        ("refundded", "refunded"),  # one too many
        ("verifacation", "verification"),  # mistaken
    ],
)
def test_a_rare_word_one_slip_from_a_common_one_is_that_word(rare: str, common: str) -> None:
    assert respelt({rare: 2, common: 60}) == {rare: common}
    assert respelt({rare: 30, common: 60}) == {}


@pytest.mark.parametrize(
    ("rare", "common"),
    [("charges", "charge"), ("charged", "charges"), ("clock", "block"), ("night", "right"), ("lost", "last")],
)
def test_other_words_and_endings_are_left(rare: str, common: str) -> None:
    assert respelt({rare: 1, common: 500}) == {}


def test_slips_of_a_slip_go_to_the_right_word() -> None:
    assert set(respelt({"ntework": 2, "network": 400, "netwokr": 20}).values()) == {"network"}
    assert respelt({"throuhg": 2, "through": 900}) == {"throuhg": "through"}


def test_texts_are_put_right_and_else_left_as_they_were() -> None:
    texts = ["The INVIOCE [NAME] sent: 12,50!", *["My invoice, please"] * 6]
    assert put_right(texts) == ["The invoice [NAME] sent: 12,50!", *texts[1:]]
    assert put_right(["The invioce"]) == ["The invioce"]


def misspelt(word: str) -> str:
    return word[:2] + word[3] + word[2] + word[4:]


@pytest.mark.parametrize("seed", range(5))
def test_planted_misspellings_name_no_theme(seed: int) -> None:
    texts, kinds = planted(60, seed=seed)
    chance = np.random.default_rng(seed)
    slipped = [
        " ".join(misspelt(word) if len(word) > 5 and chance.random() < 0.12 else word for word in text.split())
        for text in texts
    ]
    found = discovered(slipped)
    assert len(found.themes) == len(KINDS)
    right = {word for words in KINDS for word in words}
    assert {part for theme in found.themes for word in theme.words for part in word.split()} <= right
    assert {part for text in tokens_of(slipped) for part in text} <= {word for text in texts for word in text.split()}
    for theme, kind in zip(found.themes, range(len(KINDS)), strict=True):
        assert theme.size == kinds.count(kind)


def test_the_organisations_own_name_is_no_name() -> None:
    texts, _ = planted()
    chance = np.random.default_rng(3)
    named = [f"{text} at Examplex" if chance.random() < 0.8 else text for text in texts]
    assert all("examplex" not in theme.name for theme in discovered(named).themes)


def test_masks_and_shortened_words_tell_nothing() -> None:
    assert [word for word in ("don't", "i'm", "masked", "atuser", "0", "l'avion", "bank's", "card") if telling(word)] == [
        "l'avion", "bank's", "card",
    ]  # fmt: skip
