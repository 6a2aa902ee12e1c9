"""The columns of contacts while a slice of time is made."""

from dataclasses import dataclass, fields

import numpy as np

from heed.sample.clock import Flags, Floats, Ints


@dataclass
class Contacts:
    """Columns of equal length. `chain` is the row of the first contact of the story.

    `mood` and `helped` are truths that facts do not hold.
    """

    at: Ints
    region: Ints
    channel: Ints
    customer: Ints
    topic: Ints
    team: Ints
    hard: Flags
    turn: Ints
    chain: Ints
    day: Ints
    agent: Ints
    wait: Floats
    abandoned: Flags
    answered: Flags
    contained: Flags
    handle: Floats
    reply: Floats
    transfers: Ints
    helped: Flags
    resolved: Flags
    pilot: Ints
    treated: Flags
    mood: Floats

    def __len__(self) -> int:
        return len(self.at)

    def take(self, rows: np.ndarray) -> "Contacts":
        return Contacts(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def joined(parts: list[Contacts]) -> Contacts:
    return Contacts(
        **{field.name: np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(Contacts)}
    )


def blank(
    at: Ints, region: Ints, channel: Ints, customer: Ints, topic: Ints, team: Ints, hard: Flags, turn: Ints, day: Ints
) -> Contacts:
    """Contacts before they are served."""
    many = len(at)
    none, no, nothing = np.zeros(many, dtype=np.int64), np.zeros(many, dtype=bool), np.zeros(many)
    return Contacts(
        at=at, region=region, channel=channel, customer=customer, topic=topic, team=team, hard=hard, turn=turn,
        chain=none, day=day, agent=none - 1, wait=nothing, abandoned=no, answered=no, contained=no, handle=nothing,
        reply=nothing, transfers=none, helped=no, resolved=no, pilot=none - 1, treated=no, mood=nothing,
    )  # fmt: skip
