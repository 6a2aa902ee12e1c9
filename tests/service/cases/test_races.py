"""Several at once on one case: one wins, the others are told by whom; a fact opens one case."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from heed.core.errors.rules import Refused
from heed.core.journal.rules import Entry
from heed.service.cases.actions import working
from heed.service.cases.actions.escalating import escalate_due
from heed.service.cases.actions.merging import merge
from heed.service.cases.actions.opening import consider_facts
from heed.service.cases.models import Case, CaseStep
from tests.core.conftest import build
from tests.core.races import at_once, file_store
from tests.service.cases.conftest import Desk, desk_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Desk]:
    with file_store(tmp_path / "heed.db"):
        yield desk_of(build())


def outcomes(results: list[Any]) -> tuple[int, int]:
    assert all(isinstance(each, (Case, Refused, int, type(None))) for each in results), results
    return sum(not isinstance(each, Refused) for each in results), sum(isinstance(each, Refused) for each in results)


def test_of_four_who_take_a_case_at_once_one_has_it(shared: Desk) -> None:
    row = shared.answer()
    scopes = [shared.scope(who) for who in ("agent", "second", "lead", "admin")]
    results = at_once(*(partial(working.take, scope, row.key) for scope in scopes))
    assert outcomes(results) == (1, 3)
    row.refresh_from_db()
    winner = next(each for each in results if isinstance(each, Case)).owner
    assert row.owner == winner
    name = next(person.name for person in shared.people.values() if person.key == winner)
    assert all(name in each.message for each in results if isinstance(each, Refused))
    assert row.steps.filter(verb="taken").count() == 1


def test_of_three_who_close_a_case_at_once_one_does(shared: Desk) -> None:
    row = shared.answer()
    scopes = [shared.scope(who) for who in ("agent", "second", "lead")]
    close = partial(working.close, key=row.key, cause="other")
    results = at_once(*(partial(close, scope) for scope in scopes))
    assert outcomes(results) == (1, 2)
    assert row.steps.filter(verb="closed").count() == 1


def test_one_fact_told_to_three_workers_at_once_opens_one_case(shared: Desk) -> None:
    now = timezone.now()
    row = {"answer_id": "a1", "answered_at": now, "instrument": "nps", "score": 1.0, "customer_key": "c_1"}
    entry = Entry(1, now, "event-received", "system", "", "", {})
    at_once(*(partial(consider_facts, entry, [("responses", row)]) for _each in range(3)))
    assert Case.objects.count() == 1
    assert CaseStep.objects.filter(verb="opened").count() == 1


def test_two_workers_escalate_a_case_once(shared: Desk) -> None:
    row = shared.answer()
    Case.objects.update(next_escalation_at=row.opened_at, clock_started_at=row.opened_at.replace(year=2020))
    at_once(escalate_due, escalate_due, escalate_due)
    row.refresh_from_db()
    assert row.escalation_level == row.steps.filter(verb="escalated").count() == 1


def test_of_two_who_merge_two_cases_crosswise_one_does(shared: Desk) -> None:
    first, second = shared.answer(), shared.answer(2)
    Case.objects.update(customer_key=first.customer_key)
    agent, lead = shared.scope("agent"), shared.scope("lead")
    results = at_once(
        partial(merge, agent, first.key, second.key, words="The same."),
        partial(merge, lead, second.key, first.key, words="The same."),
        partial(merge, agent, first.key, second.key, words="The same."),
    )
    assert outcomes(results) == (1, 2)
    assert sorted(Case.objects.values_list("state", flat=True)) == ["closed", "open"]
    assert Case.objects.exclude(merged_into="").count() == 1
