"""What a look must know of the moment, from the database: who is on call, what they were given today, what is alike."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from heed.core.definitions.queries import InForce
from heed.goals.escalation.models import DutyDay, Escalation, MajorIncident
from heed.goals.escalation.queries import body_of, people_of
from heed.goals.escalation.rules.deciding import Alike
from heed.goals.escalation.rules.rotas import local_day

# One row that whoever gives work to people holds until commit, so that two who do it at once see each other's.
DOOR = {"person": "", "day": date(1970, 1, 1)}


def hold_the_door() -> None:
    DutyDay.objects.get_or_create(**DOOR, defaults={"most": 0})
    DutyDay.objects.select_for_update().get(**DOOR)


class Loads:
    """What people were given, read once and kept at the end. Hold the door before."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, date], DutyDay] = {}
        self.changed: set[tuple[str, date]] = set()

    def units(self, person: str, day: date) -> int:
        return self._row(person, day).units

    def _row(self, person: str, day: date) -> DutyDay:
        if (person, day) not in self.rows:
            found = DutyDay.objects.filter(person=person, day=day).first()
            self.rows[person, day] = found or DutyDay(person=person, day=day, most=0)
        return self.rows[person, day]

    def take(self, person: str, day: date, most: int) -> None:
        row = self._row(person, day)
        row.units, row.most = row.units + 1, max(row.most, most)
        self.changed.add((person, day))

    def keep(self) -> None:
        for key in sorted(self.changed):
            self.rows[key].save()
        self.changed.clear()


class LiveDesk:
    """The moment as one protocol sees it."""

    def __init__(self, held: InForce, now: datetime, loads: Loads) -> None:
        self.held, self.protocol, self.now, self.loads = held, body_of(held), now, loads
        self.day = local_day(self.protocol.time_zone, now)
        self._people: dict[tuple[int, str, str], Sequence[str]] = {}
        self._alike: dict[str, dict[str, str]] = {}
        self._incidents: dict[str, MajorIncident] | None = None
        self._holders: dict[str, Escalation | None] = {}

    def advance(self, at: datetime) -> None:
        """The clock moves by itself here."""

    def knows(self, case: str) -> bool:
        return True

    def people(self, level: int, case: Mapping[str, Any]) -> Sequence[str]:
        place = (level, case.get("team") or "", case.get("region") or "")
        if place not in self._people:
            held = self.protocol.levels[level]
            self._people[place] = people_of(self.held.key, self.protocol.time_zone, held, place[1], place[2], self.now)
        return self._people[place]

    def units(self, person: str) -> int:
        return self.loads.units(person, self.day)

    def take(self, person: str) -> None:
        self.loads.take(person, self.day, self.protocol.daily_budget)

    def like(self, key: str) -> QuerySet[Escalation]:
        """Like cases near enough in time, those that are over among them."""
        return self._near().filter(group_key=key)

    def _near(self) -> QuerySet[Escalation]:
        assert self.protocol.group is not None
        since = self.now - timedelta(seconds=self.protocol.group.within_seconds)
        return Escalation.objects.filter(protocol_key=self.held.key, seen_at__gte=since)

    def alike(self, key: str, case: Mapping[str, Any], at: datetime) -> Alike:
        """Cases looked at in this round count as well, before they are kept."""
        if key not in self._alike:
            self.prepare([key])
        known = self._alike[key]
        known[case["case_id"]] = case.get("customer_key") or ""
        customers = len({customer or name for name, customer in known.items()})
        incident = self.incident(key)
        if incident is not None:
            near = incident.last_joined_at >= at - timedelta(seconds=self.protocol.group.within_seconds)  # type: ignore[union-attr]
            if near or len(known) >= self.protocol.group.from_cases:  # type: ignore[union-attr]
                return Alike(len(known), customers, incident.key)
        holder = self.holder(key) if len(known) >= self.protocol.group.from_cases else None  # type: ignore[union-attr]
        if holder is None:
            return Alike(len(known), customers)
        return Alike(len(known), customers, "", holder.person, holder.level)

    def holder(self, key: str) -> Escalation | None:
        """Who has one like it, outside any incident: the first that was given."""
        if key not in self._holders:
            rows = self.like(key).filter(ended_at=None, incident=None, state__in=("given", "acknowledged"))
            self._holders[key] = rows.order_by("id").first()
        return self._holders[key]

    def gave(self, row: Escalation) -> None:
        if row.group_key and self._holders.get(row.group_key) is None:
            self._holders[row.group_key] = row

    def incident(self, key: str) -> MajorIncident | None:
        if self._incidents is None:
            rows = MajorIncident.objects.filter(protocol_key=self.held.key, ended_at=None)
            self._incidents = {row.group_key: row for row in rows}
        return self._incidents.get(key)

    def prepare(self, keys: Iterable[str]) -> None:
        """Read what is alike for many at once."""
        wanted = {key for key in keys if key and key not in self._alike}
        if wanted:
            self._alike |= {key: {} for key in wanted}
            rows = self._near().filter(group_key__in=wanted)
            for key, case, customer in rows.values_list("group_key", "case_key", "customer_key"):
                self._alike[key][case] = customer

    @property
    def surge_key(self) -> str:
        return f"surge:{self.day}"

    def surge(self, at: datetime) -> str:
        found = self.incident(self.surge_key)
        return found.key if found else ""

    def declared(self, key: str, incident: MajorIncident) -> None:
        if self._incidents is not None:
            self._incidents[key] = incident

    def by_key(self, incident: str) -> MajorIncident:
        return next(each for each in (self._incidents or {}).values() if each.key == incident)
