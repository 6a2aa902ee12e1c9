"""Many rows written in one statement, past the ORM: for what comes in by the thousand a minute."""

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from django.db import connection, models

if TYPE_CHECKING:
    Column = models.Field[Any, Any]


def insert_rows(model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows, each the values of the named fields in that order. A value of a JSON field is its text."""
    if rows:
        _insert(model, names, rows, "")


def insert_keyed(
    model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]], key: str
) -> dict[str, int]:
    """Insert rows as `insert_rows` does, and tell the id each got, by the value of a unique text field."""
    if not rows:
        return {}
    found = _insert(model, names, rows, key)
    if found is None:
        place = names.index(key)
        keys = [row[place] for row in rows]
        return dict(model._default_manager.filter(**{f"{key}__in": keys}).values_list(key, "pk"))
    return dict(found)


def _insert(
    model: type[models.Model], names: Sequence[str], rows: Sequence[Sequence[Any]], key: str
) -> Sequence[tuple[str, int]] | None:
    fields = [model._meta.get_field(name) for name in names]
    assert all(isinstance(field, models.Field) for field in fields)
    write = _write_document if connection.vendor == "postgresql" else _write_each
    return write(model, fields, rows, key)  # type: ignore[arg-type]


def _write_document(
    model: type[models.Model], fields: "Sequence[Column]", rows: Sequence[Sequence[Any]], key: str
) -> Sequence[tuple[str, int]] | None:
    """All rows as one JSON text, which PostgreSQL takes apart: one value to bind instead of thousands."""
    quote = connection.ops.quote_name
    columns = [str(field.column) for field in fields]
    # A text longer than its column is refused by the assignment; a cast would cut it.
    kinds = ["text" if _is_text(field) else str(field.db_type(connection)) for field in fields]
    taken = ", ".join(
        f"x.{quote(column)}::jsonb" if isinstance(field, models.JSONField) else f"x.{quote(column)}"
        for column, field in zip(columns, fields, strict=True)
    )
    shape = ", ".join(f"{quote(column)} {kind}" for column, kind in zip(columns, kinds, strict=True))
    told = f" RETURNING {quote(key)}, {quote(str(model._meta.pk.column))}" if key else ""
    table, listed = quote(model._meta.db_table), ", ".join(map(quote, columns))
    statement = f"INSERT INTO {table} ({listed}) SELECT {taken} FROM json_to_recordset(%s) AS x({shape}){told}"  # noqa: S608  # nosec B608
    document = json.dumps([dict(zip(columns, row, strict=True)) for row in rows], default=str)
    with connection.cursor() as cursor:
        cursor.execute(statement, [document])
        return cursor.fetchall() if key else None


def _is_text(field: "Column") -> bool:
    return isinstance(field, (models.CharField, models.TextField, models.JSONField))


def _write_each(model: type[models.Model], fields: "Sequence[Column]", rows: Sequence[Sequence[Any]], key: str) -> None:
    """A prepared statement that takes row after row."""
    quote = connection.ops.quote_name
    table, listed = quote(model._meta.db_table), ", ".join(quote(str(field.column)) for field in fields)
    statement = f"INSERT INTO {table} ({listed}) VALUES ({', '.join(['%s'] * len(fields))})"  # noqa: S608  # nosec B608
    told: list[Callable[[Any], Any]] = [_told(field) for field in fields]
    bound = [[tell(value) for tell, value in zip(told, row, strict=True)] for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(statement, bound)


def _told(field: "Column") -> Callable[[Any], Any]:
    """How a value of a field is bound."""
    return connection.ops.adapt_datetimefield_value if isinstance(field, models.DateTimeField) else _itself


def _itself(value: Any) -> Any:
    return value
