"""What a measure may be taken of: every table of facts, and relations derived from them. Field names and kinds only,
so rules can check names.
"""

from dataclasses import dataclass, replace

from heed.core.errors.rules import Invalid, nearest, phrase
from heed.facts.schema.columns import Column, count, flag, money, number, seconds, text, time
from heed.facts.schema.tables import CASE_CHANGES, FINANCE, INTERACTIONS, INVITATIONS, TABLES, USAGE


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
        text(
            "opened_by", "the table of the fact that opened it, such as responses; empty where a person or a file did"
        ),
        time("first_responded_at", "when a person first responded"),
        time("resolved_at", "the last resolution (or closing, where none was recorded) not followed by a reopening"),
        time("closed_at", "the last closing"),
        count("resolutions", "how often it was resolved, or closed where no resolution was recorded"),
        count("reopens", "how often it was reopened"),
        count("transfers", "how often it was handed on"),
        count("escalations", "how often it was escalated"),
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

CASE_CONTACTS = replace(
    RESOLVED,
    name="case_contacts",
    meaning="one resolved case, with the contacts it took",
    columns=(*CASES.columns, count("contacts", "contacts recorded with the case")),
)

ASKS = Shape(
    "asks",
    "one invitation that went out, and whether the customer answered that survey before the next one",
    "invitation_id",
    "sent_at",
    "invitations",
    (
        *INVITATIONS.columns,
        time("responded_at", "the customer's first answer to the survey before the next invitation to it"),
        seconds("seconds_to_response", "from sending to that answer"),
        seconds("observed_seconds", "from sending to the data's cut-off"),
    ),
)

USES = Shape(
    "uses",
    "one use of a product, with the same customer's next one of the same measure",
    "usage_id",
    "used_at",
    "usage",
    (
        *USAGE.columns,
        time("next_used_at", "the same customer's next use of the same measure"),
        seconds("seconds_to_next", "from this use to the next"),
        seconds("observed_seconds", "from this use to the data's cut-off"),
    ),
)

PAYMENTS = Shape(
    "payments",
    "one entry of money of a customer, with the same customer's next one of the same kind, product and currency",
    "entry_id",
    "booked_at",
    "finance",
    (
        *FINANCE.columns,
        time("next_booked_at", "the next entry of the same customer, kind, product and currency"),
        number("next_share", "that entry's amount over this one's; empty where this one is not above zero"),
        seconds("seconds_to_next", "from this entry to the next"),
        seconds("observed_seconds", "from this entry to the data's cut-off"),
    ),
)

_ENTRY = ("customer_key", "agent_key", "region", "team", "channel", "topic", "product", "segment", "excluded_reason")
_ENTRY_COLUMNS = tuple(INTERACTIONS.column(name) for name in (*_ENTRY, "attributes"))

DEMAND = Shape(
    "demand",
    "one inbound contact, or one use of a product: what contacts are counted against",
    "entry_id",
    "at",
    "interactions",
    (
        text("entry_id", "the contact, or the use", required=True),
        time("at", "when", required=True),
        *_ENTRY_COLUMNS,
        flag("contact", "true for a contact, false for a use"),
        text("measure", "what was used; empty for a contact"),
        number("quantity", "how much was used; 0 for a contact"),
    ),
)

CONTACT_COSTS = Shape(
    "contact_costs",
    "one answered contact, or one cost of the people who answer",
    "entry_id",
    "at",
    "interactions",
    (
        text("entry_id", "the contact, or the interval or entry of cost", required=True),
        time("at", "when", required=True),
        *_ENTRY_COLUMNS,
        flag("contact", "true for a contact, false for a cost"),
        text("of", "where a cost is written: workforce or finance; empty for a contact"),
        money("cost", "what it cost; 0 for a contact"),
        text("currency", "ISO 4217; empty for a contact"),
        flag("main_currency", "false for a cost in another currency than most of the cost"),
    ),
)

DERIVED = (CASES, RESOLVED, CONTACTS, CASE_CONTACTS, ASKS, USES, PAYMENTS, DEMAND, CONTACT_COSTS)
SHAPES: dict[str, Shape] = {name: _plain(name) for name in TABLES} | {shape.name: shape for shape in DERIVED}


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
