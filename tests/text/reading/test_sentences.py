"""Where sentences end, and where they only seem to."""

from itertools import pairwise

import pytest

from heed.text.reading.sentences import sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Dr. Smith called at 3.5 pm. He was rude.", ["Dr. Smith called at 3.5 pm.", "He was rude."]),
        ("We waited, e.g. for hours, etc. Then we left.", ["We waited, e.g. for hours, etc.", "Then we left."]),
        ("J. R. Smith wrote. Ok.", ["J. R. Smith wrote.", "Ok."]),
        ("See heed.example.com/a.b?c=d. It is v1.2.3.", ["See heed.example.com/a.b?c=d.", "It is v1.2.3."]),
        ("z.B. die App geht nicht. Sonst gut.", ["z.B. die App geht nicht.", "Sonst gut."]),
        ("Ich war am 3. Mai da. Die 2. Mahnung kam.", ["Ich war am 3. Mai da.", "Die 2. Mahnung kam."]),
        ("Er kam am 3.5. um 8 Uhr. Er war nett.", ["Er kam am 3.5. um 8 Uhr.", "Er war nett."]),
        ("I paid 20. They charged 25.", ["I paid 20.", "They charged 25."]),
        ("1. Slow\n2. Rude\n3. Expensive", ["1. Slow", "2. Rude", "3. Expensive"]),
        ("- slow app\n- no help", ["- slow app", "- no help"]),
        ("Great service 😊 The staff was nice 👍👍 thanks", ["Great service 😊", "The staff was nice 👍👍 thanks"]),
        ("Nice! 😊😊 Thanks", ["Nice! 😊😊", "Thanks"]),
        (
            "Really?!? I can't believe it ... and so on... Yes.",
            ["Really?!?", "I can't believe it ... and so on...", "Yes."],
        ),
        ("„Wirklich?“ fragte sie. Ja.", ["„Wirklich?“ fragte sie.", "Ja."]),
        ("i called. nobody answered. bad.", ["i called.", "nobody answered.", "bad."]),
        ("Done.Thanks a lot", ["Done.", "Thanks a lot"]),
        ("no punctuation at all just words", ["no punctuation at all just words"]),
        ("This line\nwas only broken. Yes", ["This line\nwas only broken.", "Yes"]),
        ("مرحبا. كيف حالك؟ شكرا", ["مرحبا.", "كيف حالك؟", "شكرا"]),
        ("这很好。谢谢！", ["这很好。", "谢谢！"]),
        ("🙂🙂", ["🙂🙂"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_a_text_is_parted_at_its_sentences(text: str, parts: list[str]) -> None:
    assert split(text) == parts


@pytest.mark.parametrize("piece", ["a. ", "😊", " ", "word ", "\n", ".", "!?", "1. ", "[", "'", "("])
def test_a_huge_text_is_parted_and_nothing_is_lost(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    found = sentences(text)
    assert "".join("".join(text[start:end].split()) for start, end in found) == "".join(text.split())
    assert all(one[1] <= two[0] for one, two in pairwise(found))
