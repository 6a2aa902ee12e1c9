"""What comes back of mails, handed on by a mailbox."""

from django.http import HttpRequest
from ninja import Router, Schema

from heed.channels.returned import MOST_BYTES
from heed.core.errors.rules import phrase
from heed.core.http.rules import TooLarge
from heed.feedback.surveys.actions.returning import take_report

router = Router(tags=["surveys"])


class ReportOut(Schema):
    """What was told: `sort` is bounced, delayed or complained; `code` the status or the kind of complaint."""

    sort: str
    code: str


_BODY = {"requestBody": {"required": True, "content": {"message/rfc822": {"schema": {"type": "string"}}}}}


@router.post("", response={202: ReportOut}, summary="Hand on a mail that came back", openapi_extra=_BODY)
def hand_on(request: HttpRequest) -> tuple[int, ReportOut]:
    """A bounce (RFC 3464) or a complaint (RFC 5965) as it came in. The same one again changes nothing."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MOST_BYTES:
        raise TooLarge(phrase("A call has at most {most} MiB.", most=1), hint="Reports have at most 1 MiB.")
    report = take_report(request.scope, request.body)  # type: ignore[attr-defined]
    return 202, ReportOut(sort=report.sort, code=report.code)
