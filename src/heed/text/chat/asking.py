"""Texts put to a chat endpoint in batches; what comes back is checked, and what is wrong with it is asked once more.

Only masked texts can be asked about: the type says so. What was answered is kept at once, so that nothing is paid twice.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from heed.text.chat.answers import Items, items_of, tokens_of, words_of
from heed.text.chat.kept import Kept, Told
from heed.text.chat.spending import TOKENS_A_MESSAGE, TOKENS_AN_ANSWER, Purse, Request, tokens_like
from heed.text.chat.tasks import Task
from heed.text.endpoint import Endpoint, EndpointFailed
from heed.text.masking.mask import Masked

PATH = "/chat/completions"
AT_ONCE = 20  # texts in a request
LINES = 4  # requests at a time
MOST_LETTERS = 8_000  # of one text; the rest is not sent
GIVES_UP = 3  # requests that fail one after another before no more is asked
MISSING, WRONG, PARTLY = "missing", "wrong", "partly"
NO_SUCH_SETTING = (400, 422)
NO_USE = (401, 403, 404)


@dataclass(frozen=True)
class Batch:
    """What came of one batch: one Told a text, the requests it took, and why the line failed if it did."""

    told: list[Told]
    requests: list[Request]
    failed: EndpointFailed | None = None


@dataclass
class Asker:
    """Asks one endpoint one thing of many texts. `kept` remembers answers; `purse` says when to stop."""

    endpoint: Endpoint
    task: Task
    kept: Kept | None = None
    purse: Purse = field(default_factory=Purse)
    at_once: int = AT_ONCE
    lines: int = LINES
    is_plain: bool = False
    has_answered: bool = False

    @property
    def key(self) -> str:
        """What answers are kept under: who was asked, and what."""
        asked = "\x1f".join((self.endpoint.url, self.endpoint.model, self.task.instructions))
        return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()

    def left(self, masked: Sequence[Masked]) -> list[str]:
        """The texts that would be sent: each once, and none that was answered before."""
        texts = list(dict.fromkeys(each.text[:MOST_LETTERS] for each in masked))
        known = self.kept.read(self.key, texts) if self.kept else {}
        return [text for text in texts if text not in known]

    def tokens(self, texts: Sequence[str]) -> tuple[int, int]:
        """About how many tokens asking for texts takes, there and back."""
        rounds = -(-len(texts) // self.at_once)
        there = sum(tokens_like(text) + TOKENS_A_MESSAGE for text in texts)
        return there + rounds * tokens_like(self.task.instructions), len(texts) * TOKENS_AN_ANSWER

    def recalled(self, masked: Sequence[Masked]) -> list[Told]:
        """What was answered before, without asking: one Told a text, `missing` where nothing was."""
        texts = [each.text[:MOST_LETTERS] for each in masked]
        known = self.kept.read(self.key, texts) if self.kept else {}
        return [known.get(text, Told(None, MISSING)) for text in texts]

    def tell(self, masked: Sequence[Masked], advance: Callable[[float], None] = lambda _: None) -> list[Told]:
        """One Told a text, in order. Raises EndpointFailed where going on is no use, Refused at the limit of spending;
        what was answered until then is kept.
        """
        texts = [each.text[:MOST_LETTERS] for each in masked]
        known = self.kept.read(self.key, texts) if self.kept else {}
        new = [text for text in dict.fromkeys(texts) if text not in known]
        advance(len(texts) - len(new))
        in_a_row = 0
        for group, batch in self._asked(new):
            self.purse.pay(batch.requests)
            answers = list(zip(group, batch.told, strict=True))
            known |= dict(answers)
            if self.kept:
                # What only the line prevented is asked again next time.
                lasting = [(text, told) for text, told in answers if told.fault in ("", MISSING, WRONG, PARTLY)]
                self.kept.write(self.key, lasting, batch.requests)
            advance(len(group))
            in_a_row = in_a_row + 1 if batch.failed else 0
            if batch.failed and (in_a_row >= GIVES_UP or batch.failed.answered in NO_USE or batch.failed.wait):
                raise batch.failed
            self.has_answered = self.has_answered or not batch.failed
        return [known[text] for text in texts]

    def _asked(self, texts: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Batch]]:
        """Batches in order, some at a time; the first goes alone, so that a wrong key is told once."""
        batches = [tuple(texts[at : at + self.at_once]) for at in range(0, len(texts), self.at_once)]
        with ThreadPoolExecutor(max_workers=self.lines) as pool:
            at = 0
            while at < len(batches):
                part = batches[at : at + (self.lines if at else 1)]
                self.purse.demand(*self.tokens([text for group in part for text in group]))
                yield from zip(part, pool.map(self._batch, part), strict=True)
                at += len(part)

    def _batch(self, texts: Sequence[str]) -> Batch:
        """Ask for a batch, and once more for what is missing or wrong in the answer."""
        told: list[Told] = [Told(None, MISSING)] * len(texts)
        said: list[str] = [""] * len(texts)
        requests: list[Request] = []
        places = list(range(len(texts)))
        for turn in (1, 2):
            # An answer of which nothing could be read was too long perhaps: half of it is asked at a time.
            halves = 2 if turn == 2 and len(places) == len(texts) > 1 else 1
            for part in _parts(places, halves):
                try:
                    items = self._without_one([(place, texts[place], said[place]) for place in part], turn, requests)
                except EndpointFailed as failed:
                    return Batch(_with_fault(told, failed.reason), requests, failed)
                for place in part:
                    told[place], said[place] = self._told(items.get(place + 1), texts[place], told[place])
            places = [place for place in places if said[place]]
            if not places:
                break
        return Batch(told, requests)

    def _told(self, item: dict[str, Any] | None, text: str, before: Told) -> tuple[Told, str]:
        """What an item says of a text, and what to tell the chat where it is not whole."""
        if item is None:
            return before, "it was missing, or there twice"
        value, fault = self.task.checked(item, text)
        if value is None:
            return (before if before.value is not None else Told(None, WRONG)), fault
        return Told(value, PARTLY if fault else ""), fault

    def _without_one(self, asked: Sequence[tuple[int, str, str]], turn: int, requests: list[Request]) -> Items:
        """The items of a request. One text that a server will not read must not keep the others from being read: a
        request it refuses, having answered others, is made again in halves.
        """
        try:
            return self._items(asked, turn, requests)
        except EndpointFailed as failed:
            if failed.reason != "refused" or failed.answered in NO_USE or not self.has_answered:
                raise
            if len(asked) == 1:
                return {}
            half = len(asked) // 2
            return {
                **self._without_one(asked[:half], turn, requests),
                **self._without_one(asked[half:], turn, requests),
            }

    def _items(self, asked: Sequence[tuple[int, str, str]], turn: int, requests: list[Request]) -> Items:
        rows = [
            {"id": place + 1, "text": text, **({"wrong": wrong} if wrong and turn > 1 else {})}
            for place, text, wrong in asked
        ]
        given = json.dumps({"texts": rows}, ensure_ascii=False)
        began = time.monotonic()
        try:
            posted = self._post(given)
        except EndpointFailed as failed:
            waited = time.monotonic() - began
            requests.append(Request(len(rows), turn, 0.0, waited, failed.tries, fault=failed.reason))
            raise
        words = words_of(posted.body)
        counted = tokens_of(posted.body)
        there, back = counted or (tokens_like(self.task.instructions) + tokens_like(given), tokens_like(words))
        made = Request(len(rows), turn, posted.seconds, posted.waited, posted.tries, there, back, counted is None)
        requests.append(made)
        return items_of(words)

    def _post(self, given: str) -> Any:
        messages = [
            {"role": "system", "content": self.task.instructions},
            {"role": "user", "content": given},
        ]
        if not self.is_plain:
            try:
                more = {"temperature": 0, "response_format": {"type": "json_object"}}
                return self.endpoint.post(PATH, {"messages": messages, **more})
            except EndpointFailed as failed:
                if failed.answered not in NO_SUCH_SETTING:
                    raise
        # Some servers know neither setting; the words ask for JSON as well.
        posted = self.endpoint.post(PATH, {"messages": messages})
        self.is_plain = True
        return posted


def _parts(places: Sequence[int], many: int) -> list[Sequence[int]]:
    size = -(-len(places) // many)
    return [places[start : start + size] for start in range(0, len(places), size)]


def _with_fault(told: Sequence[Told], fault: str) -> list[Told]:
    return [Told(None, fault) if each.value is None else each for each in told]
