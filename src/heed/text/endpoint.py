"""The client of a server that speaks the OpenAI protocol: one JSON object there, one back, or a reason why not.

It calls through the guarded caller alone. The key goes to that one host, and into no message, log or representation.
What may pass by itself is tried again: after the time the server asks for, else after a growing wait drawn by chance.
"""

import json
import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

from heed.core.errors.rules import HeedError, Invalid, phrase
from heed.core.outgoing import Answer, CallFailed, Limits, checked_url, fetch

FIRST_WAIT_SECONDS = 1.0
MOST_WAIT_SECONDS = 60.0  # of one wait; a server that asks for more is left alone, and says so
MOST_BYTES = 64 << 20  # 256 vectors of 3,072 numbers as text are 17 MB
TRY_AGAIN = {408, 409, 425, 429, 500, 502, 503, 504, 529}
PATHS = ("/chat/completions", "/completions", "/embeddings")
log = logging.getLogger("heed.text")


class EndpointFailed(HeedError):
    """The server gave no usable answer. `reason` is timeout, refused, rate, malformed or unreachable; `tries` how often
    it was asked; `wait` the seconds it asks to be left alone for, 0 where it said nothing; `answered` the HTTP status it
    last answered with, 0 where it gave none.
    """

    code = "endpoint_failed"
    status = 502

    def __init__(self, reason: str, message: str, *, hint: str = "", tries: int = 1, wait: float = 0.0) -> None:
        super().__init__(message, code=f"endpoint_{reason}", hint=hint)
        self.reason = reason
        self.tries = tries
        self.wait = wait
        self.answered = 0


@dataclass(frozen=True)
class Posted:
    """What came back. `seconds` is how long that answer took; `waited` what failed tries and waits took before it."""

    body: dict[str, Any]
    seconds: float
    tries: int
    waited: float = 0.0


@dataclass(frozen=True)
class _Failure:
    """A try that failed, whether another may help, and the seconds the server asks to wait (None: it said nothing)."""

    failed: EndpointFailed
    again: bool
    wait: float | None = None


@dataclass(frozen=True)
class Endpoint:
    """A server by its base address (`https://host/v1`), one of its models, and the key to it.

    `timeout` is seconds for one whole answer, `tries` how often a request is made at most. Raises AddressRefused and
    Invalid where the address, model or key can be none.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)
    timeout: float = 30.0
    tries: int = 4
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False, compare=False)
    chance: Callable[[], float] = field(default=random.random, repr=False, compare=False)
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC), repr=False, compare=False)

    def __post_init__(self) -> None:
        base = self.url.rstrip("/")
        for path in PATHS:
            base = base.removesuffix(path)
        parts = checked_url(base)
        if parts.query or parts.fragment:
            raise Invalid(
                "The address of an endpoint ends with its path.",
                code="invalid_endpoint",
                hint="Such as https://api.example.org/v1",
            )
        if not self.model.strip():
            raise Invalid(
                phrase("The endpoint {url} needs a model.", url=base),
                code="invalid_endpoint",
                hint="Name it after a #: https://api.example.org/v1#some-model",
            )
        if any(not 33 <= ord(sign) <= 126 for sign in self.key):
            raise Invalid(
                "The key holds blanks or signs that no key has.", code="invalid_key", hint="Set the variable anew."
            )
        object.__setattr__(self, "url", base)

    @property
    def host(self) -> str:
        return checked_url(self.url).netloc

    @property
    def name(self) -> str:
        """Which model of which host: what it answers is signed with this."""
        return f"{self.model}@{self.host}"

    def post(self, path: str, body: Mapping[str, Any]) -> Posted:
        """Post one object, with the model in it, and read one back.

        path: such as `/chat/completions`. Raises EndpointFailed when there is no usable answer after all tries, and
        AddressRefused before anything is sent.
        """
        sent = json.dumps({"model": self.model, **body}, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
        began = time.monotonic()
        for number in range(1, self.tries + 1):
            asked = time.monotonic()
            found = self._tried(path, sent)
            if isinstance(found, dict):
                return Posted(found, time.monotonic() - asked, number, asked - began)
            found.failed.tries = number
            if not found.again or number >= self.tries:
                raise found.failed
            wait = self._wait(number, found)
            log.info("%s: %s; asked again in %.1f s", self.name, found.failed.code, wait)
            self.sleep(wait)
        raise AssertionError("an endpoint is asked at least once")  # pragma: no cover

    def _wait(self, number: int, found: _Failure) -> float:
        if found.wait is not None:
            return found.wait
        # Half is certain and half is chance, so that many who were turned away together do not come back together.
        return min(MOST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** (number - 1)) * (0.5 + 0.5 * self.chance())

    def _tried(self, path: str, sent: bytes) -> dict[str, Any] | _Failure:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        limits = Limits(seconds=self.timeout, most_bytes=MOST_BYTES)
        try:
            answer = fetch("POST", self.url + path, headers, sent, limits=limits)
        except CallFailed as failed:
            return self._no_answer(failed)
        if answer.status != 200:
            failure = self._no(answer, path)
            failure.failed.answered = answer.status
            return failure
        try:
            body = json.loads(answer.body, parse_constant=_refuse)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            return self._failure("malformed", phrase("{host} answered with what is no JSON object.", host=self.host))
        if body.get("error"):
            said = phrase("{host} answered with an error: {said}.", host=self.host, said=self._said(body))
            return self._failure("refused", said)
        return body

    def _no_answer(self, failed: CallFailed) -> _Failure:
        if failed.reason == "timeout":
            said = phrase("{host} gave no whole answer in {seconds} seconds.", host=self.host, seconds=self.timeout)
            return self._failure("timeout", said)
        if failed.reason == "too_large":
            return self._failure("malformed", phrase("The answer of {host} is too large.", host=self.host), again=False)
        if failed.reason == "no_http":
            return self._failure("malformed", phrase("{host} broke its answer off.", host=self.host))
        said = phrase("{host} cannot be reached: {reason}", host=self.host, reason=failed.message)
        return self._failure("unreachable", said, again=failed.reason != "tls")

    def _no(self, answer: Answer, path: str) -> _Failure:
        """What an answer other than 200 means."""
        status = answer.status
        if status in (401, 403):
            hint = (
                phrase("Look at the key, and whether it may use this model.")
                if self.key
                else phrase("No key was given; it needs one.")
            )
            return self._failure("refused", phrase("{host} refuses the key.", host=self.host), hint, again=False)
        if status == 404:
            said = phrase("{host} knows no {path} with the model {model}.", host=self.host, path=path, model=self.model)
            return self._failure("refused", said, phrase("Look at the address and the name of the model."), again=False)
        if status in TRY_AGAIN:
            return self._later(answer)
        said = phrase(
            "{host} answered {status}: {said}.", host=self.host, status=status, said=self._said(_object(answer.body))
        )
        return self._failure("refused", said, again=False)

    def _later(self, answer: Answer) -> _Failure:
        reason = "rate" if answer.status == 429 else "unreachable"
        wait = retry_after(answer.headers.get("retry-after", ""), self.now())
        if wait is not None and wait > MOST_WAIT_SECONDS:
            said = phrase("{host} asks to be left alone for {seconds} seconds.", host=self.host, seconds=round(wait))
            failure = self._failure(reason, said, phrase("Try again then."), again=False)
            failure.failed.wait = wait
            return failure
        said = phrase("{host} answers {status}, however often it is asked.", host=self.host, status=answer.status)
        return _Failure(EndpointFailed(reason, said, hint="Try again later."), True, wait)

    def _failure(self, reason: str, said: str, hint: str = "", *, again: bool = True) -> _Failure:
        return _Failure(EndpointFailed(reason, said, hint=hint), again)

    def _said(self, body: Mapping[str, Any]) -> str:
        """What the server says is wrong, short; a key it repeats is taken out."""
        error = body.get("error")
        text = str(error.get("message") or error.get("code") or "") if isinstance(error, dict) else str(error or "")
        text = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
        return (text.replace(self.key, "…") if self.key else text)[:200].rstrip(".") or "it said nothing more"


def endpoint_of(named: str, key: str = "", **more: Any) -> Endpoint:
    """The endpoint of `URL#MODEL`, such as `https://api.example.org/v1#some-model`."""
    url, _, model = named.strip().partition("#")
    return Endpoint(url, model.strip(), key, **more)


def retry_after(given: str, now: datetime) -> float | None:
    """Seconds to wait by a Retry-After header: seconds or a date (RFC 9110, 10.2.3); None where it says neither."""
    given = given.strip()
    try:
        seconds = float(given)
        return seconds if 0 <= seconds < float("inf") else None
    except ValueError:
        pass
    try:
        at = parsedate_to_datetime(given)
    except (ValueError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - now).total_seconds())


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
