"""Ada connects her CRM: it is told what happens, checks the signature as the standard says, fails, is gone, comes back, and
hears of everything at least once, also when the worker dies in the middle of a message.
"""

import base64
import hashlib
import hmac
import html
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.acceptance.core.test_people import Browser, House
from tests.acceptance.loop.shop import Calls, shop, signed_in, waited


class Crm:
    """Another system: it keeps what it is told, checks it, and answers as `status` and `seconds` say."""

    def __init__(self) -> None:
        self.told: list[tuple[dict[str, str], bytes]] = []
        self.status, self.seconds, self.headers = 200, 0.0, {"X-Crm": "1"}
        crm = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                crm.told.append(({name.lower(): value for name, value in self.headers.items()}, body))
                time.sleep(crm.seconds)
                said = f"status {crm.status}".encode()
                self.send_response(crm.status)
                for name, value in {**crm.headers, "Content-Length": str(len(said))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *words: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.server.daemon_threads = True
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hooks/heed"

    def events(self, type_: str) -> list[dict[str, Any]]:
        found = [json.loads(body) for _, body in self.told]
        return [event for event in found if event["type"] == f"heed.{type_}"]

    def ids(self, type_: str) -> list[str]:
        return [headers["webhook-id"] for headers, body in self.told if json.loads(body)["type"] == f"heed.{type_}"]


def holds(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """The check of a receiver, written from the standard alone."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    is_fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 300
    return is_fresh and wanted in headers["webhook-signature"].split()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with shop(tmp_path_factory.mktemp("routing"), HEED_OUTGOING_ALLOW="127.0.0.0/8") as house:
        yield house


@pytest.fixture
def crm() -> Iterator[Crm]:
    crm = Crm()
    yield crm
    crm.server.shutdown()


@pytest.fixture
def ada(running: House) -> Browser:
    return signed_in(running)


def words(page: Any) -> str:
    return html.unescape(page.text)


def connected(ada: Browser, crm: Crm, name: str) -> tuple[str, str]:
    """A CRM connected on the page: the address of its page, and the secret shown there once."""
    page = ada.send("/connections/new/", name=name, url=crm.address)
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", words(page))
    assert secret is not None, page.text
    return page.url.removeprefix(ada.house.address), secret.group()


def press(ada: Browser, place: str, verb: str, **fields: str) -> str:
    """Press a button of a connection's page."""
    page = ada.open(place)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token is not None
    given = {"csrfmiddlewaretoken": token.group(1), **fields}
    answer = ada.session.post(f"{page.url}{verb}/", given, headers={"Referer": page.url}, timeout=60)
    return words(answer)


def test_a_crm_hears_of_what_happens_and_checks_it(ada: Browser, crm: Crm) -> None:
    place, secret = connected(ada, crm, "CRM")
    assert secret not in words(ada.open(place))

    assert "The message was taken: HTTP 200" in press(ada, place, "test")
    assert all(holds(secret, *message) for message in crm.told)

    ada.send("/people/units/new/", name="North", kind="region", parent="organisation")
    waited(lambda: crm.events("unit-added"))
    event = crm.events("unit-added")[0]
    assert event["specversion"] == "1.0"
    assert event["source"] == ada.house.address
    assert event["data"] == {"unit": "north", "kind": "region", "parent": "organisation"}
    headers, body = crm.told[-1]
    assert holds(secret, headers, body)
    assert not holds("whsec_" + base64.b64encode(b"another secret").decode(), headers, body)
    assert not holds(secret, headers, body.replace(b"north", b"south"))

    shown = press(ada, place, "secret")
    new = re.search(r"whsec_[A-Za-z0-9+/=]+", shown)
    assert new is not None
    assert new.group() != secret
    press(ada, place, "test")
    assert holds(secret, *crm.told[-1])
    assert holds(new.group(), *crm.told[-1])
    press(ada, place, "remove")


def test_what_fails_is_tried_again_and_what_is_gone_is_said(ada: Browser, crm: Crm) -> None:
    place, _secret = connected(ada, crm, "Warehouse")
    crm.status = 503
    ada.send("/people/units/new/", name="South", kind="region", parent="organisation")
    waited(lambda: crm.events("unit-added"))
    assert waited(lambda: "failing" in words(ada.open(place)))
    assert "status 503" in words(ada.open(place))
    crm.status = 200
    waited(lambda: "delivered" in words(ada.open(place)))
    assert len(set(crm.ids("unit-added"))) == 1
    assert len(crm.ids("unit-added")) >= 2

    crm.status = 410
    ada.send("/people/units/new/", name="West", kind="region", parent="organisation")
    waited(lambda: "this address is gone (410)" in words(ada.open(place)))
    waited(lambda: "Warehouse is not told any more" in words(ada.open("/notifications/")))
    crm.status = 200
    press(ada, place, "resume")
    assert "Send all again" in words(ada.open(f"{place}?show=dead"))
    assert "1 message is sent again." in press(ada, place, "replay")
    waited(lambda: len([event for event in crm.events("unit-added") if event["data"]["unit"] == "west"]) == 2)
    press(ada, place, "remove")


def workers(house: House) -> list[int]:
    """The worker processes of this heed."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            called = (process / "cmdline").read_bytes()
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
        except (OSError, IndexError):
            continue
        if b"main(['worker'])" in called and parent == str(house.process.pid):
            found.append(int(process.name))
    return found


def test_a_worker_that_dies_in_the_middle_of_a_message_loses_none(ada: Browser, crm: Crm) -> None:
    place, secret = connected(ada, crm, "Slow")
    crm.seconds = 5.0
    ada.send("/people/units/new/", name="East", kind="region", parent="organisation")
    waited(lambda: crm.events("unit-added"))
    killed = workers(ada.house)
    assert len(killed) == 1
    os.kill(killed[0], signal.SIGKILL)
    crm.seconds = 0.0
    waited(lambda: "delivered" in words(ada.open(place)), 120)
    assert len(set(crm.ids("unit-added"))) == 1
    assert len(crm.ids("unit-added")) == 2
    assert all(holds(secret, *message) for message in crm.told)
    assert workers(ada.house) != killed
    press(ada, place, "remove")


def test_another_system_connects_by_the_api_and_private_addresses_are_refused(ada: Browser, crm: Crm) -> None:
    calls = Calls(ada.house, ada, "manage_connections")
    at = f"{calls.address}/connections"
    refused = calls.session.post(at, json={"name": "inside", "url": "https://169.254.169.254/"}, timeout=60)
    assert (refused.status_code, refused.json()["code"]) == (422, "address_refused")
    made = calls.session.post(at, json={"name": "by API", "url": crm.address, "events": ["unit-added"]}, timeout=60)
    assert made.status_code == 201, made.text
    key, secret = made.json()["connection"]["key"], made.json()["secret"]
    ada.send("/people/units/new/", name="Far East", kind="region", parent="organisation")
    waited(lambda: crm.events("unit-added"))
    assert holds(secret, *crm.told[-1])
    waited(lambda: calls.get(f"/deliveries?connection={key}&state=delivered")["items"])
    assert calls.session.delete(f"{at}/{key}", timeout=60).status_code == 204


ROUTING = """\
name: Who acts on what
when: "sentiment == 'negative'"
routes:
  - key: bills
    name: Wrong bills
    themes: [billing]
    to: {team: organisation}
  - key: parcels
    name: Late parcels
    themes: [delivery]
    to: {connection: CONNECTION}
catch_all:
  to: {mail: desk@harbour.example}
"""


def said(calls: Calls, number: str, text: str) -> None:
    now = datetime.now(UTC).isoformat()
    calls.tell("verbatims", number, verbatim_id=number, said_at=now, text=text, customer_key=f"crm:{number}")


def test_what_customers_say_goes_to_who_can_act_on_it(ada: Browser, crm: Crm, tmp_path: Path) -> None:
    """Ada says who gets what; customers complain; each complaint reaches its owner once, like ones as one item."""
    place, _secret = connected(ada, crm, "Parcels")
    file = tmp_path / "model" / "routing" / "default.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(ROUTING.replace("CONNECTION", place.strip("/").rpartition("/")[2]))
    code, applied = ada.house.run("model", "apply", str(file.parents[1]), "--json")
    assert code == 0, applied

    calls = Calls(ada.house, ada, "see_words", "see_figures", "import", "work_cases")
    for number in range(3):
        said(calls, f"bill-{number}", "The invoice is wrong again and nobody corrects it. This is awful.")
    said(calls, "parcel-1", "The parcel is late, the delivery was terrible.")
    said(calls, "park-1", "Terrible, awful, I am very angry and disappointed.")
    said(calls, "happy-1", "The invoice was right and the service was wonderful, thank you.")
    waited(lambda: sum(each["pieces"] for each in calls.get("/feedback-items")["items"]) >= 5, 120)
    items = {each["route"]: each for each in calls.get("/feedback-items")["items"]}
    assert (items["bills"]["pieces"], items["bills"]["receiver"]) == (3, "organisation")
    assert items["catch_all"]["way"] == "mail"

    # The system that has parcels is told of its item, the desk is written to, Ada finds hers on the page.
    # (Others may be told to the system by a webhook, and sooner.)
    waited(lambda: "parcels" in {event["data"]["route"] for event in crm.events("feedback-routed")})
    waited(lambda: [mail for mail in ada.house.mailbox.letters if "desk@harbour.example" in str(mail["to"])])
    shown = words(ada.open("/routed/"))
    assert "Wrong bills" in shown
    key = items["bills"]["key"]
    assert "3 pieces of feedback" in words(ada.open(f"/routed/{key}/"))
    assert "It is yours." in verb(ada, key, "acceptance")
    assert "This item is accepted already." in verb(ada, key, "acceptance")
    assert "It is done with." in verb(ada, key, "completion", outcome="changed", words="The template is right now.")

    # What nobody had a route for is sent on with a reason, and goes to a team.
    rest = items["catch_all"]["key"]
    assert "Say why" in verb(ada, rest, "return", reason="not_ours", words=" ")
    assert "It was sent on." in verb(ada, rest, "return", reason="not_ours", words="Ours.", to="organisation")
    routes = {each["key"]: each for each in calls.get("/routes")["items"]}
    assert (routes["bills"]["n"], routes["bills"]["precision"]) == (1, 1.0)
    assert (routes["catch_all"]["n"], routes["catch_all"]["precision"]) == (1, 0.0)
    assert 0 < routes["bills"]["low"] < 1

    # Before it changes the routing, Ada tries the change on what was said.
    file.write_text(ROUTING.replace("[delivery]", "[parking]").replace("CONNECTION", place.strip("/").split("/")[-1]))
    code, tried = ada.house.run("routing", "rehearse", str(file), "--weeks", "1", "--json")
    assert code == 0, tried
    lines = {line["route"]: line for line in tried["routes"]}
    assert lines["parcels"]["pieces"] == 0
    assert lines["parcels"]["pieces_in_force"] >= 1
    press(ada, place, "remove")


def verb(ada: Browser, key: str, name: str, **fields: str) -> str:
    """Do something about an item, on its page."""
    page = ada.open(f"/routed/{key}/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token is not None
    given = {"csrfmiddlewaretoken": token.group(1), **fields}
    return words(ada.session.post(f"{page.url}{name}/", given, headers={"Referer": page.url}, timeout=60))
