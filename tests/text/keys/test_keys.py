"""The answer keys are whole: what is measured by them stands on lines and spans that exist."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

KEYS = Path(__file__).parent
KINDS = set(
    "PHONE EMAIL IBAN CARD NATIONAL_ID ADDRESS NAME DATE_OF_BIRTH ACCOUNT IP URL_TOKEN PLATE".split()  # noqa: SIM905
)
COUNTRIES = {"DE", "GB", "US", "FR", "ES", "NL"}


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (KEYS / name).read_text(encoding="utf-8").splitlines()]


def marked(kind: str) -> list[str]:
    return [
        row["line"][span["start"] : span["end"]]
        for row in rows("masking.jsonl")
        for span in row["spans"]
        if span["kind"] == kind
    ]


def test_masking_holds_500_lines_of_six_countries_and_a_good_part_without_spans() -> None:
    lines = rows("masking.jsonl")
    assert len(lines) == len({row["line"] for row in lines}) == 500
    assert {row["country"] for row in lines} == COUNTRIES
    assert all(set(row) == {"line", "country", "spans"} and "\n" not in row["line"] for row in lines)
    assert sum(not row["spans"] for row in lines) >= 150


def test_spans_of_masking_lie_within_their_line_in_order_and_tight() -> None:
    for row in rows("masking.jsonl"):
        last = 0
        for span in row["spans"]:
            assert set(span) == {"start", "end", "kind"}
            assert span["kind"] in KINDS
            assert last <= span["start"] < span["end"] <= len(row["line"]), row["line"]
            text = row["line"][span["start"] : span["end"]]
            assert text == text.strip(" \t,;:!?'<>{}|"), text
            last = span["end"]


def test_each_kind_is_met_at_least_forty_times_and_in_every_country() -> None:
    met = Counter((span["kind"], row["country"]) for row in rows("masking.jsonl") for span in row["spans"])
    assert {kind for kind, _ in met} == KINDS
    for kind in KINDS:
        each = [met[kind, country] for country in COUNTRIES]
        assert sum(each) >= 40
        assert min(each) > 0


def test_cards_and_ibans_of_masking_have_right_check_digits() -> None:
    for card in marked("CARD"):
        digits = [int(c) for c in reversed(card) if c.isdigit()]
        assert sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(digits)) % 10 == 0, card
    for iban in marked("IBAN"):
        plain = "".join(c for c in iban if c.isalnum())
        assert int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1, iban


def test_reading_holds_200_english_and_100_german_comments_with_every_label() -> None:
    comments = rows("reading.jsonl")
    assert len({row["text"] for row in comments}) == 300
    assert Counter(row["language"] for row in comments) == {"en": 200, "de": 100}
    for language in ("en", "de"):
        some = [row for row in comments if row["language"] == language]
        assert {row["urgency"] for row in some} == {row["effort"] for row in some} == {"high", "normal"}
        assert {row["churn"] for row in some} == {"at_risk", "none"}
        assert {a["sentiment"] for row in some for a in row["aspects"]} == {"positive", "negative", "neutral"}


def test_aspects_of_reading_are_the_words_at_their_place() -> None:
    for row in rows("reading.jsonl"):
        assert set(row) == {"text", "language", "urgency", "effort", "churn", "aspects"}
        assert 1 <= len(row["aspects"]) <= 3, row["text"]
        last = 0
        for aspect in row["aspects"]:
            assert set(aspect) == {"term", "start", "end", "sentiment"}
            assert last <= aspect["start"] < aspect["end"]
            assert row["text"][aspect["start"] : aspect["end"]] == aspect["term"]
            last = aspect["end"]
