"""What a column and a table of facts are: the words in which the schema is written."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "count", "flag", "time", "day", "money", "map"]
Personal = Literal["no", "key", "text"]


@dataclass(frozen=True)
class Column:
    """One column: its kind, unit and meaning; `personal`: it names a person (key) or may hold their words (text)."""

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    required: bool = False
    personal: Personal = "no"


@dataclass(frozen=True)
class Table:
    """One append-only table of facts. `key` is unique per row, `time` is the column periods are cut by."""

    name: str
    meaning: str
    key: str
    time: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")


def text(name: str, meaning: str, *, required: bool = False, personal: Personal = "no") -> Column:
    return Column(name, "text", meaning, required=required, personal=personal)


def number(name: str, meaning: str, unit: str = "") -> Column:
    return Column(name, "number", meaning, unit)


def seconds(name: str, meaning: str) -> Column:
    return Column(name, "number", meaning, "seconds")


def count(name: str, meaning: str) -> Column:
    return Column(name, "count", meaning)


def flag(name: str, meaning: str) -> Column:
    return Column(name, "flag", meaning)


def time(name: str, meaning: str, *, required: bool = False) -> Column:
    return Column(name, "time", meaning, "UTC", required=required)


def money(name: str, meaning: str) -> Column:
    return Column(name, "money", meaning, "in the currency of the row")


def person(name: str, meaning: str) -> Column:
    return Column(name, "text", meaning, personal="key")


def words(name: str, meaning: str) -> Column:
    return Column(name, "text", meaning, personal="text")


# Every table ends with these: where the row came from, and why a measure must leave it out.
ORIGIN: tuple[Column, ...] = (
    text("source", "who wrote the row: the key of the import mapping, `heed` for the journal, `sample`", required=True),
    text("batch", "the import, or the journal entry, that brought the row", required=True),
    time("recorded_at", "when the row was written", required=True),
    text("excluded_reason", "why measures leave the row out and count it apart; empty when they do not"),
    Column("attributes", "map", "columns of the source that have no place of their own, by name"),
)
