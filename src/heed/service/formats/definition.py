"""The kind `mapping`: how a file of another system becomes facts, column by column."""

import re
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from heed.core.conditions.rules import compile_condition
from heed.core.definitions.rules import kind
from heed.core.errors.rules import Invalid, phrase
from heed.facts.schema.columns import Column as Fact
from heed.facts.schema.columns import Table
from heed.facts.schema.tables import TABLES

Format = Literal["csv", "tsv", "jsonl", "json", "parquet", "xlsx", "xes", "fixed"]
SourceKind = Literal["text", "number", "count", "flag", "time"]
Convert = Literal["text", "id", "number", "count", "flag", "time", "day", "duration", "money", "pseudonym"]
Unit = Literal["milliseconds", "seconds", "minutes", "hours", "days"]
Scalar = str | bool | int | float | None

# Set for every row by heed; a mapping may not.
OWN_COLUMNS = frozenset({"source", "batch", "recorded_at", "excluded_reason", "attributes"})

# Columns that hold ids of the source: they are written under the source's system, so that two systems never share a case.
ID_COLUMNS = frozenset({"case_id", "interaction_id", "response_id", "reply_to", "verbatim_id"})
# Words of the language of conditions; a column of that name is written with _ after it.
RESERVED_WORDS = """as bool break bytes const continue double dyn else false for function if import in int let list loop map
namespace null null_type package return string true type uint var void while"""
RESERVED = frozenset(RESERVED_WORDS.split())


def condition_name(column: str) -> str:
    """A source column as conditions write it: `vru+line` is vru_line, `concept:name` concept_name, `type` type_."""
    name = re.sub(r"\W", "_", column, flags=re.ASCII)
    if name in RESERVED:
        return f"{name}_"
    return f"_{name}" if name[:1].isdigit() or not name else name


def usual_convert(fact: Fact) -> Convert:
    """How a column of facts is read unless the mapping says otherwise."""
    if fact.personal == "key":
        return "pseudonym"
    if fact.name in ID_COLUMNS:
        return "id"
    return fact.kind if fact.kind != "map" else "text"


def _check_fits(fact: Fact, convert: Convert) -> None:
    """A way of reading must yield the kind of the column; people are never written by name."""
    gives = {"id": "text", "pseudonym": "text", "duration": "number"}.get(convert, convert)
    if gives != fact.kind and (gives, fact.kind) != ("count", "number"):
        raise ValueError(
            phrase(
                "{column} is a {kind}; {convert} gives a {gives}",
                column=fact.name,
                kind=fact.kind,
                convert=convert,
                gives=gives,
            )
        )
    if fact.personal == "key" and convert != "pseudonym":
        raise ValueError(
            phrase(
                "{column} names a person and is written by pseudonymous key only; leave convert out", column=fact.name
            )
        )


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _spoken(value: Any) -> Any:
    """YAML reads a bare yes, 1 or 2.5 as a value; in lists of words they are words."""
    if isinstance(value, list):
        return [str(item) if not isinstance(item, str) and item is not None else item for item in value]
    return value


Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Words = Annotated[tuple[str, ...], BeforeValidator(_spoken)]


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class Column(Strict):
    """Where one column of facts comes from. Exactly one of `from`, `value`, `compute` and `row`."""

    from_: Names = Field(default=(), alias="from", description="Source columns; several are joined by a blank.")
    value: Scalar = Field(default=None, description="The same value for every row.")
    compute: str = Field(default="", description="CEL over the source columns.")
    row: bool = Field(default=False, description="The row's own id, the same in every target of the row.")
    convert: Convert | None = Field(default=None, description="How the text is read; told by the column when left out.")
    formats: Names = Field(
        default=("iso",), description="Formats of a time, tried in order: iso, excel, epoch, or strptime's."
    )
    zone: str = Field(default="", description="Time zone of times that name none; the mapping's when left out.")
    not_before: str = Field(
        default="", description="A time of this target; a clock time earlier than it is of the next day."
    )
    true: Words = Field(default=("true", "t", "yes", "y", "1"), description="Words for true, in any case.")
    false: Words = Field(default=("false", "f", "no", "n", "0"), description="Words for false, in any case.")
    nulls: Words = Field(default=(), description="Further words that mean: no value.")
    unit: Unit | None = Field(default=None, description="Unit of a number that becomes seconds.")
    decimal: Literal[".", ","] = "."
    system: str = Field(default="", description="System the id or person belongs to; the mapping's when left out.")
    codes: dict[str, Scalar] | None = Field(default=None, description="Crosswalk from the source's code to ours.")
    otherwise: Literal["refuse", "keep", "null"] = Field(
        default="refuse", description="What a code outside the crosswalk becomes."
    )
    least: float | None = None
    most: float | None = None
    allowed: Words = ()
    when: str = Field(default="", description="CEL; the column is empty where it is not true.")

    @field_validator("formats")
    @classmethod
    def formats_read(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        for form in formats:
            if form not in ("iso", "excel", "epoch") and "%" not in form:
                raise ValueError(
                    phrase(
                        "{form!r} is no format of a time; use iso, excel, epoch, or such as %d/%m/%Y %H:%M", form=form
                    )
                )
        return formats

    @model_validator(mode="after")
    def one_origin(self) -> Self:
        origins = [bool(self.from_), self.value is not None, bool(self.compute), self.row]
        if sum(origins) != 1:
            raise ValueError("give exactly one of from, value, compute and row")
        _check_zone(self.zone)
        return self


class Exclusion(Strict):
    """Rows that are kept but left out of measures, counted apart under the reason."""

    reason: str
    when: str


class Target(Strict):
    """One table the file feeds. `key` names source columns, or is empty: the row's content and how often it came before."""

    table: str
    part: str = Field(default="", description="Tells two targets of the same table apart; becomes part of the key.")
    key: Names = ()
    when: str = Field(default="", description="CEL; the row feeds this table only where it is true.")
    needs: Names = Field(default=(), description="The row feeds this table only when these columns have a value.")
    repeats: Literal["refuse", "first"] = Field(
        default="refuse", description="A key that comes again with other values: rejected, or the first row counts."
    )
    columns: dict[str, Column]
    excluded: tuple[Exclusion, ...] = ()
    attributes: tuple[str, ...] | None = Field(
        default=None, description="Source columns kept by name; default: all that are left and hold no personal text."
    )

    @model_validator(mode="after")
    def columns_exist(self) -> Self:
        table = TABLES.get(self.table)
        if table is None:
            raise ValueError(
                phrase("there is no table {table}; known are {names}", table=self.table, names=", ".join(TABLES))
            )
        for name in (*self.columns, *self.needs):
            if name not in table.names or name in OWN_COLUMNS:
                raise ValueError(
                    phrase("{table} has no column {name} that a mapping may fill", table=self.table, name=name)
                )
        for name, column in self.columns.items():
            if column.not_before and column.not_before not in self.columns:
                raise ValueError(
                    phrase(
                        "{name}: not_before names {other}, which this target does not fill",
                        name=name,
                        other=column.not_before,
                    )
                )
        missing = [
            item.name
            for item in table.columns
            if item.required and item.name not in self.columns and item.name not in OWN_COLUMNS
        ]
        if missing and missing != [table.key]:
            raise ValueError(
                phrase(
                    "{table} needs {missing}",
                    table=self.table,
                    missing=", ".join(name for name in missing if name != table.key),
                )
            )
        for name, column in self.columns.items():
            _check_fits(table.column(name), column.convert or usual_convert(table.column(name)))
        if table.key in self.columns:
            raise ValueError(phrase("{table} is made from the key; leave it out of the columns", table=table.key))
        return self

    @property
    def facts(self) -> Table:
        return TABLES[self.table]


class Thread(Strict):
    """Rows that answer each other: gives `thread_id` and, for inbound rows, `first_response_seconds`, as source columns."""

    id: str
    reply_to: str
    at: str
    formats: Names = ("iso",)
    inbound: str
    inbound_words: Words = ("true", "1", "yes")


class Cut(Strict):
    """One field of a fixed-width line: columns counted from 1."""

    start: int = Field(ge=1)
    width: int = Field(ge=1)


@kind("mapping", title="Mapping", title_plural="Mappings")
class Mapping(Strict):
    """How the files of one source become facts."""

    title: str = ""
    about: str = ""
    format: Format | None = Field(default=None, description="Told by name and content when left out.")
    encoding: str = Field(default="utf-8", description="Code page of a text file; a byte order mark overrides it.")
    stray: str = Field(
        default="cp1252", description="Code page that bytes outside the encoding are read in; told as repaired."
    )
    delimiter: str = Field(default="", description="Told from the header when left out.")
    header_line: int = Field(default=1, ge=1, description="Physical line of the header.")
    labels: int = Field(
        default=0, ge=0, le=10, description="Rows under the header that say what its columns are and hold no record."
    )
    sheet: str = Field(default="", description="Sheet of a workbook; the first when left out.")
    records: str = Field(default="", description="Name of the list in a JSON object; empty: the file is the list.")
    fields: dict[str, Cut] = Field(default_factory=dict, description="Fields of a fixed-width file.")
    excel: bool = Field(default=False, description="The file went through Excel: a leading = before text is taken off.")
    zone: str = "UTC"
    system: str = Field(
        default="",
        description="Name of the source system; customers' keys are made under it. The mapping's key when left out.",
    )
    columns: dict[str, SourceKind] = Field(
        description="Source columns the file must have, and how conditions read them."
    )
    optional: dict[str, SourceKind] = Field(default_factory=dict, description="Source columns the file may have.")
    nulls: Words = ("",)
    personal: Names = Field(default=(), description="Source columns that hold personal data; never kept as attributes.")
    thread: Thread | None = None
    sequence: str = Field(
        default="", description="Column to count along: gives `sequence_number`, 1 for the first row of each value."
    )
    targets: tuple[Target, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def columns_as_list(cls, body: Any) -> Any:
        """A plain list of columns means: all are text."""
        if isinstance(body, dict):
            for name in ("columns", "optional"):
                listed = body.get(name)
                if isinstance(listed, list) and all(isinstance(each, str) for each in listed):
                    body = {**body, name: dict.fromkeys(listed, "text")}
        return body

    def check(self) -> None:
        """Try every condition against the columns of the file. Raises Invalid."""
        for target in self.targets:
            for source in (
                target.when,
                *(item.when for item in target.excluded),
                *(column.when for column in target.columns.values()),
            ):
                if source:
                    compile_condition(source, self.condition_fields)
            for name, column in target.columns.items():
                if column.compute:
                    compile_condition(column.compute, self.condition_fields, target.facts.column(name).kind)

    @property
    def condition_fields(self) -> dict[str, str]:
        """Source columns as conditions know them. Raises Invalid when two go by one name."""
        names: dict[str, str] = {}
        for column, sort in self.source_columns.items():
            name = condition_name(column)
            if name in names:
                raise Invalid(
                    phrase("Two columns are called {name} in conditions.", name=name),
                    code="invalid_mapping",
                    hint=phrase("Rename {column} in the file.", column=column),
                )
            names[name] = sort
        return names

    @model_validator(mode="after")
    def names_exist(self) -> Self:
        _check_zone(self.zone)
        known = self.source_columns
        for target in self.targets:
            used = [*target.key, *(target.attributes or ())]
            used += [name for column in target.columns.values() for name in column.from_]
            for name in used:
                if name not in known:
                    raise ValueError(
                        phrase(
                            "target {table} reads {name}, which is not among the columns of the file",
                            table=target.table,
                            name=name,
                        )
                    )
        for name in self.personal:
            if name not in known:
                raise ValueError(phrase("personal names {name}, which is not among the columns of the file", name=name))
        marks = [(target.table, target.part) for target in self.targets]
        if len(set(marks)) != len(marks):
            raise ValueError("two targets fill the same table; give each its own part")
        if self.format == "fixed" and set(self.fields) != set(self.columns):
            raise ValueError("a fixed-width mapping names start and width of every column under fields")
        return self

    @property
    def source_columns(self) -> dict[str, SourceKind]:
        """All columns a target may read: those of the file and, with a thread, those made from it."""
        made: dict[str, SourceKind] = {"thread_id": "text", "first_response_seconds": "number"} if self.thread else {}
        made |= {"sequence_number": "count"} if self.sequence else {}
        return {**self.columns, **self.optional, **made}


def _check_zone(zone: str) -> None:
    if not zone:
        return
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(phrase("there is no time zone {zone}", zone=zone)) from error
