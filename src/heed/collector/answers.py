"""The answer page, `/a/<token>`: drawn from the invitation, and every posted step durable before the customer reads on.

A step that cannot be kept just now is drawn again with all that was typed. The address is a secret: it is never written down,
never cached, and not told to other sites.
"""

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode

from django.db import DatabaseError, InterfaceError

from heed.collector.apology import sorry
from heed.collector.replies import POLICY, Receive, Reply, Scope, Send, TooMuch, answer, body_of, header
from heed.collector.threads import Threads
from heed.collector.writing import Writer
from heed.core.errors.rules import Unavailable
from heed.feedback.surveys.actions.answers import take
from heed.feedback.surveys.queries.surveys import answer_html, click_html
from heed.feedback.surveys.queries.surveys import asked as asked_by
from heed.feedback.surveys.rules.answering import (
    FIELD,
    KEEP,
    UNKNOWN,
    Asked,
    Submission,
    Taken,
    given_of,
    reached,
    submission_of,
)
from heed.feedback.surveys.rules.branding import policy_with
from heed.feedback.surveys.rules.links import answer_path
from heed.feedback.surveys.rules.oneclick import is_click
from heed.feedback.surveys.rules.showing import AnswerPage, page_of

MOST_BYTES, MOST_FIELDS = 1 << 20, 2_000
WAIT_SECONDS, READ_SECONDS = 10.0, 10.0
REMEMBERED = 2_000
TOKEN = re.compile(r"[A-Za-z0-9_-]{8,128}")
FORM = "application/x-www-form-urlencoded"
STATUS = {"open": 200, "thanks": 200, "saved": 200, "answered": 200, "expired": 410, "unknown": 404, "again": 503}
PRIVATE = {"referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow"}
BUSY = (DatabaseError, InterfaceError, Unavailable, TimeoutError)
Form = Mapping[str, list[str]]
log = logging.getLogger("heed.collector")


class Answers:
    """The door for customers."""

    def __init__(self, threads: Threads, writer: Writer) -> None:
        self.threads, self.writer = threads, writer
        self.seen: OrderedDict[str, Asked] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = scope["path"].removeprefix("/a/").rstrip("/")
        if scope["method"] not in ("GET", "HEAD", "POST"):
            reply = Reply(405, headers={"allow": "GET, HEAD, POST"})
        elif not TOKEN.fullmatch(token):
            reply = _drawn(token, page_of(UNKNOWN, {}, _language(scope), 0))
        elif scope["method"] == "POST":
            reply = await self._posted(token, scope, receive)
        else:
            reply = await self._shown(token, parse_qs(scope["query_string"].decode("latin-1")))
        await answer(scope, send, replace(reply, headers={**PRIVATE, **reply.headers}))

    async def _asked(self, token: str) -> Asked:
        """What the link leads to. What was seen before is remembered, without answers, for when the store does not answer."""
        try:
            found = await asyncio.wait_for(self.threads.run(asked_by, token), READ_SECONDS)
        except BUSY:
            if token not in self.seen:
                raise
            return self.seen[token]
        if found.plan is not None:
            self.seen[token] = replace(found, given={})
            self.seen.move_to_end(token)
            while len(self.seen) > REMEMBERED:
                self.seen.popitem(last=False)
        return found

    async def _shown(self, token: str, query: Form) -> Reply:
        language = last_of(query, "language")
        try:
            asked = await self._asked(token)
        except BUSY as error:
            log.warning("the store could not be read: %s", type(error).__name__)
            return _drawn(token, page_of(UNKNOWN, {}, language, 0, state="again"))
        given = {**asked.given, **given_of(query)} if asked.state == "open" else {}
        step = int(last) if (last := last_of(query, "step")).isdecimal() and len(last) < 3 else asked.resume
        state = reached(asked.state, query)
        page = page_of(asked, given, language, step, state=state)
        if is_click(asked, query):
            return _drawn(token, page, html=click_html(token, page))
        return _drawn(token, page, kept="kept" in query)

    async def _posted(self, token: str, scope: Scope, receive: Receive) -> Reply:
        if header(scope, b"content-type").partition(";")[0].strip().lower() != FORM:
            return sorry(scope, 415)
        try:
            body = await body_of(receive, MOST_BYTES)
            form = parse_qs(
                body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace"
            )
        except (TooMuch, ValueError):
            return sorry(scope, 413)
        submission = submission_of(token, form, datetime.now(UTC))
        try:
            taken: Taken = await self.writer.kept(take, submission, WAIT_SECONDS)
        except BUSY as error:
            log.warning("an answer could not be kept: %s", type(error).__name__)
            return await self._again(submission, form)
        if taken.state == "invalid":
            return await self._wrong(submission, taken)
        return onward(answer_path(submission.token), submission, taken)

    async def _wrong(self, submission: Submission, taken: Taken) -> Reply:
        try:
            asked = await self._asked(submission.token)
        except BUSY:
            return await self._again(submission, {})
        given = {**asked.given, **submission.given}
        page = page_of(asked, given, submission.language, taken.step, errors=taken.errors, state="open")
        return _drawn(submission.token, page, 422, submission)

    async def _again(self, submission: Submission, form: Form) -> Reply:
        """The same form with all that was typed; as hidden fields where even the questions cannot be read."""
        try:
            asked = await self._asked(submission.token)
        except BUSY:
            asked = UNKNOWN
        if asked.plan is None or asked.state != "open":
            typed = tuple((name, value) for name, values in form.items() if name.startswith(FIELD) for value in values)
            page = page_of(UNKNOWN, {}, submission.language, submission.step, state="again", hidden=typed)
        else:
            page = page_of(asked, submission.given, submission.language, submission.step, state="open")
            page = replace(page, state="again")
        return _drawn(submission.token, page, 503, submission)


def _drawn(
    token: str,
    page: AnswerPage,
    status: int = 0,
    submission: Submission | None = None,
    *,
    html: str = "",
    kept: bool = False,
) -> Reply:
    headers = {"content-language": page.language}
    if page.state == "again":
        headers["retry-after"] = "5"
    if page.style:
        headers["content-security-policy"] = policy_with(POLICY, page.style)
    html = html or answer_html(token, page, submission, kept=kept)
    return Reply(status or STATUS[page.state], html.encode("utf-8", "replace"), headers=headers)


def onward(address: str, submission: Submission, taken: Taken) -> Reply:
    """Where to read on after something was kept: another address, so that going back or reloading sends nothing twice."""
    moved = submission.move.removeprefix("language:")
    language = moved if submission.move.startswith("language:") else submission.language
    query = {"language": language} if language else {}
    if taken.state == "partial":
        query["step"] = str(taken.step)
        if submission.move == KEEP:
            query["kept"] = "1"
    elif taken.state == "saved":
        query["saved"] = "1"
    elif taken.state == "kept":
        query["thanks"] = "1"
    query_string = f"?{urlencode(query)}" if query else ""
    return Reply(303, headers={"location": f"{address}{query_string}"})


def last_of(form: Form, name: str) -> str:
    return (form.get(name) or [""])[-1][:60]


def _language(scope: Scope) -> str:
    return header(scope, b"accept-language").partition(",")[0].partition(";")[0].strip()[:20]
