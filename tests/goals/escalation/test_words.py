"""A case is brought to somebody by what its customer writes; and what a protocol does stands in the facts."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from heed.core.definitions.rules import InvalidDefinition, validate
from heed.core.journal.queries import entries_after
from heed.core.journal.rules import Entry
from heed.facts.projections import PROJECTIONS, rows_of
from heed.goals.escalation.actions.carrying import carry_on
from heed.goals.escalation.actions.noting import note_words
from heed.goals.escalation.models import Escalation
from heed.goals.escalation.rules.rehearsing import seen_of
from heed.goals.kpis.definition import Kpi
from heed.goals.kpis.rules import catalogue_body
from heed.metrics.readings import read
from heed.service.cases.actions import escalating
from tests.core.conftest import build
from tests.goals.escalation.duty import PROTOCOL, Duty
from tests.metrics.facts import facts

ANGRY = {"sentiment_score": -0.8, "urgency": "high"}
WORDS = 'urgency == "high" && sentiment <= -0.5'


@pytest.fixture
def duty(db: None) -> Duty:
    return Duty(build(), when=WORDS)


def heard(**told: Any) -> Entry:
    """What the journal says of a verbatim that was read."""
    entry = next(iter(entries_after(0, 1)))
    named = {"case": "", "response": "", "interaction": "", "customer": "", "sentiment_score": None, "urgency": ""}
    return replace(entry, name="verbatim-read", at=timezone.now(), payload={**named, **told})


def look(duty: Duty) -> None:
    while carry_on():
        pass


def test_words_bring_a_case_to_somebody(duty: Duty) -> None:
    row = duty.brought("normal")
    assert row.state == "watched"
    note_words(heard(case=row.case_key, sentiment_score=-0.8), ())
    look(duty)
    assert duty.of_key(row).state == "watched"
    note_words(heard(case=row.case_key, **ANGRY), ())
    look(duty)
    now = duty.of_key(row)
    assert (now.state, now.words_urgency, now.words_sentiment) == ("given", "high", -0.8)
    # Told twice it changes nothing, and a kind word later does not take it back.
    note_words(heard(case=row.case_key, **ANGRY), ())
    note_words(heard(case=row.case_key, sentiment_score=0.9), ())
    look(duty)
    assert duty.of_key(row).words_sentiment == -0.8
    assert [step.verb for step in now.steps.all()] == ["given"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"response_id": "r1"}, {"response": "r1"}),
        ({"interaction_id": "i1"}, {"interaction": "i1"}),
        ({"customer_key": "c_anna"}, {"customer": "c_anna", "response": "another"}),
    ],
)
def test_words_find_their_case_by_answer_contact_or_customer(duty: Duty, fields: Any, told: Any) -> None:
    mine, other = duty.opened("normal", **fields), duty.opened("normal", 2)
    note_words(heard(**told, **ANGRY), ())
    duty.carry()
    assert duty.of(mine).state == "given"
    assert duty.of(other).state == "watched"


def test_words_of_nobody_and_of_closed_cases_do_nothing(duty: Duty) -> None:
    case = duty.opened("normal", customer_key="")
    type(case).objects.filter(pk=case.pk).update(state="closed", closed_at=timezone.now())
    for told in ({"case": case.key}, {}, {"customer": "c_nobody"}):
        note_words(heard(**told, **ANGRY), ())
    assert not Escalation.objects.exists()


def test_the_lower_of_answer_and_words_counts(duty: Duty) -> None:
    row = duty.brought("normal", score=10.0, scale_max=10.0, instrument="nps")
    note_words(heard(case=row.case_key, **ANGRY), ())
    look(duty)
    assert duty.of_key(row).state == "given"


def test_a_misspelt_field_of_words_is_refused() -> None:
    with pytest.raises(InvalidDefinition, match="urgancy") as refused:
        validate("escalation", PROTOCOL | {"when": 'urgancy == "high"'})
    assert "urgency" in refused.value.hint


def test_the_share_escalated_is_read_from_what_protocols_did(duty: Duty, tmp_path: Path) -> None:
    """Three cases: one by words, one by a colleague, one only watched; a protocol's own doing is no plea for help."""
    mine, asked, _watched = (duty.brought("normal", number) for number in (1, 2, 3))
    note_words(heard(case=mine.case_key, **ANGRY), ())
    escalating.escalate(duty.desk.scope("agent"), asked.case_key, words="Please look.")
    duty.carry()
    entries = [entry for entry in entries_after(0, 10_000) if entry.payload is not None]
    rows = [row for entry in entries for table, row in rows_of(entry, PROJECTIONS.values()) if table == "case_changes"]
    brought = [row for row in rows if row["change"] == "escalated"]
    assert {row["case_id"] for row in brought} == {mine.case_key, asked.case_key}
    assert [row["from_value"] for row in brought if row["case_id"] == mine.case_key] == ["protocol:service"]
    for number, row in enumerate(rows):
        row["change_id"], row["at"] = f"ch{number}", datetime.fromisoformat(row["at"])
    with facts(tmp_path, case_changes=rows) as engine:
        (share,) = read(engine, Kpi.model_validate(catalogue_body("escalation_rate")).resolve().measure, min_n=1).rows
    assert share.value == pytest.approx(2 / 3)
    assert share.n == 3
    seen = [seen_of(row) for row in brought]
    assert {each["change"]: each["asked_for_help"] for each in seen} == {"brought": False, "escalated": True}
