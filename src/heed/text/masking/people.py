"""Names, as far as a rule can see them: after a title, a greeting, an introduction, below a closing, and by lists of common names."""

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from heed.text.masking.line import Found, Line

_UP = "A-ZÀ-ÖØ-ÞŁŚŻČŠŽĆĐ"
# One part of a name, with hyphens and apostrophes inside; an initial with its full stop.
PART = rf"(?:[{_UP}](?:['’][{_UP}])?[^\W\d_]+(?:[-'’][{_UP}]?[^\W\d_]+)*|[{_UP}]\.(?:[- ]?[{_UP}]\.)?)"
OF = r"(?:van der|van den|van de|van 't|von der|von und zu|de la|de las|de los|de l['’]|van|von|vom|zu|der|den|del|della|dos|das|da|de|di|du|des|la|le|el|al|bin|ben|ter|ten|d['’]|y|e|O['’])"
NAME = rf"(?:(?:{OF}|Van der|Van den|Van de|Van|De|Von|Du|Le|La|El|Ter|Ten|Di|Della|Del|Da)[ ])?{PART}(?:[ \u00a0](?:{OF}[ ]){{0,2}}{PART}){{0,3}}"
TITLES = frozenset(
    "mr mrs ms miss mx dr prof professor sir lady lord herr herrn frau hr fr mme mlle monsieur madame mademoiselle m mm maître me sr sra srta señor señora señorita don doña "
    "dhr mevr mevrouw meneer heer mw mej familie family família familia famille fam signor signora sig pan pani docteur doctor doctora drs ing dipl".split()
)
TITLE = re.compile(
    rf"(?<![\w.'’-])(?:(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Herr|Herrn|Frau|Hr|Fr|Mme|Mlle|Monsieur|Madame|Mademoiselle|M|Me|Maître|Sr|Sra|Srta|Señor|Señora|Señorita|Sres|D|Dª|"
    rf"Don|Doña|Dhr|Mevr|Mevrouw|Meneer|Mw|Mej|(?:[Dd]e )?[Hh]eer|Familie|Fam|Famille|Familia|Signor|Signora|Sig|Docteur|Doctor|Doctora|Dra|Drs|Ing|dhr|mevr|mevrouw|meneer|mw|señor|señora|sr|sra|"
    rf"monsieur|madame|mme|mr|mrs|herr|frau|don|doña|pan|pani|Pan|Pani)\b\.?(?:[ ]?(?:med|jur|rer|nat|phil|Ing|h\.c|dent|Dr|Prof)\b\.?){{0,4}}[ \u00a0]){{1,3}}(?P<name>{NAME})"
)
LOW_TITLE = re.compile(
    r"(?<![\w.'’-])(?:mr|mrs|ms|herr|herrn|frau|mme|monsieur|madame|señor|señora|sr|sra|dhr|mevr|mevrouw|meneer)\.? (?P<name>[^\W\d_]{3,20})(?![\w'’-])"
)
COUPLE = re.compile(
    rf"(?<!\w)(?:Mr|Herr|Herrn|Monsieur|M|Dhr|Sr|Frau|Mrs)\b\.? (?:and|&|und|et|en|y) (?:Mrs|Frau|Madame|Mme|Mevr|Sra|Mr|Ms|Herr|Herrn|Mw)\b\.? (?P<name>{NAME})"
)
_GREETING = (
    r"(?:hi(?: there)?|hello|hey(?: there)?|dear|good (?:morning|afternoon|evening|day)|morning|hallo|hallöchen|liebe[rs]?|guten (?:tag|morgen|abend)|sehr geehrte[rs]?|moin(?: moin)?|servus|"
    r"grüezi|grüß gott|tach|huhu|bonjour|bonsoir|salut|coucou|cher|chère|hola|buenos días|buenas tardes|buenas noches|buenas|estimad[oa]|querid[oa]|muy buenas|beste|geachte|goedemorgen|"
    r"goedemiddag|goedenavond|goedendag|dag|hoi|lieve|ciao|buongiorno|gentile|caro|cara|dzień dobry)"
)
GREETING = re.compile(
    rf"(?i:(?:^|[\n.!?\"“«]\s*|[-–] ){_GREETING})(?:,? (?:liebe[rs]?|dear|querid[oa]|again|zusammen)\b)?[ ,]{{1,2}}(?P<name>{NAME})(?=\s*(?:[,!.\n:;–)-]|$))"
)
GREETING_KNOWN = re.compile(rf"(?i:(?:^|[\n.!?]\s*){_GREETING}),? (?P<name>[^\W\d_]{{2,20}})(?![\w'’-])")
_CLOSING = (
    r"(?:(?:with )?(?:kind|best|warm|many|warmest|kindest)(?:est)? (?:regards|wishes|thanks)|regards|rgds|sincerely|respectfully|thank you(?: very much| so much)?|thanks(?: again| a lot| so much| in advance)?|many thanks|thx|cheers|best|"
    r"yours(?: (?:truly|sincerely|faithfully))?|sincerely yours|all the best|take care|love|xx|signed|"
    r"(?:mit )?(?:freundliche[nr]?|beste[nr]?|liebe[nr]?|herzliche[nr]?|viele[nr]?|schöne[nr]?|sonnige|allerbeste)(?: und \w+)? (?:grüße[n]?|grüsse[n]?|gruessen?|dank|gruß|gruss|grüsse)|hochachtungsvoll|"
    r"gruß|gruss|grüße|grüsse|mfg|m\.f\.g\.|lg|vg|bg|danke(?: schön| im voraus| und gruß)?|es grüßt|gez\.?|i\. ?a\.|"
    r"cordialement|bien cordialement|bien à vous|salutations(?: distinguées)?|merci(?: d'avance| beaucoup| par avance)?|cdlt|cdt|amicalement|sincèrement|(?:mes|nos) (?:sincères |meilleures )?salutations(?: distinguées)?|"
    r"(?:un )?(?:cordial )?saludo[s]?(?: cordiales)?|atentamente|atte\.?|gracias(?: de antemano)?|muchas gracias|un abrazo|fdo\.?:?|firmado|"
    r"(?:met )?(?:vriendelijke|hartelijke) (?:groet|groeten)|groet(?:en|jes)?|mvg|m\.v\.g\.|gr\.?|bedankt(?: alvast)?|alvast bedankt|hoogachtend|dank u(?: wel)?|liefs|cordiali saluti|grazie|pozdrawiam)"
)
CLOSING = re.compile(
    rf"(?i:(?:^|[\n.!?,;)]\s*|\s|[-–] ){_CLOSING})(?P<gap>[ ]*[,.!:\n–-][,.!\s–:-]*|[ ](?:from |von |de |van |aus )?)(?P<name>{NAME})(?=\s*(?:$|[\n,.(|/!:;–-]|\[|\d|aus\b|from\b|de\b|uit\b|[\w.+-]{{1,60}}@))"
)
CLOSING_LOW = re.compile(
    rf"(?i:(?:^|[\n.!?,;]\s*|\s){_CLOSING})[ ,.!–-]{{1,3}}(?P<name>[^\W\d_]{{2,15}}(?: [^\W\d_]{{2,20}})?)\s*[.!]?$"
)
# "is" and "name" say it for sure: the words behind are a name, in whatever case.
_STRONG = (
    r"(?:my (?:full |legal |maiden |first |last )?name is|my name's|my names|the name is|the name's|name is|i am called|i'm called|mein (?:voller )?name ist|mein name lautet|mein name:|ich heiße|ich heisse|ich heiss|auf den namen|"
    r"auf den name|unter dem namen|lautend auf|je m['’]appelle|mon nom est|je me nomme|je me prénomme|mon nom c['’]est|au nom de|me llamo|mi nombre es|mi nombre completo es|a nombre de|mijn naam is|ik heet|de naam is|op naam van|"
    r"under the name(?: of)?|in the name of|mi chiamo|nazywam się|mein name is|registered to|addressed to|account holder is|cardholder is)"
)
STRONG = re.compile(
    rf"(?i:(?<!\w){_STRONG})[ :]{{1,2}}(?:(?:(?:Mr|Mrs|Ms|Dr|Herr|Frau|Mme|M|Sr|Sra|dhr|mevr)\.? )?)(?P<name>{NAME}|[^\W\d_]{{2,20}}(?:[ -][^\W\d_'’]{{2,20}}){{0,2}})"
)
FIELD = re.compile(
    rf"(?i:(?<!\w)(?:(?:full |first |last |customer |account |contact |patient )?name|vorname|nachname|kunde|kundin|kontoinhaber(?:in)?|inhaber(?:in)?|empfänger(?:in)?|ansprechpartner(?:in)?|account holder|cardholder|card holder|customer|client|contact|recipient|passenger|"
    rf"policyholder|tenant|nom|prénom|nom et prénom|titulaire|destinataire|nombre|nombre y apellidos|apellidos|titular|destinatario|naam|voornaam|achternaam|klant|rekeninghouder|contactpersoon|signed|signature|attn|z\. ?hd\.?|c/o|fao|t\.a\.v\.|tav|passagier|fahrer|"
    rf"versicherungsnehmer(?:in)?|mieter(?:in)?|patient(?:in)?|von|from))[ ]?[:=][ ]?(?:(?:Mr|Mrs|Ms|Dr|Herr|Frau|Mme|M|Sr|Sra|Dhr|Mevr)\.? )?(?P<name>{PART}(?:,? (?:{OF} ){{0,2}}{PART}){{0,3}})"
)
# These say it only of a name that is known, or of two words in capitals.
_WEAK = r"(?:i am|i'm|i’m|im|this is|it's|it’s|its|it is|here is|ich bin|bin|hier ist|hier spricht|hier schreibt|hier|das ist|je suis|c['’]est|ici|moi c['’]est|soy|aquí|soy yo|ik ben|je spreekt met|u spreekt met|met|hier is|dit is|spreekt met|am|es grüßt)"
WEAK = re.compile(
    rf"(?i:(?<![\w'’]){_WEAK})(?:,)? (?:(?:die|der|the|el|la) )?(?P<name>{NAME}|[^\W\d_]{{2,20}}(?: [^\W\d_]{{2,20}})?)"
)
_KIN = (
    r"(?:(?:my|our|his|her|their) (?:\w+ )?(?:wife|husband|partner|son|daughter|mother|father|mum|mom|dad|brother|sister|friend|neighbour|neighbor|colleague|boss|flatmate|roommate|girlfriend|boyfriend|fiancée?|nan|grandmother|grandfather|aunt|uncle|niece|nephew|lawyer|doctor|landlord|manager|assistant|tenant)|"
    r"(?:mein|meine|meiner|meinem|meinen|unser|unsere|unserem|ihr|ihre|ihrem|ihrer|eure|euer|deine|sein|seine) (?:\w+ )?(?:frau|mann|sohn|tochter|mutter|vater|bruder|schwester|freund|freundin|nachbar|nachbarin|kollege|kollegen|kollegin|partner|partnerin|chef|chefin|oma|opa|mitarbeiter|mitarbeiterin|techniker|berater|beraterin|vermieter|enkel|enkelin|tante|onkel|ehemann|ehefrau)|"
    r"(?:mon|ma|mes|notre|votre|son|sa) (?:\w+ )?(?:femme|mari|épouse|époux|fils|fille|mère|père|frère|sœur|soeur|ami|amie|voisin|voisine|collègue|conjoint|conjointe|compagnon|compagne|conseiller|conseillère|patron|grand-mère|grand-père|technicien|propriétaire|belle-mère)|"
    r"(?:mi|mis|su|nuestro|nuestra|tu) (?:mujer|marido|esposa|esposo|hijo|hija|madre|padre|hermano|hermana|amigo|amiga|vecino|vecina|compañero|compañera|pareja|jefe|jefa|abuela|abuelo|suegra|novio|novia|técnico|comercial|agente)|"
    r"(?:mijn|onze|uw|jullie|zijn|haar) (?:vrouw|man|zoon|dochter|moeder|vader|broer|zus|vriend|vriendin|buurman|buurvrouw|collega|partner|baas|oma|opa|medewerker|medewerkster|monteur|adviseur|schoonmoeder)|"
    r"(?:agent|technician|engineer|driver|rep|representative|adviser|advisor|supervisor|nurse|colleague|employee|waiter|waitress|clerk|assistant|courier|steward|host|mitarbeiter|mitarbeiterin|techniker|monteur|fahrer|berater|beraterin|kollege|kollegin|kellner|kellnerin|verkäufer|verkäuferin|"
    r"conseillère?|technicien|livreur|vendeur|vendeuse|employée?|agente|técnico|repartidor|comercial|dependient[ea]|medewerker|medewerkster|monteur|bezorger|verkoper|verkoopster|collega)(?: (?:called|named|namens|nommée?|llamad[oa]|genaamd))?)"
)
KIN = re.compile(rf"(?i:(?<!\w){_KIN})(?: is|'s name is|,| \()? ?(?P<name>{NAME})")
CALLED = re.compile(
    rf"(?i:(?<!\w)(?:called|named|namens|genannt|nommée?|llamad[oa]|genaamd|met de naam|mit dem namen|mit namen|por nombre)) (?P<name>{NAME})"
)
SIGNED = re.compile(rf"(?:[-–—~]|//)[ ]?(?P<name>{PART}(?:[ ](?:{OF}[ ])?{PART}){{0,2}})[ ]?[.!]?$")
SIGNED_TWO = re.compile(
    rf"(?:^|[.!?\n]\s*)(?P<name>{PART}[ ](?:{OF}[ ])?{PART})(?:,\s*(?=[\w.+-]{{1,64}}@|\+?\(?\d)|\s*$)"
)
PAIR = re.compile(
    rf"(?<![\w'’-])(?P<first>{PART})[ \u00a0](?:(?:{OF}|Van der|Van den|Van de|Van|De)[ ]){{0,2}}(?P<last>{PART})(?:[ ](?:(?:{OF})[ ])?(?P<more>{PART}))?"
)
ALONE = re.compile(rf"(?<![\w'’@#.-])[{_UP}][^\W\d_]{{1,20}}(?:-[{_UP}][^\W\d_]+)?(?![\w@])")
LAST_FIRST = re.compile(rf"(?<![\w'’-])(?P<last>{PART}), (?P<first>{PART})(?![\w'’-])")
INITIAL = re.compile(rf"(?<![\w'’.-])(?:[{_UP}]\. ?){{1,3}}(?:{OF} ){{0,2}}[{_UP}][^\W\d_]{{2,20}}(?![\w'’])")
COMPANY = re.compile(
    r"[ ,]*(?:&|\+|und Söhne|and Sons|GmbH|AG\b|KG\b|e\.K|e\.V|SE\b|OHG|UG\b|Ltd|Limited|LLC|Inc\b|Corp|PLC|plc|S\.?A\.?(?![\w])|S\.?L\.?(?![\w])|SARL|SAS\b|B\.?V\.?(?![\w])|N\.?V\.?(?![\w])|Group|Gruppe|Bank|Stores?|Shop|Hotel|Airport|Stadium|Street|Station|Road|Avenue|University|School|Park|Center|Centre|Arena|Straße|Allee|Platz|Hospital|Klinik|Museum|Stiftung|Foundation|Bros)"
)
BEFORE_PLACE = re.compile(
    r"(?:\b(?:rue|avenue|boulevard|place|calle|plaza|paseo|avenida|via|st\.|saint|san|santa|firma|company|fa\.|autohaus|bäckerei|hotel|restaurant|café|cafe|praxis|kanzlei|apotheke|metzgerei|team|brand|marke|store|shop|by|museum|airport|flughafen|aéroport|aeropuerto|stadion|"
    r"boutique|hôtel|hospital|clínica|universidad|university|uni|schule|school|lycée|collège|instituto|in|nach|à|en|bei der|city of|lake|mount|fort|port|la place|villa|gare|station|estación|movie|film|song|book|buch|livre|libro|band|album|game|spiel))[ ]?$",
    re.IGNORECASE,
)
RULES = (TITLE, COUPLE, GREETING, KIN, CALLED)


def _list(name: str) -> frozenset[str]:
    text = files("heed.text").joinpath(f"lexicon/{name}.txt").read_text(encoding="utf-8")
    return frozenset(word for line in text.splitlines() if not line.startswith("#") for word in line.split())


@lru_cache(maxsize=1)
def first_names() -> frozenset[str]:
    """First names, as they are written."""
    return _list("first_names")


@lru_cache(maxsize=1)
def low_first_names() -> frozenset[str]:
    """First names in lower case, without those that are words or places too."""
    return frozenset(name.lower() for name in first_names()) - double_names()


@lru_cache(maxsize=1)
def double_names() -> frozenset[str]:
    """First names, in lower case, that are words, months, places or goods as well: alone they tell nobody."""
    return _list("double_names")


@lru_cache(maxsize=1)
def last_names() -> frozenset[str]:
    """Common surnames, as they are written."""
    return _list("last_names")


@lru_cache(maxsize=1)
def no_names() -> frozenset[str]:
    """Words, in lower case, that stand where a name would, and are none: common ones, companies, places."""
    return _list("no_names") | _list("brands")


@lru_cache(maxsize=1)
def brand_pairs() -> frozenset[str]:
    """Goods and companies called like a person, in lower case."""
    text = files("heed.text").joinpath("lexicon/brand_pairs.txt").read_text(encoding="utf-8")
    return frozenset(line.strip() for line in text.splitlines() if line and not line.startswith("#"))


GREETED = frozenset(re.findall(r"[^\W\d_]+", _GREETING.lower()))
CLOSED = frozenset(re.findall(r"[^\W\d_]+", _CLOSING.lower()))
SAID = frozenset(
    "name names called heiße heisse heiss namen appelle nom nomme prénomme llamo nombre naam heet chiamo nazywam registered addressed holder cardholder namens genannt nommé nommée "
    "llamado llamada genaamd lautend".split()
)
FIELDS = frozenset(re.findall(r"[^\W\d_]{2,}", FIELD.pattern.split("[ ]?[:=]")[0].lower())) | {"c", "z", "t"}
KINNED = frozenset(re.findall(r"[^\W\d_]{3,}", _KIN.lower()))
WEAKLY = frozenset(re.findall(r"[^\W\d_]+", _WEAK.lower()))
CAPITAL = re.compile(rf"[{_UP}]")


def names(line: Line) -> Found:
    """Start and end of each name, the title left out."""
    yield from ((start, end, "NAME") for start, end in _names(line))


def _names(line: Line) -> Iterator[tuple[int, int]]:
    text, words = line.text, line.words
    capitals = CAPITAL.search(text) is not None
    if not words.isdisjoint(TITLES):
        yield from _ruled(text, TITLE)
        yield from _ruled(text, COUPLE)
        yield from _titled_low(text)
    if not words.isdisjoint(SAID):
        yield from _said(text)
    if ":" in text or "=" in text or "c/o" in text:
        if not words.isdisjoint(FIELDS):
            yield from _ruled(text, FIELD)
    if not words.isdisjoint(GREETED):
        yield from _ruled(text, GREETING)
        yield from _known(text, GREETING_KNOWN)
    if not words.isdisjoint(CLOSED):
        yield from _closed(text)
    if not words.isdisjoint(WEAKLY):
        yield from _weakly(text)
    if not capitals:
        return
    if not words.isdisjoint(KINNED):
        yield from _surely(text, KIN)
    if not words.isdisjoint(SAID):
        yield from _surely(text, CALLED)
    yield from _signed(text)
    yield from _listed(line)


def _ruled(text: str, rule: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for found in rule.finditer(text):
        start, end = found.span("name")
        end = cut(text, start, end)
        if end > start and not _is_brand(text, start, end):
            yield start, end


def _surely(text: str, rule: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    # German writes all nouns in capitals, so what is no known name must not be one word alone.
    for start, end in _ruled(text, rule):
        name = text[start:end]
        first = name.split()[0]
        if (
            first in first_names()
            or name.split()[-1] in last_names()
            or (" " in name and not _is_brand(text, start, end))
        ):
            yield start, end


def _titled_low(text: str) -> Iterator[tuple[int, int]]:
    for found in LOW_TITLE.finditer(text):
        word = found["name"]
        if word.lower() not in no_names() and (word.capitalize() in last_names() or word.capitalize() in first_names()):
            yield found.span("name")


def _known(text: str, rule: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for found in rule.finditer(text):
        if found["name"].lower() in low_first_names():
            start, end = found.span("name")
            yield start, _with_last(text, start, end)


def _with_last(text: str, start: int, end: int) -> int:
    more = re.match(rf"[ ](?:(?:{OF})[ ]){{0,2}}{PART}", text[end:])
    if more and text[start].isupper():
        return max(end, cut(text, start, end + more.end()))
    return end


def _said(text: str) -> Iterator[tuple[int, int]]:
    for found in STRONG.finditer(text):
        start, end = found.span("name")
        if text[start].isupper():
            end = cut(text, start, end)
        else:
            end = _cut_low(text, start, end)
        if end > start and not _is_brand(text, start, end):
            yield start, end


def _cut_low(text: str, start: int, end: int) -> int:
    kept = start
    for word in re.finditer(r"[^\s]+", text[start:end]):
        plain = word[0].strip(".,").lower()
        if plain in no_names() or plain in STOPS:
            break
        if (
            kept > start
            and plain not in low_last_names()
            and text[start:kept].lower().split()[0] not in low_first_names()
        ):
            break
        kept = start + word.end()
    return kept


@lru_cache(maxsize=1)
def low_last_names() -> frozenset[str]:
    """Surnames in lower case."""
    return frozenset(name.lower() for name in last_names())


def _closed(text: str) -> Iterator[tuple[int, int]]:
    for found in CLOSING.finditer(text):
        start, end = found.span("name")
        end = cut(text, start, end)
        if end <= start or _is_brand(text, start, end):
            continue
        parts = text[start:end].split()
        known = parts[0] in first_names() or parts[-1] in last_names() or len(parts[0].rstrip(".")) == 1
        last = text[end:].strip(" .!") == "" or text[end : end + 1] in "\n,|(["
        if known or (last and (found["gap"].strip() or "\n" in found["gap"]) and len(parts) < 4):
            yield start, end
    for found in CLOSING_LOW.finditer(text):
        parts = found["name"].lower().split()
        if parts[0] in low_first_names() and (len(parts) == 1 or parts[1] not in no_names() | STOPS):
            yield found.span("name")


def _weakly(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    while found := WEAK.search(text, at):
        at = max(found.start("name"), found.start() + 1)
        start, end = found.span("name")
        words = text[start:end].split()
        first = words[0].strip(".,")
        if text[start].isupper():
            end = cut(text, start, end)
            parts = text[start:end].split()
            known = bool(parts) and (first in first_names() or (len(parts) > 1 and parts[-1] in last_names()))
            two = (
                len(parts) == 2
                and re.match(r"\s*(?:[,.!;–-]|$|from\b|aus\b|de\b|uit\b|und\b|and\b|et\b|y\b|en\b|here\b)", text[end:])
                and _looks_named(parts)
            )
            if end > start and (known or two) and not _is_brand(text, start, end):
                yield start, end
        elif first.lower() in low_first_names():
            last = words[1].lower() if len(words) > 1 else ""
            keep = last and (
                last in low_last_names() or (text[end:].strip(" .!,") == "" and last not in STOPS | no_names())
            )
            yield start, end if keep else start + len(words[0])


def _looks_named(parts: list[str]) -> bool:
    return all(
        part.lower().strip(".") not in no_names() and part.lower() not in STOPS and len(part) > 1 and not part.isupper()
        for part in parts
    )


def _signed(text: str) -> Iterator[tuple[int, int]]:
    for rule in (SIGNED, SIGNED_TWO):
        for found in rule.finditer(text):
            start, end = found.span("name")
            end = cut(text, start, end)
            parts = text[start:end].split()
            if (
                end > start
                and (parts[0] in first_names() or (len(parts) > 1 and parts[-1] in last_names()))
                and not _is_brand(text, start, end)
            ):
                yield start, end


def _listed(line: Line) -> Iterator[tuple[int, int]]:
    """By the lists alone: a known first name with a surname behind, a surname with any first name, a first name by itself."""
    text = line.text
    found = [
        each
        for each in ALONE.finditer(text)
        if each[0].split("-")[0] in first_names() or each[0] in last_names() or each[0] in first_names()
    ]
    if not found:
        return
    at = 0
    while pair := PAIR.search(text, at):
        at = pair.end("first")
        first, last = pair["first"], pair["last"]
        if _is_pair(text, first, last, pair):
            end = cut(text, *pair.span())
            if end > pair.end("first") and not _is_brand(text, pair.start(), end):
                if (
                    pair["more"]
                    and end == pair.end()
                    and not (pair["more"] in last_names() or last in last_names() or last in first_names())
                ):
                    end = pair.end("last")
                yield pair.start(), end
                at = end
    for pair in LAST_FIRST.finditer(text):
        if pair["first"] in first_names() and pair["last"] in last_names():
            yield pair.span()
    for initial in INITIAL.finditer(text):
        if initial[0].split()[-1].split(".")[-1] in last_names():
            yield initial.span()
    for each in found:
        if _alone(text, each):
            yield each.span()


def _is_pair(text: str, first: str, last: str, pair: re.Match[str]) -> bool:
    low = last.strip(".").lower()
    if low in no_names() or low in STOPS or first.lower() in no_names():
        return False
    if first in first_names() or first.split("-")[0] in first_names():
        if first.lower() in double_names() and last not in last_names():
            return False
        return True
    return (
        last in last_names()
        and last.lower() not in double_names()
        and first.lower() not in STOPS
        and len(first) > 2
        and not first.isupper()
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
    if name.lower() in double_names() or name.lower() in no_names():
        return False
    if COMPANY.match(text, found.end()) or BEFORE_PLACE.search(text[max(0, found.start() - 24) : found.start()]):
        return False
    return not _is_brand(text, found.start(), found.end())


def _is_brand(text: str, start: int, end: int) -> bool:
    """Whether this is a company or a thing called like a person."""
    name = text[start:end].lower()
    if name in brand_pairs() or COMPANY.match(text, end) or BEFORE_COMPANY.search(text[max(0, start - 24) : start]):
        return True
    wide = re.match(r"[ -]?[\w'’-]+(?: [\w'’-]+)?", text[end:])
    near = re.search(r"(?:[\w'’-]+ )?[\w'’-]+[ -]?\.?$", text[max(0, start - 30) : start])
    options = [name]
    if wide:
        options += [text[start : end + wide.end()].lower(), (name + wide[0].lower()).rsplit(" ", 1)[0]]
    if near:
        options += [
            (near[0].lower() + name),
            near[0].lower().rsplit(" ", 2)[-1] + name,
            near[0].lower().split(" ")[-2:][0] + " " + name,
        ]
    return any(option.strip() in brand_pairs() for option in options)


BEFORE_COMPANY = re.compile(
    r"\b(?:firma|autohaus|bäckerei|metzgerei|apotheke|hotel|restaurant|kanzlei|fa\.|salon|maison|boulangerie|garage|bar|casa|bakkerij|slagerij|rue|calle|plaza|avenida|boulevard|via|place|saint|st\.|st)[ ]$",
    re.IGNORECASE,
)


def cut(text: str, start: int, end: int) -> int:
    """The end of the name, before the first word that is none; the start when the first word is none."""
    kept = start
    for word in re.finditer(r"\S+", text[start:end]):
        plain = word[0].strip(".,'’").lower()
        if plain in LITTLE and word[0][0].islower():
            continue
        if plain in no_names() or plain in LONG_TITLES or (plain in STOPS and word[0][0].isupper()):
            break
        if len(word[0]) > 3 and word[0].isupper() and kept > start and not text[start:kept].isupper():
            break
        kept = start + word.end()
    while (
        kept > start
        and text[kept - 1] == ","
        or (kept > start and text[kept - 1] == "." and not re.search(rf"(?:^|[\s.-])[{_UP}]\.$", text[start:kept]))
    ):
        kept -= 1
    for ending in ("'s", "’s"):
        if text[start:kept].endswith(ending):
            kept -= 2
    return kept


LONG_TITLES = frozenset(title for title in TITLES if len(title) > 2 and title != "don")
LITTLE = frozenset(
    "van von vom zu der den del della dos das da de di du des la le el al bin ben ter ten y e las los".split()
)
STOPS = frozenset(
    "a an and as at be but by can could did do does for from had has have he her here him his how i if in into is it its just me my no not now of off on or our out she so some than that the their them "
    "then there they this to too up us very was we well were what when where which who why will with would you your am are been being going trying having looking calling writing waiting still really sorry "
    "about after again all also any because before please thanks thank hello hi ok okay yes sick tired happy sad angry new old unable interested unhappy disappointed afraid sure not "
    "ich du er sie es wir ihr mich mir dich dir uns euch und oder aber nicht kein keine ein eine einen einem einer der die das den dem des ist sind war waren bin bist hat habe haben hatte wird werden wurde "
    "kann können konnte muss soll will würde von vom mit bei zu zum zur aus auf an am im in für um wegen seit nach vor über unter noch schon nur auch mal sehr so wie was wer wo wann warum bitte danke hier da "
    "je tu il elle nous vous ils elles me te se le la les un une des du de et ou mais pas ne que qui quoi où quand comment pourquoi est suis es sont était ai as a avez ont pour par sur avec dans sans chez mon ma mes "
    "votre notre ce cette ces très bien plus déjà toujours depuis client cliente "
    "yo tú él ella nosotros ellos mi mis su sus el los las una unos y o pero no sí si que quien donde cuando como por para con sin en es soy está estoy son fue era tengo tiene ha he muy más ya desde vuestro nuestro quiero "
    "ik jij je u hij zij wij jullie mij ons het een en of maar niet geen dat dit deze die is ben zijn was heb heeft had kan moet wil zal van met bij naar uit op aan voor over om als dan er nog al ook wel heel zeer sinds graag uw mijn "
    "account customer order number phone address email card name help problem issue".split()
)
