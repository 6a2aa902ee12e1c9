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
        "października listopada grudnia janeiro fevereiro março maio junho julho setembro outubro novembro dezembro "
        "maj augusti marts ledna února března dubna května června července srpna září října listopadu prosince ianuarie februarie martie "
        "aprilie "
        "iunie iulie septembrie octombrie noiembrie decembrie ocak şubat nisan mayıs haziran temmuz ağustos eylül kasım aralık "
        "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta"
    )
)
MONTH_NAMES = frozenset(MONTHS)
_MONTH = "(?:" + "|".join(sorted(set(MONTHS), key=len, reverse=True)) + r")\b\.?"
_YEAR = r"(?:['’]\d{2}(?!\d)|(?:18|19|20)\d{2}|\d{2}(?!\d))"
_ORDINAL = r"(?:st|nd|rd|th|er|ème|º|°|\.)?"
DATE = re.compile(
    r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}(?!\d)"
    r"|\d{1,2}[./-] ?\d{1,2}[./-] ?(?:\d{4}|['’]?\d{2})(?!\d)"
    rf"|\d{{1,2}}{_ORDINAL}[ -]?(?:of |de |d['’])?{_MONTH}[ ,-]{{0,2}}(?:de |del |of )?{_YEAR}"
    rf"|{_MONTH}[ -](?:the )?\d{{1,2}}{_ORDINAL},?[ -]{{1,2}}{_YEAR}"
    rf"|\d{{1,2}}[ ./-](?:X{{0,1}}I{{1,3}}|I?[VX]|VI{{1,3}}|XI{{0,2}})[ ./-](?:18|19|20)?\d\d(?!\d)|\d{{4}}[ -]{_MONTH}[ -]\d{{1,2}})",
    re.IGNORECASE,
)
LOOSE = re.compile(
    rf"(?<![\w./-])(?:{DATE.pattern}|(?:0?[1-9]|[12]\d|3[01]) (?:0?[1-9]|1[0-2]) (?:19|20)?\d{{2}}(?! ?\d)|"
    rf"(?:0?[1-9]|1[0-2]) (?:0[1-9]|[12]\d|3[01]) (?:19|20)?\d{{2}}(?! ?\d)|(?:0[1-9]|[12]\d|"
    rf"3[01])(?:0[1-9]|"
    rf"1[0-2])(?:19|20)?\d{{2}}(?!\d)"
    rf"|(?:19|20)\d{{2}}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d))",
    re.IGNORECASE,
)
WHOLE = re.compile(rf"(?<![\w./-]){DATE.pattern}", re.IGNORECASE)
YEAR_ALONE = re.compile(
    r"(?:\s|\b(?:in|im|en|the|year|jahr|of|dem|jahre|wurde|bin|ich|was|i|war|er|sie|is|ist|el|año|l['’]an|an|nel|het|jaar)\b){0,4}((?:19|"
    r"20)\d{2})(?![\w]|[-./]\d)",
    re.IGNORECASE,
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
    r"primo|due|tre|quattro|cinque|sei|sette|otto|nove|dieci|undici|dodici|tredici|quattordici|quindici|sedici|"
    r"diciassette|diciotto|diciannove|vent(?:i|uno|otto|i[a-zé]{3,8})|trent(?:a|uno)|"
    r"een|één|eerste|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|\w{3,6}tien|(?:\w{3,5}(?:en|ën))?(?:twintig|"
    r"dertig)(?:ste)?)"
)
_YEAR_WORD = (
    r"(?:(?:mille ?novecento|duemila)\w*|(?:vent|trent|quarant|cinquant|sessant|settant|ottant|novant)[aiou]\w{0,9}|"
    r"cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|quatre[ -]vingts?|"
    r"(?:\w{3,6}und)?(?:dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig)|(?:thir|for|fif|six|seven|eigh|nine)ty|"
    r"soixante|septante|cinquante|quarante|nineteen|twenty|two thousand|dos mil|deux mille|neunzehnhundert\w{0,24}|"
    r"zweitausend\w{0,16}|mille|mil|negentien\w{0,24}|"
    r"tweeduizend\w{0,16})(?:[ -](?:and |et |y |en )?(?:hundred|oh|o|thousand|"
    r"twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w{3,6}teen|"
    r"neuf|cent|soixante|dix|quarante|cinquante|trente|vingt|vingts|quatre|deux|trois|cinq|six|sept|huit|onze|"
    r"douze|treize|quatorze|quinze|seize|"
    r"\w{2,6}(?:en|ën)(?:vijftig|veertig|dertig|twintig|zestig|zeventig|tachtig|negentig)|(?:een|twee|drie|vier|vijf|zes|zeven|acht|"
    r"negen|tien|elf|twaalf|\w{3,6}tien)|"
    r"novecientos|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|treinta|veinte|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve))*"
)
_UNIT_WORD = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|one|two|three|four|five|six|seven|eight|nine)"
)
SPOKEN = re.compile(
    rf"\b(?:\d{{1,2}}{_ORDINAL} (?:of |de )?{_MONTH}(?=[, ]{{1,2}}(?:of |de )?{_YEAR_WORD})|"
    rf"(?!un )(?:{_DAY_WORD}[ -]){{1,4}}(?:of |de |d['’]|the )?{_MONTH}|{_MONTH} (?:the )?{_DAY_WORD}(?:[ -]{_UNIT_WORD})?)(?:,? "
    rf"(?:of |de |del |dell['’]|nel |l['’])?(?:{_YEAR_WORD}|{_YEAR}))?(?!\w)",
    re.IGNORECASE,
)
BEFORE = re.compile(
    rf"(?<![\w./-])({DATE.pattern}|{SPOKEN.pattern})[ ,(]{{1,2}}(?:(?:in|à|en|a|te) [^\W\d_]+ )?"
    rf"(?:geboren|geb\.|geb|born|b\.(?=[ ,;/|])|d\.o\.b|dob|né|née|nacid[oa]|nat[oa]|nascid[oa]|zur Welt|(?:is |est |es |è |ist |war |= "
    rf")?(?:m['’]n|z['’]n|d['’]r|mine|sa|ma|son|mon|my|his|her|mein|sein|ihr|mi|su|"
    rf"mijn|zijn|haar|la) "
    rf"(?:date de naissance|dob|date of birth|birthday|geburtstag|geburtsdatum|fecha de nacimiento|cumpleaños|geboortedatum|verjaardag|"
    rf"data di nascita|compleanno))(?!\w)",
    re.IGNORECASE,
)
# The day first, then what it is: "09/11/79 data di nascita", "06-11-2002 (naissance)".
AHEAD = re.compile(
    rf"(?<![\w./-])({DATE.pattern}|\d{{1,2}} \d{{1,2}} (?:19|20)\d\d|{SPOKEN.pattern})[\s,;:|"
    rf"=(\[–-]{{1,3}}(?:(?:como|as|is|ist|als|est|es|è|era|was|per|for|sa|ma|my|her|his|mein|"
    rf"ihr|sein|su|mi|la|il|el|le|the|da|de) ){{0,3}}(?:fecha (?:de )?nac\w*|f\. ?nac\w*|data (?:di )?nasc\w*|"
    rf"date (?:de )?naiss\w*|naissance|"
    rf"nacimiento|nascita|geburts(?:datum|tag)|geb\. ?dat\w*|date of birth|birth ?date|d\.?o\.?b)(?!\w)(?!\W{{0,3}}\d)",
    re.IGNORECASE,
)
FEASTS = words("birthday geburtstag anniversaire cumpleaños verjaardag birth")
AGED = re.compile(
    r"\b(?:aged?|years? old|yrs? old|y/o|jahre? alt|jährige[rnms]?|ans|años|jaar(?: oud)?|anni|lat|turn(?:ed|"
    r"s|ing)? \d{2}|wurde \d{2}|werde \d{2})\b",
    re.IGNORECASE,
)
PAST = re.compile(r"(?:19\d\d|200\d|201\d|['’.\-/ ]\d\d)\b[^\d]*$")
STAR = re.compile(
    rf"(?:\((?:b|geb|nac|nasc|né|née|f|ur|o)\.? ?({DATE.pattern})(?=[,;) ]))|"
    r"(?:\*|\bgeb\.?|\b[Bb]\.?|\bborn|\bN[EÉ]E? LE|\bnac\.?|\bnaiss\.?)[ ]?(\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|(?:19|"
    r"20)\d\d[-/]\d\d[-/]\d\d|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|\d\d \d\d (?:19|20)\d\d)(?!\d)",
    re.IGNORECASE,
)


BORN = words(
    "geboren born né née nacido nacida welt naissance dob birth birthday geburtstag geburtsdatum nacimiento cumpleaños "
    "geboortedatum verjaardag geb b d dob nata nato nascita compleanno nascido nascida nac nasc naiss fecha birthdate gebdat"
)
COLUMN = re.compile(r" ?[;|\t]")
# A child and its day: "Emil (12. Februar 2016)".
CHILDREN = words(
    "son daughter twins twin child children kid kids baby toddler grandson granddaughter sohn tochter kind kinder zwillinge enkel enkelin "
    "fils fille enfant enfants jumeaux hijo hija hijos niño niña mellizos zoon dochter kind kinderen tweeling figlio figlia figli bimbo "
    "bimba "
    "gemelli sister brother schwester bruder"
)
CHILD = re.compile(rf"[A-ZÀ-ÖØ-Þ][^\W\d_]{{1,20}} \((?:\* ?)?({DATE.pattern})\)", re.IGNORECASE)
MISREAD = re.compile(
    r"(?<![\w./-])(?=[\d./-]{0,9}[OIl])[0-3OIl][\dOIl][./-][01OIl][\dOIl][./-][12Il][90O][\dOIl]{2}(?!\w)"
)
YEARS = words("jg jahrg jahrgang")
YEARED = re.compile(r"(?<!\w)[Jj](?:ahrgang|ahrg|g)\.? ?((?:19\d|20[01])\d)(?!\w)")


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
        elif COLUMN.match(text, cue.end) and (column := WHOLE.search(text, cue.end)):
            yield (*column.span(), "DATE_OF_BIRTH")
        elif (worn := MISREAD.search(text, cue.end, stop)) is not None:
            yield (*worn.span(), "DATE_OF_BIRTH")
        elif not feast and (year := YEAR_ALONE.match(text, cue.end, reach)):
            yield (*year.span(1), "DATE_OF_BIRTH")
        elif (feast or "dat" in word or word.startswith("dob")) and (day := NO_YEAR.match(text, cue.end, reach)):
            yield (*day.span(1), "DATE_OF_BIRTH")
    if not BORN.isdisjoint(line.words):
        yield from ((*found.span(1), "DATE_OF_BIRTH") for found in BEFORE.finditer(text))
        yield from ((*found.span(1), "DATE_OF_BIRTH") for found in AHEAD.finditer(text))
    if not line.words.isdisjoint(YEARS):
        yield from ((*found.span(1), "DATE_OF_BIRTH") for found in YEARED.finditer(text))
    if not CHILDREN.isdisjoint(line.words):
        yield from ((*found.span(1), "DATE_OF_BIRTH") for found in CHILD.finditer(text))
    if line.digits > 3:
        yield from ((*found.span(1 if found[1] else 2), "DATE_OF_BIRTH") for found in STAR.finditer(text))
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
