"""Phone numbers: by the word beside them, by the numbering plans, by the shapes people write at home; and as they are spoken."""

import re
from functools import lru_cache

from heed.text.masking.births import DATE
from heed.text.masking.checks import is_sure_card
from heed.text.masking.cues import NONE
from heed.text.masking.line import Found, Line
from heed.text.masking.lists import words
from heed.text.masking.numbers import HOURS, MONEY, TIME_OR_PRICE, YEAR

# Where a number without a country code may belong, in the order they are tried.
REGIONS = ("DE", "GB", "US", "FR", "AT", "CH", "NL", "ES", "IT", "PL", "BE")
_GAP = r"(?:[ \u00a0]?[-–./][ \u00a0]?|[ \u00a0]{1,2}|\)[ \u00a0-]{0,2}|[ \u00a0]?\(|-?\(0\)[ \u00a0-]?|)"
SHAPE = re.compile(
    rf"(?<![\w@+€$£#-])(?<![^\d\s]/)(?<![\d\W][.,])(?:\+{{1,2}}[ ]?|00[ ]?)?\(?\+?\d(?:{_GAP}\d){{4,16}}(?:,?[ ]?(?:ext\.?|x|"
    rf"extension|durchwahl|"
    rf"dw\.?|poste|toestel|int\.?|interno|anexo|nebenstelle|app\.|klappe|kl\.)[ .:-]{{0,2}}\d{{1,5}})?(?!\w|[.,:]\d|@)",
    re.IGNORECASE,
)
SUBSCRIBER = re.compile(
    r"\(?0\)?[1-9]\d{0,4}\)?[ \u00a0./–-]{1,3}\d.*|\(0[1-9]\d{0,4}\).*|(?:1[ .-])?\(?[2-9]\d{2}\)?[ .-]{0,2}\d{3}[ .-]\d{4}"
    r"|[679]\d{2}([ .-])\d{3}\1\d{3}|[6789]\d{2}([ .-])\d{2}\2\d{2}\2\d{2}|[67]\d{8}|0[1-9]\d{8,9}|01[567]\d{9,10}"
    # Italian mobile ones, those of the cities of Spain, Portugal and Poland, and American ones with a slash.
    r"|3[2-9]\d[ ./-]\d{6,7}|3[2-9]\d[ .]\d{2}[ .]\d{2}[ .]\d{2,3}|[89]\d[ .]\d{3}[ .]\d{2}[ .]\d{2}|2\d \d{3} \d{2} \d{2}"
    r"|\d{2} \d{4} \d{4}|\(?[1-9]\d\)? ?9?\d{4}-\d{4}"
    r"|\([1-9]\d\) ?\d{3}[ -]\d{2}[ -]\d{2}|[2-9]\d{2}/[2-9]\d{2}-\d{4}|6 \d{2} \d{2} \d{2} \d{2}|[4-8]\d{2}([ -])\d{3}\3\d{3}"
)
TRUNK = re.compile(r"\(?0[1-9]\d{1,3}\)?[ ./-]?\d{5}")
# As letter heads have it: "T: 030 …", "M. 0171 …".
LETTERED = re.compile(r"(?:^|[\s|,;/(])(?:[TMPHFC]|Ph|Mb)[.:]{1,2}\s?$")
GROUPS = re.compile(r"[ \u00a0]+")
EXTENSION = re.compile(r"[a-z].*$", re.IGNORECASE)
# As nothing else is written: "1-888-555-0199", "06 39 98 12 47", "07700 900123".
CLEAR = re.compile(
    r"1-8\d\d-\d{3}-\d{4}$|0[1-79](?: \d\d){4}$|07\d{3} \d{6}$|(?:0049|0044|0033|0039|0041|0043|0031|0034)\d"
)
STRONG = 28  # characters before a number in which a word for another kind rules


def phones(line: Line) -> Found:
    """Each number; a day, a price or an order is none."""
    if line.digits < 6:
        return
    at = 0
    while found := SHAPE.search(line.text, at):
        stop = found.start() + len(_first_of(found[0]))
        # A reference of a transfer: +++090/9337/55493+++.
        if line.text[stop : stop + 3] in ("+++", "***"):
            at = stop
            continue
        start, end = _stretch(line, found.start(), stop)
        if end:
            yield start, end, "PHONE"
        # What is none may have one behind its first group.
        gap = line.text.find(" ", found.start(), found.end()) if line.is_no_person(found.start()) else -1
        at = max(gap if end == 0 and gap > 0 else found.end() if end == 0 else end, found.start() + 1)


def _first_of(shape: str) -> str:
    # Two numbers joined by a slash: the first is as long as a number.
    first, slash, second = shape.partition("/")
    both = slash and sum(map(str.isdecimal, first)) > 8 and sum(map(str.isdecimal, second)) > 1
    return first.rstrip() if both else shape


def _stretch(line: Line, start: int, end: int) -> tuple[int, int]:
    """The number, shortened by groups that do not belong to it; an end of 0 when there is none."""
    text = line.text
    told = line.cue_before(start)
    clear = CLEAR.match(text[start:end]) is not None and line.cue_before(start, 8) != NONE
    if told == NONE and line.is_no_person(start) and text[start] != "+" and not clear:
        return start, 0
    told = "PHONE" if LETTERED.search(text, max(0, start - 6), start) else told
    if MONEY.match(text, end) and not re.match(
        r"\s?(?:times|mal|minut|min\b|days|tage|uhr|hours|stunden)", text[end : end + 12], re.IGNORECASE
    ):
        end = _shorter(text, start, end)
    if not told and line.cue_behind(end) == "PHONE":
        told = "PHONE"
    for _ in range(3):
        if end <= start:
            return start, 0
        shape = text[start:end]
        if is_phone(shape, told == "PHONE"):
            if shape.startswith("(") and shape.count("(") > shape.count(")"):
                return start + 1, end
            return start, end
        end = _shorter(text, start, end)
    return start, 0


def _shorter(text: str, start: int, end: int) -> int:
    cut = max(text.rfind(" ", start, end), text.rfind("\u00a0", start, end))
    return len(text[start : max(cut, start)].rstrip(" /-–.(")) + start


def is_phone(shape: str, told: bool) -> bool:
    """Whether a shape is a number; `told` says that a word beside it says so."""
    plain = EXTENSION.sub("", shape).strip(" ,")
    digits = re.sub(r"\D", "", plain)
    day = DATE.match(plain)
    if HOURS.fullmatch(plain):
        return False
    if (day and not re.match(r"[./-]?\d", plain[day.end() :])) or len(digits) > 17:
        return False
    if plain.startswith(("+", "00", "(+")):
        return 8 <= len(digits) <= 16 and (len(digits) > 10 or _valid("+" + digits.removeprefix("00")))
    if told:
        return (
            6 <= len(digits) <= 14
            and not (TIME_OR_PRICE.fullmatch(plain) and plain.count(".") < 3 and not TRUNK.match(plain))
            and not _years(plain)
        )
    if len(digits) < 8 or len(digits) > 13 or not SUBSCRIBER.fullmatch(plain):
        return False
    return (plain[0] in "0(" and (len(digits) > 8 or any(_valid(plain, region) for region in REGIONS))) or plain[
        0
    ] not in "0("


def _years(plain: str) -> bool:
    return all(YEAR.fullmatch(part) for part in re.split(r"\D+", plain) if part)


@lru_cache(maxsize=4096)
def _valid(shape: str, region: str | None = None) -> bool:
    # Loaded late: the plans of all countries take a moment.
    import phonenumbers

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(shape, region))
    except phonenumbers.NumberParseException:
        return False


ZEROS = words("zero oh o null zéro cero nul nill nought plus")
_DIGITS = """
zero oh o one two three four five six seven eight nine double triple nought plus
null eins ein zwei zwo drei vier fünf fuenf sechs sieben acht neun doppel
zéro un une deux trois quatre cinq sept huit neuf
cero uno una dos tres cuatro cinco seis siete ocho nueve
nul een één twee drie zes zeven negen dubbel
uno due tre quattro cinque sei sette otto nove doppio
niner
"""
_TENS = """
ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy
eighty ninety hundred
zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig sechzig
siebzig achtzig neunzig hundert
dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove venti trenta quaranta cinquanta
sessanta settanta ottanta novanta cento
dix onze douze treize quatorze quinze seize vingt vingts trente quarante cinquante soixante septante nonante cent
diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte treinta cuarenta cincuenta sesenta
setenta ochenta noventa
veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve cien
tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien twintig dertig veertig vijftig zestig
zeventig tachtig negentig vijf
"""
NUMERALS = frozenset((_DIGITS + _TENS).split())
COMPOUND = re.compile(
    r"(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun)und\w+ig|(?:een|twee|drie|vier|vijf|zes|zeven|acht|"
    r"negen)(?:en|ën)\w+tig|\w{4,}(?:hundert|hundred)"
)
AND = words("and und et y en e")
# What is said between the parts of a number: "five five five, area code six one five".
GLUE = words(
    "area code extension ext dash hyphen then strich minus tiret trait guion guión trattino interno durchwahl poste"
)
BETWEEN = re.compile(r"[\s,.\-–]{1,3}")


FIGURES = {
    word: str(figure)
    for figure, written in enumerate(
        (
            "zero oh o null zéro cero nul nought", "one eins ein un une uno een één", "two zwei zwo deux dos due twee",
            "three drei trois tres tre drie", "four vier quatre cuatro quattro", "five fünf fuenf cinq cinco cinque vijf",
            "six sechs seis sei zes", "seven sieben sept siete sette zeven", "eight acht huit ocho otto",
            "nine niner neun neuf nueve nove negen",
        )
    )
    for word in written.split()
}  # fmt: skip


def is_spoken_card(said: list[str]) -> bool:
    """Whether words, figure by figure, are a card whose check is right."""
    digits = "".join(FIGURES.get(word, "x") for word in said)
    return digits.isdecimal() and is_sure_card(digits)


def spoken_numbers(line: Line) -> Found:
    """Runs of number words, as speech is written down: a phone number, unless a word beside it says what else."""
    if len(line.words & NUMERALS) < 3:
        return
    run: list[tuple[str, int, int]] = []
    glued = AND | GLUE if not line.words.isdisjoint(GLUE) else AND
    for place in [*line.places, ("", len(line.text) + 9, 0)]:
        word, start, _ = place
        near = bool(run) and BETWEEN.fullmatch(line.text, run[-1][2], start) is not None
        if near and (word in NUMERALS or word in glued or COMPOUND.fullmatch(word)):
            run.append(place)
            continue
        yield from _told(line, run)
        run = [place] if word in NUMERALS else []


def _told(line: Line, run: list[tuple[str, int, int]]) -> Found:
    while run and run[-1][0] in AND | GLUE:
        run.pop()
    if len(run) < 4:
        return
    if len(run) > 14 and is_spoken_card([word for word, _, _ in run]):
        yield run[0][1], run[-1][2], "CARD"
        return
    told = line.cue_before(run[0][1])
    if not told and len(run) > 6 and any(cue.kind == "PHONE" for cue in line.cues):
        told = "PHONE"
    many = sum(word not in AND | GLUE for word, _, _ in run)
    least = {"PHONE": 5, "ACCOUNT": 4, "CARD": 4, "NATIONAL_ID": 6}.get(told, 6 if run[0][0] in ZEROS else 8)
    if many >= least and told != NONE:
        kind = told if told in ("ACCOUNT", "CARD", "NATIONAL_ID") else "PHONE"
        yield run[0][1], run[-1][2], kind
