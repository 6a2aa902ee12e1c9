"""One customer's answer makes the whole trip: told by a shop, asked by mail, answered on a phone without scripts, opened as a
case, put right by Ada, counted in a KPI, and told to another system; by browser, SMTP and HTTP on the running product.
"""

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.acceptance.core.test_people import Browser, House
from tests.acceptance.loop.shop import CUSTOMERS, Calls, put_in_force, shop, signed_in, waited
from tests.services.postgres import Postgres

pytestmark = pytest.mark.browser
WORDS = "The driver left it in the rain and nobody calls back. Write to mia.private@customer.example"


class Receiver:
    """Another system that takes what heed tells it."""

    def __init__(self) -> None:
        self.told: list[tuple[dict[str, str], dict[str, Any]]] = []
        told = self.told

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                told.append((dict(self.headers.items()), json.loads(body)))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_words: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.address = f"http://127.0.0.1:{self.server.server_port}/heed"
        Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    settings = {"HEED_OUTGOING_ALLOW": "127.0.0.0/8"}
    if request.param == "postgres":
        server: Postgres = request.getfixturevalue("postgres_server")
        settings["HEED_DATABASE_URL"] = server.database("loop")
    with shop(tmp_path, **settings) as running:
        yield running


def told_delivery(calls: Calls, number: str, customer: str) -> None:
    now = datetime.now(UTC).isoformat()
    calls.tell(
        "interactions",
        f"delivery-{number}",
        interaction_id=f"d{number}",
        started_at=now,
        customer_key=customer,
        topic="delivery",
        channel="app",
        region="north",
    )


def answer_link(house: House, to: str) -> str:
    """The link in the invitation, once it has come."""

    def come() -> str:
        letters = [letter for letter in house.mailbox.letters if letter["To"] and to in letter["To"]]
        if not letters:
            return ""
        found = re.search(r"http\S+/a/[A-Za-z0-9_\-.:]+/?", letters[-1].get_body(("plain",)).get_content())
        assert found is not None, letters[-1].as_string()
        return found.group()

    return str(waited(come))


def test_an_unhappy_answer_becomes_a_case_a_fact_and_a_figure(
    house: House, chromium: Any, receiver: Receiver, tmp_path: Path
) -> None:
    put_in_force(house, tmp_path / "definitions")
    customers = tmp_path / "customers.csv"
    customers.write_text(CUSTOMERS, encoding="utf-8")
    code, kept = house.run("customers", "import", str(customers), "--system", "shop", "--json")
    assert (code, kept["new"]) == (0, 2), kept
    ada = signed_in(house)
    calls = Calls(house, ada, "import", "see_figures", "see_cases", "see_journal")
    ada.send("/connections/new/", name="Warehouse", url=receiver.address, events="case-opened")

    told_delivery(calls, "1", "shop:4711")
    told_delivery(calls, "2", "shop:4711")
    link = answer_link(house, "mia@customer.example")
    assert link.startswith(house.address)

    phone = chromium.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False).new_page()
    phone.goto(link)
    phone.locator("label", has_text=re.compile(r"^\s*2\s*$")).first.click()
    phone.locator("button.go").click()
    phone.locator("textarea").fill(WORDS)
    sent = time.monotonic()
    phone.locator("button.go").click()
    phone.get_by_text(re.compile("thank", re.I)).first.wait_for()

    case = waited(lambda: next(iter(calls.get("/cases")["items"]), None))
    opened = time.monotonic() - sent
    figure = waited(lambda: _counted(calls))
    counted = time.monotonic() - sent
    assert figure["value"] == -100.0
    told = waited(lambda: next(iter(receiver.told), None))
    assert told[1]["type"].endswith("case-opened")
    assert WORDS not in json.dumps(told[1])
    print(json.dumps({"send_to_case_seconds": round(opened, 2), "send_to_kpi_seconds": round(counted, 2)}))

    # The letter for the second delivery was never written: one rest period.
    assert len([letter for letter in house.mailbox.letters if "mia@" in str(letter["To"])]) == 1
    # Answering again changes nothing.
    phone.goto(link)
    assert phone.locator("textarea").count() == 0

    _put_right(chromium, house, ada, case["number"])
    done = waited(lambda: _closed(calls, case["key"]))
    assert done["cause"] and done["outcome"] == "resolved"
    words = ada.open("/verbatims/words/").text
    assert "in the rain" in words and "mia.private@" not in words and "[EMAIL]" in words
    assert "After a delivery" in ada.open("/surveys/").text
    # What happened stands in the journal, each once, and its chain is whole.
    names = [entry["name"] for entry in calls.get("/journal?limit=200")["items"]]
    for name in ("invitation-sent", "response-received", "case-opened", "case-taken", "case-contacted", "case-closed"):
        assert names.count(name) == 1, (name, names)
    assert house.run("journal", "verify", "--json")[0] == 0


def _counted(calls: Calls) -> dict[str, Any] | None:
    rows = calls.get("/kpis/nps/figure")["rows"]
    return next((row for row in rows if row["n"]), None)


def _closed(calls: Calls, key: str) -> dict[str, Any] | None:
    found = calls.get(f"/cases/{key}")
    return found if found["state"] == "closed" else None


def _put_right(chromium: Any, house: House, ada: Browser, number: str) -> None:
    """Ada finds the case by its number, takes it, has spoken to the customer, and closes it with a cause; by keys."""
    context = chromium.new_context()
    for cookie in ada.session.cookies:
        context.add_cookies([{"name": cookie.name, "value": cookie.value or "", "url": house.address}])
    page = context.new_page()
    page.goto(f"{house.address}/cases/")
    page.locator("a.name", has_text=number).click()
    page.wait_for_url(re.compile(r"/cases/case"))
    page.locator("main", has_text="in the rain").wait_for()
    page.keyboard.press("t")
    page.get_by_text("The case is yours.").wait_for()
    page.keyboard.press("c")
    page.locator("form[action$='/contacts/'] button[type=submit]").click()
    page.get_by_text("The contact is noted.").wait_for()
    page.keyboard.press("x")
    closing = page.locator("form[action$='/closures/']")
    closing.locator("select[name=cause]").select_option(index=1)
    closing.locator("button[type=submit]").click()
    page.get_by_text("The case is closed.").wait_for()
    context.close()
