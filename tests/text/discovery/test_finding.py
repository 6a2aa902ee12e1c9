"""Themes found in texts: how many, which text has which, what they are called; and texts that have none."""

import numpy as np
import pytest

from heed.stats.arrays import Floats
from heed.text.discovery.counting import against, count_each, reduced
from heed.text.discovery.finding import discover, discovered
from heed.text.discovery.naming import name_of
from heed.text.discovery.terms import stem

KINDS = (
    ("parcel", "courier", "doorstep", "delivered", "tracking", "driver"),
    ("password", "locked", "reset", "login", "account", "code"),
    ("noise", "fan", "loud", "night", "humming", "vents"),
    ("invoice", "charged", "twice", "refund", "amount", "billing"),
)
FILLERS = ("the", "my", "is", "and", "was", "again", "please", "with")


def planted(each: int = 60, seed: int = 1, kinds: tuple[tuple[str, ...], ...] = KINDS) -> tuple[list[str], list[int]]:
    """Texts of some kinds, in a drawn order: four words of its kind and three that stand in all."""
    chance = np.random.default_rng(seed)
    texts = [
        (" ".join([*chance.choice(words, 4, replace=False), *chance.choice(FILLERS, 3)]), kind)
        for kind, words in enumerate(kinds)
        for _ in range(each)
    ]
    order = chance.permutation(len(texts))
    return [texts[place][0] for place in order], [texts[place][1] for place in order]


def test_as_many_themes_are_found_as_there_are() -> None:
    texts, kinds = planted()
    found = discovered(texts)
    assert len(found.themes) == len(KINDS)
    assert against([str(kind) for kind in kinds], [str(place) for place in found.places]) == (1.0, 1.0)
    named = {word for theme in found.themes for word in theme.words[0].split()}
    assert named <= {word for words in KINDS for word in words}
    assert [theme.size for theme in found.themes] == [60] * 4


def test_the_number_may_be_given() -> None:
    texts, _ = planted()
    assert len(discovered(texts, k=7).themes) == 7
    assert len(discovered(texts, k=1).themes) == 1
    assert len(discovered(["a parcel", "a courier"], k=2).themes) <= 2


def test_the_same_texts_give_the_same_themes_and_another_seed_the_same_keys() -> None:
    texts, _ = planted(40)
    one, again = discovered(texts), discovered(texts)
    assert one.themes == again.themes
    assert np.array_equal(one.places, again.places)
    assert len({theme.key for theme in one.themes}) == len(one.themes)


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["one", "two"],
        [""] * 100,
        ["?!"] * 100,
        ["[NAME] [EMAIL]"] * 100,
        ["late"] * 100,
        ["the invoice was wrong"] * 100,
        ["the"] * 50 + [""] * 50,
        [f"word{number}x" for number in range(100)],
    ],
    ids=["none", "two", "empty", "signs", "masks", "one word", "all the same", "stop words", "all apart"],
)
def test_texts_that_nothing_parts_have_no_themes(texts: list[str]) -> None:
    found = discovered(texts)
    assert found.themes == ()
    assert found.places.tolist() == [-1] * len(texts)
    assert discover(texts)[0] == []


def test_a_text_of_which_nothing_is_known_is_in_no_theme() -> None:
    texts, _ = planted()
    found = discovered([*texts, "", "zzz qqq"])
    assert found.places[-2:].tolist() == [-1, -1]
    assert (found.places[:-2] >= 0).all()


def test_themes_that_their_words_do_not_tell_are_left_out_unless_all_are_asked_for() -> None:
    texts, _ = planted(60)
    few = [*texts, *("small theme of garden hoses",) * 5]
    told, places = discover(few)
    assert all(theme.size >= 15 for theme in told)
    assert (places >= -1).all()
    assert discovered(few).themes


class Encoder:
    """A representation that knows the kinds."""

    name, dimensions = "test", 4

    def encode(self, texts: object) -> Floats:
        rows = [[float(any(word in text for word in words)) for words in KINDS] for text in texts]  # type: ignore[attr-defined]
        return np.array(rows)


def test_a_representation_takes_the_place_of_heeds_own() -> None:
    texts, kinds = planted(20)
    found = discovered(texts, representation=Encoder())
    assert against([str(kind) for kind in kinds], [str(place) for place in found.places])[0] > 0.9


def test_words_are_cut_and_names_do_not_repeat_themselves() -> None:
    assert [stem(word) for word in ("cards", "charges", "stopped", "called", "parties", "business", "don't", "über")] == [
        "card", "charg", "stop", "call", "parti", "business", "don", "über",
    ]  # fmt: skip
    assert name_of(("card", "cards", "lost card", "theft")) == "card · theft"


def test_the_figures_of_comparison_are_those_of_scikit_learn() -> None:
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    chance = np.random.default_rng(0)
    one, other = (chance.integers(0, many, 200).astype(str).tolist() for many in (5, 9))
    expected = normalized_mutual_info_score(one, other), adjusted_rand_score(one, other)
    assert against(one, other) == pytest.approx(expected)
    assert against(["a"] * 3, ["b"] * 3) == (1.0, 1.0)
    assert against(["a", "b", "c"], ["x"] * 3) == pytest.approx((0.0, 0.0))


def test_terms_are_counted_once_a_text() -> None:
    names, present = count_each([["b", "a", "b"], ["b"], [], ["c", "b"]], least=1, most=2)
    assert names == ("a", "b")
    assert present.toarray().tolist() == [[1, 1], [0, 1], [0, 0], [0, 1]]
    assert count_each([["a"], ["a"], ["b"]], most_share=0.5)[0] == ("b",)


def test_the_reduction_is_the_singular_value_decomposition() -> None:
    from scipy.sparse import csr_matrix

    table = np.random.default_rng(0).random((30, 20))
    left, values = reduced(csr_matrix(table), 5, 0)
    exact = np.linalg.svd(table)
    assert values == pytest.approx(exact[1][:5], rel=1e-2)
    assert abs(float(left[:, 0] @ exact[0][:, 0])) == pytest.approx(1.0, abs=1e-3)
