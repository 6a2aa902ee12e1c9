"""Why somebody was asked or not, by code; and the personal columns of asking. Pure."""

from heed.core.consent.rules import personal
from heed.core.errors.rules import phrase
from heed.core.people.rules import notice

personal("feedback.Ask", "customer_key", "key", "to know who was asked, and why somebody was not")
personal("feedback.Attention", "customer_key", "key", "to leave a customer in peace after asking")
personal("feedback.Attention", "stopped_why", "words", "to know why a customer is never to be asked")
personal("feedback.AskList", "customers", "key", "to ask the customers of a list")
personal("feedback.Touch", "customer_key", "key", "to count how often a customer was written to, whatever wrote")
personal("feedback.AskingPause", "cases", "key", "to know which cases an incident still has open")
personal("feedback.AskingPause", "why", "words", "to know why nobody is asked for a time")

notice(
    "coverage-short", "%(subject)s: the answers wanted cannot be reached; about %(expected)s of %(wanted)s will come."
)

ASK, NOT_ASKED = "asked", "not_asked"

# In words that follow "was not asked:".
REASONS: dict[str, str] = {
    "condition_met": phrase("the trigger's condition held"),
    "on_list": phrase("on a list somebody sent"),
    "on_wave": phrase("a wave of a relationship programme"),
    "condition_not_met": phrase("the trigger's condition did not hold"),
    "unknown": phrase("the fact does not say what the condition needs"),
    "excepted": phrase("an exception of the trigger held"),
    "no_customer": phrase("the fact names no customer"),
    "unknown_customer": phrase("heed does not know this customer"),
    "no_address": phrase("there is no e-mail address"),
    "address_bounced": phrase("mail to their address came back: there is no such mailbox"),
    "no_number": phrase("there is no telephone number with its country"),
    "sms_not_set": phrase("no carrier of text messages is set"),
    "opted_out": phrase("the customer wants no more mail that asks"),
    "do_not_contact": phrase("somebody noted that the customer is not to be asked"),
    "no_consent": phrase("the customer has not consented"),
    "consent_withdrawn": phrase("the customer has withdrawn their consent"),
    "objected": phrase("the customer has objected"),
    "control_group": phrase("of the group that is never asked, for comparison"),
    "incident": phrase("an incident is running"),
    "case_open": phrase("a case of the customer is open"),
    "wave_near": phrase("left to a relationship programme that asks soon"),
    "expired": phrase("the quiet hours end after the fact is too old"),
    "purpose_rested": phrase("asked lately for the same purpose"),
    "rested": phrase("the customer was asked lately"),
    "budget_spent": phrase("the customer's budget of contacts is spent"),
    "quota_reached": phrase("the trigger has its quota"),
    "held_out": phrase("left out by chance, as the trigger's share says"),
    "too_late": phrase("the fact was too old"),
    "survey_not_in_force": phrase("the survey is not in force"),
    "out_of_reach": phrase("the customer is not of a region of who asks"),
}
# Reasons that a condition alone gives: nobody was a candidate, so nothing is kept of them.
BY_CONDITION = ("condition_not_met", "unknown", "excepted")
# Reasons of a clock that runs out by itself; the others end when something changes.
BY_CLOCK = ("purpose_rested", "rested", "budget_spent")
# Who came to the draw: their probability is above zero.
DRAWN = ("condition_met", "held_out")
