"""Rows are made to fit a table, or refused with the reason."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from heed.core.errors.rules import Invalid
from heed.facts.schema.arrow import arrow_schema
from heed.facts.schema.tables import TABLES
from heed.facts.store.fitting import fit, fit_batches, table_named
from tests.facts.rows import usage_rows

USAGE = TABLES["usage"]
NOW = datetime(2025, 1, 1, tzinfo=UTC)


def with_column(name: str, values: object) -> pa.Table:
    rows = usage_rows(0, 3)
    column = values if isinstance(values, pa.Array) else pa.array(values)
    at = rows.schema.get_field_index(name)
    return rows.append_column(name, column) if at < 0 else rows.set_column(at, name, column)


def test_rows_get_the_schema_and_nulls_for_what_is_missing() -> None:
    fitted = fit(USAGE, usage_rows(0, 3), NOW)
    assert fitted.schema == arrow_schema(USAGE)
    assert fitted.column("region").null_count == 3
    assert fitted.column("recorded_at").to_pylist() == [NOW] * 3


def test_the_time_of_writing_is_kept_where_rows_say_it() -> None:
    earlier = datetime(2020, 5, 5, tzinfo=UTC)
    fitted = fit(USAGE, with_column("recorded_at", [earlier, None, earlier]), NOW)
    assert fitted.column("recorded_at").to_pylist() == [earlier, NOW, earlier]


def test_times_without_a_zone_are_utc_and_coded_text_is_text() -> None:
    naive = pa.array([datetime(2024, 7, 1, 12)] * 3, pa.timestamp("ms"))  # noqa: DTZ001 - a time without a zone is the case
    rows = with_column("used_at", naive)
    rows = rows.set_column(
        rows.schema.get_field_index("measure"), "measure", rows.column("measure").dictionary_encode()
    )
    fitted = fit(USAGE, rows, NOW)
    assert fitted.column("used_at")[0].as_py() == datetime(2024, 7, 1, 12, tzinfo=UTC)
    assert fitted.column("measure").type == pa.string()


@pytest.mark.parametrize(
    ("name", "values", "code"),
    [
        ("regoin", ["north"] * 3, "unknown_column"),
        ("quantity", ["many"] * 3, "wrong_type"),
        ("usage_id", ["a", None, "c"], "missing_value"),
        ("source", ["import", "", "import"], "invalid_source"),
        ("source", ["import", "süd", "import"], "invalid_source"),
    ],
)
def test_what_does_not_fit_is_refused(name: str, values: list[str], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        fit(USAGE, with_column(name, values), NOW)
    assert refused.value.code == code


def test_a_misspelt_column_is_told_its_nearest_name() -> None:
    with pytest.raises(Invalid) as refused:
        fit(USAGE, with_column("regoin", ["north"] * 3), NOW)
    assert "region" in refused.value.hint


def test_a_misspelt_table_is_told_its_nearest_name() -> None:
    with pytest.raises(Invalid) as refused:
        table_named("interaction")
    assert "interactions" in refused.value.hint


def test_a_stream_of_small_batches_is_fitted_like_a_table() -> None:
    rows = usage_rows(0, 1000)
    fitted = fit_batches(USAGE, rows.to_reader(max_chunksize=7), NOW).read_all()
    assert fitted.equals(fit(USAGE, rows, NOW))
