"""The bulk form of a condition gives, on every row, what the condition gives for that row."""

import datetime as dt
import math

import ibis
import pytest
from hypothesis import HealthCheck, assume, given, settings

from heed.core.conditions.rules import compile_condition
from heed.facts.conditions import fields_of, to_ibis
from tests.facts.conditions import grammar

ROWS = grammar.rows(1000)
EXAMPLES = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


@pytest.fixture(scope="module")
def duckdb_table():
    connection = ibis.duckdb.connect()
    connection.raw_sql("SET TimeZone='UTC'")
    connection.con.register("rows_of_the_test", grammar.table(ROWS))
    return connection.table("rows_of_the_test")


def differences(condition, table, rows=ROWS) -> list[tuple[dict, object, object]]:
    bulk = table.select(result=to_ibis(condition, table)).to_pyarrow()["result"].to_pylist()
    return [
        (row, single, many)
        for row, many in zip(rows, bulk, strict=True)
        if not same(single := condition.evaluate(row), many)
    ]


def same(single, many) -> bool:
    if isinstance(single, float) and many is not None:
        return math.isclose(single, float(many), rel_tol=1e-12, abs_tol=1e-300)
    return single == many and (single is None) == (many is None)


def check(source: str, returns: str, table) -> None:
    # Longer ones only repeat what short ones say, and take seconds to plan.
    assume(len(source) < 260)
    condition = compile_condition(source, grammar.FIELDS, returns)
    wrong = differences(condition, table)
    assert not wrong, f"{source}: {wrong[0]}"


@EXAMPLES
@given(source=grammar.flag)
def test_flags_agree_on_duckdb(source, duckdb_table):
    check(source, "flag", duckdb_table)


@EXAMPLES
@given(source=grammar.number)
def test_numbers_agree_on_duckdb(source, duckdb_table):
    check(source, "number", duckdb_table)


@EXAMPLES
@given(source=grammar.text)
def test_texts_agree_on_duckdb(source, duckdb_table):
    check(source, "text", duckdb_table)


@EXAMPLES
@given(source=grammar.time)
def test_times_agree_on_duckdb(source, duckdb_table):
    check(source, "time", duckdb_table)


@EXAMPLES
@given(source=grammar.span)
def test_durations_agree_in_seconds_on_duckdb(source, duckdb_table):
    check(source, "number", duckdb_table)


def test_a_count_is_whole_or_unknown(duckdb_table):
    check("transfers / 2", "count", duckdb_table)


def test_a_bare_money_field_stays_decimal(duckdb_table):
    condition = compile_condition("amount", grammar.FIELDS, "money")
    assert to_ibis(condition, duckdb_table).type().is_decimal()


def test_rows_the_test_draws_hold_every_kind_of_value_and_null():
    for name in grammar.FIELDS:
        assert {row[name] is None for row in ROWS} == {True, False}
    assert any(isinstance(row["wait"], float) and math.isnan(row["wait"]) for row in ROWS)
    assert any(row["started"] and row["started"] > dt.datetime(2025, 10, 26, 1, tzinfo=dt.UTC) for row in ROWS)


def test_every_fact_table_lends_its_columns():
    assert fields_of("responses")["score"] == "number"
    compile_condition('instrument == "nps" && score <= 6 && has_customer_key', fields_of("responses"))
