"""What an invitation that came back, or a wish to be asked no more, means to the ledger."""

from django.db import transaction
from django.db.models import Max

from heed.core.journal.rules import Entry
from heed.feedback.triggers.actions.asking import held_present
from heed.feedback.triggers.models import Ask, Attention, Touch
from heed.feedback.triggers.queries.state import policy_in_force
from heed.service.customers.actions import withdraw_consent

NEVER_ARRIVED = ("bounced", "delayed")


def give_back(entry: Entry, rows: object = ()) -> None:
    """An invitation that never arrived took nothing of a customer's attention: it and its reminders are given back."""
    told = entry.payload or {}
    customer, invitation = told.get("customer"), told.get("invitation")
    if told.get("sort") not in NEVER_ARRIVED or not customer or not invitation:
        return
    with transaction.atomic():
        held_present([customer])
        asks = Ask.objects.filter(invitation=invitation, customer_key=customer)
        Touch.objects.filter(ask__in=asks).delete()
        others = Ask.objects.filter(customer_key=customer, asked=True).exclude(invitation=invitation)
        Attention.objects.filter(customer_key=customer).update(
            last_asked_at=others.aggregate(last=Max("due_at"))["last"]
        )


def follow_opt_out(entry: Entry, rows: object = ()) -> None:
    """Who wants to be asked no more, by a click, a complaint or STOP, withdraws the consent that asking rests on."""
    told, purpose = entry.payload or {}, policy_in_force()[0].consent_purpose
    if purpose and told.get("customer"):
        withdraw_consent(told["customer"], purpose, str(told.get("by", "")))
