"""Making issues in a tracker of what customers say, and telling there that more say it. Once, also when an answer is lost."""

from django.db import transaction
from django.utils.translation import gettext as _

from heed.core import outgoing
from heed.core.journal.queries import entry
from heed.core.settings.rules import current
from heed.feedback.routing.actions.routing import route_name
from heed.feedback.routing.models import Delivery, RoutedItem
from heed.feedback.routing.queries.connecting import allowed_networks
from heed.feedback.routing.queries.items import customers_in
from heed.feedback.routing.rules import tracking
from heed.feedback.routing.rules.connecting import TEST_EVENT

Called = outgoing.Answer


def call(message: Delivery, limits: outgoing.Limits) -> Called | None:
    """Say a message to its tracker. None when what it tells of is gone. Raises AddressRefused, CallFailed.

    Before a second try the tracker is asked whether the first one, whose answer was lost, had made the issue.
    """
    if message.event == TEST_EVENT and message.entry is None:
        return _ask(message, tracking.looking(*_line(message), tracking.marker_of("test")), limits)
    told = entry(message.entry) if message.entry is not None else None
    row = RoutedItem.objects.filter(key=told.subject_id).first() if told is not None and told.payload else None
    if row is None:
        return None
    if row.issue_name:
        said = tracking.commenting(*_line(message), row.issue_name, _text(row))
        answer = _ask(message, said, limits)
        if answer.status not in (404, 410):
            return answer
        # Somebody took the issue away there: what customers still say becomes a new one.
    if message.attempts:
        answer = _ask(message, tracking.looking(*_line(message), tracking.marker_of(row.key)), limits)
        known = tracking.found(*_line(message), answer.body) if 200 <= answer.status < 300 else None
        if known is not None or not 200 <= answer.status < 300:
            return _noted(row, known, answer)
    issue = tracking.Issue(tracking.marker_of(row.key), route_name(row), _text(row))
    answer = _ask(message, tracking.making(*_line(message), message.connection.project, issue), limits)
    if not 200 <= answer.status < 300:
        return answer
    known = tracking.made(*_line(message), answer.body)
    if known is None:
        raise outgoing.CallFailed("not_an_issue", "The answer tells of no issue.")
    return _noted(row, known, answer)


def _line(message: Delivery) -> tuple[str, str]:
    return message.connection.shape, message.connection.url


def _noted(row: RoutedItem, known: tuple[str, str] | None, answer: Called) -> Called:
    if known is not None:
        with transaction.atomic():
            RoutedItem.objects.filter(pk=row.pk).update(issue_name=known[0], issue_url=known[1])
    return answer


def _ask(message: Delivery, request: tracking.Request, limits: outgoing.Limits) -> Called:
    token = tracking.tokens(current().tracker_tokens).get(message.connection.token_name, "")
    said = tracking.headers(message.connection.shape, token)
    return outgoing.fetch(request.method, request.url, said, request.body, limits=limits, allowed=allowed_networks())


def _text(row: RoutedItem) -> str:
    """What stands in the issue: how many say it, about what, and where to read on. No words of customers."""
    lines = [
        _("Pieces of feedback: %(n)s. Customers: %(customers)s.") % {"n": row.pieces, "customers": customers_in(row)},
        _("Alike in: %(join)s") % {"join": row.join_key},
        f"{current().public_url}/routed/{row.key}/",
    ]
    return "\n\n".join(lines)
