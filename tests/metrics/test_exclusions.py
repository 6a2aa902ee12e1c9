"""Questionnaires that were set aside are left out, counted under a reason of their own, and come back; figures say which failed
audits they rest on; sheets and offers are read off the facts.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from heed.facts.engine.engine import Engine
from heed.metrics.doubts import Doubt
from heed.metrics.measures import Count, Mean
from heed.metrics.readings import read
from heed.metrics.records import records
from heed.metrics.selection import Slice
from heed.metrics.sheets import SEEN, Part, offered, questionnaires
from tests.metrics.facts import at, facts

SCORE = Mean(source="responses", value="score")


def answer(response: str, question: str, score: float, days: float = 0.0, **more: Any) -> dict[str, Any]:
    return {
        "answer_id": f"{response}:{question}",
        "response_id": response,
        "question_key": question,
        "survey_key": "check",
        "instrument": "csat",
        "score": score,
        "scale_min": 1.0,
        "scale_max": 5.0,
        "answered_at": at(days),
        **more,
    }


def exclusion(number: int, response: str, set_aside: bool, turn: int) -> dict[str, Any]:
    told = {"response_id": response, "survey_key": "check", "set_aside": set_aside, "turn": turn}
    return {"exclusion_id": f"x{number}", "at": at(9), **told}


ANSWERS = [
    answer("r1", "q1", 5, team="a", customer_key="c1", duration_seconds=40.0, invited_at=at(-1), interaction_id="i1"),
    answer("r1", "q2", 4, team="a", customer_key="c1", duration_seconds=40.0, invited_at=at(-1), interaction_id="i1"),
    answer("r2", "q1", 1, 1, team="a"),
    answer("r3", "q1", 3, 40, team="b"),
    answer("r4", "q1", 3, 1, team="b", survey_key="other"),
    answer("r5", "q1", 2, 1, team="a", excluded_reason="test_answer"),
]
SAID = [
    {
        "verbatim_id": "v",
        "said_at": at(1),
        "response_id": "r2",
        "survey_key": "check",
        "text": " So  very slow it was! ",
    }
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    exclusions = [exclusion(1, "r2", True, 1), exclusion(2, "r1", True, 1), exclusion(3, "r1", False, 2)]
    folder: Path = tmp_path_factory.mktemp("facts")
    with facts(folder, responses=ANSWERS, verbatims=SAID, exclusions=exclusions) as opened:
        yield opened


def test_what_is_set_aside_is_left_out_and_counted_and_what_was_put_back_counts(engine: Engine) -> None:
    found = read(engine, SCORE, min_n=1)
    assert (found.rows[0].value, found.rows[0].n) == (pytest.approx(15 / 4), 4)
    assert found.excluded == {"set_aside": 1, "test_answer": 1}
    with_it = read(engine, SCORE, part=Slice(with_set_aside=True), min_n=1)
    assert (with_it.rows[0].n, with_it.excluded) == (5, {"test_answer": 1})
    assert {row.key: row.left_out for row in records(engine, SCORE)}["r2:q1"] == "set_aside"
    said = read(engine, Count(source="verbatims"), min_n=1)
    assert (said.rows[0].n, said.excluded) == (0, {"set_aside": 1})


def test_each_group_says_which_failed_audits_it_rests_on(engine: Engine) -> None:
    doubts = [
        Doubt("early", "check", at(-1), at(10)),
        Doubt("later", "check", at(30), at(50)),
        Doubt("no", "none", at(0), at(9)),
    ]
    whole = read(engine, SCORE, min_n=1, doubts=doubts)
    assert whole.rows[0].doubts == ("early", "later")
    split = read(engine, SCORE, by=("team",), min_n=1, doubts=doubts)
    assert {row.group["team"]: row.doubts for row in split.rows} == {"a": ("early",), "b": ("later",)}
    weekly = read(engine, SCORE, min_n=1, period="month", doubts=doubts)
    assert [row.doubts for row in weekly.rows if row.doubts] == [("early",), ("later",)]
    assert read(engine, Count(source="interactions"), min_n=1, doubts=doubts).rows[0].doubts == ()
    hidden = read(engine, SCORE, by=("team",), min_n=3, doubts=doubts)
    assert {row.suppressed: row.doubts for row in hidden.rows}[True] == ()


def test_a_sheet_has_a_row_a_questionnaire(engine: Engine) -> None:
    found = questionnaires(engine, Part("check"))
    assert found.responses == ["r1", "r2", "r3"] and found.questions == ("q1", "q2")
    assert np.array_equal(found.scores, [[5, 4], [1, np.nan], [3, np.nan]], equal_nan=True)
    assert found.ends == ((1.0, 5.0), (1.0, 5.0)) and found.given.tolist() == [2, 1, 1]
    assert found.invited.tolist() == [True, False, False] and found.set_aside.tolist() == [False, True, False]
    assert (found.customer[0], found.about[0], found.team) == ("c1", "i1", ["a", "a", "b"])
    assert [bool(words) for words in found.words] == [False, True, False]
    assert found.seconds[0] == 40.0 and np.isnan(found.seconds[1])
    assert found.at[1] - found.at[0] == 86_400_000_000
    assert questionnaires(engine, Part("check", until=at(2), within={"team": ["b"]})).responses == []
    assert len(questionnaires(engine, Part("nothing"))) == 0


def test_offers_are_contacts_with_what_was_seen_of_them(tmp_path: Path) -> None:
    def contact(key: str, agent: str | None, days: float, **more: Any) -> dict[str, Any]:
        return {
            "interaction_id": key,
            "agent_key": agent,
            "started_at": at(days),
            "channel": "phone",
            "team": "a",
            **more,
        }

    contacts = [
        contact("i1", "x", 0, resolved=True, customer_key="c1", wait_seconds=10.0),
        contact("i2", "x", 1, resolved=False, customer_key="c1", transferred=True),
        contact("i3", "y", 2, resolved=True),
        contact("i4", "z", 3, resolved=True),
        contact("i5", None, 20),
        contact("i6", "x", 3, resolved=True),
    ]
    asks = [
        {"invitation_id": "1", "interaction_id": "i1", "survey_key": "check", "asked": True},
        {"invitation_id": "2", "interaction_id": "i2", "survey_key": "check", "asked": False, "reason": "not_offered"},
        {"invitation_id": "3", "interaction_id": "i3", "survey_key": "check", "asked": True},
        {"invitation_id": "4", "interaction_id": "i6", "survey_key": "check", "asked": False, "reason": "opted_out"},
    ]
    with facts(tmp_path, interactions=contacts, invitations=asks, responses=ANSWERS) as engine:
        found = offered(engine, Part("check"))
    assert found.agents == ("x", "y") and found.strata == ("a/phone",)
    rows = sorted(
        zip(found.agent.tolist(), found.asked.tolist(), found.seen.tolist(), found.liked.tolist(), strict=True)
    )
    assert [(agent, asked) for agent, asked, _, _ in rows] == [(0, False), (0, True), (1, True)]
    seen = [dict(zip(SEEN, each, strict=True)) for _, _, each, _ in rows]
    assert (seen[1]["resolved"], seen[1]["came_back"], seen[0]["transferred"]) == (1.0, 1.0, 1.0)
    assert rows[1][3] == pytest.approx(0.875) and np.isnan(rows[2][3])
    assert seen[1]["wait"] == pytest.approx(np.log(11.0)) and np.isnan(seen[0]["wait"])
