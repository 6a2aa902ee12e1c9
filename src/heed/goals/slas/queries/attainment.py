"""Reading SLAs: which there are, how their promises were kept week by week, what is at risk now. Small weeks are withheld.

All of it comes from facts replayed through the function that rehearsal uses; a replay is kept while the facts stay the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.calendar.rules import instant
from heed.core.definitions.queries import InForce, all_in_force, in_force
from heed.core.errors.rules import Invalid, NotFound, nearest, phrase
from heed.goals.kpis.queries import engine, organisation_zone, privacy_policy
from heed.goals.kpis.rules import Standing, least_group, reached_rows, standing
from heed.goals.slas.definition import Sla
from heed.goals.slas.rules.clock import SECOND
from heed.goals.slas.rules.foretelling import Foretelling, Reliability, reliability, told_reliability
from heed.goals.slas.rules.risk import UNKNOWN, Experience, Risk, experience
from heed.goals.slas.rules.tallying import Judged, Open, Outcome, Share, SlaTally, share_of
from heed.metrics.readings import Row
from heed.metrics.suppression import suppressed_cells

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

KIND = "sla"
WEEK = timedelta(weeks=1)
WEEKS, MOST_WEEKS = 13, 104
# Cases are followed from so long before the first week on, so that those judged in it are known from their opening.
BEFORE = timedelta(days=120)
# Clocks are read now while facts come in; of facts that ended long ago, at the last of them.
STALE = timedelta(days=7)
# Where facts come in all the time, weeks are replayed once a minute and not with each of them.
HELD_SECONDS = 60.0
_HELD: dict[tuple[str, str], tuple[float, int]] = {}


@dataclass(frozen=True)
class Running:
    """A promise that is not decided, and how likely it is to break. `broken`: it broke already, and the case is open."""

    case: str
    team: str
    region: str
    priority: str | None
    opened_at: datetime
    used_seconds: float
    limit_seconds: float
    due_at: datetime | None
    broken: bool
    risk: Risk

    def as_row(self) -> dict[str, Any]:
        """All of it as one flat row."""
        return {name: value for name, value in vars(self).items() if name != "risk"} | vars(self.risk)


@dataclass(frozen=True)
class Breach:
    """A promise that broke, and when; `took_seconds` is the time used by the end, None while the case is open."""

    case: str
    team: str
    region: str
    priority: str | None
    opened_at: datetime
    broken_at: datetime
    limit_seconds: float
    took_seconds: float | None


@dataclass(frozen=True)
class Attained:
    """How an SLA was kept, within somebody's reach. `weeks` begin on Mondays of the organisation; the last one runs."""

    held: InForce
    sla: Sla
    since: datetime
    as_of: datetime
    cutoff: datetime | None
    zone: str
    weeks: tuple[Row, ...]
    whole: Row
    level: float
    least: int
    running: tuple[Running, ...]
    breaches: tuple[Breach, ...]
    teams: tuple[tuple[str, float, Share], ...]
    merged: int
    left_out: dict[str, int]
    past: int
    told: Reliability

    @property
    def key(self) -> str:
        return self.held.key

    @property
    def standing(self) -> Standing:
        """How the whole stands to the target, by its interval."""
        return standing(self.whole.low, self.whole.high, self.sla.target, "higher_is_better")

    @property
    def at_risk(self) -> tuple[Running, ...]:
        """Those likely to break, the likeliest first."""
        likely = [
            each for each in self.running if not each.broken and (each.risk.chance or 0.0) >= self.sla.at_risk_from
        ]
        return tuple(sorted(likely, key=lambda each: (-(each.risk.chance or 0.0), each.case)))

    @property
    def overdue(self) -> tuple[Running, ...]:
        """Broken and still open, the longest first."""
        return tuple(each for each in self.running if each.broken)


def list_slas() -> list[InForce]:
    """The SLAs in force, in order of key."""
    return all_in_force(KIND)


def sla_in_force(key: str) -> InForce:
    """The SLA that holds now. Raises NotFound naming the nearest."""
    found = in_force(KIND, key)
    if found is None:
        known = [each.key for each in all_in_force(KIND)]
        raise NotFound(phrase("No SLA {key} is in force.", key=key), code="unknown_sla", hint=nearest(key, known))
    return found


def attained(key: str, scope: Scope, weeks: int = WEEKS) -> Attained:
    """How an SLA was kept in the last so many weeks, the running one among them. Raises NotFound, Forbidden or Invalid."""
    scope.demand("see_figures")
    if not 1 <= weeks <= MOST_WEEKS:
        raise Invalid(
            phrase("{weeks} weeks cannot be shown.", weeks=weeks),
            code="invalid_weeks",
            hint=phrase("Ask for 1 to {most}.", most=MOST_WEEKS),
        )
    held, zone = sla_in_force(key), organisation_zone()
    sla = cast(Sla, held.body)
    version, place = _version(sla.source), engine().store.url
    newest = _newest(sla.source, version, place)
    moment = as_of(newest, timezone.now())
    first = _monday(moment, zone) - WEEK * (weeks - 1)
    since = datetime.combine(first, datetime.min.time(), zone)
    reach = reached_rows(scope)
    lived = _lived(sla.model_dump_json(), since, newest, version, place)
    tally = replace(lived.tally, reach=reach, until=moment)
    found = tally.outcome()
    least = least_group(privacy_policy(), ())
    return Attained(
        held=held,
        sla=sla,
        since=since,
        as_of=moment,
        cutoff=newest,
        zone=zone.key,
        weeks=_weeks(found.judged, first, weeks, zone, least),
        whole=_row([each.kept for each in found.judged], least, None),
        level=0.95,
        least=least,
        running=tuple(_running(each, lived.past) for each in found.open),
        breaches=tuple(_breach(each) for each in reversed(found.judged) if not each.kept),
        teams=_teams(sla, found, reach, least),
        merged=found.merged,
        left_out=dict(found.left_out) if reach is None else {},
        past=int(lived.past.every.durations.size) if lived.past else 0,
        told=lived.told,
    )


def as_contract(found: Attained) -> dict[str, Any]:
    """Attainment as scripts read it; on the command line and over the API."""
    return {
        "sla": found.key,
        "name": found.sla.name,
        "promise": found.sla.promise,
        "within_seconds": found.sla.within_seconds,
        "target": found.sla.target,
        "definition_version": found.held.version,
        "unit": "share",
        "method": "wilson",
        "level": found.level,
        "min_n": found.least,
        "cutoff": found.cutoff,
        "as_of": found.as_of,
        "excluded": found.left_out,
        "merged": found.merged,
        "standing": found.standing,
        "whole": _told(found.whole),
        "rows": [_told(row) for row in found.weeks],
        "open": len(found.running),
        "at_risk": len(found.at_risk),
        "broken": len(found.overdue),
        "chances": told_reliability(found.told),
        "teams": [
            {
                "team": team,
                "within_seconds": seconds,
                "value": share.value,
                "low": share.low,
                "high": share.high,
                "n": share.n,
            }
            for team, seconds, share in found.teams
        ],
    }


def _told(row: Row) -> dict[str, Any]:
    week = {"week": row.period.isoformat()} if row.period else {}
    known = {name: getattr(row, name) for name in ("value", "low", "high", "n", "suppressed")}
    return week | known | ({"reason": row.reason} if row.reason else {})


def _monday(at: datetime, zone: "ZoneInfo") -> date:
    day = at.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def as_of(newest: datetime | None, now: datetime) -> datetime:
    """When clocks are read, to the minute."""
    if newest is not None and now - newest > STALE:
        return newest + timedelta(seconds=1)
    return now.replace(second=0, microsecond=0)


def newest_fact(table: str) -> tuple[datetime | None, int | None]:
    """When the newest fact of a table happened, and the version of the table that is read."""
    version = _version(table)
    return _newest(table, version, engine().store.url), version


def _version(table: str) -> int | None:
    """The version of a table that is read: the newest, or the one before as long as that is held."""
    place = (table, engine().store.url)
    held = _HELD.get(place)
    if held is not None and monotonic() - held[0] < HELD_SECONDS:
        return held[1]
    version = engine().store.version(table)
    if version is not None:
        _HELD[place] = (monotonic(), version)
    return version


@lru_cache(maxsize=16)
def _newest(table: str, version: int | None, place: str) -> datetime | None:
    """The time of the newest fact of a table. Kept until the table has a new version."""
    from heed.metrics.sources.opening import open_source, span

    if version is None:
        return None
    _first, last = span(engine(), open_source(engine(), "cases" if table == "case_changes" else table))
    return last


@dataclass(frozen=True)
class _Lived:
    """All promises of a span, whoever asks, and what they say of those to come."""

    tally: SlaTally
    past: Experience | None
    told: Reliability


@lru_cache(maxsize=16)
def _lived(sla: str, since: datetime, newest: datetime | None, version: int | None, place: str) -> _Lived:
    """Facts up to the newest, replayed through the function that decides. Kept until the table has a new version."""
    from heed.goals.slas.rules.keeping import CALLS, CASES
    from heed.rehearsal.replay.deciders import decider_of
    from heed.rehearsal.replay.replay import rehearse

    definition, until = Sla.model_validate_json(sla), (newest or since) + timedelta(seconds=1)
    tally = SlaTally(definition, since, until)
    if newest is None:
        return _Lived(tally, None, reliability(()))
    ahead = Foretelling(definition, since, until)
    is_call = definition.promise == "answer"
    columns = CALLS if is_call else CASES
    decider = replace(decider_of(KIND), columns=lambda sla: columns, tally=lambda sla, low, high: _Quiet(tally, ahead))
    rehearse(engine(), decider, definition, since - (timedelta() if is_call else BEFORE), until)
    return _Lived(tally, experience(tally.lived()) if tally.last else None, ahead.reliability(tally.last))


def replayed_share(sla: Sla, since: datetime, until: datetime) -> Share:
    """The share that would have been kept in a span, had this been promised: the facts replayed through its own clock."""
    version, place = _version(sla.source), engine().store.url
    newest = _newest(sla.source, version, place)
    lived = _lived(sla.model_dump_json(), since, newest, version, place)
    return share_of(each.kept for each in replace(lived.tally, until=until).outcome().judged)


@dataclass(frozen=True)
class _Quiet:
    """A tally that is read later, not at the end of the replay."""

    tally: SlaTally
    ahead: Foretelling

    def add(self, fact: Any, decision: Any) -> None:
        self.ahead.add(fact, decision)
        self.tally.add(fact, decision)

    def figures(self) -> dict[str, Any]:
        return {}


def _weeks(judged: Sequence[Judged], first: date, many: int, zone: "ZoneInfo", least: int) -> tuple[Row, ...]:
    kept: dict[date, list[bool]] = {first + WEEK * step: [] for step in range(many)}
    for each in judged:
        week = _monday(instant(each.at), zone)
        if week in kept:
            kept[week].append(each.kept)
    hidden = suppressed_cells([(week,) for week in kept], [len(held) for held in kept.values()], least)
    return tuple(_row(held, least, week, hide=hide) for (week, held), hide in zip(kept.items(), hidden, strict=True))


def _row(kept: Sequence[bool], least: int, week: date | None, *, hide: bool = False) -> Row:
    if hide or 0 < len(kept) < least:
        return Row({}, None, None, None, None, suppressed=True, period=week)
    share = share_of(kept)
    return Row({}, share.value, share.low, share.high, share.n, reason="" if share.n else "no_rows", period=week)


def _running(each: Open, past: Experience | None) -> Running:
    life, broken = each.life, each.life.broken_at is not None
    risk = past.risk(life.priority, each.used, life.limit) if past and not broken else UNKNOWN
    return Running(
        case=each.case,
        team=each.team,
        region=each.region,
        priority=life.priority,
        opened_at=instant(life.opened_at),
        used_seconds=each.used / SECOND,
        limit_seconds=life.limit / SECOND,
        due_at=None if each.due_at is None else instant(each.due_at),
        broken=broken,
        risk=risk,
    )


def _breach(each: Judged) -> Breach:
    life = each.life
    return Breach(
        case=each.case,
        team=each.team,
        region=each.region,
        priority=life.priority,
        opened_at=instant(life.opened_at),
        broken_at=instant(each.at),
        limit_seconds=life.limit / SECOND,
        took_seconds=None if life.ended_at is None else life.used / SECOND,
    )


def _teams(sla: Sla, found: Outcome, reach: Any, least: int) -> tuple[tuple[str, float, Share], ...]:
    """Each team's promise to the others and how it was kept; teams out of reach, and small ones, are left out."""
    return tuple(
        (each.team, each.within_seconds, share_of(found.stays.get(each.team, ())))
        for each in sla.teams
        if (reach is None or each.team in reach["team"]) and len(found.stays.get(each.team, ())) >= least
    )
