"""What a decision about asking is taken in: the policy in force, and what the ledger holds of some customers."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from heed.core.definitions.queries import InForce, all_in_force, in_force
from heed.core.people.queries import organisation
from heed.core.settings.rules import current
from heed.feedback.surveys.queries.troubles import addresses_that_bounced
from heed.feedback.triggers.definition import ContactPolicy, Coverage, Programme, Trigger
from heed.feedback.triggers.models import Ask, AskingPause, Attention, CellRate, Touch
from heed.feedback.triggers.rules.coverage import LOOK_BACK_DAYS, Rate, Seen, cell_name, rate_on, response_rate
from heed.feedback.triggers.rules.deciding import rehearse_with
from heed.feedback.triggers.rules.ledger import FOREVER, Account, Ledger, Pause
from heed.feedback.triggers.rules.programmes import Calm, calm_of
from heed.feedback.triggers.rules.reasons import DRAWN
from heed.feedback.triggers.rules.terms import EPOCH, Terms, micros, terms_of, zone_of
from heed.service.cases.queries import with_open_case
from heed.service.customers.queries import Reach, barred, reachability, reachable, whereabouts

POLICY = ("contact_policy", "contact")
AT_ONCE = 500
CALM_AHEAD_DAYS = 181


@dataclass
class Present(Ledger):
    """What holds now, of the customers looked at: the ledger that a live decision is taken in."""

    reach: dict[str, Reach] = field(default_factory=dict)
    policy_version: int | None = None
    keeps_rates: bool = False

    def rate(self, coverage: Coverage, cell: int, day: int) -> Rate:
        """As it was kept for the day; the first who needs it works it out and keeps it."""
        if (cell, day) not in self.rates:
            self.rates[cell, day] = kept_rate(coverage, cell, day, keep=self.keeps_rates)
        return self.rates[cell, day]


def policy_in_force(at: datetime | None = None) -> tuple[ContactPolicy, int | None]:
    """The policy and its version; heed's own where none is in force."""
    found = in_force(*POLICY, at)
    if found is not None and isinstance(found.body, ContactPolicy):
        return found.body, found.version
    return ContactPolicy.model_validate({}), None


def rest_days(at: datetime | None = None) -> int:
    """Days a customer is left in peace after being asked, as the policy in force says."""
    return policy_in_force(at)[0].rest_days


def triggers_in_force() -> list[InForce]:
    return [each for each in all_in_force("trigger") if isinstance(each.body, Trigger)]


def triggers_watching(tables: Collection[str]) -> list[InForce]:
    """Triggers in force whose facts lie in one of these tables."""
    return [each for each in triggers_in_force() if isinstance(each.body, Trigger) and each.body.source in tables]


def present(customers: Collection[str], *, keeps_rates: bool = False) -> Present:
    """What holds now for these customers, without holding anything against others: for looking, not for asking."""
    now = timezone.now()
    policy, version = policy_in_force()
    terms = terms_of(policy)
    reach = reachable(customers)
    return Present(
        terms,
        now,
        accounts_of(terms, reach, now),
        unknown="unknown_customer",
        surveys=_surveys_at(now),
        pauses=pauses_at(now) if terms.incident_waits else (),
        calms=calms_until(now + timedelta(days=CALM_AHEAD_DAYS)),
        zone=organisation().time_zone,
        reach=reach,
        policy_version=version,
        keeps_rates=keeps_rates,
    )


def _surveys_at(now: datetime) -> Callable[[str], bool]:
    known: dict[str, bool] = {}

    def has(survey: str) -> bool:
        if survey not in known:
            known[survey] = in_force("survey", survey, now) is not None
        return known[survey]

    return has


def accounts_of(terms: Terms, reach: dict[str, Reach], now: datetime) -> dict[str, Account]:
    """The account of each customer that is known."""
    keys = list(reach)
    stopped, busy, silent = _marks(terms, keys)
    bounced = addresses_that_bounced({key: known.email for key, known in reach.items() if known.email})
    found = {}
    for key, known in reach.items():
        obstacle = "opted_out" if known.opted_out else "do_not_contact" if key in stopped else ""
        obstacle = obstacle or silent.get(key, "")
        cases = ((0, FOREVER),) if key in busy else ()
        lacks = lacking(known.email, known.number, key in bounced)
        found[key] = Account(obstacle, known.time_zone, known.segment, known.region, cases=cases, lacks=lacks)
    since = now - timedelta(microseconds=terms.longest)
    for touch in touches_of(keys, since):
        account, at = found[touch.customer_key], micros(touch.at)
        if touch.sort == ASKED:
            account.spend(terms.purpose(touch.survey_key)[0], at, [at])
        else:
            account.spend_other(at)
    return found


def lacking(email: str, number: str, is_bounced: bool) -> Mapping[str, str]:
    """Channels by which a customer cannot be reached, each with why."""
    by_mail = "address_bounced" if is_bounced and email else "" if email else "no_address"
    by_phone = "" if number and current().sms_url else "no_number" if not number else "sms_not_set"
    return _LACKS[by_mail, by_phone]


# One object for all that lack the same: there are many customers.
_LACKS: Mapping[tuple[str, str], Mapping[str, str]] = {
    (mail, phone): {name: why for name, why in (("email", mail), ("sms", phone)) if why}
    for mail in ("", "no_address", "address_bounced")
    for phone in ("", "no_number", "sms_not_set")
}
ASKED = "ask"


def _marks(terms: Terms, keys: list[str]) -> tuple[set[str], set[str], dict[str, str]]:
    """Who is not to be asked, who has an open case, and who has not consented and why; where the policy looks at it."""
    stopped: set[str] = set()
    busy: set[str] = set()
    for some in portions(keys):
        rows = Attention.objects.filter(customer_key__in=some).exclude(stopped_at=None)
        stopped |= set(rows.values_list("customer_key", flat=True))
        if terms.case_waits:
            busy |= with_open_case(some)
    return stopped, busy, barred(keys, terms.consent_purpose) if terms.consent_purpose else {}


def touches_of(keys: Collection[str], since: datetime) -> Iterable[Touch]:
    """Contacts of customers that count from a moment on, in order."""
    for some in portions(list(keys)):
        yield from Touch.objects.filter(customer_key__in=some, at__gte=since).order_by("customer_key", "at", "id")


def portions(keys: list[str]) -> Iterable[list[str]]:
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))


def pauses_at(now: datetime) -> tuple[Pause, ...]:
    """Pauses that run at a moment."""
    rows = AskingPause.objects.filter(Q(until=None) | Q(until__gt=now), since__lte=now)
    return tuple(as_pause(row) for row in rows.order_by("id"))


def as_pause(row: AskingPause) -> Pause:
    return Pause(micros(row.since), FOREVER if row.until is None else micros(row.until), row.region)


def last_asked(customers: Collection[str]) -> dict[str, datetime | None]:
    """When customers were last asked, by whatever asked."""
    found: dict[str, datetime | None] = {}
    for some in portions(list(customers)):
        rows = Attention.objects.filter(customer_key__in=some)
        found |= dict(rows.values_list("customer_key", "last_asked_at"))
    return found


def today() -> Ledger:
    """What a rehearsal begins with: the policy in force, whom heed could reach today, and the pauses there were."""
    return ledger_for(policy_in_force()[0])


def ledger_for(policy: ContactPolicy) -> Ledger:
    """The ledger a rehearsal of a policy begins with."""
    terms = terms_of(policy)
    stopped = set(Attention.objects.exclude(stopped_at=None).values_list("customer_key", flat=True))
    reached = {key: (out, email, number) for key, out, email, number in reachability()}
    silent = barred(list(reached), terms.consent_purpose) if terms.consent_purpose else {}
    bounced = addresses_that_bounced({key: email for key, (_, email, _) in reached.items() if email})
    accounts = {}
    for key, zone, segment, region in whereabouts():
        out, email, number = reached.get(key, (False, "", ""))
        obstacle = "opted_out" if out else "do_not_contact" if key in stopped else silent.get(key, "")
        accounts[key] = Account(obstacle, zone, segment, region, lacks=lacking(email, number, key in bounced))
    pauses = tuple(as_pause(row) for row in AskingPause.objects.order_by("id")) if terms.incident_waits else ()
    calms = calms_until(timezone.now() + timedelta(days=CALM_AHEAD_DAYS))
    return Ledger(terms, None, accounts, "unknown_customer", pauses=pauses, calms=calms, zone=organisation().time_zone)


def organisation_zone() -> ZoneInfo:
    """The time zone of the organisation's own clocks."""
    return zone_of(organisation().time_zone) or ZoneInfo("UTC")


def calms_until(until: datetime) -> tuple[Calm, ...]:
    """The days that programmes in force keep for their waves, of waves that begin up to a moment."""
    zone = organisation_zone()
    found = (
        calm_of(each.key, each.body, zone, until.date())
        for each in all_in_force("programme")
        if isinstance(each.body, Programme)
    )
    return tuple(each for each in found if each is not None)


rehearse_with(today)


# Shares of the coverage


def wanted_of(coverage: Coverage, cell: int) -> str:
    """What a kept share rests on besides the day: another aim gives another share."""
    target = coverage.targets[cell]
    return f"{target.answers}/{response_rate(coverage, cell):g}/{coverage.period_days}/{coverage.least:g}"


def kept_rate(coverage: Coverage, cell: int, day: int, *, keep: bool) -> Rate:
    name, wanted = cell_name(coverage, cell)[:250], wanted_of(coverage, cell)[:64]
    row = CellRate.objects.filter(cell=name, wanted=wanted, day=day).first()
    if row is None:
        found = rate_on(coverage, cell, day, seen_of(name, day, coverage.period_days))
        if not keep:
            return found
        row = CellRate(
            cell=name,
            wanted=wanted,
            day=day,
            share=found.share,
            asks_wanted=found.wanted,
            asked=found.asked,
            a_day=found.a_day,
            days_left=found.days_left,
        )
        # Of two that work it out at the same moment one wins, and both take what it kept.
        CellRate.objects.bulk_create([row], ignore_conflicts=True)
        row = CellRate.objects.get(cell=name, wanted=wanted, day=day)
    return Rate(row.share, row.asks_wanted, row.asked, row.a_day, row.days_left)


def seen_of(cell: str, day: int, period_days: int) -> Seen:
    """Who of a cell came to the draw and who was asked, by day, as far back before a day as its share looks."""
    back = max(LOOK_BACK_DAYS, period_days)
    start, end = EPOCH + timedelta(days=max(day - back, 0)), EPOCH + timedelta(days=day)
    rows = Ask.objects.filter(stratum=cell, reason__in=DRAWN, decided_at__gte=start, decided_at__lt=end)
    counted = rows.annotate(on=TruncDate("decided_at", tzinfo=EPOCH.tzinfo)).order_by().values("on")
    lines = counted.annotate(came=Count("id"), many=Count("id", filter=Q(asked=True)))
    return {(line["on"] - EPOCH.date()).days: (line["came"], line["many"]) for line in lines}
