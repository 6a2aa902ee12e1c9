"""A shop asks after each delivery: once within the rest period, nobody who left; a list is seen before it is sent; why
somebody was not asked can be told; and a trigger is tried on the past before it is in force.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from tests.acceptance.core.test_people import Browser, House
from tests.acceptance.loop.shop import POLICY, SURVEY, TRIGGER, Calls, shop, signed_in, waited
from tests.acceptance.service.test_customers import pressed

CUSTOMERS = (
    "number,name,email,language\n1,Mia,mia@customer.example,en\n2,Jon,jon@customer.example,de\n"
    "3,Eva,eva@customer.example,en\n4,Tom,,en\n"
)
BEHAVIOUR = {"repeat_usage", "churn", "recontact", "complaint_rate", "downgrade"}
FILES = {
    "survey/after_delivery.yaml": SURVEY,
    "trigger/ask_after_delivery.yaml": TRIGGER,
    "contact_policy/contact.yaml": POLICY,
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with shop(tmp_path_factory.mktemp("triggers")) as running:
        yield running


def letters(house: House, to: str) -> list[Any]:
    return [letter for letter in house.mailbox.letters if to in str(letter["To"])]


def delivered(calls: Calls, number: str, customer: str, **said: Any) -> None:
    at = said.pop("started_at", datetime.now(UTC).isoformat())
    calls.tell("interactions", number, started_at=at, customer_key=f"shop:{customer}", topic="delivery", **said)


def reasons(calls: Calls) -> dict[str, int]:
    """How many decisions there are of each reason."""
    found: dict[str, int] = {}
    for item in calls.get("/asks?limit=500")["items"]:
        code = "asked" if item["asked"] else item["reason"]
        found[code] = found.get(code, 0) + 1
    return found


def test_customers_are_asked_once_and_everything_else_has_its_reason(house: House, tmp_path: Path) -> None:
    for name, body in FILES.items():
        (tmp_path / "model" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "model" / name).write_text(body, encoding="utf-8")
    assert house.run("model", "apply", str(tmp_path / "model"), "--json")[0] == 0
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    assert (
        house.run("customers", "import", str(tmp_path / "customers.csv"), "--system", "shop", "--json")[1]["new"] == 4
    )
    ada = signed_in(house)
    calls = Calls(house, ada, "import", "see_customers", "ask")

    for number, customer in enumerate(["1", "1", "2", "4", "9"]):
        delivered(calls, f"d{number}", customer)
    delivered(calls, "old", "3", started_at="2026-01-01T10:00:00Z")
    waited(lambda: sum(reasons(calls).values()) == 6)
    assert reasons(calls) == {"asked": 2, "rested": 1, "no_address": 1, "unknown_customer": 1, "too_late": 1}
    letter = waited(lambda: next(iter(letters(house, "mia@")), None))
    assert len(letters(house, "mia@")) == 1

    _leaves_with_one_click(letter)
    why = ada.open("/asks/why/?customer=jon@customer.example").text
    assert "Why was Jon not asked?" in why and "Not asked: the customer was asked lately" in why
    assert "They want no mail that asks" in ada.open("/asks/why/?customer=shop:1").text

    _ledger_is_told(house, ada)
    _list_is_seen_and_sent(house, ada, calls)
    log = ada.open("/asks/").text
    assert "The fact was too old" in log and "Heed does not know this customer" in log

    (tmp_path / "model" / "trigger" / "ask_after_delivery.yaml").write_text(
        TRIGGER.replace('topic == "delivery"', 'topic == "return"'), encoding="utf-8"
    )
    tried = waited(lambda: _rehearsed(house, tmp_path / "model"))
    assert tried["outcomes"] == {"not_asked": 6} and tried["figures"]["asks"] == 0
    assert tried["in_force"]["figures"]["not_asked"]["opted_out"] >= 1


PROGRAMME = """\
name: Whole relationship
survey: after_delivery
first_on: {today}
every: half_year
at: "00:00"
segments: [partner]
quiet_days: 5
"""


def test_a_programme_asks_its_panel_and_the_advisor_says_what_it_cannot_tell(house: House, tmp_path: Path) -> None:
    """A panel is asked on its day through the same ledger; no answer foretells anything yet, and heed says so."""
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    for name, body in {**FILES, "programme/whole.yaml": PROGRAMME.format(today=today)}.items():
        (tmp_path / "model" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "model" / name).write_text(body, encoding="utf-8")
    (tmp_path / "partners.csv").write_text(
        "number,name,email,segment\n11,Ida,ida@customer.example,partner\n12,Ole,,partner\n", encoding="utf-8"
    )
    code, told = house.run("customers", "import", str(tmp_path / "partners.csv"), "--system", "shop", "--json")
    assert code == 0 and told["new"] == 2, told
    assert house.run("model", "apply", str(tmp_path / "model"), "--json")[0] == 0

    letter = waited(lambda: next(iter(letters(house, "ida@")), None))
    assert "ida@customer.example" in str(letter["To"])
    wave = waited(lambda: _wave(house))
    assert (wave["members"], wave["asked"], wave["not_asked"]) == (2, 1, {"no_address": 1})
    ada = signed_in(house)
    page = ada.open("/programmes/whole/").text
    assert "Whole relationship" in page and "every half-year" in page and "There is no e-mail address" in page
    assert "Whole relationship" in ada.open("/programmes/").text
    calls = Calls(house, ada, "ask", "see_figures")
    assert calls.get("/programmes/whole")["waves"][0]["asked"] == 1

    code, advice = house.run("instruments", "advise", "--json")
    assert code == 0 and all(each["advice"] == "not_enough_data" for each in advice["touchpoints"])
    assert house.run("instruments", "advise", "--outcome", "joy", "--json")[0] == 1
    assert calls.get("/instruments/advice")["outcome"] == advice["outcome"]
    assert "Which instrument where" in ada.open("/instruments/?figures=1").text
    behaviour = calls.get("/instruments/behaviour?by=region")
    assert {each["kpi"] for each in behaviour["indicators"]} | set(behaviour["missing"]) == BEHAVIOUR
    assert "What they do" in ada.open("/instruments/behaviour/?by=region").text


def _wave(house: House) -> dict[str, Any] | None:
    """The programme's wave, once all of its people are decided about."""
    code, told = house.run("programmes", "show", "whole", "--json")
    assert code == 0, told
    return next((each for each in told["waves"] if not each["left"]), None)


def _ledger_is_told(house: House, ada: Browser) -> None:
    """The clocks of one customer by command and on the page, and the policy rehearsed."""
    code, told = house.run("asking", "why", "shop:2", "--json")
    assert code == 0 and [each["reason"] for each in told["decisions"]] == ["condition_met"]
    assert told["clocks"][0]["until"] and told["next_at"] and told["contacts"][0]["sort"] == "ask"
    page = ada.open("/asks/why/?customer=shop:2").text
    assert "Clocks and budget" in page and "May be asked from" in page
    assert "between any two invitations" in ada.open("/asks/policy/").text
    assert house.run("asking", "coverage", "--json") == (0, {"cells": []})
    assert house.run("asking", "rehearse", "--json")[0] == 0
    code, told = house.run("asking", "precision", "--json")
    assert code == 0 and all(each["suppressed"] or each["contacts"] for each in told["segments"])
    assert "How closely each segment is known" in ada.open("/asks/coverage/").text


def _leaves_with_one_click(letter: Any) -> None:
    """What a mail program does with the headers of RFC 8058: one POST, no cookies, no page."""
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = re.fullmatch(r"<(http\S+/u/\S+)>", letter["List-Unsubscribe"])
    assert address is not None
    looked = requests.get(address.group(1), timeout=60)
    assert looked.status_code == 200 and "<button" in looked.text
    left = requests.post(address.group(1), {"List-Unsubscribe": "One-Click"}, timeout=60)
    assert left.status_code == 200 and "You will not be asked again" in left.text


def _list_is_seen_and_sent(house: House, ada: Browser, calls: Calls) -> None:
    seen = ada.send("/ask/", survey="after_delivery", by="given", given="shop:1\njon@customer.example\n3\n4\nnobody")
    assert seen.status_code == 200 and "Ask 1 customer" in seen.text
    assert "1 entry of the list is nobody" in seen.text
    for words in (
        "the customer wants no more mail that asks",
        "the customer was asked lately",
        "there is no e-mail address",
    ):
        assert words in seen.text
    assert not letters(house, "eva@")
    place = seen.url.removeprefix(house.address)
    pressed(ada, place, f"{place}confirm/")
    waited(lambda: letters(house, "eva@"))
    assert reasons(calls)["asked"] == 3 and reasons(calls)["opted_out"] == 1


def _rehearsed(house: House, folder: Path) -> dict[str, Any] | None:
    """The trigger's rehearsal, once all six facts are there."""
    code, told = house.run("model", "rehearse", str(folder), "--since", "2025-12-01", "--json")
    assert code == 0, told
    found: dict[str, Any] = next(each for each in told["rehearsals"] if each["kind"] == "trigger")
    return found if found["decided"] == 6 else None
