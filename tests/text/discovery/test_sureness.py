"""How sure found themes are: steps that rise, and a probability that means what it says where the truth is known."""

import csv
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from heed.stats.arrays import Floats
from heed.text.classifying.calibrating import reliability
from heed.text.discovery.anchoring import refit
from heed.text.discovery.finding import Discovery, discovered
from heed.text.discovery.sureness import rising
from heed.text.masking.mask import mask
from heed.text.themes import FoundTheme, looked_for
from tests.places import ROOT

BANKING = Path(os.environ.get("HEED_TEST_DATA", ROOT.parent / "shared" / "data")) / "banking77" / "train.csv"
# Two words of each kind stand in texts of another kind as well, so that words alone mislead.
KINDS = tuple(
    tuple(f"{stem}{end}" for end in ("ag", "ol", "ip", "um", "et", "ax")) for stem in ("br", "fl", "kw", "st")
)
MISLED = 0.35


def misleading(each: int, seed: int) -> tuple[list[str], list[int]]:
    """Texts of four kinds, some with a word of another kind beside their own."""
    chance = np.random.default_rng(seed)
    rows = []
    for kind, words in enumerate(KINDS):
        for _ in range(each):
            said = list(chance.choice(words, 3, replace=False))
            if chance.random() < MISLED:
                said[1:] = chance.choice(KINDS[(kind + 1) % len(KINDS)][:3], 1)
            rows.append((" ".join(said), kind))
    order = chance.permutation(len(rows))
    return [rows[place][0] for place in order], [rows[place][1] for place in order]


def error(found: Discovery, texts: list[str], truth: list[str], seen: list[str], *, strength: bool) -> float:
    """The calibration error on texts it has not seen. A theme stands for the group most of its own texts are of."""
    themes = tuple(replace(theme, sure=()) if strength else theme for theme in found.themes)
    meant = {}
    for place, theme in enumerate(themes):
        groups, counts = np.unique(np.array(seen)[found.places == place], return_counts=True)
        meant[theme.key] = groups[int(counts.argmax())]
    hits = [
        (hit.confidence, meant[hit.key] == group)
        for text, group in zip(texts, truth, strict=True)
        for hit in looked_for(themes).hits(text)
    ]
    sure: Floats = np.array([hit[0] for hit in hits])
    told = reliability(sure, np.array([hit[1] for hit in hits]))[1]
    assert told is not None
    return told


def test_steps_rise_and_more_weight_is_never_less_sure() -> None:
    weights = np.repeat([0.1, 0.2, 0.3, 0.4], 30)
    agreed = np.repeat([0.5, 0.9, 0.7, 1.0], 30)
    # 0.9 and 0.7 are out of order, so that they become their mean; two hits' worth of doubt draw each to a half.
    assert rising(weights, agreed) == ((0.1, 0.5), (0.2, round((48 + 1) / 62, 3)), (0.4, round(31 / 32, 3)))
    assert rising(np.full(60, 0.5), np.tile([0.0, 1.0], 30)) == ((0.5, 0.5),)


def test_a_theme_without_steps_has_a_strength_and_one_with_steps_a_probability() -> None:
    theme = FoundTheme("found-1", "a", ("a",), (1.0,), 0.2, 20)
    assert theme.confidence(0.5) == 0.7
    sure = replace(theme, sure=((0.2, 0.55), (0.6, 0.8)))
    assert [sure.confidence(total) for total in (0.1, 0.2, 0.59, 0.6, 2.0)] == [0.55, 0.55, 0.55, 0.8, 0.8]


def test_found_themes_say_how_sure_they_are_and_mean_it() -> None:
    texts, kinds = misleading(120, 1)
    found = discovered(texts, forced=False)
    assert found.themes
    assert all(theme.sure for theme in found.themes)
    unseen, truth = misleading(120, 2)
    both = [error(found, unseen, [*map(str, truth)], [*map(str, kinds)], strength=each) for each in (True, False)]
    assert both[1] < both[0]
    # A refit tells it anew; what is forced, as for a file, does not tell it.
    keys = [found.themes[place].key if place >= 0 else None for place in found.places]
    assert all(theme.sure for theme in refit(found.themes, texts, keys).themes)
    assert not any(theme.sure for theme in discovered(texts[:200]).themes)


def test_few_hits_tell_no_probability() -> None:
    texts, _ = misleading(11, 1)
    assert not any(theme.sure for theme in discovered(texts, forced=False).themes)


@pytest.mark.prove
@pytest.mark.skipif(not BANKING.exists(), reason="the public file is not there (HEED_TEST_DATA)")
def test_on_messages_to_a_bank_the_probability_is_nearer_to_the_truth() -> None:
    """77 intents nobody named to the finder: three fifths of 10,003 messages are clustered, the others are told."""
    with BANKING.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    order = np.random.default_rng(0).permutation(len(rows))
    texts, groups = [mask(rows[place]["text"]).text for place in order], [rows[place]["category"] for place in order]
    found = discovered(texts[:6000], forced=False)
    both = [error(found, texts[6000:], groups[6000:], groups[:6000], strength=each) for each in (True, False)]
    print("calibration error: strength, probability", both)
    assert both[1] < 0.8 * both[0]
    assert both[1] < 0.1
