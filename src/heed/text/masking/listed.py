"""Names by the lists alone: a first name with a surname, the surname first, a first name by itself."""

import re
from collections.abc import Iterator

from heed.text.masking.contacts import looks_named
from heed.text.masking.known import STOPS, brands, cities, cut, double_names, first_names, is_brand, is_last, no_names
from heed.text.masking.line import Line
from heed.text.masking.lists import words
from heed.text.masking.naming import ALONE, BEFORE_PLACE, COMPANY, GREETING, LAST_FIRST, NICK, PAIR, UPPER_FIRST

# What stands before a thing, an animal, a storm or a saint that is called like a person.
THINGS = words(
    "table chaises cuna poltrona letto divano armadio kommode sofá armoire commode étagère libreria scrivania "
    "sedia tappeto estantería armario "
    "cómoda lámpara alfombra colchón sillón wardrobe dresser rug desk chest cot crib mattress matratze teppich modello "
    "linea ligne línea gamme gamma gama collezione collection colección a an the une un een una uno tarif tarife "
    "modell hund hündin katze kater welpe dog cat puppy kitten horse chien chienne "
    "chat chatte perro perra gato gata hond kat poes "
    "sant san saint sainte sankt santa santo virgen pizza sac tarief abo paket plan tariff model modelo modèle serie série "
    "film storm hurricane sturm tief orkan "
    "hurrikan tempête tormenta borrasca bäcker metzger metzgerei bäckerei friseur pferd kuh pony sofa tisch stuhl sessel bett "
    "lampe regal schrank kleid hose jacke schuh rucksack tasche couch chair table lamp bed shelf dress "
    "bag jacket mug canapé chaise lampe table lit robe fauteuil mesa silla cama vestido bolso bank stoel jurk tas app robot "
    "bot chatbot kollektion serie farbe "
    "sorte marke brand label "
    "drucker printer roboter assistent"
)
THING_BEHIND = re.compile(
    r" (?i:stores?|shop|branch|filiale|opinion|feedback|talk|gemeint|airport|station|2\.0|del puente|tarif|version|edition|"
    r"collection|kollektion|model|range|line|edit|set|sofa|dress|app|bot|perfume|parfum|jacket|scarf|bag|them|us|you|him|"
    r"everything|de cabeza|weekend|day|und die detektive|\d\.\d)(?!\w)|!\w|['’]s (?:weekend|day|cathedral|church|school|hospital)"
)
LAST_WORD = re.compile(r"([^\W\d_]+) [\"“„«]?$")
ROLE_LIKE = re.compile(r"(?:erin|er|in|antin|ant|ent|entin|eur|euse|istin|ist|or)$")
# Short for a month as well as a name.
MONTHLY = frozenset(("Jan", "Mar", "Mai", "Jun", "Jul"))
AFTER_DAY = re.compile(
    r"(?:\d(?:st|nd|rd|th|\.)?|\b(?:in|since|until|till|from|by|mid|early|late|of|im|seit|bis|ab|Ende|Anfang|en|depuis|fin|sinds)) ?$"
)
DAY_AHEAD = re.compile(r"\.? ?\d")
WORD = re.compile(r"[^\W\d_]{2,}")
GREETED = frozenset(WORD.findall(GREETING.pattern.lower())) - {"and", "und"}
CLOSED = words(
    "regards wishes rgds sincerely respectfully thanks thank thx cheers best yours truly faithfully love "
    "xx signed grüße grüßen grüsse gruesse grüssen dank gruß gruss hochachtungsvoll mfg lg vg bg danke "
    "hälsningar hilsen mvh kram terveisin terv cumprimentos atenciosamente obrigado obrigada abraço abraços pozdravem tisztelettel "
    "üdvözlettel stimă respect drag mulțumesc saygılarımla saygılar teşekkürler pozdrav lp poważaniem serdecznie saluto cordialmente "
    "kindly warmly bye ta grüßt gez cordialement salutations merci cdlt cdt amicalement sincèrement saludo saludos atentamente "
    "atte gracias abrazo fdo firmado groet groeten groetjes mvg bedankt hoogachtend liefs saluti "
    "grazie pozdrawiam"
)


def listed(line: Line) -> Iterator[tuple[int, int]]:
    """By the lists alone: a known first name with a surname behind, a surname with any first name, a first name by itself."""
    text = line.text
    found = [
        each
        for each in ALONE.finditer(text)
        if each[0].split("-")[0] in first_names() or is_last(each[0]) or each[0] in first_names()
    ]
    if not found:
        return
    at = 0
    while pair := PAIR.search(text, at):
        at = pair.end("first")
        first, last = pair["first"], pair["last"]
        if _is_pair(text, first, last, pair):
            end = cut(text, *pair.span())
            if end > pair.end("first") and not is_brand(text, pair.start(), end) and not THING_BEHIND.match(text, end):
                yield pair.start(), end
                at = end
    for pair in LAST_FIRST.finditer(text):
        if _is_turned(text, pair):
            yield pair.span()
    for pair in UPPER_FIRST.finditer(text):
        if pair["first"] in first_names() and pair["last"].lower() not in no_names() and not pair["first"].isupper():
            yield pair.span()
    for nick in NICK.finditer(text):
        if nick["name"].split()[0] in first_names():
            yield nick.span("name")
    for each in found:
        if _alone(text, each):
            yield each.span()


def _is_turned(text: str, pair: re.Match[str]) -> bool:
    """Whether "Maurer, Anna" is a name: a known surname, in capitals or not, or the text is nothing else."""
    last = pair["last"]
    if is_brand(text, *pair.span()) or pair["first"].split()[0] not in first_names():
        return False
    known = is_last(last) and last.lower() not in double_names()
    loud = last.isupper() and (is_last(last.capitalize()) or last.capitalize() in first_names())
    alone = (
        pair.start() == 0 and pair.end() == len(text) and looks_named([last]) and last.lower() not in CLOSED | GREETED
    )
    return known or loud or alone


def without_role(text: str, start: int, end: int) -> int:
    """Where the name begins, behind a word for what somebody is."""
    # "Anruferin Swetlana Kieß": what somebody is, before the name.
    parts = text[start:end].split()
    if len(parts) > 2 and parts[0] not in first_names() and parts[1] in first_names() and ROLE_LIKE.search(parts[0]):
        return start + len(parts[0]) + 1
    return start


def _is_pair(text: str, first: str, last: str, pair: re.Match[str]) -> bool:
    low = last.strip(".").lower()
    branded = low in brands() and is_last(last) and first in first_names()
    if (low in no_names() and not branded) or low in STOPS or first.lower() in no_names():
        return False
    if (
        is_last(first)
        and last in first_names()
        and first not in first_names()
        and not {first.lower(), low} & double_names()
    ):
        # "Szabó Katalin": the surname first.
        return len(first) > 3 and first.lower() not in THINGS | CLOSED
    if first in first_names() or first.split("-")[0] in first_names():
        return first.lower() not in double_names() or is_last(last)
    return (
        is_last(last)
        and last.lower() not in double_names()
        and first.lower() not in STOPS
        and len(first) > 2
        and not first.isupper()
        and first.lower() not in THINGS | CLOSED
        and not BEFORE_PLACE.search(text[max(0, pair.start() - 24) : pair.start()])
        and _not_noun(text, pair)
    )


def _not_noun(text: str, pair: re.Match[str]) -> bool:
    # At the start of a sentence, and in German, a capital says nothing: ask for another name's sign before a surname alone.
    before = text[: pair.start()].rstrip()
    return (
        bool(before)
        and before[-1] not in ".!?:"
        and not re.search(
            r"(?:heit|keit|ung|schaft|tion|haus|laden|service|rechnung|techniker|kundin|kunde)$", pair["first"].lower()
        )
    )


def _alone(text: str, found: re.Match[str]) -> bool:
    name = found[0]
    if name not in first_names() and name.split("-")[0] not in first_names():
        return False
    before = LAST_WORD.search(text, max(0, found.start() - 16), found.start())
    if (before and before[1].lower() in THINGS) or THING_BEHIND.match(text, found.end()):
        return False
    if any(part not in first_names() and not is_last(part) for part in name.split("-")) and name not in first_names():
        return False
    parts = [name.lower(), name.split("-")[0].lower()]
    if any(part in double_names() or part in no_names() for part in parts):
        return False
    if name in ("Max", "Min") and text[found.end() : found.end() + 1] == ".":
        return False
    if name in MONTHLY and (
        AFTER_DAY.search(text[max(0, found.start() - 12) : found.start()]) or DAY_AHEAD.match(text, found.end())
    ):
        return False
    if before and before[1] in cities():
        return False
    if COMPANY.match(text, found.end()) or BEFORE_PLACE.search(text[max(0, found.start() - 24) : found.start()]):
        return False
    return not is_brand(text, found.start(), found.end())
