"""DuckDB without the bar it draws on standard output when a query takes long: there stands what a command prints."""

from duckdb import DuckDBPyConnection


def silent(connection: DuckDBPyConnection) -> DuckDBPyConnection:
    """The same connection; its cursors draw none either."""
    connection.execute("SET enable_progress_bar = false")
    return connection
