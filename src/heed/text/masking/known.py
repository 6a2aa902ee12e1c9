"""What is known of names: lists of first names and surnames, and of words, companies and places that are none."""

import re
from functools import lru_cache

from heed.text.masking.lists import lines_of, words, words_of
from heed.text.masking.naming import COMPANY, KIN, ROLE, TITLES

# Surnames by their form; the German ending also makes a few nouns of trades.
SHAPED = re.compile(
    r"(?:Ma?c[A-Z]\w{2,15}|O['’][A-Z]\w{2,15}|(?!(?:Kauf|Fach|Feuerwehr|Kamera|Ehe|Geschäfts|Wach|Steuer|Schnee|Weihnachts|Vorder|"
    r"Hinter|Blöd|Jeder|See|Müll|Tor|Amt|Haupt|Land|Lands)mann)[A-ZÀ-ÖØ-ÞŁŚŻŹŃĄĘČŠŽĆĐĎĚŇŘŤŮŐŰĂȘȚŞŢİĞ][^\W\d_]{2,15}(?:owsk[iy]|ewsk[iy]|"
    r"ińsk[iy]|"
    r"owska|ewska|ińska|[łdln]sk[iy]|ck[iy]|czyk|czak|wicz|ović|ević|ovic|evic|oğlu|oglu|enko|chuk|escu|opoulos|opoulou|akis|idis|"
    r"ić|[^\W\d_]{2,12}ić|[dfgklmnprt]sson|[dfgklmnprt]sdottir|[bdfgklmnpr]stra|[áéíóúñ][nrd]?d?ez|shvili|yan|ayev|qvist|quist|mann|"
    r"(?:meier|meyer|maier|mayer|huber|hofer|bauer|müller|mueller|schmidt)))"
)
# Who somebody is to somebody, and what calls for a name: none of them is one.
_ALSO_NAMES = words("neto neta petit petite cousin primo prima coach")
ROLES = (
    frozenset(
        word
        for rule in (ROLE, KIN)
        for word in re.findall(
            r"[^\W\d_]{4,}", re.sub(r"\[\w(\w)\]", r"\1", rule.pattern.split("(?P<name>")[0]).lower()
        )
    )
    - _ALSO_NAMES
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


def is_last(name: str) -> bool:
    """Whether this is a common surname, or has the form of one: McGill, Kowalewski, Petrović, Dijkstra."""
    return name in last_names() or (len(name) > 4 and SHAPED.fullmatch(name) is not None)


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
def _sure_names() -> frozenset[str]:
    return frozenset(word for word in any_names() if len(word) > 2) - double_names() - no_names() - STOPS


@lru_cache(maxsize=1)
def _written_names() -> frozenset[str]:
    return frozenset(word for name in first_names() | last_names() for word in PLAIN_WORD.findall(name))


def holds_name(text: str, words: frozenset[str]) -> bool:
    """Whether a word of a known name is in a text: in a capital, or in any case where it is no plain word too."""
    return not words.isdisjoint(_sure_names()) or not _written_names().isdisjoint(PLAIN_WORD.findall(text))


@lru_cache(maxsize=1)
def cities() -> frozenset[str]:
    """Cities that may end an address without a post code."""
    return frozenset(lines_of("cities"))


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
    behind = COMPANY.match(text, end) is not None
    return behind or BEFORE_COMPANY.search(text[max(0, start - 24) : start]) is not None or is_listed(text, start, end)


def is_listed(text: str, start: int, end: int) -> bool:
    """Whether this is part of what the list of companies and goods holds."""
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
    return is_last(word.capitalize())


def cut(text: str, start: int, end: int) -> int:
    """The end of the name, before the first word that is none; the start when the first word is none."""
    kept = start
    for word in re.finditer(r"\S+", text[start:end]):
        plain = word[0].strip(".,'’").lower()
        if plain in LITTLE and (word[0][0].islower() or start + word.end() < end):
            continue
        surname = kept > start and plain in brands() and is_last(word[0].strip(".,"))
        if (
            REDACTED.fullmatch(plain)
            or (plain in no_names() and not surname)
            or plain in LONG_TITLES
            or (text[start:kept].count(" ") > 0 and OFFICE.search(word[0]) is not None)
            or (
                plain in STOPS
                and word[0][0].isupper()
                and not (kept > start and len(word[0]) == 2 and word[0][1] == ".")
                and not _is_double(plain, kept == start, text[start + word.end() : end])
            )
        ):
            break
        if (
            len(word[0]) > 1
            and word[0].isalpha()
            and word[0].isupper()
            and kept > start
            and not text[start:kept].isupper()
            and not is_surname_shouted(word[0])
            and not (len(word[0]) > 4 and ENDED.match(text, start + word.end()))
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


# What stands behind a name in a signature, and belongs to none.
OFFICE = re.compile(
    r"(?:buchhaltung|abteilung|leitung|verwaltung|vertrieb|einkauf|service|beratung|management|^Dpto\.?|^Dept\.?|^Abt\.?|^Tel\.?|"
    r"^Admón\.?)$"
)
ENDED = re.compile(r"\s*(?:$|[\n,;|)(])")


def _is_double(plain: str, first: bool, behind: str) -> bool:
    # "Will Young": a little word that is a name too, with a surname behind it.
    return first and plain in double_names() and behind[1:2].isupper()


LONG_TITLES = frozenset(
    title for title in TITLES if len(title) > 2 and title not in ("don", "lord", "lady", "sir", "professor")
)
LITTLE = words("i und van von vom zu der den del della dos das da de di du des la le el al bin ben ter ten y e las los")
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
