"""Plates of vehicles: in the shapes of Germany, Austria, the United Kingdom, France, Spain, Italy, Belgium "
"and the Netherlands; others behind a cue."""

import re
from functools import lru_cache

from heed.text.masking.line import Found, Line
from heed.text.masking.lists import words, words_of

_EDGE, _END = r"(?<![\w./-])", r"(?![\w]|[-./:]\w)"
GERMAN = re.compile(rf"{_EDGE}([A-ZÄÖÜ]{{1,3}})[-–:·• ][ ]?[A-Z]{{1,2}}[- ]?[1-9]\d{{0,3}}[ ]?[EH]?{_END}")
BRITISH = re.compile(rf"{_EDGE}[A-HJ-PR-Y][A-HJ-PR-Y](?:0[1-9]|[1-3]\d|5\d|6\d|7\d|8[0-5])[ ]?[A-HJ-PR-Z]{{3}}{_END}")
FRENCH = re.compile(rf"{_EDGE}[A-HJ-NP-TV-Z]{{2}}([- ])\d{{3}}\1[A-HJ-NP-TV-Z]{{2}}{_END}")
SPANISH = re.compile(
    rf"{_EDGE}(?:[CERSTVH][ -])?\d{{4}}[ -]?[BCDFGHJKLMNPRSTVWXYZ]{{3}}{_END}|{_EDGE}[A-Z]{{1,2}}-\d{{4}}-[A-Z]{{1,2}}{_END}"
)
DUTCH = re.compile(
    rf"{_EDGE}(?:\d\d-[A-Z]{{2}}-\d\d|\d\d-\d\d-[A-Z]{{2}}|[A-Z]{{2}}-\d\d-\d\d|[A-Z]{{2}}-\d\d-[A-Z]{{2}}|[A-Z]{{2}}-[A-Z]{{2}}-\d\d"
    rf"|\d\d-[A-Z]{{2}}-[A-Z]{{2}}|\d\d-[A-Z]{{3}}-\d|\d-[A-Z]{{3}}-\d\d|[A-Z]{{2}}-\d{{3}}-[A-Z]|[A-Z]-\d{{3}}-[A-Z]{{2}}|"
    rf"[A-Z]{{3}}-\d\d-[A-Z]"
    rf"|\d-[A-Z]{{2}}-\d{{3}}|[1-9]-[A-Z]{{3}}-\d{{3}}){_END}"
)
# Three capitals behind four digits that are money, measures or standards.
MEASURES = words(
    "GBP CHF PLN CZK DKK NZD HKD TWD KWH RPM SMS MHZ GHZ KHZ PCS KMH BTC VND THB TRY MXN PHP CNY JPY "
    "KRW TBD PTS PKT LTR LBS KCL HRS MBS HDR SDR HDMI "
    "WLT XRP FPS DPI PPM BHP BPM CST PST GMT BST MST CET PDF FTP CMS CRM KPH RSD"
)
_CANTON = "(?:AG|AI|AR|BE|BL|BS|FR|GE|GL|GR|JU|LU|NE|NW|OW|SG|SH|SO|SZ|TG|TI|UR|VD|VS|ZG|ZH|FL)"
_COUNTY = "(?:CE|CN|CW|C|DL|D|G|KE|KK|KY|LD|LH|LK|LM|LS|L|MH|MN|MO|OY|RN|SO|TN|TS|T|WD|WH|WX|WW|W)"
# Austrian, Swiss and Irish ones that need no word beside them.
AUSTRIAN = re.compile(rf"{_EDGE}([A-Z]{{1,2}})[-–]\d{{3,5}}[ ]?[A-Z]{{1,3}}{_END}")
SWISS = re.compile(rf"{_EDGE}{_CANTON}(?:[ ·•-]| [·•] )\d{{2,3}}[ '’.]?\d{{3}}{_END}")
IRISH = re.compile(rf"{_EDGE}(?:[01]\d|[89]\d|1[3-9][12]|2\d[12])-{_COUNTY}-\d{{1,6}}{_END}")
# Where a word for a vehicle stands near: older and unhyphenated forms, and those of the States of America.
NATIONAL = (
    re.compile(r"[A-ZÄÖÜ]{1,3}[-–:·• ] ?[A-Z]{1,2}[- ]?[1-9]\d{0,3} ?[EH]?"),
    BRITISH,
    FRENCH,
    DUTCH,
    re.compile(r"\d{4}[ -]?[BCDFGHJKLMNPRSTVWXYZ]{3}|[A-Z]{1,2}-\d{4}-[A-Z]{1,2}"),
    re.compile(r"[A-HJ-NP-TV-Z]{2}[ -]?\d{3}[ -]?[A-HJ-NP-TV-Z]{2}|\d{2,4} ?[A-Z]{2,3} ?\d{2}"),
    re.compile(r"[A-Z]\d{1,3} ?[A-Z]{3}|[A-Z]{3} ?\d{1,3}[A-Z]"),
    re.compile(
        r"[A-Z]{2}[ -]?\d{3}[ -]?[A-Z]|[A-Z][ -]?\d{3}[ -]?[A-Z]{2}|\d{2}[ -]?[A-Z]{2}[ -]?\d{2}|\d{2}[ -]?[A-Z]{3}[ "
        r"-]?\d|\d[ -]?[A-Z]{3}[ -]?\d{2}|[A-Z]{2}[ -]?\d{2}[ -]?[A-Z]{2}"
    ),
    re.compile(rf"[A-ZÄÖÜ]{{1,2}}[ -]?\d{{2,5}}[ ]?[A-Z]{{1,3}}|{_CANTON}(?:[ ·•-]| [·•] )\d{{3,6}}"),
    re.compile(rf"(?:[01]\d|[89]\d|1[3-9][12]|2\d[12])[ -]?{_COUNTY}[ -]?\d{{1,6}}"),
    re.compile(r"[A-Z]{2} ?(?:\d{5}|\d{4}[A-Z]|\d{3}[A-Z]{2}|\d[A-Z]\d{3}|\d[A-Z]{2}\d{2})|[A-Z]{3} ?[A-Z\d]{4,5}"),
    re.compile(rf"(?:[CERSTVH][ -])?\d{{4}}[ -]?[BCDFGHJKLMNPRSTVWXYZ]{{3}}|{_CANTON}[ ·•-]\d{{2,3}}[ '’.]\d{{3}}"),
    re.compile(
        r"[A-Z]{3} ?\d{2}[A-Z\d]|\d[A-Z]{2}[ -]?\d[A-Z]{2}|[A-Z]{2}[ -]?\d{1,2}[ -]?[A-Z]{1,3}[ -]?\d{4}|[A-Z]{2} ?\d{3} ?[A-Z]{2}"
    ),
    re.compile(r"1[ -]?[A-Z]{3}[ -]?\d{3}|[A-Z]{3}[ -]\d{3}"),
)
AMERICAN = re.compile(
    r"[A-Z]{3}[- ]?\d{3,4}|\d[A-Z]{3}[- ]?\d{3}|\d[A-Z]{2} ?\d{3}|\d{3}[- ]?[A-Z]{3}|[A-Z]{2}\d ?\d{3,4}|[A-Z]{1,3}[- ]\d{4,5}"
)
# Behind a cue small letters and other countries do too.
BEHIND = re.compile(
    r"(?<![\w])(?:[a-z]{4} \d{3}|[a-z]{3}[ -]?\d[a-z]\d{2}|[a-z]{3}[ -]\d{2}[a-z]|[a-z]{2}[ -]\d{2}[ -][a-z]{2}|\d{3}-[a-z]{3}|[a-z]{2}[ "
    r"-]?\d{1,2}[ -]?[a-z]{1,3}[ -]?\d{4}|[a-z]{3} \d{2}[a-z\d]|\d[a-z]{2}[ -]?\d[a-z]{2}|[a-z]{2} \d{3} [a-z]{2}|"
    r"[cerstvh][ -]\d{4}[ -]?[a-z]{3}|[a-z]{2}[ ·•-]\d{2,3}[ '’.]\d{3}|\d{2,3}[a-z]{1,2}\d{1,6}|[a-zäöü]{1,3}[-–:·• ][ "
    r"]?[a-z]{1,2}[- ]?\d{1,4}[ ]?[eh]?|\d[ -][a-z]{3}[ -]\d{3}|\d{2,3}[ -][a-z]{1,2}[ -]\d{1,6}|"
    r"[a-z]{1,2}[ -]?\d{3,5}[ ]?[a-z]{1,2}|[a-z]{1,2}[ -]?\d{3,5}[a-z]{3}|[a-z]{2}(?:[ ·•-]| [·•] )\d{3,6}|"
    r"[a-z]{2,3} (?=[a-z]{0,2}\d)[a-z\d]{4,5}|[a-z]{2}[ -]?\d{3}[ -]?[a-z]{1,2}(?![a-z])|[a-z][ -]?\d{3}[ -]?[a-z]{2}|\d[a-z]{2} ?\d{3}|"
    r"[a-zäöü]{1,3}[-–: ][ ]?[a-z]{1,2}[- ]?\d{1,4}[ ]?[eh]?|[a-z]{2}\d\d[ ]?[a-z]{3}|[a-z]{2}[- ]?\d{3}[- "
    r"]?[a-z]{2}|\d{4}[- ]?[a-z]{3}"
    r"|[a-z]\d{1,3}[ ]?[a-z]{3}|[a-z]{3}[ ]?\d{1,3}[a-z]|\d{1,4}[ ]?[a-z]{2,3}[ ]?\d{2}|[a-z0-9]{1,3}-[a-z0-9]{2,3}-[a-z0-9]{1,3}|"
    r"\d[a-z]{3}[ -]?\d{3}|[a-z]{2,3}[ -]?\d{3,5}[a-z]?"
    r"|[a-z]{1,2}[ -]\d{4}[ -][a-z]{1,2}|\d{3}[ -]?[a-z]{3}|[a-z]{3}[ -]\d{4}|\d[a-z]{2}[ ]?[a-z0-9]{4}|[a-z]\d{2}[ "
    r"-]?[a-z0-9]{3,4})(?![\w]|[-./]\w)",
    re.IGNORECASE,
)
SURE = words(
    "plate plates kennzeichen nummernschild autokennzeichen kfz immatriculation immatriculée immatriculé "
    "plaque matrícula matricula matriculado kenteken "
    "nummerplaat kentekenplaat reg registration vrn targa tablica registered placa placas patente rego rej regskylt regnr spz plaka immat"
)


@lru_cache(maxsize=1)
def districts() -> frozenset[str]:
    """The letters German and Austrian plates begin with."""
    return words_of("plate_districts")


_ALPHABET = words(
    "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november oscar papa quebec romeo "
    "sierra tango uniform victor whiskey whisky xray yankee zulu "
    "anton berta cäsar dora emil friedrich gustav heinrich ida julius kaufmann konrad ludwig martha nordpol otto paula quelle richard "
    "samuel siegfried theodor ulrich viktor wilhelm xanthippe ypsilon zacharias zeppelin "
    "ancona bologna como domodossola empoli firenze genova imola livorno milano napoli otranto padova roma savona torino udine venezia zara"
)
_FIGURES = words(
    "zero oh one two three four five six seven eight nine niner null eins zwei zwo drei vier fünf sechs sieben acht neun "
    "uno due tre quattro cinque sei sette otto nove"
)


def _spelled(line: Line) -> Found:
    """Letters by their names with figures among them: "Charlie Juliet Niner Four Zero Two", where the text speaks of a plate."""
    run: list[tuple[str, int, int]] = []
    for place in [*line.places, ("", len(line.text) + 9, 0)]:
        word, start, end = place
        near = bool(run) and SPELLED_GAP.fullmatch(line.text, run[-1][2], start) is not None
        told = word in _ALPHABET or word in _FIGURES or (len(word) == 1 and bool(run))
        if run and not (near and told):
            letters = sum(each in _ALPHABET for each, _, _ in run)
            behind = SPELLED_DIGITS.match(line.text, run[-1][2])
            figures = behind is not None or any(each in _FIGURES for each, _, _ in run)
            if letters > 1 and len(run) + 2 * (behind is not None) > 3 and figures:
                yield run[0][1], behind.end() if behind else run[-1][2], "PLATE"
            run = []
        if told and (run or len(word) > 1):
            run.append((word, start, end))


SPELLED_GAP = re.compile(r"[ ,-]{1,2}(?:\d{1,4}[ ,-]{1,2})?")
SPELLED_DIGITS = re.compile(r"[ ,-]{1,2}\d{1,4}(?!\w)")
# As France, Italy and the United Kingdom glue them, in small letters or large; nothing else is written so, but products.
GLUED_ONES = re.compile(
    r"(?<![\w./@#=&?%+-])(?:[a-hj-np-tv-z]{2}\d{3}[a-hj-np-tv-z]{2}|[A-HJ-NP-TV-Z]{2}\d{3}[A-HJ-NP-TV-Z]{2}|"
    r"[a-hj-pr-y]{2}(?:0[1-9]|[1-2]\d|5[1-9]|6\d|7[0-6])[a-hj-pr-z]{3})(?![\w@-]|\.\w)"
)


def plates(line: Line) -> Found:
    """Plates by the cue beside them, then by shape."""
    if len(line.words & _ALPHABET) > 1 and any(cue.kind == "PLATE" for cue in line.cues):
        yield from _spelled(line)
    if not line.has_digits:
        return
    text = line.text
    for cue, stop in line.reaches():
        if cue.kind == "PLATE":
            yield from _behind(text, cue.end, stop, text[cue.start : cue.end].lower())
    for found in TAGGED.finditer(text) if not TAGS.isdisjoint(line.words) else ():
        yield (*found.span("plate"), "PLATE")
    if not VEHICLES.isdisjoint(line.words):
        yield from _by_vehicle(line)
    if len(line.words) < 40:
        yield from ((*found.span(), "PLATE") for found in GLUED_ONES.finditer(text) if _may_be(line, found))
    if not MAYBE.search(text):
        return
    for found in GERMAN.finditer(text):
        hyphen = text[found.end(1)] in "-–·•"
        if found[1] in districts() and (hyphen or _is_spaced(found)) and _may_be(line, found):
            yield (*found.span(), "PLATE")
    for found in AUSTRIAN.finditer(text):
        if found[1] in districts() and _may_be(line, found):
            yield (*found.span(), "PLATE")
    # "The van that clipped my gate was …": the vehicle is told further off than the gate.
    if not VEHICLES.isdisjoint(line.words):
        yield from ((*found.span(), "PLATE") for found in BRITISH.finditer(text) if " " in found[0])
    for shape in (BRITISH, FRENCH, DUTCH, SWISS, IRISH):
        yield from ((*found.span(), "PLATE") for found in shape.finditer(text) if _may_be(line, found))
    for found in SPANISH.finditer(text):
        spanish = (
            len(line.words) < 4
            or not SPANISH_WORDS.isdisjoint(line.words)
            or "PLATE" in {cue.kind for cue in line.cues}
        )
        if spanish and found[0][-3:] not in MEASURES and _may_be(line, found):
            yield (*found.span(), "PLATE")


def _by_vehicle(line: Line) -> Found:
    """Any country's form, in a text that speaks of parking, towing or a crash."""
    for found in LOOSE.finditer(line.text):
        code = found[0]
        if code[-3:] not in MEASURES and not _has_word(code) and _may_be(line, found):
            yield (*found.span(), "PLATE")
    for found in LOW.finditer(line.text):
        district = found["district"]
        if (not district or district.upper() in districts()) and not _has_word(found[0]) and _may_be(line, found):
            yield (*found.span(), "PLATE")


def _may_be(line: Line, found: re.Match[str]) -> bool:
    return line.cue_before(found.start(), 28) in ("", "PLATE", "NATIONAL_ID", "PHONE", "DATE_OF_BIRTH")


def _is_spaced(found: re.Match[str]) -> bool:
    # "B AB 1234": without a hyphen three groups with a number of three digits or more are sure enough.
    return re.fullmatch(r"[A-ZÄÖÜ]{1,3} [A-Z]{1,2} \d{3,4}[EH]?", found[0]) is not None


def _behind(text: str, start: int, stop: int, word: str) -> Found:
    sure = not SURE.isdisjoint(re.findall(r"\w+", word))
    at, reach = start, min(len(text), stop + 12)
    while found := BEHIND.search(text, at, reach):
        if found.start() >= stop:
            return
        if _is_plate(found[0], sure, found.start() - start):
            yield (*found.span(), "PLATE")
            at = found.end()
        else:
            at = _next_word(text, found.start())


def _next_word(text: str, at: int) -> int:
    while at < len(text) and text[at].isalnum():
        at += 1
    return at + 1


def _is_plate(code: str, sure: bool, away: int) -> bool:
    if (
        _is_mixed(code)
        or _has_word(code)
        or not re.search(r"[A-Za-zÄÖÜäöü]", code)
        or not re.search(r"\d\d|\d.*[A-Za-z]{2}", code)
    ):
        return False
    if code[-3:].upper() in MEASURES:
        return False
    national = any(shape.fullmatch(code.upper()) for shape in NATIONAL)
    if code.upper() != code:
        return national if not sure else sum(character.isdecimal() for character in code) > 1
    return national or sure or (away < 40 and AMERICAN.fullmatch(code) is not None)


def _is_mixed(code: str) -> bool:
    # "al 2726 NHW": a word in small letters before a plate in large ones.
    parts = re.findall(r"[^\W\d_]+", code)
    return any(part.islower() for part in parts) and any(part.isupper() for part in parts)


def _has_word(code: str) -> bool:
    # A letter that touches a digit of the code is part of it.
    loose = code if code.upper() != code else GLUED.sub("", code)
    if code.islower() and any(part in LITTLE for part in re.findall(r"[a-zäöü]+", code)):
        return True
    return any(part in WORDS for part in re.findall(r"[a-zäöü]+", loose.lower()))


LITTLE = words(
    "bis seit ab vom zum von auf mit dal fino hasta to at hs um oct nov dec jan feb mar apr may jun jul aug sep"
)
GLUED = re.compile(r"\d[A-ZÄÖÜ]+|[A-ZÄÖÜ]+\d")
VEHICLES = words(
    "banger rego ute bilen bil placa vocho tenencia carro via radar tollwise toll samochód auto autem kombi keyed p4 parkering bilar "
    "skyltar "
    "parked parks parking towed clamped garage driveway bumper numberplate dashcam windscreen speeding overtook "
    "parkt parkte geparkt abgeschleppt zugeparkt falschparker einfahrt stellplatz parkplatz parkhaus blitzer fahrerflucht "
    "tiefgarage ladesäule "
    "stationné stationnée garé garée fourrière voitures parking pv stationnement "
    "parcheggiata parcheggiato rimossa posteggio "
    "aparcado aparcada grúa estacionado estacionada vado aparcamiento "
    "combi kombi transporter suv minivan truck pickup altima camry corolla civic accord jeep chevy silverado furgo furgoneta "
    "moto ciclomotor aparcada aparcar "
    "falschparken zugestellt kastenwagen limousine cabrio anhänger hänger lieferwagen sprinter roller mofa motorrad tüv hu "
    "hauptuntersuchung "
    "clio twingo mégane picasso kangoo berlingo scénic panda punto contrôle technique pare choc remorque scooter "
    "astra corsa fiesta focus transit mondeo insignia tiguan touran caddy golf polo passat octavia fabia leon ibiza yaris aygo picanto "
    "van lorry hgv taxi uber mot rental witness dashcam plate hire "
    "matric matrícula itv taller grua baja desguace bus autobús "
    "apk busje bestelbus caravan trekhaak aanrijding schade "
    "geparkeerd oprit weggesleept parkeerplaats parkeergarage laadpaal "
    "zaparkowany parkingu odholowano "
    "strisciato strisciata tamponato tamponata urtato urtata autista furgone macchina automobile vettura sosta "
    "multa ztl telepass revisione "
    "carrozzeria officina conducente carrosserie accrochage accroché percuté conducteur chauffeur rétroviseur camionnette choque golpe "
    "retrovisor garaje furgoneta camión werkstatt unfall gerammt stoßstange parkdeck kfz laderampe poller dented scratched reversed "
    "forecourt hitch tailgate fender"
)
LOOSE = re.compile(
    rf"{_EDGE}(?:[A-Z]{{1,2}}[ -]\d{{4}}[ -][A-Z]{{1,3}}|[A-HJ-NP-TV-Z]{{2}}[ -]?\d{{3}}[ -]?[A-HJ-NP-TV-Z]{{2}}|"
    rf"[A-Z]\d{{1,3}} ?[A-Z]{{3}}|[A-Z]{{3}} ?\d{{1,3}}[A-Z]|\d{{4}}[ -]?[BCDFGHJKLMNPRSTVWXYZ]{{3}}|"
    rf"\d{{2,4}} [A-Z]{{2,3}} \d{{2}}|[A-Z]{{1,2}} \d{{3,5}} ?[A-Z]{{1,2}}|[A-Z]{{3}}[- ]?\d{{4}}|\d[A-Z]{{3}}\d{{3}}|"
    rf"[A-Z]{{2}}\d{{3}}[A-Z]|{_CANTON} \d{{4,6}}|\d{{2,3}} {_COUNTY} \d{{3,6}}|1[ -]?[A-Z]{{3}}[ -]?\d{{3}}|"
    rf"[A-Z]{{2}} ?\d{{2}} ?[A-Z]{{3}}|[A-Z]{{3}}\d[A-Z]\d{{2}}|[A-Z]{{3}}[ -]\d{{2}}[A-Z]|[A-Z]{{2}}[ -]\d{{2}}[ -][A-Z]{{2}}|"
    rf"\d{{3}}-[A-Z]{{3}}|\d[A-Z]{{2}}[ -]\d[A-Z]{{2}}|[A-ZÄÖÜ]{{1,3}} [A-Z]{{1,2}} \d{{2,4}}|[A-ZÄÖÜ]{{1,3}}-[A-Z]{{1,2}} "
    rf"?\d{{1,4}}[EH]?){_END}"
)
# In small letters only the forms no plain words take.
LOW = re.compile(
    rf"{_EDGE}(?:(?P<district>[a-zäöü]{{1,3}})[ -][a-z]{{1,2}}[ -]?\d{{3,4}}[eh]?|\d{{4}}[ -]?[bcdfghjklmnprstvwxyz]{{3}}|"
    rf"[a-z]{{2}}\d{{2}} ?[a-z]{{3}}|"
    rf"[a-z]{{2}}-?\d{{3}}-?[a-z]{{2}}|[a-z]{{2}}-\d{{3}}-[a-z]|\d{{1,2}}-[a-z]{{2,3}}-\d{{1,2}}|[a-z]-\d{{3}}-[a-z]{{2}}){_END}"
)
MAYBE = re.compile(r"[A-ZÄÖÜ][-–·• ]{0,3}\d[\d -]|\d[- ]?[A-Z]{1,2}")
TAGS = words("tag tags plate plates reg kennzeichen plaque matrícula kenteken targa")
# "8XKL204, California plates".
TAGGED = re.compile(
    rf"{_EDGE}(?P<plate>(?=[A-Z\d -]{{0,7}}\d)(?=[A-Z\d -]{{0,7}}[A-Z])[A-Z\d]{{1,4}}[ -]?[A-Z\d]{{2,4}})(?: is|,| \()? ?(?:(?:my|the|"
    rf"his|her|their|our|"
    rf"[A-Z][a-z]+|[A-Z]{{2}}|number|licence|license) ){{0,3}}(?:tags?|plates?|reg|kennzeichen|plaque|matrícula|kenteken|targa)(?!\w)"
)
# Four digits and three letters are a flight and its airport elsewhere.
SPANISH_WORDS = words("el la los las mi con un una está por que en se del al coche sin su y de lo me le han ha es hay")
WORDS = words(
    "is in on at an am im to es de la le el en et un und der die das ist the of by my a i y no nr van het "
    "op is was for and not im"
)
