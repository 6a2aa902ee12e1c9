"""Mails that tell what became of a mail: it came back (RFC 3464), or somebody called it unwanted (RFC 5965). Pure.

A report is believed only of a mail whose Message-ID we made: only who got the mail knows it.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from typing import Any

from heed.core.errors.rules import Invalid

MOST_BYTES = 1 << 20
MOST_PARTS = 50
_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
_SERVERS = re.compile(r"\b(mailer-daemon|postmaster)@", re.IGNORECASE)
# RFC 3463: no such mailbox or domain, moved without an address, disabled. A full mailbox is there all the same.
GONE = frozenset({"5.0.0", "5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4"})
# RFC 5965, 7.3, and RFC 6430: what is no wish to be left alone is absent.
UNWANTED = frozenset({"abuse", "fraud", "opt-out", "opt-out-list", "other"})


class NoReport(Invalid):
    """A mail that is no report of a mail of ours."""

    code = "no_report"


@dataclass(frozen=True)
class Report:
    """What is told of one mail. `sort`: bounced, delayed or complained; `code`: the status, such as 5.1.1; `digest` names
    the report, so that it counts once.
    """

    message_id: str
    sort: str
    code: str
    digest: str


def read_report(raw: bytes) -> Report:
    """What a mail tells of one of ours. Raises NoReport."""
    if len(raw) > MOST_BYTES:
        raise NoReport("The mail is too large.", code="too_large", hint="Reports have at most 1 MiB.")
    message = message_from_bytes(raw, policy=policy.compat32)
    parts = list(_parts(message))
    original = next((found for each in parts if (found := _original(each))), "")
    if not original:
        raise NoReport(
            "This is no report of a mail of heed's.", hint="A report holds the mail it is about, or its headers."
        )
    digest = hashlib.sha256(raw).hexdigest()
    for part in parts:
        sort = part.get_content_type()
        if sort == "message/delivery-status":
            if told := _delivery(part):
                return Report(original, *told, digest)
        elif sort == "message/feedback-report" and (kind := _feedback(part)) in UNWANTED:
            return Report(original, "complained", kind, digest)
    raise NoReport("The report asks for nothing to be done.", code="nothing_told", hint="It was read, and is not kept.")


def is_meant_as_report(raw: bytes) -> bool:
    """Whether a mail looks as if a mail server told of another mail, readable or not: by its sort, by what it holds, or
    because a mail server writes it to nobody in particular (RFC 5321, 4.5.5).
    """
    message = message_from_bytes(raw[:MOST_BYTES], policy=policy.compat32)
    if message.get_content_type() == "multipart/report":
        kind = str(message.get_param("report-type") or "").lower()
        return kind != "disposition-notification"
    if any(
        part.get_content_type() in ("message/delivery-status", "message/feedback-report") for part in _parts(message)
    ):
        return True
    is_from_nobody = _text(message, "Return-Path") == "<>"
    return is_from_nobody and bool(_SERVERS.search(_text(message, "From")))


def _parts(message: Message) -> Iterator[Message]:
    for number, part in enumerate(message.walk()):
        if number >= MOST_PARTS:
            return
        yield part


def _text(part: Message, name: str) -> str:
    return " ".join(str(part.get(name, "")).split())[:500]


def _original(part: Message) -> str:
    """The Message-ID of the mail that a report holds."""
    sort, inner = part.get_content_type(), _blocks(part)
    if sort == "message/rfc822" and inner:
        return _text(inner[0], "Message-ID")
    if sort == "text/rfc822-headers":
        body = part.get_payload(decode=True)
        return _text(message_from_bytes(body), "Message-ID") if isinstance(body, bytes) else ""
    return ""


def _blocks(part: Message) -> list[Any]:
    payload = part.get_payload()
    return [each for each in payload if isinstance(each, Message)] if isinstance(payload, list) else []


def _delivery(part: Message) -> tuple[str, str] | None:
    """The worst of what is told of the recipients: there is one, but a list server may add others."""
    found = []
    for block in _blocks(part):
        action = _text(block, "Action").lower()
        status = _STATUS.search(_text(block, "Status"))
        code = status.group() if status else ""
        if action == "failed":
            found.append(("bounced" if code in GONE else "delayed", code or "5.0.0"))
        elif action == "delayed":
            found.append(("delayed", code or "4.0.0"))
    return min(found) if found else None


def _feedback(part: Message) -> str:
    blocks = _blocks(part)
    if blocks:
        return _text(blocks[0], "Feedback-Type").lower()
    body = part.get_payload(decode=True)
    return _text(message_from_bytes(body), "Feedback-Type").lower() if isinstance(body, bytes) else ""
