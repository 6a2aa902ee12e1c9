"""Language, sentiment, themes: what an analyzer says of texts, trained and untrained, and what is kept of a model."""

import json
from pathlib import Path

import numpy as np
import pytest

from heed.core.errors.rules import Refused, Unavailable
from heed.text.analyzer import SENTIMENTS, TextAnalyzer
from heed.text.builtin import Builtin
from heed.text.discovery.finding import discover
from heed.text.discovery.lineage import keep_keys
from heed.text.evaluation import evaluate
from heed.text.language import languages_of
from heed.text.lexicon import judge_by_lexicon
from heed.text.registry import fingerprint, keep_sentiment, load_sentiment
from heed.text.sentiment import SentimentModel, train_sentiment
from heed.text.themes import FoundTheme, ThemeWords, compiled, looked_for

GOOD = [
    "lovely friendly crew",
    "great flight and kind staff",
    "thanks, quick and easy",
    "best service ever",
    "so happy with it",
]
BAD = [
    "rude and slow staff",
    "terrible delay, lost my bag",
    "worst call ever",
    "still no refund, awful",
    "angry about the fee",
]
PLAIN = [
    "when does it open",
    "which gate is it",
    "is there a form for that",
    "what are your hours",
    "how do I change my address",
]


def labelled(many: int = 30) -> tuple[list[str], list[str]]:
    chance = np.random.default_rng(0)
    texts, labels = [], []
    for label, parts in (("positive", GOOD), ("negative", BAD), ("neutral", PLAIN)):
        for _ in range(many):
            words = " ".join(str(part) for part in chance.choice(parts, 2)).split()
            texts.append(" ".join(chance.choice(words, 3, replace=False)))
            labels.append(label)
    return texts, labels


@pytest.fixture(scope="module")
def model() -> SentimentModel:
    return train_sentiment(*labelled())


def test_languages_are_told_and_thin_texts_are_not() -> None:
    told = languages_of(
        [
            "The internet has been down since yesterday",
            "Das Internet geht seit gestern nicht",
            "ok",
            "",
            "[NAME] [EMAIL] 12345",
        ]
    )
    assert [each.language for each in told] == ["en", "de", "und", "und", "und"]
    assert told[0].confidence > 0.8
    assert told[2].confidence == 0.0


@pytest.mark.parametrize(
    ("text", "language", "sentiment"),
    [
        ("The staff was very friendly and helpful", "en", "positive"),
        ("The staff was not friendly", "en", "negative"),
        ("Never had a bad day with you", "en", "positive"),
        ("What are your phone hours?", "en", "neutral"),
        ("Der Berater war sehr freundlich", "de", "positive"),
        ("Der Berater war nicht freundlich", "de", "negative"),
        ("Eine Frechheit, nie wieder", "de", "negative"),
    ],
)
def test_the_lexicon_knows_negation(text: str, language: str, sentiment: str) -> None:
    (told,) = judge_by_lexicon([text], [language])
    assert told.sentiment == sentiment
    assert told.confidence <= 0.9


def test_a_score_decides_where_words_say_nothing() -> None:
    told = judge_by_lexicon(["the shop in the main street"] * 3, ["en"] * 3, [0.0, None, 1.0])
    assert [each.sentiment for each in told] == ["negative", "neutral", "positive"]
    assert max(each.confidence for each in told) < 0.5


def test_a_trained_model_tells_what_it_learnt_with_probabilities(model: SentimentModel) -> None:
    probabilities = model.probabilities(["friendly and quick, thanks", "awful delay, rude", "which gate"])
    assert [SENTIMENTS[place] for place in probabilities.argmax(axis=1)] == ["positive", "negative", "neutral"]
    assert probabilities.sum(axis=1) == pytest.approx(1.0)
    assert model.unseen_accuracy > 0.9


def test_training_is_repeatable(model: SentimentModel) -> None:
    again = train_sentiment(*labelled())
    assert np.array_equal(again.classifier.line.weights, model.classifier.line.weights)
    assert again.words.terms == model.words.terms


def test_two_classes_are_enough_and_the_third_is_never_told() -> None:
    texts, labels = labelled()
    kept = [place for place, label in enumerate(labels) if label != "neutral"]
    found = train_sentiment([texts[place] for place in kept], [labels[place] for place in kept])
    assert found.probabilities(["which gate"])[0, 1] == 0.0
    assert found.judge(["rude and slow"])[0].sentiment == "negative"


def test_too_few_labels_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        train_sentiment(["good"] * 20, ["positive"] * 20)
    assert refused.value.code == "too_few_labels"


def test_a_kept_model_is_the_same_when_loaded_and_refused_when_changed(model: SentimentModel, tmp_path: Path) -> None:
    keep_sentiment(tmp_path, "linear.1", model, {"rows": 90})
    loaded = load_sentiment(tmp_path, "linear.1")
    texts = [*GOOD, *BAD, *PLAIN]
    assert np.array_equal(loaded.probabilities(texts), model.probabilities(texts))
    card = json.loads((tmp_path / "linear.1" / "card.json").read_text())
    assert card["rows"] == 90
    (tmp_path / "linear.1" / "terms.json").write_text("{}")
    with pytest.raises(Unavailable) as refused:
        load_sentiment(tmp_path, "linear.1")
    assert refused.value.code == "model_broken"
    with pytest.raises(Unavailable):
        load_sentiment(tmp_path, "linear.2")
    assert [path.name for path in tmp_path.iterdir()] == ["linear.1"]


def test_a_fingerprint_knows_rows_not_their_order() -> None:
    rows = [("a", "positive"), ("b", "negative")]
    assert fingerprint(rows) == fingerprint(rows[::-1])
    assert fingerprint(rows) != fingerprint(rows[:1])


THEMES = (
    ThemeWords("billing", ("bill", "invoice*", "direct debit", "*rechnung*")),
    ThemeWords("app", ("app", "log in")),
)


def test_themes_are_found_with_the_words_that_show_them() -> None:
    text = "My Invoices are wrong, the direct  debit too. The apple is fine."
    (hit,) = compiled(THEMES).hits(text)
    assert (hit.key, text[hit.start : hit.end], hit.confidence) == ("billing", "Invoices", 0.8)
    german = "Die Monatsrechnungen in der App"
    hits = compiled(THEMES).hits(german)
    assert {hit.key: german[hit.start : hit.end] for hit in hits} == {"billing": "Monatsrechnungen", "app": "App"}
    assert compiled(THEMES).hits("billiards") == []


def test_a_found_theme_needs_enough_of_its_words() -> None:
    theme = FoundTheme("found-1", "reboot", ("firmware", "reboots every"), (0.6, 0.4), 0.6, 10)
    looked = looked_for((theme,))
    assert [hit.key for hit in looked.hits("New FIRMWARE is bad")] == ["found-1"]
    assert looked.hits("it reboots every day") == []
    assert looked_for(()).hits("anything") == []


def test_clusters_are_named_by_their_words_and_keep_their_keys() -> None:
    chance = np.random.default_rng(1)
    kinds = (
        ["parcel", "courier", "doorstep", "delivered"],
        ["password", "locked", "reset", "login"],
        ["noise", "fan", "loud", "night"],
    )
    texts = [" ".join(chance.choice(words, 3, replace=False)) for words in kinds for _ in range(80)]
    found, places = discover(texts, k=3)
    assert len(found) == 3
    assert all(set(theme.words[0].split()) <= {word for words in kinds for word in words} for theme in found)
    assert [len(set(places[start : start + 80].tolist())) for start in (0, 80, 160)] == [1, 1, 1]
    again, _ = discover(texts[:-5], k=3, seed=3, known=found)
    assert {theme.key for theme in again} == {theme.key for theme in found}
    assert keep_keys([], found) == []


def test_thin_texts_give_no_clusters() -> None:
    found, places = discover(["one", "two"])
    assert found == []
    assert places.tolist() == [-1, -1]


def test_an_analyzer_says_all_of_it_at_once() -> None:
    analyzer: TextAnalyzer = Builtin("lexicon.1+test", THEMES)
    good, odd = analyzer.analyze(["Thanks! The invoice was right at once. Kind regards, Anna Maurer", "🙂"])
    assert (good.language, good.sentiment, [hit.key for hit in good.themes]) == ("en", "positive", ["billing"])
    assert good.masked.endswith("[NAME]")
    assert odd.language == "und"
    assert analyzer.analyze([]) == []


def test_evaluation_asks_for_the_truth_last() -> None:
    texts, labels = labelled()
    order: list[str] = []

    def truth() -> list[str]:
        order.append("truth")
        return labels

    told = evaluate(texts, labels, texts, truth)
    assert order == ["truth"]
    assert told["accuracy"] > 0.95
    assert told["accuracy_interval"][0] < told["accuracy"] <= told["accuracy_interval"][1]
    with pytest.raises(Refused):
        evaluate(["a", "b"], ["x", "x"], ["c"], lambda: ["x"])
