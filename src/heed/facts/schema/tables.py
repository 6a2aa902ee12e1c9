"""Every table of facts, column by column. Units: seconds, UTC, shares in 0..1; money beside its currency."""

from heed.core.consent.rules import personal
from heed.facts.schema.columns import (
    ORIGIN,
    Column,
    Table,
    count,
    flag,
    money,
    number,
    person,
    seconds,
    text,
    time,
    words,
)

CUSTOMER = person("customer_key", "the customer, by pseudonymous key")
AGENT = person("agent_key", "the employee who served, by pseudonymous key")
CASE = text("case_id", "the case the row belongs to")
INTERACTION = text("interaction_id", "the interaction the row belongs to")
PLACE: tuple[Column, ...] = (
    text("region", "region of the operation"),
    text("team", "team that served, by unit key"),
    text("channel", "phone, email, chat, sms, social, store, web, app or post"),
    text("touchpoint", "point of contact the customer would name"),
    text("stage", "stage of the customer's journey"),
    text("topic", "what it was about, by rule (not found in data)"),
    text("product", "product or service concerned"),
    text("segment", "customer segment at that time"),
    text("language", "BCP 47 tag"),
)


def _table(name: str, meaning: str, key: str, at: str, *columns: Column) -> Table:
    return Table(name, meaning, key, at, (*columns, *ORIGIN))


INTERACTIONS = _table(
    "interactions",
    "one contact between a customer and the operation, over one channel",
    "interaction_id",
    "started_at",
    text("interaction_id", "the interaction", required=True),
    time("started_at", "when the customer came in", required=True),
    time("ended_at", "when the contact ended"),
    CUSTOMER,
    AGENT,
    CASE,
    *PLACE,
    text("direction", "inbound or outbound"),
    text("priority", "priority given at the door"),
    text("outcome", "answered, abandoned, contained, missed or other"),
    flag("offered", "true when the contact asked for a person (queued for, or reached, an agent)"),
    flag("answered", "true when a person answered"),
    flag("abandoned", "true when the customer left while waiting for a person"),
    flag("contained", "true when self-service dealt with it without a person"),
    flag("transferred", "true when it was handed on at least once"),
    count("transfers", "how often it was handed on"),
    seconds("wait_seconds", "time from joining the queue to the answer, or to leaving"),
    seconds("talk_seconds", "talk time"),
    seconds("hold_seconds", "time on hold after the answer"),
    seconds("wrap_seconds", "work after the contact"),
    seconds("handle_seconds", "talk + hold + wrap"),
    seconds("first_response_seconds", "time to the first reply of a person, where channels are not live"),
    text("reply_to", "the interaction this one answers"),
    flag("resolved", "what the operation recorded: resolved at this contact"),
)

EVENTS = _table(
    "events",
    "one step of a case or object through the operation",
    "event_id",
    "at",
    text("event_id", "the event", required=True),
    time("at", "when it happened", required=True),
    text("case_id", "the case (trace) the event belongs to", required=True),
    text("activity", "what was done", required=True),
    text("lifecycle", "start, complete, or another transition"),
    text("resource", "who or what did it, as the source names it"),
    text("object_type", "type of object, in object-centric logs"),
    CUSTOMER,
    AGENT,
    *PLACE,
)

RESPONSES = _table(
    "responses",
    "one answer to one question of a survey",
    "answer_id",
    "answered_at",
    text("answer_id", "the answer", required=True),
    text("response_id", "the answered questionnaire the answer belongs to", required=True),
    time("answered_at", "when it was given", required=True),
    time("invited_at", "when the customer was asked"),
    text("survey_key", "the survey"),
    text("question_key", "the question in the survey"),
    text(
        "instrument",
        "nps, csat, ces, effort_top_box, resolved, enps, qa, rating, choice, ranking, date, number or text",
    ),
    number("score", "the answer on its scale; empty when not answered"),
    number("scale_min", "lowest answer of the scale"),
    number("scale_max", "highest answer of the scale"),
    text("choice", "the option chosen, by key"),
    number("weight", "survey weight; empty counts as 1"),
    seconds("duration_seconds", "time taken over the questionnaire"),
    INTERACTION,
    CASE,
    CUSTOMER,
    AGENT,
    *PLACE,
)

VERBATIMS = _table(
    "verbatims",
    "what a customer said in their own words",
    "verbatim_id",
    "said_at",
    text("verbatim_id", "the verbatim", required=True),
    time("said_at", "when it was said", required=True),
    words("text", "the words as they came in"),
    text("response_id", "the questionnaire it was an answer in"),
    text("survey_key", "the survey"),
    text("question_key", "the question in the survey"),
    text("direction", "inbound (the customer) or outbound (the operation)"),
    text("reply_to", "the verbatim this one answers"),
    text("label_sentiment", "sentiment given by a person: negative, neutral or positive"),
    text("label_theme", "theme given by a person"),
    INTERACTION,
    CASE,
    CUSTOMER,
    AGENT,
    *PLACE,
)


def _label(name: str, meaning: str) -> tuple[Column, ...]:
    """A label of a whole text: its value, how sure it is, and where the words that show it stand in the masked text."""
    return (
        text(name, f"{meaning}; on the row of place 0"),
        number(f"{name}_confidence", f"how sure the {name} is, 0..1"),
        count(f"{name}_start", "where the words that show it begin in the masked text, in code points"),
        count(f"{name}_end", "where they end; equal to the start where no words do"),
    )


VERBATIM_LABELS = _table(
    "verbatim_labels",
    "what one model read in one verbatim: a row a theme, and one row where it found none",
    "label_id",
    "said_at",
    text("label_id", "model, verbatim and place, so that nothing is labelled twice", required=True),
    time("said_at", "when it was said", required=True),
    time("labelled_at", "when it was read", required=True),
    text("verbatim_id", "the verbatim", required=True),
    text("model", "the model that read it, to the version", required=True),
    count("place", "0 for the main theme, which also stands for the verbatim; further themes from 1"),
    text("sentiment", "negative, neutral or positive"),
    number("sentiment_score", "probability of positive less that of negative, -1..1"),
    number("confidence", "how sure the sentiment is, 0..1"),
    number("language_confidence", "how sure the language is, 0..1; the tag und stands for too thin to tell"),
    text("theme", "the theme, by key; empty when none was found"),
    number("theme_confidence", "how strongly the theme's words speak for it, 0..1; no probability"),
    count("theme_start", "where the words that show the theme begin in the masked text, in code points"),
    count("theme_end", "where they end"),
    *_label("intent", "request, complaint, question, praise, cancellation or fault, or one of the organisation's own"),
    *_label("urgency", "high or normal"),
    *_label("effort", "what it cost the customer: high or normal"),
    *_label("churn", "whether the customer speaks of leaving: at_risk or none"),
    text("read_by", "who read, where it is another than the model says"),
    text("survey_key", "the survey"),
    CUSTOMER,
    *PLACE,
)

VERBATIM_ASPECTS = _table(
    "verbatim_aspects",
    "one thing spoken about in a verbatim, and what is thought of it, as one model read it",
    "aspect_id",
    "said_at",
    text("aspect_id", "model, verbatim and place, so that nothing is read twice", required=True),
    time("said_at", "when it was said", required=True),
    time("labelled_at", "when it was read", required=True),
    text("verbatim_id", "the verbatim", required=True),
    text("model", "the model that read it, to the version", required=True),
    count("place", "0 for the first in the text"),
    words("term", "the words that name it, masked, in lower case"),
    text("theme", "the theme it belongs to, by key; empty when to none"),
    text("sentiment", "what is thought of it: negative, neutral or positive"),
    number("confidence", "how sure the sentiment is, 0..1"),
    count("start", "where its words begin in the masked text, in code points"),
    count("end", "where they end"),
    text("survey_key", "the survey"),
    CUSTOMER,
    *PLACE,
)

EXCLUSIONS = _table(
    "exclusions",
    "one answered questionnaire set aside from figures, or put back among them; the last such row holds",
    "exclusion_id",
    "at",
    text("exclusion_id", "the row", required=True),
    time("at", "when", required=True),
    text("response_id", "the answered questionnaire", required=True),
    text("survey_key", "the survey"),
    flag("set_aside", "true when it was set aside, false when it was put back"),
    count("turn", "1 when it was set aside first, 2 when it was put back, 3 when it was set aside again …"),
    text("sign", "the sign it was set aside for, such as bot; empty when a person saw none"),
    text("region", "region of the questionnaire"),
    CUSTOMER,
)

INVITATIONS = _table(
    "invitations",
    "one decision to ask, or not to ask, a customer",
    "invitation_id",
    "decided_at",
    text("invitation_id", "the decision", required=True),
    time("decided_at", "when it was decided", required=True),
    time("sent_at", "when the invitation went out"),
    flag("asked", "true when the customer was asked"),
    text("reason", "why asked, or why not, by code"),
    text("survey_key", "the survey"),
    text("trigger_key", "the trigger that fired"),
    text("stratum", "stratum the probability belongs to"),
    number("probability", "inclusion probability at the decision, 0..1"),
    INTERACTION,
    CUSTOMER,
    AGENT,
    *PLACE,
)

CASE_CHANGES = _table(
    "case_changes",
    "one change in the life of a case",
    "change_id",
    "at",
    text("change_id", "the change", required=True),
    time("at", "when it happened", required=True),
    text("case_id", "the case", required=True),
    text(
        "change",
        "opened, assigned, first_responded, transferred, escalated, waiting, resumed, prioritised, resolved, reopened, merged "
        "or closed",
        required=True,
    ),
    text("from_value", "what it was, by key"),
    text("to_value", "what it became, by key"),
    text("priority", "priority of the case"),
    text("cause", "cause recorded at closing, by key"),
    INTERACTION,
    CUSTOMER,
    AGENT,
    *PLACE,
)

REMEDIES = _table(
    "remedies",
    "one thing given to a customer to put something right",
    "remedy_id",
    "issued_at",
    text("remedy_id", "the remedy", required=True),
    time("issued_at", "when it was promised", required=True),
    time("settled_at", "when it was paid or delivered"),
    text("kind", "refund, credit, replacement, fee_waiver or goodwill"),
    text("tier", "authority tier it was given under"),
    money("amount", "what it cost"),
    text("currency", "ISO 4217"),
    CASE,
    CUSTOMER,
    AGENT,
    *PLACE,
)

WORKFORCE = _table(
    "workforce",
    "what one employee, or one team, was scheduled for or did in one interval",
    "interval_id",
    "start_at",
    text("interval_id", "the interval of one employee or team", required=True),
    time("start_at", "start of the interval", required=True),
    time("end_at", "end of the interval"),
    text("state", "scheduled, logged_in, handling, available, break, training or absent"),
    number("agents", "how many people the row stands for"),
    seconds("worked_seconds", "time spent in the state"),
    money("cost", "what it cost"),
    text("currency", "ISO 4217"),
    AGENT,
    *PLACE,
)

USAGE = _table(
    "usage",
    "use of a product by a customer",
    "usage_id",
    "used_at",
    text("usage_id", "the row", required=True),
    time("used_at", "when", required=True),
    text("measure", "login, purchase, session, order, minutes …"),
    number("quantity", "how much", "of the measure"),
    CUSTOMER,
    *PLACE,
)

FINANCE = _table(
    "finance",
    "money that came in or went out, by customer or by unit",
    "entry_id",
    "booked_at",
    text("entry_id", "the entry", required=True),
    time("booked_at", "when it was booked", required=True),
    text("kind", "revenue, cost, refund, churned_revenue or other", required=True),
    money("amount", "how much"),
    text("currency", "ISO 4217"),
    CUSTOMER,
    *PLACE,
)

CHANGES = _table(
    "changes",
    "one change of the operation that may explain a figure: a release, a policy, a campaign, staffing",
    "operation_change_id",
    "at",
    text("operation_change_id", "the change", required=True),
    time("at", "when it took effect", required=True),
    time("until", "when it was taken back"),
    text("kind", "release, policy, staffing, campaign, price, incident, pilot or procedure"),
    text("title", "what changed, in a few words"),
    text("unit", "the unit that made it, by key"),
    *PLACE,
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        INTERACTIONS,
        EVENTS,
        RESPONSES,
        VERBATIMS,
        VERBATIM_LABELS,
        VERBATIM_ASPECTS,
        EXCLUSIONS,
        INVITATIONS,
        CASE_CHANGES,
        REMEDIES,
        WORKFORCE,
        USAGE,
        FINANCE,
        CHANGES,
    )
}

for _each in TABLES.values():
    for _column in _each.columns:
        if _column.personal != "no":
            personal(
                f"facts.{_each.name}", _column.name, "key" if _column.personal == "key" else "words", _column.meaning
            )
