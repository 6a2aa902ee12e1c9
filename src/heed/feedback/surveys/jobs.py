"""What is done again and again: invitations that are due go out, questionnaires left idle and invitations out of time end."""

import logging
from typing import Any

from heed.channels import sms
from heed.channels.mail import MailRefused, line, send
from heed.channels.mailbox import MailboxFailed
from heed.feedback.surveys.actions.answers import close_idle
from heed.feedback.surveys.actions.fetching import fetch_new
from heed.feedback.surveys.actions.invitations import claim_due, expire_due, note_refused, note_sent, renew_link
from heed.feedback.surveys.models import Invitation
from heed.feedback.surveys.queries.messages import invitation_sms
from heed.feedback.surveys.queries.surveys import invitation_mail
from heed.feedback.surveys.rules.letters import pause_after
from heed.service.customers.actions import opt_out
from heed.service.customers.queries import reachable

log = logging.getLogger("heed.surveys")
OPTED_OUT_CODE = "opted_out"
OPTED_OUT = "The customer does not want to be asked."


def send_due_invitations(limit: int = 50) -> int:
    """Send what is due. Returns how many mails the server took. A mail that fails waits longer each time."""
    claimed = claim_due(limit)
    if not claimed:
        return 0
    reach = reachable([row.customer_key for row in claimed])
    sent = 0
    with line() as connection:
        for row in claimed:
            known = reach.get(row.customer_key)
            if known and known.opted_out:
                note_refused(row, OPTED_OUT, OPTED_OUT_CODE, None)
                continue
            sent += _send(row, connection)
    return sent


def _handed_over(row: Invitation, connection: Any) -> str:
    """Send it by its channel. Returns what the carrier calls it, where there is one."""
    if row.channel == "sms":
        return sms.send(invitation_sms(row, renew_link(row)))
    send(invitation_mail(row, renew_link(row)), connection)
    return ""


def _send(row: Invitation, connection: Any) -> int:
    try:
        carrier_id = _handed_over(row, connection)
    except (MailRefused, sms.SmsRefused) as refusal:
        pause = None if refusal.permanent else pause_after(row.attempts)
        wait = getattr(refusal, "wait", 0)
        note_refused(row, refusal.message, refusal.code, pause if pause is None else max(pause, wait))
        if refusal.code == OPTED_OUT_CODE:
            opt_out(row.customer_key, "sms")
        log.warning("invitation %s was not taken, try %d: %s", row.key, row.attempts, refusal.code)
        return 0
    except Exception:
        # One that cannot be written must not keep the others waiting.
        log.exception("invitation %s could not be written", row.key)
        note_refused(row, "The invitation could not be written.", "not_written", pause_after(row.attempts))
        return 0
    note_sent(row, carrier_id)
    return 1


def fetch_returned() -> int:
    """Fetch what came back of mails. Returns how many mails were looked at; a mailbox that fails is told of on its page."""
    try:
        found = fetch_new()
    except MailboxFailed as failure:
        log.warning("the mailbox of what came back could not be read: %s", failure.code)
        return 0
    return found.looked_at if found else 0


def close_partials() -> int:
    """End questionnaires that nobody went on with for a day."""
    return close_idle()


def expire_invitations() -> int:
    """End invitations whose time is over."""
    return expire_due()
