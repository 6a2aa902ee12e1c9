"""The errors heed raises on purpose. Each has a code, one line that says what was wrong, and a hint that says what to do.

One place at each edge turns them into a page fragment, problem+json or an exit code. Their words are English here; a
phrase remembers how it was made, so that an edge can say it in the reader's language.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any


class Phrase(str):
    """English words that remember their template and its values. As a text it is itself."""

    template: str
    values: Mapping[str, Any]

    def __new__(cls, said: str, template: str = "", values: Mapping[str, Any] | None = None) -> "Phrase":
        made = super().__new__(cls, said)
        made.template, made.values = template or said, dict(values or {})
        return made


def phrase(template: str, /, **values: Any) -> Phrase:
    """A phrase: `phrase("There is no role {role}.", role=role)`. A value may be a phrase itself.

    Without values the template is said as it stands, so that words kept in a table can be translated too.
    """
    if isinstance(template, Phrase) and not values:
        return template
    return Phrase(template.format(**values) if values else template, template, values)


def translated(text: str, gettext: Callable[[str], str]) -> str:
    """A text in another language: a phrase by its template, its phrases with it; anything else as a whole."""
    if not text:
        return ""
    if not isinstance(text, Phrase):
        return gettext(text)
    if not text.values:
        return gettext(text.template)
    values = {
        name: translated(value, gettext) if isinstance(value, Phrase) else value for name, value in text.values.items()
    }
    try:
        return gettext(text.template).format(**values)
    except (LookupError, ValueError):
        # A text of people's own, such as a formula with a stray brace, is no template.
        return str(text)


_PLACE = re.compile(r"\{(\w+)\}")
_KEPT: dict[str, re.Pattern[str]] = {}


def kept(*templates: str) -> None:
    """Register words that are stored as they were said, such as why a row was rejected, so that what is stored can be
    said in another language when it is shown.
    """
    for template in templates:
        parts = _PLACE.split(template)
        pattern = "".join(f"(?P<{part}>.*?)" if place % 2 else re.escape(part) for place, part in enumerate(parts))
        _KEPT[template] = re.compile(pattern, re.DOTALL)


def recognised(text: str) -> str:
    """A stored text as the phrase it was said by; as it is when no registered template gives it."""
    for template, pattern in _KEPT.items():
        if found := pattern.fullmatch(text):
            return Phrase(text, template, found.groupdict())
    return text


class HeedError(Exception):
    """Something heed will not do, and why. `status` is the HTTP status an edge answers with."""

    code = "error"
    status = 400

    def __init__(self, message: str, *, code: str | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.hint = hint

    def said(self, gettext: Callable[[str], str]) -> str:
        """What was wrong and what to do, in another language."""
        return f"{translated(self.message, gettext)} {translated(self.hint, gettext)}".strip()

    def as_dict(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "hint": self.hint}


class Invalid(HeedError):
    """What came in is not what it should be."""

    code = "invalid"
    status = 422


class Refused(HeedError):
    """What was asked cannot be done in the present state."""

    code = "refused"
    status = 409


class NotFound(HeedError):
    """There is no such thing, or the asker may not know of it."""

    code = "not_found"
    status = 404


class Forbidden(HeedError):
    """The asker may not do this."""

    code = "forbidden"
    status = 403


class Unavailable(HeedError):
    """Something heed needs does not answer; trying again later may help."""

    code = "unavailable"
    status = 503


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint for a misspelt name: the nearest known one, or the list when none is near."""
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return phrase("Did you mean {name}?", name=close[0])
    return phrase("Known are: {names}", names=", ".join(names[:20]) + (" …" if len(names) > 20 else ""))


def together(parts: Iterable[str]) -> str:
    """Several things as people name them: "a", "a and b", "a and b and c"."""
    first, *others = parts
    for other in others:
        first = phrase("{before} and {last}", before=first, last=other)
    return first


# Type of a fault of Pydantic's -> what it says, with the names of its context.
FAULTS = {
    "missing": "Field required",
    "extra_forbidden": "Extra inputs are not permitted",
    "bool_parsing": "Input should be a valid boolean, unable to interpret input",
    "bool_type": "Input should be a valid boolean",
    "datetime_from_date_parsing": "Input should be a valid datetime or date, {error}",
    "datetime_parsing": "Input should be a valid datetime, {error}",
    "date_from_datetime_parsing": "Input should be a valid date or datetime, {error}",
    "date_parsing": "Input should be a valid date in the format YYYY-MM-DD, {error}",
    "decimal_parsing": "Input should be a valid decimal",
    "dict_type": "Input should be a valid dictionary",
    "enum": "Input should be {expected}",
    "finite_number": "Input should be a finite number",
    "float_parsing": "Input should be a valid number, unable to parse string as a number",
    "float_type": "Input should be a valid number",
    "greater_than": "Input should be greater than {gt}",
    "greater_than_equal": "Input should be greater than or equal to {ge}",
    "int_from_float": "Input should be a valid integer, got a number with a fractional part",
    "int_parsing": "Input should be a valid integer, unable to parse string as an integer",
    "int_type": "Input should be a valid integer",
    "less_than": "Input should be less than {lt}",
    "less_than_equal": "Input should be less than or equal to {le}",
    "list_type": "Input should be a valid list",
    "literal_error": "Input should be {expected}",
    "string_pattern_mismatch": "String should match pattern '{pattern}'",
    "string_too_long": "String should have at most {max_length} characters",
    "string_too_short": "String should have at least {min_length} characters",
    "string_type": "Input should be a valid string",
    "timezone_aware": "Input should have timezone info",
    "too_long": "There should be at most {max_length} items, not {actual_length}",
    "too_short": "There should be at least {min_length} items, not {actual_length}",
    "tuple_type": "Input should be a valid tuple",
}


def fault_said(fault: Mapping[str, Any]) -> str:
    """What a fault of Pydantic's says: in the words of the rule that raised it, else in Pydantic's own."""
    context = fault.get("ctx") or {}
    raised = context.get("error")
    if isinstance(raised, HeedError):
        return raised.message
    if isinstance(raised, ValueError) and raised.args:
        return str(raised.args[0]) if not isinstance(raised.args[0], Phrase) else raised.args[0]
    message, template = str(fault["msg"]), FAULTS.get(fault["type"], "")
    return Phrase(message, template, context) if template else message
