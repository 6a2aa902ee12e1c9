"""What a seed draws: which region, team, agent, day and survey carries each planted truth, and which carries its null twin."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from heed.sample.names import DAYS, DEPARTMENTS, REGIONS, TEAMS, ZONE

THEMES_OF_RELEASE = ("login_loop", "double_charge", "router_reboot")
AGENTS_A_TEAM = 5


@dataclass(frozen=True)
class Plan:
    """Indices into heed.sample.names; days count from the first day; an agent is (team, position in the team)."""

    first: date
    theme: str
    theme_day: int
    idle_release_day: int
    campaign_day: int
    complaint_day: int
    busy_monday: int
    pong_region: int
    calm_region: int
    pong_departments: tuple[int, int]
    monday_region: int
    monday_twin: int
    offered_teams: tuple[int, int]
    picker: tuple[int, int]
    star: tuple[int, int]
    pilot_day: int
    pilot_roles: tuple[int, int, int]  # pilots with: an effect, none, a failed sample ratio
    biased_survey: int
    harmed_department: int
    unharmed_department: int
    harmed_day: int
    unharmed_day: int
    resolved_departments: tuple[int, int]
    rising_team: int
    noisy_team: int
    costly_stage: int
    valued_stage: int
    overloaded_region: int
    shared_region: int
    overload_day: int
    lazy_wave: int
    lazy_region: int
    bot_day: int
    mixed: tuple[int, int]
    weak: tuple[int, int]
    mode_wave: int
    still_wave: int

    def on(self, day: int) -> date:
        return self.first + timedelta(days=day)


WAVE_DAYS = tuple(30 + 91 * wave for wave in range(6))
PILOT_DAYS = 70
CAMPAIGN_DAYS = 28
RISE_DAYS = 130


def last_full_day() -> date:
    """Yesterday, where the operation is."""
    return datetime.now(ZoneInfo(ZONE)).date() - timedelta(days=1)


def first_day(until: date) -> date:
    """The first of the days the operation tells of; `until` is the last, included."""
    return until - timedelta(days=DAYS - 1)


def draw(seed: int, until: date) -> Plan:
    """The plan of a seed. The same seed and last day give the same plan, at every scale."""
    rng = np.random.default_rng([seed, 1])
    first = first_day(until)
    return Plan(
        first=first,
        theme=THEMES_OF_RELEASE[int(rng.integers(3))],
        **_days(rng, first),
        **_regions(rng),
        **_departments(rng),
        **_agents(rng),
        **_surveys(rng, first),
    )


def _pick(rng: np.random.Generator, among: int, many: int) -> list[int]:
    return [int(value) for value in rng.permutation(among)[:many]]


def _weekday_from(first: date, day: int, weekdays: tuple[int, ...]) -> int:
    """The next day, from `day` on, that falls on one of the weekdays (Monday is 0)."""
    while (first + timedelta(days=day)).weekday() not in weekdays:
        day += 1
    return day


def _days(rng: np.random.Generator, first: date) -> dict[str, Any]:
    windows = [(235, 290), (310, 365), (385, 440)]
    theme, idle, complaint = (int(rng.integers(*windows[index])) for index in _pick(rng, 3, 3))
    return {
        "theme_day": _weekday_from(first, theme, (1, 2, 3)),
        "idle_release_day": _weekday_from(first, idle, (1, 2, 3)),
        "complaint_day": _weekday_from(first, complaint, (1, 2, 3)),
        "campaign_day": int(rng.integers(110, 180)),
        "busy_monday": _weekday_from(first, int(rng.integers(460, 530)), (0,)),
        "pilot_day": int(rng.integers(330, 440)),
        "harmed_day": int(rng.integers(200, 330)),
        "unharmed_day": int(rng.integers(200, 330)),
        "overload_day": int(rng.integers(250, 370)),
        "bot_day": int(rng.integers(300, 520)),
    }


def _regions(rng: np.random.Generator) -> dict[str, Any]:
    names = (
        ("pong_region", "calm_region"),
        ("monday_region", "monday_twin"),
        ("overloaded_region", "shared_region"),
    )
    return {name: region for pair in names for name, region in zip(pair, _pick(rng, len(REGIONS), 2), strict=True)} | {
        "lazy_region": int(rng.integers(len(REGIONS)))
    }


def _departments(rng: np.random.Generator) -> dict[str, Any]:
    pong = _pick(rng, len(DEPARTMENTS), 2)
    harmed, unharmed = _pick(rng, len(DEPARTMENTS), 2)
    resolved = _pick(rng, len(DEPARTMENTS), 2)
    rising, noisy = _pick(rng, len(TEAMS), 2)
    costly, valued = (int(value) for value in rng.permutation([0, 1, 3, 4])[:2])
    return {
        "pong_departments": (pong[0], pong[1]),
        "harmed_department": harmed,
        "unharmed_department": unharmed,
        "resolved_departments": (resolved[0], resolved[1]),
        "rising_team": rising,
        "noisy_team": noisy,
        "costly_stage": costly,
        "valued_stage": valued,
    }


def _agents(rng: np.random.Generator) -> dict[str, Any]:
    department = int(rng.integers(len(DEPARTMENTS)))
    regions = _pick(rng, len(REGIONS), 2)
    offered = (regions[0] * len(DEPARTMENTS) + department, regions[1] * len(DEPARTMENTS) + department)
    picker, star = _pick(rng, 2 * AGENTS_A_TEAM, 2)
    others = [team for team in range(len(TEAMS)) if team not in offered]
    mixed, weak = (others[index] for index in _pick(rng, len(others), 2))
    return {
        "offered_teams": offered,
        "picker": (offered[picker // AGENTS_A_TEAM], picker % AGENTS_A_TEAM),
        "star": (offered[star // AGENTS_A_TEAM], star % AGENTS_A_TEAM),
        "mixed": (mixed, int(rng.integers(1, AGENTS_A_TEAM))),
        "weak": (weak, int(rng.integers(1, AGENTS_A_TEAM))),
    }


def is_winter(day: date) -> bool:
    """The months in which everybody answers a little lower."""
    return day.month in (11, 12, 1)


def _surveys(rng: np.random.Generator, first: date) -> dict[str, Any]:
    roles = _pick(rng, 3, 3)
    lazy = 1 + int(rng.integers(4))
    mild = [wave for wave in range(1, 5) if not is_winter(first + timedelta(days=WAVE_DAYS[wave]))]
    mode, still = (mild[index] for index in _pick(rng, len(mild), 2))
    return {
        "pilot_roles": (roles[0], roles[1], roles[2]),
        "biased_survey": int(rng.integers(2)),
        "lazy_wave": lazy,
        "mode_wave": mode,
        "still_wave": still,
    }
