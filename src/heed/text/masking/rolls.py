"""Names as forms, lists and loud or careless writers put them: last name first, all capitals, small letters, a name at birth."""

import re
from collections.abc import Iterator
from functools import lru_cache

from heed.text.masking.births import MONTH_NAMES
from heed.text.masking.known import (
    LITTLE,
    STOPS,
    double_names,
    first_names,
    is_brand,
    is_last,
    low_first_names,
    no_names,
)
from heed.text.masking.line import Line
from heed.text.masking.listed import CLOSED
from heed.text.masking.lists import words
from heed.text.masking.naming import PART

_UP = "A-ZÀ-ÖØ-ÞŁŚŻŹŃĄĘČŠŽĆĐĎĚŇŘŤŮŐŰĂȘȚŞŢİĞ"
_LOUD = rf"[{_UP}]{{2,20}}(?:[-'’][{_UP}]{{2,20}})*"
_INITIAL = rf"[{_UP}](?:\.|(?![\w.]))"
_OF = r"(?:(?:van der|van den|van de|van|von|de la|de|del|di|da|le|la|el|d['’]) )?"
LAST_FIRST = re.compile(
    rf"(?<![\w'’-])(?P<last>{_OF}{PART}(?: {PART})?|{_LOUD}(?: {_LOUD})?), ?(?P<first>(?:{PART}|{_LOUD})(?: (?:{_INITIAL}|{PART}|"
    rf"{_LOUD})){{0,2}}|{_INITIAL})(?![\w'’-])"
)
# What stands before or behind a name that begins with the surname.
OPENS = re.compile(
    r"(?:[:;|\"“„(=<]\s?|(?i:\b(?:pt|pat|patient(?:in)?|name|naam|nom|nombre|nome|insured|caller|transferred|intake|cust|customer|client|"
    r"cliente|kunde|kundin|kd|"
    r"klant|von|from|guest|gast|mitglied|member|tenant|versicherte[rn]?|passenger|passagier|pasajero|paciente|assurée?|titulaire|titular|"
    r"bewohner(?:in)?|"
    r"resident|driver|fahrer(?:in)?|halter(?:in)?|student|employee|mr|mrs|herr|frau)\.?) )$"
)
SHUTS = re.compile(
    r"\s*(?:[;|/\"”<*]|[,;]? ?(?i:dob|geb\b|geb\.|born|née?\b|nac\b|nac\.|nhs|ssn|mrn|tel|ph\b|acct|acc\b|\*|b\.? ?\d|id\b|nr\b|"
    r"no\b)|[,;]? ?\d{4}|\s{2,}|\s[-–—(]\s?)"
)
LOUD = re.compile(
    rf"(?<![\w'’.@/-])(?P<one>{_LOUD})(?P<gap> {{1,3}})(?:{_INITIAL} )?(?:(?:VAN DER|VAN DEN|VAN DE|VAN|VON|DE LA|DE|DEL|DI|DA|"
    rf"LE|LA|EL|MAC|MC) )?(?P<two>{_LOUD})(?![\w'’@-])"
)
LOUD_ONE = re.compile(rf"(?<![\w'’.@/-])(?P<one>{_LOUD})(?![\w'’@-])")
AT_BIRTH = re.compile(
    rf"(?<!\w)(?:[Nn]ée|[Nn]é|épouse|ép\.|z domu|de solteira|född|nascida|nata|ved\.|vedova|verh\.|verw\.|gesch\.|vve|veuve|née|né|geb\.|"
    rf"geborene[rn]?|geboren als|birth name:?|maiden name:?|"
    rf"(?:mother['’]s )?maiden name is|meisjesnaam:?|"
    rf"nom de jeune fille ?:?|"
    rf"apellido de soltera:?|de soltera|geburtsname:?) (?P<name>{PART}(?:[ -]{PART})?)(?![\w'’-])"
)
LOW = re.compile(
    r"(?<![\w'’])(?:hier (?:nochmal|nochmals|wieder|mal|ist|spricht)|hier|c|c['’]est|ici|hoi,? met|hallo,? met|met|groetjes|"
    r"groeten|gr|soy(?: la| el)?|sono(?: la)?|"
    r"(?:ook |auch |aussi |also )?(?:van|von|de|from)|it['’]s|its|it is|this is|i['’]m|im|lg|vg|gruß|grüße|mfg|thx|cheers|ta|"
    r"ciao|bisous|bises|besos|un beso|saludos|"
    r"me and|my mate|my friend|meine|mein|mit|avec|con|ask for|asked for|for|für|pour|para|an|told|tell|spoke to|called|asked|"
    r"hi|hey|hallo|salut|hola|dear) "
    r"(?P<name>[^\W\d_]{3,15}(?:-[^\W\d_]{3,15})?)(?![\w'’@.-]*@|[\w'’-])"
)
# Behind these a name that is a word as well is a name.
NO_SPEAKERS = words(
    "may will can mark bill page are ist war sind job line service era una son long june july april summer dan art hope joy grace love"
)
CLEAR = words("soy la el hoi groetjes nochmal nochmals spricht")
NAMED = re.compile(
    rf"(?<!\w)(?i:heißt|heisst|hieß|s['’]appelle|s['’]appelait|se llama|se llamaba|heet|heette|is called|goes by|si chiama|"
    rf"nennt sich|buzz|ask 4|asks? for|"
    rf"pregunt(?:a|e|en|ar|ad) por|verlangen sie|klingeln bei|sonner chez|call ?back from|calls? from|visit from|appel de|"
    rf"llamada de|anruf von|vraag naar|"
    rf"mandant(?:in)?|erblasser(?:in)?|(?:cust|pt|insured|client|patient)\.?) (?P<name>{PART}(?: {PART})?)(?![\w'’-])"
)
ROLES = re.compile(r"(?:mandant|erblasser|cust|pt|insured|client|patient)", re.IGNORECASE)
SPEAKS = re.compile(
    r"(?<![\w'’])(?P<name>[^\W\d_]{3,15}) (?:here|hier|à l['’]appareil|al habla|al aparato|speaking|aan de lijn|am apparat|"
    r"am telefon|am hörer|al telefono)(?!\w)"
)
STARTS = re.compile(r"(?:^|[.,!?;:–—-]|(?<!\w)(?i:hi|hello|hey|hallo|bonjour|hola|hoi|yes|yep|ja|oui|and|und))\s*\Z")
# Forms without colons, in capitals: COGNOME ROSSI NOME CHIARA; letters may have been misread as digits.
_FIELDS = (
    "COGNOME|NOME|NAME|SURNAME|FIRST NAME|LAST NAME|FULL NAME|VORNAME|NACHNAME|NOM|PRENOM|PRÉNOM|NOMBRE|APELLIDOS?|NAAM|VOORNAAM|"
    "ACHTERNAAM|"
    "PATIENT|CUSTOMER|CARDHOLDER|PAY TO THE ORDER OF|TITULAR|TITULAIRE|INTESTATARIO|KUNDE|EMPFÄNGER|ABSENDER"
)
FORM = re.compile(
    rf"(?<!\w)(?:{_FIELDS}) (?P<name>(?!(?:{_FIELDS})(?!\w))(?=[{_UP}])[{_UP}015'’-]{{3,20}}(?: "
    rf"(?!(?:{_FIELDS})(?!\w))[{_UP}015'’-]{{2,20}}){{0,2}})(?!\w)"
)
FORMED = words(
    "cognome nome name surname vorname nachname nom prenom prénom nombre apellido apellidos naam voornaam achternaam order titular "
    "titulaire intestatario patient customer cardholder kunde empfänger absender"
)
# A row of a table: surname and first name in columns of their own.
COLUMNS = re.compile(
    rf"(?:(?<=[;|\t])|(?<=[;|/] )|^)(?P<one>{PART})(?P<gap>[;|\t])(?P<two>{PART}(?: {PART})?)(?=[;|\t]|$)"
)
SHORT_NAMES = re.compile(rf"(?<=\|)(?P<name>(?:[{_UP}] ){{1,2}}[{_UP}][^\W\d_]{{2,20}})(?=\||$)")


def rolls(line: Line) -> Iterator[tuple[int, int]]:
    """Start and end of each such name."""
    text = line.text
    if "," in text:
        yield from _last_first(text)
    if LOUD_ONE.search(text):
        yield from _loud(text)
    if not line.words.isdisjoint(AT_BIRTH_WORDS):
        yield from ((found.span("name")) for found in AT_BIRTH.finditer(text) if _is_free(found["name"]))
    if not line.words.isdisjoint(NAMED_WORDS):
        yield from _named(text)
    if not line.words.isdisjoint(FORMED):
        yield from _formed(text)
    if ";" in text or "|" in text:
        yield from _in_columns(text)
    if "|" in text:
        yield from (found.span("name") for found in SHORT_NAMES.finditer(text))
    if not line.words.isdisjoint(_low_names()):
        yield from _low(text)


AT_BIRTH_WORDS = frozenset(re.findall(r"[^\W\d_]{2,}", AT_BIRTH.pattern.split("(?P<name>")[0].lower()))
NAMED_WORDS = frozenset(re.findall(r"[^\W\d_]{3,}", NAMED.pattern.split("(?P<name>")[0].lower())) | {"pt"}


@lru_cache(maxsize=1)
def _low_names() -> frozenset[str]:
    return low_first_names() | double_names()


def _last_first(text: str) -> Iterator[tuple[int, int]]:
    for found in LAST_FIRST.finditer(text):
        first, last = found["first"].split()[0], found["last"]
        start, end = found.start(), found.end()
        while " " in last and not _is_free(last.split()[0]) and last.split()[0].lower() not in LITTLE:
            start += len(last.split()[0]) + 1
            last = last.split(" ", 1)[1]
        end -= _trailing(found["first"])
        known = len(first.strip(".")) == 1 or _cased(first) in first_names()
        opened = OPENS.search(text, max(0, start - 16), start) is not None
        shut = SHUTS.match(text, end) is not None
        begins = start == 0 and (end == len(text) or end < found.end())
        if is_brand(text, start, end) or not _is_free(last) or last.lower() in CLOSED:
            continue
        if (known and (opened or shut or begins)) or (
            opened and shut and _is_free(found["first"]) and last.isupper() == first.isupper()
        ):
            yield start, end


def _formed(text: str) -> Iterator[tuple[int, int]]:
    for found in FORM.finditer(text):
        start, end = found.span("name")
        words = found["name"].split()
        while words and (words[-1].lower() in no_names() | ACRONYMS | STOPS | FORM_WORDS or len(words[-1]) < 3):
            end = start + len(found["name"][: end - start].rstrip()) - len(words.pop())
            end = start + len(text[start:end].rstrip())
        if words and _is_free(words[0]) and not is_brand(text, start, end):
            yield start, end


FORM_WORDS = words(
    "nata nato geb geboren born dob addr address adresse anschrift indirizzo comune sesso sex memo tel date data datum age alter cf"
)


def _in_columns(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    while found := COLUMNS.search(text, at):
        at = found.end("one")
        one, two = found["one"], found["two"]
        first = one in first_names() or two.split()[0].split("-")[0] in first_names()
        if first and _is_free(one) and _is_free(two) and one.lower() not in FORMED and two.lower() not in FORMED:
            yield found.span("one")
            yield found.span("two")


def _trailing(first: str) -> int:
    # "Joy DOB", "R. NHS": what follows the name is none.
    parts = first.split(" ")
    loud = parts[-1].isupper() and len(parts[-1].strip(".")) > 1 and not parts[0].isupper()
    if len(parts) > 1 and (loud or parts[-1].strip(".").lower() in ACRONYMS):
        return len(parts[-1]) + 1
    return 0


def _loud(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    while found := LOUD.search(text, at):
        at = found.end("one")
        one, two = _cased(found["one"]), _cased(found["two"])
        first_last = one in first_names() and len(one) > 2 and _is_free(two) and len(two) > 2
        last_first = two in first_names() and len(two) > 2 and is_last(one)
        apart = len(found["gap"]) > 1 or re.match(r"\s*(?:[,;|:)\d]|$)|  ", text[found.end() :]) is not None
        if not is_brand(text, *found.span()) and (
            last_first or (first_last and (is_last(two) or (apart and one.lower() not in double_names())))
        ):
            yield found.span()
            at = found.end()
    for word in LOUD_ONE.finditer(text):
        name = _cased(word[0])
        if (
            name in first_names()
            and name.lower() not in double_names() | no_names()
            and len(name) > 3
            and not is_brand(text, *word.span())
        ):
            yield word.span()


def _named(text: str) -> Iterator[tuple[int, int]]:
    for found in NAMED.finditer(text):
        start, end = found.span("name")
        parts = found["name"].split()
        if not _is_free(parts[0]) or found["name"].isupper() or is_brand(text, start, end):
            continue
        if len(parts) > 1 and not _is_free(parts[1]):
            end = start + len(parts[0])
        ends = re.match(
            r"\s*(?:[.,;:!?)(]|$|mit\b|with\b|avec\b|con\b|met\b|und\b|and\b|et\b|y\b|en\b|on\b|at\b)", text[end:]
        )
        several = (
            len(found["name"].split()) > 1 and end - start == len(found["name"]) and ROLES.match(found[0]) is not None
        )
        if parts[0] in first_names() or ends or several:
            yield start, end


def _low(text: str) -> Iterator[tuple[int, int]]:
    for said in SPEAKS.finditer(text):
        name = said["name"]
        # What is a word as well ("the fee here") is a name only where somebody begins to speak ("hi, grace here").
        begins = name not in double_names() or STARTS.search(text, 0, said.start()) is not None
        if name in _low_names() and begins and name not in STOPS and name not in NO_SPEAKERS:
            yield said.span("name")
    at = 0
    while found := LOW.search(text, at):
        at = found.start() + 1
        name = found["name"]
        if not name.islower():
            continue
        lead = set(found[0][: -len(name)].lower().split())
        if name in low_first_names() or (name in double_names() and not lead.isdisjoint(CLEAR)):
            yield found.span("name")


def _cased(word: str) -> str:
    return "-".join(part.capitalize() for part in word.split("-")) if word.isupper() else word


def _is_free(name: str) -> bool:
    """Whether no word of it is a common one, a month or an abbreviation."""
    parts = [part.strip(".,").lower() for part in name.split() if part.lower() not in LITTLE] or [name.lower()]
    return (
        all(
            part not in no_names() and part not in STOPS and part not in MONTH_NAMES and part not in ACRONYMS
            for part in parts
        )
        and len(parts[-1]) > 1
    )


ACRONYMS = words(
    "lg vg bg mfg cdlt cdt mvg gr thx ta ps nb re aw wg fw fwd cc hr fr hrn herr frau mr mrs ms dr prof "
    "dob nhs ssn iban bic tel fax acct acc ref vat gmbh ltd llc usa uk eu dhl ups dpd hermes gls adac tuv atm pin tan sms app "
    "wlan dsl lte usb hdmi tv pc faq agb "
    "id nr no kd sepa asap fyi eta eur usd gbp gate code not working bitte svp please urgent eilt urgente dringend stop"
)
