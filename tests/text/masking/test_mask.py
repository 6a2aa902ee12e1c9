"""What tells who somebody is is masked, and what only looks alike stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heed.text.masking.checks import is_card, is_iban
from heed.text.masking.mask import mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Call me on +49 30 901820 or 0171 2345678", "Call me on [PHONE] or [PHONE]"),
        ("Call 555-123-4567 or (212) 555-0123", "Call [PHONE] or [PHONE]"),
        ("Rückruf bitte unter 030/901820.", "Rückruf bitte unter [PHONE]."),
        ("write to a.b+c@mail.example.org, please", "write to [EMAIL], please"),
        ("anna (at) example.org", "[EMAIL]"),
        ("IBAN DE89 3704 0044 0532 0130 00 and so on", "IBAN [IBAN] and so on"),
        ("gb82west12345698765432", "[IBAN]"),
        ("card 4111 1111 1111 1111.", "card [CARD]."),
        ("card 4111-1111-1111-1112", "card 4111-1111-1111-1112"),
        ("number 4111-1111-1111-1112", "number 4111-1111-1111-1112"),
        ("from 192.168.0.1 or 2001:db8::1", "from [IP] or [IP]"),
        ("https://x.org/reset?token=abc123&x=1 and https://x.org/help", "[URL_TOKEN] and https://x.org/help"),
        ("My customer number is K-149764.", "My customer number is [ACCOUNT]."),
        ("Vertragsnummer: 4711-0815", "Vertragsnummer: [ACCOUNT]"),
        ("meter 12345678901", "meter 12345678901"),
        ("born on 12.03.1980 in Kiel", "born on [DATE_OF_BIRTH] in Kiel"),
        ("I live at 12 Baker Street, NW1 6XE now", "I live at [ADDRESS] now"),
        ("Hauptstraße 12a, 10115 Berlin", "[ADDRESS]"),
        ("Dear Mr Smith, thanks", "Dear Mr [NAME], thanks"),
        ("Mein Name ist Jörg Müller und ich warte", "Mein Name ist [NAME] und ich warte"),
        ("Viele Grüße, Tarek Gruber", "Viele Grüße, [NAME]"),
        ("I spoke to Zoe Maurer about it", "I spoke to [NAME] about it"),
        ("Hello Anna,\nwhere is it", "Hello [NAME],\nwhere is it"),
    ],
)
def test_who_somebody_is_is_masked(text: str, masked: str) -> None:
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "Hi there, please send it",
        "Dear team, is maintenance planned for tonight?",
        "Worst Airline. Never Again",
        "It cost 1,234,567.00 euros on 2024-03-01 at 17:30:15",
        "I waited 45 minutes, 3 times, in 2026",
        "Flight 1234 to row 12, gate 7",
        "Kind regards",
        "version 4.2.1 of the app",
        "",
    ],
)
def test_what_tells_nobody_stays(text: str) -> None:
    assert mask(text).text == text


def test_spans_are_code_points_of_the_text_as_it_came_in() -> None:
    text = "👍 ök: a@b.org, +49 30 901820"
    found = mask(text)
    assert [(text[span.start : span.end], span.kind) for span in found.spans] == [
        ("a@b.org", "EMAIL"),
        ("+49 30 901820", "PHONE"),
    ]


@given(st.text(max_size=300))
def test_any_text_can_be_masked_and_spans_never_overlap(text: str) -> None:
    found = mask(text)
    ends = [0, *(edge for span in found.spans for edge in (span.start, span.end)), len(text)]
    assert ends == sorted(ends)
    kept = len(text) - sum(span.end - span.start for span in found.spans)
    assert len(found.text) == kept + sum(len(span.kind) + 2 for span in found.spans)


def test_check_digits() -> None:
    assert is_card("4111111111111111")
    assert not is_card("4111111111111112")
    assert not is_card("0000000000000000")
    assert is_iban("DE89370400440532013000")
    assert not is_iban("DE88370400440532013000")
    assert not is_iban("XX89370400440532013000")
