"""The story of surveys: one is built with fields and put in force, a customer is asked by mail, answers on a phone without a
script, and the answers move the KPIs.
"""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.acceptance.core.test_people import Browser, House
from tests.acceptance.loop.shop import POLICY, Calls, shop, signed_in, waited

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
    version = proposed.url.removeprefix(ada.house.address)
    for verb in ("approval", "enactment"):
        done = ada.session.post(
            f"{ada.house.address}{version}{verb}/",
            {
                "csrfmiddlewaretoken": re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', ada.open(version).text)[
                    1
                ]
            },  # type: ignore[index]
            headers={"Referer": there},
            timeout=60,
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


def kpi(house: House, key: str) -> tuple[float | None, int]:
    told = house.run("kpi", "show", key, "--where", 'survey_key == "after_call"', "--min-n", "1", "--json")[1]
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
    assert words == ["Mia Ost promised to call me on 030 1234567."]
    assert "030 1234567" not in str(calls.get("/survey-invitations"))
    assert "Mia Ost promised" in ada.open("/surveys/after_call/").text
    link = link_in(jon).rpartition("/")[2]
    assert link not in house.log.read_text()
