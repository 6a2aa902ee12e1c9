"""Ada starts heed for her organisation, invites Kim by mail, and Kim gets in; every step by the running product."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import requests
from aiosmtpd.controller import Controller

from tests.running import heed, make_store

PASSWORD = "a-quiet-harbour-42"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mailbox:
    """A mail server that keeps what it gets."""

    def __init__(self) -> None:
        self.letters: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


class House:
    """heed as people meet it: its address, its folder, its mails, and its command."""

    def __init__(self, home: Path, mailbox: Mailbox, mail_port: int, is_made: bool = True, **settings: str) -> None:
        self.home, self.mailbox, self.port = home, mailbox, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("HEED_", "DJANGO_"))}
        self.environment = {
            **kept,
            "HEED_HOME": str(home),
            "HEED_PORT": str(self.port),
            "HEED_WEB_WORKERS": "1",
            "HEED_MAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "HEED_MAIL_FROM": "heed@harbour.example",
            **settings,
        }
        if is_made:
            make_store(self.environment)
        self.log = home.parent / "up.log"
        self.process = subprocess.Popen(
            self._command("up", "--empty"), env=self.environment, stdout=subprocess.DEVNULL, stderr=self.log.open("w")
        )

    @staticmethod
    def _command(*words: str) -> list[str]:
        return [sys.executable, "-W", "ignore", "-c", f"from heed.cli import main; main({list(words)!r})"]

    def wait(self) -> None:
        end = time.monotonic() + 300
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if requests.get(f"{self.address}/readyz", timeout=180).status_code == 200:
                    return
            except requests.RequestException:
                time.sleep(0.2)
        raise AssertionError(self.log.read_text())

    def run(self, *words: str) -> tuple[int, Any]:
        done = heed(self.environment, *words)
        return done.returncode, json.loads(done.stdout)


class Browser:
    """A browser without scripts: pages, and forms with their hidden fields."""

    def __init__(self, house: House) -> None:
        self.house, self.session = house, requests.Session()

    def open(self, place: str) -> requests.Response:
        return self.session.get(place if place.startswith("http") else self.house.address + place, timeout=180)

    def send(self, place: str, **fields: Any) -> requests.Response:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.open(place).text)
        assert token is not None
        address = place if place.startswith("http") else self.house.address + place
        given = {"csrfmiddlewaretoken": token.group(1), **fields}
        return self.session.post(address, given, headers={"Referer": address}, timeout=180)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    mailbox, port = Mailbox(), free_port()
    mail = Controller(mailbox, hostname="127.0.0.1", port=port)
    mail.start()
    # Her data folder is not there yet; the stories after this one begin with a store in it.
    running = House(tmp_path_factory.mktemp("people") / "home", mailbox, port, is_made=False)
    try:
        running.wait()
        yield running
    finally:
        running.process.terminate()
        running.process.wait(timeout=180)
        mail.stop()


def test_from_the_printed_link_to_a_colleague_at_work(running: House) -> None:
    link = re.search(r"http\S+/first-run/[0-9a-f]+/", re.sub(r"\x1b\[[0-9;]*m", "", running.log.read_text()))
    assert link is not None, running.log.read_text()
    ada = Browser(running)
    settled = {
        "organisation": "Harbour Goods",
        "time_zone": "Europe/Berlin",
        "currency": "EUR",
        "languages": "de, en",
        "days": ["monday", "friday"],
        "opens": "09:00",
        "closes": "17:00",
        "name": "Ada Ray",
        "email": "ada@harbour.example",
        "password": PASSWORD,
    }
    tried = ada.send(link.group(), **settled, test_mail="1")
    assert "The mail server took the mail" in tried.text
    assert running.mailbox.letters[-1]["To"] == "ada@harbour.example"
    inside = ada.send(link.group(), **settled)
    assert inside.status_code == 200
    assert "Ada Ray" in inside.text
    assert Browser(running).open(link.group()).status_code == 404

    unit = ada.send("/people/units/new/", name="North", kind="region", parent="organisation")
    assert "North" in unit.text
    ada.send("/people/invite/", email="kim@harbour.example", name="Kim", role="analyst", unit="north")
    letter = running.mailbox.letters[-1]
    assert letter["To"] == "kim@harbour.example"
    assert letter["Subject"] == "Harbour Goods invites you to heed"
    invitation = re.search(r"http\S+/invitation/\S+/", letter.get_content())
    assert invitation is not None
    kim = Browser(running)
    assert kim.send(invitation.group(), name="Kim Lee", password=PASSWORD).status_code == 200
    assert "Kim Lee" in kim.open("/profile/").text
    assert kim.open("/people/").status_code == 403

    again = Browser(running)
    back = again.send("/account/login/", login="kim@harbour.example", password=PASSWORD)
    assert "/account/login/" not in back.url

    code, told = running.run("people", "list", "--json")
    assert code == 0
    assert [(person["name"], person["roles"]) for person in told["people"]] == [
        ("Ada Ray", [{"role": "administrator", "unit": "organisation"}]),
        ("Kim Lee", [{"role": "analyst", "unit": "north"}]),
    ]
    code, told = running.run("people", "link", "kim@harbour.example", "--json")
    locked_out = Browser(running)
    assert "Kim Lee" in locked_out.open(told["link"]).text
    assert Browser(running).open(told["link"]).status_code == 404

    journal = ada.open("/journal/").text
    for event in ("first-run-done", "person-invited", "invitation-accepted", "signed-in", "sign-in-link-used"):
        assert event in journal
    code, verdict = running.run("journal", "verify", "--json")
    assert verdict["whole"] is True


def test_a_token_tells_facts_and_they_arrive(running: House) -> None:
    link = running.run("people", "link", "ada@harbour.example", "--json")[1]["link"]
    ada = Browser(running)
    ada.open(link)
    page = ada.send("/profile/tokens/", name="till", scopes=["import", "see_figures"], days="30").text
    secret = re.search(r"heed_[A-Za-z0-9_-]{43}", page)
    assert secret is not None
    headers = {
        "Authorization": f"Bearer {secret.group()}",
        "Content-Type": "application/cloudevents+json",
        "Idempotency-Key": "first",
    }
    event = {
        "specversion": "1.0",
        "id": "1",
        "source": "/till",
        "type": "heed.fact.interactions",
        "data": {"interaction_id": "i1", "started_at": "2026-05-03T09:00:00Z", "customer_key": "till:4711"},
    }
    for _ in range(2):
        answer = requests.post(f"{running.address}/api/v1/events", json.dumps(event), headers=headers, timeout=180)
        assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "unchanged": 0})
    end, tables = time.monotonic() + 180, {}
    while time.monotonic() < end and not tables.get("interactions"):
        told = running.run("facts", "tables", "--json")[1]
        tables = {table["name"]: table["rows"] for table in told["tables"] if table["rows"]}
    assert tables["interactions"] == 1
