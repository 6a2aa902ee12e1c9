"""Streets farther away: the north, Bohemia, Hungary, Romania, Turkey, India; and what stands behind an English or Spanish one overseas."""

import re

from heed.text.masking.lists import words

_UP = "A-ZÀ-ÖØ-ÞŁŚŻŹŃĄĘČŠŽĆĐĎĚŇŘŤŮŐŰĂȘȚŞŢİĞ"
_WORD = rf"[{_UP}][\w'’.-]*"
_CITY = rf"[{_UP}][\w'’-]+(?: {_WORD}){{0,2}}"
_END = r"(?![\w€$£%]|[.,:]\d)"
# Behind the number: a stair and a flat, a side of the landing.
_FLAT = (
    r"(?: [A-Z](?= \d))?(?:,? (?:\d{1,2}\.? ?(?:tv|th|mf|sal|og|etg|krs)\.?(?: ?(?:tv|th|mf))?\.?|lgh ?\d{4}|"
    r"[A-D] ?\d{1,3}(?!\w)|\d{1,3}(?=,)|as\.? ?\d{1,3}|leil\.? ?\d{1,4}))?"
)
NORDIC = re.compile(
    rf"(?<![\w-])(?:[{_UP}][\w'’-]{{2,30}}(?:gatan|gränd|gränden|vägen|stigen|gaten|veien|vegen|gade|vænget|katu|kuja|polku|torget|"
    rf"backen|bakken|"
    rf"stræde|allén|alléen|plassen|pladsen|kaari|rinne)|[{_UP}][\w'’-]{{3,30}}(?:tie|vej|vei|veg|väg|gata|torg)|(?:{_WORD} "
    rf"){{1,3}}(?:gata|gate|väg|vei|vej|plads|plass|torv|allé|"
    rf"gade))"
    rf" \d{{1,4}}(?: ?[A-Z](?![\w ]?\d))?{_FLAT}{_END}(?:,? (?:(?:SE|S|DK|N|NO|FI|FIN)-)?(?:\d{{3}} \d{{2}}|\d{{4,5}})(?!\d) {_CITY})?"
)
# Post codes of three and two digits: Bohemia, Slovakia, Sweden, Greece.
SPLIT_CODE = re.compile(
    rf"(?<![\w/])(?:{_WORD} ){{1,3}}\d{{1,4}}(?:/\d{{1,4}})?[a-zA-Z]?{_FLAT},? (?:(?:CZ|SK|SE|GR|S)-? ?)?\d{{3}} \d{{2}} {_CITY}(?: "
    rf"\d{{1,2}}(?![\w.]))?"
)
HUNGARIAN = re.compile(
    rf"(?<![\w/])(?:(?:H-)?\d{{4}} {_WORD},? )?{_WORD}(?: {_WORD}){{0,2}} (?:utca|út|útja|tér|tere|krt\.|körút|sétány|köz|sor|u\.|"
    rf"rakpart) \d{{1,4}}"
    rf"(?:[/-]\w{{1,4}})?\.?(?:,? (?:\d{{1,2}}\.? ?em(?:\.|elet)?|fszt\.?)(?: ?\d{{1,3}}\.?)?(?: ?ajtó)?)?(?!\w)"
)
ROMANIAN = re.compile(
    rf"(?<![\w/])(?:[Ss]tr\.|[Ss]trada|[Bb]d\.|[Bb]-dul|[Bb]ulevardul|[Cc]alea|[ȘS]os\.|[ȘS]oseaua|[Aa]leea|[Pp]ia[țt]a|[Ii]ntr\.) "
    rf"{_WORD}(?: {_WORD}){{0,3}},? nr\.? ?\d{{1,4}}[A-Z]?"
    rf"(?:, ?(?:bl|sc|et|ap|sector|jud)\.? ?[\w-]{{1,8}}){{0,6}}(?:, ?(?:\d{{6}} )?{_WORD}(?:[ -]{_WORD})?)?(?:, ?\d{{6}})?"
)
TURKISH = re.compile(
    rf"(?<![\w/])(?:{_WORD} ){{1,3}}(?:Mah\.?|Mahallesi),? (?:[\d{_UP}][\w'’.-]* ){{1,3}}(?:Sok\.?|Sokak|Sokağı|Sk\.?|Cad\.?|Caddesi|"
    rf"Cd\.?|Bulvarı|Blv\.?)"
    rf",? (?:[Nn]o[:.]? ?)?\d{{1,4}}(?:[/ -] ?(?:[Dd](?:aire|\.)?:? ?)?\d{{1,3}})?(?:,? (?:\d{{5}} )?{_WORD}(?: ?/ ?{_WORD})?)?"
    rf"|(?<![\w/])(?:{_WORD} ){{1,3}}(?:Sokak|Sokağı|Caddesi|Cad\.|Sok\.) (?:[Nn]o[:.]? ?)?\d{{1,4}}(?:[/-]\d{{1,3}})?(?:,? (?:\d{{5}} "
    rf")?{_WORD}(?: ?/ ?{_WORD})?)?"
)
INDIAN = re.compile(
    rf"(?<![\w/])(?:[Ff]lat|[Pp]lot|H\.? ?[Nn]o\.?|[Hh]ouse [Nn]o\.?|[Dd]oor [Nn]o\.?|D\.? ?[Nn]o\.?|#)(?: [Nn]o\.?)? "
    rf"?[\dA-Z][\w/-]{{0,8}},? (?:[\w'’&.-]+(?: [\w'’&.-]+){{0,3}}, ){{1,5}}"
    rf"{_WORD}(?: {_WORD})?[ -]{{1,3}}\d{{3}} ?\d{{3}}(?!\d)"
)
# What follows a street in Australia, New Zealand, South Africa, India and Argentina.
OVERSEAS = re.compile(
    rf"(?:(?:, {_CITY}){{0,2}},? {_CITY},? (?:NSW|VIC|Vic|QLD|Qld|SA|WA|TAS|Tas|ACT|NT),? \d{{4}}(?!\d)|(?:, {_CITY}){{1,3}},? "
    rf"\d{{4}}(?![\d.,:/-]\d|\d| ?(?:€|EUR|USD))"
    rf"|(?:, {_CITY}){{1,3}}(?: ?- ?| )\d{{3}} ?\d{{3}}(?!\d)|,? [A-HJ-NP-Z]\d{{4}}(?:[A-Z]{{3}})? {_CITY})"
)
FORMS = (
    (SPLIT_CODE, frozenset[str]()),
    (HUNGARIAN, words("utca út útja tér tere krt körút sétány köz sor u rakpart")),
    (ROMANIAN, words("str strada bd dul bulevardul calea șos sos soseaua șoseaua aleea piața piata intr")),
    (TURKISH, words("mah mahallesi sok sokak sokağı cad caddesi")),
    (INDIAN, words("flat plot no h d house door road nagar apts")),
    (NORDIC, words("gata gate väg vei vej plads plass torv allé gade")),
)
NORDIC_ENDS = words(
    "gatan gränd ränden vägen tigen gaten veien vegen gade enget katu kuja polku orget acken akken ræde allén léen assen "
    "adsen kaari rinne tie vej vei veg väg gata torg"
)
SPLIT = re.compile(r"\d[a-zA-Z]?,? (?:[A-Z]{1,2}-? ?)?\d{3} \d{2} [A-ZÀ-Þ]")
