"""Several at once: one acknowledges, workers look at each case once, nobody is given more than the budget."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from heed.core.errors.rules import Refused
from heed.goals.escalation.actions import working
from heed.goals.escalation.actions.carrying import carry_on
from heed.goals.escalation.models import DutyDay, Escalation, EscalationStep
from tests.core.conftest import build
from tests.core.races import at_once, file_store
from tests.goals.escalation.duty import Duty

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Duty]:
    with file_store(tmp_path / "heed.db"):
        yield Duty(build())


def test_of_three_who_acknowledge_at_once_one_has_it(shared: Duty) -> None:
    row = shared.brought("high")
    scopes = [shared.desk.scope(who) for who in ("lead", "second", "admin")]
    results = at_once(*(partial(working.acknowledge, scope, row.key) for scope in scopes))
    assert sum(isinstance(each, Escalation) for each in results) == 1
    assert sum(isinstance(each, Refused) for each in results) == 2
    assert row.steps.filter(verb="acknowledged").count() == 1


def test_workers_and_a_hand_up_at_once_pass_no_budget(shared: Duty) -> None:
    row = shared.brought("high", 1)
    for number in range(2, 14):
        shared.opened("urgent", number)
    shared.watch_only()
    hand_up = partial(working.hand_up, shared.desk.scope("lead"), row.key, "Help.")
    results = at_once(carry_on, carry_on, carry_on, hand_up)
    assert all(isinstance(each, (int, Escalation, Refused)) for each in results), results
    assert max(DutyDay.objects.values_list("units", flat=True)) <= 4
    given = EscalationStep.objects.filter(verb="given").exclude(reason="major_incident").count()
    assert sum(DutyDay.objects.values_list("units", flat=True)) == given
    assert Escalation.objects.filter(state__in=("deferred", "watched", "unattended")).count() == 0
