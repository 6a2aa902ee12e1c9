"""Ada brings her customers in from a file as her office keeps it, corrects one, sees what happened to them; Kim, who works in
the north, sees the north alone.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.acceptance.core.test_people import Browser, House
from tests.acceptance.loop.shop import Calls, shop, signed_in, waited

# As a German office exports it: code page, semicolons, one address that is none, one cell that is a formula.
KUNDEN = (
    "Kunden-Nr.;Vorname;Nachname;E-Mail-Adresse;Sprache;Region;Bemerkung\r\n"
    "4711;Mia;Süß;mia@customer.example;Deutsch;north;ruft gern an\r\n"
    "4712;Jon;Brand;jon.brand(at)customer.example;Englisch;south;\r\n"
    "4713;=HYPERLINK();Falle;ida@customer.example;de;south;\r\n"
    "4714;Kai;Ort;kai@customer.example;Klingonisch?;north;\r\n"
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with shop(tmp_path_factory.mktemp("customers")) as running:
        yield running


def form_of(page: str) -> dict[str, str]:
    """What the page of columns would send as it stands."""
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))
    fields = dict(re.findall(r'<label for="id_(c\d+)">([^<]+)</label>', page))
    chosen = {}
    for name in fields:
        select = re.search(rf'<select name="{name}".*?</select>', page, re.DOTALL)
        assert select is not None
        found = re.search(r'<option value="(\w*)" selected', select.group())
        chosen[name] = found.group(1) if found else ""
    return {**hidden, **chosen, **{f"heading:{heading}": name for name, heading in fields.items()}}


def test_customers_come_from_a_file_and_what_happened_stands_beside_them(house: House, tmp_path: Path) -> None:
    ada = signed_in(house)
    file = tmp_path / "kunden.csv"
    file.write_bytes(KUNDEN.encode("cp1252"))
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', ada.open("/customers/import/").text)
    assert token is not None
    address = f"{house.address}/customers/import/"
    seen = ada.session.post(
        address,
        {"csrfmiddlewaretoken": token.group(1), "system": "shop"},
        files={"file": ("kunden.csv", file.read_bytes())},
        headers={"Referer": address},
        timeout=60,
    )
    assert seen.status_code == 200 and "Mia" in seen.text and "is no e-mail address" in seen.text
    given = form_of(seen.text)
    assert given[given["heading:Kunden-Nr."]] == "external_id" and given[given["heading:E-Mail-Adresse"]] == "email"
    given[given["heading:Bemerkung"]] = "attribute"
    sent = {name: value for name, value in given.items() if not name.startswith("heading:")}
    done = ada.session.post(address, {**sent, "step": "import"}, headers={"Referer": address}, timeout=60)
    assert "2 new customers" in done.text and "jon.brand(at)customer.example" in done.text
    rejected = ada.session.get(f"{done.url}rejected.csv", timeout=60).text.splitlines()
    assert [line.split(",")[:3] for line in rejected[1:]] == [
        ["3", "E-Mail-Adresse", "is no e-mail address"],
        ["5", "Sprache", "is no language"],
    ]
    assert "'=HYPERLINK()" in ada.open("/customers/export.csv").text, "a spreadsheet must not run it"

    code, again = house.run("customers", "import", str(file), "--system", "shop", "--json")
    assert (code, again["new"], again["changed"], again["unchanged"], again["rejected"]) == (0, 0, 0, 2, 2)
    assert house.run("customers", "import", str(file), "--system", "shop", "--map", "Region=colour", "--json")[0] == 1

    calls = Calls(house, ada, "import", "see_customers", "work_cases", "see_words")
    mia = next(each for each in calls.get("/customers")["items"] if each["external_id"] == "4711")
    assert (mia["name"], mia["language"], mia["attributes"]) == ("Mia Süß", "de", {"Bemerkung": "ruft gern an"})
    now = datetime.now(UTC).isoformat()
    calls.tell("interactions", "1", started_at=now, customer_key="shop:4711", channel="phone", topic="delivery")
    calls.tell(
        "verbatims", "2", said_at=now, customer_key="shop:4711", text="It came <b>broken</b>.", direction="inbound"
    )
    page = f"/customers/{mia['key']}/"
    # The two arrive in tables of their own, one after the other.
    waited(lambda: _with(ada, f"{page}history", "It came"))
    history = waited(lambda: _with(ada, f"{page}history", "By telephone"))
    assert "&lt;b&gt;broken" in history, "what customers write is never mark-up"
    whole = ada.open(page).text
    assert "Mia Süß" in whole and "shop:4711" in whole and "ruft gern an" in whole

    ada.send(f"{page}edit/", name="Mia Süß-Ost", email="mia.neu@customer.example", region="north", language="de")
    assert "mia.neu@customer.example" in ada.open(page).text
    pressed(ada, page, f"{page}wish/", wish="out")
    assert "Wants no mail that asks" in ada.open(page).text
    _kim_sees_the_north_alone(house, ada, page)


def _kim_sees_the_north_alone(house: House, ada: Browser, mia: str) -> None:
    ada.send("/people/units/new/", name="North", kind="region", parent="organisation")
    ada.send("/people/invite/", email="kim@harbour.example", name="Kim", role="supervisor", unit="north")
    letter = house.mailbox.letters[-1].get_body(("plain",)).get_content()
    link = re.search(r"http\S+/invitation/\S+", letter)
    assert link is not None, letter
    kim = Browser(house)
    kim.send(link.group(), name="Kim", password="another-quiet-harbour-42")
    listed = kim.open("/customers/").text
    assert "Mia" in listed and "HYPERLINK" not in listed
    assert kim.open(mia).status_code == 200
    assert kim.open("/customers/import/").status_code == 403


def pressed(browser: Browser, page: str, address: str, **fields: str) -> None:
    """A button of a page is pressed."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.open(page).text)
    assert token is not None
    whole = f"{browser.house.address}{address}"
    given = {"csrfmiddlewaretoken": token.group(1), **fields}
    assert browser.session.post(whole, given, headers={"Referer": whole}, timeout=60).status_code == 200


def _with(browser: Browser, place: str, words: str) -> str:
    text = browser.open(place).text
    return text if words in text else ""
