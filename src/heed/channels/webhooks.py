"""Signed messages to other systems: Standard Webhooks 1.0 around CloudEvents 1.0 in JSON. Values in, values out.

A signature covers id, time and body, under a secret only the two sides know; a receiver checks it, refuses what is
older than five minutes, and knows a message it has had by its id.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from heed.core.errors.rules import Invalid

PREFIX = "whsec_"
VERSION = "v1"
TOLERANCE_SECONDS = 300
CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"


class NotSigned(Invalid):
    """A message whose signature does not hold, or that is too old or too new."""

    code = "not_signed"


def secret_of(master: str, endpoint: str, version: int) -> str:
    """The secret of an endpoint: worked out from the store's own, so that none is kept. Another version is another secret."""
    words = f"webhook\x1f{endpoint}\x1f{version}".encode()
    return PREFIX + base64.b64encode(hmac.digest(master.encode(), words, "sha256")).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA-256 of id, time and body, as the standard writes it."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"{VERSION},{base64.b64encode(hmac.digest(_key(secret), signed, 'sha256')).decode()}"


def headers(secrets: Iterable[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers of a message; while a secret is being exchanged, one signature for each that is valid."""
    timestamp = int(at.timestamp())
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, message_id, timestamp, body) for secret in secrets),
    }


def verify(
    secrets: Iterable[str],
    given: Mapping[str, str],
    body: bytes,
    now: datetime,
    tolerance_seconds: int = TOLERANCE_SECONDS,
) -> str:
    """The id of a message whose signature holds. Raises NotSigned otherwise."""
    named = {name.lower(): value for name, value in given.items()}
    message_id, timestamp = named.get("webhook-id", ""), named.get("webhook-timestamp", "")
    if not message_id or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 12):
        raise NotSigned("The message has no id or no time.")
    if abs(now.timestamp() - int(timestamp)) > tolerance_seconds:
        raise NotSigned("The message is too old or too new.")
    offered = [each for each in named.get("webhook-signature", "").split() if each.startswith(f"{VERSION},")]
    for secret in secrets:
        wanted = signature(secret, message_id, int(timestamp), body)
        if any(hmac.compare_digest(wanted.encode(), each.encode()) for each in offered):
            return message_id
    raise NotSigned("The signature does not hold.")


def cloud_event(
    *, id: str, source: str, type: str, at: datetime, subject: str = "", data: Mapping[str, Any] | None = None
) -> bytes:
    """One event as JSON, in the structured form."""
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": type,
        "time": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": dict(data or {}),
    }
    if subject:
        event["subject"] = subject
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise NotSigned("The secret cannot be read.") from None
