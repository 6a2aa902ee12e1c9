"""Days of birth: a day behind a word for being born, or beside an age."""

import re

from heed.text.masking.line import Found, Line
from heed.text.masking.lists import words

MONTHS = sorted(
    words(
        "january february march april may june july august september october november december jan feb mar apr "
        "jun jul aug sep sept oct nov dec "
        "januar februar märz maerz mai juni juli oktober dezember jänner feber mrz okt dez "
        "janvier février fevrier mars avril juin juillet août aout septembre octobre novembre décembre decembre janv févr avr juil déc "
        "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre ene abr ago dic "
        "januari februari maart mei augustus mrt "
        "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre stycznia lutego marca kwietnia "
        "maja czerwca lipca sierpnia września "
        "października listopada grudnia"
    )
)
MONTH_NAMES = frozenset(MONTHS)
_MONTH = "(?:" + "|".join(sorted(set(MONTHS), key=len, reverse=True)) + r")\b\.?"
_YEAR = r"(?:['’]?\d{2}(?!\d)|(?:18|19|20)\d{2})"
_ORDINAL = r"(?:st|nd|rd|th|er|ème|º|°|\.)?"
DATE = re.compile(
    r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}(?!\d)"
    r"|\d{1,2}[./-] ?\d{1,2}[./-] ?(?:\d{4}|\d{2})(?!\d)"
    rf"|\d{{1,2}}{_ORDINAL}[ -]?(?:of |de |d['’])?{_MONTH}[ ,-]{{0,2}}(?:de |del |of )?{_YEAR}"
    rf"|{_MONTH}[ -]\d{{1,2}}{_ORDINAL},?[ -]{_YEAR}"
    rf"|\d{{4}}[ -]{_MONTH}[ -]\d{{1,2}})",
    re.IGNORECASE,
)
LOOSE = re.compile(
    rf"(?<![\w./-])(?:{DATE.pattern}|\d{{1,2}} \d{{1,2}} (?:19|20)?\d{{2}}(?!\d)|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|"
    rf"1[0-2])(?:19|20)?\d{{2}}(?!\d)"
    rf"|(?:19|20)\d{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d))",
    re.IGNORECASE,
)
WHOLE = re.compile(rf"(?<![\w./-]){DATE.pattern}", re.IGNORECASE)
YEAR_ALONE = re.compile(
    r"(?:\s|\b(?:in|im|en|the|year|jahr|of|dem|jahre)\b){0,4}((?:19|20)\d{2})(?![\w]|[-./]\d)", re.IGNORECASE
)
NO_YEAR = re.compile(
    rf"[\s:]{{1,2}}(?:is |ist |on |am |is on |ist am |es el |est le |is op |op |el |le |the |the )?"
    rf"(\d{{1,2}}{_ORDINAL} ?(?:of |de )?{_MONTH}|{_MONTH} \d{{1,2}}{_ORDINAL})(?!\w)",
    re.IGNORECASE,
)
_DAY_WORD = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|\w{3,9}teenth|twentieth|"
    r"thirtieth|twenty|thirty|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w{3,6}teen|"
    r"erste[rn]?|zweite[rn]?|dritte[rn]?|vierte[rn]?|fünfte[rn]?|sechste[rn]?|siebte[rn]?|achte[rn]?|neunte[rn]?|"
    r"zehnte[rn]?|elfte[rn]?|zwölfte[rn]?|\w{3,7}zehnte[rn]?|(?:\w{3,7}und)?(?:zwanzig|dreißig)ste[rn]?|"
    r"premier|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingt|trente|et|un|une|"
    r"primero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieciséis|"
    r"diecisiete|dieciocho|diecinueve|veinte|veinti\w{2,7}|treinta|y|"
    r"een|één|eerste|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|\w{3,6}tien|(?:\w{3,5}(?:en|ën))?(?:twintig|"
    r"dertig)(?:ste)?)"
)
_YEAR_WORD = (
    r"(?:nineteen|twenty|two thousand|neunzehnhundert\w{0,24}|zweitausend\w{0,16}|mille|mil|negentien\w{0,24}|"
    r"tweeduizend\w{0,16})(?:[ -](?:and |et |y |en )?(?:hundred|oh|o|thousand|"
    r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w{3,6}teen|"
    r"neuf|cent|soixante|dix|quarante|cinquante|trente|vingt|vingts|quatre|deux|trois|cinq|six|sept|huit|onze|"
    r"douze|treize|quatorze|quinze|seize|"
    r"novecientos|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|treinta|veinte|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve))*"
)
_UNIT_WORD = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|one|two|three|four|five|six|seven|eight|nine)"
)
SPOKEN = re.compile(
    rf"\b(?:(?:{_DAY_WORD}[ -]){{1,4}}(?:of |de |d['’]|the )?{_MONTH}|{_MONTH} (?:the )?{_DAY_WORD}(?:[ -]{_UNIT_WORD})?)(?:,? "
    rf"(?:of |de |del )?(?:{_YEAR_WORD}|{_YEAR}))?(?!\w)",
    re.IGNORECASE,
)
BEFORE = re.compile(
    rf"(?<![\w./-])({DATE.pattern})[ ,]{{1,2}}(?:in [^\W\d_]+ )?(?:geboren|born|né|née|nacid[oa])\b", re.IGNORECASE
)
FEASTS = words("birthday geburtstag anniversaire cumpleaños verjaardag birth")
AGED = re.compile(
    r"\b(?:aged?|years? old|yrs? old|y/o|jahre? alt|jährige[rnms]?|ans|años|jaar(?: oud)?|anni|lat|turn(?:ed|"
    r"s|ing)? \d{2}|wurde \d{2}|werde \d{2})\b",
    re.IGNORECASE,
)
PAST = re.compile(r"(?:19\d\d|200\d|201\d|['’.\-/ ]\d\d)\b[^\d]*$")
STAR = re.compile(r"(?:\*|\bgeb\.)\s?(\d{1,2}[./-]\d{1,2}[./-]\d{2,4})(?!\d)")


def births(line: Line) -> Found:
    """Days of birth; a day of which no word says so is any day, and stays."""
    if line.digits < 2 and MONTH_NAMES.isdisjoint(line.words):
        return
    text = line.text
    for cue, stop in line.reaches():
        if cue.kind != "DATE_OF_BIRTH":
            continue
        word = text[cue.start : cue.end].lower()
        feast = any(each in word for each in FEASTS) and "date" not in word and "datum" not in word
        if feast and " is" not in text[cue.end - 3 : cue.end + 6].lower() and not _told(text, cue.end):
            continue
        reach = min(len(text), stop + 24)
        found = LOOSE.search(text, cue.end, reach)
        spoken = SPOKEN.search(text, cue.end, min(len(text), stop + 48))
        if spoken and spoken.start() < stop and not (found and found.start() < spoken.start()):
            yield (*spoken.span(), "DATE_OF_BIRTH")
        elif found and found.start() < stop:
            yield (*found.span(), "DATE_OF_BIRTH")
        elif not feast and (year := YEAR_ALONE.match(text, cue.end, reach)):
            yield (*year.span(1), "DATE_OF_BIRTH")
        elif (feast or "dat" in word or word.startswith("dob")) and (day := NO_YEAR.match(text, cue.end, reach)):
            yield (*day.span(1), "DATE_OF_BIRTH")
    if line.digits > 5:
        yield from ((*found.span(1), "DATE_OF_BIRTH") for found in STAR.finditer(text))
        yield from ((*found.span(1), "DATE_OF_BIRTH") for found in BEFORE.finditer(text))
        yield from _beside_age(text)


def _told(text: str, at: int) -> bool:
    return re.match(r"\s?[:=(]|\s(?:ist|es|est|is|c'est)\b", text[at : at + 8], re.IGNORECASE) is not None


def _beside_age(text: str) -> Found:
    if not AGED.search(text):
        return
    for found in WHOLE.finditer(text):
        near = AGED.search(text, max(0, found.start() - 26), min(len(text), found.end() + 22))
        if near and re.search(r"(?:19\d\d|200\d|201\d)|[./-]\d\d$", found[0]):
            between = text[min(near.end(), found.end()) : max(near.start(), found.start())]
            if re.fullmatch(
                r"[\s,;:(–-]*(?:born|geb\w*|on|am|le|el|op|dob|nacid\w|née?|\d{1,3})?[\s.:,(–-]*(?:on|am|le|el|op|\d{1,3})?\s?",
                between,
                re.IGNORECASE,
            ):
                yield (*found.span(), "DATE_OF_BIRTH")
