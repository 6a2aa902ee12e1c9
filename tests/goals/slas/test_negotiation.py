"""Two sides agree on a promise: offers scored on one history, who may do what, signatures, what comes into force, and races."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.definitions.actions import approve, ensure, propose, put_in_force
from heed.core.definitions.queries import in_force, versions
from heed.core.errors.rules import Forbidden, HeedError, Invalid, NotFound, Refused
from heed.core.journal.models import JournalEntry
from heed.core.people.queries import notifications
from heed.goals.slas.actions import (
    Party,
    expire_negotiations,
    make_offer,
    open_negotiation,
    set_reservation,
    sign_offer,
    withdraw_negotiation,
)
from heed.goals.slas.models import Negotiation, Offer
from heed.goals.slas.queries.negotiations import Grounds, outcome_of, room, told_room
from heed.goals.slas.rules.bargaining import Terms
from tests.core.conftest import House, build
from tests.goals.slas.line import BODY, WEEKS, line_in
from tests.goals.slas.sides import seated
from tests.places import ROOT

NORTH, SOUTH = Party("", "north"), Party("", "south")
GROUNDS = Grounds(weeks=WEEKS, shrinkage=0.3)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("line")
    with pytest.MonkeyPatch.context() as patch, line_in(folder, patch):
        yield folder


@pytest.fixture
def house(db: None, filled: Path) -> House:
    built = build()
    ensure("sla", "line", BODY, note="")
    return built


@pytest.fixture
def people(house: House) -> dict[str, Scope]:
    return seated(house)


@pytest.fixture
def talk(people: dict[str, Scope]) -> Negotiation:
    return open_negotiation(people["seller"], "line", NORTH, SOUTH, GROUNDS)


def terms(**more: Any) -> Terms:
    day = timezone.now().date() + timedelta(days=7)
    return replace(Terms(0.8, 20, Decimal(6), Decimal("9000.00"), day), **more)


def codes(does: Any) -> str:
    with pytest.raises(HeedError) as refused:
        does()
    return refused.value.code


def test_two_sides_come_to_an_agreement(people: dict[str, Scope], talk: Negotiation) -> None:
    seller, buyer = people["seller"], people["buyer"]
    first = make_offer(seller, talk.key, terms(target=0.7, head_count=Decimal(4)), seen=0)
    assert first.score["predicted"]["service_level"]["value"] > 0
    assert first.score["cost"] == "5168.00"  # 4 people of 38 hours at 34
    counter = make_offer(buyer, talk.key, terms(), seen=1)
    # The same history, seed and version; more people answer more.
    assert {counter.score[name] for name in ("seed", "since", "until", "calls", "sla_version")} == {
        first.score[name] for name in ("seed", "since", "until", "calls", "sla_version")
    }
    levels = [each.score["predicted"]["service_level"]["value"] for each in (first, counter)]
    assert levels[1] > levels[0]
    rungs = counter.score["rungs"]
    assert [rung["target"] for rung in rungs] == sorted(rung["target"] for rung in rungs)
    assert (rungs[0]["target"], rungs[-1]["target"]) == (0.7, 0.8)
    assert Decimal(rungs[0]["cost"]) < Decimal(rungs[-1]["cost"])
    sign_offer(buyer, talk.key, number=2)
    before = in_force("sla", "line")
    assert before is not None
    done = sign_offer(seller, talk.key, number=2)
    assert (done.agreed_number, done.definition_version) == (2, 2)
    later = in_force("sla", "line", timezone.now() + timedelta(days=8))
    assert later is not None
    assert (later.version, later.body.target) == (2, 0.8)  # type: ignore[attr-defined]
    assert in_force("sla", "line") == before  # until its day
    names = list(JournalEntry.objects.filter(subject_kind="negotiation").order_by("id").values_list("name", flat=True))
    assert names == [
        "negotiation-opened", "sla-offer-made", "sla-offer-made", "sla-offer-signed", "sla-offer-signed", "negotiation-agreed",
    ]  # fmt: skip
    assert codes(lambda: make_offer(seller, talk.key, terms(), seen=2)) == "negotiation_over"


def test_hours_offered_are_hours_promised(people: dict[str, Scope], talk: Negotiation) -> None:
    shorter = terms(days=("monday", "tuesday"), opens="09:00", closes="11:00")
    offer = make_offer(people["seller"], talk.key, shorter, seen=0)
    assert offer.score["share_of_calls"] < 0.4
    sign_offer(people["seller"], talk.key, number=1)
    sign_offer(people["buyer"], talk.key, number=1)
    body = versions("sla", "line")[0].body
    assert body["hours"]["hours"]["monday"] == ["09:00-11:00"]
    assert body["hours"]["hours"]["friday"] == []


def test_a_counter_offer_takes_signatures_off_the_table(people: dict[str, Scope], talk: Negotiation) -> None:
    seller, buyer = people["seller"], people["buyer"]
    make_offer(seller, talk.key, terms(), seen=0)
    sign_offer(seller, talk.key, number=1)
    make_offer(seller, talk.key, terms(target=0.75), seen=1)
    assert codes(lambda: sign_offer(buyer, talk.key, number=1)) == "superseded"
    assert sign_offer(buyer, talk.key, number=2).agreed_at is None
    assert codes(lambda: sign_offer(people["buyers_chief"], talk.key, number=2)) == "already_signed"
    assert codes(lambda: make_offer(buyer, talk.key, terms(), seen=1)) == "superseded"


def test_only_a_side_acts_for_itself(people: dict[str, Scope], talk: Negotiation) -> None:
    make_offer(people["seller"], talk.key, terms(), seen=0)
    # Who reaches both units speaks for neither; a supervisor may offer and not sign; others see nothing.
    assert codes(lambda: make_offer(people["both"], talk.key, terms(), seen=1)) == "not_of_a_side"
    assert codes(lambda: sign_offer(people["both"], talk.key, number=1)) == "not_of_a_side"
    assert codes(lambda: sign_offer(people["buyers_desk"], talk.key, number=1)) == "not_permitted"
    assert make_offer(people["buyers_desk"], talk.key, terms(), seen=1).side == "customer"
    with pytest.raises(Forbidden):
        make_offer(people["auditor"], talk.key, terms(), seen=2)
    assert room(people["auditor"], "line") is None
    shown = room(people["both"], "line")
    assert shown is not None
    assert (shown.side, shown.may_sign) == (None, False)
    with pytest.raises(NotFound):
        sign_offer(people["buyer"], "nego_nothing", number=1)


def test_one_named_person_speaks_alone(people: dict[str, Scope]) -> None:
    named = Party("The buyer", "south", people["buyer"].person)
    talk = open_negotiation(people["seller"], "line", NORTH, named, GROUNDS)
    make_offer(people["seller"], talk.key, terms(), seen=0)
    with pytest.raises((Forbidden, NotFound)):
        sign_offer(people["buyers_chief"], talk.key, number=1)
    sign_offer(people["buyer"], talk.key, number=1)


def test_a_reservation_is_for_one_side_alone(people: dict[str, Scope], talk: Negotiation) -> None:
    make_offer(people["seller"], talk.key, terms(), seen=0)
    set_reservation(people["seller"], talk.key, target=0.62, money=Decimal("7777.00"))
    own, other, onlooker = (room(people[name], "line") for name in ("seller", "buyer", "both"))
    assert own is not None and other is not None and onlooker is not None
    assert own.reservation is not None
    assert own.reservation.target == 0.62
    for each in (other, onlooker):
        assert each.reservation is None
        assert "7777" not in json.dumps(told_room(each), default=str)
    payloads = json.dumps(list(JournalEntry.objects.values_list("payload", flat=True)), default=str)
    assert "7777" not in payloads
    assert "0.62" not in payloads


def test_who_leaves_ends_it_and_what_expires_is_over(people: dict[str, Scope], talk: Negotiation) -> None:
    make_offer(people["seller"], talk.key, terms(), seen=0)
    assert codes(lambda: open_negotiation(people["buyer"], "line", NORTH, SOUTH, GROUNDS)) == "already_open"
    withdraw_negotiation(people["buyer"], talk.key)
    assert codes(lambda: sign_offer(people["seller"], talk.key, number=1)) == "negotiation_over"
    again = open_negotiation(people["buyer"], "line", NORTH, SOUTH, GROUNDS)
    make_offer(people["buyer"], again.key, terms(), seen=0)
    Offer.objects.filter(negotiation=again).update(expires_at=timezone.now() - timedelta(seconds=1))
    shown = room(people["seller"], "line")
    assert shown is not None
    assert shown.state == "expired"
    assert codes(lambda: sign_offer(people["seller"], again.key, number=1)) == "negotiation_over"
    third = open_negotiation(people["seller"], "line", NORTH, SOUTH, GROUNDS)
    assert third.key != again.key


def test_what_expires_is_noted_by_the_worker_and_both_sides_hear_of_it(
    people: dict[str, Scope], talk: Negotiation
) -> None:
    make_offer(people["seller"], talk.key, terms(), seen=0, days_open=30)
    make_offer(people["buyer"], talk.key, terms(), seen=1)
    assert expire_negotiations() == 0
    over = timezone.now() - timedelta(hours=1)
    Offer.objects.filter(negotiation=talk, number=2).update(expires_at=over)
    assert (expire_negotiations(), expire_negotiations()) == (1, 0)
    talk.refresh_from_db()
    assert talk.withdrawn_at == over
    shown = room(people["buyer"], "line", talk.key)
    assert shown is not None
    assert shown.state == "expired"
    told = JournalEntry.objects.get(name="negotiation-expired")
    assert told.payload["number"] == 2
    for side in ("seller", "buyer"):
        (heard,) = notifications(people[side].person)
        assert heard.kind == "negotiation-expired"


def test_what_was_changed_elsewhere_meanwhile_is_not_overwritten(people: dict[str, Scope], talk: Negotiation) -> None:
    make_offer(people["seller"], talk.key, terms(), seen=0)
    sign_offer(people["seller"], talk.key, number=1)
    other = propose(people["both"], "sla", "line", {**BODY, "target": 0.9})
    approve(people["both"], "sla", "line", other.number)
    put_in_force(people["both"], "sla", "line", other.number)
    with pytest.raises(Refused, match="changed since"):
        sign_offer(people["buyer"], talk.key, number=1)
    # Nothing of it stands: the signature neither.
    assert Offer.objects.get(negotiation=talk).signatures.count() == 1


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"target": 1.0}, "invalid_share"),
        ({"within_seconds": 0}, "invalid_time"),
        ({"head_count": Decimal(0)}, "invalid_count"),
        ({"money": Decimal("NaN")}, "invalid_money"),
        ({"days": ("monday",)}, "invalid_hours"),
        ({"in_force_on": timezone.now().date() - timedelta(days=2)}, "invalid_day"),
        ({"days": ("sunday",), "opens": "09:00", "closes": "10:00"}, "no_calls"),
    ],
)
def test_terms_that_are_none_are_refused(
    people: dict[str, Scope], talk: Negotiation, wrong: dict[str, Any], code: str
) -> None:
    assert codes(lambda: make_offer(people["seller"], talk.key, terms(**wrong), seen=0)) == code


def test_too_few_people_to_keep_the_hours_open(people: dict[str, Scope], talk: Negotiation) -> None:
    offer = make_offer(people["seller"], talk.key, terms(head_count=Decimal("0.5")), seen=0)
    assert offer.score["predicted"] is None
    assert offer.score["least_head_count"] > 0.5


def test_what_came_of_it_stands_beside_the_prediction(people: dict[str, Scope], talk: Negotiation) -> None:
    make_offer(people["seller"], talk.key, terms(in_force_on=timezone.now().date()), seen=0)
    sign_offer(people["seller"], talk.key, number=1)
    sign_offer(people["buyer"], talk.key, number=1)
    shown = room(people["seller"], "line")
    assert shown is not None
    outcome = outcome_of(people["seller"], shown)
    assert outcome is not None
    assert outcome.shown is not None
    assert outcome.shown.held.version == 2


def test_sides_that_are_none_are_refused(people: dict[str, Scope]) -> None:
    seller = people["seller"]
    for other, code in (
        (NORTH, "same_side"),
        (Party("", "nowhere"), "unknown_unit"),
        (Party("", "south", "nobody"), "unknown_person"),
        (Party("", "south", people["seller"].person), "not_of_the_unit"),
        (Party("", "south", people["auditor"].person), "not_of_the_unit"),
    ):
        assert codes(partial(open_negotiation, seller, "line", NORTH, other, GROUNDS)) == code
    with pytest.raises(NotFound):
        open_negotiation(seller, "nothing", NORTH, SOUTH, GROUNDS)
    with pytest.raises(Invalid):
        open_negotiation(seller, "line", NORTH, SOUTH, replace(GROUNDS, weeks=1000))


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_room_as_a_page_and_over_the_api(house: House, people: dict[str, Scope]) -> None:
    seller, buyer = house.client("seller"), house.client("buyer")
    place = "/slas/line/negotiation/"
    assert "Begin a negotiation" in text(seller.get(place))
    parties = {"provider_unit": "north", "customer_unit": "south", "weeks": WEEKS, "shrinkage": 0.3, "hours": 38}
    assert seller.post(f"{place}open/", parties).status_code == 302
    of = Negotiation.objects.get().key
    day = (timezone.now().date() + timedelta(days=7)).isoformat()
    offered = {"of": of, "seen": 0, "target": 0.8, "within": 20, "head_count": 6, "money": 9000, "days_open": 14}
    assert seller.post(f"{place}offers/", {**offered, "in_force_on": "soon"}).status_code == 400
    assert seller.post(f"{place}offers/", {**offered, "in_force_on": day}).status_code == 302
    shown = text(buyer.get(place))
    assert "On the table: offer 1 of North" in shown
    assert "Sign offer 1" in shown
    assert buyer.post(f"{place}reservation/", {"of": of, "own-money": "9100"}).status_code == 302
    assert "9100" not in seller.get(place).content.decode()
    stale = buyer.post(f"{place}signature/", {"of": of, "number": 7})
    assert stale.status_code == 409
    assert "Another offer was made meanwhile" in text(stale)
    assert buyer.post(f"{place}signature/", {"of": of, "number": 1}).status_code == 302
    answer = seller.post("/api/v1/slas/line/negotiation/signature", {"number": 1}, content_type="application/json")
    assert answer.json()["state"] == "agreed"
    assert answer.json()["definition_version"] == 2
    assert "Agreed on offer 1" in text(seller.get(place))
    assert house.client("auditor").get("/api/v1/slas/line/negotiation").status_code == 404


@pytest.mark.prove
def test_who_presses_at_once_is_told_who_was_first(tmp_path: Path) -> None:
    """One side counters while two of the other sign: either the offer is agreed once, or the counter stands; never both."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEED_")}
    settings = {"HEED_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "heed.site.settings"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.goals.slas.racer"],
        env={**kept, **settings, "PYTHONPATH": f"{ROOT}:{ROOT}/src"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["failed"] == []
    for each in told["outcomes"]:
        if each["together"]:
            # Both sides sign in one moment, and two of one side: agreed once, each side once.
            assert (each["agreed"], each["signatures"], each["versions"], each["said"].count("signed")) == (1, 2, 2, 2)
        elif each["agreed"]:
            assert (each["agreed"], each["offers"], each["signatures"], each["versions"]) == (1, 1, 2, 2)
            assert each["said"].count("signed") == 1
            assert "countered" not in each["said"]
        else:
            assert (each["offers"], each["signatures"], each["versions"]) == (2, 1, 1)
            assert each["said"] == ["countered", "superseded", "superseded"]
