"""What the tables of a new store begin with, kept to be put back."""

from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction

ROOM = "beginning"


class Beginning:
    """The rows of every table at this moment: in a schema beside them on PostgreSQL, at hand on SQLite."""

    def __init__(self) -> None:
        self.rows: dict[str, list[tuple[Any, ...]]] = {}
        self.on_server = connection.vendor == "postgresql"
        with connection.cursor() as cursor:
            if self.on_server:
                cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {ROOM}")
            for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
                cursor.execute(f'SELECT * FROM "{table}"')
                rows = cursor.fetchall()
                if rows:
                    self.rows[table] = rows
                    if self.on_server:
                        cursor.execute(f'CREATE TABLE {ROOM}."{table}" AS SELECT * FROM public."{table}"')

    def put_back(self, *_: Any, **__: Any) -> None:
        """Takes the place of the signal that heed's apps hear after a migration."""
        with transaction.atomic(), connection.cursor() as cursor:
            for table, rows in self.rows.items():
                if self.on_server:
                    cursor.execute(f'INSERT INTO public."{table}" SELECT * FROM {ROOM}."{table}"')
                else:
                    marks = ", ".join(["%s"] * len(rows[0]))
                    cursor.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows)
            # A flush may have set them back to the start.
            models = [model for model in apps.get_models() if model._meta.db_table in self.rows]
            for statement in connection.ops.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)
