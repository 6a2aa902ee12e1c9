"""One expression gives one result, on DuckDB, on Spark in the process and on a Spark cluster."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest

from heed.core.errors.rules import Invalid
from heed.core.settings.rules import load
from heed.facts.durations import seconds_between
from heed.facts.engine.engine import Engine, open_engine
from heed.facts.schema.arrow import ARROW_TYPES, arrow_schema
from heed.facts.schema.tables import TABLES
from heed.facts.store.store import Store
from tests.facts.rows import remedy_rows, usage_rows
from tests.services.spark import spark_home

Ask = Callable[[Engine], ir.Table]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("facts"))
    store.append_new("remedies", remedy_rows(1000).slice(0, 700))
    store.append_new("remedies", remedy_rows(1000))
    store.append_new("usage", usage_rows(0, 10))
    store.delete("usage", "source = 'import'")
    return store


@pytest.fixture(scope="module")
def duck(filled: Store) -> Iterator[Engine]:
    with open_engine("duckdb", filled) as engine:
        yield engine


@pytest.fixture(scope="module")
def local_spark(filled: Store) -> Iterator[Engine]:
    spark_home()
    with open_engine("local[2]", filled) as engine:
        yield engine


def whole(engine: Engine) -> ir.Table:
    return engine.table("remedies").order_by("remedy_id")


def grouped(engine: Engine) -> ir.Table:
    remedies = engine.table("remedies")
    amount = remedies.amount.cast("float64")
    figures = remedies.group_by("kind", "region", "source").agg(
        n=remedies.count(),
        filled=remedies.amount.count(),
        total=remedies.amount.sum(),
        least=remedies.amount.min(),
        quarter=amount.quantile(0.25),
        newest=remedies.issued_at.max(),
    )
    return figures.order_by("kind", "region", "source")


def timed(engine: Engine) -> ir.Table:
    remedies = engine.table("remedies")
    issued = remedies.issued_at
    return remedies.select(
        "remedy_id",
        day=issued.truncate("D"),
        month=issued.truncate("M"),
        hour=issued.hour(),
        weekday=issued.day_of_week.index(),
        on=issued.date(),
        seconds=seconds_between(issued, remedies.settled_at),
        order=remedies.attributes["order"],
    ).order_by("remedy_id")


def before(engine: Engine) -> ir.Table:
    remedies = engine.table("remedies")
    found = remedies.filter(remedies.issued_at < ibis.timestamp("2024-03-31T01:00:00+00:00"))
    return found.agg(n=found.count())


def by_zero(engine: Engine) -> ir.Table:
    remedies = engine.table("remedies")
    return remedies.agg(highest=(remedies.amount.cast("float64") / 0).max(), n=(remedies.count() / 0))


def joined(engine: Engine) -> ir.Table:
    weights = pa.table(
        {"kind": pa.array(["refund", "credit"]).dictionary_encode(), "weight": pa.array([1, None], pa.int32())}
    )
    kinds, remedies = engine.relation(weights, "weights"), engine.table("remedies")
    both = remedies.join(kinds, "kind")
    return both.group_by("kind").agg(n=both.count(), weight=both.weight.sum()).order_by("kind")


def in_memory(engine: Engine) -> ir.Table:
    return engine.table("remedies").join(ibis.memtable({"kind": ["refund"]}), "kind").agg(n=lambda both: both.count())


def never_written(engine: Engine) -> ir.Table:
    return engine.table("finance")


def emptied(engine: Engine) -> ir.Table:
    return engine.table("usage")


def alike(given: pa.Table, expected: pa.Table) -> bool:
    """The same to the bit; a quantile is interpolated, so its last bit is the engine's own."""
    if "quarter" not in expected.column_names:
        return given.schema == expected.schema and given.equals(expected)
    pairs = zip(given.column("quarter").to_pylist(), expected.column("quarter").to_pylist(), strict=True)
    close = all(one == other or math.isclose(one, other, rel_tol=1e-14) for one, other in pairs)
    return close and alike(given.drop_columns("quarter"), expected.drop_columns("quarter"))


ASKED: tuple[Ask, ...] = (whole, grouped, timed, before, by_zero, joined, in_memory, never_written, emptied)


@pytest.mark.parametrize("ask", ASKED)
@pytest.mark.spark
def test_spark_in_the_process_gives_what_duckdb_gives(ask: Ask, duck: Engine, local_spark: Engine) -> None:
    expected, given = duck.run(ask(duck)), local_spark.run(ask(local_spark))
    assert alike(given, expected)


@pytest.mark.parametrize("ask", ASKED)
def test_results_have_the_types_of_facts(ask: Ask, duck: Engine) -> None:
    kinds = {*ARROW_TYPES.values(), pa.decimal128(38, 4)}
    assert set(duck.run(ask(duck)).schema.types) <= kinds


def test_a_table_reads_back_what_was_written(duck: Engine) -> None:
    read = duck.run(whole(duck)).cast(arrow_schema(TABLES["remedies"]))
    wanted = remedy_rows(1000).sort_by("remedy_id")
    assert read.select(wanted.column_names).to_pylist() == wanted.to_pylist()


def test_a_table_never_written_is_empty_with_its_columns(duck: Engine) -> None:
    rows = duck.run(duck.table("finance"))
    assert (rows.num_rows, rows.column_names) == (0, list(TABLES["finance"].names))


def test_a_table_is_read_as_of_its_newest_version(store: Store) -> None:
    with open_engine("duckdb", store) as engine:
        assert engine.run(engine.table("usage").count()).column(0).to_pylist() == [0]
        for end in (10, 25):
            store.append_new("usage", usage_rows(0, end))
            assert engine.run(engine.table("usage").count()).column(0).to_pylist() == [end]


def test_an_expression_made_before_files_were_taken_away_still_runs(store: Store) -> None:
    store.append_new("usage", usage_rows(0, 10))
    store.append_new("usage", usage_rows(10, 20))
    with open_engine("duckdb", store) as engine:
        asked = engine.table("usage").count()
        store.compact("usage")
        store.vacuum("usage")
        assert engine.run(asked).column(0).to_pylist() == [20]


def test_a_table_that_grew_by_a_column_is_read_whole(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    all_columns = TABLES["usage"]
    fewer = replace(all_columns, columns=tuple(column for column in all_columns.columns if column.name != "segment"))
    monkeypatch.setitem(TABLES, "usage", fewer)
    store.append_new("usage", usage_rows(0, 10))
    monkeypatch.setitem(TABLES, "usage", all_columns)
    store.append_new("usage", usage_rows(10, 20).append_column("segment", pa.array(["gold"] * 10)))
    with open_engine("duckdb", store) as engine:
        segments = engine.run(engine.table("usage").segment.value_counts().order_by("segment"))
    assert segments.column(0).to_pylist() == ["gold", None]
    assert segments.column(1).to_pylist() == [10, 10]


def test_rows_at_hand_may_not_take_the_name_of_a_table_of_facts(duck: Engine) -> None:
    with pytest.raises(Invalid):
        duck.relation(pa.table({"a": [1]}), "usage")


def test_rows_at_hand_are_replaced_under_the_same_name(duck: Engine) -> None:
    duck.relation(pa.table({"a": [1, 2]}), "at_hand")
    assert duck.run(duck.relation(pa.table({"a": [3]}), "at_hand")).column("a").to_pylist() == [3]


def test_a_misspelt_table_or_engine_is_refused(duck: Engine) -> None:
    with pytest.raises(Invalid):
        duck.table("remedy")
    with pytest.raises(Invalid):
        open_engine("oracle", duck.store)


def test_the_settings_name_the_engine_and_the_store(tmp_path: Path) -> None:
    with open_engine(load({"HEED_HOME": str(tmp_path)})) as engine:
        assert (engine.name, engine.store.folder) == ("duckdb", tmp_path / "facts")


def test_duckdb_fetches_nothing_and_spills_inside_the_data_folder(duck: Engine) -> None:
    asked = "SELECT current_setting('autoinstall_known_extensions'), current_setting('temp_directory')"
    ((fetches, spill),) = duck.backend.con.execute(asked).fetchall()
    assert fetches is False
    assert Path(spill).parent == duck.store.folder


def test_a_table_older_than_its_schema_is_read_with_nulls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    table = TABLES["usage"]
    fewer = replace(table, columns=tuple(column for column in table.columns if column.name != "segment"))
    monkeypatch.setitem(TABLES, "usage", fewer)
    Store(tmp_path).append_new("usage", usage_rows(0, 10))
    monkeypatch.setitem(TABLES, "usage", table)
    with open_engine("duckdb", Store(tmp_path)) as engine:
        rows = engine.run(engine.table("usage"))
        assert (rows.num_rows, rows["segment"].null_count) == (10, 10)
        assert rows.column_names == list(table.names)
        # Rows of after come beside those of before.
        engine.store.append_new("usage", usage_rows(0, 20))
        assert engine.run(engine.table("usage")).num_rows == 20
