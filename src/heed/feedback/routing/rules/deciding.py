"""Who gets a piece of feedback, by a routing. Pure: the same function runs live and in a dry run."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from heed.core.conditions.rules import Condition, compile_condition
from heed.feedback.routing.definition import CATCH_ALL, FIELDS, JOINS, Receiver, Rest, Route, Routing

NONE = "none"
LONGEST_JOIN = 200


@dataclass(frozen=True)
class Sent:
    """Where one piece of feedback goes: by which route, to whom, and with what it is alike (`join`: "theme=billing")."""

    route: str
    to: Receiver
    join: str
    acknowledge_hours: float
    accept_hours: float


@lru_cache(maxsize=64)
def _compiled(body: Routing) -> tuple[Condition | None, tuple[Condition | None, ...]]:
    def made(source: str) -> Condition | None:
        return compile_condition(source, FIELDS) if source.strip() else None

    return made(body.when), tuple(made(route.when) for route in body.routes)


def context_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """What conditions look at, from what was told of a verbatim; what is unknown is null, `theme` the main theme."""
    themes = tuple(told.get("themes") or ())
    known = {name: (None if told.get(name) in ("", None) else told[name]) for name in FIELDS if name != "theme"}
    return {**known, "theme": themes[0] if themes else None}


def decide(body: Routing, told: Mapping[str, Any]) -> list[Sent]:
    """Where it goes: nowhere when the routing does not look at it, else one receiver or, in mode `all`, several.

    What no route takes goes to the catch-all. A condition whose fields are unknown does not hold.
    """
    wanted, conditions = _compiled(body)
    context, themes = context_of(told), tuple(told.get("themes") or ())
    if wanted is not None and not wanted.evaluate(context):
        return []
    found: list[Sent] = []
    for route, condition in zip(body.routes, conditions, strict=True):
        theme = next((each for each in themes if each in route.themes), "")
        if route.themes and not theme:
            continue
        if condition is not None and not condition.evaluate(context):
            continue
        found.append(_sent(route.key, route, {**told, "theme": theme or context["theme"]}))
        if body.mode == "first":
            break
    return found or [_sent(CATCH_ALL, body.catch_all, {**told, "theme": context["theme"]})]


def _sent(key: str, by: Route | Rest, told: Mapping[str, Any]) -> Sent:
    return Sent(key, by.to, joined_by(by.join, told), by.acknowledge_hours, by.accept_hours)


def joined_by(join: JOINS, told: Mapping[str, Any]) -> str:
    """What feedback is alike in: the theme, the product …; its own id where each is alone."""
    if join == NONE:
        return f"verbatim={told['verbatim_id']}"[:LONGEST_JOIN]
    return f"{join}={told.get(join) or ''}"[:LONGEST_JOIN]


def is_worth_telling(count: int) -> bool:
    """Whether a receiver is told again that an item grew: at 1, 2, 5, 10, 20, 50, 100 … pieces of feedback."""
    while count >= 10 and count % 10 == 0:
        count //= 10
    return count in (1, 2, 5)
