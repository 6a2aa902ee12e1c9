"""The story of surveys: one is built with fields and put in force, a customer is asked by mail, answers on a phone without a
script, and the answers move the KPIs.
"""

import csv
import html
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import requests

from tests.acceptance.core.test_people import Browser, House
from tests.acceptance.loop.shop import POLICY, Calls, shop, signed_in, waited
from tests.feedback.surveys.surveys import INSTRUMENT

TRIGGER = "name: Ask after each call\nsource: interactions\nwhen: 'topic == \"call\"'\nsurvey: after_call\n"
CUSTOMERS = "number,name,email,language\n1,Mia,mia@customer.example,en\n2,Jon,jon@customer.example,de\n"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with shop(tmp_path_factory.mktemp("surveys")) as running:
        yield running


def fields_of(page: str, form: str) -> dict[str, str]:
    """What a browser would send of a form by itself: hidden fields, texts, and what is chosen."""
    part = page.partition(f'id="{form}"')[2].partition("</form>")[0]
    found: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", part):
        given = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if "name" in given and (given.get("type") != "checkbox" or " checked" in tag):
            found[html.unescape(given["name"])] = html.unescape(given.get("value", "on"))
    for name, words in re.findall(r'<textarea [^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', part):
        found[html.unescape(name)] = html.unescape(words)
    return found


def built(ada: Browser) -> None:
    """Ada builds the survey with fields and puts it in force."""
    there = f"{ada.house.address}/surveys/new/"

    def press(form: dict[str, str], do: str, **typed: str) -> requests.Response:
        return ada.session.post(there, {**form, **typed, "do": do}, headers={"Referer": there}, timeout=60)

    page = ada.open("/surveys/new/").text
    for sort in ("csat", "ces", "text"):
        page = press(
            fields_of(page, "build"), f"add:{sort}", name="After a call", key="after_call", languages="en, de"
        ).text
    typed = {
        "q-0-text:en": "How likely are you to recommend us?",
        "q-0-text:de": "Wie wahrscheinlich ist es, dass Sie uns empfehlen?",
        "q-0-key": "likely",
        "q-0-required": "on",
        "q-1-text:en": "How satisfied are you?",
        "q-1-key": "satisfied",
        "q-2-text:en": "It was easy.",
        "q-2-key": "easy",
        "q-3-text:en": "What went wrong?",
        "q-3-key": "wrong",
        "q-3-show_when": "likley <= 6.0",
    }
    refused = press({**fields_of(page, "build"), **typed}, "propose")
    assert refused.status_code == 422
    assert "Did you mean likely?" in refused.text
    proposed = press({**fields_of(refused.text, "build"), "q-3-show_when": "likely <= 6.0"}, "propose")
    assert proposed.status_code == 200, proposed.text
    enacted(ada, proposed.url.removeprefix(ada.house.address))


def enacted(ada: Browser, version: str) -> None:
    """Approve a proposed version and put it in force, as its page does."""
    for verb in ("approval", "enactment"):
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', ada.open(version).text)
        assert token is not None
        done = ada.session.post(
            f"{ada.house.address}{version}{verb}/",
            {"csrfmiddlewaretoken": token[1]},
            headers={"Referer": f"{ada.house.address}{version}"},
            timeout=180,
        )
        assert done.status_code == 200, done.text


def link_in(letter: Any) -> str:
    found = re.search(r"http\S+/a/[0-9a-f]+", letter.get_body(("plain",)).get_content())
    assert found is not None
    return found.group()


def answered(link: str, **given: str) -> requests.Response:
    """Send the step that is shown, with these answers, as a browser without a script would."""
    form = fields_of(requests.get(link, timeout=60).text, "survey")
    return requests.post(link.partition("?")[0], {**form, "move": "next", **given}, timeout=60)


def kpi(house: House, key: str, survey: str = "after_call") -> tuple[float | None, int]:
    told = house.run("kpi", "show", key, "--where", f'survey_key == "{survey}"', "--min-n", "1", "--json")[1]
    (row,) = told["rows"]
    return row["value"], row["n"]


def test_an_answer_by_phone_moves_the_kpis(house: House, tmp_path: Path) -> None:
    ada = signed_in(house)
    built(ada)
    for name, body in {"trigger/after_call.yaml": TRIGGER, "contact_policy/contact.yaml": POLICY}.items():
        (tmp_path / "model" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "model" / name).write_text(body, encoding="utf-8")
    assert house.run("model", "apply", str(tmp_path / "model"), "--json")[0] == 0
    (tmp_path / "customers.csv").write_text(CUSTOMERS, encoding="utf-8")
    assert house.run("customers", "import", str(tmp_path / "customers.csv"), "--system", "shop", "--json")[0] == 0
    calls = Calls(house, ada, "import", "ask", "see_figures", "see_records", "see_words")
    for number in ("1", "2"):
        now = datetime.now(UTC).isoformat()
        calls.tell("interactions", number, started_at=now, customer_key=f"shop:{number}", topic="call", region="north")

    mia, jon = waited(
        lambda: len(house.mailbox.letters) == 2 and sorted(house.mailbox.letters, key=lambda m: -len(m["To"]))
    )
    mia, jon = (next(m for m in (mia, jon) if name in str(m["To"])) for name in ("mia@", "jon@"))
    assert str(jon["Subject"]) == "Wie war es für Sie?"
    assert jon["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    first = requests.get(link_in(jon), timeout=60)
    assert "Wie wahrscheinlich ist es" in first.text
    assert first.headers["Referrer-Policy"] == "no-referrer"
    assert "Set-Cookie" not in first.headers
    missing = answered(link_in(jon), q_satisfied="1")
    assert missing.status_code == 422
    assert "Bitte beantworten Sie diese Frage" in missing.text
    second = answered(link_in(jon), q_likely="2", q_satisfied="1", q_easy="3")
    assert "What went wrong?" in second.text
    thanks = answered(second.url, q_wrong="Mia Ost promised to call me on 030 1234567.")
    assert "Vielen Dank" in thanks.text
    assert "Vielen Dank" in requests.get(thanks.url, timeout=60).text
    over = answered(link_in(mia), q_likely="10", q_satisfied="5", q_easy="6")
    assert "Thank you" in over.text

    assert waited(lambda: kpi(house, "nps") == (0.0, 2))
    assert kpi(house, "csat") == (0.5, 2)
    assert kpi(house, "ces") == (4.5, 2)
    assert house.run("facts", "rebuild", "--json")[0] == 0
    assert kpi(house, "nps") == (0.0, 2)

    (line,) = calls.get("/surveys")["items"]
    assert (line["invitations"]["sent"], line["invitations"]["answered"]) == (2, 2)
    told = calls.get("/responses?survey=after_call")["items"]
    words = [answer["words"] for one in told for answer in one["answers"] if answer["question"] == "wrong"]
    assert len(words) == 1
    assert words[0].endswith("promised to call me on [PHONE].")
    assert "030 1234567" not in str(calls.get("/survey-invitations"))
    page = ada.open("/surveys/after_call/").text
    assert "promised to call me on [PHONE]" in page
    assert "030 1234567" not in page
    # As it came in it is one step away, and who took it stands in the journal.
    place = re.search(r'href="(/verbatims/verbatim/\?key=[^"]+)"', page)
    assert place is not None
    key = unquote(place.group(1).partition("key=")[2])
    opened = waited(lambda: calls.post("/verbatims/openings", key=key))
    assert opened["words"] == "Mia Ost promised to call me on 030 1234567."
    assert "words-read" in ada.open("/journal/").text
    link = link_in(jon).rpartition("/")[2]
    assert link not in house.log.read_text()


GATE = """\
name: At the gate
languages: [en, de]
questions:
  - {key: likely, type: nps, required: true, text: {en: "How likely are you to recommend us?"}}
  - {key: ok, type: csat, required: true, text: {en: "How satisfied are you?"}}
"""
VISIT = "name: After a visit\nsource: interactions\nwhen: 'topic == \"visit\"'\nsurvey: gate\n"


def bounced(letter: Any) -> bytes:
    """The mail as a mail server returns it (RFC 3464)."""
    return (
        b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        b"Final-Recipient: rfc822;kim@customer.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\n"
        b"Content-Type: message/rfc822\r\n\r\n"
        + f"Message-ID: {letter['Message-ID']}\r\n\r\nHello\r\n--b--\r\n".encode()
    )


def test_answers_come_by_a_code_on_a_wall_and_by_one_click_and_what_comes_back_is_the_last(
    house: House, tmp_path: Path
) -> None:
    ada = signed_in(house)
    for name, body in {"survey/gate.yaml": GATE, "trigger/visit.yaml": VISIT}.items():
        (tmp_path / "model" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "model" / name).write_text(body, encoding="utf-8")
    assert house.run("model", "apply", str(tmp_path / "model"), "--json")[0] == 0
    calls = Calls(house, ada, "import", "ask", "see_figures", "see_records")
    link = calls.post("/survey-links", survey="gate", name="North gate", context={"region": "north"})
    assert link["address"] in ada.open(f"/survey-links/{link['key']}/").text
    thanks = answered(link["address"], q_likely="9", q_ok="5")
    assert "Thank you" in thanks.text
    assert "Set-Cookie" not in thanks.headers
    found = calls.get(f"/survey-links/{link['key']}")
    assert (found["begun"], found["answered"]) == (1, 1)

    (tmp_path / "customers.csv").write_text("number,name,email\n7,Kim,kim@customer.example\n", encoding="utf-8")
    assert house.run("customers", "import", str(tmp_path / "customers.csv"), "--system", "shop", "--json")[0] == 0
    now = datetime.now(UTC).isoformat()
    calls.tell("interactions", "71", started_at=now, customer_key="shop:7", topic="visit", region="north")
    mine = waited(lambda: [letter for letter in house.mailbox.letters if "kim@" in str(letter["To"])])[0]
    href = re.search(r'href="(http\S+/a/[0-9a-f]+)\?q_likely=9"', mine.get_body(("html",)).get_content())
    assert href is not None
    # A scanner opens every link of the mail, and nothing is begun.
    for score in range(11):
        opened = requests.get(f"{href.group(1)}?q_likely={score}", timeout=60)
        requests.head(f"{href.group(1)}?q_likely={score}", timeout=60)
        assert "How satisfied are you?" not in opened.text
    assert calls.get("/surveys/gate")["invitations"]["started"] == 0
    form = fields_of(requests.get(f"{href.group(1)}?q_likely=9", timeout=60).text, "survey")
    rest = requests.post(href.group(1), {**form, "move": "keep", "q_likely": "9"}, timeout=60)
    assert "Your answer has been kept" in rest.text
    assert calls.get("/surveys/gate")["invitations"]["started"] == 1

    (tmp_path / "bounce.eml").write_bytes(bounced(mine))
    code, told = house.run("surveys", "returned", str(tmp_path / "bounce.eml"), "--json")
    assert (code, told) == (0, {"sort": "bounced", "code": "5.1.1"})
    again = calls.session.post(f"{calls.address}/mail-reports", data=bounced(mine), timeout=60)
    assert again.status_code == 202
    refused = calls.session.post(f"{calls.address}/mail-reports", data=b"Subject: Holidays\r\n\r\nAway.", timeout=60)
    assert (refused.status_code, refused.json()["code"]) == (422, "no_report")
    calls.tell("interactions", "72", started_at=now, customer_key="shop:7", topic="visit", region="north")
    assert waited(lambda: "address_bounced" in [each["reason"] for each in calls.get("/asks")["items"]])
    assert "No such address" in ada.open("/sending-domain/").text


def carried(page: str) -> list[tuple[str, str]]:
    """The hidden fields of a page, of which several may have one name."""
    hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return [(html.unescape(name), html.unescape(value)) for name, value in hidden]


def test_all_kinds_of_questions_are_stopped_gone_on_with_and_kept_without_a_name(house: House, tmp_path: Path) -> None:
    ada = signed_in(house)
    (tmp_path / "survey").mkdir()
    (tmp_path / "survey" / "shop.yaml").write_text(json.dumps({**INSTRUMENT, "anonymous": True}), encoding="utf-8")
    (tmp_path / "trigger").mkdir()
    trigger = "name: Ask after each visit\nsource: interactions\nwhen: 'topic == \"visit\"'\nsurvey: shop\n"
    (tmp_path / "trigger" / "after_visit.yaml").write_text(trigger, encoding="utf-8")
    assert house.run("model", "apply", str(tmp_path), "--json")[0] == 0
    (tmp_path / "customers.csv").write_text(
        "number,name,email,language\n9,Noa,noa@customer.example,en\n", encoding="utf-8"
    )
    assert house.run("customers", "import", str(tmp_path / "customers.csv"), "--system", "shop", "--json")[0] == 0
    calls = Calls(house, ada, "import", "see_figures", "see_records", "see_words")
    now = datetime.now(UTC).isoformat()
    calls.tell("interactions", "visit-9", started_at=now, customer_key="shop:9", topic="visit", region="north")
    letter = waited(lambda: next((mail for mail in house.mailbox.letters if "noa@" in str(mail["To"])), None))
    link = link_in(letter)

    page = requests.get(link, timeout=60)
    assert "How was visit?" in page.text
    assert "Your answers are anonymous" in page.text
    assert "'sha256-" in page.headers["Content-Security-Policy"]
    wrong = answered(link, q_clean="4", **{"q_parts.speed": "good"}, q_order="price:1")
    assert wrong.status_code == 422
    assert "Please answer each line" in wrong.text
    lines = {"q_parts.speed": "good", "q_parts.manner": "bad"}
    second = answered(link, q_clean="4", q_day="2026-05-03", q_liked="light", **lines)
    assert "You gave 4 for May 3, 2026 and liked The light. Why?" in second.text
    saved = requests.post(link, [*carried(second.text), ("q_why", "Half a thought"), ("move", "save")], timeout=60)
    assert "Your answers are kept" in saved.text
    back = requests.get(link, timeout=60)
    assert "Half a thought" in back.text
    last = [("q_why", "So."), ("q_again", "no"), ("move", "next")]
    thanks = requests.post(link, [*carried(back.text), *last], timeout=60)
    assert "Thank you" in thanks.text
    assert "have answered already" in requests.get(link, timeout=60).text

    (told,) = calls.get("/responses?survey=shop")["items"]
    assert (told["customer"], told["invitation"]) == ("", "")
    answers = {(one["question"], one["choice"] or one["score"]) for one in told["answers"] if one["question"] != "why"}
    assert answers == {
        ("clean", 4.0),
        ("day", "2026-05-03"),
        ("parts.speed", "good"),
        ("parts.manner", "bad"),
        ("liked", "light"),
        ("again", "no"),
    }
    assert "How friendly we were" in ada.open("/surveys/shop/").text


# From other systems and to them

FILES = Path(__file__).parents[2] / "feedback" / "surveys" / "files"


def with_file(ada: Browser, place: str, file: Path, **fields: str) -> requests.Response:
    """A form with a file, as a browser sends it."""
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', ada.open(place).text)
    assert token is not None
    with file.open("rb") as content:
        return ada.session.post(
            ada.house.address + place,
            {"csrfmiddlewaretoken": token[1], **fields},
            files={"file": (file.name, content)},
            headers={"Referer": ada.house.address + place},
            timeout=180,
        )


def thousands(path: Path) -> None:
    """1,200 responses as Qualtrics exports them: every fourth is 3, the others 10; three are wrong, one speaks in formulas."""
    head = ("ResponseId", "EndDate", "Status", "Finished", "UserLanguage", "NPS", "Service_1", "More")
    with path.open("w", newline="", encoding="utf-8") as sink:
        out = csv.writer(sink)
        out.writerow(head)
        for number in range(1_200):
            nps = {500: "11", 501: "ten"}.get(number, "3" if number % 4 == 0 else "10")
            speed = "9" if number == 502 else "3"
            more = {0: "=1+1", 1: "+1", 2: "@sum", 3: "-2-3"}.get(number, "")
            out.writerow((f"R_{number:04}", "2026-03-02 10:00:00", "0", "1", "EN", nps, speed, more))


def test_a_survey_and_its_answers_come_from_another_system_and_go_to_a_third(house: House, tmp_path: Path) -> None:
    ada = signed_in(house)
    read = with_file(ada, "/surveys/import/", FILES / "visit.qsf").text
    assert "HeatMap/Image" in read
    hidden = re.findall(r'<input type="hidden" name="(draft|form|losses)" value="([^"]*)"', read)
    fields = {name: html.unescape(value) for name, value in hidden}
    assert set(fields) == {"draft", "form", "losses"}
    proposed = ada.send("/surveys/import/", **fields, key="visit")
    assert proposed.url.endswith("/definitions/survey/visit/1/"), proposed.text[:2000]
    enacted(ada, proposed.url.removeprefix(house.address))

    thousands(tmp_path / "answers.csv")
    there = "/surveys/visit/answers/import/"
    tried = with_file(ada, there, tmp_path / "answers.csv")
    assert "1,197" in tried.text
    done = ada.send(there, **{name: value for name, value in carried(tried.text) if name != "csrfmiddlewaretoken"})
    assert "1197 responses accepted, 3 wait in quarantine" in done.text
    assert kpi(house, "nps", "visit")[1] == 1_197
    for row in re.findall(r"/imports/quarantine/\d+/", ada.open("/imports/quarantine/?mapping=visit_answers").text):
        page = ada.open(row).text
        wrong = {html.unescape(value): name for name, value in re.findall(r'name="(v\d+)" value="([^"]*)"', page)}
        given = {name: value for value, name in wrong.items()}
        repaired = {"11": "10", "ten": "10", "9": "3"}
        given |= {name: repaired[value] for value, name in wrong.items() if value in repaired}
        assert "The row is repaired and brought in." in ada.send(row, **given).text
    # 299 of 3, 901 of 10: the first bad row was one of every fourth.
    assert kpi(house, "nps", "visit") == (pytest.approx((901 - 299) / 12), 1_200)

    again = house.run("surveys", "import-answers", str(tmp_path / "answers.csv"), "--survey", "visit", "--json")[1]
    assert (again["accepted"], again["unchanged"], again["quarantined"]) == (0, 1_200, 0)
    # And out again, to a third system and as a sheet in which no cell is a formula.
    assert "words at the ends of a scale" in ada.open("/surveys/visit/export/").text
    (tmp_path / "visit.lss").write_text(ada.open("/surveys/visit/export/lss").text, encoding="utf-8")
    back = house.run("surveys", "import", str(tmp_path / "visit.lss"), "--key", "back", "--dry-run", "--json")[1]
    assert [question["key"] for question in back["definition"]["questions"]][:2] == ["nps", "reasons"]
    rows = list(csv.DictReader(io.StringIO(ada.open("/surveys/visit/export/answers.csv?words=1").text)))
    assert len(rows) == 1_202
    said = {row["ResponseId"]: row["more"] for row in rows if row.get("more")}
    assert {number: said[f"R_000{number}"] for number in range(4)} == {0: "'=1+1", 1: "+1", 2: "'@sum", 3: "'-2-3"}
