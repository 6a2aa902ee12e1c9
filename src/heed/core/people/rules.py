"""The tree of units, and where people's personal data lies. Pure."""

import re
import unicodedata
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from heed.core.consent.rules import personal

personal("core.Person", "name", "name", "to show who did a thing and whose work it is")
personal("core.Person", "email", "contact", "to sign in and to be written to")
personal("core.Person", "password", "secret", "to sign in")
personal("core.Person", "key", "key", "to name a person without their name")
personal("core.Person", "language", "key", "to show pages in the person's language")
personal("core.Person", "time_zone", "key", "to show times where the person is")
personal("core.Notification", "params", "words", "to tell a person what happened")

KINDS = ("organisation", "region", "department", "team")

# What people can be told, by kind: the sentence in English, with places such as %(number)s. It is translated when read.
NOTICES: dict[str, str] = {}


def notice(kind: str, sentence: str) -> None:
    """Register what a kind of notification says. Saying it twice in the same words changes nothing."""
    if NOTICES.get(kind, sentence) != sentence:
        raise TypeError(f"the notice {kind} is registered twice")
    NOTICES[kind] = sentence


def told(sentence: str, params: Mapping[str, object]) -> str:
    """The sentence with its values; a value that is missing leaves its place empty, so that old rows stay readable."""
    try:
        return sentence % _Values(params)
    except (ValueError, TypeError):
        return sentence


class _Values(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "…"


class Asker(Protocol):
    """Who asks for a change, as far as this package looks at them: a `heed.core.access.rules.Scope`."""

    @property
    def person(self) -> str: ...
    def may(self, permission: str) -> bool: ...
    def demand(self, permission: str) -> None: ...
    def demand_in(self, permission: str, unit: str) -> None: ...
    def demand_everywhere(self, permission: str) -> None: ...


@dataclass(frozen=True)
class Node:
    """A unit as the rules see it."""

    key: str
    kind: str
    parent: str | None


def below(root: str, nodes: Mapping[str, Node]) -> set[str]:
    """A unit and every unit below it."""
    children: dict[str, list[str]] = {}
    for node in nodes.values():
        if node.parent:
            children.setdefault(node.parent, []).append(node.key)
    found: set[str] = set()
    queue = [root]
    while queue:
        key = queue.pop()
        if key not in found:
            found.add(key)
            queue.extend(children.get(key, ()))
    return found


def would_loop(unit: str, parent: str | None, nodes: Mapping[str, Node]) -> bool:
    """Whether hanging `unit` below `parent` would make a ring."""
    return parent is not None and parent in below(unit, nodes)


def in_order(nodes: Iterable[tuple[str, str, str | None]]) -> list[tuple[str, int]]:
    """(key, depth) of a tree as it is read: each unit followed by those below it, by name.

    Takes (key, name, parent key); a unit whose parent is not among them stands at depth 0.
    """
    rows = list(nodes)
    known = {key for key, _, _ in rows}
    children: dict[str | None, list[tuple[str, str]]] = {}
    for key, name, parent in rows:
        children.setdefault(parent if parent in known else None, []).append((name.casefold(), key))
    ordered: list[tuple[str, int]] = []
    stack = [(key, 0) for _, key in sorted(children.get(None, ()), reverse=True)]
    while stack:
        key, depth = stack.pop()
        ordered.append((key, depth))
        stack.extend((child, depth + 1) for _, child in sorted(children.get(key, ()), reverse=True))
    return ordered


def unit_key(name: str, taken: Container[str]) -> str:
    """A key for a unit of this name that is not taken: letters, figures and hyphens, at most 60."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:50] or "unit"
    key, number = base, 2
    while key in taken:
        key, number = f"{base}-{number}", number + 1
    return key


def address(typed: str) -> str:
    """An e-mail address as it is kept: trimmed, in lower case."""
    return typed.strip().lower()
