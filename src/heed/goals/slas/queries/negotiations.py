"""Reading negotiations: who may see one and for which side, its offers and their scores, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any, cast

from django.utils import timezone

from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.calendar.definition import WEEKDAYS
from heed.core.definitions.queries import version
from heed.core.definitions.rules import validate
from heed.core.errors.rules import NotFound
from heed.feedback.quality.queries.audits import AuditMark
from heed.goals.kpis.queries import organisation_zone
from heed.goals.slas.definition import Sla
from heed.goals.slas.models import Negotiation, Offer, OfferSignature, Reservation
from heed.goals.slas.queries.attainment import (
    Attained,
    as_of,
    attained,
    newest_fact,
    replayed_share,
    sla_in_force,
)
from heed.goals.slas.queries.backlogs import traces_of
from heed.goals.slas.queries.calls import Asked, learn, prices_of
from heed.goals.slas.queries.marked import marks_of_curve
from heed.goals.slas.rules.bargaining import Side, Table, Terms, body_of, checked, holds, score_calls
from heed.goals.slas.rules.frontier import Prices
from heed.goals.slas.rules.working_off import score_cases

# Who ended a talk that ran out of time.
EXPIRED_BY = "heed"
OTHER: dict[str, Side] = {"provider": "customer", "customer": "provider"}


@dataclass(frozen=True)
class Room:
    """A negotiation as one person sees it. `side`: theirs, None = they only look on; `reservation` is that of their side."""

    row: Negotiation
    side: Side | None
    may_sign: bool
    offers: tuple[Offer, ...]
    reservation: Reservation | None
    now: datetime

    @property
    def latest(self) -> Offer | None:
        return self.offers[0] if self.offers else None

    @property
    def state(self) -> str:
        """open, expired, withdrawn or agreed."""
        return state_of(self.row, self.latest, self.now)

    @property
    def signed(self) -> Mapping[str, OfferSignature]:
        """Signatures under the offer on the table, by side."""
        return {each.side: each for each in self.latest.signatures.all()} if self.latest else {}


def state_of(row: Negotiation, latest: Offer | None, now: datetime) -> str:
    if row.agreed_at:
        return "agreed"
    if row.withdrawn_at:
        return "expired" if row.withdrawn_by == EXPIRED_BY else "withdrawn"
    return "expired" if latest is not None and latest.expires_at <= now else "open"


def table_of(row: Negotiation) -> Table:
    return Table(row.provider_unit, row.customer_unit, row.provider_person, row.customer_person)


def may_see(scope: Scope, row: Negotiation) -> bool:
    """People of either side, who opened it, and who may propose for all of the organisation."""
    return (
        table_of(row).side_of(scope) is not None
        or scope.holds_everywhere("propose")
        or (scope.person == row.opened_by and scope.may("propose"))
    )


def negotiations(scope: Scope, sla_key: str) -> list[Negotiation]:
    """Those of an SLA that somebody may see, the newest first."""
    rows = Negotiation.objects.filter(sla_key=sla_key).order_by("-id") if "\0" not in sla_key else ()
    return [row for row in rows if may_see(scope, row)]


def room(scope: Scope, sla_key: str, key: str = "") -> Room | None:
    """One negotiation, or the newest; None where there is none to be seen. Raises Forbidden, NotFound."""
    scope.demand("see_figures")
    found = negotiations(scope, sla_key)
    if key:
        found = [row for row in found if row.key == key]
        if not found:
            raise NotFound("There is no such negotiation.", code="unknown_negotiation")
    if not found:
        return None
    row = found[0]
    table = table_of(row)
    side = table.side_of(scope)
    reservation = row.reservations.filter(side=side).first() if side else None
    offers = tuple(row.offers.prefetch_related("signatures").order_by("-number"))
    return Room(
        row, side, side is not None and table.side_of(scope, "approve") == side, offers, reservation, timezone.now()
    )


def terms_of(offer: Offer) -> Terms:
    days = tuple(offer.days.split(",")) if offer.days else ()
    return Terms(
        offer.target,
        offer.within_seconds,
        offer.head_count,
        offer.money,
        offer.in_force_on,
        tuple(day for day in days if day in WEEKDAYS),
        offer.opens,
        offer.closes,
    )


@dataclass(frozen=True)
class Grounds:
    """What offers are scored on."""

    weeks: int = 13
    queues_by: str = "region"
    cost_per_hour: Decimal | None = None
    currency: str = ""
    shrinkage: float = 0.0
    hours_per_person: float = 38.0
    seed: int = 1


def settled(body: object, given: Grounds) -> dict[str, Any]:
    """What offers are scored on, as it is kept. Raises Invalid where no cost of an hour is known."""
    asked = Asked(getattr(body, "population", ""), given.weeks, given.queues_by)
    found = learn(COMMAND_LINE, asked) if getattr(body, "promise", "") == "answer" else None
    prices = prices_of(found, given.cost_per_hour, given.currency, given.shrinkage, given.hours_per_person)
    return {
        "queues_by": given.queues_by,
        "weeks": given.weeks,
        "history_until": found.cutoff if found else _last_case(),
        "seed": given.seed,
        "cost_per_hour": prices.cost_per_hour,
        "currency": prices.currency,
        "shrinkage": prices.shrinkage,
        "hours_per_person": prices.hours_per_person,
    }


def _last_case() -> datetime:
    """Up to when cases are known: now, or where facts ended long ago, then."""
    newest, _version = newest_fact("case_changes")
    return as_of(newest, timezone.now())


@dataclass(frozen=True)
class Tried:
    """Terms that are played and not offered; what is None, or no days, stays as in force."""

    head_count: Decimal
    target: float | None = None
    within_seconds: float | None = None
    days: tuple[str, ...] = ()
    opens: str = ""
    closes: str = ""


def try_terms(scope: Scope, sla_key: str, tried: Tried, grounds: Grounds) -> dict[str, Any]:
    """What terms would deliver, on the grounds a negotiation opened now would have. Raises Forbidden, NotFound, Invalid."""
    scope.demand("see_figures")
    held = sla_in_force(sla_key)
    sla = cast(Sla, held.body)
    target, within = tried.target or sla.target, tried.within_seconds or sla.within_seconds
    today = timezone.now().date()
    hours = tried.days, tried.opens, tried.closes
    terms = checked(Terms(target, within, tried.head_count, Decimal(0), today, *hours), sla)
    row = Negotiation(sla_key=sla_key, base_version=held.version, **settled(sla, grounds))
    found = score(row, terms, [sla.target])
    told = {"sla": sla_key, "target": target, "within_seconds": within, "head_count": str(tried.head_count)}
    return {**told, "currency": row.currency, "holds": holds(found, target), **found}


def room_of(scope: Scope, sla_key: str, key: str = "") -> Room:
    """A negotiation as one person sees it. Raises Forbidden, and NotFound where there is none to be seen."""
    sla_in_force(sla_key)
    found = room(scope, sla_key, key)
    if found is None:
        raise NotFound("There is no such negotiation.", code="unknown_negotiation")
    return found


def base_sla(row: Negotiation) -> Sla:
    """The version both sides started from."""
    return cast(Sla, validate("sla", version("sla", row.sla_key, row.base_version).body))


def body_offered(row: Negotiation, terms: Terms) -> Sla:
    """The SLA as an offer would put it in force. Raises Invalid where it cannot be."""
    return cast(Sla, validate("sla", body_of(base_sla(row), terms, organisation_zone().key)))


def score(row: Negotiation, terms: Terms, targets: list[float]) -> dict[str, Any]:
    """The offer on the history of the negotiation: calls and cases by the simulator; cases of which facts do not say who worked on
    them are replayed through their own clock. Raises Invalid.
    """
    sla = body_offered(row, terms)
    prices = Prices(row.cost_per_hour, row.currency, row.shrinkage, row.hours_per_person)
    since = row.history_until - timedelta(weeks=row.weeks)
    same = {
        "sla_version": row.base_version,
        "since": since.isoformat(),
        "until": row.history_until.isoformat(),
        "cost": str(prices.cost(float(terms.head_count) * row.hours_per_person)),
    }
    on_table, people = [*targets, terms.target], float(terms.head_count)
    if sla.promise != "answer":
        base = base_sla(row)
        traces = traces_of(base, since, row.history_until)
        scored = score_cases(traces, base, sla, people, prices, seed=row.seed, targets=on_table)
        return (scored or _replayed(sla, since, row.history_until)) | same
    # Both sides see one score, so it is that of all calls promised, not of those within one's reach.
    asked = Asked(sla.population, row.weeks, row.queues_by, sla.within_seconds, row.history_until)
    found = learn(COMMAND_LINE, asked)
    return score_calls(found.history, sla, people, prices, seed=row.seed, curve=found.curve, targets=on_table) | same


def room_marks(found: Room) -> tuple[AuditMark, ...]:
    """Failed audits that the satisfaction predicted for its offers rests on; none where none is predicted."""
    row = found.row
    if not any((each.score.get("predicted") or {}).get("csat") for each in found.offers):
        return ()
    return marks_of_curve(COMMAND_LINE, row.history_until, row.weeks)


def _replayed(sla: Sla, since: datetime, until: datetime) -> dict[str, Any]:
    """Cases as they were worked on: other head-counts change what is paid, not what is predicted."""
    share = replayed_share(sla, since, until)
    told = {"value": share.value, "low": share.low, "high": share.high, "week_low": None, "week_high": None}
    return {
        "method": "replay",
        "calls": share.n,
        "predicted": {"service_level": told},
        "needed": None,
        "rungs": [],
    }


@dataclass(frozen=True)
class Outcome:
    """How an agreed promise was kept since it is in force, beside what was predicted; `shown` is None before the day."""

    offer: Offer
    since: datetime
    shown: Attained | None


def outcome_of(scope: Scope, found: Room) -> Outcome | None:
    """What came of an agreement; None where there is none."""
    if found.row.agreed_number is None:
        return None
    offer = next(each for each in found.offers if each.number == found.row.agreed_number)
    since = datetime.combine(offer.in_force_on, time(), organisation_zone()).astimezone(UTC)
    shown = attained(found.row.sla_key, scope) if since <= found.now else None
    if shown is not None:
        kept = tuple(
            week for week in shown.weeks if week.period and week.period >= offer.in_force_on - timedelta(days=6)
        )
        shown = replace(shown, weeks=kept)
    return Outcome(offer, since, shown)


def told_room(found: Room) -> dict[str, Any]:
    """A negotiation as scripts read it, for the side of who asks."""
    row = found.row
    names = ("key", "sla_key", "base_version", "provider_title", "provider_unit", "customer_title", "customer_unit")
    settled = ("weeks", "history_until", "seed", "currency", "shrinkage", "hours_per_person", "definition_version")
    return {
        **{name: getattr(row, name) for name in (*names, *settled)},
        "cost_per_hour": str(row.cost_per_hour),
        "state": found.state,
        "side": found.side,
        "offers": [told_offer(each) for each in found.offers],
        "reservation": None
        if found.reservation is None
        else {
            "target": found.reservation.target,
            "money": None if found.reservation.money is None else str(found.reservation.money),
        },
    }


def told_offer(offer: Offer) -> dict[str, Any]:
    terms = terms_of(offer)
    return {
        "number": offer.number,
        "side": offer.side,
        "made_at": offer.made_at,
        "target": terms.target,
        "within_seconds": terms.within_seconds,
        "days": list(terms.days),
        "opens": terms.opens,
        "closes": terms.closes,
        "head_count": str(terms.head_count),
        "money": str(terms.money),
        "in_force_on": terms.in_force_on,
        "expires_at": offer.expires_at,
        "signed": sorted(each.side for each in offer.signatures.all()),
        "score": offer.score,
    }
