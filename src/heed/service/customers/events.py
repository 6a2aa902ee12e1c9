"""What happened to the list of customers. Names and addresses are never told, only keys and counts."""

from dataclasses import dataclass

from heed.core.journal.events import event


@event
@dataclass(frozen=True)
class CustomersKept:
    """Customers were brought in: how many are new, how many changed, how many rows were rejected."""

    origin: str
    system: str
    new: int
    changed: int
    unchanged: int
    rejected: int


@event
@dataclass(frozen=True)
class CustomerChanged:
    """Somebody corrected what is known of a customer; which fields, not what they hold."""

    customer: str
    fields: tuple[str, ...]


@event
@dataclass(frozen=True)
class CustomerOptedOut:
    """A customer wants no more mail that asks; `by` is link, one_click, import or person."""

    customer: str
    by: str


@event
@dataclass(frozen=True)
class CustomerOptedIn:
    """A customer may be asked again, because they said so to the person who noted it."""

    customer: str


@event
@dataclass(frozen=True)
class ConsentNoted:
    """A customer gave consent for a purpose, withdrew it or objected (`said`); `source` is where they said so."""

    customer: str
    purpose: str
    said: str
    source: str
