"""What the carrier of text messages tells: what became of one, and what people answered. Believed by its signature alone."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from heed.channels.sms import carrier
from heed.core.settings.rules import current
from heed.feedback.surveys.actions.returning import take_carrier_report
from heed.feedback.surveys.queries.messages import HEARD, TOLD
from heed.service.customers.actions import opt_out
from heed.service.customers.queries import customers_with_number
from heed.service.customers.rules import number_of

# Words by which people end messages, in the languages heed speaks; carriers tell theirs as OptOutType.
STOP = frozenset(
    (
        *("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "stopp", "ende", "abmelden"),
        *("arret", "alto", "baja", "basta", "dur", "إيقاف"),
    )
)


def _is_genuine(request: HttpRequest, path: str) -> bool:
    by = carrier()
    given = request.headers.get("X-Twilio-Signature", "")
    return by is not None and by.is_from_carrier(current().public_url + path, request.POST.dict(), given)


@csrf_exempt
@require_POST
def told(request: HttpRequest) -> HttpResponse:
    """What became of a message."""
    if not _is_genuine(request, TOLD):
        return HttpResponse(status=403)
    form = request.POST
    take_carrier_report(
        form.get("MessageSid", "")[:80], form.get("MessageStatus", "")[:20], form.get("ErrorCode", "")[:20]
    )
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
def heard(request: HttpRequest) -> HttpResponse:
    """What somebody answered: STOP means no more, by whatever channel; all else is not read."""
    if not _is_genuine(request, HEARD):
        return HttpResponse(status=403)
    form = request.POST
    first = (form.get("Body", "").strip().lower().split() or [""])[0].strip(".!\"'")
    if form.get("OptOutType", "").upper() == "STOP" or first in STOP:
        number = number_of(form.get("From", ""))
        for key in customers_with_number(number) if number else ():
            opt_out(key, "sms")
    return HttpResponse("<Response/>", content_type="text/xml")


urlpatterns = [path(TOLD.lstrip("/"), told, name="sms-told"), path(HEARD.lstrip("/"), heard, name="sms-heard")]
