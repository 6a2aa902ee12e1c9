"""Urgency, effort, leaving, intent and aspects of single texts; and that batches, sizes and scripts change nothing."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heed.text.analyzer import SENTIMENTS, Analysis
from heed.text.builtin import Builtin
from heed.text.reading.judging import weights
from heed.text.reading.reader import READER, read
from heed.text.themes import ThemeWords

LINES = Path(__file__).with_name("lines.jsonl")
ANALYZER = Builtin("lexicon.1+reading", (ThemeWords("billing", ("invoice*", "rechnung*")),))


def labels(text: str, language: str = "en") -> tuple[str, str, str]:
    told = read(text, language).judgement
    return tuple(each.value if each else "" for each in (told.urgency, told.effort, told.churn))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("I need the new card by tomorrow", "en", ("high", "normal", "none")),
        ("Ich brauche die Karte bis morgen", "de", ("high", "normal", "none")),
        ("This is the fourth time I call about it", "en", ("normal", "high", "none")),
        ("Ich rufe zum vierten Mal an", "de", ("normal", "high", "none")),
        ("Please cancel my contract", "en", ("normal", "normal", "at_risk")),
        ("Ich kündige meinen Vertrag", "de", ("normal", "normal", "at_risk")),
        # Denied.
        ("It is not urgent, no rush", "en", ("normal", "normal", "none")),
        ("Es eilt nicht", "de", ("normal", "normal", "none")),
        ("I never had to call twice", "en", ("normal", "normal", "none")),
        ("Deshalb kündige ich nicht", "de", ("normal", "normal", "none")),
        # Only supposed.
        ("If I ever wanted to cancel my contract, what would it cost?", "en", ("normal", "normal", "none")),
        ("Falls ich einmal kündigen wollte, welche Frist gilt?", "de", ("normal", "normal", "none")),
        # Somebody else.
        ("My neighbour cancelled her contract with you", "en", ("normal", "normal", "none")),
        ("Meine Nachbarin hat letztes Jahr gekündigt", "de", ("normal", "normal", "none")),
        ("My wife and I are both leaving for a cheaper network", "en", ("normal", "normal", "at_risk")),
        # Over, and well.
        ("It was urgent at the time, that was weeks ago", "en", ("normal", "normal", "none")),
        ("I wanted to cancel my contract, but I am staying with you", "en", ("normal", "normal", "none")),
        ("Ich wollte schon kündigen, aber ich bleibe bei Ihnen", "de", ("normal", "normal", "none")),
        # Another thing is cancelled.
        ("Please cancel my order", "en", ("normal", "normal", "none")),
        ("You cancelled my flight", "en", ("normal", "normal", "none")),
    ],
)
def test_what_presses_costs_and_drives_away(text: str, language: str, expected: tuple[str, str, str]) -> None:
    assert labels(text, language) == expected


@pytest.mark.parametrize(
    ("text", "language", "intent"),
    [
        ("Please send me a copy of the invoice", "en", "request"),
        ("How long does a transfer take?", "en", "question"),
        ("Thank you, great service!", "en", "praise"),
        ("The app crashes and does not start", "en", "fault"),
        ("I want to close my account", "en", "cancellation"),
        ("The agent was rude and the room dirty", "en", "complaint"),
        ("Wie lange dauert eine Überweisung?", "de", "question"),
        ("Vielen Dank, alles prima", "de", "praise"),
    ],
)
def test_what_is_wanted(text: str, language: str, intent: str) -> None:
    told = read(text, language).judgement.intent
    assert told is not None
    assert told.value == intent
    assert 0.2 < told.confidence < 1


def test_nothing_is_wanted_where_nothing_is_said() -> None:
    assert read("", "und").judgement.intent is None
    assert read("Bus line 12", "en").judgement.intent is None


def test_the_words_that_show_a_label_are_told() -> None:
    text = "Hello. I will cancel my contract, this is the third time I call!"
    told = read(text, "en").judgement
    assert told.churn and told.effort and told.urgency
    assert "cancel" in text[told.churn.start : told.churn.end]
    assert text[told.effort.start : told.effort.end].startswith("third time")
    assert (told.urgency.start, told.urgency.end) == (0, 0)


def test_what_is_thought_of_what() -> None:
    text = "The staff was friendly, but the room was dirty."
    found = {each.term: (each.sentiment, text[each.start : each.end]) for each in read(text, "en").aspects}
    assert found == {"staff": ("positive", "staff"), "room": ("negative", "room")}
    german = "Das Personal war sehr freundlich, aber das Zimmer schmutzig."
    assert [(each.term, each.sentiment) for each in read(german, "de").aspects] == [
        ("personal", "positive"),
        ("zimmer", "negative"),
    ]


def test_words_of_the_taxonomy_are_aspects_with_their_theme() -> None:
    (told,) = ANALYZER.analyze(["The invoices were wrong"])
    assert [(each.term, each.category, each.sentiment) for each in told.aspects] == [
        ("invoices", "billing", "negative")
    ]


def test_each_sentence_sounds_by_itself() -> None:
    (told,) = ANALYZER.analyze(["The staff was great. The room was awful and dirty. It is in the north."])
    assert [each.sentiment for each in told.sentences] == ["positive", "negative", "neutral"]
    assert [told.masked[each.start : each.end] for each in told.sentences][1] == "The room was awful and dirty."


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "🙂🙂", "👍", "مرحبا، الخدمة سيئة جدا. أريد إلغاء العقد", "שלום, השירות מצוין", "İSTANBUL’da güzel",
        "[NAME] [EMAIL]", "\u200f\u202e", "ﬀ ﬁ", "\ud83d", "a" * 5000, "cancel " * 3000, "not " * 5000, "((((", "N N N",
    ],
)  # fmt: skip
def test_odd_texts_are_read(text: str) -> None:
    (told,) = ANALYZER.analyze([text])
    check(told)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("CANCEL MY CONTRACT NOW, THIS IS THE FIFTH TIME I CALL", "en", ("normal", "high", "at_risk")),
        ("https://a.example/cancel?now=urgent http://b.example/third-time", "und", ("normal", "normal", "none")),
        ("[NAME] called [PHONE] five times and nobody answered [EMAIL]", "en", ("normal", "high", "none")),
        ("Danke schön! But I have been waiting for three weeks, c'est trop.", "en", ("normal", "high", "none")),
        ("- nice\n- the baby has no heating\n- I wrote six times\n- we move to another bank", "en", ("high", "high", "at_risk")),
        ("الخدمة سيئة. I will cancel my contract.", "und", ("normal", "normal", "at_risk")),
        ("🙂😡👍🏽", "und", ("normal", "normal", "none")),
        ("The letter said “urgent”, it was an advert.", "en", ("normal", "normal", "none")),
        # Ideas that meet.
        ("My grandmother has no heating since last night", "en", ("high", "normal", "none")),
        ("Nine emails and not one answer", "en", ("normal", "high", "none")),
        ("We are looking at other providers", "en", ("normal", "normal", "at_risk")),
        ("Seit drei Wochen warte ich auf eine Antwort", "de", ("normal", "high", "none")),
        ("J'ai appelé cinq fois et je change de banque", "fr", ("normal", "high", "at_risk")),
        ("Mi madre está sin calefacción", "es", ("high", "normal", "none")),
        ("Ho chiamato cinque volte, passo a un altro gestore", "it", ("normal", "high", "at_risk")),
        # And what undoes them.
        ("Not once did I have to call twice", "en", ("normal", "normal", "none")),
        ("Had I been forced to ring five times I would have been cross", "en", ("normal", "normal", "none")),
        ("We used to have to send every form twice", "en", ("normal", "normal", "none")),
        ("Our tenant says it is urgent, it can wait until spring", "en", ("normal", "normal", "none")),
        ("Take your time, it is only my baby without heating", "en", ("high", "normal", "none")),
        ("My daughter has switched and so am I", "en", ("normal", "normal", "at_risk")),
    ],
)  # fmt: skip
def test_texts_of_all_kinds_say_what_they_say(text: str, language: str, expected: tuple[str, str, str]) -> None:
    assert labels(text, language) == expected
    told = read(text, language).judgement
    for label in filter(None, (told.urgency, told.effort, told.churn)):
        assert bool(text[label.start : label.end].strip()) == (label.value not in ("normal", "none"))


def test_a_long_text_is_read() -> None:
    part = "I called twice about the invoice and nobody answered. The room was dirty! "
    told = read(part * (200_000 // len(part)), "en", [])
    assert told.judgement.effort and told.judgement.effort.value == "high"
    assert len(told.sentences) > 4_000
    assert [each.term for each in told.aspects] == ["invoice", "room"]  # once each, however often it is named


def check(told: Analysis) -> None:
    size = len(told.masked)
    for label in (told.urgency, told.effort, told.churn):
        if label is None:  # in a language there are no words for
            continue
        assert 0 <= label.start <= label.end <= size
        assert 0.5 <= label.confidence <= 0.98
    assert all(0 <= each.start < each.end <= size and each.sentiment in SENTIMENTS for each in told.aspects)
    ends = [0, *(each.end for each in told.sentences)]
    assert all(before <= each.start < each.end for before, each in zip(ends, told.sentences, strict=False))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 837), min_size=1, max_size=12), st.data())
def test_any_batches_give_the_same(places: list[int], data: st.DataObject) -> None:
    rows = [json.loads(line)["text"] for line in LINES.read_text(encoding="utf-8").splitlines()]
    texts = [rows[place % len(rows)] for place in places]
    whole = ANALYZER.analyze(texts)
    cut = data.draw(st.integers(0, len(texts)))
    assert [*ANALYZER.analyze(texts[:cut]), *ANALYZER.analyze(texts[cut:])] == whole
    assert [ANALYZER.analyze([text])[0] for text in texts] == whole


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_whatever_is_written_is_read(text: str) -> None:
    told = read(text, "und")
    assert all(0 <= start < end <= len(text) for start, end in told.sentences)
    assert all(text[each.start : each.end].strip() for each in told.aspects)


def test_the_weights_say_where_they_come_from() -> None:
    assert "lines.jsonl" in weights()["provenance"]["labels"]
    assert READER[0] == "r" and READER[1:].isdigit()
