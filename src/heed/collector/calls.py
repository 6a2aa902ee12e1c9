"""`POST /api/v1/events` at the front: a call with a valid token and a small body is written in the common transaction.

All else about that address is the workers', who answer the same.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import DatabaseError, IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import translation

from heed.collector.actions import take_events
from heed.collector.passing import Passing
from heed.collector.replies import JSON, Receive, Reply, Send, answer, body_of, header, languages
from heed.collector.replies import Scope as Request
from heed.collector.threads import Threads
from heed.collector.writing import Writer, busy
from heed.core.access.actions.tokens import token_scope
from heed.core.access.rules import Scope
from heed.core.errors.rules import HeedError, Refused

SMALL_BYTES = 262_144
WAIT_SECONDS = 20.0
# Turns a refusal into the status, type and body that the API answers with.
Problem = Callable[[HeedError], tuple[int, str, bytes]]


@dataclass(frozen=True)
class Call:
    """A call as it came in, and what its sender may do."""

    scope: Scope
    body: bytes
    content_type: str
    key: str


def keep_calls(calls: Sequence[Call]) -> list[Any]:
    """Keep each call or none of it; the refusal of one is its outcome and does not touch the others."""
    outcomes: list[Any] = []
    for call in calls:
        try:
            with transaction.atomic():
                outcomes.append(take_events(call.scope, call.body, call.content_type, call.key))
        except (OperationalError, InterfaceError):
            raise
        except (HeedError, DatabaseError) as error:
            outcomes.append(error)
    return outcomes


class Calls:
    """The door for what other systems tell."""

    def __init__(self, threads: Threads, writer: Writer, problem: Problem, passing: Passing) -> None:
        self.threads, self.writer, self.problem, self.passing = threads, writer, problem, passing

    async def __call__(self, scope: Request, receive: Receive, send: Send) -> None:
        told = await self._scope(scope)
        if told is None:
            await self.passing(scope, receive, send)
            return
        body = await body_of(receive, SMALL_BYTES)
        call = Call(told, body, header(scope, b"content-type"), header(scope, b"idempotency-key"))
        try:
            status, said = await self.writer.kept(keep_calls, call, WAIT_SECONDS)
        except HeedError as error:
            await self._refuse(scope, send, error)
        except IntegrityError:
            raced = Refused("The same fact came in at the same moment.", code="raced", hint="Send the call again.")
            await self._refuse(scope, send, raced)
        except (DatabaseError, InterfaceError, TimeoutError):
            await self._refuse(scope, send, busy())
        else:
            await answer(scope, send, Reply(status, json.dumps(said).encode(), JSON))

    async def _scope(self, scope: Request) -> Scope | None:
        """What the sender may do; None when the workers are to answer: another method, a large body, no valid token."""
        scheme, _, secret = header(scope, b"authorization").partition(" ")
        length = header(scope, b"content-length")
        is_small = length.isdigit() and int(length) <= SMALL_BYTES
        if scope["method"] != "POST" or scheme.lower() != "bearer" or not is_small:
            return None
        try:
            found = await self.threads.run(token_scope, secret.strip())
        except (DatabaseError, InterfaceError):
            return None
        return found[1] if found else None

    async def _refuse(self, scope: Request, send: Send, error: HeedError) -> None:
        known = [code for code, _name in settings.LANGUAGES]
        with translation.override(next(iter(languages(scope, known)), settings.LANGUAGE_CODE)):
            status, content_type, body = self.problem(error)
        headers = {"retry-after": "2"} if status == 503 else {}
        await answer(scope, send, Reply(status, body, content_type, headers))
