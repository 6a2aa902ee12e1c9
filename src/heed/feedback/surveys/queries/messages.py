"""Invitations as text messages."""

from heed.channels.sms import Sms, carrier
from heed.core.people.queries import organisation
from heed.core.settings.rules import current
from heed.feedback.surveys.models import Invitation
from heed.feedback.surveys.queries.surveys import plan_of_version
from heed.feedback.surveys.rules.letters import text_message
from heed.feedback.surveys.rules.links import answer_path
from heed.service.customers.queries import unsubscribe_url

TOLD, HEARD = "/sms/told", "/sms/heard"


def invitation_sms(row: Invitation, token: str) -> Sms:
    """An invitation as a text message. Where answers to it are heard, STOP ends it; else a link does."""
    plan = plan_of_version(row.survey_key, row.survey_version)
    by = carrier()
    text = text_message(
        plan,
        row.language,
        organisation=organisation().name,
        link=current().public_url + answer_path(token),
        about=row.context,
        stop_link="" if by is not None and by.hears else unsubscribe_url(row.customer_key),
    )
    return Sms(row.address, text, told_url=current().public_url + TOLD)
