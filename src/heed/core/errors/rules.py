"""The errors heed raises on purpose. Each has a code, one line that says what was wrong, and a hint that says what to do.

One place at each edge turns them into a page fragment, problem+json or an exit code.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class HeedError(Exception):
    """Something heed will not do, and why. `status` is the HTTP status an edge answers with."""

    code = "error"
    status = 400

    def __init__(self, message: str, *, code: str | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.hint = hint

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
        return f"Did you mean {close[0]}?"
    return "Known are: " + ", ".join(names[:20]) + (" …" if len(names) > 20 else "")
