"""WHEN this happened -> DO that: the only routing between modules. A table, without an if.

Each step is taken in the transaction that moves the flow past the entry: all steps of an entry, or none.
"""

from heed.core.journal.actions import StepFollower
from heed.core.journal.rules import EVERY, WITH_ROWS, Step
from heed.facts.rows import facts_of
from heed.feedback.routing.actions import connecting as routing
from heed.feedback.routing.actions import routing as routes
from heed.feedback.triggers.actions import asking, keeping, returning
from heed.goals.escalation.actions import noting
from heed.service.cases.actions import opening, telling

FLOW: tuple[Step, ...] = (
    # A fact came in: is there somebody to help, is there somebody to ask?
    Step(WITH_ROWS, "open-cases", opening.consider_facts),
    Step(WITH_ROWS, "ask-customers", asking.consider_facts),
    # Something happened to a case: those whom it concerns are told.
    Step("case-opened", "tell-case-opened", telling.tell_case_opened),
    Step("case-joined", "tell-case-joined", telling.tell_case_joined),
    Step("case-assigned", "tell-case-assigned", telling.tell_case_assigned),
    Step("case-transferred", "tell-case-transferred", telling.tell_case_transferred),
    Step("case-prioritised", "tell-case-prioritised", telling.tell_case_prioritised),
    Step("case-escalated", "tell-case-escalated", telling.tell_case_escalated),
    Step("case-reopened", "tell-case-reopened", telling.tell_case_reopened),
    # … and its escalation is looked at.
    Step("case-opened", "escalate-case-opened", noting.note_case),
    Step("case-joined", "escalate-case-joined", noting.note_case),
    Step("case-transferred", "escalate-case-transferred", noting.note_case),
    Step("case-prioritised", "escalate-case-prioritised", noting.note_case),
    Step("case-escalated", "escalate-case-escalated", noting.note_case),
    Step("case-reopened", "escalate-case-reopened", noting.note_case),
    Step("case-closed", "escalate-case-closed", noting.note_case),
    # An incident runs: those whom it touches are not asked meanwhile.
    Step("major-incident-declared", "pause-asking-declared", keeping.follow_incident),
    Step("escalation-joined", "pause-asking-joined", keeping.follow_incident),
    Step("escalation-stood-down", "resume-asking", keeping.leave_incident),
    # An invitation never arrived, or somebody wants no more of them.
    Step("invitation-returned", "give-attention-back", returning.give_back),
    Step("customer-opted-out", "withdraw-consent", returning.follow_opt_out),
    # What a customer said was read: it goes to who can act on it.
    Step("verbatim-read", "route-feedback", routes.route_feedback),
    Step("verbatim-read", "escalate-by-words", noting.note_words),
    # Anything happened: other systems that want to know are told, and we when that fails.
    Step(EVERY, "queue-deliveries", routing.queue_deliveries),
    Step("connection-ended", "tell-connection-ended", routing.tell_connection_ended),
    Step("delivery-given-up", "tell-delivery-given-up", routing.tell_delivery_given_up),
)


def follower() -> StepFollower:
    """What takes the steps: the worker calls it for what is new, the page of operations for what was put aside."""
    return StepFollower("flow", FLOW, facts_of)
