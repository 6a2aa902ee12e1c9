"""A mapping drafted for a file nobody has mapped yet: what its columns mean, told from headings and values. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.service.formats.rules.meanings import MEANINGS, NEEDED, PLACE, SCALES, WANTED, WHO

LEAVE_OUT, KEEP = "leave_out", "keep"
Sampled = Sequence[Mapping[str, str | None]]


INSTRUMENT_WORDS = (
    ("nps", ("nps", "recommend", "empfehl", "promoter")),
    ("ces", ("ces", "effort", "aufwand", "easy", "einfach")),
    ("csat", ("csat", "satisf", "zufried", "star", "rating", "bewert")),
)
# Columns that tell who somebody is, and are no key: never kept beside the facts unless somebody says so.
NAMING = (
    "name",
    "mail",
    "phone",
    "telefon",
    "address",
    "adresse",
    "strasse",
    "street",
    "birth",
    "geburt",
    "iban",
    "mobil",
)
DATES = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y")
CLOCKS = ("", " %H:%M", " %H:%M:%S", ", %H:%M", " %I:%M %p")
FORMATS = tuple(day + clock for day in DATES for clock in CLOCKS)
NEARLY = 0.9
UNITS = (("hours", ("hour", "stunde", "std")), ("minutes", ("min",)))
TRUE = ("true", "t", "yes", "y", "1", "ja", "j", "wahr", "x")
FALSE = ("false", "f", "no", "n", "0", "nein", "falsch", "-")


@dataclass(frozen=True)
class Draft:
    """What somebody says of a file: what a row is, what each column means, and how times and numbers are written."""

    sort: str
    meanings: Mapping[str, str]
    formats: tuple[str, ...] = ("iso",)
    zone: str = "UTC"
    decimal: str = "."
    unit: str = "seconds"
    instrument: str = "nps"
    doubtful: tuple[str, ...] = field(default=())

    def column(self, meaning: str) -> str:
        """The column that means it; empty where none does."""
        return next((column for column, told in self.meanings.items() if told == meaning), "")


def folded(heading: str) -> str:
    """A heading without blanks, marks and case."""
    plain = heading.casefold().replace("ß", "ss").replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    bare = unicodedata.normalize("NFKD", plain)
    return "".join(sign for sign in bare if sign.isalnum() and not unicodedata.combining(sign))


def draft(columns: Sequence[str], rows: Sampled, zone: str = "UTC", sort: str = "") -> Draft:
    """The first guess, to be corrected by a person. `doubtful` names further formats in which every time can be read."""
    chosen = sort if sort in MEANINGS else guess_sort(columns)
    values = {column: [text for row in rows if (text := (row.get(column) or "").strip())] for column in columns}
    meanings = _guess(columns, values, chosen)
    kinds = {meaning.key: meaning.kind for meaning in MEANINGS[chosen]}
    times = [text for column, told in meanings.items() if kinds.get(told) == "time" for text in values[column]]
    formats = time_formats(times)
    numbers = [
        text for column, told in meanings.items() if kinds.get(told) in ("number", "seconds") for text in values[column]
    ]
    told = next((column for column, meaning in meanings.items() if meaning == "score"), "")
    lasting = [column for column, meaning in meanings.items() if kinds.get(meaning) == "seconds"]
    return Draft(
        sort=chosen,
        meanings=meanings,
        formats=formats[:1] or ("iso",),
        zone=zone,
        decimal="," if any("," in text for text in numbers) and not any("." in text for text in numbers) else ".",
        unit=_unit(lasting),
        instrument=_instrument(told, values.get(told, [])),
        doubtful=formats[1:],
    )


def suggested_key(name: str) -> str:
    """A key for the mapping of a file, from its name without what changes from one file to the next."""
    bare = name.rsplit("/", 1)[-1].split(".", 1)[0]
    kept = [part for part in re.split(r"[^a-z0-9]+", bare.casefold()) if part and not part.isdigit()]
    return "_".join(kept)[:60].strip("_") or "own_file"


def guess_sort(columns: Sequence[str]) -> str:
    """answers, contacts or cases: whose own headings occur most."""

    def known(sort: str) -> int:
        own = {
            heading
            for meaning in MEANINGS[sort]
            if meaning not in (*WHO, *PLACE)
            for heading in meaning.headings.split()
        }
        return sum(folded(column) in own for column in columns)

    return max(MEANINGS, key=lambda sort: (known(sort), sort == "answers"))


def _guess(columns: Sequence[str], values: Mapping[str, list[str]], sort: str) -> dict[str, str]:
    meanings: dict[str, str] = {}
    by_heading = {folded(column): column for column in reversed(columns)}
    for meaning in MEANINGS[sort]:
        for heading in meaning.headings.split():
            column = by_heading.get(heading)
            if column is not None and column not in meanings:
                meanings[column] = meaning.key
                break
    _guess_by_values(columns, values, sort, meanings)
    return {
        column: meanings.get(column) or (LEAVE_OUT if any(word in folded(column) for word in NAMING) else KEEP)
        for column in columns
    }


def _guess_by_values(
    columns: Sequence[str], values: Mapping[str, list[str]], sort: str, meanings: dict[str, str]
) -> None:
    """What no heading told and every row needs: the first column of times, the first of small numbers."""
    for needed, fits in (("at", lambda some: bool(time_formats(some))), ("score", _are_scores)):
        if needed in meanings.values() or needed not in {meaning.key for meaning in MEANINGS[sort]}:
            continue
        for column in columns:
            if column not in meanings and values[column] and fits(values[column]):
                meanings[column] = needed
                break


def _are_scores(texts: list[str]) -> bool:
    try:
        return all(0 <= float(text.replace(",", ".")) <= 10 for text in texts)
    except ValueError:
        return False


def time_formats(texts: Iterable[str]) -> tuple[str, ...]:
    """The formats in which nearly all of them can be read, the likeliest first; none when there is none.

    Nearly: a row that is wrong is for the quarantine and no reason to know nothing of the others.
    """
    some = list(dict.fromkeys(texts))
    if not some:
        return ()
    if _nearly(_is_iso(text) for text in some):
        return ("iso",)
    if _nearly(text.isdigit() and len(text) in (10, 13) for text in some):
        return ("epoch",)
    return tuple(form for form in FORMATS if _nearly(_reads(text, form) for text in some))


def _nearly(read: Iterable[bool]) -> bool:
    told = list(read)
    return sum(told) >= NEARLY * len(told)


def _is_iso(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return not text.isdigit()


def _reads(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)  # noqa: DTZ007  only whether it can be read
    except ValueError:
        return False
    return True


def _unit(columns: Sequence[str]) -> str:
    for unit, words in UNITS:
        if any(word in folded(column) for column in columns for word in words):
            return unit
    return "seconds"


def _instrument(heading: str, texts: list[str]) -> str:
    for instrument, words in INSTRUMENT_WORDS:
        if any(word in folded(heading) for word in words):
            return instrument
    highest = max((float(text.replace(",", ".")) for text in texts if _are_scores([text])), default=10.0)
    return "csat" if highest <= 5 else "ces" if highest <= 7 else "nps"


def body_of(told: Draft, columns: Sequence[str], title: str, key: str) -> dict[str, Any]:
    """The mapping as a definition's body. Raises Invalid where something that every row needs is missing."""
    _check(told)
    make = {"answers": _answers, "contacts": _contacts, "cases": _cases}[told.sort]
    return {
        "title": title,
        "zone": told.zone,
        "columns": dict.fromkeys(
            [column for column in columns if told.meanings.get(column) not in (KEEP, LEAVE_OUT)], "text"
        ),
        "optional": dict.fromkeys(
            [column for column in columns if told.meanings.get(column) in (KEEP, LEAVE_OUT)], "text"
        ),
        "personal": _personal(told),
        "targets": make(told, key),
    }


def _check(told: Draft) -> None:
    known = {meaning.key for meaning in MEANINGS[told.sort]}
    taken: dict[str, str] = {}
    for column, meaning in told.meanings.items():
        if meaning in (KEEP, LEAVE_OUT):
            continue
        if meaning not in known:
            raise Invalid(phrase("A column cannot be {meaning}.", meaning=meaning), hint=nearest(meaning, known))
        if meaning in taken:
            raise Invalid(
                phrase("{first} and {second} cannot both mean the same.", first=taken[meaning], second=column),
                code="meaning_taken",
                hint="Keep one of them beside, or leave it out.",
            )
        taken[meaning] = column
    missing = [meaning for meaning in NEEDED[told.sort] if meaning not in taken]
    if told.sort == "answers" and not {"score", "words"} & set(taken):
        missing.append("score")
    if missing:
        raise Invalid(
            phrase("No column says {missing}.", missing=WANTED[missing[0]]),
            code="meaning_missing",
            hint="Choose the column that does.",
        )


def _personal(told: Draft) -> list[str]:
    """Words and people are never kept beside the facts, nor what somebody chose to leave out."""
    away = ("words", "customer_key", "agent_key", LEAVE_OUT)
    return [column for column, meaning in told.meanings.items() if meaning in away]


def _time(told: Draft, meaning: str) -> dict[str, Any]:
    return {"from": told.column(meaning), "formats": list(told.formats)}


def _shared(told: Draft) -> dict[str, Any]:
    """Who and where, as far as the file says it."""
    return {meaning.key: {"from": column} for meaning in (*WHO, *PLACE) if (column := told.column(meaning.key))}


def _known_by(told: Draft) -> list[str]:
    return [told.column("id")] if told.column("id") else []


def _answers(told: Draft, key: str) -> list[dict[str, Any]]:
    named = {"from": told.column("id")} if told.column("id") else {"row": True}
    both = {"response_id": named, "survey_key": {"value": key}, **_shared(told)}
    least, most = SCALES[told.instrument]
    targets: list[dict[str, Any]] = []
    if told.column("score"):
        score = {"from": told.column("score"), "least": least, "most": most, "decimal": told.decimal}
        asked = {"question_key": {"value": "score"}, "instrument": {"value": told.instrument}, "score": score}
        ends = {"scale_min": {"value": least}, "scale_max": {"value": most}}
        columns = {**both, "answered_at": _time(told, "at"), **asked, **ends}
        targets.append({"table": "responses", "key": _known_by(told), "columns": columns})
    if told.column("words"):
        said = {"text": {"from": told.column("words")}, "direction": {"value": "inbound"}, "said_at": _time(told, "at")}
        columns = {**both, "question_key": {"value": "comment"}, **said}
        targets.append({"table": "verbatims", "needs": ["text"], "key": _known_by(told), "columns": columns})
    return targets


def _contacts(told: Draft, key: str) -> list[dict[str, Any]]:
    columns: dict[str, Any] = {"started_at": _time(told, "at"), "direction": {"value": "inbound"}, **_shared(told)}
    for meaning in MEANINGS["contacts"]:
        column = told.column(meaning.key)
        if column and meaning.kind == "seconds":
            columns[meaning.key] = {"from": column, "unit": told.unit, "decimal": told.decimal, "least": 0}
        elif column and meaning.kind == "flag":
            columns[meaning.key] = {"from": column, "true": list(TRUE), "false": list(FALSE)}
    if "answered" in columns or "abandoned" in columns:
        columns["offered"] = {"value": True}
    return [{"table": "interactions", "key": _known_by(told), "columns": columns}]


def _cases(told: Draft, key: str) -> list[dict[str, Any]]:
    """A row is a case; each time in it is a change of that case."""
    shared = {"case_id": {"from": told.column("id")}, **_shared(told)}
    for meaning in ("priority", "cause"):
        if told.column(meaning):
            shared[meaning] = {"from": told.column(meaning)}
    targets = []
    for change in ("opened", "first_responded", "resolved", "closed"):
        if told.column(f"{change}_at"):
            columns = {**shared, "at": _time(told, f"{change}_at"), "change": {"value": change}}
            targets.append(
                {"table": "case_changes", "part": change, "needs": ["at"], "key": _known_by(told), "columns": columns}
            )
    return targets
