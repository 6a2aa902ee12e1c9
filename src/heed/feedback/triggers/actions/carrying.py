"""Decisions whose time has come: invitations that waited, and reminders of those that nobody answered."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from heed.core.journal.actions import record
from heed.feedback.surveys.actions.invitations import remind
from heed.feedback.triggers.actions.asking import address_by, held_present, send_invitation, tell, trigger_of
from heed.feedback.triggers.events import CustomerReminded
from heed.feedback.triggers.models import Ask, Attention, Touch
from heed.feedback.triggers.queries.log import channel_of_list, due_asks, due_reminders
from heed.feedback.triggers.queries.state import triggers_watching
from heed.feedback.triggers.rules.ledger import standing
from heed.feedback.triggers.rules.telling import wanted_language
from heed.feedback.triggers.rules.terms import after_quiet, moment


def fire_due(limit: int = 100) -> int:
    """Invite those who are to be asked later and whose time has come. What changed meanwhile (they want no more mail, the
    survey is no longer in force, a case was opened) is looked at again. Returns how many were dealt with.
    """
    return sum(_fire(number) for number in due_asks(limit))


def _fire(number: int) -> bool:
    with transaction.atomic():
        row = Ask.objects.filter(id=number, asked=True, invitation="").first()
        if row is None:
            return False
        state = held_present([row.customer_key])
        # Held now: another worker may have been here in between.
        row = Ask.objects.select_for_update().get(id=number)
        if not row.asked or row.invitation:
            return False
        now = state.now(timezone.now())
        place = str(row.context.get("region", ""))
        found = next((each for each in triggers_watching({row.fact_table}) if each.key == row.trigger_key), None)
        trigger = trigger_of(found) if found else None
        account = state.account(row.customer_key)
        wanted = trigger.channel if trigger else channel_of_list(row.asked_list)
        obstacle = standing(state, account, row.customer_key, row.survey_key, now, place, wanted)
        if obstacle:
            _call_off(row, obstacle)
            return True
        channel = account.way(wanted)
        # By another way than when it was decided, where that one leads nowhere any more.
        Touch.objects.filter(ask=row).exclude(channel=channel).update(channel=channel)
        reach = state.reach[row.customer_key]
        language = wanted_language(trigger.language if trigger else "customer", reach.language, "")
        send_invitation(row, reach, language, trigger.expires_days if trigger else None, channel)
        return True


def _call_off(row: Ask, reason: str) -> None:
    """Somebody who was to be asked is not: the rest period goes back to when they last were."""
    row.asked, row.reason, row.due_at, row.probability = False, reason, None, 0.0
    row.save(update_fields=["asked", "reason", "due_at", "probability"])
    Touch.objects.filter(ask=row).delete()
    others = Ask.objects.filter(customer_key=row.customer_key, asked=True)
    Attention.objects.filter(customer_key=row.customer_key).update(
        last_asked_at=others.aggregate(last=Max("due_at"))["last"]
    )
    tell(row)


def remind_due(limit: int = 100) -> int:
    """Remind who did not answer. A reminder nobody needs any more, or that may not go out, is given back to the budget; one
    that falls into quiet hours waits until they end. Returns how many were dealt with.
    """
    return sum(_remind(number) for number in due_reminders(limit))


def _remind(number: int) -> bool:
    with transaction.atomic():
        touch = Touch.objects.filter(id=number, done_at=None).first()
        if touch is None:
            return False
        state = held_present([touch.customer_key])
        touch = (
            Touch.objects.select_for_update(of=("self",)).select_related("ask").filter(id=number, done_at=None).first()
        )
        if touch is None or touch.ask is None:
            return False
        now, account = state.now(timezone.now()), state.account(touch.customer_key)
        place = str(touch.ask.context.get("region", ""))
        obstacle = standing(state, account, touch.customer_key, touch.survey_key, now, place, touch.channel)
        if obstacle or moment(now) > touch.at + timedelta(days=2):
            touch.delete()
            return True
        due = after_quiet(state.terms.quiet, now, account.zone or state.zone)
        if due > now:
            Touch.objects.filter(id=number).update(at=moment(due))
            return True
        if not remind(touch.ask.invitation, address_by(state.reach[touch.customer_key], touch.channel)):
            touch.delete()
            return True
        Touch.objects.filter(id=number).update(at=moment(now), done_at=moment(now))
        told = CustomerReminded(touch.ask.invitation, touch.customer_key, touch.survey_key)
        record(told, actor="system", subject=("invitation", touch.ask.invitation))
        return True
