"""Keeping customers: brought in, corrected, opted out. One transaction each."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid
from heed.core.journal.actions import record
from heed.service.customers.events import (
    ConsentNoted,
    CustomerChanged,
    CustomerOptedIn,
    CustomerOptedOut,
    CustomersKept,
)
from heed.service.customers.models import ConsentEntry, Customer, CustomerImport, RejectedCustomer
from heed.service.customers.queries import SEE, customer_in_reach, regions_of
from heed.service.customers.rules import (
    CustomerRow,
    Rejection,
    changes,
    checked,
    checked_consent,
    checked_mapping,
    customer_key,
    guess,
    read_rows,
)
from heed.service.formats.actions.reading import PlainFile

WRITE = "work_cases"
IMPORT = "import"
AT_ONCE = 500
LONGEST_SYSTEM = 80
LONGEST_KEPT = 1000
# The clock of another system may be a little ahead of ours.
AHEAD = timedelta(minutes=5)


@dataclass(frozen=True)
class Kept:
    """What became of rows: new customers, changed ones, those that were known just so."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(self.new + other.new, self.changed + other.changed, self.unchanged + other.unchanged)


def checked_system(system: str) -> str:
    """The name of the system identifiers belong to. Raises Invalid."""
    bare = system.strip()
    if not bare or len(bare) > LONGEST_SYSTEM or any(ord(sign) < 32 for sign in bare):
        raise Invalid(
            "The system these identifiers belong to has no usable name.",
            code="invalid_system",
            hint="Give the name that the mapping of the facts uses, such as crm.",
        )
    return bare


def keep_customers(rows: Iterable[CustomerRow], actor: str, *, system: str) -> Kept:
    """Keep customers of a system, in one transaction: the same rows twice change nothing. An empty value takes nothing
    away, and nobody is opted in by a file.
    """
    kept = Kept()
    with transaction.atomic():
        for some in _portions(rows):
            kept += _keep(system, _keyed(some, system))
        if kept.new or kept.changed:
            told = CustomersKept("", system, kept.new, kept.changed, kept.unchanged, 0)
            record(told, actor=actor, subject=("customer_import", ""))
    return kept


def _portions(rows: Iterable[CustomerRow]) -> Iterator[list[CustomerRow]]:
    every = iter(rows)
    while some := list(islice(every, AT_ONCE)):
        yield some


def _keyed(rows: Iterable[CustomerRow], system: str) -> dict[str, CustomerRow]:
    return {customer_key(settings.SECRET_KEY, system, row.external_id): row for row in rows}


def _keep(system: str, rows: Mapping[str, CustomerRow], *, is_tried: bool = False) -> Kept:
    """Keep a portion, in the caller's transaction; one that is only tried is counted and writes nothing."""
    every = Customer.objects.filter(key__in=rows).order_by("key")
    held = {row.key: row for row in (every if is_tried else every.select_for_update())}
    now, fresh, altered = timezone.now(), [], []
    for key, row in sorted(rows.items()):
        before = held.get(key)
        if before is None:
            out = {"mail_opted_out_at": now, "opted_out_by": "import"} if row.opted_out else {}
            fresh.append(
                Customer(**{**row.known(), "key": key, "system": system, "external_id": row.external_id, **out})
            )
        elif _apply(before, row, now):
            altered.append(before)
    told = Kept(len(fresh), len(altered), len(rows) - len(fresh) - len(altered))
    if is_tried:
        return told
    # Of two imports at once the later finds what the earlier wrote, and takes it as it is.
    Customer.objects.bulk_create(fresh, ignore_conflicts=True)
    Customer.objects.bulk_update(altered, [*FIELDS, "mail_opted_out_at", "opted_out_by", "updated_at"])
    return told


FIELDS = ("name", "email", "phone", "language", "time_zone", "region", "segment", "account", "attributes")


def _apply(customer: Customer, row: CustomerRow, now: Any) -> bool:
    """Write what a row says into a customer; whether anything changed."""
    said = changes({name: getattr(customer, name) for name in FIELDS}, row)
    if row.opted_out and customer.mail_opted_out_at is None:
        said |= {"mail_opted_out_at": now, "opted_out_by": "import"}
    for name, value in said.items():
        setattr(customer, name, value)
    customer.updated_at = now
    return bool(said)


def keep_customer(
    scope: Scope, system: str, given: Mapping[str, str], attributes: Mapping[str, str]
) -> tuple[Customer, bool]:
    """Keep one customer, as another system tells it. Returns the row, and whether they are new."""
    scope.demand_everywhere(IMPORT)
    row = checked(given, attributes)
    known = checked_system(system)
    kept = keep_customers([row], scope.person, system=known)
    return Customer.objects.get(key=customer_key(settings.SECRET_KEY, known, row.external_id)), bool(kept.new)


def correct_customer(scope: Scope, key: str, given: Mapping[str, str]) -> Customer:
    """Write what a person knows better; here an empty value does take away. Raises NotTaken, NotFound, Forbidden."""
    scope.demand(WRITE)
    with transaction.atomic():
        customer_in_reach(scope, key)
        row = Customer.objects.select_for_update().get(key=key)
        said = checked({**given, "external_id": row.external_id})
        regions = regions_of(scope, SEE)
        if regions is not None and said.region not in regions:
            raise Invalid(
                "You may only keep customers of your regions.", code="region_out_of_reach", hint="Choose your region."
            )
        changed = [name for name in FIELDS if name != "attributes" and getattr(row, name) != getattr(said, name)]
        for name in changed:
            setattr(row, name, getattr(said, name))
        if changed:
            row.save(update_fields=[*changed, "updated_at"])
            record(CustomerChanged(key, tuple(changed)), actor=scope.person, subject=("customer", key))
    return row


def opt_out(key: str, source: str, *, actor: str = "customer") -> bool:
    """No more mail that asks, to this customer. Whether that is new; who is not known cannot opt out and is no fault."""
    with transaction.atomic():
        row = Customer.objects.select_for_update().filter(key=key).first()
        if row is None or row.mail_opted_out_at is not None:
            return False
        row.mail_opted_out_at, row.opted_out_by = timezone.now(), source
        row.save(update_fields=["mail_opted_out_at", "opted_out_by", "updated_at"])
        record(CustomerOptedOut(key, source), actor=actor, subject=("customer", key))
    return True


def withdraw_consent(key: str, purpose: str, source: str) -> bool:
    """A customer who wants no more mail withdraws the consent it rested on. Whether there was any that held."""
    with transaction.atomic():
        rows = ConsentEntry.objects.filter(customer_key=key, purpose=purpose).order_by("-said_at", "-id")
        last = rows.values_list("said", flat=True).first()
        if last in ("withdrawn", "objected") or not Customer.objects.filter(key=key).exists():
            return False
        row = ConsentEntry.objects.create(
            customer_key=key,
            purpose=purpose,
            said="withdrawn",
            source=source[:60],
            said_at=timezone.now(),
            noted_by="customer",
        )
        told = ConsentNoted(key, purpose, "withdrawn", row.source)
        record(told, actor="customer", subject=("consent", str(row.pk)))
    return True


def note_wish(scope: Scope, key: str, *, opted_out: bool) -> None:
    """A person notes what the customer told them: no more mail that asks, or again."""
    scope.demand(WRITE)
    with transaction.atomic():
        customer_in_reach(scope, key)
        if opted_out:
            opt_out(key, "person", actor=scope.person)
            return
        row = Customer.objects.select_for_update().get(key=key)
        if row.mail_opted_out_at is None:
            return
        row.mail_opted_out_at, row.opted_out_by = None, ""
        row.save(update_fields=["mail_opted_out_at", "opted_out_by", "updated_at"])
        record(CustomerOptedIn(key), actor=scope.person, subject=("customer", key))


def note_consent(
    scope: Scope, key: str, purpose: str, said: str, *, source: str, shown: str = "", said_at: datetime | None = None
) -> ConsentEntry:
    """Add to the ledger of consent what a customer said: given (to the text that was `shown`), withdrawn or objected.
    Nothing in it is ever changed: who changes their mind adds to it. Raises Invalid, NotFound out of reach.
    """
    scope.demand(WRITE)
    checked_consent(purpose, said, shown)
    now = timezone.now()
    if said_at is not None and said_at > now + AHEAD:
        raise Invalid("Nobody has said that yet.", code="future_consent", hint="Give the time it was said.")
    with transaction.atomic():
        customer = customer_in_reach(scope, key)
        row = ConsentEntry.objects.create(
            customer_key=customer.key,
            purpose=purpose,
            said=said,
            shown=shown,
            source=source[:60],
            said_at=said_at or now,
            noted_by=scope.person,
        )
        told = ConsentNoted(customer.key, purpose, said, row.source)
        record(told, actor=scope.person, subject=("consent", str(row.pk)))
    return row


def adopt_customers(rows: Iterable[tuple[str, CustomerRow]], actor: str, *, system: str) -> Kept:
    """Keep customers whose facts carry keys that are no pseudonyms, under those keys, in one transaction."""
    kept, every = Kept(), iter(rows)
    with transaction.atomic():
        while some := dict(islice(every, AT_ONCE)):
            kept += _keep(system, some)
        if kept.new or kept.changed:
            told = CustomersKept("", system, kept.new, kept.changed, kept.unchanged, 0)
            record(told, actor=actor, subject=("customer_import", ""))
    return kept


def forget_system(system: str) -> int:
    """Take away the customers of a system. Returns how many."""
    return Customer.objects.filter(system=system).delete()[0]


# Files


@dataclass(frozen=True)
class Imported:
    """What a file of customers did. `key` names the import where one is kept; `errors` has the first fault of each reason."""

    key: str
    read: int
    kept: Kept
    rejected: tuple[Rejection, ...]

    def as_dict(self) -> dict[str, Any]:
        errors: dict[str, dict[str, Any]] = {}
        for each in self.rejected:
            first = {"line": each.line, "column": each.fault.column, "value": each.value, "reason": each.reason}
            errors.setdefault(each.fault.reason, {"rule": each.fault.reason, "count": 0, "first": first})["count"] += 1
        counts = {"new": self.kept.new, "changed": self.kept.changed, "unchanged": self.kept.unchanged}
        return {
            "import": self.key or None,
            "read": self.read,
            **counts,
            "rejected": len(self.rejected),
            "errors": [errors[reason] for reason in sorted(errors)],
        }


def import_customers(
    scope: Scope, file: PlainFile, *, system: str, chosen: Mapping[str, str] | None = None, dry_run: bool = False
) -> Imported:
    """Bring customers in from a file. `chosen`: column → field; told from the headings where it is None.

    Rows that cannot be taken are kept with line and reason; the same file again changes nothing.
    """
    scope.demand_everywhere(IMPORT)
    known = checked_system(system)
    mapped = checked_mapping(file.columns, guess(file.columns) if chosen is None else chosen)
    rows, rejected, read = read_rows(file.rows(), mapped)
    if dry_run:
        tried = (_keep(known, _keyed(some, known), is_tried=True) for some in _portions(rows))
        return Imported("", read, sum(tried, Kept()), rejected)
    kept = Kept()
    # A transaction a portion, so that nobody who answers a survey waits for a long file; the same file again goes on.
    for some in _portions(rows):
        with transaction.atomic():
            kept += _keep(known, _keyed(some, known))
    row = CustomerImport(
        file_name=file.name[:255],
        file_digest=file.digest,
        system=known,
        fields=mapped,
        columns=list(file.columns),
        actor=scope.person,
    )
    with transaction.atomic():
        key = _keep_import(row, kept, rejected)
        if kept.new or kept.changed:
            told = CustomersKept(key, known, kept.new, kept.changed, kept.unchanged, len(rejected))
            record(told, actor=scope.person, subject=("customer_import", key))
    return Imported(key, read, kept, rejected)


def _keep_import(row: CustomerImport, kept: Kept, rejected: Sequence[Rejection]) -> str:
    """Keep what a file did. One that changed nothing is the import it was before."""
    same = CustomerImport.objects.filter(
        file_digest=row.file_digest, system=row.system, fields=row.fields, rejected=len(rejected)
    )
    before = same.order_by("-id").first()
    if before is not None and not (kept.new or kept.changed):
        return before.key
    row.new, row.changed, row.unchanged, row.rejected = kept.new, kept.changed, kept.unchanged, len(rejected)
    row.save(force_insert=True)
    RejectedCustomer.objects.bulk_create(
        [
            RejectedCustomer(
                origin=row,
                line=each.line,
                column=each.fault.column[:255],
                reason=each.fault.reason,
                raw={name: (value or "")[:LONGEST_KEPT] for name, value in each.raw.items()},
            )
            for each in rejected
        ],
        batch_size=AT_ONCE,
    )
    return row.key
