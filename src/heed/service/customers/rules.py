"""What is known of a customer, how the columns of a file are guessed, and when a row cannot be taken. Pure."""

import re
import unicodedata
import zoneinfo
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import lru_cache
from typing import Any, Protocol

from heed.core.consent.rules import personal, pseudonym
from heed.core.errors.rules import Invalid, nearest, phrase
from heed.core.http.rules import unkept
from heed.service.formats.rules.identifiers import bare_identifier

_REACH = "to reach a customer who is asked or answered"
for _column, _sort in (
    ("key", "key"),
    ("external_id", "key"),
    ("name", "name"),
    ("email", "contact"),
    ("phone", "contact"),
    ("account", "name"),
    ("attributes", "words"),
):
    personal("service.Customer", _column, _sort, _REACH)  # type: ignore[arg-type]
personal("service.ConsentEntry", "customer_key", "key", "to know who gave consent, and for what")
personal("service.ConsentEntry", "shown", "words", "to prove which text stood before the customer")
personal("service.ConsentEntry", "noted_by", "key", "to know who noted it")
personal("service.RejectedCustomer", "raw", "words", "to say what was wrong with a row that was brought in")

ADDRESS = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([a-z0-9\u0080-\uffff]([a-z0-9\u0080-\uffff-]{0,61}[a-z0-9\u0080-\uffff])?\.)+"
    r"[a-z\u0080-\uffff]([a-z0-9\u0080-\uffff-]{0,61}[a-z0-9\u0080-\uffff])"
)
PHONE = re.compile(r"\+?[0-9 ()./\u00a0-]{5,40}")
TAG = re.compile(r"[a-zA-Z]{2,3}([-_][a-zA-Z0-9]{2,8})*")
NOTHING = frozenset({"", "-", "--", "n/a", "na", "null", "none", "nan", "keine", "k.a.", "unbekannt", "unknown"})
YES = frozenset({"1", "yes", "y", "true", "x", "ja", "j", "wahr", "opted out", "unsubscribed", "abgemeldet"})
NO = frozenset({"0", "no", "n", "false", "nein", "falsch", "subscribed", "angemeldet"})
LONGEST = {"external_id": 200, "name": 200, "email": 254, "phone": 40, "region": 80, "segment": 80, "account": 200}
LARGEST_ATTRIBUTES = 40
ATTRIBUTE_LENGTH = 500

# What a column may become, and the headings that say so: English and German, without blanks, marks and case.
HEADINGS: dict[str, str] = {
    "external_id": (
        "customerid customerno customernumber customerkey clientid clientnumber contactid externalid id userid memberid "
        "membernumber accountid crmid kundennummer kundennr kundenid kdnr debitor debitorennummer nummer "
        "mitgliedsnummer personennummer number no nr"
    ),
    "name": "name fullname customername displayname contactname kundenname vollername ansprechpartner customer kunde",
    "first_name": "firstname givenname forename vorname rufname",
    "last_name": "lastname surname familyname nachname familienname zuname",
    "email": "email emailaddress mail mailaddress mailadresse emailadresse emailadr customeremail",
    "phone": (
        "phone phonenumber telephone mobile mobilephone cell cellphone tel telefon telefonnummer telefonnr handy "
        "mobil mobilnummer rufnummer"
    ),
    "language": "language lang locale preferredlanguage sprache korrespondenzsprache sprachcode",
    "time_zone": "timezone tz zeitzone",
    "region": "region area territory state district gebiet bezirk bundesland vertriebsgebiet",
    "segment": "segment customersegment tier customergroup kundensegment kundengruppe kundenklasse",
    "account": "account company companyname organization organisation firma unternehmen firmenname konto",
    "opted_out": (
        "optout optedout unsubscribed unsubscribe donotcontact donotmail nomail emailoptout abgemeldet widerspruch "
        "werbewiderspruch keinemail keinkontakt"
    ),
}
FIELDS = (*HEADINGS, "attribute")

REASONS: dict[str, str] = {
    "no_identifier": phrase("has no identifier"),
    "bad_email": phrase("is no e-mail address"),
    "bad_phone": phrase("is no telephone number"),
    "unknown_language": phrase("is no language"),
    "unknown_time_zone": phrase("is no time zone"),
    "not_yes_or_no": phrase("is neither yes nor no"),
    "too_long": phrase("is too long"),
    "unkept_character": phrase("holds a character that cannot be kept"),
    "repeated_identifier": phrase("has the identifier of an earlier line, with other values"),
    "wrong_number_of_columns": phrase("has another number of columns than the heading"),
}


@dataclass(frozen=True)
class CustomerRow:
    """One customer as a file, a form or a call gives it, checked. What is empty is not known and changes nothing."""

    external_id: str
    name: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    time_zone: str = ""
    region: str = ""
    segment: str = ""
    account: str = ""
    opted_out: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)

    def known(self) -> dict[str, Any]:
        """What the row says, by field of the model."""
        return {name: value for name, value in asdict(self).items() if value and name != "opted_out"}


@dataclass(frozen=True)
class Fault:
    """Why a row was not taken: the column at fault (a heading, or the field where there is none) and a code."""

    column: str
    reason: str


@dataclass(frozen=True)
class Rejection:
    """A row of a file that was not taken, with the physical line it stands on."""

    line: int
    fault: Fault
    raw: Mapping[str, str | None]

    @property
    def value(self) -> str | None:
        return self.raw.get(self.fault.column)

    @property
    def reason(self) -> str:
        return REASONS[self.fault.reason]


class NotTaken(Invalid):
    """A row that cannot be taken."""

    code = "invalid_customer"

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(phrase("{column} {reason}.", column=column, reason=REASONS[reason]), hint="Correct the value.")
        self.fault = Fault(column, reason)


def customer_key(secret: str, system: str, identifier: str) -> str:
    """The key under which facts of this customer are kept: the same as imports and events make."""
    return pseudonym(secret, "c", system, bare_identifier(identifier.strip()))


def folded(heading: str) -> str:
    """A heading without blanks, marks and case: "E-Mail Adresse" and "e_mail-adresse" are one."""
    bare = unicodedata.normalize("NFKD", heading.casefold().replace("ß", "ss"))
    return "".join(sign for sign in bare if sign.isalnum() and not unicodedata.combining(sign))


def guess(columns: Sequence[str]) -> dict[str, str]:
    """Column → field, told from the headings; each field once, the heading that stands first in its list wins."""
    known = {folded(column): column for column in reversed(columns)}
    guessed: dict[str, str] = {}
    for name, headings in HEADINGS.items():
        for heading in headings.split():
            column = known.get(heading)
            if column is not None and column not in guessed:
                guessed[column] = name
                break
    if "name" in guessed.values():
        guessed = {column: name for column, name in guessed.items() if name not in ("first_name", "last_name")}
    return guessed


def checked_mapping(columns: Sequence[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Column → field as somebody chose it. Raises Invalid naming what cannot be meant."""
    mapped = {column: name for column, name in chosen.items() if name}
    for column, name in mapped.items():
        if column not in columns:
            raise Invalid(
                phrase("The file has no column {column}.", column=column),
                code="unknown_column",
                hint=nearest(column, columns),
            )
        if name not in FIELDS:
            raise Invalid(
                phrase("There is no field {name}.", name=name), code="unknown_field", hint=nearest(name, FIELDS)
            )
    given = [name for name in mapped.values() if name != "attribute"]
    doubled = sorted({name for name in given if given.count(name) > 1})
    if doubled:
        raise Invalid(
            phrase("Two columns are {field}.", field=doubled[0]), code="doubled_field", hint="Leave one of them out."
        )
    if "external_id" not in given and "email" not in given:
        raise Invalid(
            "No column says who the customer is.",
            code="no_identifier",
            hint="Map a column to the customer's identifier, or to the e-mail address.",
        )
    return mapped


def read_row(values: Mapping[str, str | None], mapped: Mapping[str, str]) -> CustomerRow:
    """A row of a file as a customer. Raises NotTaken with the column and the reason."""
    given: dict[str, str] = {}
    headings = {name: column for column, name in mapped.items()}
    attributes: dict[str, str] = {}
    for column, name in mapped.items():
        text = (values.get(column) or "").strip()
        if text.casefold() in NOTHING:
            continue
        if name == "attribute":
            attributes[column] = text
        else:
            given[name] = text
    whole = " ".join(part for part in (given.pop("first_name", ""), given.pop("last_name", "")) if part)
    if whole:
        given.setdefault("name", whole)
    return checked(given, attributes, headings)


def read_rows(
    rows: Iterable[tuple[int, Mapping[str, str | None], bool]], mapped: Mapping[str, str]
) -> tuple[list[CustomerRow], tuple[Rejection, ...], int]:
    """The rows of a file (line, values, whether whole) as customers, those that are none, and how many were read.

    Of two rows with one identifier the first counts; another that says something else is rejected.
    """
    taken: dict[str, CustomerRow] = {}
    rejected: list[Rejection] = []
    read = 0
    column = next((name for name, to in mapped.items() if to == "external_id"), "")
    for line, values, whole in rows:
        read += 1
        try:
            if not whole:
                raise NotTaken("", "wrong_number_of_columns")
            row = read_row(values, mapped)
            if taken.setdefault(row.external_id, row) != row:
                raise NotTaken(column, "repeated_identifier")
        except NotTaken as fault:
            rejected.append(Rejection(line, fault.fault, values))
    return list(taken.values()), tuple(rejected), read


def checked(
    given: Mapping[str, str], attributes: Mapping[str, str] | None = None, headings: Mapping[str, str] | None = None
) -> CustomerRow:
    """What is given of a customer, normalised. Raises NotTaken; `headings` names the columns in a file's words."""

    def refuse(name: str, reason: str) -> NotTaken:
        return NotTaken((headings or {}).get(name, name), reason)

    made: dict[str, Any] = dict(given)
    for name, value in {**(attributes or {}), **given}.items():
        if unkept(value) is not None:
            raise refuse(name, "unkept_character")
    for name, longest in LONGEST.items():
        if len(made.get(name, "")) > longest:
            raise refuse(name, "too_long")
    for name, value in (attributes or {}).items():
        if len(value) > ATTRIBUTE_LENGTH or len(name) > ATTRIBUTE_LENGTH or len(attributes or {}) > LARGEST_ATTRIBUTES:
            raise refuse(name, "too_long")
    if made.get("email"):
        made["email"] = address_of(made["email"])
        if not made["email"]:
            raise refuse("email", "bad_email")
    if made.get("phone") and not (PHONE.fullmatch(made["phone"]) and sum(s.isdigit() for s in made["phone"]) >= 5):
        raise refuse("phone", "bad_phone")
    if made.get("language"):
        made["language"] = language_of(made["language"])
        if not made["language"]:
            raise refuse("language", "unknown_language")
    if made.get("time_zone") and made["time_zone"] not in zoneinfo.available_timezones():
        raise refuse("time_zone", "unknown_time_zone")
    wish = made.pop("opted_out", "")
    if wish and wish.casefold() not in YES | NO:
        raise refuse("opted_out", "not_yes_or_no")
    identifier = bare_identifier(made.pop("external_id", "") or made.get("email", ""))
    if not identifier:
        raise refuse("external_id", "no_identifier")
    made = {name: value for name, value in made.items() if name in {each.name for each in fields(CustomerRow)}}
    return CustomerRow(identifier, opted_out=wish.casefold() in YES, attributes=dict(attributes or {}), **made)


def address_of(text: str) -> str:
    """An e-mail address in its plain form (small letters); empty when it is none. `Name <a@b.c>` gives a@b.c."""
    bare = text.strip().removeprefix("mailto:")
    if bare.endswith(">") and "<" in bare:
        bare = bare[bare.rindex("<") + 1 : -1].strip()
    bare = unicodedata.normalize("NFC", bare).lower()
    local = bare.partition("@")[0]
    return bare if ADDRESS.fullmatch(bare) and len(local) <= 64 and len(bare) <= 254 else ""


_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")


def number_of(text: str) -> str:
    """A telephone number as text messages need it, with + and the country (E.164); empty when the country is not told."""
    bare = re.sub(r"[\s().\-/\u00a0]", "", text.replace("(0)", ""))
    bare = f"+{bare[2:]}" if bare.startswith("00") else bare
    return bare if _NUMBER.fullmatch(bare) else ""


@lru_cache(maxsize=1024)
def language_of(text: str) -> str:
    """The BCP 47 tag of a language written as a tag or by its English or German name; empty when it is none."""
    names = _languages()
    bare = text.strip()
    if bare.casefold() in names:
        return names[bare.casefold()]
    if not TAG.fullmatch(bare):
        return ""
    first, *rest = bare.replace("_", "-").split("-")
    if first.lower() not in set(names.values()):
        return ""
    return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part.title() for part in rest)])


@lru_cache(maxsize=1)
def _languages() -> dict[str, str]:
    """Names in English and German, in small letters → the language's code."""
    from babel import Locale

    return {
        name.casefold(): code
        for written in ("de", "en")
        for code, name in Locale(written).languages.items()
        if code.isalpha() and len(code) in (2, 3)
    }


def changes(before: Mapping[str, Any], row: CustomerRow) -> dict[str, Any]:
    """What a row would change of what is known; an empty value takes nothing away, attributes are joined."""
    said = row.known()
    if "attributes" in said:
        said["attributes"] = {**before.get("attributes", {}), **said["attributes"]}
    return {name: value for name, value in said.items() if before.get(name) != value and name != "external_id"}


class Unit(Protocol):
    """A unit of the tree, by shape: heed.core.people.rules.Node."""

    @property
    def key(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def parent(self) -> str | None: ...


def region_above(unit: str, nodes: Mapping[str, Unit]) -> str:
    """The region a unit is, or stands in; empty when it stands in none."""
    seen: set[str] = set()
    here: str | None = unit
    while here and here in nodes and here not in seen:
        if nodes[here].kind == "region":
            return here
        seen.add(here)
        here = nodes[here].parent
    return ""


# The ledger of consent

# What asking for an opinion is called there.
ASKING = "asking"
SAID = ("given", "withdrawn", "objected")
_PURPOSE = re.compile(r"[a-z][a-z0-9_]{0,59}")


def bar_of(last: str | None, must_consent: bool) -> str:
    """Why a customer may not be processed, by what they said last about the purpose; empty when they may."""
    if last == "objected":
        return "objected"
    if last == "withdrawn":
        return "consent_withdrawn"
    return "no_consent" if must_consent and last != "given" else ""


def checked_consent(purpose: str, said: str, shown: str) -> None:
    """Raise Invalid for what is no entry of the ledger: consent is worth nothing when nobody knows to what."""
    if not _PURPOSE.fullmatch(purpose):
        raise Invalid(
            phrase("{purpose!r} is no purpose.", purpose=purpose[:80]),
            code="invalid_purpose",
            hint="Small letters, digits and _, such as asking or marketing.",
        )
    if said not in SAID:
        raise Invalid(
            phrase("{said!r} is nothing the ledger holds.", said=said[:40]),
            code="invalid_consent",
            hint=nearest(said, SAID),
        )
    if said == "given" and not shown.strip():
        raise Invalid(
            "Consent needs the text that was shown.",
            code="no_text_shown",
            hint="Give the sentence the customer agreed to.",
        )
