"""Check digits: each with the example its source prints, and with one digit changed."""

from collections.abc import Callable

import pytest

from heed.text.masking import identities
from heed.text.masking.checks import is_card, is_iban, is_sure_card


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (identities.is_steuer_id, "86 095 742 719", "86 095 742 718"),
        (identities.is_sozial_nummer, "65 170839 J 003", "65 170839 J 004"),
        (identities.is_nhs, "943 476 5919", "943 476 5918"),
        (identities.is_ssn, "123-45-6789", "666-45-6789"),
        (identities.is_ssn, "912-78-1234", "912-10-1234"),
        (identities.is_nir, "2 55 08 14 168 025 38", "2 55 08 14 168 025 39"),
        (identities.is_nir, "1 85 05 2A 006 084 35", "1 85 05 2A 006 084 36"),
        (identities.is_dni, "12345678Z", "12345678A"),
        (identities.is_dni, "X-1234567-L", "X-1234567-M"),
        (identities.is_cif, "A58818501", "A58818502"),
        (identities.is_bsn, "111222333", "111222334"),
        (identities.is_pesel, "44051401359", "44051401358"),
        (identities.is_rijksregister, "85.07.30-033.28", "85.07.30-033.29"),
        (identities.is_personnummer, "811228-9874", "811228-9873"),
        (identities.is_cpr, "211062-5629", "321362-5629"),
        (identities.is_hetu, "131052-308T", "131052-308U"),
        (identities.is_ahv, "756.9217.0769.85", "756.9217.0769.86"),
    ],
)
def test_check_digits(check: Callable[[str], bool], right: str, wrong: str) -> None:
    assert check(right)
    assert not check(wrong)
    assert not check("")


def test_cards_and_accounts() -> None:
    assert is_card("4111111111111111")
    assert not is_card("4111111111111112")
    assert not is_card("0000000000000000")
    assert is_sure_card("378282246310005")
    assert not is_sure_card("353011133330000")  # fifteen digits, and no American Express: a device's number
    assert is_iban("DE89370400440532013000")
    assert not is_iban("DE88370400440532013000")
    assert not is_iban("XX89370400440532013000")
