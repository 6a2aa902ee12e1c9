"""What holds for any text: what is not masked stays, spans are in order, masking twice changes nothing, time grows with length."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from heed.text.masking.mask import KINDS, mask

LINES = [
    json.loads(row)["line"]
    for row in (Path(__file__).parents[1] / "keys" / "masking.jsonl").read_text(encoding="utf-8").splitlines()
]
PIECES = st.sampled_from([piece for line in LINES[::3] for piece in (line, *line.split(" "))])
TEXTS = st.one_of(
    st.text(max_size=200), st.lists(PIECES, max_size=8).map(" ".join), st.lists(PIECES, max_size=5).map("".join)
)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_what_is_not_masked_stays_as_it_was_and_spans_are_in_order(text: str) -> None:
    found = mask(text)
    rest, at = found.text, 0
    for span in found.spans:
        assert at <= span.start < span.end <= len(text)
        kept = text[at : span.start] + f"[{span.kind}]"
        assert rest.startswith(kept)
        rest, at = rest[len(kept) :], span.end
        assert span.kind in KINDS
    assert rest == text[at:]


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_masking_what_is_masked_changes_nothing(text: str) -> None:
    once = mask(text).text
    again = mask(once)
    assert again.text == once
    assert again.spans == ()


def test_every_line_of_the_key_is_masked_once_for_all() -> None:
    for line in LINES:
        once = mask(line).text
        assert mask(once).text == once


PIECES_OF_ALL = [
    "a", "A", "A ", "Aa ", "1", "1 ", "1-", "a.", "a@", "@a.", ":", "a:", "1.", "A1 ", "x ", "eins ", "my name is ", "Anna Smith ",
    "http://a", "card 1 ", "DE12 ", "12 Rue ", "Calle Mayor ", "Mr ", "O'", "a at b ", "a (at) ", "dot a ", "0171 23 ", "*", "- ",
    "regards, ", "A-", "van der ", "?a=", "account ", "+", "(", "12 a ", "born 1 May ", "A.", "12, Aa, ", "[NAME] ",
]  # fmt: skip


@pytest.mark.parametrize("piece", PIECES_OF_ALL)
def test_time_grows_with_length_and_no_faster(piece: str) -> None:
    """Ten times the length must not take a hundred times as long, whatever it is made of (measured in the process's own time)."""
    mask(piece * 10)
    short, long = (_seconds(piece, size) for size in (3_000, 30_000))
    assert long < 40 * max(short, 0.01)


def test_a_line_of_100_kilobytes_that_begins_everything_and_ends_nothing() -> None:
    text = ("".join(PIECES_OF_ALL) * 400)[:100_000]
    begun = time.process_time()
    mask(text)
    assert time.process_time() - begun < 60


def _seconds(piece: str, size: int) -> float:
    """The least of three: a process that holds much stops now and then to look at all of it, whoever's turn it is."""
    text = (piece * (size // len(piece) + 1))[:size]
    spent = []
    for _each in range(3):
        begun = time.process_time()
        mask(text)
        spent.append(time.process_time() - begun)
    return min(spent)
