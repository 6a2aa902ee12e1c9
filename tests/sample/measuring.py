"""What the planted truths look like in the tables, computed straight from them by SQL; one function a truth.

Each gives the figure of the truth and that of its null twin.
"""

# ruff: noqa: E501

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
from scipy import stats

from heed.sample.names import DAYS, DEPARTMENTS, PILOTS, REGIONS, STAGES, SURVEYS, TEAMS
from heed.sample.operation import whole
from heed.sample.plan import CAMPAIGN_DAYS, PILOT_DAYS, RISE_DAYS, is_winter
from heed.sample.waves import draw_wave, wave_days
from heed.sample.words import grammar
from heed.sample.world import World, build_world

UNTIL = date(2026, 10, 31)
NEW_WORDS = {
    "login_loop": "loop|thrown out|bouncing|Endlosschleife|old version of the app|Startbildschirm",
    "double_charge": "collected twice|twice on one day|identical debits|debited double|double (booking|debit)|zweimal abgebucht|identische Abb|doppelte Abb",
    "router_reboot": "firmware",
}


class Operation:
    """One world with its tables in DuckDB."""

    def __init__(self, seed: int, scale: float) -> None:
        self.world: World = build_world(seed, scale, UNTIL)
        self.tables = whole(self.world)
        self.sql = duckdb.connect()
        self.sql.execute("set timezone = 'Europe/Berlin'")
        for name, table in self.tables.items():
            self.sql.register(name, table)

    @property
    def plan(self):
        return self.world.plan

    def day(self, day: int) -> datetime:
        zone = ZoneInfo("Europe/Berlin")
        return datetime.combine(self.plan.first + timedelta(days=day), time(0), zone).astimezone(UTC)

    def one(self, query: str, *values: object) -> tuple:
        return self.sql.execute(query, list(values)).fetchone()

    def all(self, query: str, *values: object) -> list[tuple]:
        return self.sql.execute(query, list(values)).fetchall()

    def agent(self, place: tuple[int, int]) -> str:
        return self.world.agents.keys()[self.world.agents.number(place)]


@lru_cache(maxsize=3)
def operation(seed: int, scale: float) -> Operation:
    return Operation(seed, scale)


def release_theme(op: Operation) -> dict[str, float]:
    """Share of the new words before and after the release; growth of volume and of the share of billing in the campaign."""
    told = NEW_WORDS[op.plan.theme]
    row = op.one(
        "select avg(regexp_matches(text, ?, 'i')::int) filter (where said_at < ?), avg(regexp_matches(text, ?, 'i')::int) filter (where said_at >= ?) "
        "from verbatims where survey_key is null or survey_key in ('post_contact', 'post_case')",
        told, op.day(op.plan.theme_day), told, op.day(op.plan.theme_day + 1),
    )  # fmt: skip
    low, high = op.day(op.plan.campaign_day), op.day(op.plan.campaign_day + CAMPAIGN_DAYS)
    bill = "count(*) filter (where regexp_matches(text, 'bill|invoice|Rechnung|charged|refund|credit|Gutschrift', 'i'))"
    n, m = op.one(
        f"select count(*), {bill} from verbatims where said_at >= ? and said_at < ? and survey_key is null", low, high
    )
    span = timedelta(days=CAMPAIGN_DAYS)
    n0, m0 = op.one(
        f"select count(*), {bill} from verbatims where said_at >= ? and said_at < ? and survey_key is null",
        low - span,
        low,
    )
    idle = op.day(op.plan.idle_release_day)
    jump = op.one(
        "select (select count(*) from interactions where started_at between ? and ?) / (select count(*) from interactions where started_at between ? and ?)",
        idle, idle + timedelta(days=28), idle - timedelta(days=28), idle,
    )[0]  # fmt: skip
    return {
        "before": row[0],
        "after": row[1],
        "twin_volume": m / m0,
        "twin_share": (m / n) / (m0 / n0),
        "idle_jump": jump,
    }


def ping_pong(op: Operation) -> dict[str, float]:
    """Handoffs and the share of cases A, B, A of each pair of teams."""
    rows = op.all('select case_id, list(team order by "at") from events where team is not null group by case_id')
    first, second = op.plan.pong_departments
    result = {}
    for label, region in (("truth", op.plan.pong_region), ("twin", op.plan.calm_region)):
        pair = {TEAMS[region * 3 + first], TEAMS[region * 3 + second]}
        cases = handoffs = returned = 0
        for _, teams in rows:
            path = [team for place, team in enumerate(teams) if place == 0 or team != teams[place - 1]]
            if path[0] not in pair:
                continue
            cases += 1
            steps = [set(step) == pair for step in pairwise(path)]
            handoffs += sum(steps)
            returned += any(a == c and {a, b} == pair for a, b, c in zip(path, path[1:], path[2:], strict=False))
        result |= {
            f"{label}_handoffs": handoffs / cases,
            f"{label}_returned": returned / cases,
            f"{label}_cases": cases,
        }
    return result


def mondays(op: Operation) -> dict[str, float]:
    result = {}
    for label, region in (("truth", op.plan.monday_region), ("twin", op.plan.monday_twin)):
        row = op.one(
            "select avg(wait_seconds) filter (where m), avg(wait_seconds) filter (where not m), avg(abandoned::int) filter (where m), "
            "avg(abandoned::int) filter (where not m), count(*) filter (where m) "
            "from (select *, isodow(started_at) = 1 as m from interactions where channel = 'phone' and region = ?)",
            REGIONS[region],
        )
        names = ("monday_wait", "other_wait", "monday_abandoned", "other_abandoned", "calls")
        result |= {f"{label}_{name}": value for name, value in zip(names, row, strict=True)}
    return result


def cherry_picking(op: Operation) -> dict[str, float]:
    """Share asked, and how much oftener what was resolved is asked about, per agent of the two teams."""
    rows = op.all(
        "select n.agent_key, avg(asked::int), avg(resolved::int) filter (where asked), avg(resolved::int) filter (where not asked), avg(resolved::int) "
        "from invitations n join interactions i using (interaction_id) where n.reason in ('offered_by_agent', 'not_offered') group by 1"
    )
    found = {row[0]: row[1:] for row in rows}
    picker, star = found.pop(op.agent(op.plan.picker)), found[op.agent(op.plan.star)]
    honest = np.array([row[1] - row[2] for row in found.values()])
    scores = dict(
        op.all(
            "select agent_key, avg((score >= 4)::int) from responses where question_key = 'satisfaction' and survey_key = 'post_contact' group by 1"
        )
    )
    return {
        "asked": picker[0], "asked_honest": float(np.mean([row[0] for row in found.values()])), "gap": picker[1] - picker[2],
        "honest_gap": float(honest.mean()), "widest_honest_gap": float(np.abs(honest).max()), "star_resolved": star[3],
        "honest_resolved": float(np.mean([row[3] for key, row in found.items() if key != op.agent(op.plan.star)])),
        "picker_csat": scores[op.agent(op.plan.picker)], "star_csat": scores[op.agent(op.plan.star)],
        "others_csat": float(np.mean([scores[key] for key in found if key != op.agent(op.plan.star)])),
    }  # fmt: skip


def pilots(op: Operation) -> dict[str, float]:
    result = {}
    for role, place in zip(("effect", "none", "ratio"), op.plan.pilot_roles, strict=True):
        rows = op.all(
            "select attributes['arm'] as arm, avg(resolved::int), count(distinct customer_key), count(*) from interactions "
            "where attributes['pilot'] = ? and answered group by 1 order by 1", PILOTS[place],
        )  # fmt: skip
        (_, control, people0, n0), (_, treated, people1, n1) = rows
        p = stats.binomtest(people1, people0 + people1, 0.5).pvalue
        spread = np.sqrt(control * (1 - control) / n0 + treated * (1 - treated) / n1)
        result |= {f"{role}_difference": treated - control, f"{role}_error": float(spread), f"{role}_ratio_p": p}
    result["days"] = PILOT_DAYS
    return result


def non_response(op: Operation) -> dict[str, float]:
    """True satisfaction of those who answered less that of all who were asked; and how answering goes with the frame."""
    result = {}
    for survey in range(2):
        waves = [draw_wave(op.world, one, wave, day) for one, wave, day in wave_days() if one == survey]
        mood, replies = np.concatenate([w.mood for w in waves]), np.concatenate([w.replies for w in waves])
        label = "truth" if survey == op.plan.biased_survey else "twin"
        result[f"{label}_bias"] = float(mood[replies].mean() - mood.mean())
        rates = dict(op.all(
            "select attributes['usage_trend'], avg((r.response_id is not null)::int) from invitations n left join "
            "(select distinct survey_key, customer_key, invited_at, response_id from responses) r on r.survey_key = n.survey_key "
            "and r.customer_key = n.customer_key and r.invited_at = n.sent_at where n.survey_key = ? group by 1", SURVEYS[survey],
        ))  # fmt: skip
        result[f"{label}_rate_gap"] = rates["rising"] - rates["falling"]
    return result


def drives(op: Operation) -> dict[str, float]:
    """AHT ratio and change of FCR (no contact about the same topic within seven days), after less before."""
    result = {}
    for label, department, day in (
        ("truth", op.plan.harmed_department, op.plan.harmed_day),
        ("twin", op.plan.unharmed_department, op.plan.unharmed_day),
    ):
        row = op.one(
            "with i as (select *, lead(started_at) over (partition by customer_key, topic order by started_at) as next from interactions), "
            "f as (select *, (next is null or next > started_at + interval 7 day)::int as kept, started_at >= ? as late from i "
            "where attributes['department'] = ? and answered and started_at < ?) "
            "select avg(handle_seconds) filter (where late) / avg(handle_seconds) filter (where not late), "
            "avg(kept) filter (where late) - avg(kept) filter (where not late) from f",
            op.day(day), DEPARTMENTS[department], op.day(DAYS - 8),
        )  # fmt: skip
        result |= {f"{label}_aht": row[0], f"{label}_fcr": row[1]}
    return result


def two_resolved(op: Operation) -> dict[str, float]:
    row = op.one(
        "with i as (select *, lead(started_at) over (partition by customer_key, topic order by started_at) as next from interactions) "
        "select avg(resolved::int), avg((resolved and (next is null or next > started_at + interval 7 day))::int), "
        "avg((resolved and not transferred)::int), avg((resolved and transfers = 0)::int) from i where answered"
    )
    return dict(zip(("recorded", "stays_resolved", "twin_first", "twin_second"), row, strict=True))


def complaint_jump(op: Operation) -> dict[str, float]:
    """Complaints, and all contacts, of the day against the median of the same weekday in the eight weeks before."""
    result = {}
    for label, day in (("truth", op.plan.complaint_day), ("twin", op.plan.busy_monday)):
        rows = {
            back: op.one("select count(*), count(*) filter (where topic = 'complaint') from interactions where started_at >= ? and started_at < ?",
                         op.day(day - back), op.day(day - back + 1))
            for back in range(0, 63, 7)
        }  # fmt: skip
        alls, complaints = (np.array([rows[back][place] for back in range(7, 63, 7)]) for place in (0, 1))
        result |= {
            f"{label}_contacts": rows[0][0] / float(np.median(alls)),
            f"{label}_complaints": rows[0][1] / float(complaints.mean()),
            f"{label}_share": (rows[0][1] / rows[0][0]) / (complaints.sum() / alls.sum()),
        }
    return result


def rising_team(op: Operation) -> dict[str, float]:
    """Growth of the share of complaints: the last 45 days against the time before the rise."""
    result = {}
    for label, team in (("truth", op.plan.rising_team), ("twin", op.plan.noisy_team)):
        row = op.one(
            "select avg((topic = 'complaint')::int) filter (where started_at >= ?), avg((topic = 'complaint')::int) filter (where started_at < ?) "
            "from interactions where team = ?", op.day(DAYS - 45), op.day(DAYS - RISE_DAYS), TEAMS[team],
        )  # fmt: skip
        result[f"{label}_growth"] = row[0] / row[1]
    return result


def misaligned_stage(op: Operation) -> dict[str, float]:
    cost = dict(
        op.all("select stage, sum(amount)::double from finance where kind = 'cost' and stage is not null group by 1")
    )
    matters = dict(
        op.all(
            "select choice, count(*)::double from responses where question_key = 'matters_most' and choice is not null group by 1"
        )
    )
    steps = dict(op.all("select stage, count(*) / count(distinct case_id) from events group by 1"))
    usual = np.median(list(cost.values()))
    result = {}
    for label, stage in (("truth", op.plan.costly_stage), ("twin", op.plan.valued_stage)):
        key = STAGES[stage]
        result |= {
            f"{label}_cost": cost[key] / usual,
            f"{label}_matters": matters.get(key, 0.0) / sum(matters.values()),
            f"{label}_steps": steps[key],
        }
    return result


def overloaded_seniors(op: Operation) -> dict[str, float]:
    """Reviews per day by the busiest senior, their share of the region's reviews, and hours from escalation to review."""
    result = {}
    for label, region in (("truth", op.plan.overloaded_region), ("twin", op.plan.shared_region)):
        begun = op.day(op.plan.overload_day + 5)
        rows = op.all(
            "select agent_key, count(*) from events where activity = 'senior review' and region = ? and \"at\" >= ? group by 1 order by 2 desc",
            REGIONS[region],
            begun,
        )
        hours = op.one(
            "select median(epoch(s.\"at\" - e.\"at\")) / 3600 from events e join events s using (case_id) "
            "where e.activity = 'escalate' and s.activity = 'senior review' and e.region = ? and e.\"at\" >= ?", REGIONS[region], begun,
        )[0]  # fmt: skip
        total = sum(row[1] for row in rows)
        result |= {f"{label}_share": rows[0][1] / total, f"{label}_hours": hours, f"{label}_reviews": total}
    return result


def careless(op: Operation) -> dict[str, float]:
    """Share of straight, quick questionnaires in the group, and everywhere else; the size and speed of the night's burst."""
    rows = op.all(
        "with q as (select response_id, any_value(region) region, any_value(attributes['wave']) wave, min(score) = max(score) as straight, "
        "any_value(duration_seconds) as took from responses where survey_key = 'service_check' group by 1) "
        "select region = ? and wave = ?, avg((straight and took < 15)::int), count(*) from q group by 1 order by 1",
        REGIONS[op.plan.lazy_region], f"wave_{op.plan.lazy_wave + 1}",
    )  # fmt: skip
    night = op.day(op.plan.bot_day)
    burst = op.one(
        "select count(distinct response_id), avg(score) filter (where question_key = 'satisfaction'), max(duration_seconds) from responses "
        "where survey_key = 'post_contact' and customer_key is null and answered_at between ? and ?", night, night + timedelta(hours=3),
    )  # fmt: skip
    wave = next(day for survey, number, day in wave_days() if survey == 1 and number == op.plan.lazy_wave)
    hour = op.day(wave) + timedelta(hours=10)
    honest = op.one(
        "select count(distinct response_id), stddev(score), min(duration_seconds) from responses where survey_key = 'service_check' "
        "and region <> ? and answered_at between ? and ?", REGIONS[op.plan.lazy_region], hour, hour + timedelta(hours=1),
    )  # fmt: skip
    return {
        "lazy_share": rows[1][1], "other_share": rows[0][1], "burst": burst[0], "burst_score": burst[1], "burst_seconds": burst[2],
        "twin_burst": honest[0], "twin_spread": honest[1], "twin_seconds": honest[2],
    }  # fmt: skip


def case_mix(op: Operation) -> dict[str, float]:
    """Rate resolved of the agent less that of the team, plain and at the team's own mix of priorities."""
    result = {}
    for label, place in (("truth", op.plan.mixed), ("twin", op.plan.weak)):
        rows = op.all(
            "select priority, avg(resolved::int) filter (where agent_key = ?), avg(resolved::int) filter (where agent_key <> ?), "
            "count(*) filter (where agent_key = ?), count(*) filter (where agent_key <> ?) from interactions where team = ? and answered group by 1",
            *([op.agent(place)] * 4), TEAMS[place[0]],
        )  # fmt: skip
        mine, others = np.array([row[3] for row in rows]), np.array([row[4] for row in rows])
        own, theirs = np.array([row[1] for row in rows]), np.array([row[2] for row in rows])
        result |= {
            f"{label}_plain": float((own * mine).sum() / mine.sum() - (theirs * others).sum() / others.sum()),
            f"{label}_adjusted": float(((own - theirs) * mine).sum() / mine.sum()),
            f"{label}_n": int(mine.sum()),
        }
    return result


def wave_artefact(op: Operation) -> dict[str, float]:
    """NPS of a wave less the mean of its neighbours; and the share resolved around it, which does not move."""
    points = dict(op.all(
        "select attributes['wave'], 100 * (avg((score >= 9)::int) - avg((score <= 6)::int)) from responses where question_key = 'recommend' and score is not null group by 1"
    ))  # fmt: skip
    days = {number: day for survey, number, day in wave_days() if survey == 0}
    result = {}
    usual = [
        points[f"wave_{wave + 1}"]
        for wave, day in days.items()
        if wave != op.plan.mode_wave and not is_winter(op.plan.on(day))
    ]
    cold = [points[f"wave_{wave + 1}"] for wave, day in days.items() if is_winter(op.plan.on(day))]
    for label, wave in (("truth", op.plan.mode_wave), ("twin", op.plan.still_wave)):
        result[label] = points[f"wave_{wave + 1}"] - float(np.mean(usual))
    result["winter"] = float(np.mean(cold) - np.mean(usual))
    around = op.day(days[op.plan.mode_wave])
    change = op.one(
        "select avg(resolved::int) filter (where started_at >= ?) - avg(resolved::int) filter (where started_at < ?) from interactions "
        "where answered and started_at between ? and ?", around, around, around - timedelta(days=30), around + timedelta(days=30),
    )[0]  # fmt: skip
    return result | {"resolved_change": change}


MEASURES = {
    "release-theme": release_theme,
    "ping-pong": ping_pong,
    "understaffed-mondays": mondays,
    "cherry-picking": cherry_picking,
    "pilots": pilots,
    "non-response": non_response,
    "efficiency-drive": drives,
    "two-resolved": two_resolved,
    "complaint-jump": complaint_jump,
    "rising-team": rising_team,
    "misaligned-stage": misaligned_stage,
    "overloaded-seniors": overloaded_seniors,
    "careless-answers": careless,
    "case-mix": case_mix,
    "wave-artefact": wave_artefact,
}
assert grammar()
