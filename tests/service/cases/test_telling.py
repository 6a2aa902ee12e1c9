"""Who is told of a case: its owner, or those who lead its team; never who did it."""

from django.db import transaction

from heed.core.journal.queries import last_id
from heed.core.people.queries import notifications
from heed.flow import FLOW
from heed.service.cases.actions import working
from heed.service.cases.actions.escalating import escalate, escalate_due
from heed.service.cases.actions.prioritising import prioritise
from tests.service.cases.conftest import Desk, Watch


def carry_on(desk: Desk, after: int) -> int:
    """Take the steps of the flow that are about cases."""
    for entry in desk.entries(after):
        for step in FLOW:
            if step.on == entry.name:
                with transaction.atomic():
                    step.run(entry, [])
    return last_id()


def told(desk: Desk, who: str) -> list[str]:
    return [each.kind for each in reversed(notifications(desk.key(who), unread_only=False, limit=50))]


def test_those_whom_it_concerns_are_told_once(desk: Desk, watch: Watch) -> None:
    row = desk.answer()
    carry_on(desk, 0)
    carry_on(desk, 0)
    assert told(desk, "lead") == ["case-opened"]
    assert told(desk, "agent") == []
    seen = last_id()
    working.take(desk.scope("agent"), row.key)
    working.assign(desk.scope("lead"), row.key, desk.key("second"))
    seen = carry_on(desk, seen)
    assert (told(desk, "second"), told(desk, "agent")) == (["case-assigned"], [])
    watch.move(hours=8)
    escalate_due()
    seen = carry_on(desk, seen)
    assert told(desk, "lead") == ["case-opened", "case-escalated"]
    assert told(desk, "second") == ["case-assigned", "case-escalated"]
    escalate(desk.scope("second"), row.key, words="Help.")
    seen = carry_on(desk, seen)
    assert told(desk, "lead")[-1] == "case-asked-for-help"
    assert len(told(desk, "second")) == 2
    prioritise(desk.scope("lead"), row.key, "urgent", words="Water runs.")
    seen = carry_on(desk, seen)
    assert told(desk, "second")[-1] == "case-prioritised"
    desk.answer(2, customer_key=row.customer_key)
    working.transfer(desk.scope("second"), row.key, "south-phone")
    carry_on(desk, seen)
    assert told(desk, "second")[-1] == "case-joined"
    assert told(desk, "south_lead") == ["case-transferred"]


def test_where_no_supervisor_is_somebody_above_is_told(desk: Desk) -> None:
    desk.answer(1, team=None)
    desk.answer(2, team="robots", region="south")
    carry_on(desk, 0)
    assert told(desk, "admin") == ["case-opened", "case-opened"]
    assert told(desk, "lead") == []
