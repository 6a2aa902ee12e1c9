"""Classifiers: probabilities that mean what they say, refusals by cost, a few labels with many texts, what is kept."""

import json
from pathlib import Path

import numpy as np
import pytest

from heed.core.errors.rules import Invalid, Refused, Unavailable
from heed.text.classifying import machines
from heed.text.classifying.calibrating import fit_mixing, reliability
from heed.text.classifying.classifier import ScopeCost, TextClassifier, train
from heed.text.classifying.kept import keep, load
from heed.text.classifying.machines import folds_of
from heed.text.classifying.measuring import by_label, learning_curve
from heed.text.classifying.scope import cheapest
from heed.text.classifying.tone import accounts_of, tone

KINDS = {
    "parcel": [
        "parcel",
        "courier",
        "doorstep",
        "delivered",
        "package",
        "driver",
        "shipment",
        "depot",
        "address",
        "neighbour",
        "late",
        "box",
    ],
    "password": [
        "password",
        "locked",
        "reset",
        "login",
        "account",
        "code",
        "sign",
        "email",
        "forgot",
        "link",
        "screen",
        "enter",
    ],
    "noise": [
        "noise",
        "fan",
        "loud",
        "night",
        "hum",
        "rattle",
        "machine",
        "motor",
        "sound",
        "quiet",
        "grinding",
        "buzz",
    ],
    "refund": [
        "refund",
        "money",
        "back",
        "paid",
        "charge",
        "invoice",
        "twice",
        "amount",
        "bank",
        "fee",
        "wrong",
        "card",
    ],
    "hours": [
        "open",
        "hours",
        "sunday",
        "shop",
        "close",
        "early",
        "branch",
        "holiday",
        "monday",
        "time",
        "visit",
        "weekend",
    ],
    "upgrade": [
        "upgrade",
        "plan",
        "bigger",
        "faster",
        "contract",
        "speed",
        "tariff",
        "change",
        "better",
        "offer",
        "premium",
        "option",
    ],
    "cancel": [
        "cancel",
        "end",
        "stop",
        "leave",
        "quit",
        "terminate",
        "anymore",
        "subscription",
        "notice",
        "finish",
        "goodbye",
        "over",
    ],
    "repair": [
        "repair",
        "broken",
        "technician",
        "fix",
        "appointment",
        "visit",
        "part",
        "cracked",
        "spare",
        "warranty",
        "crack",
        "replace",
    ],
}
STRANGE = [
    "poem",
    "weather",
    "capital",
    "river",
    "football",
    "recipe",
    "planet",
    "history",
    "joke",
    "song",
    "dinosaur",
    "opera",
]
FILLER = ["my", "the", "is", "please", "i", "it", "was", "and", "a", "to", "of"]


def made(many: int, seed: int, *, kinds: dict[str, list[str]] = KINDS, own: int = 2) -> tuple[list[str], list[str]]:
    """Texts of two words of their kind among six that say nothing, one of them of any kind at all."""
    chance = np.random.default_rng(seed)
    everything = [word for words in KINDS.values() for word in words]
    texts, labels = [], []
    for label, words in kinds.items():
        for _ in range(many):
            parts = [*chance.choice(words, own, replace=False), chance.choice(everything), *chance.choice(FILLER, 5)]
            texts.append(" ".join(str(part) for part in chance.permutation(parts)))
            labels.append(label)
    return texts, labels


@pytest.fixture(scope="module")
def model() -> TextClassifier:
    return train(*made(60, 1))


@pytest.fixture(scope="module")
def scoped() -> TextClassifier:
    texts, labels = made(60, 1)
    strange, _ = made(40, 2, kinds={"oos": STRANGE})
    return train([*texts, *strange], [*labels, *["oos"] * 40], out_of_scope="oos")


def share_right(model: TextClassifier, seed: int = 9) -> float:
    texts, labels = made(50, seed)
    told = np.asarray(model.labels, dtype=object)[model.probabilities(texts).argmax(axis=1)]
    return float(np.mean(told == np.asarray(labels, dtype=object)))


def mislabelled(many: int, seed: int) -> tuple[list[str], list[str]]:
    """Three labels in ten are any label at all, so that nobody can tell more than about 74 of 100."""
    texts, labels = made(many, seed)
    chance = np.random.default_rng(seed + 100)
    return texts, [str(chance.choice(list(KINDS))) if chance.random() < 0.3 else label for label in labels]


def test_probabilities_on_texts_it_never_saw_mean_what_they_say() -> None:
    model = train(*mislabelled(80, 1))
    texts, labels = mislabelled(150, 7)
    likely = model.probabilities(texts)
    assert likely.sum(axis=1) == pytest.approx(1.0)
    right = np.asarray(model.labels, dtype=object)[likely.argmax(axis=1)] == np.asarray(labels, dtype=object)
    bins, error = reliability(likely.max(axis=1), right)
    assert 0.6 < right.mean() < 0.8
    assert error is not None
    assert error < 0.06
    assert sum(each.n for each in bins) == len(texts)


def test_few_labels_are_calibrated_by_a_matrix_and_many_by_slopes() -> None:
    chance = np.random.default_rng(0)
    y = chance.integers(0, 3, 600)
    line = chance.normal(size=(600, 3)) + 2 * np.eye(3)[y]
    few = fit_mixing([line, line], y, np.ones(600), 3)
    assert few.probabilities([line, line]).shape == (600, 3)
    y = chance.integers(0, 20, 600)
    line = chance.normal(size=(600, 20)) + 3 * np.eye(20)[y]
    many = fit_mixing([line, chance.normal(size=(600, 20))], y, np.ones(600), 20)
    assert many.matrix[0, 0] > 5 * many.matrix[20, 0]  # a machine that knows nothing hardly counts
    assert np.count_nonzero(many.matrix) == 40


def test_the_same_rows_and_seed_give_the_same_numbers(model: TextClassifier) -> None:
    again = train(*made(60, 1))
    texts, _ = made(5, 3)
    assert np.array_equal(again.probabilities(texts), model.probabilities(texts))
    assert np.array_equal(again.line.weights, model.line.weights)


def test_texts_out_of_scope_are_refused(scoped: TextClassifier) -> None:
    assert "oos" not in scoped.labels
    inside, _ = made(30, 5)
    outside, _ = made(100, 6, kinds={"oos": STRANGE})
    told, refused = scoped.tell(inside), scoped.tell(outside)
    assert np.mean([each.label is None for each in told]) < 0.1
    assert np.mean([each.label is None for each in refused]) > 0.8
    assert all(0.0 <= each.scope_confidence <= 1.0 for each in told)
    assert scoped.probabilities(inside).shape == (240, 8)


def test_without_texts_out_of_scope_labels_held_back_stand_in_for_them() -> None:
    model = train(*made(60, 1), out_of_scope="oos", cost=ScopeCost(share=0.3))
    assert model.scope is not None
    outside, _ = made(100, 6, kinds={"oos": STRANGE})
    inside, _ = made(30, 5)
    refused = np.mean([each.label is None for each in model.tell(outside)])
    assert refused > 0.3
    assert refused > 3 * np.mean([each.label is None for each in model.tell(inside)])


def test_without_being_asked_nothing_is_refused(model: TextClassifier) -> None:
    told = model.tell(["", "zzz", "parcel driver"])
    assert [each.label is None for each in told] == [False, False, False]
    assert told[2].label == "parcel"
    assert model.tell([]) == []
    assert model.probabilities([]).shape == (0, 8)


def test_the_threshold_is_where_the_stated_cost_is_least() -> None:
    sure = np.array([0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9])
    inside = np.array([False, False, True, False, True, True, True, True])
    even = cheapest(sure, inside, ScopeCost(share=0.5))
    assert even == (pytest.approx(0.5), 0.0, pytest.approx(0.2))
    dear = cheapest(sure, inside, ScopeCost(needless=10, share=0.5))
    assert dear == (pytest.approx(0.25), pytest.approx(1 / 3), 0.0)

    def spent(threshold: float, cost: ScopeCost) -> float:
        missed, needless = np.mean(sure[~inside] >= threshold), np.mean(sure[inside] < threshold)
        return float(cost.missed * cost.share * missed + cost.needless * (1 - cost.share) * needless)

    for cost in (ScopeCost(), ScopeCost(missed=20), ScopeCost(share=0.4), ScopeCost(needless=3, share=0.3)):
        best = spent(cheapest(sure, inside, cost)[0], cost)
        assert best <= min(spent(each, cost) for each in np.linspace(0, 1, 101)) + 1e-12
    with pytest.raises(Invalid):
        ScopeCost(share=1.5)


def test_texts_without_labels_help_where_labels_are_few() -> None:
    texts, labels = made(2, 1)
    rest, _ = made(100, 2)
    alone = np.mean([share_right(train(texts, labels, seed=seed)) for seed in range(2)])
    helped = np.mean([share_right(train(texts, labels, unlabelled=rest, seed=seed)) for seed in range(2)])
    assert helped > alone + 0.05


def test_a_kept_classifier_is_the_same_when_loaded(scoped: TextClassifier, tmp_path: Path) -> None:
    folder = keep(tmp_path / "topics", scoped, {"rows": 520})
    loaded = load(folder)
    texts = [*made(5, 3)[0], *made(5, 4, kinds={"oos": STRANGE})[0], ""]
    assert loaded.tell(texts) == scoped.tell(texts)
    assert np.array_equal(loaded.probabilities(texts), scoped.probabilities(texts))
    assert {path.name for path in folder.iterdir()} == {"card.json", "numbers.npz", "terms.json"}
    assert [path.name for path in tmp_path.iterdir()] == ["topics"]
    with pytest.raises(Refused) as refused:
        keep(folder, scoped, {})
    assert refused.value.code == "folder_in_use"


@pytest.mark.parametrize("broken", ["numbers.npz", "terms.json", "card.json"])
def test_a_changed_or_cut_file_is_refused(model: TextClassifier, tmp_path: Path, broken: str) -> None:
    folder = keep(tmp_path / "model", model, {})
    file = folder / broken
    file.write_bytes(file.read_bytes()[:-7])
    with pytest.raises(Unavailable) as refused:
        load(folder)
    assert refused.value.code in ("model_broken", "model_gone")


def test_a_card_that_hides_a_digest_is_refused(model: TextClassifier, tmp_path: Path) -> None:
    folder = keep(tmp_path / "model", model, {})
    card = json.loads((folder / "card.json").read_text())
    del card["digests"]["terms.json"]
    (folder / "card.json").write_text(json.dumps(card))
    with pytest.raises(Unavailable):
        load(folder)
    with pytest.raises(Unavailable):
        load(tmp_path / "nowhere")


class Turned:
    """A representation of eight numbers: how many words of each kind a text has."""

    name = "turned.1"
    dimensions = 9

    def encode(self, texts):
        rows = [[1e-3, *(sum(word in words for word in text.split()) for words in KINDS.values())] for text in texts]
        found = np.asarray(rows, dtype=np.float64)
        return found / np.linalg.norm(found, axis=1, keepdims=True)


def test_a_representation_takes_the_place_of_the_built_in_one(tmp_path: Path) -> None:
    model = train(*made(20, 1), representation=Turned())
    assert share_right(model) > share_right(train(*made(20, 1)))
    keep(tmp_path / "turned", model, {})
    texts, _ = made(3, 4)
    assert np.array_equal(
        load(tmp_path / "turned", representation=Turned()).probabilities(texts), model.probabilities(texts)
    )
    with pytest.raises(Refused) as refused:
        load(tmp_path / "turned")
    assert refused.value.code == "other_representation"


@pytest.mark.parametrize(
    ("texts", "labels", "more", "code"),
    [
        (["a", "b"], ["x", "x"], {}, "one_label"),
        ([], [], {}, "one_label"),
        (["a", "b"], ["x", "oos"], {"out_of_scope": "oos"}, "one_label"),
        (["", " "], ["x", "y"], {}, "no_words"),
        (["a"], ["x", "y"], {}, "lengths_differ"),
        (["a", "b"], ["x", "y"], {"groups": ["g"]}, "lengths_differ"),
        (["a", "b"], ["x", "y"], {"weights": [-1.0, 1.0]}, "bad_weights"),
        (["a", "b"], ["x", "y"], {"weights": [float("nan"), 1.0]}, "bad_weights"),
    ],
)
def test_what_cannot_be_learnt_is_refused(texts: list[str], labels: list[str], more: dict, code: str) -> None:
    with pytest.raises((Refused, Invalid)) as refused:
        train(texts, labels, **more)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        (["good", "bad"], ["x", "y"]),
        (["same"] * 6, ["x", "y"] * 3),
        (["\x00", "🙂" * 500, "a\nb", "x" * 5000], ["x", "y", "x", "y"]),
        ([f"word{place}" for place in range(40)], [f"label{place}" for place in range(40)]),
    ],
)
def test_thin_and_odd_texts_are_learnt_without_breaking(texts: list[str], labels: list[str]) -> None:
    for more in ({}, {"out_of_scope": "oos"}, {"unlabelled": ["good", "other", ""]}):
        model = train(texts, labels, **more)
        likely = model.probabilities([*texts, "something else"])
        assert np.isfinite(likely).all()
        assert likely.sum(axis=1) == pytest.approx(1.0)


def spelt(number: int) -> str:
    """A number as a word of its own: figures count as one word."""
    return "".join(chr(ord("a") + int(each)) * 2 for each in f"{number:03d}")


def test_two_hundred_labels_of_five_texts_and_one_of_a_single_text_are_learnt() -> None:
    chance = np.random.default_rng(0)
    texts, labels = [], []
    for label in range(200):
        for _ in range(5):
            texts.append(f"{spelt(label)} {' '.join(chance.choice(FILLER, 3))}")
            labels.append(f"label {label}")
    model = train([*texts, "something rare happened"], [*labels, "single"])
    assert len(model.labels) == 201
    told = [each.label for each in model.tell([f"the matter of {spelt(17)}", "rare something happened"])]
    assert told == ["label 17", "single"]


def test_texts_of_other_scripts_are_told() -> None:
    parcels = ["посылка не пришла", "где моя посылка", "курьер потерял посылку", "посылка пришла поздно"]
    refunds = ["верните деньги", "когда вернут деньги", "деньги за заказ", "возврат денег"]
    model = train(parcels * 3 + refunds * 3, ["parcel"] * 12 + ["refund"] * 12)
    assert [each.label for each in model.tell(["моя посылка где", "деньги верните"])] == ["parcel", "refund"]
    far = train(["荷物が届かない", "返金してほしい"] * 6, ["parcel", "refund"] * 6)
    assert [each.label for each in far.tell(["荷物が届かない", "返金してほしい"])] == ["parcel", "refund"]


def test_an_account_that_many_texts_speak_to_counts_and_that_of_a_person_does_not() -> None:
    texts = [f"@Brand hello {place}" for place in range(30)] + ["@anna hello"] * 19
    assert accounts_of(texts) == ("@brand",)
    sides = tone(["@BRAND hi", "hi @anna", "hi"], ("@brand",))
    assert sides[:, -1].tolist() == pytest.approx([0.3, 0.0, 0.0])
    assert accounts_of([*texts, *["nothing"] * 4000]) == ()


def test_few_labels_with_many_rows_are_told_by_a_third_machine_that_is_kept(tmp_path: Path) -> None:
    texts, labels = made(110, 1, kinds={name: KINDS[name] for name in ("parcel", "refund")})
    model = train(texts, labels)
    assert model.ratios is not None
    assert share_right(train(texts, labels, seed=3), 4) > 0.2  # two of eight kinds are known to it
    again = load(keep(tmp_path / "two", model, {}))
    assert np.array_equal(again.probabilities(texts[:9]), model.probabilities(texts[:9]))


def test_beyond_so_many_texts_some_are_landmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machines, "MOST_WHOLE", 100)
    monkeypatch.setattr(machines, "MOST_LANDMARKS", 80)
    model = train(*made(60, 1))
    assert len(model.kernel.landmarks) == 80
    assert share_right(model) > 0.85


def test_few_labels_are_told_by_how_a_text_sounds_too() -> None:
    texts, _ = made(8, 1)
    labels = ["asks" if place % 2 else "says" for place in range(len(texts))]
    texts = [f"{text}?" if label == "asks" else f"{text}." for text, label in zip(texts, labels, strict=True)]
    model = train(texts, labels)
    assert model.toned
    assert [each.label for each in model.tell(["zebra?", "zebra."])] == ["asks", "says"]


def test_groups_stay_whole_in_folds() -> None:
    labels, groups = ["a", "b"] * 20, [str(place // 4) for place in range(40)]
    folds = folds_of(labels, groups, 4, 0)
    assert all(len({folds[place] for place in range(40) if groups[place] == group}) == 1 for group in set(groups))
    turned = folds_of(labels, None, 4, 0)
    assert [np.bincount(turned[np.asarray(labels) == each]).tolist() for each in "ab"] == [[5] * 4] * 2


def test_figures_of_each_label_come_worst_first() -> None:
    truth = ["a", "a", "a", "b", "b", "c"]
    told = ["a", "a", "b", "b", "b", None]
    rows = by_label(truth, told)
    assert [each.label for each in rows] == ["c", "a", "b"]
    worst, first, second = rows
    assert (worst.precision, worst.recall, worst.f1, worst.mistaken_for) == (None, 0.0, 0.0, None)
    assert (first.recall, first.mistaken_for) == (pytest.approx(2 / 3), "b")
    assert second.precision_low is not None
    assert second.precision_low < 2 / 3 < 1.0


def test_a_learning_curve_rises() -> None:
    points = learning_curve(*made(60, 1), lambda texts, labels: train(texts, labels), shares=(0.05, 1.0))
    assert [each.n_train for each in points] == [19, 384]
    assert points[1].accuracy > points[0].accuracy + 0.1
    assert points[0].low < points[0].accuracy < points[0].high
