"""The live decision is the rehearsed one: the same facts, one after another, open the same cases."""

import datetime as dt
import random

import pytest
from django.db import transaction

from heed.core.definitions.actions import ensure
from heed.core.journal.rules import Entry
from heed.rehearsal.replay.deciders import decider_of
from heed.rehearsal.replay.replay import replay
from heed.service.cases.actions.opening import consider_facts
from heed.service.cases.definition import CaseOpening
from heed.service.cases.models import Case
from tests.service.cases.conftest import MONDAY, RULE

RULES = (
    RULE | {"calendar": ""},
    RULE
    | {
        "calendar": "",
        "one_case_days": 3,
        "never_when": 'segment == "staff"',
        "owners": [{"when": 'channel == "phone"', "team": "hotline"}],
        "owner": "desk",
    },
    RULE | {"calendar": "", "one_case_days": 0, "when": "score <= 8.0"},
)


def facts(seed: int) -> list[dict]:
    drawn = random.Random(seed)
    found, at = [], MONDAY
    for number in range(60):
        at += dt.timedelta(hours=drawn.uniform(0, 30))
        found.append(
            {
                "answer_id": f"a{number}",
                "answered_at": at,
                "instrument": drawn.choice(["nps", "csat"]),
                "score": drawn.choice([None, 0.0, 2.0, 5.0, 7.0, 10.0]),
                "customer_key": drawn.choice([None, "c_1", "c_2", "c_3", "c_4"]),
                "segment": drawn.choice([None, "staff", "gold"]),
                "channel": drawn.choice([None, "phone", "web"]),
                "team": drawn.choice([None, "north"]),
            }
        )
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seed", range(4))
def test_live_and_rehearsed_open_the_same_cases(rule: dict, seed: int) -> None:
    body = CaseOpening.model_validate(rule)
    with transaction.atomic():
        ensure("case_opening", "call_back", rule)
    rows = facts(seed)
    decisions = list(replay(decider_of("case_opening"), body, rows))
    wanted = {
        row["answer_id"]: (decision.details["severity"], decision.details["team"])
        for row, decision in zip(rows, decisions, strict=True)
        if decision.code.startswith("opened")
    }
    for row in rows:
        for _again in range(2):
            consider_facts(Entry(1, row["answered_at"], "event-received", "system", "", "", {}), [("responses", row)])
    opened = Case.objects.values_list("opened_by_fact", "severity", "team")
    assert {fact: (severity, team) for fact, severity, team in opened} == wanted
    assert wanted
