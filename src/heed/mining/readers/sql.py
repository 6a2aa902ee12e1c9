"""Names and texts in the engine's SQL, and questions of one row."""

from typing import Any


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL takes it."""
    return "'" + text.replace("'", "''") + "'"


def one(connection: Any, statement: str, values: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    """The first row of an answer, which is fetched whole: the connection takes no other work before."""
    found: tuple[Any, ...] = connection.execute(statement, values).fetchall()[0]
    return found
