"""Reading customers: lists and cards for people, within their reach; addresses and names for what heed does itself."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Q, QuerySet
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.definitions.queries import all_in_force
from heed.core.errors.rules import NotFound
from heed.core.people.queries import unit_nodes
from heed.core.settings.rules import current
from heed.service.customers.models import ConsentEntry, Customer, CustomerImport, RejectedCustomer
from heed.service.customers.rules import address_of, bar_of, customer_key, number_of, region_above
from heed.service.formats.definition import Mapping as FileMapping

SEE = "see_customers"
AT_ONCE = 500


@dataclass(frozen=True)
class CustomerCard:
    """Who a customer is, as a person may see it."""

    key: str
    system: str
    external_id: str
    name: str
    email: str
    phone: str
    language: str
    time_zone: str
    region: str
    segment: str
    account: str
    attributes: dict[str, str] = field(default_factory=dict)
    opted_out_at: datetime | None = None
    opted_out_by: str = ""

    @property
    def title(self) -> str:
        """What to call them: their name, else their identifier."""
        return self.name or self.external_id


@dataclass(frozen=True)
class Reach:
    """Where and how a customer can be asked."""

    email: str
    language: str
    name: str
    opted_out: bool
    region: str = ""
    segment: str = ""
    time_zone: str = ""
    number: str = ""


def in_reach(scope: Scope) -> QuerySet[Customer]:
    """Customers this person may know of: of the regions they work in, unless their role reaches the organisation."""
    regions = regions_of(scope, SEE)
    return Customer.objects.all() if regions is None else Customer.objects.filter(region__in=regions)


def regions_of(scope: Scope, permission: str) -> frozenset[str] | None:
    """Regions whose customers a permission reaches; None: all. A team belongs to the region above it, and a team that
    stands in no region serves customers of all.
    """
    if scope.holds_everywhere(permission):
        return None
    nodes = unit_nodes()
    units = scope.reaches.get(permission, frozenset()) if scope.may(permission) else frozenset()
    found = {unit: region_above(unit, nodes) for unit in units if unit in nodes}
    return None if "" in found.values() else frozenset(found.values())


def customers(
    scope: Scope, *, words: str = "", region: str = "", segment: str = "", state: str = ""
) -> QuerySet[Customer]:
    """Customers by name, within reach. `state`: reachable, opted_out, no_address; empty: all."""
    scope.demand(SEE)
    rows = _matching(in_reach(scope), words)
    if region:
        rows = rows.filter(region=region)
    if segment:
        rows = rows.filter(segment=segment)
    if state == "opted_out":
        rows = rows.exclude(mail_opted_out_at=None)
    elif state == "no_address":
        rows = rows.filter(email="")
    elif state == "reachable":
        rows = rows.filter(mail_opted_out_at=None).exclude(email="")
    return rows.order_by("name", "id")


def _matching(rows: QuerySet[Customer], words: str) -> QuerySet[Customer]:
    """Every word is somewhere in the name, the address, the identifier or the account."""
    for word in words.replace("\0", "").split()[:6]:
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(email__icontains=word)
            | Q(external_id__istartswith=word)
            | Q(account__icontains=word)
            | Q(phone__contains=word)
            | Q(key=word)
        )
    return rows


def customer_in_reach(scope: Scope, key: str) -> Customer:
    """The customer's row. Raises NotFound also when it is out of reach: nobody learns that it is there."""
    scope.demand(SEE)
    row = in_reach(scope).filter(key=key.replace("\0", "")).first()
    if row is None:
        raise NotFound("There is no such customer, or they are not of your region.", code="unknown_customer")
    return row


def customer_card(key: str, scope: Scope) -> CustomerCard | None:
    """Who the customer is; None when heed does not know them, or this person may not."""
    if not scope.may(SEE):
        return None
    row = in_reach(scope).filter(key=key.replace("\0", "")).first()
    return card(row) if row else None


def card(row: Customer) -> CustomerCard:
    return CustomerCard(
        row.key,
        row.system,
        row.external_id,
        row.name,
        row.email,
        row.phone,
        row.language,
        row.time_zone,
        row.region,
        row.segment,
        row.account,
        dict(row.attributes),
        row.mail_opted_out_at,
        row.opted_out_by,
    )


def mail_refused_since(since: datetime | None) -> dict[str, datetime]:
    """Customers who wanted no more mail from a time on, themselves or told by somebody, with when; by key."""
    rows = Customer.objects.exclude(mail_opted_out_at=None)
    if since is not None:
        rows = rows.filter(mail_opted_out_at__gte=since)
    return {key: at for key, at in rows.values_list("key", "mail_opted_out_at") if at is not None}


def reachable(keys: Collection[str]) -> dict[str, Reach]:
    """Where customers can be asked, by key; those heed does not know are absent. Opted out is who said so under any key:
    a wish holds for the address. For what heed does by itself: no scope.
    """
    found: dict[str, Reach] = {}
    for some in _portions(keys):
        rows = list(Customer.objects.filter(key__in=some))
        silent = _addresses_opted_out({row.email for row in rows if row.email})
        for row in rows:
            out = row.mail_opted_out_at is not None or row.email in silent
            number = number_of(row.phone)
            found[row.key] = Reach(
                row.email, row.language, row.name, out, row.region, row.segment, row.time_zone, number
            )
    return found


def whereabouts() -> Iterable[tuple[str, str, str, str]]:
    """(key, time zone, segment, region) of every customer. For what heed does by itself: no scope."""
    return Customer.objects.values_list("key", "time_zone", "segment", "region").iterator(chunk_size=5000)


def reachability() -> Iterable[tuple[str, bool, str, str]]:
    """(key, whether they want no more mail that asks, e-mail address, number for text messages) of every customer. For what
    heed does by itself: no scope.
    """
    rows = Customer.objects.values_list("key", "email", "phone", "mail_opted_out_at")
    silent = set(Customer.objects.exclude(mail_opted_out_at=None).exclude(email="").values_list("email", flat=True))
    for key, email, phone, at in rows.iterator(chunk_size=5000):
        yield key, at is not None or email in silent, email, number_of(phone)


def customers_with_number(number: str) -> list[str]:
    """The keys of all customers with a number for text messages. For what heed does by itself: no scope."""
    tail = number[-4:]
    rows = Customer.objects.exclude(phone="").filter(phone__contains=tail[-2:]).values_list("key", "phone")
    return [key for key, phone in rows.iterator(chunk_size=5000) if number_of(phone) == number]


def _addresses_opted_out(addresses: set[str]) -> set[str]:
    rows = Customer.objects.filter(email__in=addresses).exclude(mail_opted_out_at=None)
    return set(rows.values_list("email", flat=True))


def _portions(keys: Collection[str]) -> Iterable[list[str]]:
    """A database takes so many values at once and no more."""
    every = list(dict.fromkeys(keys))
    return (every[start : start + AT_ONCE] for start in range(0, len(every), AT_ONCE))


def names(keys: Collection[str], scope: Scope) -> dict[str, str]:
    """What to call customers, by key; only those this person may know of."""
    if not scope.may(SEE):
        return {}
    found: dict[str, str] = {}
    for some in _portions(keys):
        rows = in_reach(scope).filter(key__in=some).values_list("key", "name", "external_id")
        found |= {key: name or identifier for key, name, identifier in rows}
    return found


def search(words: str, scope: Scope, limit: int = 10) -> list[CustomerCard]:
    """Customers whose name, address, identifier or account has every word; within reach."""
    if not scope.may(SEE) or not words.strip():
        return []
    return [card(row) for row in _matching(in_reach(scope), words).order_by("name", "id")[:limit]]


def known_as(scope: Scope, given: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Identifiers (also as system:identifier), addresses or keys → customers' keys, within reach; and those that are nobody's."""
    wanted = list(dict.fromkeys(text.strip() for text in given if text.strip() and "\0" not in text))
    addresses = {text: address_of(text) for text in wanted}
    systematic = {text: key_of(*text.split(":", 1)) for text in wanted if ":" in text}
    found: dict[str, str] = {}
    for some in _portions(wanted):
        mails = [addresses[text] for text in some if addresses[text]]
        keys = [*some, *(systematic[text] for text in some if text in systematic)]
        rows = in_reach(scope).filter(Q(key__in=keys) | Q(external_id__in=some) | Q(email__in=mails))
        for key, identifier, email in rows.order_by("-id").values_list("key", "external_id", "email"):
            found |= {known: key for known in (key, identifier, email) if known}
    named = {
        text: found.get(text) or found.get(addresses[text]) or found.get(systematic.get(text, ""), "")
        for text in wanted
    }
    return {text: key for text, key in named.items() if key}, [text for text in wanted if not named[text]]


def key_of(system: str, identifier: str) -> str:
    """The key of a customer by the system they are known in and their identifier there."""
    return customer_key(settings.SECRET_KEY, system, identifier)


def systems() -> list[str]:
    """Systems customers were brought in from, by name."""
    return list(Customer.objects.order_by("system").values_list("system", flat=True).distinct())


def choices(scope: Scope, column: str) -> list[str]:
    """The values of region or segment that occur within reach."""
    rows = in_reach(scope).exclude(**{column: ""}).order_by(column)
    return list(rows.values_list(column, flat=True).distinct()[:200])


def customer_imports() -> QuerySet[CustomerImport]:
    return CustomerImport.objects.order_by("-id")


def customer_import(key: str) -> CustomerImport:
    row = CustomerImport.objects.filter(key=key.replace("\0", "")).first()
    if row is None:
        raise NotFound("There is no such import.", hint="It may have been removed.")
    return row


def rejected_of(row: CustomerImport) -> QuerySet[RejectedCustomer]:
    return row.rejected_rows.order_by("line", "id")


def counts(scope: Scope) -> dict[str, Any]:
    """How many customers there are within reach, and how many cannot be asked."""
    rows = in_reach(scope)
    return {
        "all": rows.count(),
        "opted_out": rows.exclude(mail_opted_out_at=None).count(),
        "no_address": rows.filter(email="").count(),
    }


_SIGNER = "heed.unsubscribe"


def unsubscribe_url(key: str) -> str:
    """Where a customer says with one click that they want no more mail that asks; it needs no signing in and no time limit."""
    return f"{current().public_url}/u/{Signer(salt=_SIGNER, sep='.').sign(key)}"


def customer_unsubscribing(token: str) -> str:
    """The customer a link was made for. Raises NotFound when it was not made here."""
    try:
        return Signer(salt=_SIGNER, sep=".").unsign(token)
    except BadSignature as error:
        raise NotFound(
            "This link is not complete.", code="unknown_link", hint="Open the link in the mail again."
        ) from error


def known_systems() -> list[str]:
    """Systems that facts or customers are known from: those of the mappings in force, and of customers brought in."""
    found = set(systems())
    for each in all_in_force("mapping"):
        body = each.body
        if isinstance(body, FileMapping):
            found.add(body.system or each.key)
            found |= {column.system for target in body.targets for column in target.columns.values() if column.system}
    return sorted(found)


# The ledger of consent


def barred(customers: Collection[str], purpose: str, now: datetime | None = None) -> dict[str, str]:
    """Of these customers those who may not be processed for the purpose, each with why: `no_consent` where a privacy
    policy in force rests the purpose on consent and none was given, `consent_withdrawn`, `objected`. Absent: may.
    For what heed does by itself: no scope.
    """
    moment = now or timezone.now()
    must_consent = rests_on_consent(purpose, moment)
    found: dict[str, str] = {}
    for some in _portions(customers):
        rows = ConsentEntry.objects.filter(purpose=purpose, customer_key__in=some, said_at__lte=moment)
        last = dict(rows.order_by("said_at", "id").values_list("customer_key", "said"))
        found |= {key: bar for key in some if (bar := bar_of(last.get(key), must_consent))}
    return found


def withdrawn(customers: Collection[str], purpose: str, now: datetime | None = None) -> set[str]:
    """Those of these customers who have no consent in force for the purpose: withdrawn, objected or never given."""
    moment = now or timezone.now()
    without: set[str] = set()
    for some in _portions(customers):
        rows = ConsentEntry.objects.filter(purpose=purpose, customer_key__in=some, said_at__lte=moment)
        last = dict(rows.order_by("said_at", "id").values_list("customer_key", "said"))
        without |= {key for key in some if last.get(key) != "given"}
    return without


def rests_on_consent(purpose: str, now: datetime | None = None) -> bool:
    """Whether some privacy policy in force rests the purpose on consent: the strictest holds."""
    policies = all_in_force("privacy_policy", now)
    return any(getattr(found.body, "lawful_basis", {}).get(purpose) == "consent" for found in policies)


def ledger(scope: Scope, *, customer: str = "", purpose: str = "") -> QuerySet[ConsentEntry]:
    """Entries of customers within reach, newest first."""
    scope.demand(SEE)
    rows = ConsentEntry.objects.order_by("-id")
    if not scope.everything:
        rows = rows.filter(customer_key__in=in_reach(scope).values("key"))
    if customer:
        rows = rows.filter(customer_key=customer.replace("\0", ""))
    return rows.filter(purpose=purpose.replace("\0", "")) if purpose else rows
