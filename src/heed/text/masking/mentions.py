"""Names as a text mentions them in passing: who said it, who is to be told, on whom it is booked, who signs in small letters."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

from heed.text.masking.births import MONTH_NAMES
from heed.text.masking.contacts import IS_NOUN, looks_named
from heed.text.masking.known import (
    STOPS,
    brands,
    cities,
    cut,
    double_names,
    first_names,
    is_brand,
    is_last,
    is_listed,
    low_first_names,
    low_last_names,
    no_names,
)
from heed.text.masking.line import Line
from heed.text.masking.lists import words
from heed.text.masking.naming import NAME, PART

_UP = "A-ZÀ-ÖØ-ÞŁŚŻŹŃĄĘČŠŽĆĐĎĚŇŘŤŮŐŰĂȘȚŞŢİĞ"
_WORD = rf"[{_UP}][^\W\d_]{{2,20}}"
# Who speaks or acts: behind the name a word for what people do.
_DOES = (
    r"said|says|told|tells|promised|called|calls|rang|answered|assured|informed|confirmed|helped|explained|advised|refused|emailed|"
    r"texted|insisted|claimed|suggested|apologised|apologized|offered|replied|wrote|writes|phoned|picked|sent me|was (?:so|very|really|"
    r"rude|great|lovely|helpful|amazing|brilliant|fantastic|kind|not|refused|told|charged|promised|supposed|on the phone)|wasn['’]t|"
    r"wants|has been told|"
    r"never (?:called|came|rang|showed)|would ring|will ring|will call|would call|hung up|"
    r"sagte|sagt|meinte|meint|versprach|rief|hat (?:mir|uns|gesagt|angerufen|versprochen)|schrieb|"
    r"a dit|m['’]a (?:dit|promis|rappelée?|aidée?)|disait|me dijo|dijo|dice|me atendió|llamó|me prometió|zei|zegt|belde|beloofde|vertelde|"
    r"ha detto|mi ha|disse"
)
DOES = re.compile(rf"(?<![\w'’@#.-])(?P<name>{_WORD}) (?:{_DOES})(?!\w)")
# Who is told, thanked or named as the source: one word in a capital, then where or why.
TOLD = re.compile(
    rf"(?<!\w)(?:tell|told|ask|asked|per|thank|thanks to|kudos to|shout ?out to|guy named|lady named|credit to|regards to|says?|via|"
    rf"spoke to|spoken to|spoke with|spoke w/|talked to|chatted with|chat with|dealt with|dealing with|emailed|and|&|with|by|from|to|cc|"
    rf"mit|von|"
    rf"an|avec|par|con|por|met|door) (?P<name>{_WORD})(?= (?:in|from|at|on the|who|about|re|that|for|please|pls|again|yesterday|today|"
    rf"aus|vom|von der|im|du|de la|del|van de|van het)(?!\w)|[,.!?;:)]|$)"
)
ASKED = re.compile(
    rf"(?<!\w)(?:tell|told|ask|asked|per|spoke to|spoken to|spoke with|spoke w/|talked to|chatted with|kudos to|thanks to|shout ?out to|"
    rf"named) (?P<name>[{_UP}][a-zà-ÿ]{{2,15}})(?= (?:in|from|at|who|about|re|that|on|again|yesterday|today|thanks|thx)(?!\w)|[,.!?;)]|$)"
)
BOOKED = re.compile(
    rf"(?<!\w)(?i:booked under|booking under|reserved under|reservation under|reservation for|registered under|registered to|listed under|"
    rf"filed under|account under|saved under|booked in as|goes by the name of|made out in the name of|party of|appointment for|appt for|"
    rf"appointment with|appt with|"
    rf"läuft auf|lautet auf|gemeldet auf|angemeldet auf|reserviert auf|reserviert für|gebucht auf|gebucht für|ausgestellt auf|termin bei|"
    rf"termin für|termin mit|buchung für|eingetragen auf|réservé pour|réservation pour|rdv avec|rendez-vous avec|rdv pour|libellée? à|"
    rf"reservado para|reserva para|reserva de|cita con|cita para|cita de|geboekt op|reservering voor|afspraak met|afspraak voor|"
    rf"staat op|appuntamento con|intestato a|prenotato a nome) "
    rf"(?:(?:Mr|Mrs|Ms|Dr|Herrn?|Frau|Mme|M|Sr|Sra|dhr|mevr|mw)\b\.? )?(?P<name>{NAME})"
)
MYSELF = re.compile(
    rf"(?<!\w)(?:I|We|[Ii]ch|[Ww]ir|[Jj]e soussignée?|[Jj]e|[Nn]ous|[Yy]o|[Ii]k|[Ii]o|[Ee]u|[Oo]ndergetekende),? "
    rf"(?P<name>{PART} (?:(?:de|van|von|della|la|du|der|den|di) ){{0,2}}{PART}(?: {PART})?),"
)
# As tickets print it: surname, stroke, first name; the title stays.
TICKET = re.compile(
    rf"(?<![\w/])(?P<name>[{_UP}]{{2,20}}/[{_UP}]{{2,20}}(?: (?!(?:MR|MRS|MS|MISS|MSTR|DR|CHD|INF)(?!\w))[{_UP}]{{2,20}})?)"
    rf"(?P<title> ?(?:MR|MRS|MS|MISS|MSTR|DR|CHD|INF)(?!\w))?(?![\w/])"
)
TICKETED = words(
    "pax passenger passengers passager pasajero passagier traveller traveler reisender ticket pnr flight flug"
)
SHORTENED = re.compile(
    rf"(?<![\w.])(?P<name>(?:M\.?ª|Fco\.|Wm\.|Chas\.|Geo\.|Thos\.|Joh\.|Chr\.|Ma\.) ?{PART}(?: (?:(?:de|del|de la|y) )?{PART}){{0,2}})"
)
# In small letters at the end, behind a dash or a word of parting.
LOW_SIGNED = re.compile(r"(?: [-–—~^/]{1,2} ?|\n)(?P<name>[a-zà-ÿ]{3,15}(?: [a-zà-ÿ]{2,20})?)\s*[.!x]*$")
# Together with one who is known, and at a desk, a name that is a word or a place as well is a name.
BOTH = re.compile(rf"(?<![\w'’@#.-])(?P<one>{_WORD})(?: (?:and|und|et|y|e|en|i) | ?& ?)(?P<two>{_WORD})(?![\w'’-])")
DESK = re.compile(
    rf"(?<![\w'’@#.-])(?:(?P<other>{_WORD}) (?:and|&) )?(?P<name>{_WORD}) (?:at|on|from|in) (?:the |your |our )?(?:{_WORD} )?(?:front "
    rf"desk|help ?desk|"
    rf"desk|reception|bar|"
    rf"till|counter|support|billing|chat|phones?|branch|call cent|customer|dispatch|accounts|sales|returns)(?!\w)"
)
KIN_BEHIND = re.compile(
    rf"(?<![\w'’@#.-])(?P<name>{_WORD}),? (?:my|our|mein|meine|unser|unsere|mon|ma|mi|mijn|mio|mia) (?:neighbou?r|wife|husband|son|"
    rf"daughter|mum|mom|dad|brother|"
    rf"sister|partner|friend|flatmate|boss|nachbar|nachbarin|frau|mann|sohn|tochter|schwester|bruder|kollege|kollegin|mari|femme|fils|"
    rf"fille|voisin|voisine|"
    rf"marido|mujer|hijo|hija|vecino|vecina|buurman|buurvrouw|man|vrouw|zoon|dochter|marito|moglie|figlio|figlia)(?!\w)"
)
CORRECTED = re.compile(
    rf"(?<!\w)(?:nicht|not|pas|no|niet|non) (?P<one>{PART}),? (?:sondern|but|mais|sino|maar|bensì|ma) (?P<two>{PART})(?![\w'’-])"
)
BELL = re.compile(
    rf"(?<!\w)(?i:buzzer|bell|doorbell|intercom|mailbox|letterbox|klingel|klingelschild|briefkasten|citofono|campanello|interphone|"
    rf"sonnette|timbre|"
    rf"buzón|deurbel|naambordje)[^.!?]{{0,40}}? (?:says|it says|reads|marked|labelled|named|steht|dit|indique|pone|dice|staat|heißt|bei|"
    rf"c'è scritto|au nom) "
    rf"(?P<name>{_WORD})(?=[,.;!?)]|$)"
)
GREETED_BY = re.compile(
    rf"^(?i:hi|hello|hey|hallo|servus|moin|griaß eich|grüß gott|grüezi|guten tag|salut|bonjour|hola|buenas|ciao|buongiorno|hoi|dag|oi|"
    rf"olá|hej|cześć|dzień dobry)[,!.]? "
    rf"(?:hier is|da|do|hier|it['’]s|its|this is|c['’]est|soy|met|sono|spricht|aqui é(?: a| o)?|aquí es|tutaj|här är|det är|her er|hier "
    rf"is|da ist|do is)(?: da| die| der| el| la)? (?P<name>{PART}(?: "
    rf"{PART}){{0,2}})(?= (?:aus|from|de|di|uit|vo|vom|here|"
    rf"nochmal|again)(?!\w)|[,.!;]|$)"
)
# Who takes the line: "Schneider hier, ...", "c'est moi, Lulu".
SPEAKER = re.compile(
    rf"^(?P<name>{PART}(?: {PART})?) (?:hier|here|à l['’]appareil|al habla|al aparato|am Apparat|am Telefon|speaking|aan de lijn|"
    rf"all['’]apparecchio)(?=[,.!:;]| again)"
    rf"|(?<!\w)(?:c['’]est moi|that['’]s me|it['’]s me|ich bin['’]?s|soy yo|sono io|sou eu|ik ben het),? (?P<other>{_WORD})(?=[,.!;]|$)"
)
TITLED_INITIAL = re.compile(
    rf"(?<!\w)(?i:acct name|account name|name|nombre|nom|naam|nome|namn)(?: is| on it)? (?P<name>[{_UP}]\.? (?:(?:van|de|von|der) "
    rf"){{0,2}}[{_UP}][^\W\d_]{{2,20}})(?![\w'’])"
)
# Three and more first names in a row, one at least no month.
ROW = re.compile(rf"(?<![\w'’@#.-]){_WORD}(?:, {_WORD}){{1,5}},? (?:and|und|et|y|e|en|i|och|og|&) {_WORD}(?![\w'’-])")
SAYING = re.compile(
    rf"^(?P<name>{PART} (?:(?:de|van|von|der|den|di|la|du|del) ){{0,2}}{PART}(?: {PART})?) "
    rf"(?:called|calling|rang|phoned|complains|states|reports|wants|requests|requested|asks|claims|advised|emailed|writes|disputes|"
    rf"ruft an|rief an|bittet|wünscht|möchte|beschwert sich|meldet|fragt|reklamiert|widerspricht|"
    rf"demande|souhaite|signale|réclame|conteste|a rappelé|a appelé|rappelle|solicita|pide|llama|llamó|reclama|quiere|"
    rf"vraagt|belt|belde|meldt|wil|klaagt|chiede|segnala|reclama|chiama)(?!\w)"
)


SHORT = words("fco wm chas geo thos joh chr ma")
CAPITAL = re.compile(rf"[{_UP}][^\W\d_]{{2,20}}")
ASKS = words("tell told ask asked per spoke spoken talked chatted kudos thanks shout named shoutout")
SPEAKING = words(
    "hier here appareil habla aparato apparat telefon speaking lijn apparecchio moi me bin soy sono sou ben"
)
NAMES = words("name nombre nom naam nome namn")
NOTS = words("sondern but mais sino maar bensì ma")
BELLS = words(
    "buzzer bell doorbell intercom mailbox letterbox klingel klingelschild briefkasten citofono campanello interphone sonnette timbre "
    "buzón deurbel "
    "naambordje"
)
SELVES = words("i we ich wir je soussigné soussignée nous yo ik io eu ondergetekende")
BOOKS = words(
    "booked booking reserved reservation registered listed filed account saved goes made party appointment appt läuft lautet gemeldet "
    "angemeldet reserviert gebucht ausgestellt termin buchung eingetragen réservé réservation rdv rendez libellé libellée reservado "
    "reserva cita geboekt reservering afspraak staat appuntamento intestato prenotato"
)


def mentions(line: Line, known: bool) -> Iterator[tuple[int, int]]:
    """Start and end of each such name; `known` says that a word of the lists is in the text."""
    text = line.text
    if known:
        yield from _low_pairs(line)
        yield from _low_signed(text)
        # Other first names need no such words beside them.
        if not _doubles().isdisjoint(CAPITAL.findall(text)):
            for rule in (DOES, TOLD, DESK, KIN_BEHIND):
                yield from _known(text, rule)
            yield from _both(text)
    yield from _told(line)
    if "," in text:
        yield from _in_a_row(text)
    greeted = GREETED_BY.match(text)
    if greeted and looks_named(greeted["name"].split()) and not IS_NOUN.search(greeted["name"].split()[0]):
        yield from _plainly(text, GREETED_BY)
    if not line.words.isdisjoint(ASKS):
        yield from _asked(text)
    if not line.words.isdisjoint(BOOKS):
        yield from _plainly(text, BOOKED)
    if "," in text and not line.words.isdisjoint(SELVES):
        yield from _plainly(text, MYSELF)
    if "/" in text:
        yield from _ticketed(line)
    if "ª" in text or not line.words.isdisjoint(SHORT):
        yield from (found.span("name") for found in SHORTENED.finditer(text))
    said = SAYING.match(text)
    if said and looks_named(said["name"].split()) and not IS_NOUN.search(said["name"].split()[0]):
        yield from _plainly(text, SAYING)


def _told(line: Line) -> Iterator[tuple[int, int]]:
    """Names that are put right, stand at a bell, take the line, or have an initial behind the word for a name."""
    text = line.text
    for found in CORRECTED.finditer(text) if not line.words.isdisjoint(NOTS) else ():
        if any(is_last(found[each]) or found[each] in first_names() for each in ("one", "two")):
            yield found.span("one")
            yield found.span("two")
    if not line.words.isdisjoint(BELLS):
        yield from _plainly(text, BELL)
    for found in SPEAKER.finditer(text) if not line.words.isdisjoint(SPEAKING) else ():
        group = "name" if found["name"] else "other"
        first, low = found[group].split()[0], found[group].lower()
        if (
            (first in first_names() or is_last(found[group].split()[-1]))
            and low not in no_names()
            and not is_brand(text, *found.span(group))
        ):
            yield found.span(group)
    if not line.words.isdisjoint(NAMES):
        yield from (
            found.span("name")
            for found in TITLED_INITIAL.finditer(text)
            if found["name"].split()[-1].lower() not in no_names()
        )


@lru_cache(maxsize=1)
def _doubles() -> frozenset[str]:
    """First names that are words or places too, as they are written."""
    return frozenset(name for name in first_names() if name.lower() in double_names())


def _known(text: str, rule: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """First names that are words as well, where only a person can stand."""
    for found in rule.finditer(text):
        name, low = found["name"], found["name"].lower()
        spoken = rule in (DOES, DESK, KIN_BEHIND)
        barred = low in no_names() and not (spoken and (low in MONTH_NAMES or (low in brands() and name in cities())))
        thing = low in STOPS or barred or (not spoken and (low in MONTH_NAMES or low in brands() or name in cities()))
        if name in first_names() and not thing and not is_brand(text, *found.span("name")):
            yield found.span("name")
            if found.re.groupindex.get("other") and found["other"] in first_names():
                yield found.span("other")


def _both(text: str) -> Iterator[tuple[int, int]]:
    for found in BOTH.finditer(text):
        one, two = found["one"], found["two"]
        sure = [name in first_names() and name.lower() not in double_names() for name in (one, two)]
        if is_listed(text, *found.span("one")) or is_brand(text, *found.span("two")):
            continue
        if any(sure) and one in first_names() and two in first_names():
            yield found.span("one")
            yield found.span("two")


def _asked(text: str) -> Iterator[tuple[int, int]]:
    """One unknown word in a capital, in English, behind a word for talking to somebody."""
    for found in ASKED.finditer(text):
        name = found["name"]
        if (
            looks_named([name])
            and not NATION.search(name)
            and name not in cities()
            and not is_brand(text, *found.span("name"))
        ):
            yield found.span("name")


NATION = re.compile(r"(?:ish|ian|can|ese|ing|ed|ly|tion|ment|day|land|air|jet|ways|line|lines|bank|net|tel|com|mart)$")


def _plainly(text: str, rule: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for found in rule.finditer(text):
        start, end = found.span("name")
        end = cut(text, start, end)
        parts = text[start:end].split()
        if not parts or is_brand(text, start, end) or text[start:end] in cities() or IS_NOUN.search(parts[0]):
            continue
        sure = parts[0] in first_names() or is_last(parts[-1]) or len(parts) > 1
        lone = looks_named(parts) and not NATION.search(parts[0]) and len(parts[0]) > 3 and rule in (BOOKED, BELL)
        if sure or (lone and ENDS.match(text, end)):
            yield start, end


ENDS = re.compile(r"\s*(?:[,.;!?)]|$|at\b|for\b|on\b|um\b|am\b|à\b|a las\b|om\b|,)")


def _ticketed(line: Line) -> Iterator[tuple[int, int]]:
    for found in TICKET.finditer(line.text):
        last, first = found["name"].split(" ")[0].split("/")
        known = is_last(last.capitalize()) or first.capitalize() in first_names()
        if found["title"] or (known and len(first) > 2) or not TICKETED.isdisjoint(line.words):
            yield found.span("name")


STAFFED = re.compile(
    r"\b(?:on shift|on duty|staff|helpful|lovely|a credit|signed|front desk|im Dienst|hilfsbereit|de service|de turno)\b"
)


def _in_a_row(text: str) -> Iterator[tuple[int, int]]:
    for row in ROW.finditer(text):
        names = list(CAPITAL.finditer(text, *row.span()))
        told = [name[0] for name in names]
        people = all(name in first_names() for name in told) and not is_brand(text, *row.span())
        sure = any(name.lower() not in double_names() for name in told) or STAFFED.search(text) is not None
        if people and sure:
            yield from (name.span() for name in names)


def _low_pairs(line: Line) -> Iterator[tuple[int, int]]:
    """Known first name and known surname beside each other in small letters."""
    if line.words.isdisjoint(low_first_names()) or line.words.isdisjoint(low_last_names()):
        return
    text, places = line.text, line.places
    for place, ((first, start, middle), (last, begin, end)) in enumerate(pairwise(places)):
        if last == "o" and place + 2 < len(places) and f"o'{places[place + 2][0]}" in low_last_names():
            last, end = f"o'{places[place + 2][0]}", places[place + 2][2]
        if first not in low_first_names() or last not in low_last_names() or text[middle:begin] != " ":
            continue
        plain = last in double_names() or last in STOPS or last in no_names() or len(first) < 3 or len(last) < 4
        small = text[start].islower() and text[begin].islower()
        glued = text[max(0, start - 1) : start] in ("@", "#", ".", "/", "-") or text[end : end + 1] in ("@", "/")
        if small and not plain and not glued and not is_brand(text, start, end):
            yield start, end


def _low_signed(text: str) -> Iterator[tuple[int, int]]:
    found = LOW_SIGNED.search(text, max(0, len(text) - 48))
    if found:
        parts = found["name"].split()
        if parts[0] in low_first_names() and (len(parts) == 1 or parts[1] in low_last_names()):
            yield found.span("name")
