"""The bulk form of a condition gives, on every row, what the condition gives for that row."""

import datetime as dt
import math

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from heed.core.conditions.rules import compile_condition
from heed.core.errors.rules import Invalid
from heed.facts.conditions import fields_of, to_ibis
from heed.facts.engine.engine import open_engine
from heed.facts.store.store import Store
from tests.facts.conditions import grammar
from tests.services.spark import spark_home

ROWS = grammar.rows(1000)
EXAMPLES = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@pytest.fixture(scope="module")
def duckdb_rows(tmp_path_factory):
    with open_engine("duckdb", Store(str(tmp_path_factory.mktemp("facts")))) as engine:
        yield engine, engine.relation(grammar.table(ROWS), "rows_of_the_test")


@pytest.fixture(scope="module")
def spark_rows(tmp_path_factory):
    spark_home()
    with open_engine("local[2]", Store(str(tmp_path_factory.mktemp("facts")))) as engine:
        yield engine, engine.relation(grammar.table(ROWS), "rows_of_the_test")


def differences(conditions, engine, table) -> list[tuple[str, dict, object, object]]:
    columns = {f"c{number}": to_ibis(condition, table) for number, condition in enumerate(conditions)}
    bulk = engine.run(table.select(**columns))
    return [
        (condition.source, row, single, many)
        for condition, column in zip(conditions, bulk.columns, strict=True)
        for row, many in zip(ROWS, column.to_pylist(), strict=True)
        if not same(single := condition.evaluate(row), many)
    ]


def same(single, many) -> bool:
    if isinstance(single, float) and many is not None:
        return math.isclose(single, float(many), rel_tol=1e-12, abs_tol=1e-300)
    return single == many and (single is None) == (many is None)


def compiled(source: str, returns: str):
    """The condition; an example that nests more than CEL takes is passed over."""
    try:
        return compile_condition(source, grammar.FIELDS, returns)
    except Invalid as refused:
        assume("nested too deeply" not in refused.message)
        raise


def check(source: str, returns: str, rows) -> None:
    # Longer ones only repeat what short ones say, and take seconds to plan.
    assume(len(source) < 260)
    wrong = differences([compiled(source, returns)], *rows)
    assert not wrong, wrong[0]


@EXAMPLES
@given(source=grammar.flag)
def test_flags_agree_on_duckdb(source, duckdb_rows):
    check(source, "flag", duckdb_rows)


@EXAMPLES
@given(source=grammar.number)
def test_numbers_agree_on_duckdb(source, duckdb_rows):
    check(source, "number", duckdb_rows)


@EXAMPLES
@given(source=grammar.text)
def test_texts_agree_on_duckdb(source, duckdb_rows):
    check(source, "text", duckdb_rows)


@EXAMPLES
@given(source=grammar.time)
def test_times_agree_on_duckdb(source, duckdb_rows):
    check(source, "time", duckdb_rows)


@EXAMPLES
@given(source=grammar.span)
def test_durations_agree_in_seconds_on_duckdb(source, duckdb_rows):
    check(source, "number", duckdb_rows)


@pytest.mark.spark
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(sources=st.lists(grammar.flag.filter(lambda source: len(source) < 200), min_size=40, max_size=40))
def test_flags_agree_on_spark(sources, spark_rows):
    # A query of Spark costs a second however short it is: many conditions share one.
    wrong = differences([compiled(source, "flag") for source in sources], *spark_rows)
    assert not wrong, wrong[0]


@pytest.mark.spark
@pytest.mark.parametrize("returns", ["number", "text", "time"])
def test_values_agree_on_spark(returns, spark_rows):
    sources = {
        "number": ["wait / talk", "ended - started", "size(region) * 2", "int(wait * 1e18)", "amount + transfers"],
        "text": ["region + topic", 'extra["vip"]', "ok ? region : topic"],
        "time": ['started + duration("90.5s")', 'ended - duration("24h")'],
    }[returns]
    assert not differences([compile_condition(source, grammar.FIELDS, returns) for source in sources], *spark_rows)


def test_a_count_is_whole_or_unknown(duckdb_rows):
    check("transfers / 2", "count", duckdb_rows)


def test_a_bare_money_field_stays_decimal(duckdb_rows):
    condition = compile_condition("amount", grammar.FIELDS, "money")
    assert to_ibis(condition, duckdb_rows[1]).type().is_decimal()


def test_rows_the_test_draws_hold_every_kind_of_value_and_null():
    for name in grammar.FIELDS:
        assert {row[name] is None for row in ROWS} == {True, False}
    assert any(isinstance(row["wait"], float) and math.isnan(row["wait"]) for row in ROWS)
    assert any(row["started"] and row["started"] > dt.datetime(2025, 10, 26, 1, tzinfo=dt.UTC) for row in ROWS)


def test_every_fact_table_lends_its_columns():
    assert fields_of("responses")["score"] == "number"
    compile_condition('instrument == "nps" && score <= 6 && has_customer_key', fields_of("responses"))
