"""The answer keys are whole: what is measured by them stands on lines and spans that exist."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

KEYS = Path(__file__).parent
KINDS = set(
    "PHONE EMAIL IBAN CARD NATIONAL_ID ADDRESS NAME DATE_OF_BIRTH ACCOUNT IP URL_TOKEN PLATE".split()  # noqa: SIM905
)
SIX = {"DE", "GB", "US", "FR", "ES", "NL"}
OTHER_SIX = {"GB", "US", "DE", "FR", "IT", "ES"}
TEN = SIX | {"IT", "AT", "CH", "IE"}
LINES = {  # lines, countries, spans of each kind at least, lines without a span at least
    "masking.jsonl": (500, SIX, 40, 150),
    "masking_second.jsonl": (500, SIX, 40, 150),
    "masking_third.jsonl": (500, TEN, 35, 190),
    "masking_fourth.jsonl": (300, TEN | {"CA", "AU", "BR", "BE", "MX", "PL", "SE", "PT"}, 20, 100),
    "masking_fifth.jsonl": (500, OTHER_SIX, 35, 180),
    "masking_sixth.jsonl": (500, OTHER_SIX, 35, 190),
}
MASKING = tuple(LINES)
READING = ("reading.jsonl", "reading_second.jsonl", "reading_third.jsonl")
LANGUAGES = {
    "reading.jsonl": {"en": 200, "de": 100},
    "reading_second.jsonl": {"en": 149, "de": 89, "fr": 20, "es": 21, "it": 21},
    "reading_third.jsonl": {"en": 134, "de": 80, "fr": 28, "es": 29, "it": 29},
}

each_masking = pytest.mark.parametrize("name", MASKING)
each_reading = pytest.mark.parametrize("name", READING)


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (KEYS / name).read_text(encoding="utf-8").splitlines()]


def marked(name: str, kind: str) -> list[str]:
    return [
        row["line"][span["start"] : span["end"]] for row in rows(name) for span in row["spans"] if span["kind"] == kind
    ]


@each_masking
def test_masking_holds_its_lines_and_countries_and_a_good_part_without_spans(name: str) -> None:
    lines = rows(name)
    expected, countries, _, without = LINES[name]
    assert len(lines) == len({row["line"] for row in lines}) == expected
    assert {row["country"] for row in lines} == countries
    assert all(set(row) == {"line", "country", "spans"} and "\n" not in row["line"] for row in lines)
    assert sum(not row["spans"] for row in lines) >= without


@each_masking
def test_spans_of_masking_lie_within_their_line_in_order_and_tight(name: str) -> None:
    for row in rows(name):
        last = 0
        for span in row["spans"]:
            assert set(span) == {"start", "end", "kind"}
            assert span["kind"] in KINDS
            assert last <= span["start"] < span["end"] <= len(row["line"]), row["line"]
            text = row["line"][span["start"] : span["end"]]
            assert text == text.strip(" \t,;:!?'<>{}|"), text
            last = span["end"]


@each_masking
def test_each_kind_is_met_often_and_in_every_country_of_the_longer_keys(name: str) -> None:
    met = Counter((span["kind"], row["country"]) for row in rows(name) for span in row["spans"])
    expected, countries, least, _ = LINES[name]
    assert {kind for kind, _ in met} == KINDS
    for kind in KINDS:
        each = [met[kind, country] for country in countries]
        assert sum(each) >= least
        assert min(each) > 0 or expected < 500


@each_masking
def test_cards_and_ibans_of_masking_have_right_check_digits(name: str) -> None:
    for card in marked(name, "CARD"):
        digits = [int(c) for c in reversed(card) if c.isdigit()]
        assert sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)) % 10 == 0, card
    for iban in marked(name, "IBAN"):
        plain = "".join(c for c in iban if c.isalnum())
        assert int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1, iban


def test_no_line_stands_in_two_masking_keys() -> None:
    lines = [row["line"] for name in MASKING for row in rows(name)]
    assert len(lines) == len(set(lines))


@each_reading
def test_reading_holds_300_comments_and_every_label_in_each_language(name: str) -> None:
    comments = rows(name)
    assert len({row["text"] for row in comments}) == 300
    assert Counter(row["language"] for row in comments) == LANGUAGES[name]
    for language in LANGUAGES[name]:
        some = [row for row in comments if row["language"] == language]
        assert {row["urgency"] for row in some} == {row["effort"] for row in some} == {"high", "normal"}
        assert {row["churn"] for row in some} == {"at_risk", "none"}
        assert {a["sentiment"] for row in some for a in row["aspects"]} == {"positive", "negative", "neutral"}


def test_no_comment_stands_in_two_reading_keys() -> None:
    comments = [row["text"] for name in READING for row in rows(name)]
    assert len(comments) == len(set(comments))


@each_reading
def test_aspects_of_reading_are_the_words_at_their_place(name: str) -> None:
    for row in rows(name):
        assert set(row) == {"text", "language", "urgency", "effort", "churn", "aspects"}
        assert 1 <= len(row["aspects"]) <= 3, row["text"]
        last = 0
        for aspect in row["aspects"]:
            assert set(aspect) == {"term", "start", "end", "sentiment"}
            assert last <= aspect["start"] < aspect["end"]
            assert row["text"][aspect["start"] : aspect["end"]] == aspect["term"]
            last = aspect["end"]
