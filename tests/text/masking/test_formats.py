"""Numbers of every published form in sentences of their country: each is found, whole, and as its kind."""

import random
import time
from collections.abc import Callable

import pytest

from heed.text.masking import identities
from heed.text.masking.checks import IBAN_LENGTHS, is_card
from heed.text.masking.mask import mask

# A digit #, a digit of two and up %, a letter of plates @, a consonant ~.
PHONES = {
    "DE": [
        "030 %#######",
        "0%0/%######",
        "(0%1) %## ## ##",
        "+49 (0)30 %######",
        "+49 170 %######",
        "0049 151 %#######",
        "0171/%######",
        "0171-%######",
        "0176 %## ## ## #",
        "+4915%########",
        "089 / %## ## ##-##",
        "(030) %######",
        "01522 %######",
        "0800 %######",
        "+49-89-%######",
        "05251 %#####-0",
        "040/%##.##.##",
        "030-%#######",
        "0176.%#######",
        "+49 (89) %######",
    ],
    "AT": [
        "+43 1 %######",
        "0664 %######",
        "0664/%## ## ##",
        "01/%######",
        "+43 (0)664 %######",
        "0043 676 %######",
        "0732 %#####",
        "+43 660 %## ## ##",
        "(01) %## ## ##",
    ],
    "CH": [
        "+41 44 %## ## ##",
        "079 %## ## ##",
        "044 %## ## ##",
        "0041 79 %## ## ##",
        "+41 (0)31 %## ## ##",
        "+4179%######",
        "079/%## ## ##",
        "(031) %## ## ##",
    ],
    "FR": [
        "06 ## ## ## ##",
        "01.4#.##.##.##",
        "+33 6 ## ## ## ##",
        "+33 (0)1 4# ## ## ##",
        "07########",
        "0033 6 ## ## ## ##",
        "01-4#-##-##-##",
        "+336########",
        "06/##/##/##/##",
        "(01) 4# ## ## ##",
        "06 ### ### ##",
    ],
    "IT": [
        "+39 06 %#######",
        "333 %######",
        "+39 347 %######",
        "02 %#######",
        "347-%######",
        "0039 340 %######",
        "(06) %#######",
        "331 %## ## ##",
        "06/%#######",
        "+39 02 %### ####",
        "340.%## ## ##",
        "081 %######",
    ],
    "ES": [
        "6## ## ## ##",
        "91 %## ## ##",
        "+34 6## ### ###",
        "0034 93 %## ## ##",
        "6########",
        "912 ### ###",
        "(+34) 6## ## ## ##",
        "6##-###-###",
        "93.%##.##.##",
        "+34-6##-######",
        "+34 91# ## ## ##",
    ],
    "NL": [
        "06-%#######",
        "06 %### ## ##",
        "020-%## ## ##",
        "+31 6 %### ####",
        "0031 6 %#######",
        "+31 (0)20 %## ## ##",
        "010 %######",
        "(020) %## ## ##",
        "+316%#######",
        "0345-%#####",
        "06 %# ## ## ##",
    ],
    "BE": [
        "0470 ## ## ##",
        "+32 470 ## ## ##",
        "02 %## ## ##",
        "0486/##.##.##",
        "+32 (0)2 %## ## ##",
        "03/%## ## ##",
        "0032 475 ## ## ##",
        "09 %## ## ##",
    ],
    "GB": [
        "07### ######",
        "020 %### ####",
        "(0161) %## ####",
        "+44 7### ######",
        "+44 (0)20 %### ####",
        "01### ######",
        "0044 7### ######",
        "07### ### ###",
        "+44 20 %### ####",
        "0800 %## ####",
        "01632 96####",
        "(01632) 96####",
        "020-%###-####",
        "07#########",
    ],
    "IE": [
        "087 %######",
        "+353 87 %## ####",
        "01 %## ####",
        "(01) %## ####",
        "00353 86 %######",
        "021 %## ####",
        "085-%######",
    ],
    "US": [
        "(%1%) 555-01##",
        "%1%-%##-####",
        "%1%.%##.####",
        "+1 %1% %## ####",
        "1-%1%-%##-####",
        "%1%%######",
        "+1 (%1%) %##-####",
        "%1% %##-####",
        "(%1%)%##-####",
        "1 (%1%) %##-####",
        "+1%1%%######",
        "%1%/%##-####",
    ],
    "CA": ["(%1%) %##-####", "%1%-%##-####", "+1 %1%-%##-####"],
    "PL": [
        "+48 %## ### ###",
        "%## ### ###",
        "22 %## ## ##",
        "0048 %########",
        "+48 22 %## ## ##",
        "%##-###-###",
        "(22) %## ## ##",
    ],
    "PT": ["+351 91# ### ###", "91# ### ###", "21 %## ## ##", "00351 93# ### ###"],
}
PLATES = {
    "DE": [
        "B-@@ %###",
        "M-@@ %##",
        "HH @@ %##",
        "K-@ %###",
        "S-@@%##",
        "HB-@@ %##E",
        "LÖ-@@ %#",
        "DD-@@ %###H",
        "B @@ %###",
        "MTK-@@ %##",
        "N·@@ %##",
        "K @ %##",
    ],
    "AT": ["W-%####@", "G %##@@", "W %####@", "LL-%##@@", "S-%##@@", "W-%##@@", "KB %##@@"],
    "CH": ["ZH %#####", "BE %####", "GE-%#####", "ZH·%#####", "AG %####"],
    "FR": ["@@-###-@@", "@@ ### @@", "#### @@ 69"],
    "IT": ["@@ ###@@", "@@###@@", "@@-###-@@", "@@ ### @@"],
    "ES": ["#### ~~~", "####~~~", "####-~~~", "M-####-@@"],
    "NL": ["@@-##-@@", "##-@@@-#", "@-###-@@", "@@-###-@", "#-@@@-##", "##-@@-@@", "@@###@"],
    "BE": ["1-@@@-###", "2-@@@-###", "1@@@###", "1 @@@ ###"],
    "GB": ["BD51 ~~~", "LK68~~~", "~## ~~~", "YY17 ~~~"],
    "IE": ["191-D-#####", "12-G-####", "231-C-###", "08 D %####", "221 KE %###"],
    "US": ["7@@@###", "@@@-####", "@@@ ####"],
    "PL": ["WA %####", "KR %###@", "WX#####", "PO %@@##", "GD %##@@"],
}

IDENTITIES: dict[str, tuple[str, Callable[[str], bool]]] = {
    "Steuer-ID {}": ("###########", identities.is_steuer_id),
    "meine SV-Nummer lautet {}": ("#### ######", identities.is_svnr),
    "AHV-Nr. {} bitte": ("756.####.####.##", identities.is_ahv),
    "BSN {}": ("#########", identities.is_bsn),
    "rijksregisternummer {}": ("##.##.##-###.##", identities.is_rijksregister),
    "NHS number {}": ("4## ### ####", identities.is_nhs),
    "my SSN is {}": ("###-##-####", identities.is_ssn),
    "PESEL: {}": ("###########", identities.is_pesel),
    "DNI {}": ("########~", identities.is_dni),
    "NINO {} please": ("JG ## ## ## A", lambda code: True),
}
SENTENCES = {
    "PHONE": {
        "de": ["Bitte rufen Sie mich unter {} zurück.", "Handy {}", "Neue Nummer: {}, danke", "T: {}"],
        "en": ["Please call me back on {}", "my number is {}", "Text {} when outside", "{} is my cell"],
        "fr": ["Vous pouvez me joindre au {}.", "mon portable c'est le {}", "tel {}"],
        "es": ["Llámenme al {}", "mi móvil es el {}", "mi numero es {}"],
        "it": ["Chiamatemi al {}", "Il mio cellulare è {}"],
        "nl": ["U kunt mij bellen op {}", "mijn nummer is {}", "app even naar {}"],
        "pl": ["Proszę dzwonić pod numer {}", "mój numer to {}"],
        "pt": ["Liguem para o {}", "o meu número é {}"],
    },
    "PLATE": {
        "de": ["Kennzeichen {}", "mein Auto {} wurde abgeschleppt"],
        "en": ["number plate is {}", "my car {} was towed"],
        "fr": ["plaque {}", "voiture immatriculée {}"],
        "es": ["matrícula {}", "mi coche {} fue remolcado"],
        "it": ["targa {}", "veicolo targato {}"],
        "nl": ["kenteken {}", "mijn auto {} is weggesleept"],
        "pl": ["rejestracja {}"],
    },
}
LANGUAGES = {
    "DE": "de",
    "AT": "de",
    "CH": "de",
    "FR": "fr",
    "IT": "it",
    "ES": "es",
    "NL": "nl",
    "BE": "nl",
    "GB": "en",
    "IE": "en",
    "US": "en",
    "CA": "en",
    "PL": "pl",
    "PT": "pt",
}
ALPHABETS = {"#": "0123456789", "%": "23456789", "@": "ABCDEFGHJKLMNPRSTVWXYZ", "~": "BCDFGHJKLMNPRSTVWXYZ"}


def made(chance: random.Random, form: str) -> str:
    """A form with its signs drawn."""
    return "".join(chance.choice(ALPHABETS.get(sign, sign)) for sign in form)


def is_found(sentence: str, item: str, kind: str) -> bool:
    """Whether the item, all of it and nothing else, is found as its kind."""
    start = sentence.index("{}")
    spans = mask(sentence.replace("{}", item)).spans
    return [(span.start, span.end, span.kind) for span in spans] == [(start, start + len(item), kind)]


def share(kind: str, forms: list[str], sentences: list[str]) -> tuple[float, list[str]]:
    """The share found of each form in each sentence, and what was missed."""
    chance = random.Random(7)
    pairs = [(sentence, made(chance, form)) for form in forms for sentence in sentences for _ in range(2)]
    missed = [sentence.replace("{}", item) for sentence, item in pairs if not is_found(sentence, item, kind)]
    return 1 - len(missed) / len(pairs), missed


@pytest.mark.parametrize("country", PHONES)
def test_phones_of_each_country(country: str) -> None:
    found, missed = share("PHONE", PHONES[country], SENTENCES["PHONE"][LANGUAGES[country]])
    assert found >= 0.95, missed


@pytest.mark.parametrize("country", PLATES)
def test_plates_of_each_country(country: str) -> None:
    found, missed = share("PLATE", PLATES[country], SENTENCES["PLATE"][LANGUAGES[country]])
    assert found >= 0.9, missed


@pytest.mark.parametrize("sentence", IDENTITIES)
def test_numbers_of_the_state_by_their_check_and_none_without_it(sentence: str) -> None:
    form, check = IDENTITIES[sentence]
    chance = random.Random(11)
    drawn = [made(chance, form) for _ in range(1500)]
    right = [code for code in drawn if check(code)][:20]
    # Eleven digits may be another country's.
    others = (identities.is_steuer_id, identities.is_pesel, identities.is_rijksregister)
    wrong = [code for code in drawn if not check(code) and not any(other(code) for other in others)][:20]
    assert right
    assert all(is_found(sentence, code, "NATIONAL_ID") for code in right)
    assert all(mask(sentence.replace("{}", code)).text == sentence.replace("{}", code) for code in wrong)


@pytest.mark.parametrize(
    "country", ["DE", "AT", "CH", "FR", "IT", "ES", "NL", "BE", "GB", "IE", "PL", "PT", "SE", "LU", "LI"]
)
def test_ibans_of_each_country_in_every_spacing_and_none_with_a_slip(country: str) -> None:
    chance = random.Random(3)
    for _ in range(8):
        inner = made(chance, ("@@@@" if country in ("NL", "GB", "IE") else "####") + "#" * (IBAN_LENGTHS[country] - 8))
        digits = int("".join(str(int(sign, 36)) for sign in inner + country + "00"))
        code = f"{country}{98 - digits % 97:02d}{inner}"
        spaced = " ".join(code[at : at + 4] for at in range(0, len(code), 4))
        for written in (code, code.lower(), spaced, spaced.replace(" ", "-")):
            assert is_found("refund to {}", written, "IBAN"), written
        slip = spaced[:-1] + str((int(spaced[-1]) + 1) % 10)
        assert mask(f"refund to {slip}").text == f"refund to {slip}"


def test_cards_in_every_spacing_and_none_with_a_slip() -> None:
    chance = random.Random(5)
    drawn = (
        made(chance, form) for _ in range(200) for form in ("4###############", "5%##############", "37#############")
    )
    for code in [each for each in drawn if is_card(each)][:20]:
        groups = [code[:4], code[4:10], code[10:]] if len(code) == 15 else [code[at : at + 4] for at in range(0, 16, 4)]
        for written in (code, " ".join(groups), "-".join(groups), "  ".join(groups)):
            assert is_found("charged twice on {} exp 04/28", written, "CARD"), written
        slip = " ".join(groups)[:-1] + str((int(code[-1]) + 1) % 10)
        assert mask(f"card {slip} declined").text == f"card {slip} declined"


@pytest.mark.parametrize("sign", ["7", "a", ".", "@", " "])
def test_a_line_of_100_kilobytes_of_one_sign_takes_no_time(sign: str) -> None:
    begun = time.process_time()
    mask(sign * 100_000)
    assert time.process_time() - begun < 5
