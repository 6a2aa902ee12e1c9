"""A planted history for the advisor: four touchpoints of which it is known what foretells that a customer leaves.

- `delivery`: how it went (unseen) decides who leaves within 90 days. The CSAT shows how it went; the NPS shows how high
  somebody always answers and nothing else. So: CSAT.
- `billing`, its null twin: the same contacts, answers and as many who leave, but nobody leaves because of how it went.
  A part of them answer badly after they have left: that foretells nothing. So: nothing foretells.
- `chat`: who was not helped comes back within a week, and who comes back leaves. The CSAT asks about something else.
  So: what they do, and nobody need be asked.
- `branch`: as `delivery`, with a fortieth of the contacts. So: not enough data.

Each customer has one touchpoint. Written before the code that is judged by it.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

START = datetime(2025, 1, 6, tzinfo=UTC)
DAYS, DAY = 420, 86_400
TRUTHS = {"delivery": "csat", "billing": "", "chat": "recontact", "branch": None}
CUSTOMERS = {"delivery": 2_000, "billing": 2_000, "chat": 2_000, "branch": 50}
ANSWERS, LATE_SHARE = 0.5, 0.15
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass
class Rows:
    """Columns of tables of facts, piece by piece."""

    held: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: str, **columns: Any) -> None:
        self.held.setdefault(table, []).append(columns)

    def tables(self) -> dict[str, pa.Table]:
        return {name: pa.concat_tables([pa.table(each) for each in parts]) for name, parts in self.held.items()}


def planted(seed: int, size: float = 1.0) -> dict[str, pa.Table]:
    """Facts by table: interactions, responses, usage and finance, with the columns that matter."""
    dice, rows = np.random.default_rng(seed), Rows()
    for touchpoint, many in CUSTOMERS.items():
        _touchpoint(dice, rows, touchpoint, max(int(many * size), 20))
    return rows.tables()


def _touchpoint(dice: np.random.Generator, rows: Rows, name: str, people: int) -> None:
    contacts = 1 + dice.poisson(0.4, people)
    who = np.repeat(np.arange(people), contacts)
    many = len(who)
    at = dice.uniform(40 * DAY, (DAYS - 130) * DAY, many).astype(np.int64)
    went, style = dice.normal(size=many), dice.normal(size=people)[who]
    back = dice.random(many) < _logistic(-1.6 - (1.3 if name == "chat" else 0.0) * went)
    push: Any = {"delivery": -1.1 * went, "branch": -1.1 * went, "chat": 2.2 * back}.get(
        name, 1.1 * dice.normal(size=many)
    )
    leaves = dice.random(many) < _logistic(-2.4 + push)
    left_at = np.where(leaves, at + dice.uniform(9 * DAY, 80 * DAY, many).astype(np.int64), DAYS * DAY * 10)
    left = np.full(people, DAYS * DAY * 10)
    np.minimum.at(left, who, left_at)
    shown = dice.normal(size=many) if name == "chat" else went
    csat = np.clip(np.round(3.6 + 0.8 * shown + 0.5 * dice.normal(size=many)), 1, 5)
    nps = np.clip(np.round(7.5 + 1.6 * style + 1.2 * dice.normal(size=many)), 0, 10)
    answered = np.flatnonzero(dice.random(many) < ANSWERS)
    told = at + (dice.exponential(0.4, many) * DAY).astype(np.int64) + 3600
    if name == "billing":
        late = leaves & (dice.random(many) < LATE_SHARE)
        told, csat = np.where(late, left_at + 3 * DAY, told), np.where(late, 1.0, csat)
    keys = np.array([f"{name}-{number}" for number in range(people)])
    _write(rows, name, keys, who, at, back, dice)
    _answers(rows, name, keys[who[answered]], told[answered], {"csat": csat[answered], "nps": nps[answered]})
    gone = np.flatnonzero(left < DAYS * DAY)
    rows.add("finance", entry_id=[f"{name}-l{number}" for number in gone], booked_at=_times(left[gone]),
             kind=["churned_revenue"] * len(gone), amount=[20.0] * len(gone), customer_key=keys[gone])  # fmt: skip
    _months(rows, name, keys, left, dice)


def _write(
    rows: Rows, name: str, keys: Any, who: Ints, at: Ints, back: npt.NDArray[np.bool_], dice: np.random.Generator
) -> None:
    """Contacts, and those after which the customer came back within a week."""
    again = np.flatnonzero(back)
    later = at[again] + dice.uniform(0.5 * DAY, 6.5 * DAY, len(again)).astype(np.int64)
    every, whose = np.concatenate([at, later]), np.concatenate([who, who[again]])
    many = len(every)
    rows.add("interactions", interaction_id=[f"{name}-i{number}" for number in range(many)], started_at=_times(every),
             customer_key=keys[whose], touchpoint=[name] * many, topic=["order"] * many,
             direction=["inbound"] * many)  # fmt: skip


def _answers(rows: Rows, name: str, keys: Any, at: Ints, scores: dict[str, Floats]) -> None:
    for instrument, score in scores.items():
        many = len(score)
        rows.add("responses", answer_id=[f"{name}-{instrument}{number}" for number in range(many)],
                 response_id=[f"{name}-r{number}" for number in range(many)], answered_at=_times(at),
                 instrument=[instrument] * many, score=score, customer_key=keys, touchpoint=[name] * many,
                 survey_key=[f"after_{name}"] * many)  # fmt: skip


def _months(rows: Rows, name: str, keys: Any, left: Ints, dice: np.random.Generator) -> None:
    """A use every thirty days until they leave; how much of it says nothing."""
    person, month = (axis.ravel() for axis in np.indices((len(keys), DAYS // 30)))
    at = month * 30 * DAY + (person % 30) * DAY
    there = at < left[person]
    person, at = person[there], at[there]
    rows.add("usage", usage_id=[f"{name}-u{number}" for number in range(len(at))], used_at=_times(at),
             measure=["login"] * len(at), quantity=1.0 + dice.poisson(4.0, len(at)),
             customer_key=keys[person])  # fmt: skip


def _logistic(x: Any) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-x)))


def _times(seconds: Ints) -> pa.Array:
    return pa.array((int(START.timestamp()) + seconds) * 1_000_000, pa.timestamp("us", tz="UTC"))
