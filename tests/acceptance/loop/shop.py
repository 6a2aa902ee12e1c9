"""A small organisation on the running product: its definitions, its customers, its mail server and its tokens."""

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from aiosmtpd.controller import Controller

from tests.acceptance.core.test_people import Browser, House, Mailbox, free_port

OFFICE = {
    "organisation": "Harbour Goods",
    "time_zone": "Europe/Berlin",
    "currency": "EUR",
    "languages": "en, de",
    "days": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
    "opens": "00:00",
    "closes": "23:59",
    "name": "Ada Ray",
    "email": "ada@harbour.example",
    "password": "a-quiet-harbour-42",
}
SURVEY = """\
name: After a delivery
purpose: To hear how the delivery went
languages: [en, de]
questions:
  - key: recommend
    type: nps
    required: true
    text: {en: "How likely is it that you recommend us?", de: "Wie wahrscheinlich ist es, dass Sie uns empfehlen?"}
  - key: why
    type: text
    show_when: "recommend <= 6.0"
    text: {en: "What went wrong?", de: "Was ging schief?"}
"""
TRIGGER = """\
name: Ask after each delivery
source: interactions
when: 'topic == "delivery"'
survey: after_delivery
"""
POLICY = "name: How often we ask\nrest_days: 30\n"
OPENING = """\
name: Call back who is unhappy
source: responses
when: 'instrument == "nps" && score <= 6.0'
one_case_days: 30
severity: high
owner: organisation
promises:
  - {severity: high, first_contact_seconds: 14400, resolution_seconds: 86400}
"""
# A shop with two customers that wants to see their figures all the same.
PRIVACY = "name: Two customers who know each other\nmin_n_customers: 1\n"
CUSTOMERS = "number,name,email,language\n4711,Mia Ost,mia@customer.example,en\n4712,Jon Brand,jon@customer.example,de\n"
DEFINITIONS = {
    "survey/after_delivery.yaml": SURVEY,
    "trigger/ask_after_delivery.yaml": TRIGGER,
    "contact_policy/contact.yaml": POLICY,
    "case_opening/unhappy.yaml": OPENING,
    "privacy_policy/default.yaml": PRIVACY,
}


@contextmanager
def shop(folder: Path, **settings: str) -> Iterator[House]:
    """heed running for the shop, settled by Ada; the clock of her business hours is always open."""
    mailbox, port = Mailbox(), free_port()
    mail = Controller(mailbox, hostname="127.0.0.1", port=port)
    mail.start()
    house = House(folder / "home", mailbox, port, **settings)
    try:
        house.wait()
        link = re.search(r"http\S+/first-run/[0-9a-f]+/", re.sub(r"\x1b\[[0-9;]*m", "", house.log.read_text()))
        assert link is not None, house.log.read_text()
        settled = Browser(house).send(link.group(), **OFFICE)
        assert settled.status_code == 200, settled.text
        yield house
    finally:
        house.process.terminate()
        try:
            house.process.wait(timeout=180)
        except subprocess.TimeoutExpired:
            house.process.kill()
        mail.stop()


def put_in_force(house: House, folder: Path) -> None:
    """The shop's definitions, as files, in force."""
    for name, body in DEFINITIONS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, encoding="utf-8")
    code, applied = house.run("model", "apply", str(folder), "--json")
    assert code == 0, applied


def signed_in(house: House) -> Browser:
    browser = Browser(house)
    browser.open(house.run("people", "link", OFFICE["email"], "--json")[1]["link"])
    return browser


class Calls:
    """Another system, with a token of Ada's."""

    def __init__(self, house: House, ada: Browser, *scopes: str) -> None:
        self.address, self.session = f"{house.address}/api/v1", requests.Session()
        form = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', ada.open("/profile/").text)
        assert form is not None
        made = ada.session.post(
            f"{self.address}/tokens",
            json={"name": "shop", "scopes": list(scopes), "expires_at": None},
            headers={"X-CSRFToken": form.group(1), "Referer": house.address},
            timeout=180,
        )
        assert made.status_code == 201, made.text
        self.session.headers["Authorization"] = f"Bearer {made.json()['secret']}"

    def get(self, path: str) -> Any:
        answer = self.session.get(self.address + path, timeout=180)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, **data: Any) -> Any:
        """What a call made or changed; None where there is nothing of the sort yet."""
        return self._sent("POST", path, data)

    def put(self, path: str, **data: Any) -> Any:
        return self._sent("PUT", path, data)

    def _sent(self, method: str, path: str, data: Any) -> Any:
        answer = self.session.request(method, self.address + path, json=data, timeout=180)
        if answer.status_code == 404:
            return None
        assert answer.status_code in (200, 201, 202), answer.text
        return answer.json()

    def tell(self, table: str, number: str, **data: Any) -> None:
        event = {
            "specversion": "1.0",
            "id": number,
            "source": "shop",
            "type": f"heed.fact.{table}",
            "data": data,
        }
        answer = self.session.post(
            f"{self.address}/events",
            json=event,
            headers={"Content-Type": "application/cloudevents+json"},
            timeout=180,
        )
        assert answer.status_code == 202, answer.text


def waited(what: Callable[[], Any], seconds: float = 180.0) -> Any:
    """The first true answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"nothing within {seconds} s: {what}")
