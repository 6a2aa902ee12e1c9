"""Where personal data lies, and how people are named without their names. Pure.

Each capability names its personal columns here; what is not named may hold nothing personal, and a test of the house looks.
"""

import hmac
from dataclasses import dataclass
from typing import Literal

Sort = Literal["name", "contact", "words", "key", "secret"]


@dataclass(frozen=True)
class PersonalColumn:
    """A column that holds personal data: `store` is a database model (`core.Person`) or a fact table (`facts.verbatims`)."""

    store: str
    column: str
    sort: Sort
    purpose: str


_REGISTRY: dict[tuple[str, str], PersonalColumn] = {}


def personal(store: str, column: str, sort: Sort, purpose: str) -> None:
    """Name a personal column. Naming it twice with the same words changes nothing."""
    _REGISTRY[(store, column)] = PersonalColumn(store, column, sort, purpose)


def personal_columns() -> tuple[PersonalColumn, ...]:
    """All personal columns named so far, in order."""
    return tuple(_REGISTRY[key] for key in sorted(_REGISTRY))


def pseudonym(secret: str, kind: str, system: str, identifier: str) -> str:
    """A stable key for a person of a source system: HMAC-SHA-256 under the store's secret, 80 bits, so nobody can count back.

    `kind` is c (customer) or e (employee); the same identifier in two systems gives two keys, until linkage says they are one.
    """
    words = f"{kind}\x1f{system}\x1f{identifier.strip()}".encode()
    digest = hmac.digest(secret.encode(), words, "sha256").hex()
    return f"{kind}_{digest[:20]}"
