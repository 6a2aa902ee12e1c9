"""What became of each decision to ask, told from facts: answered and how far, refused, undelivered, still open, or never asked."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from heed.metrics.frames import (
    Known,
    Wave,
    cells,
    classes_seen,
    questions_asked,
    respondents,
    surveys_seen,
    unlinked,
    waves,
)
from tests.metrics.facts import ENGINES, at, facts

WAVE = Wave("after", open_days=10)


def decision(name: str, customer: str, day: float, **more: Any) -> dict[str, Any]:
    told = {"asked": True, "sent_at": at(day), "probability": 0.5, "segment": "a", "attributes": {"trend": "up"}}
    return {
        "invitation_id": name,
        "survey_key": "after",
        "customer_key": customer,
        "decided_at": at(day),
        **told,
        **more,
    }


def sheet(
    name: str, customer: str | None, day: float, *answers: tuple[str, float | None], **more: Any
) -> list[dict[str, Any]]:
    whole = {"response_id": name, "survey_key": "after", "customer_key": customer, "answered_at": at(day), **more}
    return [
        {
            **whole,
            "answer_id": f"{name}:{key}",
            "question_key": key,
            "instrument": "csat",
            "scale_min": 1.0,
            "scale_max": 5.0,
            "score": score,
        }
        for key, score in answers
    ]


def decisions() -> list[dict[str, Any]]:
    return [
        decision("whole", "c1", 0),
        decision("again", "c1", 20, segment="b"),
        decision("half", "c2", 0, attributes={"trend": "down"}),
        decision("little", "c3", 0),
        decision("left", "c4", 0),
        decision("lost", "c5", 0, asked=False, sent_at=None, reason="bad_address"),
        decision("back", "c6", 0),
        decision("silent", "c7", 0),
        decision("open", "c8", 38),
        decision("unwanted", "c12", 0),
        decision("unnamed", "c13", 0),
        decision("by_chance", "c9", 0, asked=False, sent_at=None, reason="held_out"),
        decision("rested", "c10", 0, asked=False, sent_at=None, reason="rested", probability=0.0),
        decision("other", "c11", 0, survey_key="other"),
    ]


def answers() -> list[dict[str, Any]]:
    some = {"attributes": {"complete": "false"}}
    return [
        *sheet("r1", "c1", 2, ("q1", 5.0), ("q2", 3.0), duration_seconds=40.0),
        *sheet("r2", "c1", 21, ("q1", 4.0), ("q2", None)),
        *sheet("r3", "c2", 1, ("q1", 2.0), **some),
        *sheet("r4", "c3", 1, ("q3", 1.0), **some),
        *sheet("r5", None, 3, ("q1", 5.0), ("q2", 5.0)),
        *sheet("r6", "c7", 4, ("q1", 1.0), survey_key="other"),
        *sheet("r7", "c99", 40, ("q2", 1.0), ("q1", 3.0)),
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_decision_has_one_end(tmp_path: Path, engine: str) -> None:
    left: dict[str, datetime] = {"c4": at(3), "c7": at(30)}
    known = Known({"back": "withdrawn", "unwanted": "refused", "unnamed": "answered"}, left)
    with facts(tmp_path, engine, invitations=decisions(), responses=answers()) as opened:
        questions = questions_asked(opened, WAVE)
        assert [(each.key, each.answered) for each in questions] == [("q1", 5), ("q2", 3), ("q3", 1)]
        found = cells(opened, WAVE, ["segment", "trend"], questions, known).to_pylist()
        counted: Counter[tuple[str, str]] = Counter()
        for row in found:
            counted[row["state"], row["reason"]] += row["n"]
        assert counted == {
            ("complete", ""): 3,
            ("partial", ""): 1,
            ("break_off", ""): 1,
            ("refused", ""): 2,
            ("undelivered", ""): 1,
            ("withdrawn", ""): 1,
            ("silent", ""): 1,
            ("pending", ""): 1,
            ("by_chance", "held_out"): 1,
            ("no_chance", "rested"): 1,
        }
        assert {(row["c0"], row["c1"]) for row in found} == {("a", "up"), ("a", "down"), ("b", "up")}
        sheets = respondents(opened, WAVE, ["segment"], questions, known).to_pylist()
        assert [(row["response_id"], row["c0"], row["s0"], row["h1"]) for row in sheets] == [
            ("r1", "a", 5.0, True),
            ("r2", "b", 4.0, False),
            ("r3", "a", 2.0, False),
        ]
        assert sheets[0]["customer"] == sheets[1]["customer"] != sheets[2]["customer"]
        assert sheets[0]["duration_seconds"] == 40.0 and sheets[0]["probability"] == 0.5
        assert unlinked(opened, WAVE) == 1
        assert classes_seen(opened, WAVE) == {"segment": 2, "trend": 2}


def test_an_answer_after_an_interaction_belongs_to_the_invitation_of_it(tmp_path: Path) -> None:
    asked = [
        decision("one", "c1", 0, interaction_id="i1"),
        decision("two", "c1", 1, interaction_id="i2"),
        decision("three", "c2", 0),
    ]
    given = [
        *sheet("r1", "c1", 5, ("q1", 5.0), interaction_id="i1"),
        *sheet("r2", "c2", 5, ("q1", 5.0), interaction_id="unheard"),
    ]
    with facts(tmp_path, invitations=asked, responses=given) as opened:
        questions = questions_asked(opened, WAVE)
        rows = respondents(opened, WAVE, [], questions, Known()).to_pylist()
        assert [row["response_id"] for row in rows] == ["r1", "r2"]
        states = {row["state"]: row["n"] for row in cells(opened, WAVE, [], questions, Known()).to_pylist()}
        assert states == {"complete": 2, "pending": 1}


def test_surveys_and_their_waves_within_reach(tmp_path: Path) -> None:
    rows = [decision("one", "c1", 0, region="north"), decision("two", "c2", 35, region="south", trigger_key="spring")]
    with facts(tmp_path, invitations=rows, responses=answers()) as opened:
        assert [(each.key, each.asked, each.responses) for each in surveys_seen(opened)] == [
            ("after", 2, 6),
            ("other", 0, 1),
        ]
        near = surveys_seen(opened, {"region": frozenset({"north"})})
        assert [(each.key, each.asked, each.responses) for each in near] == [("after", 1, 0)]
        zone = ZoneInfo("Europe/Berlin")
        assert [line[:2] for line in waves(opened, WAVE, "month", zone)] == [("2024-03", 1), ("2024-04", 1)]
        assert [line[:2] for line in waves(opened, WAVE, "trigger", zone)] == [("", 1), ("spring", 1)]
