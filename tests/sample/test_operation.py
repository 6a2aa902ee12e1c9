"""The generator itself: repeatable, whole by the schema, in itself consistent, and bounded in what it holds at once."""

from datetime import date
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from heed.facts.schema.arrow import arrow_schema
from heed.facts.schema.tables import TABLES
from heed.sample.operation import slice_of, whole
from heed.sample.world import World, build_world
from tests.sample.measuring import UNTIL, operation

TINY = 0.05
# What customers said is read by a model afterwards; the sample brings no such rows.
BROUGHT = [name for name in TABLES if name not in ("exclusions", "verbatim_labels", "verbatim_aspects")]


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    return whole(build_world(4, TINY, UNTIL))


def test_the_same_seed_gives_the_same_rows(tables: dict[str, pa.Table]) -> None:
    again = whole(build_world(4, TINY, UNTIL))
    assert all(again[name].equals(table) for name, table in tables.items())


def test_another_seed_gives_other_rows(tables: dict[str, pa.Table]) -> None:
    other = whole(build_world(5, TINY, UNTIL))
    assert all(not other[name].equals(tables[name]) for name in BROUGHT)


def test_a_slice_does_not_depend_on_the_slices_before() -> None:
    world = build_world(4, 1.0, UNTIL)
    days = World.days_of(1.0)
    late = slice_of(world, len(days), *days[-1])
    slice_of(world, 1, *days[0])
    again = slice_of(build_world(4, 1.0, UNTIL), len(days), *days[-1])
    assert all(again.tables[name].equals(table) for name, table in late.tables.items())


@pytest.mark.parametrize("name", BROUGHT)
def test_every_table_has_rows_that_fit_the_schema(tables: dict[str, pa.Table], name: str) -> None:
    table, declared = tables[name], TABLES[name]
    assert table.num_rows > 0
    assert table.schema.equals(arrow_schema(declared))
    assert len(pc.unique(table[declared.key])) == table.num_rows
    for column in declared.columns:
        if column.required:
            assert table[column.name].null_count == 0, column.name
    assert pc.unique(table["source"]).to_pylist() == ["sample"]
    end = pa.scalar(pc.max(table["recorded_at"]).as_py(), pa.timestamp("us", tz="UTC"))
    for column in declared.columns:
        if column.kind == "time" and column.name not in ("recorded_at", "ended_at", "end_at", "until"):
            assert pc.max(table[column.name]) is None or pc.max(table[column.name]).as_py() <= end.as_py(), column.name


def test_events_of_a_case_go_forward_and_begin_with_its_contact() -> None:
    op = operation(0, 0.5)
    assert not op.one(
        'select count(*) from (select "at" < lag("at") over (partition by case_id order by event_id) as back from events) where back'
    )[0]
    opened, known, first = op.one(
        "select count(distinct e.case_id), count(distinct i.case_id), count(*) filter (where e.activity = 'open case') "
        "from events e left join interactions i using (case_id)"
    )
    assert opened == known and first >= opened


def test_changes_of_cases_say_what_events_say() -> None:
    op = operation(0, 0.5)
    handed = op.one("select count(*) from events where activity in ('hand over', 'hand back')")[0]
    moved, closed = op.one(
        "select count(*) filter (where change = 'transferred' and from_value <> to_value), "
        "count(*) filter (where change = 'closed' and cause is not null) from case_changes"
    )
    assert handed == moved
    assert closed == op.one("select count(*) from events where activity = 'close'")[0]


def test_cases_of_the_last_days_are_still_open() -> None:
    """A case ends when it would have ended, not because the sample does."""
    recent, still, all_open, all_cases = operation(0, 0.5).one(
        """with cases as (
            select min("at") as opened, bool_or(change = 'closed') as over from case_changes group by case_id
        ), latest as (select max("at") - interval 4 day as since from case_changes)
        select count(*) filter (where opened > since), count(*) filter (where opened > since and not over),
            count(*) filter (where not over), count(*) from cases, latest"""
    )
    assert 0.3 < still / recent < 0.95
    assert all_open < 0.05 * all_cases


def test_waits_follow_the_load_and_satisfaction_follows_the_wait() -> None:
    op = operation(0, 0.5)
    rows = op.all(
        "select case when wait_seconds < 20 then 0 when wait_seconds < 120 then 1 else 2 end as band, avg(score) from responses r "
        "join interactions i using (interaction_id) where r.question_key = 'satisfaction' and i.channel = 'phone' and i.answered "
        "group by 1 order by 1"
    )
    scores = [score for _, score in rows]
    assert scores[0] - scores[1] > 0.05 and scores[1] - scores[2] > 0.08
    unanswered, served = op.one(
        "select avg(wait_seconds) filter (where abandoned), count(*) filter (where abandoned and answered) from interactions"
    )
    assert unanswered > 30 and served == 0


def test_the_unresolved_come_back_and_the_unhappy_leave() -> None:
    op = operation(0, 0.5)
    back = op.all(
        "with i as (select *, lead(started_at) over (partition by customer_key, topic order by started_at) as next from interactions) "
        "select resolved, avg((next is not null and next < started_at + interval 7 day)::int) from i where answered group by 1 order by 1"
    )
    assert back[0][1] > 2.5 * back[1][1]
    left, stayed = op.one(
        "with f as (select customer_key, count(*) as n from finance where kind = 'churned_revenue' group by 1) "
        "select avg(score) filter (where f.n > 0), avg(score) filter (where f.n is null) from responses r left join f using (customer_key) "
        "where r.question_key = 'satisfaction' and r.customer_key is not null"
    )
    assert stayed - left > 0.25


def test_calls_come_in_opening_hours_only() -> None:
    op = operation(0, 0.5)
    assert not op.one(
        "select count(*) from interactions where channel = 'phone' and (hour(started_at) not between 8 and 19 or isodow(started_at) = 7)"
    )[0]
    busiest = op.all(
        "select isodow(started_at) as day, count(*) from interactions where channel = 'phone' group by 1 order by 2 desc"
    )
    assert busiest[0][0] == 1 and busiest[-1][0] == 6


def test_every_decision_to_ask_has_a_reason_and_a_probability() -> None:
    op = operation(0, 0.5)
    assert (
        op.one("select count(*) from invitations where reason is null or asked is null or probability is null")[0] == 0
    )
    asked, expected = op.one(
        "select sum(asked::int), sum(probability) from invitations "
        "where survey_key = 'post_contact' and reason in ('sampled', 'not_sampled')"
    )
    assert abs(asked - expected) < 5 * np.sqrt(expected)
    assert op.one("select count(distinct reason) from invitations")[0] >= 6


def test_texts_are_many_in_two_languages_with_some_personal_data() -> None:
    op = operation(0, 0.5)
    texts, several, german, personal = op.one(
        "select count(*), count(distinct text), count(*) filter (where language = 'de'), "
        "count(*) filter (where regexp_matches(text, '@example|030 23125|39200')) from verbatims where survey_key is distinct from 'bots'"
    )
    assert several > 0.75 * texts
    assert 0.15 < german / texts < 0.35
    assert 0.02 < personal / texts < 0.10
    assert (
        op.one(
            "select count(*) from verbatims where text is null or length(text) < 8 or text like '%{%' or text like '%  %'"
        )[0]
        == 0
    )
    assert 0.08 < op.one("select avg((label_theme is not null)::int) from verbatims")[0] < 0.16


@pytest.mark.parametrize("scale", [0.05, 1.0, 10.0, 100.0])
def test_slices_cover_the_time_once_and_stay_small(scale: float) -> None:
    days = World.days_of(scale)
    assert days[0][0] == 0 and days[-1][1] == 548
    assert all(before[1] == after[0] for before, after in pairwise(days))
    assert max(until - since for since, until in days) * 172_000 * scale / 548 <= max(
        45_000, 7 * 172_000 * scale / 548 + 1
    )


def test_the_size_of_the_operation_is_that_of_the_plan() -> None:
    world = build_world(0, 1.0, date(2026, 6, 30))
    assert len(world.customers) == 20_000
    assert len(world.agents.team) == 60
    assert 150_000 < world.demand.arrivals.sum() < 200_000
    assert str(world.plan.on(547)) == "2026-06-30"
