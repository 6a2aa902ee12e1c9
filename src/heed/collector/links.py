"""Links that many use, `/o/<link>`, and the script of a widget: served and kept by the front, as the answers of invitations are.

A first step begins a questionnaire in the common transaction, counted against the link's limit there; the next ones are kept
like any posted step. No session, no cookie; the address is never written down.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import parse_qs

from heed.collector.answers import (
    BUSY,
    FORM,
    MOST_BYTES,
    MOST_FIELDS,
    PRIVATE,
    READ_SECONDS,
    REMEMBERED,
    STATUS,
    TOKEN,
    WAIT_SECONDS,
    last_of,
    onward,
)
from heed.collector.apology import sorry
from heed.collector.replies import Receive, Reply, Scope, Send, TooMuch, answer, body_of, header
from heed.collector.threads import Threads
from heed.collector.writing import Writer
from heed.feedback.surveys.actions.answers import take
from heed.feedback.surveys.actions.linking import Beginning, Crowded, begin_all
from heed.feedback.surveys.queries.links import (
    Found,
    asked_at,
    crowded_or_busy,
    language_at,
    link_html,
    link_policy,
    widget_of,
)
from heed.feedback.surveys.queries.surveys import asked
from heed.feedback.surveys.rules.answering import UNKNOWN, Asked, Submission, Taken, submission_of
from heed.feedback.surveys.rules.links import link_path
from heed.feedback.surveys.rules.showing import AnswerPage, page_of

LINK, WIDGET = "/o/", "/w/"
SCRIPT = "text/javascript; charset=utf-8"
# Whoever frames it may: the policy of each link says who.
OPEN = {**PRIVATE, "x-frame-options": "", "cross-origin-opener-policy": ""}
SHARED = {
    "cache-control": "public, max-age=300",
    "cross-origin-resource-policy": "cross-origin",
    "content-security-policy": "",
    "x-frame-options": "",
}
R = TypeVar("R")
log = logging.getLogger("heed.collector")


class Links:
    """The door for whoever has the address of a link."""

    def __init__(self, threads: Threads, writer: Writer) -> None:
        self.threads, self.writer = threads, writer
        self.seen: OrderedDict[str, object] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path.startswith(WIDGET):
            await answer(scope, send, await self._widget(scope, path.removeprefix(WIDGET)))
            return
        link, _, token = path.removeprefix(LINK).rstrip("/").partition("/")
        if scope["method"] not in ("GET", "HEAD", "POST"):
            reply = Reply(405, headers={"allow": "GET, HEAD, POST"})
        elif not TOKEN.fullmatch(link) or (token and not TOKEN.fullmatch(token)):
            reply = _drawn(Found(UNKNOWN), page_of(UNKNOWN, {}, _language(scope, Found(UNKNOWN)), 0), link, token)
        else:
            reply = await self._answered(link, token, scope, receive)
        await answer(scope, send, replace(reply, headers={**OPEN, **reply.headers}))

    async def _answered(self, link: str, token: str, scope: Scope, receive: Receive) -> Reply:
        try:
            found = await self._read(asked_at, link, lambda known: known.asked.plan is not None)
        except BUSY as error:
            log.warning("the store could not be read: %s", type(error).__name__)
            found = Found(UNKNOWN)
            if scope["method"] != "POST":
                page = page_of(UNKNOWN, {}, _language(scope, found), 0, state="again")
                return _drawn(found, page, link, token)
        if scope["method"] != "POST":
            return await self._shown(found, link, token, scope)
        if header(scope, b"content-type").partition(";")[0].strip().lower() != FORM:
            return sorry(scope, 415)
        try:
            body = await body_of(receive, MOST_BYTES)
            text = body.decode("utf-8", "replace")
            form = parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="replace")
        except (TooMuch, ValueError):
            return sorry(scope, 413)
        submission = submission_of(token, form, datetime.now(UTC))
        try:
            if token:
                return await self._went_on(found, link, token, submission)
            return await self._began(found, link, submission, scope)
        except BUSY as error:
            if not isinstance(error, Crowded):
                log.warning("an answer at a link could not be kept: %s", type(error).__name__)
            return _again(found, link, token, submission, scope, is_crowded=isinstance(error, Crowded))

    async def _shown(self, found: Found, link: str, token: str, scope: Scope) -> Reply:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        if not token:
            return _drawn(found, page_of(found.asked, {}, _language(scope, found), 0), link, token)
        try:
            mine = await self._read(asked, token, lambda known: known.plan is not None)
        except BUSY:
            return _drawn(found, page_of(UNKNOWN, {}, _language(scope, found), 0, state="again"), link, token)
        step = last_of(query, "step")
        place = int(step) if step.isascii() and step.isdigit() and len(step) < 3 else 0
        state = "thanks" if mine.state == "answered" and "thanks" in query else mine.state
        page = page_of(mine, mine.given, last_of(query, "language") or mine.language, place, state=state)
        return _drawn(found, page, link, token)

    async def _began(self, found: Found, link: str, submission: Submission, scope: Scope) -> Reply:
        if found.asked.state == "open" and submission.move.startswith("language:"):
            page = page_of(found.asked, submission.given, submission.move.partition(":")[2], 0)
            return _drawn(found, page, link, "", submission)
        begun: tuple[str, Taken] = await self.writer.kept(begin_all, Beginning(link, submission), WAIT_SECONDS)
        token, taken = begun
        if taken.state == "invalid":
            page = page_of(found.asked, submission.given, submission.language, taken.step, errors=taken.errors)
            return _drawn(found, page, link, "", submission, 422)
        if not token:
            page = page_of(replace(found.asked, state=taken.state), {}, _language(scope, found), 0)
            return _drawn(found, page, link, "")
        return onward(f"{link_path(link)}/{token}", submission, taken)

    async def _went_on(self, found: Found, link: str, token: str, submission: Submission) -> Reply:
        taken: Taken = await self.writer.kept(take, submission, WAIT_SECONDS)
        if taken.state != "invalid":
            return onward(f"{link_path(link)}/{token}", submission, taken)
        mine: Asked = await self._read(asked, token, lambda known: known.plan is not None)
        given = {**mine.given, **submission.given}
        page = page_of(mine, given, submission.language, taken.step, errors=taken.errors)
        return _drawn(found, page, link, token, submission, 422)

    async def _read(self, read: Callable[[str], R], token: str, is_kept: Callable[[R], bool]) -> R:
        """What an address leads to. What was seen before is remembered, without answers, for when the store does not answer."""
        try:
            found = await asyncio.wait_for(self.threads.run(read, token), READ_SECONDS)
        except BUSY:
            if token not in self.seen:
                raise
            return self.seen[token]  # type: ignore[return-value]
        if is_kept(found):
            self.seen[token] = replace(found, given={}) if isinstance(found, Asked) else found
            self.seen.move_to_end(token)
            while len(self.seen) > REMEMBERED:
                self.seen.popitem(last=False)
        return found

    async def _widget(self, scope: Scope, path: str) -> Reply:
        link = path.removesuffix(".js")
        if scope["method"] not in ("GET", "HEAD"):
            return Reply(405, headers={"allow": "GET, HEAD"})
        if link == path or not TOKEN.fullmatch(link):
            return Reply(404, b"/* There is no such survey. */", SCRIPT, SHARED)
        try:
            status, body = await asyncio.wait_for(self.threads.run(widget_of, link), READ_SECONDS)
        except BUSY:
            # Kept by no one: the site shows its page without a button, and asks again with the next one.
            return Reply(503, b"/* Try again in a moment. */", SCRIPT, {**SHARED, "cache-control": "no-store"})
        return Reply(status, body.encode(), SCRIPT, SHARED)


def _again(found: Found, link: str, token: str, submission: Submission, scope: Scope, *, is_crowded: bool) -> Reply:
    language = submission.language or _language(scope, found)
    page = crowded_or_busy(found, submission, language, is_door=not token, is_crowded=is_crowded)
    reply = _drawn(found, page, link, token, submission, 429 if is_crowded else 503)
    return replace(reply, headers={**reply.headers, "retry-after": "60" if is_crowded else "5"})


def _drawn(
    found: Found, page: AnswerPage, link: str, token: str, submission: Submission | None = None, status: int = 0
) -> Reply:
    home = link_path(link)
    html = link_html(found, page, f"{home}/{token}" if token else home, home, submission)
    headers = {"content-language": page.language, "content-security-policy": link_policy(found, page)}
    if page.state == "again":
        headers["retry-after"] = "5"
    return Reply(status or STATUS[page.state], html.encode("utf-8", "replace"), headers=headers)


def _language(scope: Scope, found: Found) -> str:
    query = parse_qs(scope["query_string"].decode("latin-1"))
    return language_at(found, last_of(query, "language"), header(scope, b"accept-language"))
