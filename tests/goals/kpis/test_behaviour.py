"""What customers do, read by pencil: who comes back, who complains, who pays less."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from heed.goals.kpis.definition import Kpi
from heed.goals.kpis.rules import catalogue_body
from heed.metrics.histories import COMPLAINT_TOPICS
from heed.metrics.readings import Reading, read
from tests.metrics.facts import at, facts


def contact(number: int, who: str | None, days: float, topic: str = "bill", **more: Any) -> dict[str, Any]:
    named = {"interaction_id": f"i{number}", "customer_key": who, "topic": topic}
    return {**named, "started_at": at(days), **more}


def paid(number: int, who: str | None, days: float, amount: str, **more: Any) -> dict[str, Any]:
    named = {"entry_id": f"e{number}", "customer_key": who, "kind": "revenue", "currency": "EUR"}
    return {**named, "booked_at": at(days), "amount": Decimal(amount), **more}


CONTACTS = [
    contact(1, "a", 0), contact(2, "a", 3), contact(3, "b", 0), contact(4, "c", 1, "complaint", abandoned=True),
    contact(5, "c", 7, "complaint"), contact(6, None, 2), contact(7, "d", 39), contact(8, "a", 5, direction="outbound"),
    contact(9, "e", 40, topic=None),  # type: ignore[arg-type]
]  # fmt: skip
MONEY = [
    paid(1, "a", 0, "10"), paid(2, "a", 30, "7"), paid(3, "a", 60, "7"), paid(4, "b", 0, "10"), paid(5, "b", 30, "9"),
    paid(6, "c", 0, "10"), paid(7, "d", 0, "0"), paid(8, "d", 30, "5"), paid(9, "e", 0, "10", product="one"),
    paid(10, "e", 30, "1", product="two"), paid(11, None, 0, "99", kind="cost"), paid(12, "f", 0, "10"),
    paid(13, "f", 30, "8"),
]  # fmt: skip


def reading(key: str, folder: Path, **settings: Any) -> Reading:
    measure = Kpi.model_validate(catalogue_body(key)).resolve(settings).measure
    read_by = {"model": "m", "labelled_at": at()}
    labels = [
        {"verbatim_id": "v1", "place": 0, "intent": "complaint", **read_by},
        {"verbatim_id": "v2", "place": 0, "intent": "praise", **read_by},
        {"verbatim_id": "v2", "place": 1, **read_by},
        {"verbatim_id": "v3", "place": 0, **read_by},
    ]
    with facts(folder, interactions=CONTACTS, finance=MONEY, verbatim_labels=labels) as engine:
        return read(engine, measure, min_n=1)


@pytest.mark.parametrize(
    ("key", "settings", "share", "n", "excluded"),
    [
        # a came again after three days, c after six; b and a's second did not; d's week is not over.
        ("recontact", {}, 2 / 5, 5, {"customer_unknown": 1, "window_open": 2}),
        ("recontact", {"window_days": 4}, 1 / 5, 5, {"customer_unknown": 1, "window_open": 2}),
        ("complaint_rate", {}, 2 / 7, 7, {"no_topic": 1}),
        ("complaint_rate", {"by": "words"}, 1 / 2, 2, {"not_read": 1}),
        # a pays 30 % less and then the same; b 10 % less; f exactly 20 % less.
        ("downgrade", {}, 2 / 4, 4, {"no_next": 7, "nothing_paid": 1}),
        ("downgrade", {"drop": 0.25}, 1 / 4, 4, {"no_next": 7, "nothing_paid": 1}),
    ],
)
def test_it_is_what_anybody_can_count(
    key: str, settings: dict[str, Any], share: float, n: int, excluded: dict[str, int], tmp_path: Path
) -> None:
    found = reading(key, tmp_path, **settings)
    assert found.rows[0].value == pytest.approx(share) and found.rows[0].n == n
    assert found.excluded == excluded


def test_the_advisor_knows_the_same_complaints() -> None:
    for topic in COMPLAINT_TOPICS:
        assert f'"{topic}"' in catalogue_body("complaint_rate")["measure"]["success"]
