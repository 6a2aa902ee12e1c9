"""What is planted under a seed, in words: each truth, its size, where it is to be seen, and its null twin."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from heed.core.errors.rules import phrase
from heed.sample.changelog import RELEASE_TITLES
from heed.sample.names import DAYS, DEPARTMENTS, PILOTS, REGIONS, SOURCE, STAGES, SURVEYS, TEAMS
from heed.sample.plan import AGENTS_A_TEAM, CAMPAIGN_DAYS, RISE_DAYS, WAVE_DAYS, Plan, draw, last_full_day


@dataclass(frozen=True)
class Place:
    """Where a truth shows: a table of facts, its columns, which rows, and the day it begins on (none = all the time)."""

    table: str
    columns: tuple[str, ...]
    filter: str
    since: date | None


@dataclass(frozen=True)
class Truth:
    """One planted truth of a seed. `effect` holds sizes by name; `finders` are the capabilities that should find it."""

    key: str
    title: str
    what: str
    effect: dict[str, float]
    where: tuple[Place, ...]
    finders: tuple[str, ...]
    twin: str
    twin_effect: dict[str, float]


@lru_cache(maxsize=1)
def _written() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "truths.yaml").read_text(encoding="utf-8"))
    return loaded


def planted(seed: int, until: date | None = None, scale: float = 1.0) -> list[Truth]:
    """The truths of a seed. Days depend on `until`, the last day of the operation; agents on the scale above 1."""
    until = until or last_full_day()
    names = drawn(draw(seed, until), scale)
    return [_truth(row, names) for row in _written()]


def _truth(row: dict[str, Any], names: dict[str, str]) -> Truth:
    places = (
        Place(
            table=place["table"],
            columns=tuple(place["columns"]),
            filter=place["filter"].format(**names),
            since=date.fromisoformat(place["since"].format(**names)) if "since" in place else None,
        )
        for place in row["where"]
    )
    return Truth(
        key=row["key"],
        title=row["title"],
        what=phrase(row["what"], **names),
        effect=row["effect"],
        where=tuple(places),
        finders=tuple(row["finders"]),
        twin=phrase(row["twin"], **names),
        twin_effect=row["twin_effect"],
    )


def drawn(plan: Plan, scale: float) -> dict[str, str]:
    """What the seed drew, by the names the texts use."""
    return {**_days(plan), **_units(plan), **_agents(plan, scale), **_surveys(plan)}


def _units(plan: Plan) -> dict[str, str]:
    def team(region: int, department: int) -> str:
        return TEAMS[region * len(DEPARTMENTS) + department]

    first, second = plan.pong_departments
    return {
        "pong_region": REGIONS[plan.pong_region],
        "pong_first": team(plan.pong_region, first),
        "pong_second": team(plan.pong_region, second),
        "calm_first": team(plan.calm_region, first),
        "calm_second": team(plan.calm_region, second),
        "monday_region": REGIONS[plan.monday_region],
        "monday_twin": REGIONS[plan.monday_twin],
        "offered_first": TEAMS[plan.offered_teams[0]],
        "offered_second": TEAMS[plan.offered_teams[1]],
        "harmed_department": DEPARTMENTS[plan.harmed_department],
        "unharmed_department": DEPARTMENTS[plan.unharmed_department],
        "resolved_first": DEPARTMENTS[plan.resolved_departments[0]].capitalize(),
        "resolved_second": DEPARTMENTS[plan.resolved_departments[1]],
        "rising_team": TEAMS[plan.rising_team],
        "noisy_team": TEAMS[plan.noisy_team],
        "costly_stage": STAGES[plan.costly_stage],
        "valued_stage": STAGES[plan.valued_stage],
        "overloaded_region": REGIONS[plan.overloaded_region],
        "shared_region": REGIONS[plan.shared_region],
    }


def _agents(plan: Plan, scale: float) -> dict[str, str]:
    size = max(AGENTS_A_TEAM, round(AGENTS_A_TEAM * scale))

    def agent(place: tuple[int, int]) -> str:
        return f"{SOURCE}-a{place[0] * size + place[1]:04d}"

    return {
        "picker": agent(plan.picker),
        "star": agent(plan.star),
        "senior": agent((plan.overloaded_region * len(DEPARTMENTS), 0)),
        "mixed": agent(plan.mixed),
        "mixed_team": TEAMS[plan.mixed[0]],
        "weak": agent(plan.weak),
        "weak_team": TEAMS[plan.weak[0]],
    }


def _surveys(plan: Plan) -> dict[str, str]:
    effect, none, ratio = (PILOTS[place] for place in plan.pilot_roles)
    return {
        "theme": plan.theme.replace("_", " "),
        "theme_title": RELEASE_TITLES[plan.theme],
        "pilot_effect": effect,
        "pilot_none": none,
        "pilot_ratio": ratio,
        "biased_survey": SURVEYS[plan.biased_survey],
        "honest_survey": SURVEYS[1 - plan.biased_survey],
        "lazy_wave": str(plan.lazy_wave + 1),
        "lazy_region": REGIONS[plan.lazy_region],
        "mode_wave": str(plan.mode_wave + 1),
        "still_wave": str(plan.still_wave + 1),
    }


def _days(plan: Plan) -> dict[str, str]:
    days = {
        "theme_day": plan.theme_day,
        "idle_release_day": plan.idle_release_day,
        "campaign_day": plan.campaign_day,
        "campaign_end": plan.campaign_day + CAMPAIGN_DAYS - 1,
        "pilot_day": plan.pilot_day,
        "harmed_day": plan.harmed_day,
        "unharmed_day": plan.unharmed_day,
        "complaint_day": plan.complaint_day,
        "busy_monday": plan.busy_monday,
        "rise_day": DAYS - RISE_DAYS,
        "overload_day": plan.overload_day,
        "bot_day": plan.bot_day,
        "mode_day": WAVE_DAYS[plan.mode_wave],
        "still_day": WAVE_DAYS[plan.still_wave],
    }
    return {name: plan.on(day).isoformat() for name, day in days.items()}
