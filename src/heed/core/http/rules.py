"""CloudEvents 1.0 as they come in, and calls that may be repeated. Pure."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime

from heed.core.consent.rules import personal
from heed.core.errors.rules import Invalid, phrase

personal("core.ReceivedEvent", "data", "words", "what another system told, until it is a fact and erased with it")
personal("core.ReceivedEvent", "customer_key", "key", "to find what was told about a customer")
personal("core.ReceivedEvent", "subject", "key", "what the sender says the event is about")
personal("core.IdempotentCall", "answer", "key", "to answer a repeated call in the same way")

T = TypeVar("T")
SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
# Attribute names of CloudEvents: lower-case letters and figures (CloudEvents 1.0, "Naming Conventions").
_NAME = re.compile(r"^[a-z0-9]{1,20}$")
# Half of a surrogate pair is no character either: JSON may escape one, and nothing can keep it.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_KEY = re.compile(r"^[\x21-\x7e]{1,255}$")
_UNKEPT = re.compile("[\0\ud800-\udfff]")
KNOWN = frozenset({"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data"})


class Unsupported(Invalid):
    """The body is of a kind this door does not take."""

    code = "unsupported_media_type"
    status = 415


class TooLarge(Invalid):
    """The body is larger than this door takes."""

    code = "too_large"
    status = 413


@dataclass(frozen=True)
class Envelope:
    """A CloudEvent, checked: who it is from, what sort it is, and what it holds."""

    id: str
    source: str
    type: str
    subject: str
    at: datetime
    data: Mapping[str, Any]


def _wrong(where: str, what: str) -> Invalid:
    return Invalid(
        phrase("{where}: {what}", where=where, what=what),
        code="invalid_event",
        hint="See CloudEvents 1.0, JSON format.",
    )


def _line(event: Mapping[str, Any], name: str, where: str, *, needed: bool, longest: int = 255) -> str:
    value = event.get(name)
    if value is None and not needed:
        return ""
    if not isinstance(value, str) or not value:
        raise _wrong(where, phrase("{name} must be a text that is not empty.", name=name))
    if len(value) > longest or _CONTROL.search(value):
        raise _wrong(
            where,
            phrase(
                "{name} must have at most {longest} characters and no control characters.", name=name, longest=longest
            ),
        )
    return value


def _time(event: Mapping[str, Any], where: str, now: datetime) -> datetime:
    value = event.get("time")
    if value is None:
        return now
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise _wrong(where, "time must be a time of RFC 3339, such as 2026-05-03T09:00:00Z.") from None
    if at.tzinfo is None:
        raise _wrong(where, "time must name its offset, such as Z.")
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise _wrong(where, "time lies outside of the calendar.") from None


def envelope(event: Any, now: datetime, where: str = "event") -> Envelope:
    """A CloudEvent in JSON format, checked. `where` names it in the refusal."""
    if not isinstance(event, Mapping):
        raise _wrong(where, "an event is an object.")
    if event.get("specversion") != "1.0":
        raise _wrong(where, 'specversion must be "1.0".')
    for name in event:
        if name not in KNOWN and not (name == "data_base64" or _NAME.fullmatch(name)):
            raise _wrong(
                where, phrase("{name} is no name of an attribute (small letters and figures).", name=str(name)[:40])
            )
    if "data_base64" in event:
        raise _wrong(where, "data must be JSON, not base64.")
    content = event.get("datacontenttype")
    if content is not None and not (
        isinstance(content, str) and re.match(r"^[\w.+-]+/(json|[\w.-]+\+json)\b", content)
    ):
        raise _wrong(where, "datacontenttype must be application/json.")
    data = event.get("data")
    if not isinstance(data, Mapping):
        raise _wrong(where, "data must be an object.")
    return Envelope(
        id=_line(event, "id", where, needed=True),
        source=_line(event, "source", where, needed=True),
        type=_line(event, "type", where, needed=True, longest=120),
        subject=_line(event, "subject", where, needed=False),
        at=_time(event, where, now),
        data=data,
    )


def envelopes(body: bytes, content_type: str, now: datetime, most: int) -> list[Envelope]:
    """The events of a request: one, or a batch of at most so many. Raises Invalid, or on another content type too."""
    media = content_type.partition(";")[0].strip().lower()
    if media not in (SINGLE, BATCH):
        raise Unsupported(
            "Send CloudEvents in JSON.", hint=phrase("Content-Type: {single} or {batch}", single=SINGLE, batch=BATCH)
        )
    try:
        parsed = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Invalid("The body is no JSON.", code="invalid_json") from None
    if media == SINGLE:
        return [envelope(parsed, now)]
    if not isinstance(parsed, Sequence) or isinstance(parsed, str):
        raise Invalid("A batch is an array of events.", code="invalid_event")
    if len(parsed) > most:
        raise Invalid(
            phrase("A batch has at most {most} events.", most=most),
            code="batch_too_large",
            hint="Send several batches.",
        )
    return [envelope(event, now, f"event {number}") for number, event in enumerate(parsed, 1)]


def page_after(items: Iterable[T], cursor: str, limit: int, key: Callable[[T], str]) -> tuple[list[T], str | None]:
    """The items after the cursor in order of their keys, so many at most; and the cursor of the following page."""
    left = sorted((item for item in items if not cursor or key(item) > cursor), key=key)
    page = left[:limit]
    return page, key(page[-1]) if len(left) > limit else None


def unkept(value: Any) -> str | None:
    """The first text in a JSON value, names among them, that no database keeps: with NUL or half of a surrogate pair."""
    return next((text for text in _texts(value) if _UNKEPT.search(text)), None)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from (*_texts(name), *_texts(each))
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _texts(each)


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("the time lies outside of the calendar") from None


# A time with its offset, as UTC.
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def digest(value: Any) -> str:
    """SHA-256 over a value as canonical JSON: the same whatever the order of keys and the white space."""
    plain = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()


def body_digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def checked_key(key: str) -> str:
    """An `Idempotency-Key`, when it is one: 1 to 255 visible characters of ASCII."""
    if not _KEY.fullmatch(key):
        raise Invalid("An Idempotency-Key has 1 to 255 visible characters.", code="invalid_idempotency_key")
    return key
