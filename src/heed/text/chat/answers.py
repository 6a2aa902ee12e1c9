"""What a chat said, as items by id: out of fences, out of talk, out of an answer that ends in the middle."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

MOST_LETTERS = 1 << 20
MOST_STARTS = 5_000  # braces an item is looked for at
THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL | re.IGNORECASE)

Items = dict[int, dict[str, Any] | None]


def words_of(body: Mapping[str, Any]) -> str:
    """What the chat said, as one text; empty where the answer has another shape or nothing was said."""
    try:
        content = body["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError):
        return ""
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        content = "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def tokens_of(body: Mapping[str, Any]) -> tuple[int, int] | None:
    """Tokens that were sent and that came back, as the server counts them; None where it does not say."""
    usage = body.get("usage")
    if not isinstance(usage, dict):
        return None
    counts = [usage.get(name) for name in ("prompt_tokens", "completion_tokens")]
    if any(not isinstance(many, int) or isinstance(many, bool) or many < 0 for many in counts):
        return None
    return int(counts[0] or 0), int(counts[1] or 0)


def items_of(words: str) -> Items:
    """The items of an answer by id. An id that stands there twice with different things is None."""
    found: Items = {}
    for item in _items(THOUGHT.sub(" ", words[:MOST_LETTERS])):
        number = _id(item.get("id"))
        if number is None:
            continue
        found[number] = item if number not in found or found[number] == item else None
    return found


def _id(given: Any) -> int | None:
    if isinstance(given, bool):
        return None
    if isinstance(given, int):
        return given
    return int(given) if isinstance(given, str) and given.isdecimal() and len(given) < 9 else None


def _items(words: str) -> Iterator[dict[str, Any]]:
    """Every object with an id. One that is broken is looked into: the whole ones inside it are still found."""
    decoder = json.JSONDecoder()
    at = words.find("{")
    for _ in range(MOST_STARTS):
        if at < 0:
            return
        try:
            value, end = decoder.raw_decode(words, at)
        except (ValueError, RecursionError):
            at = words.find("{", at + 1)
            continue
        yield from _within(value)
        at = words.find("{", end)


def _within(value: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "id" in value:
        yield value
        return
    for inner in value.values():
        for each in inner if isinstance(inner, list) else ():
            if isinstance(each, dict):
                yield each
