"""What is known of names: lists of first names and surnames, and of words, companies and places that are none."""

import re
from functools import lru_cache

from heed.text.masking.lists import lines_of, words, words_of
from heed.text.masking.naming import COMPANY, KIN, ROLE, TITLES

# Who somebody is to somebody, and what calls for a name: none of them is one.
ROLES = frozenset(
    word
    for rule in (ROLE, KIN)
    for word in re.findall(r"[^\W\d_]{4,}", re.sub(r"\[\w(\w)\]", r"\1", rule.pattern.split("(?P<name>")[0]).lower())
)
REDACTED = re.compile(r"x{2,}")
PLAIN_WORD = re.compile(r"[^\W_]+")
BEFORE_COMPANY = re.compile(
    r"\b(?:firma|autohaus|bäckerei|metzgerei|apotheke|hotel|restaurant|kanzlei|fa\.|salon|maison|boulangerie|"
    r"garage|bar|casa|bakkerij|slagerij|rue|calle|plaza|avenida|boulevard|via|place|saint|st\.|st)[ ]$",
    re.IGNORECASE,
)


@lru_cache(maxsize=1)
def first_names() -> frozenset[str]:
    """First names, as they are written."""
    return words_of("first_names")


@lru_cache(maxsize=1)
def low_first_names() -> frozenset[str]:
    """First names in lower case, without those that are words or places too."""
    return frozenset(name.lower() for name in first_names()) - double_names()


@lru_cache(maxsize=1)
def double_names() -> frozenset[str]:
    """First names, in lower case, that are words, months, places or goods as well: alone they tell nobody."""
    return words_of("double_names")


@lru_cache(maxsize=1)
def last_names() -> frozenset[str]:
    """Common surnames, as they are written."""
    return words_of("last_names")


@lru_cache(maxsize=1)
def brands() -> frozenset[str]:
    """Companies, goods and places of one word, in lower case."""
    return words_of("brands")


@lru_cache(maxsize=1)
def no_names() -> frozenset[str]:
    """Words, in lower case, that stand where a name would, and are none: common ones, roles, companies, places."""
    return words_of("no_names") | brands() | ROLES


@lru_cache(maxsize=1)
def any_names() -> frozenset[str]:
    """Every word of every known name, in lower case: a text with none of them holds no known name."""
    return frozenset(word for name in first_names() | last_names() for word in re.findall(r"[^\W\d_]+", name.lower()))


@lru_cache(maxsize=1)
def brand_pairs() -> frozenset[str]:
    """Goods and companies called like a person, in lower case."""
    return frozenset(lines_of("brand_pairs"))


@lru_cache(maxsize=1)
def _brands_by_word() -> dict[str, list[str]]:
    told: dict[str, list[str]] = {}
    for pair in brand_pairs():
        for word in PLAIN_WORD.findall(pair):
            told.setdefault(word, []).append(pair)
    return told


def is_brand(text: str, start: int, end: int) -> bool:
    """Whether this is a company, a thing, or somebody everybody knows."""
    if COMPANY.match(text, end) or BEFORE_COMPANY.search(text[max(0, start - 24) : start]):
        return True
    known = _brands_by_word()
    for word in PLAIN_WORD.findall(text[start:end].lower()):
        for pair in known.get(word, ()):
            wide = text[max(0, start - len(pair)) : end + len(pair)].lower().replace("-", " ").replace("’", "'")
            at = wide.find(pair)
            if (
                at >= 0
                and (at == 0 or not wide[at - 1].isalnum())
                and not wide[at + len(pair) : at + len(pair) + 1].isalpha()
            ):
                return True
    return False


@lru_cache(maxsize=1)
def low_last_names() -> frozenset[str]:
    """Surnames in lower case."""
    return frozenset(name.lower() for name in last_names())


def is_surname_shouted(word: str) -> bool:
    """Whether a word in capitals is a known surname, as forms in French and Spanish write it."""
    return word.capitalize() in last_names()


def cut(text: str, start: int, end: int) -> int:
    """The end of the name, before the first word that is none; the start when the first word is none."""
    kept = start
    for word in re.finditer(r"\S+", text[start:end]):
        plain = word[0].strip(".,'’").lower()
        if plain in LITTLE and (word[0][0].islower() or start + word.end() < end):
            continue
        surname = kept > start and plain in brands() and word[0].strip(".,") in last_names()
        if (
            REDACTED.fullmatch(plain)
            or (plain in no_names() and not surname)
            or plain in LONG_TITLES
            or (plain in STOPS and word[0][0].isupper())
        ):
            break
        if (
            len(word[0]) > 1
            and word[0].isalpha()
            and word[0].isupper()
            and kept > start
            and not text[start:kept].isupper()
            and not is_surname_shouted(word[0])
        ):
            break
        kept = start + word.end()
    while (kept > start and text[kept - 1] == ",") or (
        kept > start and text[kept - 1] == "." and not re.search(r"(?:^|[\s.-])[A-ZÀ-ÖØ-Þ]\.$", text[start:kept])
    ):
        kept -= 1
    for ending in ("'s", "’s"):
        if text[start:kept].endswith(ending):
            kept -= 2
    return kept


LONG_TITLES = frozenset(
    title for title in TITLES if len(title) > 2 and title not in ("don", "lord", "lady", "sir", "professor")
)
LITTLE = words("i van von vom zu der den del della dos das da de di du des la le el al bin ben ter ten y e las los")
STOPS = words(
    "a an and as at be but by can could did do does for from had has have he her here him his how i if "
    "in into is it its just me my no not now of off on or our out she so some than that the their them "
    "then there they this to too up us very was we well were what when where which who why will with would "
    "you your am are been being going trying having looking calling writing waiting still really sorry "
    "about after again all also any because before please thanks thank hello hi ok okay yes sick tired happy "
    "sad angry new old unable interested unhappy disappointed afraid sure not "
    "ich du er sie es wir ihr mich mir dich dir uns euch und oder aber nicht kein keine ein eine einen einem "
    "einer der die das den dem des ist sind war waren bin bist hat habe haben hatte wird werden wurde "
    "kann können konnte muss soll will würde von vom mit bei zu zum zur aus auf an am im in für um wegen seit "
    "nach vor über unter noch schon nur auch mal sehr so wie was wer wo wann warum bitte danke hier da "
    "je tu il elle nous vous ils elles me te se le la les un une des du de et ou mais pas ne que qui quoi "
    "où quand comment pourquoi est suis es sont était ai as a avez ont pour par sur avec dans sans chez mon "
    "ma mes "
    "votre notre ce cette ces très bien plus déjà toujours depuis client cliente "
    "yo tú él ella nosotros ellos mi mis su sus el los las una unos y o pero no sí si que quien donde cuando "
    "como por para con sin en es soy está estoy son fue era tengo tiene ha he muy más ya desde vuestro nuestro "
    "quiero "
    "ik jij je u hij zij wij jullie mij ons het een en of maar niet geen dat dit deze die is ben zijn was "
    "heb heeft had kan moet wil zal van met bij naar uit op aan voor over om als dan er nog al ook wel heel "
    "zeer sinds graag uw mijn "
    "account customer order number phone address email card name help problem issue"
)
