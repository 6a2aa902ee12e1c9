"""Feedback goes to who can act on it: like feedback as one item, nothing with nobody, each answered for in time."""

import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.core import mail
from django.utils import timezone

from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.definitions.rules import validate
from heed.core.errors.rules import Forbidden, Invalid, NotFound, Refused
from heed.core.people.queries import notifications
from heed.core.settings.rules import current
from heed.feedback.routing import jobs
from heed.feedback.routing.actions import connecting, working
from heed.feedback.routing.models import Connection, Delivery, RoutedItem, RoutedPiece, RoutedStep
from heed.feedback.routing.queries import items as queries
from tests.channels.far import Far, answer, far, says
from tests.core.conftest import House
from tests.feedback.routing.operation import ROUTING, carry_on, in_force, say

pytestmark = pytest.mark.django_db


def only() -> RoutedItem:
    return RoutedItem.objects.get()


def test_like_feedback_is_one_item_and_unlike_another(house: House) -> None:
    in_force()
    for number in range(3):
        say(f"v-{number}", customer=f"c-{number % 2}")
    say("v-9", churn="at_risk", themes=("delivery",))
    carry_on()
    bills, leaving = RoutedItem.objects.order_by("id")
    assert (bills.route, bills.join_key, bills.pieces, bills.receiver) == ("bills", "theme=billing", 3, "north-phone")
    assert queries.customers_in(bills) == 2
    assert (leaving.route, leaving.receiver) == ("leaving", "south-phone")
    assert bills.acknowledge_due_at and bills.accept_due_at and bills.acknowledge_due_at < bills.accept_due_at


def test_what_is_told_twice_is_one_piece(house: House) -> None:
    in_force()
    say("v-1")
    say("v-1")
    carry_on()
    assert only().pieces == RoutedPiece.objects.count() == 1


def test_nothing_stays_with_nobody_and_what_is_not_looked_at_is_left(house: House) -> None:
    in_force()
    say("v-1", themes=("parking",))
    say("v-2", themes=())
    say("v-3", sentiment="positive")
    carry_on()
    assert set(RoutedItem.objects.values_list("route", "join_key")) == {
        ("catch_all", "theme=parking"),
        ("catch_all", "theme="),
    }
    assert {row.receiver for row in RoutedItem.objects.all()} == {"organisation"}


def test_the_first_route_takes_it_or_all_that_would(house: House) -> None:
    in_force()
    say("v-1", churn="at_risk")
    carry_on()
    assert only().route == "bills"
    in_force(mode="all")
    say("v-2", churn="at_risk")
    carry_on()
    assert sorted(RoutedPiece.objects.filter(verbatim_id="v-2").values_list("route", flat=True)) == ["bills", "leaving"]


def test_without_a_routing_nothing_happens(house: House) -> None:
    say("v-1")
    carry_on()
    assert not RoutedItem.objects.exists()


def test_who_has_it_is_told_once_and_again_when_it_grows(house: House) -> None:
    in_force()
    for number in range(6):
        say(f"v-{number}")
    carry_on()
    # Nobody supervises the team: those who lead the region are told, at 1, 2 and 5 pieces.
    told = notifications(house.north_admin.key)
    assert [row.kind for row in reversed(list(told))] == ["feedback-routed", "feedback-grew", "feedback-grew"]


def test_seen_accepted_done_and_what_comes_later_is_a_new_item(house: House) -> None:
    in_force()
    say("v-1")
    carry_on()
    agent, key = house.scope("agent"), only().key
    working.acknowledge(agent, key)
    with pytest.raises(Refused):
        working.acknowledge(agent, key)
    with pytest.raises(Refused):
        working.finish(agent, key, "changed")
    assert working.accept(agent, key).worked_by == agent.person
    working.finish(agent, key, "changed", "The template of the bill is right now.")
    say("v-2")
    carry_on()
    assert RoutedItem.objects.count() == 2
    assert RoutedItem.objects.get(ended_at=None).pieces == 1


def test_sent_back_goes_to_who_takes_the_rest_and_teaches_the_route(house: House) -> None:
    in_force()
    for number, theme in enumerate(("billing", "billing", "billing")):
        say(f"v-{number}", themes=(theme,), product=f"p{number}")
    carry_on()
    agent, key = house.scope("agent"), only().key
    with pytest.raises(Invalid, match="Say why"):
        working.send_back(agent, key, "not_ours", " ")
    with pytest.raises(Invalid, match="no reason"):
        working.send_back(agent, key, "not_our", "Sales made these.")
    row = working.send_back(agent, key, "not_ours", "Sales made these.")
    assert (row.way, row.receiver, row.state, row.is_first_receiver) == ("team", "organisation", "new", False)
    admin = house.scope("admin")
    with pytest.raises(Invalid, match="there already"):
        working.send_back(admin, key, "not_ours", "Not here either.")
    working.send_back(admin, key, "needs_another", "The south made the bills.", to="south-phone")
    working.accept(admin, key)
    # What the second receiver accepted says nothing of the route; the first one said that it was wrong.
    line = next(line for line in queries.route_lines(COMMAND_LINE, "rest") if line.key == "bills")
    assert (line.precision.decided, line.precision.right, line.precision.value) == (1, 0, 0.0)
    assert line.sent_back == 2


def test_precision_has_an_interval(house: House) -> None:
    in_force()
    agent = house.scope("agent")
    for number in range(10):
        say(f"v-{number}")
        carry_on()
        key = RoutedItem.objects.get(ended_at=None).key
        if number < 8:
            working.accept(agent, key)
            working.finish(agent, key, "answered")
        else:
            working.send_back(agent, key, "not_ours", "No.")
            RoutedItem.objects.filter(key=key).update(ended_at=timezone.now(), state="done")
    line = queries.route_lines(COMMAND_LINE, "rest")[0]
    # Wilson's interval of 8 of 10.
    assert (line.precision.value, line.precision.decided) == (0.8, 10)
    assert line.precision.low == pytest.approx(0.4902, abs=1e-3)
    assert line.precision.high == pytest.approx(0.9433, abs=1e-3)


def test_who_is_late_is_told_of_once_a_promise(house: House) -> None:
    in_force()
    say("v-1")
    carry_on()
    now = timezone.now()
    assert jobs.chase_late_items() == 0
    RoutedItem.objects.update(acknowledge_due_at=now - timedelta(minutes=1))
    assert (jobs.chase_late_items(), jobs.chase_late_items()) == (1, 0)
    RoutedItem.objects.update(accept_due_at=now - timedelta(minutes=1))
    assert (jobs.chase_late_items(), jobs.chase_late_items()) == (1, 0)
    assert list(RoutedStep.objects.filter(verb="late").values_list("reason", flat=True)) == ["acknowledge", "accept"]
    assert queries.counts(COMMAND_LINE)["late"] == 1


def test_an_item_is_seen_by_whom_it_concerns_alone(house: House) -> None:
    in_force()
    say("v-1", themes=("parking",), team="south-phone")
    carry_on()
    with pytest.raises(NotFound):
        queries.item(house.scope("agent"), only().key)
    reader = Scope("p_x", frozenset({"see_words"}), teams=frozenset({"south-phone"}), units=frozenset({"south-phone"}))
    assert queries.item(reader, only().key)
    with pytest.raises(Forbidden):
        working.accept(reader, only().key)


def test_a_mail_address_is_written_to_again_until_it_is_taken(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    in_force(catch_all={"to": {"mail": "desk@example.org"}}, routes=[])
    say("v-1")
    carry_on()
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", _silent)
        assert jobs.send_routed_mails() == 0
    row = only()
    assert row.mail_next_at and row.mail_next_at > timezone.now() and row.mail_tries == 1
    RoutedItem.objects.update(mail_next_at=timezone.now())
    assert jobs.send_routed_mails() == 1
    assert jobs.send_routed_mails() == 0
    (sent,) = mail.outbox
    assert sent.to == ["desk@example.org"]
    assert f"/routed/{row.key}/" in sent.body
    # The journal names no address of anybody.
    assert "desk@example.org" not in json.dumps([str(step) for step in _payloads()])


def _silent(*_: Any, **__: Any) -> int:
    raise TimeoutError("the server says nothing")


def _payloads() -> list[Any]:
    from heed.core.journal.models import JournalEntry

    return list(JournalEntry.objects.exclude(name__startswith="definition").values_list("payload", flat=True))


def deliver() -> None:
    while connecting.deliver_due():
        pass


def test_a_webhook_gets_what_is_routed_to_it_alone(house: House) -> None:
    with far(says(answer())) as server:
        row, _secret = connecting.add_connection(
            COMMAND_LINE, name="Desk", url=f"{server.address}/hook", event_names=["case-opened"]
        )
        in_force(catch_all={"to": {"connection": row.key}}, routes=ROUTING["routes"])
        say("v-1", themes=("parking",))
        say("v-2")
        carry_on()
        deliver()
        bodies = [request.partition(b"\r\n\r\n")[2] for request in server.asked]
    (told,) = [json.loads(body) for body in bodies]
    assert told["type"] == "heed.feedback-routed"
    assert told["data"]["join"] == "theme=parking"


class Tracker:
    """An issue tracker of GitHub's or Jira's shape: issues by number, found by label, and what was said of each."""

    def __init__(self, shape: str) -> None:
        self.shape, self.issues, self.comments = shape, [], []  # type: ignore[var-annotated]
        self.lose_answers = self.tokens = 0
        self.deleted = False

    def __call__(self, line: socket.socket, request: bytes) -> None:
        head, _, body = request.partition(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        self.tokens += b"Authorization: Bearer s3cret" in head
        path, _, asked = target.partition("?")
        if method == "GET":
            return line.sendall(answer(body=json.dumps(self.found(parse_qs(asked))).encode()))
        told = json.loads(body)
        if path.rsplit("/", 1)[1] in ("comments", "comment"):
            self.comments.append(told["body"])
            return line.sendall(answer("410 Gone" if self.deleted else "201 Created", b"{}"))
        self.issues.append(told)
        if self.lose_answers:
            self.lose_answers -= 1
            return None
        return line.sendall(answer("201 Created", json.dumps(self.named(len(self.issues))).encode()))

    def named(self, number: int) -> dict[str, Any]:
        if self.shape == "github":
            return {"number": number, "html_url": f"https://tracker.example/issues/{number}"}
        return {"key": f"OPS-{number}"}

    def found(self, asked: dict[str, list[str]]) -> Any:
        wanted = asked["labels"][0] if self.shape == "github" else asked["jql"][0].split('"')[1]
        labels = [issue["labels"] if self.shape == "github" else issue["fields"]["labels"] for issue in self.issues]
        rows = [self.named(number) for number, has in enumerate(labels, 1) if wanted in has]
        return rows if self.shape == "github" else {"issues": rows}


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HEED_TRACKER_TOKENS", "ops=s3cret, other=x")
    current.cache_clear()
    yield
    monkeypatch.undo()
    current.cache_clear()


def track(server: Far, shape: str) -> str:
    path = "/repos/a/b/issues" if shape == "github" else "/rest/api/2/issue"
    row, _secret = connecting.add_connection(
        COMMAND_LINE, name="Ops", url=server.address + path, shape=shape, token_name="ops", project="OPS"
    )
    return row.key


def make_due() -> None:
    Delivery.objects.filter(state="pending").update(next_at=timezone.now())
    Connection.objects.update(retry_at=None, leased_until=None)


@pytest.mark.parametrize("shape", ["github", "jira"])
def test_an_issue_is_made_once_and_told_that_more_say_it(house: House, token: None, shape: str) -> None:
    there = Tracker(shape)
    with far(there) as server:
        in_force(routes=[], catch_all={"to": {"connection": track(server, shape)}})
        there.lose_answers = 1
        say("v-1")
        carry_on()
        deliver()
        assert len(there.issues) == 1
        assert not only().issue_name
        # The answer was lost: the tracker is asked first, and no second issue is made.
        make_due()
        deliver()
        assert len(there.issues) == 1
        assert only().issue_name == ("1" if shape == "github" else "OPS-1")
        say("v-2")
        carry_on()
        deliver()
    assert len(there.comments) == 1
    assert "2" in there.comments[0]
    assert there.tokens >= 3
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}
    made = there.issues[0] if shape == "github" else there.issues[0]["fields"]
    assert "Bills" in (made.get("title") or made["summary"])
    assert f"heed-{only().key}" in made["labels"]


def test_an_issue_that_was_taken_away_there_is_made_anew(house: House, token: None) -> None:
    there = Tracker("github")
    with far(there) as server:
        in_force(routes=[], catch_all={"to": {"connection": track(server, "github")}})
        say("v-1")
        carry_on()
        deliver()
        there.deleted = True
        say("v-2")
        carry_on()
        deliver()
    assert len(there.issues) == 2
    assert only().issue_name == "2"


@pytest.mark.parametrize("body", [b"not json", b"[]", b'{"number": true}', b'{"number": "1"}', b'{"key": "../x"}'])
@pytest.mark.parametrize("shape", ["github", "jira"])
def test_an_answer_that_tells_of_no_issue_is_tried_again(house: House, token: None, shape: str, body: bytes) -> None:
    with far(says(answer("201 Created", body))) as server:
        in_force(routes=[], catch_all={"to": {"connection": track(server, shape)}})
        say("v-1")
        carry_on()
        deliver()
    assert not only().issue_name
    assert Delivery.objects.get().state == "pending"


def test_a_tracker_is_told_nothing_else_and_its_token_is_never_kept(house: House, token: None) -> None:
    there = Tracker("github")
    with far(there) as server:
        track(server, "github")
        in_force()
        say("v-1")
        carry_on()
        deliver()
    assert not Delivery.objects.exists()
    assert "s3cret" not in str(list(Connection.objects.values()))
    with pytest.raises(Invalid, match="no token called nope"):
        connecting.add_connection(COMMAND_LINE, name="x", url=server.address, shape="github", token_name="nope")
    with pytest.raises(Invalid, match="project"):
        connecting.add_connection(COMMAND_LINE, name="x", url=server.address, shape="jira")


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ({"catch_all": {"to": {}}}, "name one of"),
        ({"catch_all": {"to": {"team": "a", "mail": "a@b.c"}}}, "name one of"),
        ({"catch_all": {"to": {"mail": "nobody"}}}, "mail"),
        ({"catch_all": {"to": {"team": "a"}}, "when": "sentimnt == 'negative'"}, "sentiment"),
        ({"catch_all": {"to": {"team": "a"}}, "routes": [{"key": "x", "name": "X", "to": {"team": "a"}}]}, "catch-all"),
        (
            {
                "catch_all": {"to": {"team": "a"}},
                "routes": [
                    {"key": "x", "name": "X", "themes": ["b"], "to": {"team": "a"}, "accept_hours": 1.0},
                ],
            },
            "less than",
        ),
    ],
)
def test_a_routing_that_cannot_be_meant_is_refused(body: dict[str, Any], what: str) -> None:
    with pytest.raises(Invalid) as refused:
        validate("routing", body)
    assert what in f"{refused.value.said(str)} {refused.value.hint}"
