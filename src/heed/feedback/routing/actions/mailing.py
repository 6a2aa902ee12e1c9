"""Writing to mail addresses that feedback is routed to: again until the server takes it, or says that it never will."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from heed.channels import mail
from heed.core.people.actions import notify
from heed.core.people.queries import organisation
from heed.core.settings.rules import current
from heed.feedback.routing.actions.routing import route_name
from heed.feedback.routing.models import RoutedItem
from heed.feedback.routing.queries.items import customers_in, due_mails
from heed.feedback.routing.rules.connecting import PAUSES, pause_before
from heed.service.cases.queries import people_to_tell

LEASE = timedelta(minutes=5)
log = logging.getLogger("heed.routing")


def send_mails(now: datetime | None = None, limit: int = 50) -> int:
    """Send what is due. Each is leased before it is handed over: a worker killed in between sends it once more, with the
    same Message-ID. Returns how many were taken.
    """
    moment, sent = now or timezone.now(), 0
    for row in due_mails(moment, limit):
        with transaction.atomic():
            held = RoutedItem.objects.filter(pk=row.pk, mail_next_at=row.mail_next_at)
            if not held.update(mail_next_at=moment + LEASE):
                continue
        sent += _send(row, moment)
    return sent


def _send(row: RoutedItem, now: datetime) -> bool:
    try:
        mail.send(_mail(row))
    except mail.MailRefused as refusal:
        _put_off(row, refusal, now)
        return False
    with transaction.atomic():
        RoutedItem.objects.filter(pk=row.pk).update(mail_next_at=None, mail_error="")
    return True


def _mail(row: RoutedItem) -> mail.Mail:
    house = organisation()
    known = dict(settings.LANGUAGES)
    language = next((each for each in house.languages if each in known), settings.LANGUAGE_CODE)
    with translation.override(language), timezone.override(house.time_zone):
        name = route_name(row)
        words = {
            "item": row,
            "name": name,
            "customers": customers_in(row),
            "address": f"{current().public_url}/routed/{row.key}/",
            "organisation": house.name,
        }
        subject = _("Customers say: %(name)s") % {"name": name}
        text = render_to_string("feedback/routing/mail/item.txt", words)
    # The same item at the same size is the same mail, however often it is handed over.
    sender = mail.new_message_id().rpartition("@")[2]
    return mail.Mail(
        to=row.receiver, subject=subject, text=text, sender_name=house.name,
        message_id=f"<{row.key}.{row.pieces}.{row.receiver.partition('@')[0].encode().hex()[:16]}@{sender}",
    )  # fmt: skip


def _put_off(row: RoutedItem, refusal: mail.MailRefused, now: datetime) -> None:
    tries = row.mail_tries + 1
    given_up = refusal.permanent or tries > len(PAUSES)
    after = None if given_up else now + pause_before(tries, row.key)
    log.warning("feedback item %s was not mailed: %s", row.key, refusal.code)
    with transaction.atomic():
        RoutedItem.objects.filter(pk=row.pk).update(
            mail_next_at=after, mail_tries=tries, mail_error=str(refusal.message)[:300]
        )
        if given_up:
            params, href = {"route": route_name(row), "count": row.pieces}, f"/routed/{row.key}/"
            notify(
                people_to_tell(row.team, "supervisor", row.region), kind="feedback-unsent", params=params, href=href,
                subject=("feedback-item", row.key), once_key=f"feedback-unsent:{row.key}:{row.pieces}",
            )  # fmt: skip
