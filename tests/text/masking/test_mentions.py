"""Names as texts mention them in passing, and look-alikes that stay."""

import pytest

from heed.text.masking.known import is_last
from heed.text.masking.mask import mask


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("she said Grant told her so", "she said [NAME] told her so"),
        ("Charlotte at the front desk was sweet", "[NAME] at the front desk was sweet"),
        ("my twins (Ava & Matteo)", "my twins ([NAME] & [NAME])"),
        ("please tell Wojtek from dispatch", "please tell [NAME] from dispatch"),
        ("Booked under Featherstonehaugh", "Booked under [NAME]"),
        ("I, Peregrine Ashdown, hereby cancel", "I, [NAME], hereby cancel"),
        ("PAX NGUYEN/THI MAI MRS", "PAX [NAME] MRS"),
        ("COGNOME FERRERO NOME CHIARA NATA IL", "COGNOME [NAME] NOME [NAME] NATA IL"),
        ("Nr;Kowalczyk;Anna-Lena;Bautzen", "Nr;[NAME];[NAME];Bautzen"),
        ("yes its tyler boyce again", "yes its [NAME] again"),
        ("sent from my phone – marcus", "sent from my phone – [NAME]"),
        ("ich heisse nicht Maier sondern Mayr", "ich heisse nicht [NAME] sondern [NAME]"),
        ("buzzer is wrong, it says Murphy", "buzzer is wrong, it says [NAME]"),
        ("born 7 Oct 1989 in Hull, moved 12 Oct 2009", "born [DATE_OF_BIRTH] in Hull, moved 12 Oct 2009"),
        ("caller: mrs p. okonkwo", "caller: mrs [NAME]"),
        ("Ansprechpartnerin ist Frau von und zu Hohenfels", "Ansprechpartnerin ist Frau [NAME]"),
    ],
)
def test_names_told_in_passing_are_masked(text: str, masked: str) -> None:
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "can I have a card sent to China?",
        "at the ATM in Notting Hill",
        "change the pin of my account to be 1234",
        "rent a car from january 01, 2021 to january 30, 2021",
        "it is a 5 hr drive",
        "what name is saved for me",
        "see https://t.co/m2g5tP26fX, no longer a customer",
        "Dear Valued Customer",
        "Conor Pass closed",
        "BP 138/82, no changes",
    ],
)
def test_what_looks_like_a_name_or_a_number_stays(text: str) -> None:
    assert mask(text).text == text


@pytest.mark.parametrize(
    "name", ["McGillicuddy", "O'Hanrahan", "Petrović", "Wrzesniewski", "Dijkgraafstra", "Papadopoulos", "Obermaier"]
)
def test_surnames_are_told_by_their_form(name: str) -> None:
    assert is_last(name)


@pytest.mark.parametrize("word", ["Fachmann", "Orchestra", "Feuerwehrmann", "Extra", "Maestra"])
def test_words_that_end_like_surnames_are_none(word: str) -> None:
    assert not is_last(word)
