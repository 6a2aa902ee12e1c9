"""What a measure may be taken of: every table of facts, and relations derived from them. Field names and kinds only,
so rules can check names.
"""

from dataclasses import dataclass, replace

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.facts.schema.columns import Column, count, seconds, time
from heed.facts.schema.tables import CASE_CHANGES, INTERACTIONS, TABLES


@dataclass(frozen=True)
class Shape:
    """A relation's fields. `time` is the column periods are cut by, `key` names a row, `base` the fact table the cut-
    off is read from.
    """

    name: str
    meaning: str
    key: str
    time: str
    base: str
    columns: tuple[Column, ...]

    @property
    def fields(self) -> dict[str, str]:
        """Field name -> kind, as conditions take them."""
        return {column.name: column.kind for column in self.columns}


def _plain(name: str) -> Shape:
    table = TABLES[name]
    return Shape(name, table.meaning, table.key, table.time, name, table.columns)


CASE_COLUMNS = tuple(
    CASE_CHANGES.column(name)
    for name in (
        "case_id",
        "customer_key",
        "agent_key",
        "region",
        "team",
        "channel",
        "touchpoint",
        "stage",
        "topic",
        "product",
        "segment",
        "language",
        "priority",
        "cause",
        "source",
        "excluded_reason",
        "attributes",
    )
)

CASES = Shape(
    "cases",
    "one case, from its changes; place, agent, topic and the like as last recorded",
    "case_id",
    "opened_at",
    "case_changes",
    (
        *CASE_COLUMNS,
        time("opened_at", "when it was opened"),
        time("first_responded_at", "when a person first responded"),
        time("resolved_at", "the last resolution (or closing, where none was recorded) not followed by a reopening"),
        time("closed_at", "the last closing"),
        count("resolutions", "how often it was resolved, or closed where no resolution was recorded"),
        count("reopens", "how often it was reopened"),
        count("transfers", "how often it was handed on"),
        seconds("first_response_seconds", "from opening to the first response of a person"),
        seconds("resolution_seconds", "from opening to the last resolution"),
        seconds("observed_seconds", "from opening to the data's cut-off"),
    ),
)

# A figure about how cases ended is dated by their end: by opening, the newest weeks would hold the quick ones alone.
RESOLVED = replace(
    CASES,
    name="resolved_cases",
    meaning="one case, dated by the resolution it stands at; place, agent, topic and the like as last recorded",
    time="resolved_at",
)

CONTACTS = Shape(
    "contacts",
    "one interaction, with the customer's next inbound contact on the same topic",
    "interaction_id",
    "started_at",
    "interactions",
    (
        *INTERACTIONS.columns,
        time("next_contact_at", "start of the next inbound contact of the same customer on the same topic"),
        seconds("seconds_to_next", "from the start of this contact to the start of the next"),
        seconds("observed_seconds", "from the start of this contact to the data's cut-off"),
    ),
)

SHAPES: dict[str, Shape] = {name: _plain(name) for name in TABLES} | {
    shape.name: shape for shape in (CASES, RESOLVED, CONTACTS)
}


def shape_of(name: str) -> Shape:
    """The shape of a source. Raises Invalid naming the nearest when there is none."""
    if name not in SHAPES:
        raise Invalid(phrase("There is no table {name}.", name=name), code="unknown_table", hint=nearest(name, SHAPES))
    return SHAPES[name]


def field_of(shape: Shape, name: str) -> str:
    """The kind of a field of a source. Raises Invalid naming the nearest when there is none."""
    if name not in shape.fields:
        raise Invalid(
            phrase("{shape} has no column {name}.", shape=shape.name, name=name),
            code="unknown_column",
            hint=nearest(name, shape.fields),
        )
    return shape.fields[name]
