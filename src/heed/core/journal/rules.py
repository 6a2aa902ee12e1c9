"""The hash chain of the journal: each link covers the one before and a salted digest of its payload.

Erasing a payload takes it and its salt away and leaves the digest, so the chain stays whole
and proves nothing about what was erased.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from heed.core.consent.rules import personal

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
GENESIS = "0" * 64
VEILED = "subjects-veiled"
CHANGED = "the entry is not what was written, or one before it was taken out"
personal("core.FollowerPosition", "last_error", "words", "to say why an entry is not carried on; may quote a value")
personal("core.ParkedEntry", "error", "words", "to say why a step was put aside; may quote a value")


@dataclass(frozen=True)
class Entry:
    """One entry as readers get it. `payload` is None once erased."""

    id: int
    at: datetime
    name: str
    actor: str
    subject_kind: str
    subject_id: str
    payload: dict[str, Any] | None


# What a step may stand at beside the name of an event: every entry, and every entry that becomes rows of facts.
EVERY, WITH_ROWS = "*", "*facts"


@dataclass(frozen=True)
class Step:
    """One thing to do about an entry: `on` an event, EVERY or WITH_ROWS; put aside under its key when it cannot be done.

    It is taken in the transaction that moves the follower on. It may be taken again for the same entry, so it knows by a
    unique key on entry or fact what it has done.
    """

    on: str
    key: str
    run: Callable[[Entry, Sequence[tuple[str, dict[str, Any]]]], Any]


@dataclass(frozen=True)
class Link:
    """What the chain covers of an entry."""

    id: int
    at: datetime
    name: str
    actor: str
    subject_kind: str
    subject_id: str
    payload: Mapping[str, Any] | None
    salt: str
    digest: str
    chain: str


@dataclass(frozen=True)
class Lag:
    """How far a follower is behind: entries, seconds the first of them has waited, steps put aside, what holds it up."""

    name: str
    behind: int
    seconds: float
    parked: int = 0
    error: str = ""
    retry_at: datetime | None = None


@dataclass(frozen=True)
class Verdict:
    """What a check of the chain found: entries read, those erased, the head, and the first entry that does not hold."""

    entries: int
    erased: int
    head: str
    broken_at: int | None
    reason: str


def canonical(payload: Mapping[str, Any]) -> str:
    return _CANONICAL.encode(payload)


def payload_digest(payload: Mapping[str, Any], salt: str) -> str:
    return hashlib.sha256(f"{salt}\n{canonical(payload)}".encode()).hexdigest()


def chain_value(before: str, link: Link) -> str:
    """SHA-256 over the chain so far and all that an entry says but its payload, of which only the digest."""
    at = link.at.astimezone(UTC).isoformat(timespec="microseconds")
    parts = (before, str(link.id), at, link.name, link.actor, link.subject_kind, link.subject_id, link.digest)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def veil_value(before: str, link: Link) -> str:
    """What a later entry says of one whose subject was taken away with a person: SHA-256 over all that is left of it, its
    place in the chain included. So the link to what came before is proven by the chain behind.
    """
    return hashlib.sha256(f"veiled\n{chain_value(before, link)}\n{link.chain}".encode()).hexdigest()


def verify(links: Iterable[Link]) -> Verdict:
    """Walk the chain from its first entry. Ids must be 1, 2, 3 … without a gap. An entry whose subject was taken away
    holds when one behind it vouches for what is left (`veil_value`).
    """
    before, entries, erased = GENESIS, 0, 0
    veiled: dict[str, int] = {}
    for link in links:
        entries += 1
        reason = ""
        if link.id != entries:
            reason = f"entry {entries} is missing"
        elif link.payload is None:
            erased += 1
        elif payload_digest(link.payload, link.salt) != link.digest:
            reason = "the payload is not what was written"
        if not reason and chain_value(before, link) != link.chain:
            if link.payload is None:
                veiled[veil_value(before, link)] = link.id
            else:
                reason = CHANGED
        if reason:
            return Verdict(entries, erased, before, link.id, reason)
        for vouched in (link.payload or {}).get("veils", ()) if link.name == VEILED else ():
            veiled.pop(vouched, None)
        before = link.chain
    if veiled:
        return Verdict(entries, erased, before, min(veiled.values()), CHANGED)
    return Verdict(entries, erased, before, None, "")


def told_error(error: BaseException) -> str:
    """What went wrong in one line: its kind and the first line of its words, at most 300 characters."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}".rstrip(": ")[:300]
