"""Relationship programmes: those in force, who is of the panel, the waves there were and those to come."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.definitions.queries import all_in_force
from heed.core.errors.rules import NotFound, nearest, phrase
from heed.feedback.surveys.queries.answered import answered_of
from heed.feedback.surveys.queries.surveys import least_shown
from heed.feedback.surveys.rules.figures import Figure, share
from heed.feedback.triggers.definition import Programme
from heed.feedback.triggers.models import Ask, AskList, ProgrammeWave, Touch
from heed.feedback.triggers.queries.log import MAY
from heed.feedback.triggers.queries.state import organisation_zone, present, rest_days
from heed.feedback.triggers.rules.ledger import may_ask
from heed.feedback.triggers.rules.programmes import begins_at, group_of, is_wanted, part_of, waves
from heed.service.customers.queries import whereabouts

KIND = "programme"
PREVIEWED = 2_000
AHEAD_DAYS = 800
TO_ANSWER_DAYS = 14


@dataclass(frozen=True)
class InForceProgramme:
    """A programme as it holds now."""

    key: str
    version: int
    body: Programme
    since: datetime
    digest: str = ""


def programmes_in_force() -> list[InForceProgramme]:
    return [
        InForceProgramme(each.key, each.version, each.body, each.effective_from, each.digest)
        for each in all_in_force(KIND)
        if isinstance(each.body, Programme)
    ]


def programme_in_force(key: str) -> InForceProgramme:
    """Raises NotFound naming the nearest."""
    found = programmes_in_force()
    for each in found:
        if each.key == key:
            return each
    known = [each.key for each in found]
    raise NotFound(
        phrase("No programme {key} is in force.", key=key),
        code="unknown_programme",
        hint=nearest(key, known) if known else "Put one in force first.",
    )


def panel_of(found: InForceProgramme, group: int, part: int | None = None) -> list[str]:
    """Customers of a group of the panel, as they are now; with `part` those asked on that day of a wave. In order of key."""
    programme = found.body
    people = [
        key
        for key, _zone, segment, region in whereabouts()
        if is_wanted(programme, segment, region)
        and group_of(found.key, programme, key) == group
        and (part is None or part_of(found.key, programme, key) == part)
    ]
    return sorted(people)


def panel_sizes(found: InForceProgramme) -> list[int]:
    """How many customers each group of the panel holds; looked at anew every ten minutes."""
    return list(_sizes(found.key, found.body, found.digest, int(timezone.now().timestamp() // 600)))


@lru_cache(maxsize=64)
def _sizes(key: str, programme: Programme, digest: str, at: int) -> tuple[int, ...]:
    counted = Counter(
        group_of(key, programme, customer)
        for customer, _zone, segment, region in whereabouts()
        if is_wanted(programme, segment, region)
    )
    return tuple(counted[group] for group in range(programme.groups))


def lists_of(key: str) -> list[str]:
    """The lists that the waves of a programme became."""
    return list(AskList.objects.filter(wave__programme_key=key).values_list("key", flat=True))


def silent_members(found: InForceProgramme) -> set[str]:
    """Customers whose newest invitations of the programme, as many as it lets go by, brought no answer."""
    most = found.body.leave_after
    before = timezone.now() - timedelta(days=TO_ANSWER_DAYS)
    rows = Ask.objects.filter(asked_list__in=lists_of(found.key), asked=True, due_at__lt=before).order_by("-id")
    newest: dict[str, list[str]] = {}
    for key, customer in rows.values_list("key", "customer_key").iterator(chunk_size=5000):
        held = newest.setdefault(customer, [])
        if len(held) < most:
            held.append(key)
    many = {customer: held for customer, held in newest.items() if len(held) == most}
    answered = answered_of(key for held in many.values() for key in held)
    return {customer for customer, held in many.items() if not answered & set(held)}


# What people see


@dataclass(frozen=True)
class WaveLine:
    """A wave that began: its parts together. `left`: members not decided about yet."""

    on: date
    group: int
    members: int
    silent: int
    came_late: bool
    asked: int
    answered: int
    left: int
    reasons: tuple[tuple[str, int], ...]
    rate: Figure
    channels: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Ahead:
    """A wave to come."""

    on: date
    at: datetime
    group: int
    members: int
    quiet_since: date


@dataclass(frozen=True)
class ProgrammeLine:
    """A programme with its panel, waves and what comes next."""

    found: InForceProgramme
    sizes: tuple[int, ...]
    past: tuple[WaveLine, ...]
    ahead: tuple[Ahead, ...]

    @property
    def panel(self) -> int:
        return sum(self.sizes)

    @property
    def newest(self) -> WaveLine | None:
        return self.past[0] if self.past else None

    @property
    def coming(self) -> Ahead | None:
        return self.ahead[0] if self.ahead else None

    @property
    def rest_is_longer(self) -> bool:
        """Whether who was asked by something else right before the quiet still rests when the wave comes."""
        return rest_days() > self.found.body.quiet_days


def programme_lines(scope: Scope) -> list[ProgrammeLine]:
    """Every programme in force. For who may ask everybody."""
    scope.demand_everywhere(MAY)
    return [_line(each, 1) for each in programmes_in_force()]


def programme_line(scope: Scope, key: str) -> ProgrammeLine:
    """One programme with all its waves. Raises NotFound naming the nearest."""
    scope.demand_everywhere(MAY)
    return _line(programme_in_force(key), 200)


def _line(found: InForceProgramme, most: int) -> ProgrammeLine:
    sizes = panel_sizes(found)
    return ProgrammeLine(found, tuple(sizes), tuple(_past(found, most)), tuple(_ahead(found, sizes)[:12]))


def _ahead(found: InForceProgramme, sizes: list[int]) -> list[Ahead]:
    programme, zone, now = found.body, organisation_zone(), timezone.now()
    today = now.astimezone(zone).date()
    begun = set(
        ProgrammeWave.objects.filter(programme_key=found.key, wave_on__gte=today).values_list("wave_on", flat=True)
    )
    return [
        Ahead(
            wave.on,
            begins_at(programme, wave.on, zone),
            wave.group,
            sizes[wave.group],
            wave.on - timedelta(days=programme.quiet_days),
        )
        for wave in waves(programme, today + timedelta(days=AHEAD_DAYS))
        if wave.on >= today and wave.on not in begun
    ]


def _past(found: InForceProgramme, most: int) -> list[WaveLine]:
    days = ProgrammeWave.objects.filter(programme_key=found.key).order_by("-wave_on").values_list("wave_on", flat=True)
    rows = ProgrammeWave.objects.filter(programme_key=found.key, wave_on__in=list(days.distinct()[:most]))
    held: dict[date, list[ProgrammeWave]] = {}
    for row in rows.order_by("-wave_on", "part"):
        held.setdefault(row.wave_on, []).append(row)
    return [_wave(on, parts) for on, parts in held.items()]


def _wave(on: date, parts: list[ProgrammeWave]) -> WaveLine:
    lists = AskList.objects.filter(wave__in=parts).values_list("key", flat=True)
    asks = Ask.objects.filter(asked_list__in=list(lists))
    told = asks.order_by().values("asked", "reason").annotate(n=Count("id"))
    reasons = Counter({line["reason"]: line["n"] for line in told if not line["asked"]})
    asked = sum(line["n"] for line in told if line["asked"])
    answered = len(answered_of(asks.filter(asked=True).values_list("key", flat=True)))
    members = sum(part.members for part in parts)
    return WaveLine(
        on,
        parts[0].group,
        members,
        sum(part.silent for part in parts),
        all(part.came_late for part in parts),
        asked,
        answered,
        members - asked - sum(reasons.values()),
        tuple(sorted(reasons.items(), key=lambda each: (-each[1], each[0]))),
        share(answered, asked, least_shown()),
        _by_channel(asks),
    )


def _by_channel(asks: QuerySet[Ask]) -> tuple[tuple[str, int], ...]:
    """How many the ledger counts by each channel."""
    touches = Touch.objects.filter(ask__in=asks.filter(asked=True), sort="ask").order_by("channel")
    return tuple(touches.values("channel").annotate(n=Count("id")).values_list("channel", "n"))


@dataclass(frozen=True)
class PanelPreview:
    """Who of the next wave would be asked if it began now; of the first `looked_at` of its people."""

    looked_at: int
    members: int
    asked: int
    reasons: tuple[tuple[str, int], ...]


def panel_preview(scope: Scope, key: str) -> PanelPreview | None:
    """None where no wave is to come."""
    line = programme_line(scope, key)
    if line.coming is None:
        return None
    people = panel_of(line.found, line.coming.group)
    some = people[:PREVIEWED]
    state = present(some)
    now, programme = state.now(timezone.now()), line.found.body
    counted: Counter[str] = Counter()
    for customer in some:
        refusal, _due = may_ask(
            state,
            customer,
            programme.survey,
            now=now,
            reminders=programme.reminder_days,
            channel=programme.channel,
        )
        counted[refusal.reason if refusal else "asked"] += 1
    asked = counted.pop("asked", 0)
    reasons = tuple(sorted(counted.items(), key=lambda each: (-each[1], each[0])))
    return PanelPreview(len(some), len(people), asked, reasons)


def as_contract(line: ProgrammeLine) -> dict[str, Any]:
    """A programme as the API and the command give it."""
    found, programme = line.found, line.found.body
    return {
        "key": found.key,
        "name": programme.name,
        "version": found.version,
        "survey": programme.survey,
        "every": programme.every,
        "groups": programme.groups,
        "panel": line.panel,
        "group_sizes": list(line.sizes),
        "quiet_days": programme.quiet_days,
        "channel": programme.channel,
        "waves": [
            {
                "on": wave.on,
                "group": wave.group,
                "members": wave.members,
                "silent": wave.silent,
                "came_late": wave.came_late,
                "asked": wave.asked,
                "channels": dict(wave.channels),
                "answered": wave.answered,
                "left": wave.left,
                "not_asked": dict(wave.reasons),
            }
            for wave in line.past
        ],
        "ahead": [
            {
                "on": wave.on,
                "at": wave.at,
                "group": wave.group,
                "members": wave.members,
                "quiet_since": wave.quiet_since,
            }
            for wave in line.ahead
        ],
    }
