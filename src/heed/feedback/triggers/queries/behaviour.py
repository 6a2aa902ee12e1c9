"""What customers do, with nobody asked: the KPIs of behaviour in force, split by where or who."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, cast

from heed.core.access.rules import Scope
from heed.core.definitions.queries import InForce, in_force
from heed.core.definitions.rules import KINDS
from heed.core.errors.rules import Invalid, nearest, phrase
from heed.feedback.surveys.queries.surveys import least_shown
from heed.feedback.triggers.queries.engine import engine

if TYPE_CHECKING:
    from heed.metrics.measures import Measure
    from heed.metrics.readings import Row
    from heed.metrics.selection import Slice

KPI = "kpi"
INDICATORS = ("repeat_usage", "churn", "recontact", "complaint_rate", "downgrade")
SPLITS = ("segment", "touchpoint", "region", "product", "channel")


class _Resolved(Protocol):
    @property
    def measure(self) -> "Measure": ...
    @property
    def unit(self) -> str: ...
    @property
    def formula(self) -> str: ...


class Figured(Protocol):
    """What a definition of a KPI must say here."""

    @property
    def name(self) -> str: ...
    @property
    def direction(self) -> str: ...
    def resolve(self) -> _Resolved: ...


@dataclass(frozen=True)
class Indicator:
    """A KPI of behaviour: as it is for all, and by the groups of the split. Small groups are kept back."""

    key: str
    name: str
    unit: str
    formula: str
    direction: str
    version: int
    whole: "Row"
    groups: dict[str, "Row"]
    method: str
    cutoff: datetime | None


@dataclass(frozen=True)
class Behaviour:
    """The indicators in force. `missing`: those that are not."""

    by: str
    since: date | None
    until: date | None
    min_n: int
    indicators: tuple[Indicator, ...]
    groups: tuple[str, ...]
    missing: tuple[str, ...]


def behaviour(scope: Scope, by: str = "segment", since: date | None = None, until: date | None = None) -> Behaviour:
    """Raises Forbidden, and Invalid naming the nearest split."""
    from heed.metrics.selection import Slice

    scope.demand("see_figures")
    if by not in SPLITS:
        raise Invalid(
            phrase("{name} is no split of behaviour.", name=by), code="unknown_split", hint=nearest(by, SPLITS)
        )
    reach = None if scope.everything else {"team": scope.teams, "region": scope.regions}
    part, least = Slice(_start(since), _start(until), within=reach), least_shown()
    if since and until and since >= until:
        raise Invalid("The end is not after the start.", code="invalid_time", hint="`until` is the first day left out.")
    held = {key: in_force(KPI, key) if KPI in KINDS else None for key in INDICATORS}
    found = [_indicator(key, each, by, part, least) for key, each in held.items() if each is not None]
    groups = {group for each in found for group in each.groups}
    missing = tuple(key for key, each in held.items() if each is None)
    return Behaviour(by, since, until, least, tuple(found), tuple(sorted(groups)), missing)


def _indicator(key: str, held: InForce, by: str, part: "Slice", least: int) -> Indicator:
    from heed.metrics.readings import read

    body = cast(Figured, held.body)
    resolved = body.resolve()
    whole = read(engine(), resolved.measure, part=part, min_n=least)
    split = read(engine(), resolved.measure, by=[by], part=part, min_n=least)
    return Indicator(
        key,
        body.name,
        resolved.unit,
        resolved.formula,
        body.direction,
        held.version,
        whole.rows[0],
        {str(row.group[by]): row for row in split.rows if row.group[by]},
        whole.method,
        whole.cutoff,
    )


def _start(day: date | None) -> datetime | None:
    if day is None:
        return None
    if not date(1970, 1, 2) <= day <= datetime.now(UTC).date() + timedelta(days=3660):
        raise Invalid(phrase("{day} is too far off.", day=day), code="invalid_time", hint="Take a day nearer to now.")
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def as_contract(found: Behaviour) -> dict[str, Any]:
    """Behaviour as the API and the command give it."""
    return {
        "by": found.by,
        "since": found.since,
        "until": found.until,
        "min_n": found.min_n,
        "missing": list(found.missing),
        "indicators": [
            {
                "kpi": each.key,
                "name": str(each.name),
                "unit": each.unit,
                "direction": each.direction,
                "definition_version": each.version,
                "method": each.method,
                "cutoff": each.cutoff,
                **_row(each.whole),
                "groups": [{"group": name, **_row(each.groups[name])} for name in sorted(each.groups)],
            }
            for each in found.indicators
        ],
    }


def _row(row: "Row") -> dict[str, Any]:
    told = {name: getattr(row, name) for name in ("value", "low", "high", "n", "suppressed")}
    return told | ({"reason": row.reason} if row.reason else {})
