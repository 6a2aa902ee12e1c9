"""Refits: texts keep their theme, new themes begin where the old ones do not fit, and what became of each is told."""

from collections.abc import Sequence

import numpy as np
import pytest

from heed.text.discovery.anchoring import MOVED_AT_MOST, Refit, refit
from heed.text.discovery.finding import discovered
from heed.text.discovery.lineage import Change, lineage
from heed.text.discovery.periods import growth
from heed.text.themes import FoundTheme
from tests.places import shared_data
from tests.text.discovery.test_finding import KINDS, planted

NEW = ("battery", "swollen", "overheats", "charger", "smoke", "socket")


def keys_of(themes: Sequence[FoundTheme], places: Sequence[int]) -> list[str | None]:
    return [themes[place].key if place >= 0 else None for place in places]


def first_fit(texts: list[str]) -> tuple[tuple[FoundTheme, ...], list[str | None]]:
    found = discovered(texts)
    return found.themes, keys_of(found.themes, found.places.tolist())


def kinds_of(changes: Sequence[Change]) -> list[str]:
    return sorted(each.kind for each in changes if each.kind != "same")


def weekly(texts: list[str], first: int, weeks: int) -> tuple[list[float], Refit]:
    """The share of texts that keep their theme at each refit of a growing stream, and the last refit."""
    themes, held = first_fit(texts[:first])
    kept = []
    for week in range(1, weeks + 1):
        until = first + (len(texts) - first) * week // weeks
        fitted = refit(themes, texts[:until], [*held, *[None] * (until - len(held))], forced=True)
        now = keys_of(fitted.themes, fitted.places.tolist())
        kept.append(float(np.mean([old == new for old, new in zip(held, now, strict=False) if old is not None])))
        themes, held = fitted.themes, now
    return kept, fitted


def test_more_of_the_same_changes_nothing() -> None:
    texts, _ = planted(90)
    themes, held = first_fit(texts[:240])
    fitted = refit(themes, texts, [*held, *[None] * 120])
    assert kinds_of(fitted.changes) == []
    assert [theme.key for theme in fitted.themes] == [theme.key for theme in themes]
    assert [theme.words for theme in fitted.themes] == [theme.words for theme in themes]
    now = keys_of(fitted.themes, fitted.places.tolist())
    assert now[:240] == held
    assert all(now[240:])


def test_what_no_theme_fits_begins_a_new_one() -> None:
    texts, _ = planted()
    more, _ = planted(40, seed=5, kinds=(*KINDS, NEW))
    themes, held = first_fit(texts)
    fitted = refit(themes, [*texts, *more], [*held, *[None] * len(more)])
    (begun,) = [each for each in fitted.changes if each.kind == "new"]
    theme = next(theme for theme in fitted.themes if theme.key == begun.to_keys[0])
    assert set(theme.words[0].split()) <= set(NEW)
    assert begun.texts >= 35
    assert keys_of(fitted.themes, fitted.places.tolist())[: len(texts)] == held


def test_a_theme_without_texts_is_gone() -> None:
    texts, kinds = planted()
    themes, held = first_fit(texts)
    rows = [place for place, kind in enumerate(kinds) if kind != 2]
    fitted = refit(themes, [texts[row] for row in rows], [held[row] for row in rows])
    assert kinds_of(fitted.changes) == ["gone"]
    assert len(fitted.themes) == 3


def test_a_theme_of_two_kinds_is_split_when_few_texts_move_and_else_waits() -> None:
    texts, kinds = planted(60)
    themes, held = first_fit(texts)
    of = {kind: held[kinds.index(kind)] for kind in range(4)}
    # Two kinds were taken for one, and one of them was rare: what came since shows that it is another.
    mixed = [of[0] if kind == 1 else key for key, kind in zip(held, kinds, strict=True)]
    known = tuple(theme for theme in themes if theme.key != of[1])
    waits = refit(known, texts, mixed)
    assert [each.kind for each in waits.waiting] == ["split"]
    assert kinds_of(waits.changes) == []
    rare = [
        key if kind != 1 or place < 12 else None for place, (key, kind) in enumerate(zip(mixed, kinds, strict=True))
    ]
    fitted = refit(known, texts, rare)
    split = [each for each in fitted.changes if each.kind in ("split", "new")]
    assert len(split) == 1
    assert len(fitted.themes) == 4


def test_two_themes_of_one_kind_wait_to_be_joined_or_are() -> None:
    texts, kinds = planted(60)
    themes, held = first_fit(texts)
    of = {kind: held[kinds.index(kind)] for kind in range(4)}
    twin = FoundTheme("found-twin", "twin", themes[0].words, themes[0].weights, themes[0].least, 30)
    twice = ["found-twin" if key == of[0] and place % 2 else key for place, key in enumerate(held)]
    fitted = refit((*themes, twin), texts, twice)
    assert [each.kind for each in fitted.waiting] == ["merge"]
    # Were most of its texts new, joining would move few.
    young = [None if key == "found-twin" and place > 8 else key for place, key in enumerate(twice)]
    joined = refit((*themes, twin), texts, young)
    assert len(joined.themes) in (4, 5)
    assert sum(old == new for old, new in zip(young, keys_of(joined.themes, joined.places.tolist()), strict=True)) > 200


@pytest.mark.parametrize("texts", [[], ["one"], [""] * 60, ["the"] * 60], ids=["none", "one", "empty", "stop words"])
def test_thin_texts_change_nothing(texts: list[str]) -> None:
    themes, _ = first_fit(planted()[0])
    fitted = refit(themes, texts, [None] * len(texts))
    assert {each.kind for each in fitted.changes} <= {"same", "gone"}
    again = refit((), texts, [None] * len(texts))
    assert again.themes == ()
    assert again.places.tolist() == [-1] * len(texts)


def test_a_refit_is_repeatable() -> None:
    texts, _ = planted(80)
    themes, held = first_fit(texts[:200])
    one, again = (refit(themes, texts, [*held, *[None] * (len(texts) - 200)]) for _ in range(2))
    assert one.themes == again.themes
    assert one.changes == again.changes
    assert np.array_equal(one.places, again.places)


def named(*keys: str) -> list[FoundTheme]:
    return [FoundTheme(key.split(":")[0], key.split(":")[-1], (key,), (1.0,), 1.0, 10) for key in keys]


def test_lineage_of_two_fits_by_the_texts_they_share() -> None:
    before = named("a", "b", "c", "d", "e", "g")
    after = named("a", "b1", "b2", "cd", "f", "g:other words")
    moved = [("a", "a")] * 9 + [("b", "b1")] * 6 + [("b", "b2")] * 5 + [("c", "cd")] * 7 + [("d", "cd")] * 6
    moved += [("e", "")] * 3 + [("", "f")] * 4 + [("g", "g")] * 5 + [("a", "cd")]
    told = {(each.kind, each.from_keys, each.to_keys, each.texts) for each in lineage(before, after, moved)}
    assert told == {
        ("same", ("a",), ("a",), 9),
        ("split", ("b",), ("b1", "b2"), 11),
        ("merge", ("c", "d"), ("cd",), 14),
        ("gone", ("e",), (), 3),
        ("new", (), ("f",), 4),
        ("rename", ("g",), ("g",), 5),
    }
    assert lineage([], [], []) == ()


def test_growth_and_novelty_against_the_period_before() -> None:
    parcel, battery = (FoundTheme(words[0], words[0], words[:4], (0.25,) * 4, 0.25, 10) for words in (KINDS[0], NEW))
    before, _ = planted(50, seed=2)
    now, _ = planted(50, seed=3, kinds=(*KINDS, NEW))
    old, new = growth((parcel, battery), now, before)
    assert (old.before, old.now) == (50, 50)
    assert not old.is_rising
    assert old.low is not None
    assert old.high is not None
    assert old.low < 0.8 < old.high  # 50 of 250 against 50 of 200
    assert old.novelty is not None
    assert old.novelty < 0.3
    assert (new.before, new.now, new.ratio, new.novelty) == (0, 50, None, 1.0)
    assert new.is_rising
    (empty,) = growth((parcel,), now, [])
    assert (empty.change, empty.ratio, empty.novelty) == (None, None, None)
    assert growth((), now, before) == ()


@pytest.mark.prove
def test_texts_keep_their_theme_through_weekly_refits_of_real_words() -> None:
    import csv

    with (shared_data("banking77") / "train.csv").open(encoding="utf-8") as handle:
        texts = [row["text"] for row in csv.DictReader(handle)]
    order = np.random.default_rng(0).permutation(len(texts))
    kept, _ = weekly([texts[place] for place in order], 3000, 8)
    print([round(each, 4) for each in kept])
    assert min(kept) >= 0.98
    assert MOVED_AT_MOST <= 0.02


def test_texts_keep_their_theme_through_weekly_refits() -> None:
    texts, _ = planted(150, kinds=(*KINDS, NEW))
    kept, fitted = weekly(texts, 250, 4)
    assert min(kept) >= 0.98
    assert len(fitted.themes) == 5
