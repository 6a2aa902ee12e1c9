"""Pages of cases: what a person sees of theirs, and the verbs as plain forms."""

import re

import pytest
from django.test import Client

from heed.core.access.actions.roles import give_role
from heed.core.access.rules import COMMAND_LINE
from heed.core.people.actions import make_person
from heed.service.cases.actions import opening, working
from heed.service.cases.models import Case
from heed.service.customers.models import Customer
from tests.service.cases.conftest import MONDAY, Desk, Watch

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
WORDS = {"verbatim_id": "v1", "response_id": "r1", "said_at": MONDAY, "text": "<b>Two</b> visits and still no heat"}


def client(desk: Desk, who: str) -> Client:
    found = Client()
    found.force_login(desk.people[who], backend=BACKEND)
    return found


def text(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_list_has_tabs_with_counts_and_says_what_is_due(desk: Desk, watch: Watch) -> None:
    row = desk.answer(1)
    desk.answer(2, team="south-phone")
    working.take(desk.scope("agent"), row.key)
    page = text(client(desk, "agent").get("/cases/"))
    assert row.number in page
    assert "First contact: 8 h left" in page
    assert "pressing" not in page
    assert 'Mine <span class="count">1</span>' in page
    assert 'Nobody&#x27;s <span class="count">0</span>' in page
    watch.move(hours=9)
    late = text(client(desk, "agent").get("/cases/?tab=overdue"))
    assert 'class="pressing">First contact: 0 min late' in late


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("q=NUMBER", True),
        ("q=nothing", False),
        ("severity=urgent", False),
        ("severity=no_such", True),
        ("team=none", False),
        ("sort=severity", True),
        ("sort=%00", True),
        ("page=0", True),
        ("page=99999", False),
        ("owner=%00", True),
    ],
)
def test_filters_narrow_and_nonsense_does_not_break(desk: Desk, query: str, is_there: bool) -> None:
    row = desk.answer()
    answer = client(desk, "agent").get(f"/cases/?tab=open&{query.replace('NUMBER', str(row.number)[:4])}")
    assert answer.status_code == 200
    assert (row.number in text(answer)) is is_there


def test_what_the_list_shows_comes_as_csv(desk: Desk) -> None:
    row = opening.open_case(desk.scope("agent"), title="=1+1", team="north-phone", words="secret words")
    answer = client(desk, "agent").get("/cases/export.csv?tab=open")
    told = b"".join(answer.streaming_content).decode()
    assert told.startswith("number,key,title")
    assert f"{row.number},{row.key},'=1+1,normal,open,north-phone" in told
    assert "secret" not in told


def test_the_case_says_what_the_customer_said_and_what_may_be_done(desk: Desk) -> None:
    row = desk.answer()
    opening.consider_facts(desk.entries()[0], [("verbatims", WORDS)])
    page = text(client(desk, "agent").get(f"/cases/{row.key}/"))
    assert "&lt;b&gt;Two&lt;/b&gt; visits" in page
    assert "5 of 10" in page
    assert "8 h of business hours left" in page
    for verb in ("taking", "contacts", "closures", "waits", "notes", "assignments", "transfers", "escalations"):
        assert f"/cases/{row.key}/{verb}/" in page
    assert "reopenings" not in page
    assert f"/customers/{row.customer_key}/history" in page
    assert len(page) < 150_000


def test_the_case_says_who_the_customer_is_to_those_who_may_know(desk: Desk) -> None:
    row = desk.answer()
    known = {"name": "Mia <Süß>", "email": "mia@home.example", "phone": "030 1234", "region": "north"}
    Customer.objects.create(key=row.customer_key, system="crm", external_id="1", **known)
    there = f"/cases/{row.key}/"
    page = text(client(desk, "agent").get(there))
    assert f'<a href="/customers/{row.customer_key}/">Mia &lt;Süß&gt;</a>' in page
    assert 'href="tel:030 1234"' in page
    assert 'href="mailto:mia@home.example"' in page
    Customer.objects.update(region="south")
    assert "Mia" not in text(client(desk, "agent").get(there)), "a customer of a region they do not serve"


def test_verbs_are_plain_forms(desk: Desk, watch: Watch) -> None:
    row, browser = desk.answer(), client(desk, "agent")

    def press(verb: str, **typed: str):
        return browser.post(f"/cases/{row.key}/{verb}/", typed, follow=True)

    assert "The case is yours." in text(press("taking"))
    assert "She was glad." in text(press("contacts", way="phone", words="She was glad."))
    assert "Call after five." in text(press("notes", words="Call after five."))
    assert "until 8 May 2026" in text(press("waits", waiting_for="customer", until="2026-05-08"))
    assert "The case goes on." in text(press("resumptions"))
    assert "They are told." in text(press("escalations", words="May I credit 80?"))
    refused = press("closures", outcome="resolved")
    assert refused.status_code == 422
    assert "This field is required" in text(refused)
    assert 'name="verb" open' in text(refused)
    assert "The case is closed." in text(press("closures", cause="billing_error", outcome="resolved"))
    assert "Billing error" in text(browser.get(f"/cases/{row.key}/"))
    assert "closed this case" in text(press("notes", words="Late."))
    assert "The case is open again." in text(press("reopenings", words="Not settled."))
    assert "Cases" in text(press("transfers", team="south-phone"))
    assert browser.get(f"/cases/{row.key}/").status_code == 404
    row.refresh_from_db()
    assert row.team == "south-phone"


def test_a_refusal_keeps_what_was_typed(desk: Desk) -> None:
    row = desk.answer()
    typed = {"waiting_for": "customer", "until": "2020-01-01", "words": "Sends the bill on Friday."}
    answer = client(desk, "agent").post(f"/cases/{row.key}/waits/", typed)
    assert answer.status_code == 422
    assert "Sends the bill on Friday." in text(answer)


def test_several_are_given_at_once_and_refusals_are_told(desk: Desk) -> None:
    mine = [desk.answer(number).key for number in (1, 2)]
    other = desk.answer(3, team="south-phone").key
    browser = client(desk, "lead")
    sent = {"case": [*mine, other, "no\0thing"], "owner": desk.key("agent"), "back": "/cases/?tab=open"}
    page = text(browser.post("/cases/assignments/", sent, follow=True))
    assert "2 cases were given." in page
    assert "There is no such case." in page
    assert Case.objects.filter(owner=desk.key("agent")).count() == 2
    away = browser.post("/cases/assignments/", {"back": "https://elsewhere.example/"})
    assert away.headers["Location"] == "/cases/"


def test_who_only_reads_gets_no_verbs_and_other_teams_do_not_exist(desk: Desk) -> None:
    row = desk.answer()
    reader = make_person(email="reader@harbour.example", name="Sam Reader")
    give_role(COMMAND_LINE, reader.key, "north", "analyst")
    desk.people["reader"] = reader
    page = text(client(desk, "reader").get(f"/cases/{row.key}/"))
    assert "Working on it needs a role in its team." in page
    assert f"/cases/{row.key}/taking/" not in page
    assert "/history" not in page
    assert client(desk, "reader").post(f"/cases/{row.key}/taking/").status_code == 403
    assert client(desk, "south").get(f"/cases/{row.key}/").status_code == 404
    assert client(desk, "south").post(f"/cases/{row.key}/taking/").status_code == 404
    assert client(desk, "agent").post(f"/cases/{row.key}/nothing/").status_code == 404
    assert Client().get(f"/cases/{row.key}/").status_code == 302


def test_a_case_is_opened_by_hand(desk: Desk) -> None:
    browser = client(desk, "agent")
    assert "Call back who is unhappy" in text(browser.get("/cases/new/"))
    typed = {"title": "Lost parcel", "team": "north-phone", "severity": "high", "opening": "call_back", "take": "on"}
    wrong = browser.post("/cases/new/", {**typed, "customer": "nobody"})
    assert wrong.status_code == 422
    assert "crm:48213" in text(wrong)
    page = text(browser.post("/cases/new/", typed, follow=True))
    assert "Lost parcel" in page
    assert "4 h of business hours left" in page
    assert browser.post("/cases/new/", {**typed, "team": "south-phone"}).status_code == 200


def test_the_empty_list_says_what_to_do_next(desk: Desk) -> None:
    assert "Rehearse the rule" in text(client(desk, "agent").get("/cases/"))
