"""Facts on Spark: a cluster by `spark://host:port`, or this machine by `local[2]`. Wants the extra `spark`."""

import tempfile
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from heed.core.errors.rules import Unavailable, phrase
from heed.facts.engine.seam import Engine
from heed.facts.schema.columns import Kind
from heed.facts.schema.tables import TABLES
from heed.facts.store.store import Store

TYPES: dict[Kind, str] = {
    "text": "STRING",
    "number": "DOUBLE",
    "count": "BIGINT",
    "flag": "BOOLEAN",
    "time": "TIMESTAMP",
    "day": "DATE",
    "money": "DECIMAL(18, 4)",
    "map": "MAP<STRING, STRING>",
}
SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
    # A value that cannot be computed is null, as on DuckDB, not the end of the query.
    "spark.sql.ansi.enabled": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
FEW_PARTITIONS = {"spark.sql.shuffle.partitions": "4", "spark.driver.bindAddress": "127.0.0.1"}


class SparkEngine(Engine):
    """A temporary view a table, its schema given so that no file is opened to plan a query."""

    name = "spark"

    def __init__(self, store: Store, master: str) -> None:
        super().__init__(store)
        self.session = _session(master)
        self.backend = ibis.pyspark.connect(self.session)

    def _show(self, name: str) -> None:
        ddl = ", ".join(f"`{column.name}` {TYPES[column.kind]}" for column in TABLES[name].columns)
        files = [_hadoop(file) for file in self.store.files(name)]
        if files:
            reader = self.session.read.schema(ddl).option("basePath", _hadoop(self.store.uri(name)))
            frame = reader.parquet(*files).select(*TABLES[name].names)
        else:
            frame = self.session.createDataFrame([], ddl)
        frame.createOrReplaceTempView(name)

    def _hold(self, name: str, rows: pa.Table) -> None:
        self.session.createDataFrame(rows).createOrReplaceTempView(name)

    def _compute(self, expression: ibis.Table) -> pa.Table:
        # Ibis goes through pandas here, which turns null into NaN and integers with nulls into floats; Arrow does not.
        return self.session.sql(self._sql(expression)).toArrow()

    def _lost_files(self, error: Exception) -> bool:
        text = str(error)
        return "FILE_NOT_EXIST" in text or "FileNotFoundException" in text or "PATH_NOT_FOUND" in text

    def close(self) -> None:
        self.session.stop()


def _session(master: str) -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise Unavailable("Spark is not installed.", code="spark_missing", hint="pip install 'heed[spark]'") from error
    builder = SparkSession.builder.master(master).appName("heed")
    chosen = {**SETTINGS, **(FEW_PARTITIONS if master.startswith("local") else {})}
    for key, value in chosen.items():
        builder = builder.config(key, value)
    try:
        session = builder.config(
            "spark.sql.warehouse.dir", str(Path(tempfile.gettempdir()) / "heed-spark")
        ).getOrCreate()
    except Exception as error:
        raise Unavailable(
            phrase("Spark at {master} does not answer: {error}", master=master, error=error), code="spark_unavailable"
        ) from error
    session.sparkContext.setLogLevel("ERROR")
    return session


def _hadoop(uri: str) -> str:
    """The address as Spark takes it: S3 is reached by its s3a file system."""
    return uri.replace("s3://", "s3a://", 1) if uri.startswith("s3://") else uri
