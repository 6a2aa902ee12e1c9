"""heed's own mails about access. Sending can fail; what happened is said, never raised."""

import smtplib
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from heed.core.people.queries import organisation

FILES = "django.core.mail.backends.filebased.EmailBackend"


@dataclass(frozen=True)
class Delivery:
    """What became of a mail: accepted by a mail server, kept as a file, or why not."""

    state: str
    reason: str = ""

    @property
    def is_sent(self) -> bool:
        return self.state == "sent"


def deliver(to: str, subject: str, text: str) -> Delivery:
    """Hand one mail to the configured backend and say what happened."""
    try:
        EmailMessage(subject=subject, body=text, to=[to]).send()
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        return Delivery("failed", _reason(error))
    if settings.EMAIL_BACKEND == FILES:
        return Delivery("kept", str(settings.EMAIL_FILE_PATH))
    return Delivery("sent")


def _reason(error: Exception) -> str:
    """What a mail server or the network said, in one line a person can act on."""
    where = f"{getattr(settings, 'EMAIL_HOST', '')}:{getattr(settings, 'EMAIL_PORT', '')}"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return _("The mail server %(where)s refused the user name or password.") % {"where": where}
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        said = "; ".join(_said(code, text) for code, text in error.recipients.values())
        return _("The mail server %(where)s refused the address: %(said)s") % {"where": where, "said": said}
    if isinstance(error, smtplib.SMTPResponseException):
        said = _said(error.smtp_code, error.smtp_error)
        return _("The mail server %(where)s answered: %(said)s") % {"where": where, "said": said}
    if isinstance(error, ConnectionRefusedError):
        return _("Nothing answers at %(where)s.") % {"where": where}
    if isinstance(error, TimeoutError):
        return _("The mail server %(where)s did not answer in time.") % {"where": where}
    return _("The mail could not be handed over to %(where)s: %(said)s") % {"where": where, "said": str(error)[:200]}


def _said(code: int, text: Any) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return f"{code} {words}"[:200]


def send_invitation(email: str, name: str, link: str, days: int, invited_by: str) -> Delivery:
    """Invite somebody by mail, in the language of the one who invites."""
    house = organisation().name
    words = {"organisation": house, "name": name, "link": link, "days": days, "invited_by": invited_by}
    subject = _("%(organisation)s invites you to heed") % {"organisation": house}
    return deliver(email, subject, render_to_string("core/access/mail/invitation.txt", words))


def send_test(email: str) -> Delivery:
    """A mail that shows whether mail works."""
    house = organisation().name
    words = {"organisation": house, "address": settings.DEFAULT_FROM_EMAIL}
    text = render_to_string("core/access/mail/test.txt", words)
    return deliver(email, _("A test mail from heed"), text)
