"""The story of promises: how many people one takes, what a better one costs, how two sides agree on it, and how it is kept."""

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from aiosmtpd.controller import Controller

from tests.acceptance.core.test_people import Browser, House, Mailbox, free_port
from tests.acceptance.service.test_cases import SETTLED, invited
from tests.running import Run, runs

DAY = ("start,calls,aht_seconds", "08:00,12,200", "08:30,60,210", "09:00,110.5,215", "09:30,0,")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return runs(tmp_path_factory.mktemp("promises"))


def test_a_planner_reads_off_how_many_people_a_morning_takes(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "morning.csv"
    file.write_text("\n".join(DAY), encoding="utf-8")
    promise = ("--target", "0.8", "--within", "20", "--shrinkage", "0.3")
    found = run("staffing", "plan", "--intervals", str(file), *promise)
    assert found["model"] == "erlang_c"
    assert [each["start"] for each in found["intervals"]] == ["08:00", "08:30", "09:00", "09:30"]
    assert [each["agents"] for each in found["intervals"]] == [3, 10, 17, 0]
    assert [each["scheduled"] for each in found["intervals"]] == [5, 15, 25, 0]
    assert all(each["service_level"] >= 0.8 for each in found["intervals"][:3])
    # Who gives up is not there to be waited for.
    fewer = run("staffing", "plan", "--intervals", str(file), *promise, "--patience", "90")
    assert [each["agents"] for each in fewer["intervals"]] == [3, 9, 15, 0]
    refused = run("staffing", "plan", "--intervals", str(file), "--target", "80", "--within", "20", code=1)
    assert refused["error"]["code"] == "invalid_share"


def test_a_planner_sees_what_a_better_promise_costs(run: Run, tmp_path: Path) -> None:
    file, mix = tmp_path / "morning.csv", tmp_path / "mix.yaml"
    file.write_text("\n".join(DAY[:-1]), encoding="utf-8")
    hour = ("--cost-per-hour", "34.50", "--currency", "EUR", "--patience", "120")
    found = run("staffing", "frontier", "--intervals", str(file), "--within", "20", *hour)
    assert [float(each["cost"]) for each in found["points"]] == sorted(float(each["cost"]) for each in found["points"])
    assert found["points"][-1]["service_level"]["value"] > found["points"][0]["service_level"]["value"]
    assert run("staffing", "frontier", "--intervals", str(file), "--cost-per-hour", "much", code=1)["error"][
        "code"
    ] == ("invalid_money")
    # Played as one day: a queue goes on into the next half-hour; who comes first and who can do what counts.
    promise = ("--target", "0.8", "--within", "20")
    played = run("staffing", "plan", "--intervals", str(file), *promise, "--simulate", "--runs", "40")
    assert played["model"] == "simulation"
    assert all(each["service_level"] >= 0.8 for each in played["intervals"])
    mix.write_text(MIX, encoding="utf-8")
    kinds = run("staffing", "plan", "--intervals", str(file), *promise, "--mix", str(mix), "--runs", "40")["kinds"]
    assert [each["name"] for each in kinds] == ["gold", "usual"]
    mix.write_text(MIX.replace("[gold, usual]", "[golden]"), encoding="utf-8")
    refused = run("staffing", "plan", "--intervals", str(file), *promise, "--mix", str(mix), code=1)
    assert "golden is a skill and no kind of calls" in refused["error"]["message"]


MIX = """
kinds:
  - {name: gold, share: 0.3, priority: 0, patience_seconds: 120}
  - {name: usual, share: 0.7, priority: 1}
groups:
  - {name: all, share: 0.5, skills: [gold, usual]}
  - {name: some, share: 0.5, skills: [usual], breaks: [{at: "09:00", away: 1}]}
"""
MAPPING = """
title: Cases of the old system
format: csv
columns: {case: text, at: text, change: text, to: text, priority: text, team: text}
targets:
  - table: case_changes
    columns:
      at: {from: at}
      case_id: {from: case}
      change: {from: change}
      to_value: {from: to}
      priority: {from: priority}
      team: {from: team}
"""
PROMISE = """
name: Cases put right
promise: resolution
within_seconds: 14400
target: 0.9
hours:
  name: Office
  time_zone: Europe/Berlin
  hours: {monday: ["09:00-17:00"], tuesday: ["09:00-17:00"]}
teams:
  - {team: front, within_seconds: 7200}
  - {team: billing, within_seconds: %d, step: 2}
"""


def changes() -> list[str]:
    """Twenty cases opened on a Monday at 15:00 in Berlin. Ten wait an hour for the customer and are resolved on Tuesday at
    12:00 (four hours of the clock, to the second); ten do not wait and are a second late.
    """
    lines = ["case,at,change,to,priority,team"]
    for number in range(20):
        waits = number % 2 == 0
        lines.append(f"k{number},2026-03-02T14:00:00Z,opened,,normal,front")
        if waits:
            lines.append(f"k{number},2026-03-02T15:00:00Z,waiting,customer,normal,front")
            lines.append(f"k{number},2026-03-02T16:00:00Z,resumed,,normal,front")
        end = "2026-03-03T11:00:00Z" if waits else "2026-03-03T10:00:01Z"
        lines.append(f"k{number},{end},resolved,,normal,billing")
    return lines


def test_two_sides_agree_on_a_promise_and_see_how_it_is_kept(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cases.csv").write_text("\n".join(changes()), encoding="utf-8")
    (tmp_path / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    told = run("import", str(tmp_path / "cases.csv"), "--mapping", str(tmp_path / "mapping.yaml"))
    assert (told["accepted"], told["quarantined"]) == (60, 0)
    file = tmp_path / "model" / "sla" / "put_right.yaml"
    file.parent.mkdir(parents=True)
    model = str(tmp_path / "model")
    # Promises between teams that do not fit into the customer's are refused with the sum.
    file.write_text(PROMISE % 7201, encoding="utf-8")
    error = run("model", "apply", model, code=1)["error"]
    assert "teams take 2 h + 2 h 1 s = 4 h 1 s, the customer is promised 4 h: 1 s too long" in error["message"]
    file.write_text(PROMISE % 7200, encoding="utf-8")
    (tried,) = run("model", "rehearse", model, "--since", "2026-03-01", "--until", "2026-04-01")["rehearsals"]
    assert (tried["figures"]["kept"], tried["figures"]["missed"]) == (10, 10)
    run("model", "apply", model)
    shown = run("sla", "show", "put_right", "--weeks", "2")
    assert (shown["whole"]["value"], shown["whole"]["n"], shown["standing"]) == (0.5, 20, "missed")
    assert [row["n"] for row in shown["rows"]] == [0, 20]
    assert run("sla", "show", "put_rigth", code=1)["error"]["hint"] == "Did you mean put_right?"
    assert [each["key"] for each in run("sla", "list")["slas"]] == ["put_right"]


CALLS = """
title: Calls of the switchboard
format: csv
columns: {id: text, at: text, wait: number, took: number, answered: flag, gone: flag, channel: text, region: text}
targets:
  - table: interactions
    key: [id]
    columns:
      started_at: {from: at}
      wait_seconds: {from: wait}
      handle_seconds: {from: took}
      answered: {from: answered}
      abandoned: {from: gone}
      channel: {from: channel}
      region: {from: region}
"""
LINE = """
name: Calls answered
promise: answer
within_seconds: 20
target: 0.7
population: 'channel == "phone"'
"""
SELLER, BUYER = ("sam", "Sam Seller", "north", "manager"), ("bea", "Bea Buyer", "south", "manager")
ROOM = "/slas/line/negotiation/"


def calls(file: Path) -> None:
    """Eight weeks of mornings: eight calls each half-hour, of which every twelfth gives up."""
    first = datetime.combine(datetime.now(UTC).date() - timedelta(weeks=8), datetime.min.time(), UTC)
    with file.open("w", encoding="utf-8", newline="") as written:
        rows = csv.writer(written)
        rows.writerow(["id", "at", "wait", "took", "answered", "gone", "channel", "region"])
        for number in range(8 * 7 * 32):
            day, place = divmod(number, 32)
            at = first + timedelta(days=day, hours=9, seconds=225 * place)
            gone = number % 12 == 0
            wait = 90 if gone else (number * 7) % 40
            rows.writerow(
                [
                    f"c{number}",
                    at.isoformat(),
                    wait,
                    "" if gone else 180 + number % 60,
                    not gone,
                    gone,
                    "phone",
                    "north",
                ]
            )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder, mailbox, port = tmp_path_factory.mktemp("table"), Mailbox(), free_port()
    mail = Controller(mailbox, hostname="127.0.0.1", port=port)
    mail.start()
    house = House(folder / "home", mailbox, port)
    try:
        house.wait()
        yield house
    finally:
        house.process.terminate()
        house.process.wait(timeout=60)
        mail.stop()


def press(browser: Browser, what: str, **fields: str) -> requests.Response:
    """Send one of the room's forms, with what it hides."""
    page = browser.open(ROOM).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', page))
    address = f"{browser.house.address}{ROOM}{what}/"
    given = {"csrfmiddlewaretoken": hidden["csrfmiddlewaretoken"], "of": hidden.get("of", ""), **fields}
    return browser.session.post(address, given, headers={"Referer": address}, timeout=120)


def test_a_promise_is_bargained_for_signed_by_both_and_in_force(house: House, tmp_path: Path) -> None:
    link = re.search(r"http\S+/first-run/[0-9a-f]+/", re.sub(r"\x1b\[[0-9;]*m", "", house.log.read_text()))
    assert link is not None, house.log.read_text()
    ada = Browser(house)
    assert ada.send(link.group(), **SETTLED).status_code == 200
    for name in ("North", "South"):
        assert ada.send("/people/units/new/", name=name, kind="region", parent="organisation").status_code == 200
    sam, bea = (invited(house, ada, *each) for each in (SELLER, BUYER))
    (tmp_path / "calls.yaml").write_text(CALLS, encoding="utf-8")
    calls(tmp_path / "calls.csv")
    code, told = house.run("import", str(tmp_path / "calls.csv"), "--mapping", str(tmp_path / "calls.yaml"), "--json")
    assert (code, told["quarantined"]) == (0, 0)
    model = tmp_path / "model" / "sla" / "line.yaml"
    model.parent.mkdir(parents=True)
    model.write_text(LINE, encoding="utf-8")
    assert house.run("model", "apply", str(tmp_path / "model"), "--json")[0] == 0

    grounds = {"weeks": "8", "cost": "34.50", "shrinkage": "0.3", "hours": "38"}
    assert press(sam, "open", provider_unit="north", customer_unit="south", **grounds).status_code == 200
    day = (datetime.now(UTC).date() + timedelta(days=10)).isoformat()
    offer = {"within": "20", "in_force_on": day, "days_open": "14"}
    first = press(sam, "offers", seen="0", target="0.7", head_count="1.4", money="4000", **offer)
    assert "On the table: offer 1 of North" in first.text
    assert press(sam, "reservation", **{"own-money": "3777"}).status_code == 200
    # The other side sees the offer with its score and the range, not how far the first would go.
    seen = bea.open(ROOM).text
    assert "Bargaining range" in seen
    assert "3777" not in seen
    assert "3777" in sam.open(ROOM).text
    press(bea, "offers", seen="1", target="0.9", head_count="3", money="5000", **offer)
    late = press(sam, "signature", number="1")
    assert late.status_code == 409
    assert "Another offer was made meanwhile." in late.text
    # Who may do everything speaks for neither side.
    room = ada.open(ROOM).text
    assert "You look on" in room
    assert "Sign offer" not in room
    assert press(bea, "signature", number="2").status_code == 200
    assert "Agreed on offer 2, version 2 of the SLA" in press(sam, "signature", number="2").text
