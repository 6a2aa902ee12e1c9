"""A customer answers while the application and the worker are down: the answer is there, once, when they are back."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.acceptance.core.test_people import House
from tests.acceptance.loop.shop import CUSTOMERS, Calls, put_in_force, shop, signed_in, waited


class Process:
    """One of the processes that `heed up` keeps, with all that it has started."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def kill(self) -> None:
        for child in children(self.pid):
            Process(child).kill()
        os.kill(self.pid, signal.SIGKILL)


def children(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout
    return [int(child) for child in found.split()]


def kept(house: House, name: str) -> Process:
    """The process of this name that `heed up` keeps."""
    for child in children(house.process.pid):
        if f"'{name}'" in Path(f"/proc/{child}/cmdline").read_text():
            return Process(child)
    raise AssertionError(f"heed up keeps no {name}")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("collector")
    with shop(folder) as running:
        put_in_force(running, folder / "definitions")
        customers = folder / "customers.csv"
        customers.write_text(CUSTOMERS, encoding="utf-8")
        code, told = running.run("customers", "import", str(customers), "--system", "shop", "--json")
        assert (code, told["new"]) == (0, 2)
        yield running


@pytest.fixture(scope="module")
def calls(house: House) -> Calls:
    return Calls(house, signed_in(house), "import", "ask", "see_cases", "see_customers", "see_figures")


def invited(house: House, calls: Calls, customer: str, address: str) -> str:
    """The link in the mail that asks a customer, after the shop has told of a delivery."""
    calls.tell(
        "interactions",
        f"delivery-{customer}",
        interaction_id=f"d{customer}",
        started_at="2026-11-20T09:00:00Z",
        customer_key=customer,
        topic="delivery",
        region="north",
    )

    def come() -> str:
        letters = [letter for letter in house.mailbox.letters if address in str(letter["To"])]
        text = letters[-1].get_body(("plain",)).get_content() if letters else ""
        found = re.search(r"http\S+/a/[A-Za-z0-9_-]+", text)
        return found.group() if found else ""

    return str(waited(come))


def form_of(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


def answered(link: str, **typed: str) -> requests.Response:
    """Open the link, fill the form in, send it, and read on."""
    shown = requests.get(link, timeout=120)
    assert shown.status_code == 200, shown.text
    return requests.post(link, {**form_of(shown.text), "move": "next", **typed}, timeout=120)


def cases(calls: Calls) -> list[Any]:
    return list(calls.get("/cases")["items"])


def rows_of(house: House) -> dict[str, int]:
    code, told = house.run("facts", "tables", "--json")
    assert code == 0, told
    return {row["name"]: row["rows"] for row in told["tables"]}


def test_an_answer_is_taken_while_the_application_and_the_worker_are_down(house: House, calls: Calls) -> None:
    link = invited(house, calls, "shop:4711", "mia@customer.example")
    assert cases(calls) == []
    keeper = house.process.pid
    # Held, so that it starts nothing again before the customer has answered.
    os.kill(keeper, signal.SIGSTOP)
    try:
        kept(house, "pages").kill()
        kept(house, "worker").kill()
        down = requests.get(f"{house.address}/kpis/", headers={"Accept-Language": "de"}, timeout=120)
        assert down.status_code == 503
        assert "heed" in down.text
        told = calls.session.get(f"{calls.address}/cases", timeout=120)
        assert (told.status_code, told.json()["code"]) == (503, "starting")
        assert requests.get(f"{house.address}/healthz", timeout=120).status_code == 200

        style = re.search(r'rel="stylesheet" href="([^"]+)"', requests.get(link, timeout=120).text)
        assert style is not None
        assert requests.get(house.address + style.group(1), timeout=120).status_code == 200
        second = answered(link, q_recommend="2")
        assert second.status_code == 200
        assert "What went wrong?" in second.text
        last = {**form_of(second.text), "move": "next", "q_why": "It came in pieces."}
        thanked = requests.post(link, last, timeout=120)
        assert thanked.status_code == 200
        assert "thanks=1" in thanked.url
        again = requests.post(link, last, timeout=120)
        assert again.status_code == 200
    finally:
        os.kill(keeper, signal.SIGCONT)
    (case,) = waited(lambda: calls.session.get(f"{house.address}/readyz").status_code == 200 and cases(calls))
    assert case["severity"] == "high"
    assert waited(lambda: rows_of(house).get("verbatims")) == 1


def test_a_front_that_is_killed_is_started_again_and_has_lost_nothing(house: House, calls: Calls) -> None:
    link = invited(house, calls, "shop:4712", "jon@customer.example")
    begun = answered(link, q_recommend="3")
    assert begun.status_code == 200
    kept(house, "collector").kill()

    def back() -> str:
        try:
            return requests.get(link, timeout=120).text
        except requests.ConnectionError:
            return ""

    # It goes on where it was left; a step back stands what was chosen.
    page = requests.post(link, {**form_of(waited(back)), "move": "back"}, timeout=120).text
    assert 'value="3" id="q_recommend-3" checked' in page
    posted = requests.post(link, {**form_of(page), "move": "next", "q_recommend": "10"}, timeout=120)
    assert "thanks=1" in posted.url, posted.text


def test_told_facts_and_answers_at_an_open_link_are_taken_while_the_application_is_down(
    house: House, calls: Calls
) -> None:
    made = calls.post("/survey-links", survey="after_delivery", name="North gate")
    os.kill(house.process.pid, signal.SIGSTOP)
    try:
        kept(house, "pages").kill()
        assert requests.get(f"{house.address}/kpis/", timeout=120).status_code == 503
        thanked = answered(made["address"], q_recommend="10")
        assert (thanked.status_code, "thanks=1" in thanked.url) == (200, True)
        calls.tell("interactions", "late", interaction_id="late", started_at="2026-11-20T09:00:00Z", topic="other")
    finally:
        os.kill(house.process.pid, signal.SIGCONT)

    assert waited(lambda: rows_of(house)["interactions"] == 3)
    assert waited(lambda: requests.get(f"{house.address}/readyz", timeout=120).status_code == 200)
    found = calls.get(f"/survey-links/{made['key']}")
    assert (found["begun"], found["answered"]) == (1, 1)
    assert json.loads(requests.get(f"{house.address}/healthz", timeout=120).text) == {"alive": True}
