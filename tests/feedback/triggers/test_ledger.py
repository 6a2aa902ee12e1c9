"""The attention ledger live: clocks by purpose, one budget, quiet hours, what stops asking, reminders, quotas, coverage."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from django.utils import timezone

from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.definitions import actions as definitions
from heed.core.definitions.actions import ensure
from heed.core.definitions.queries import in_force
from heed.core.definitions.rules import InvalidDefinition, validate
from heed.core.errors.rules import HeedError, Invalid, NotFound
from heed.core.journal.rules import Entry
from heed.feedback.surveys.actions.invitations import note_sent
from heed.feedback.surveys.models import Invitation, Response
from heed.feedback.triggers.actions import carrying, keeping, lists, watching
from heed.feedback.triggers.definition import ContactPolicy, Trigger
from heed.feedback.triggers.models import Ask, AskingPause, CellRate, Touch
from heed.feedback.triggers.queries.coverage import lines_now
from heed.feedback.triggers.queries.person import person_ledger
from heed.feedback.triggers.queries.rehearsing import joined
from heed.feedback.triggers.queries.state import ledger_for
from heed.feedback.triggers.rules.bulk import CODES, decide_many
from heed.feedback.triggers.rules.coverage import rate_on
from heed.feedback.triggers.rules.plain import decide_plainly
from heed.feedback.triggers.rules.standing import candidates_of
from heed.feedback.triggers.rules.terms import EPOCH, micros
from heed.service.cases.models import Case
from tests.feedback.surveys.surveys import in_force as survey_in_force
from tests.feedback.triggers.shop import TRIGGER, call, customer, happen

pytestmark = pytest.mark.django_db
# A Monday ahead of whatever was put in force when the store was made.
AHEAD = datetime.now(UTC) + timedelta(days=60)
MONDAY = (AHEAD - timedelta(days=AHEAD.weekday())).replace(hour=12, minute=0, second=0, microsecond=0)


class Clock:
    """A clock the test puts forward."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: datetime = MONDAY) -> None:
        self.at = at
        monkeypatch.setattr(timezone, "now", lambda: self.at)

    def ahead(self, **time: float) -> datetime:
        self.at += timedelta(**time)
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def shop(policy: dict[str, Any], **changes: Any) -> None:
    survey_in_force()
    row = definitions.propose(COMMAND_LINE, "contact_policy", "contact", policy)
    definitions.approve(COMMAND_LINE, "contact_policy", "contact", row.number)
    definitions.put_in_force(COMMAND_LINE, "contact_policy", "contact", row.number)
    ensure("trigger", "after_call", {**TRIGGER, **changes})


def reasons(key: str) -> list[str]:
    return list(Ask.objects.filter(customer_key=key).order_by("id").values_list("reason", flat=True))


def test_each_purpose_has_a_clock_of_its_own_beside_the_shared_one(clock: Clock) -> None:
    purposes = [{"name": "contact", "surveys": ["after_call"], "rest_days": 20}]
    shop({"rest_days": 3, "purposes": purposes})
    ann = customer("ann")
    happen(call(ann, "1"))
    clock.ahead(days=4)
    happen(call(ann, "2"))
    assert reasons(ann) == ["condition_met", "purpose_rested"]
    row = Ask.objects.get(reason="purpose_rested")
    assert row.rested_until == MONDAY + timedelta(days=20) and row.probability == 0
    told = person_ledger(COMMAND_LINE, ann)
    assert [(each.purpose, each.until is not None) for each in told.clocks] == [("", False), ("contact", True)]
    assert told.next_at == MONDAY + timedelta(days=20)


def test_one_budget_counts_invitations_reminders_and_other_channels(clock: Clock) -> None:
    shop({"rest_days": 0, "caps": [{"days": 7, "most": 2}]}, reminder_days=[3])
    ann, bob = customer("ann"), customer("bob")
    happen(call(ann, "1"), call(bob, "2"))
    clock.ahead(days=1)
    keeping.note_contact(COMMAND_LINE, customer("cat"), "sms", once_key="campaign")
    keeping.note_contact(COMMAND_LINE, customer("cat"), "sms", once_key="campaign")
    clock.ahead(days=3)
    happen(call(ann, "3"), call(customer("cat"), "4"))
    assert reasons(ann) == ["condition_met", "budget_spent"]
    # One other contact and an invitation with its reminder are three in seven days.
    assert reasons(customer("cat")) == ["budget_spent"]
    assert Ask.objects.get(customer_key=ann, asked=False).rested_until == MONDAY + timedelta(days=7)
    assert person_ledger(COMMAND_LINE, customer("cat")).budgets[0].used == 1
    clock.ahead(days=6)
    assert happen(call(ann, "5"), call(customer("cat"), "6")) == 2


def test_quiet_hours_are_the_customers_own_and_put_off_but_do_not_drop(clock: Clock) -> None:
    shop({"quiet": {"start": "21:00", "end": "08:00"}})
    tokyo, lagos = customer("t", time_zone="Asia/Tokyo"), customer("b", time_zone="Africa/Lagos")
    clock.at = MONDAY.replace(hour=19)  # 20:00 in Lagos, 4:00 in Tokyo
    assert happen(call(tokyo, "1", started_at=clock.at), call(lagos, "2", started_at=clock.at)) == 2
    assert Ask.objects.get(customer_key=lagos).invitation
    waiting = Ask.objects.get(customer_key=tokyo)
    assert not waiting.invitation and waiting.due_at == MONDAY.replace(hour=23)
    clock.ahead(hours=3)
    assert carrying.fire_due() == 0
    clock.ahead(hours=2)
    assert carrying.fire_due() == 1 and Invitation.objects.count() == 2
    sent = lists.ask_customers(COMMAND_LINE, "after_call", [customer("z", time_zone="Asia/Tokyo")])
    assert Ask.objects.get(asked_list=sent.key).invitation  # 9:00 there


def test_an_open_case_an_incident_a_note_and_the_control_group_stop_asking(clock: Clock) -> None:
    shop({"while_case_open": "wait"})
    ann, bob, cat = customer("ann", region="north"), customer("bob", region="south"), customer("cat")
    case = Case.objects.create(
        customer_key=ann, title="Lost", fact_at=clock.at, clock_started_at=clock.at, region="south", opened_at=clock.at
    )
    happen(call(ann, "1"))
    entry = Entry(9, clock.at, "escalation-joined", "system", "", "", {"incident": "inc_1", "case": case.key})
    keeping.follow_incident(entry)
    keeping.follow_incident(entry)
    happen(call(bob, "2", region=None))
    keeping.leave_alone(COMMAND_LINE, cat, "asked us by phone")
    happen(call(cat, "3", region="north"))
    assert [reasons(each) for each in (ann, bob, cat)] == [["case_open"], ["incident"], ["do_not_contact"]]
    assert person_ledger(COMMAND_LINE, bob).obstacle == "incident"
    keeping.leave_incident(entry)
    Case.objects.update(state="closed", closed_at=clock.at)
    keeping.ask_again(COMMAND_LINE, cat)
    clock.ahead(hours=1)
    assert AskingPause.objects.get().until is not None
    assert happen(call(ann, "4"), call(bob, "5", region=None), call(cat, "6", region="north")) == 3


def test_who_waits_to_be_asked_is_not_when_a_case_is_opened_meanwhile(clock: Clock) -> None:
    shop({"while_case_open": "wait"}, delay_seconds=3600)
    ann = customer("ann")
    happen(call(ann))
    Case.objects.create(customer_key=ann, title="Lost", fact_at=clock.at, clock_started_at=clock.at, opened_at=clock.at)
    clock.ahead(hours=2)
    assert carrying.fire_due() == 1
    row = Ask.objects.get()
    assert (row.asked, row.reason, row.probability, Touch.objects.count()) == (False, "case_open", 0.0, 0)


def test_pauses_by_hand_reach_as_far_as_who_makes_them(clock: Clock) -> None:
    shop({})
    kim = Scope("p_kim", frozenset({"ask"}), reaches={"ask": frozenset({"nowhere"})})
    with pytest.raises(HeedError):
        keeping.pause_asking(kim, "", "storm")
    with pytest.raises(Invalid, match="Say why"):
        keeping.pause_asking(COMMAND_LINE, "", " ")
    row = keeping.pause_asking(COMMAND_LINE, "", "storm", hours=2)
    happen(call(customer("ann")))
    clock.ahead(hours=3)
    happen(call(customer("bob"), "2"))
    assert reasons(customer("ann")) == ["incident"] and reasons(customer("bob")) == ["condition_met"]
    assert keeping.resume_asking(COMMAND_LINE, row.key).until == row.until
    with pytest.raises(NotFound):
        keeping.resume_asking(COMMAND_LINE, "pause_none")


def test_reminders_go_to_who_did_not_answer_and_are_given_back_by_who_did(clock: Clock) -> None:
    shop({}, reminder_days=[3, 7])
    ann, bob = customer("ann"), customer("bob")
    happen(call(ann, "1"), call(bob, "2"))
    for row in Invitation.objects.all():
        note_sent(row)
    answered = Invitation.objects.get(customer_key=bob)
    Response.objects.create(
        key="rsp_1", invitation=answered, survey_key="after_call", survey_version=1, language="en",
        started_at=clock.at, touched_at=clock.at, customer_key=bob,
    )  # fmt: skip
    clock.ahead(days=3, hours=1)
    assert carrying.remind_due() == 2 and carrying.remind_due() == 0
    row = Invitation.objects.get(customer_key=ann)
    assert (row.state, row.address) == ("due", "ann@customer.example")
    note_sent(row)
    row.refresh_from_db()
    assert (row.state, row.address) == ("sent", "")
    assert list(Touch.objects.filter(customer_key=bob).values_list("sort", flat=True)) == ["ask", "reminder"]
    keeping.leave_alone(COMMAND_LINE, ann, "no more")
    clock.ahead(days=4)
    carrying.remind_due()
    assert Touch.objects.filter(customer_key=ann, sort="reminder").count() == 1


def test_a_quota_ends_a_day_and_no_more(clock: Clock) -> None:
    shop({}, quotas=[{"per": "day", "most": 2}])
    happen(*(call(customer(f"c{number}"), str(number)) for number in range(4)))
    assert Ask.objects.filter(asked=True).count() == 2
    assert Ask.objects.filter(reason="quota_reached").count() == 2
    clock.ahead(days=1)
    assert happen(call(customer("late"), "9")) == 1


COVERAGE = {"targets": [{"segment": "gold", "answers": 5}], "period_days": 7, "response_rate": 0.5, "least": 0.1}


def test_shares_follow_the_coverage_and_every_decision_keeps_its_own(clock: Clock) -> None:
    shop({"rest_days": 0, "coverage": COVERAGE}, adaptive=True)
    first = (MONDAY - EPOCH).days
    clock.at = EPOCH + timedelta(days=first - first % 7 + 7, hours=1)  # the first day of a period
    for day in range(3):
        happen(*(call(customer(f"c{day}-{n}"), f"{day}-{n}", segment="gold", started_at=clock.at) for n in range(20)))
        clock.ahead(days=1)
    rows = Ask.objects.filter(stratum="gold × *").order_by("id")
    assert {row.probability for row in rows[:20]} == {1.0}
    # Ten asks are wanted and twenty were made on the first day: the least share holds from then on.
    assert {row.probability for row in rows[20:]} == {0.1}
    assert CellRate.objects.count() == 3
    line = lines_now()[0]
    assert (line.came, line.asked >= 20, line.least, line.greatest) == (60, True, 0.1, 1.0)
    assert watching.look_at_coverage() == 0


def test_a_share_that_cannot_reach_the_answers_is_told() -> None:
    coverage = ContactPolicy.model_validate({"coverage": {**COVERAGE, "response_rate": 0.01}}).coverage
    assert coverage is not None
    day = 7 * 2900
    assert rate_on(coverage, 0, day, {}).share is None
    assert rate_on(coverage, 0, day, {day - 3: (5, 5), day - 1: (4, 4)}).a_day == 3
    assert rate_on(coverage, 0, day, {day - 1: (5, 5)}).is_short
    plenty = rate_on(coverage, 0, day, {day - 1: (500, 5)})
    assert plenty.share == pytest.approx(500 / (500 * 7)) and not plenty.is_short


def test_live_and_rehearsed_every_decision_and_reason_is_the_same(clock: Clock) -> None:
    """The whole of a policy on a hundred and fifty facts: through the database one by one, and replayed in bulk."""
    policy = {
        "rest_days": 2,
        "purposes": [{"name": "contact", "surveys": ["after_call"], "rest_days": 5}],
        "caps": [{"days": 7, "most": 3}, {"days": 30, "most": 7}],
        "quiet": {"start": "20:00", "end": "07:30", "days": ["sun"]},
        "control_share": 0.1,
        "coverage": {"targets": [{"segment": "gold", "answers": 4}, {"answers": 3}], "period_days": 9},
    }
    shop(policy, adaptive=True, probability=0.9, reminder_days=[1])
    ensure("trigger", "second", {**TRIGGER, "name": "Second", "delay_seconds": 90_000, "probability": 0.7})
    zones = ("Asia/Tokyo", "Europe/Berlin", "America/New_York", "")
    keys = [customer(f"c{n}", time_zone=zones[n % 4], email="" if n == 9 else f"c{n}@x.example") for n in range(12)]
    dice = np.random.default_rng(5)
    begun = clock.at
    times = np.sort(dice.integers(0, 45 * 86_400, 75))
    told = [
        call(keys[dice.integers(12)], f"{n:03d}", started_at=begun + timedelta(seconds=int(at)),
             segment=["gold", "silver", None][dice.integers(3)])
        for n, at in enumerate(times)
    ]  # fmt: skip
    for fact in told:
        clock.at = fact["started_at"]
        happen(fact)
    live = {(row.trigger_key, row.fact_key): row for row in Ask.objects.all()}
    held = [in_force("trigger", key) for key in ("after_call", "second")]
    triggers = [each.body for each in held if each is not None and isinstance(each.body, Trigger)]
    body = ContactPolicy.model_validate(policy)
    names = ("customer_key", "region", "segment", "interaction_id", "started_at")
    table = pa.table({name: [fact[name] for fact in told] for name in names})
    parts = [(table, np.full(len(told), place, np.int64)) for place in range(2)]
    for decide in (decide_many, decide_plainly):
        ledger = ledger_for(body)
        rows = candidates_of(ledger, triggers, parts)
        found = decide(ledger, triggers, rows)
        order = [(key, fact["interaction_id"]) for fact in told for key in ("after_call", "second")]
        assert len(live) == len(order) == len(rows)
        for place, name in enumerate(order):
            row = live[name]
            assert (CODES[found.reason[place]], found.share[place]) == (row.reason, row.probability), name
            assert not row.asked or micros(row.due_at) == found.due[place]  # type: ignore[arg-type]
    assert {row.reason for row in live.values()} >= {"condition_met", "purpose_rested", "held_out", "control_group"}


def test_spans_of_cases_that_overlap_are_one() -> None:
    assert joined([(5, 9), (1, 6), (20, 30)]) == ((1, 9), (20, 30))


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"rest_day": 3}, "rest_days"),
        ({"quiet": {"start": "25:00"}}, "25:00"),
        ({"quiet": {"start": "08:00", "end": "08:00"}}, "ends where it starts"),
        ({"caps": [{"days": 7, "most": 1}, {"days": 7, "most": 2}]}, "caps"),
        ({"caps": [{"days": 7, "mots": 1}]}, "most"),
        ({"purposes": [{"name": "a", "surveys": ["x"], "rest_days": 1}] * 2}, "same name"),
        ({"while_case_open": "never"}, "while_case_open"),
        ({"coverage": {"targets": [{"answers": 1}, {"answers": 2}]}}, "twice"),
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused_by_field(wrong: dict[str, Any], names: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        validate("contact_policy", wrong)
    assert names in f"{refused.value.message} {refused.value.hint}"


@pytest.mark.parametrize(
    ("wrong", "names"),
    [
        ({"stratum": "segmnt"}, "segment"),
        ({"probabilities": [{"value": "gold", "share": 0.5}]}, "no column"),
        ({"reminder_days": [7, 3]}, "rise"),
        ({"expires_days": 5, "reminder_days": [5]}, "expired"),
        ({"quotas": [{"per": "year", "most": 1}]}, "quotas"),
    ],
)
def test_a_trigger_that_is_not_whole_is_refused_by_field(wrong: dict[str, Any], names: str) -> None:
    with pytest.raises(InvalidDefinition) as refused:
        validate("trigger", {**TRIGGER, **wrong})
    assert names in f"{refused.value.message} {refused.value.hint}"


def test_the_commands_tell_why_and_what_is_covered(capsys: pytest.CaptureFixture[str]) -> None:
    from typer.testing import CliRunner

    from heed.feedback.triggers.cli.asking import app

    shop({"coverage": COVERAGE})
    ann = customer("ann")
    happen(call(ann, "1"), call(ann, "2"))

    def run(*words: str) -> dict[str, Any]:
        done = CliRunner().invoke(app, [*words, "--json"])
        assert done.exit_code == 0, done.output
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    told = run("why", "shop:ann")
    assert [(each["reason"], each["asked"]) for each in told["decisions"]] == [
        ("rested", False),
        ("condition_met", True),
    ]
    assert told["next_at"] and told["clocks"][0]["until"] and told["triggers"][0]["reason"] == "rested"
    assert run("coverage")["cells"][0]["wanted"] == 5
    assert run("contact", "shop:ann", "--channel", "post")["channel"] == "post"
    assert run("stop", "shop:ann", "--why", "said so")["stopped_at"]
    assert run("why", "shop:ann")["obstacle"] == "do_not_contact"
    assert run("allow", "shop:ann")["stopped_at"] is None
    paused = run("pause", "--why", "storm")
    assert run("resume", paused["pause"])["until"]
    assert CliRunner().invoke(app, ["why", "shop:nobody"]).exit_code == 1
