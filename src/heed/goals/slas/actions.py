"""What two sides do about a promise: open a negotiation, offer, sign, set a reservation, leave. One transaction each; of two at
once, one wins and the other is told.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from django.db import IntegrityError, connection, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from heed.core.access.queries import scope_of
from heed.core.access.rules import Scope
from heed.core.definitions import actions as definitions
from heed.core.definitions.rules import canonical
from heed.core.errors.rules import Forbidden, Invalid, NotFound, Refused, phrase
from heed.core.journal.actions import record
from heed.core.people.actions import notify
from heed.core.people.queries import person_by_key, unit_by_key
from heed.goals.kpis.queries import organisation_zone
from heed.goals.slas import events
from heed.goals.slas.models import Negotiation, Offer, OfferSignature, Reservation
from heed.goals.slas.queries.attainment import sla_in_force
from heed.goals.slas.queries.negotiations import (
    EXPIRED_BY,
    Grounds,
    base_sla,
    body_offered,
    may_see,
    score,
    settled,
    state_of,
    table_of,
    terms_of,
)
from heed.goals.slas.rules.bargaining import Side, Terms, checked

LONGEST_DAYS = 90
FURTHEST_DAYS = 366


@dataclass(frozen=True)
class Party:
    """One side as it is named when a negotiation is opened: a unit, and who speaks for it where it is one person."""

    title: str
    unit: str
    person: str = ""


def open_negotiation(
    scope: Scope, sla_key: str, provider: Party, customer: Party, grounds: Grounds | None = None
) -> Negotiation:
    """Begin to talk about an SLA in force. Raises Forbidden, NotFound, Invalid, and Refused while another talk runs."""
    scope.demand("propose")
    held = sla_in_force(sla_key)
    sides = _parties(provider, customer)
    row = Negotiation(sla_key=sla_key, base_version=held.version, **sides, **settled(held.body, grounds or Grounds()))
    row.opened_by, row.opened_at = scope.person, timezone.now()
    if not may_see(scope, row):
        raise Forbidden(
            "Your role reaches neither side.", code="not_permitted_here", hint="Ask somebody of one of the units."
        )
    _begin(row)
    return row


def _begin(row: Negotiation) -> None:
    """Keep a talk where none about the SLA runs; of two at once the database lets one in."""
    try:
        with transaction.atomic():
            expire_negotiations(row.sla_key)
            row.save()
            units = row.provider_unit, row.customer_unit
            happened = events.NegotiationOpened(row.key, row.sla_key, row.base_version, *units)
            record(happened, actor=row.opened_by, subject=("negotiation", row.key))
    except IntegrityError as error:
        raise Refused(
            "A negotiation about this SLA runs already.", code="already_open", hint="Go on with it, or withdraw it."
        ) from error


def _parties(provider: Party, customer: Party) -> dict[str, str]:
    if provider.unit == customer.unit and not (provider.person and customer.person):
        raise Invalid("A side cannot talk to itself.", code="same_side", hint="Name two units, or two persons.")
    if provider.person and provider.person == customer.person:
        raise Invalid("Nobody speaks for both sides.", code="same_side", hint="Name two persons.")
    found: dict[str, str] = {}
    for side, party in (("provider", provider), ("customer", customer)):
        unit = unit_by_key(party.unit) if "\0" not in party.unit else None
        if unit is None:
            raise Invalid(
                phrase("There is no unit {unit}.", unit=party.unit), code="unknown_unit", hint="Choose a unit."
            )
        if party.person:
            _demand_speaker(party)
        found |= {
            f"{side}_title": (party.title.strip() or unit.name)[:120],
            f"{side}_unit": party.unit,
            f"{side}_person": party.person,
        }
    return found


def _demand_speaker(party: Party) -> None:
    """One person who speaks alone must be able to: somebody at work here whose role lets them propose in the unit."""
    person = person_by_key(party.person) if "\0" not in party.person else None
    if person is None or not person.is_active:
        raise Invalid("There is no such person.", code="unknown_person", hint="Choose somebody who works here.")
    if not scope_of(person).holds_in("propose", party.unit):
        raise Invalid(
            phrase("{person} cannot speak for {unit}.", person=person.name, unit=party.unit),
            code="not_of_the_unit",
            hint="Choose somebody whose role lies in the unit.",
        )


@transaction.atomic
def expire_negotiations(sla_key: str = "") -> int:
    """End the talks, of one SLA or of all, whose last offer has expired; each was over at the moment it did. Both sides are told.
    Returns how many.
    """
    now, ended = timezone.now(), 0
    live = Negotiation.objects.filter(agreed_at__isnull=True, withdrawn_at__isnull=True)
    newest = Offer.objects.filter(negotiation=OuterRef("pk")).order_by("-number").values("expires_at")[:1]
    # Only those are held that have run out of time.
    due = live.annotate(expires_at=Subquery(newest)).filter(expires_at__lte=now)
    keys = list((due.filter(sla_key=sla_key) if sla_key else due).values_list("key", flat=True))
    for row in _locked(live.filter(key__in=keys)) if keys else ():
        latest = row.offers.order_by("-number").first()
        if latest is not None and state_of(row, latest, now) == "expired":
            _expire(row, latest)
            ended += 1
    return ended


def _expire(row: Negotiation, latest: Offer) -> None:
    row.withdrawn_at, row.withdrawn_by = latest.expires_at, EXPIRED_BY
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "changed_at"])
    at = latest.expires_at.astimezone(UTC).isoformat()
    happened = events.NegotiationExpired(row.key, row.sla_key, latest.number, at)
    record(happened, subject=("negotiation", row.key))
    named = {row.opened_by, row.provider_person, row.customer_person}
    notify(
        named | set(row.offers.values_list("made_by", flat=True)),
        kind="negotiation-expired",
        params={"number": latest.number, "sla": row.sla_key},
        href=f"/slas/{row.sla_key}/negotiation/?of={row.key}",
        subject=("negotiation", row.key),
        once_key=f"negotiation-expired:{row.key}",
    )


def _locked(rows: QuerySet[Negotiation]) -> QuerySet[Negotiation]:
    """Held against others until commit (SQLite holds all writers already)."""
    return rows.select_for_update() if connection.features.has_select_for_update else rows


def _held(scope: Scope, key: str, permission: str, seen: int) -> tuple[Negotiation, Offer | None, Side]:
    """The negotiation held against others, its newest offer, and the side of who asks. Refused where it is over, or the other
    side has moved since `seen`.
    """
    scope.demand(permission)
    row = _locked(Negotiation.objects.filter(key=key)).first() if "\0" not in key else None
    if row is None or not may_see(scope, row):
        raise NotFound("There is no such negotiation.", code="unknown_negotiation")
    side = table_of(row).side_of(scope, permission)
    if side is None:
        raise Forbidden(
            "You speak for neither side, or for both.",
            code="not_of_a_side",
            hint="Somebody whose role lies in one of the two units has to do this.",
        )
    latest = row.offers.order_by("-number").first()
    state = state_of(row, latest, timezone.now())
    if state != "open":
        raise Refused(
            phrase("This negotiation is {state}.", state=phrase(state)), code="negotiation_over", hint="Open a new one."
        )
    if (latest.number if latest else 0) != seen:
        raise Refused(
            "Another offer was made meanwhile.", code="superseded", hint="Look at it, and decide about that one."
        )
    return row, latest, side


def make_offer(scope: Scope, key: str, terms: Terms, *, seen: int, days_open: int = 14) -> Offer:
    """Offer terms, as the first or against those on the table; signatures under the former do not carry over. seen: the number
    of the offer on the table as somebody saw it, 0 = none. Raises Forbidden, NotFound, Invalid, Refused.
    """
    with transaction.atomic():
        row, _latest, _side = _held(scope, key, "propose", seen)
    _dated(terms, days_open)
    checked(terms, base_sla(row))
    body_offered(row, terms)
    # Played before the row is held: it takes seconds, and nobody else should wait for it.
    targets = [base_sla(row).target, *_on_table(row)]
    scored = score(row, terms, targets)
    with transaction.atomic():
        row, _latest, side = _held(scope, key, "propose", seen)
        now = timezone.now()
        offer = Offer.objects.create(
            negotiation=row,
            number=seen + 1,
            side=side,
            made_by=scope.person,
            made_at=now,
            target=terms.target,
            within_seconds=terms.within_seconds,
            days=",".join(terms.days),
            opens=terms.opens,
            closes=terms.closes,
            head_count=terms.head_count,
            money=terms.money,
            in_force_on=terms.in_force_on,
            expires_at=now + timedelta(days=days_open),
            score=scored,
        )
        record(_made(row, offer), actor=scope.person, subject=("negotiation", row.key))
    return offer


def _on_table(row: Negotiation) -> list[float]:
    """The newest target of each side."""
    newest = dict(row.offers.order_by("number").values_list("side", "target"))
    return [float(each) for each in newest.values()]


def _dated(terms: Terms, days_open: int) -> None:
    today = timezone.now().astimezone(organisation_zone()).date()
    if not today <= terms.in_force_on <= today + timedelta(days=FURTHEST_DAYS):
        raise Invalid(
            "It can be in force from today on, and within a year.", code="invalid_day", hint="Choose another first day."
        )
    if not 1 <= days_open <= LONGEST_DAYS:
        raise Invalid("An offer stands for 1 to 90 days.", code="invalid_days", hint="Such as 14.")


def _made(row: Negotiation, offer: Offer) -> events.SlaOfferMade:
    return events.SlaOfferMade(
        row.key,
        row.sla_key,
        offer.number,
        offer.side,
        offer.target,
        offer.within_seconds,
        str(offer.head_count),
        str(offer.money),
        row.currency,
        offer.in_force_on.isoformat(),
        offer.expires_at.astimezone(UTC).isoformat(),
    )


@transaction.atomic
def sign_offer(scope: Scope, key: str, *, number: int) -> Negotiation:
    """Sign the offer on the table for one's side. With the second signature the SLA is in force from the day agreed. Raises
    Forbidden, NotFound, and Refused where another offer came, the side has signed, or the SLA has changed since.
    """
    row, latest, side = _held(scope, key, "approve", number)
    if latest is None:
        raise Refused("There is no offer to sign.", code="no_offer", hint="Make one.")
    if latest.signatures.filter(side=side).exists():
        raise Refused("Your side has signed already.", code="already_signed", hint="The other side has to sign now.")
    now = timezone.now()
    OfferSignature.objects.create(offer=latest, side=side, signed_by=scope.person, signed_at=now)
    signed = events.SlaOfferSigned(row.key, row.sla_key, latest.number, side)
    record(signed, actor=scope.person, subject=("negotiation", row.key))
    if latest.signatures.count() == 2:
        row.agreed_at, row.agreed_number = now, latest.number
        row.definition_version = _enact(scope, row, latest)
        row.save(update_fields=["agreed_at", "agreed_number", "definition_version", "changed_at"])
        agreed = events.NegotiationAgreed(row.key, row.sla_key, latest.number, row.definition_version)
        record(agreed, actor=scope.person, subject=("negotiation", row.key))
    return row


def _enact(scope: Scope, row: Negotiation, offer: Offer) -> int:
    """Put what was signed in force from its day on. Returns the version."""
    if sla_in_force(row.sla_key).version != row.base_version:
        raise Refused(
            "The SLA has changed since this negotiation began.",
            code="superseded",
            hint="Open a new one about what holds now.",
        )
    zone, now = organisation_zone(), timezone.now()
    today = now.astimezone(zone).date()
    if offer.in_force_on < today:
        raise Refused("The first day of this offer has passed.", code="in_the_past", hint="Offer a later day.")
    start: datetime | None = datetime.combine(offer.in_force_on, time(), zone).astimezone(UTC)
    note = f"Negotiation {row.key}, offer {offer.number}, signed by both sides."
    version = definitions.propose(scope, "sla", row.sla_key, canonical(body_offered(row, terms_of(offer))), note=note)
    definitions.approve(scope, "sla", row.sla_key, version.number)
    effective_from = None if offer.in_force_on == today else start
    definitions.put_in_force(scope, "sla", row.sla_key, version.number, effective_from=effective_from)
    return version.number


@transaction.atomic
def withdraw_negotiation(scope: Scope, key: str) -> Negotiation:
    """Leave the table: the talk is over, what is in force stays. Raises Forbidden, NotFound, Refused."""
    newest = Offer.objects.filter(negotiation__key=key).order_by("-number").first() if "\0" not in key else None
    row, _latest, side = _held(scope, key, "propose", newest.number if newest else 0)
    row.withdrawn_at, row.withdrawn_by = timezone.now(), scope.person
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "changed_at"])
    happened = events.NegotiationWithdrawn(row.key, row.sla_key, side)
    record(happened, actor=scope.person, subject=("negotiation", row.key))
    return row


@transaction.atomic
def set_reservation(scope: Scope, key: str, *, target: float | None, money: Decimal | None) -> Reservation:
    """Write down, for one's own side alone, how far one would go. Raises Forbidden, NotFound, Invalid, Refused."""
    newest = Offer.objects.filter(negotiation__key=key).order_by("-number").first() if "\0" not in key else None
    row, _latest, side = _held(scope, key, "propose", newest.number if newest else 0)
    if target is not None and not 0 < target < 1:
        raise Invalid("A target lies between 0 and 1.", code="invalid_share", hint="Such as 0.8 for eight of ten.")
    if money is not None and not (money.is_finite() and 0 <= money < Decimal("1e12")):
        raise Invalid("Money is none or more.", code="invalid_money", hint="Such as 12500.00 a week.")
    found, _new = Reservation.objects.update_or_create(
        negotiation=row, side=side, defaults={"target": target, "money": money, "set_by": scope.person}
    )
    record(events.ReservationSet(row.key, side), actor=scope.person, subject=("negotiation", row.key))
    return found
