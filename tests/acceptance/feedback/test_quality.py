"""A shop wants to know how far its answers can be relied on: machines poured full marks in over an open link at night. The audit
fails, every figure that rests on it says so, people set the machines aside and can take it back. And who was asked and stayed
silent: who is missing, what weights do, limits of the shop's own, and the weights for other programs.
"""

import csv
import html
import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.core.test_people import Browser, House
from tests.acceptance.loop.shop import Calls, shop, signed_in, waited
from tests.feedback.quality.planting import Planted, planted
from tests.feedback.quality.shop import when

MAPPING = """\
title: Answers of another tool
columns: {answer: text, questionnaire: text, at: text, asked: text, customer: text, question: text, score: number, seconds: number}
personal: [customer]
targets:
  - table: responses
    key: [answer]
    columns:
      response_id: {from: questionnaire}
      answered_at: {from: at}
      invited_at: {from: asked}
      survey_key: {value: check}
      question_key: {from: question}
      instrument: {value: csat}
      score: {from: score, least: 1, most: 5}
      scale_min: {value: 1}
      scale_max: {value: 5}
      duration_seconds: {from: seconds, least: 0}
      customer_key: {from: customer}
"""
# The other story: who was asked, and what came back.
INVITATIONS = """
title: Who was asked
system: shop
format: csv
columns: {id: text, at: text, asked: flag, p: number, segment: text, trend: text, customer: text}
targets:
  - table: invitations
    key: [id]
    columns:
      decided_at: {from: at}
      sent_at: {from: at}
      asked: {from: asked}
      probability: {from: p}
      segment: {from: segment}
      customer_key: {from: customer}
      survey_key: {value: helped}
"""
CAME_BACK = """
title: What came back
system: shop
format: csv
columns: {id: text, at: text, customer: text, score: number}
targets:
  - table: responses
    key: [id]
    columns:
      response_id: {from: id}
      answered_at: {from: at}
      customer_key: {from: customer}
      score: {from: score}
      scale_min: {value: 0}
      scale_max: {value: 1}
      survey_key: {value: helped}
      question_key: {value: helped}
      instrument: {value: resolved}
"""
LIMITS = "survey: helped\nwave: year\nlimits: {response_rate: 0.9}\n"
PEOPLE, MACHINES, ITEMS = 120, 40, 3
NOW = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def answers() -> str:
    """People over forty days, asked by mail; machines within twenty minutes of a night, asked by nobody."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(("answer", "questionnaire", "at", "asked", "customer", "question", "score", "seconds"))
    for number in range(PEOPLE + MACHINES):
        is_machine = number >= PEOPLE
        at = NOW - timedelta(days=5) + timedelta(seconds=30 * (number - PEOPLE))
        if not is_machine:
            at = NOW - timedelta(days=2 + number % 40, minutes=17 * number)
        asked = "" if is_machine else (at - timedelta(hours=3)).isoformat()
        for item in range(ITEMS):
            score = 5 if is_machine else 1 + (number + item) % 4
            name = f"{'m' if is_machine else 'p'}{number}"
            customer, seconds = ("", 2) if is_machine else (f"c{number}", 45 + number)
            rows.writerow((f"{name}-{item}", name, at.isoformat(), asked, customer, f"q{item}", score, seconds))
    return written.getvalue()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("quality")
    with shop(folder) as running:
        (folder / "answers.csv").write_text(answers(), encoding="utf-8")
        (folder / "answers.yaml").write_text(MAPPING, encoding="utf-8")
        code, told = running.run(
            "import", str(folder / "answers.csv"), "--mapping", str(folder / "answers.yaml"), "--json"
        )
        assert code == 0 and told["accepted"] == (PEOPLE + MACHINES) * ITEMS, told
        yield running


@pytest.fixture(scope="module")
def ada(house: House) -> Browser:
    return signed_in(house)


def csat(house: House, *words: str) -> dict[str, Any]:
    code, told = house.run("kpi", "show", "csat", *words, "--json")
    assert code == 0
    found: dict[str, Any] = told
    return found


def test_machines_fail_the_audit_and_figures_say_so_everywhere(house: House, ada: Browser) -> None:
    code, audit = house.run("quality", "audit", "check", "--json")
    assert code == 0 and audit["state"] == "failed"
    assert {check["code"]: check["many"] for check in audit["checks"]}["machines"] == MACHINES
    told = csat(house)
    # The worker audits, too; whichever came last marks the figure.
    (mark,) = told["marks"]
    assert mark["survey"] == "check" and "machines" in mark["failed"] and told["rows"][0]["marks"] == [mark["audit"]]
    calls = Calls(house, ada, "see_figures", "see_records", "propose")
    over_http = calls.get("/kpis/csat/figure")
    assert over_http["marks"][0]["survey"] == "check" and over_http["rows"][0]["marks"]
    page = ada.open("/kpis/csat/").text
    assert "failed an audit" in page and "/quality/audits/aud_" in page
    (line, *_) = csv.DictReader(io.StringIO(ada.open("/kpis/csat/export.csv").text))
    assert line["failed_audits"].startswith("aud_")
    shown = ada.open(f"/quality/audits/{audit['key']}/").text
    assert "answers that look like a machine" in shown.lower() and "not passed" in shown


def test_of_many_who_set_the_same_aside_one_does_and_it_can_be_put_back(house: House, ada: Browser) -> None:
    calls = Calls(house, ada, "see_figures", "see_records", "propose")
    (one,) = calls.get("/quality/answers?survey=check&sign=bot&limit=1")["items"]
    wanted = {"survey": "check", "responses": [one["response"]], "why": "A machine."}

    def set_aside(_: int) -> int:
        address = f"{calls.address}/quality/exclusions"
        return calls.session.post(address, json=wanted, timeout=180).status_code

    with ThreadPoolExecutor(6) as people:
        codes = sorted(people.map(set_aside, range(6)))
    assert codes == [201, 409, 409, 409, 409, 409]
    (row,) = calls.get("/quality/exclusions?survey=check")["items"]
    assert row["response"] == one["response"] and row["why"] == "A machine." and row["put_back_at"] is None
    waited(lambda: csat(house)["excluded"].get("set_aside") == ITEMS)
    calls.post("/quality/returns", exclusions=[row["key"]], why="To look again.")
    waited(lambda: "set_aside" not in csat(house)["excluded"])
    assert calls.get("/quality/exclusions?survey=check")["items"][0]["put_back_why"] == "To look again."


def test_ada_sets_the_machines_aside_on_the_page_and_the_mark_goes(house: House, ada: Browser) -> None:
    before = csat(house)["rows"][0]
    page = "/quality/answers/?survey=check"
    assert f"Set all {MACHINES} proposed aside" in ada.open(page).text
    done = ada.session.post(
        f"{house.address}/quality/answers/decisions/",
        {**_token(ada, page), "survey": "check", "move": "all", "why": "Machines, in one night."},
        headers={"Referer": house.address + page},
        timeout=180,
    )
    assert f"{MACHINES} answers set aside" in done.text
    waited(lambda: csat(house)["excluded"].get("set_aside") == MACHINES * ITEMS)
    code, again = house.run("quality", "audit", "check", "--json")
    assert code == 0 and {check["code"]: check["state"] for check in again["checks"]}["machines"] == "passed"
    after = csat(house)["rows"][0]
    assert after["value"] < before["value"] and after["n"] == before["n"] - MACHINES * ITEMS
    assert csat(house, "--with-set-aside")["rows"][0]["value"] == before["value"]
    assert "With them:" in ada.open("/kpis/csat/").text
    text = ada.open(page).text
    assert "Machines, in one night." in text and "Put back what is ticked" in text


def _token(ada: Browser, page: str) -> dict[str, str]:
    found = ada.open(page).text.split('name="csrfmiddlewaretoken" value="')[1]
    return {"csrfmiddlewaretoken": found.partition('"')[0]}


@pytest.fixture(scope="module")
def plant() -> Planted:
    return planted(2, "biased", 2500)


def brought_in(house: House, folder: Path, name: str, mapping: str, rows: list[tuple[Any, ...]]) -> None:
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    (folder / f"{name}.yaml").write_text(mapping, encoding="utf-8")
    code, told = house.run("import", str(folder / f"{name}.csv"), "--mapping", str(folder / f"{name}.yaml"), "--json")
    assert (code, told["quarantined"]) == (0, 0), told


def said(page: Any) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page.text)))


def test_the_unhappy_are_missing_and_weights_bring_them_back(
    house: House, ada: Browser, plant: Planted, tmp_path: Path
) -> None:
    decisions: list[tuple[Any, ...]] = [("id", "at", "asked", "p", "segment", "trend", "customer")]
    given: list[tuple[Any, ...]] = [("id", "at", "customer", "score")]
    for place in range(plant.asked.size):
        at = when(plant, place).isoformat()
        # What is known of people is their trend here: the house calls it the segment.
        asked = "true" if plant.asked[place] else "false"
        decisions.append(
            (f"i{place}", at, asked, plant.probability[place], plant.trend[place], plant.trend[place], f"c{place}")
        )
        if plant.answered[place]:
            given.append((f"r{place}", at, f"c{place}", int(plant.content[place])))
    brought_in(house, tmp_path, "asked", INVITATIONS, decisions)
    brought_in(house, tmp_path, "answers", CAME_BACK, given)

    assert "helped" in said(ada.open("/quality/"))
    page = ada.open("/quality/card/?survey=helped&wave=all")
    assert "Segment: rising" in said(page) or "Segment: falling" in said(page)
    assert "Weights mend what these columns explain and nothing more" in said(page)
    told = house.run("quality", "show", "helped", "--wave", "all", "--json")[1]
    (figure,) = told["figures"]
    assert figure["unweighted"]["value"] > plant.truth + 0.03
    assert figure["weighted"]["low"] <= plant.truth <= figure["weighted"]["high"]
    assert {each["check"]: each["state"] for each in told["checks"]}["difference"] == "beyond"


def test_limits_are_the_house_s_own(house: House, tmp_path: Path) -> None:
    file = tmp_path / "model" / "quality" / "helped.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(LIMITS, encoding="utf-8")
    code, applied = house.run("model", "apply", str(tmp_path / "model"), "--json")
    assert code == 0, applied
    told = house.run("quality", "show", "helped", "--json")[1]
    assert told["wave"] == "2026"
    (rate,) = [each for each in told["checks"] if each["check"] == "response_rate"]
    assert (rate["state"], rate["limit"]) == ("beyond", 0.9)
    assert {each["rate"] for each in told["rates"]} >= {"RR1", "RR6", "COOP4", "REF3", "CON3"}


def test_another_program_takes_the_weights(house: House, ada: Browser, plant: Planted) -> None:
    calls = Calls(house, ada, "see_figures", "see_records")
    told = calls.get("/quality/surveys/helped/weights?wave=all&limit=1000")
    weights = {each["response"]: each["weight"] for each in told["items"]}
    assert len(weights) == plant.answered.sum() and told["next"] is None
    content = sum(weight for name, weight in weights.items() if plant.content[int(name.rpartition("r")[2])])
    figure = calls.get("/quality/surveys/helped?wave=all")["figures"][0]["weighted"]["value"]
    assert content / sum(weights.values()) == pytest.approx(figure)
