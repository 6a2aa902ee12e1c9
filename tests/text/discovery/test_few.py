"""Few texts: fewer, larger themes by the words they share, and the rest plainly in none."""

import pytest

from heed.text.discovery.anchoring import refit
from heed.text.discovery.finding import discover, discovered
from tests.text.discovery.test_finding import KINDS, planted

ANSWERS = (
    *("The delivery came late again", "Late delivery, no call", "My delivery was two days late", "Delivery late"),
    *("Invoice wrong twice", "I was sent a wrong invoice", "The invoice is not clear", "Invoice amount wrong"),
    *("Friendly people", "Good", "It works", "Fine so far", "Nothing to say", "I moved house"),
)


def test_a_page_of_answers_is_parted_by_the_words_they_share() -> None:
    found = discovered(ANSWERS)
    assert [theme.size for theme in found.themes] == [4, 4]
    assert {theme.words[0].split()[0] for theme in found.themes} <= {"delivery", "late", "invoice", "wrong"}
    assert len(set(found.places[:4].tolist())) == len(set(found.places[4:8].tolist())) == 1
    assert found.places[8:].tolist() == [-1] * 6
    # What is kept by the product from week to week asks for more.
    assert discover(ANSWERS)[0] == []
    assert refit((), ANSWERS, [None] * len(ANSWERS)).themes == ()


@pytest.mark.parametrize("each", [8, 12, 20])
def test_thirty_to_eighty_texts_of_four_kinds(each: int) -> None:
    texts, kinds = planted(each)
    found = discovered(texts)
    assert 3 <= len(found.themes) <= 6
    right = 0
    for place in range(len(found.themes)):
        inside = [kind for kind, of in zip(kinds, found.places, strict=True) if of == place]
        right += max(inside.count(kind) for kind in range(len(KINDS)))
    assert right >= 0.9 * int((found.places >= 0).sum())
    assert right >= 0.6 * len(texts)


MIXED = (
    *("the invoice is wrong", "invoice wrong again", "a wrong invoice") * 2,
    *("die Rechnung ist falsch", "falsche Rechnung", "Rechnung schon wieder falsch") * 2,
    *("la facture est fausse", "facture erronée", "encore une facture fausse") * 2,
    *("la factura está mal", "factura incorrecta", "otra vez la factura") * 2,
    *("la fattura è sbagliata", "fattura errata", "ancora una fattura") * 2,
)


def test_five_languages_are_parted_by_their_words() -> None:
    found = discovered(MIXED)
    told = {word for theme in found.themes for word in theme.words}
    assert len({"invoice", "rechnung", "facture", "factura", "fattura"} & told) >= 4


@pytest.mark.parametrize("texts", [["one row"], ["same words here"] * 30, [""] * 30, ["lorem ipsum " * 5000]])
def test_one_row_equal_rows_empty_rows_and_one_long_one_have_no_themes(texts: list[str]) -> None:
    found = discovered(texts)
    assert found.themes == ()
    assert found.places.tolist() == [-1] * len(texts)


def test_a_long_text_among_short_ones_changes_nothing_for_them() -> None:
    texts, kinds = planted(40)
    found = discovered([*texts, " ".join(texts * 10)])
    assert len(found.themes) == len(KINDS)
    assert len({(kind, int(place)) for kind, place in zip(kinds, found.places, strict=False)}) == len(KINDS)
    assert found.places[-1] == -1
