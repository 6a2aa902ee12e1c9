"""The page of the sending domain: what DNS says of it, and what came back of the mails."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from heed.channels.domains import checked_domain, checked_selectors, findings, resolver
from heed.channels.sms import carrier
from heed.core.edge import page
from heed.core.errors.rules import Invalid
from heed.core.settings.rules import current
from heed.feedback.surveys.queries.messages import HEARD
from heed.feedback.surveys.queries.troubles import mailbox_state, returned

STATES = {
    "good": (_("good"), ""),
    "weak": (_("weak"), "hollow"),
    "wrong": (_("wrong"), "act"),
    "missing": (_("missing"), "act"),
    "unknown": (_("not known"), "hollow"),
}


@require_safe
@page("ask")
def sending_domain(request: HttpRequest) -> HttpResponse:
    """What receivers find when a mail of ours comes in, asked of DNS now."""
    domain = str(settings.DEFAULT_FROM_EMAIL).rstrip("> ").rpartition("@")[2]
    fault, lines = "", []
    try:
        checked_domain(domain)
    except Invalid:
        fault = domain
    else:
        found = findings(domain, checked_selectors(current().dkim_selectors), resolver())
        lines = [(each, *STATES[each.state]) for each in found]
    by = carrier()
    context = {
        "domain": domain,
        "fault": fault,
        "lines": lines,
        "mail": returned(request.scope),  # type: ignore[attr-defined]
        "texts": returned(request.scope, channel="sms"),  # type: ignore[attr-defined]
        "mailbox": mailbox_state(),
        "carrier": by,
        "heard_at": current().public_url + HEARD if by is not None and by.hears else "",
    }
    return render(request, "surveys/sending_domain.html", context)


urlpatterns = [path("sending-domain/", sending_domain, name="sending-domain")]
