"""Figures over several roots are those over one; rows of several are refused; what follows a record says when it cannot."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

from heed.core.errors.rules import Refused
from heed.facts.engine.engine import Engine, open_engine
from heed.facts.schema.arrow import arrow_schema
from heed.facts.schema.tables import TABLES
from heed.facts.store.roots import Roots
from heed.facts.store.store import Store
from heed.metrics.measures import Count, Mean, Measure, Nps, Proportion, Quantile, Rate, Ratio
from heed.metrics.readings import Reading, read
from heed.metrics.selection import Slice
from tests.facts.rows import START

REGIONS = ("emea", "amer", "apac", "", None)
MEASURES: tuple[Measure, ...] = (
    Proportion(source="responses", success="score >= 9.0"),
    Proportion(source="responses", success="score >= 9.0", weight="weight"),
    Mean(source="responses", value="score", among="score != 3.0"),
    Mean(source="responses", value="score", weight="weight"),
    Nps(source="responses"),
    Nps(source="responses", weight="weight"),
    Ratio(source="responses", numerator="score", denominator="duration_seconds"),
    Ratio(source="responses", numerator="score", denominator="duration_seconds", weight="weight"),
    Rate(source="responses", event="score == 0.0", exposure="duration_seconds"),
    Rate(source="responses", event="score == 0.0", exposure="duration_seconds", weight="weight"),
    Count(source="responses"),
    Count(source="responses", weight="weight"),
    Mean(source="contacts", value="talk_seconds"),
    Proportion(source="contacts", success="seconds_to_next < 86400.0 && observed_seconds > 3600.0"),
    Mean(source="cases", value="resolution_seconds"),
    Mean(source="cases", value="observed_seconds"),
    Proportion(source="case_contacts", success="contacts > 1"),
)


def rows_of(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    whole = [{"source": "import", "batch": "b", "recorded_at": START, **row} for row in rows]
    return pa.Table.from_pylist(whole, schema=arrow_schema(TABLES[name]))


def facts(seed: int = 5) -> dict[str, pa.Table]:
    """Some hundred facts of customers each of whom is of one region."""
    chance = random.Random(seed)
    people = [(f"c{number}", chance.choice(REGIONS)) for number in range(60)]
    answers, calls, changes = [], [], []
    for number in range(300):
        customer, region = chance.choice(people)
        place = {"customer_key": customer, "region": region, "team": chance.choice(["a", "b", None])}
        at = START + timedelta(minutes=chance.randrange(60 * 24 * 40))
        answers.append(
            {
                "answer_id": f"a{number}", "response_id": f"r{number // 2 if number % 2 else number}", "answered_at": at,
                "survey_key": "s", "score": chance.choice([None, *map(float, range(11))]),
                "weight": chance.choice([None, 0.5, 2.0]), "duration_seconds": chance.uniform(1, 90), **place,
                "excluded_reason": chance.choice([None, None, None, "test"]), "instrument": "nps",
            }
        )  # fmt: skip
        case = f"k{customer}-{number % 3}"
        calls.append(
            {
                "interaction_id": f"i{number}", "started_at": at, "talk_seconds": chance.uniform(1, 900), "case_id": case,
                "topic": chance.choice(["x", "y"]), "direction": "inbound", **place,
            }
        )  # fmt: skip
        changes.append(
            {
                "change_id": f"h{number}", "at": at, "case_id": case,
                "change": chance.choice(["opened", "resolved", "transferred", "reopened"]), **place,
            }
        )  # fmt: skip
    for row in answers:
        row["response_id"] = f"r-{row['region']}-{row['response_id']}"
    return {
        "responses": rows_of("responses", answers),
        "interactions": rows_of("interactions", calls),
        "case_changes": rows_of("case_changes", changes),
    }


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, Engine]]:
    """The same facts under one root, and under three."""
    base = tmp_path_factory.mktemp("facts")
    one = Store(base / "one")
    many = Roots(Store(base / "home"), {region: Store(base / region) for region in ("emea", "amer")})
    for name, rows in facts().items():
        assert one.append_new(name, rows) == many.append_new(name, rows)
    with open_engine("duckdb", one) as single, open_engine("duckdb", many) as roots:
        yield single, roots


def same(one: Reading, other: Reading) -> None:
    assert (one.excluded, one.cutoff, one.method) == (other.excluded, other.cutoff, other.method)
    assert len(one.rows) == len(other.rows)
    for left, right in zip(one.rows, other.rows, strict=True):
        assert (left.group, left.period, left.n, left.reason) == (right.group, right.period, right.n, right.reason)
        figures = ((left.value, right.value), (left.low, right.low), (left.high, right.high))
        assert all(a == b or b == pytest.approx(a, rel=1e-9, abs=1e-9) for a, b in figures)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda each: f"{each.kind}-{each.source}-{each.weight_column}")
def test_a_figure_over_several_roots_is_the_figure_over_one(measure: Measure, both: tuple[Engine, Engine]) -> None:
    one, many = both
    for asked in ({"by": ["region"]}, {"by": ["team"], "period": "month"}):
        same(read(one, measure, min_n=1, **asked), read(many, measure, min_n=1, **asked))
    whole = read(many, measure, min_n=1)
    assert (whole.rows[0].n, whole.cutoff) == (read(one, measure, min_n=1).rows[0].n, whole.cutoff)


def test_a_quantile_is_told_region_by_region_and_refused_over_several(both: tuple[Engine, Engine]) -> None:
    one, many = both
    for weight in ("", "weight"):
        measure = Quantile(source="responses", value="duration_seconds", weight=weight)
        same(read(one, measure, by=["region"], min_n=1), read(many, measure, by=["region"], min_n=1))
        only = Slice(where='region == "emea"')
        same(read(one, measure, part=only, min_n=1), read(many, measure, part=only, min_n=1))
        with pytest.raises(Refused) as refused:
            read(many, measure, min_n=1)
        assert refused.value.code in ("not_mergeable", "rows_across_roots")
        assert refused.value.hint


def test_rows_of_one_region_are_given_and_of_several_refused(both: tuple[Engine, Engine]) -> None:
    one, many = both

    def asked(engine: Engine, region: str) -> list[dict[str, Any]]:
        rows = engine.table("responses")
        rows = rows.filter(rows.region == region) if region else rows
        found = engine.run(rows.select("answer_id", "customer_key", "score").order_by("answer_id").limit(20))
        return list(found.to_pylist())

    assert asked(many, "emea") == asked(one, "emea") != []
    assert asked(many, "nowhere") == []
    with pytest.raises(Refused) as refused:
        asked(many, "")
    assert refused.value.code == "rows_across_roots"
    assert "emea" in str(refused.value)


def test_groups_and_extremes_that_name_people_are_rows(both: tuple[Engine, Engine]) -> None:
    rows = both[1].table("responses")
    for asked in (
        rows.group_by("customer_key").agg(n=rows.count()),
        rows.agg(who=rows.customer_key.max()),
        rows.select("response_id").distinct(),
        rows.group_by("region").agg(who=rows.customer_key.max()),
        rows.group_by(who=rows.customer_key.upper()).agg(n=rows.count()),
    ):
        with pytest.raises(Refused):
            both[1].run(asked)


def test_different_people_are_counted_where_none_is_of_two_regions(both: tuple[Engine, Engine]) -> None:
    def people(engine: Engine) -> Any:
        rows = engine.table("responses")
        return engine.run(rows.agg(n=rows.customer_key.nunique(), last=rows.answered_at.max())).to_pylist()

    assert people(both[0]) == people(both[1])


def test_what_follows_a_record_that_lies_under_two_roots_is_refused(tmp_path: Path) -> None:
    many = Roots(Store(tmp_path / "home"), {"emea": Store(tmp_path / "emea")})
    for number, region in enumerate(("emea", "amer")):
        row = {"interaction_id": f"i{number}", "started_at": START, "customer_key": "c1", "region": region}
        many.append_new("interactions", rows_of("interactions", [row]))
    with open_engine("duckdb", many) as engine:
        assert read(engine, Count(source="interactions"), min_n=1).rows[0].n == 2
        with pytest.raises(Refused) as refused:
            read(engine, Count(source="contacts"), min_n=1)
        assert refused.value.code == "record_across_roots"
        assert "customer_key" in str(refused.value)


def test_changes_of_the_operation_name_nobody_and_are_told_together(tmp_path: Path) -> None:
    many = Roots(Store(tmp_path / "home"), {"emea": Store(tmp_path / "emea")})
    rows = [
        {
            "operation_change_id": f"o{number}",
            "at": START + timedelta(hours=number),
            "title": f"t{number}",
            "region": region,
        }
        for number, region in enumerate(("emea", None, "emea"))
    ]
    many.append_new("changes", rows_of("changes", rows))
    with open_engine("duckdb", many) as engine:
        changes = engine.table("changes")
        told = engine.run(changes.select("at", "title").order_by(ibis.desc("at")).limit(2))
    assert told.column("title").to_pylist() == ["t2", "t1"]
