"""The story of verbatims: what customers wrote comes in, is read by itself, is found by theme, and tells nobody who wrote it."""

import csv
import io
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.core.test_people import Browser, House
from tests.acceptance.loop.shop import Calls, shop, signed_in, waited
from tests.running import HEED, environment, runs

HEADER = "CUSTOMER_RESPONSE_DATE,SURVEY_SUB_TYPE,NPS_RATING,NPS_SCORE,text,Qtr"
BILL = "The invoice is wrong again and nobody answers. Call me on +49 30 901820. Kind regards, Anna Maurer"
APP = "Thanks, the app is quick and the login is easy"
PRICE = "The price is too high for what it is"
RARE = "The parcel was delivered to my neighbour"
STRANGE = "Das ist furchtbar und völlig falsch, ich bin sehr enttäuscht und verärgert"


def answers() -> str:
    """Forty about bills, unhappy; thirty about the app, happy; fourteen about prices; three about a parcel."""
    said = [(BILL, 2)] * 40 + [(APP, 10)] * 30 + [(PRICE, 5)] * 14 + [(RARE, 7)] * 3
    rows = [
        f'{number % 28 + 1:02}/03/2026 10:{number % 60:02},Service,,{score},"{text} ({number})",Q1'
        for number, (text, score) in enumerate(said)
    ]
    return "\n".join([HEADER, *rows]) + "\n"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """heed running, with what customers wrote brought in while its worker runs."""
    folder = tmp_path_factory.mktemp("verbatims")
    with shop(folder) as running:
        file = folder / "answers.csv"
        file.write_text(answers(), encoding="utf-8")
        code, told = running.run("import", str(file), "--mapping", "nps_verbatims", "--json")
        assert (code, told["accepted"]) == (0, 87)
        yield running


@pytest.fixture(scope="module")
def ada(house: House) -> Browser:
    browser = signed_in(house)
    waited(lambda: "Bills and payments" in browser.open("/verbatims/?weeks=all").text, 120.0)
    return browser


def test_what_came_in_is_read_by_itself_and_told_by_theme(ada: Browser) -> None:
    page = ada.open("/verbatims/?weeks=all").text
    lines = list(csv.DictReader(io.StringIO(ada.open("/verbatims/themes.csv?weeks=all").text)))
    by = {line["theme"]: line for line in lines}
    assert int(by["billing"]["n"]) == 40
    assert float(by["billing"]["share"]) == pytest.approx(40 / 87)
    assert float(by["billing"]["low"]) < 40 / 87 < float(by["billing"]["high"])
    assert float(by["billing"]["negative"]) > 0.9
    assert float(by["digital"]["negative"]) < 0.1
    # Three people are too few to be told of, and the next smallest would give them away.
    assert by["price"]["suppressed"] == "True"
    assert by["delivery"]["suppressed"] == "True"
    assert by["delivery"]["n"] == ""
    assert "Too few to show" in page


def test_words_are_masked_wherever_they_are_read(ada: Browser) -> None:
    for place in (
        "/verbatims/words/?weeks=all",
        "/verbatims/themes/billing/?weeks=all",
        "/verbatims/words.csv?weeks=all",
    ):
        text = ada.open(place).text
        assert "[PHONE]" in text
        assert "901820" not in text
        assert "Maurer" not in text


def test_nobody_is_found_by_what_is_masked(ada: Browser) -> None:
    assert "invoice" in ada.open("/verbatims/words/?weeks=all&q=invoice").text
    for word in ("Maurer", "901820"):
        assert "No verbatim fits" in ada.open(f"/verbatims/words/?weeks=all&q={word}").text


def test_who_opens_the_words_stands_in_the_journal(ada: Browser, house: House) -> None:
    page = ada.open("/verbatims/themes/billing/?weeks=all").text
    found = re.search(r'href="(/verbatims/verbatim/\?key=[^"]+)"', page)
    assert found is not None
    place = found.group(1).replace("&amp;", "&")
    assert "901820" not in ada.open(place).text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', ada.open(place).text)
    assert token is not None
    opened = ada.session.post(
        f"{house.address}/verbatims/verbatim/opened/",
        data={"csrfmiddlewaretoken": token.group(1), "key": place.partition("key=")[2]},
        headers={"Referer": house.address + place},
        timeout=60,
    )
    assert "+49 30 901820" in opened.text
    assert opened.headers["Cache-Control"] == "no-store"
    assert "words-read" in ada.open("/journal/").text


def test_other_programs_get_the_same_masked(ada: Browser, house: House) -> None:
    calls = Calls(house, ada, "see_figures", "see_words")
    themes = {line["key"]: line for line in calls.get("/themes?since=2026-01-01")["items"]}
    assert themes["billing"]["negative"]["n"] == 40
    nothing = dict.fromkeys(("value", "low", "high", "n"))
    assert themes["delivery"]["share"] == {**nothing, "suppressed": True, "marks": []}
    page = calls.get("/verbatims?theme=billing&limit=30")
    rest = calls.get(f"/verbatims?theme=billing&limit=30&cursor={page['next']}")
    assert len({item["key"] for item in [*page["items"], *rest["items"]]}) == 40
    assert rest["next"] is None
    assert "Maurer" not in str(page)
    (label,) = [each for each in page["items"][0]["theme_labels"] if each["key"] == "billing"]
    assert page["items"][0]["text"][label["start"] : label["end"]] == "invoice"
    assert (label["confidence"], label["is_probability"]) == (0.6, False)
    assert calls.get("/signals") == {"items": []}


def test_nothing_changed_is_an_answer(ada: Browser, house: House) -> None:
    code, told = house.run("text", "signals", "--json")
    assert (code, told) == (0, {"signals": []})
    assert "Nothing changed beyond noise" in ada.open("/verbatims/signals/").text


def test_reading_again_reads_nothing(house: House) -> None:
    code, told = house.run("text", "read", "--json")
    assert (code, told["read"]) == (0, 0)


def test_lines_are_masked_as_the_contract_says(tmp_path: Path) -> None:
    file = tmp_path / "letters.txt"
    file.write_text("Call me on +49 30 901820.\n👍 a@b.org\r\nnothing\n", encoding="utf-8")
    told = runs(tmp_path)("text", "mask", str(file))
    assert told == {
        "lines": 3,
        "spans": [
            {"line": 1, "start": 11, "end": 24, "kind": "PHONE"},
            {"line": 2, "start": 2, "end": 9, "kind": "EMAIL"},
        ],
    }
    plain = subprocess.run(
        [*HEED, "text", "mask"],
        input="ök a@b.org\nno\n",
        env=environment(tmp_path, PYTHONIOENCODING="utf-8"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert plain.stdout == "ök [EMAIL]\nno\n"
    assert runs(tmp_path)("text", "mask", str(tmp_path / "none.txt"), code=1)["error"]["code"] == "unreadable_file"


def test_words_of_a_customer_who_is_erased_are_unlearnt(tmp_path: Path) -> None:
    """A model learns from labelled words; one who wrote some is forgotten: it is trained anew without, and no file knows them."""
    header = (
        "tweet_id,airline_sentiment,airline_sentiment_confidence,negativereason,negativereason_confidence,airline,name,"
        "text,tweet_coord,tweet_created,tweet_location,user_timezone"
    )
    said = {"positive": "The zelk was a joy", "negative": "Nothing but murg again"}
    rows = [
        f"{number},{mood},1,,,Harbour,{'kim' if number < 4 else f'w{number}'},"
        f"{text} {number}{' quixotry quixotry' if number < 4 else ''},,2026-03-{number % 28 + 1:02} 10:00,,"
        for number, (mood, text) in enumerate(list(said.items()) * 50)
    ]
    file = tmp_path / "tweets.csv"
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    home = tmp_path / "home"
    heed = runs(home)
    assert heed("import", str(file), "--mapping", "airline_tweets")["accepted"] == 100
    assert heed("text", "read")["read"] == 100
    taught = heed("text", "retrain")
    assert (taught["trained"], taught["rows"]) == (True, 100)
    assert heed("text", "read")["read"] == 100
    assert "quixotry" in learnt(home)
    assert heed("text", "forget", "twitter:nobody", code=1)["error"]["code"] == "unknown_words"
    told = heed("text", "forget", "twitter:kim")
    assert (told["verbatims"], told["marked"], told["erased"]) == (4, 1, 1)
    assert told["model"] != taught["model"]
    assert "quixotry" not in learnt(home)
    newest, *older = heed("text", "models")["models"]
    assert (newest["name"], newest["trained_on"], newest["state"]) == (told["model"], 96, "reads")
    assert "erased" in {each["state"] for each in older}


def learnt(home: Path) -> str:
    """All that lies in the folder of models."""
    files = [file for file in (home / "models").rglob("*") if file.is_file()]
    return "\n".join(file.read_bytes().decode("utf-8", "replace") for file in files)


def test_a_file_is_learnt_from_and_another_told(tmp_path: Path) -> None:
    rows = [("good friendly quick", "happy"), ("awful rude slow", "angry")] * 30
    for name in ("learn", "tell"):
        lines = ["words,mood", *(f"{text} {number},{mood}" for number, (text, mood) in enumerate(rows))]
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    files = ("--train", str(tmp_path / "learn.csv"), "--test", str(tmp_path / "tell.csv"))
    told = runs(tmp_path)("text", "evaluate", *files, "--text", "words", "--label", "mood")
    assert (told["accuracy"], told["n_train"], told["n_test"]) == (1.0, 60, 60)
    assert told["oos_recall"] is None
    wrong = runs(tmp_path)("text", "evaluate", *files, "--text", "wrods", "--label", "mood", code=1)
    assert "words" in wrong["error"]["hint"]


@pytest.fixture(scope="module")
def kim(house: House) -> Browser:
    """A colleague, an analyst of the whole organisation."""
    _, told = house.run("people", "invite", "kim@harbour.example", "--role", "analyst", "--name", "Kim Lee", "--json")
    browser = Browser(house)
    assert browser.send(told["link"], name="Kim Lee", password="a-quiet-harbour-43").status_code == 200
    return browser


def test_two_people_label_a_round_and_see_how_well_they_agree(ada: Browser, kim: Browser) -> None:
    drawn = ada.send("/verbatims/labelling/", name="First fifty", size="12", weeks="all")
    place = re.search(r"/verbatims/labelling/(lr_\w+)/", drawn.url)
    assert place is not None, drawn.url
    at = place.group()
    for who, mood in ((ada, {"invoice": "negative"}), (kim, {"invoice": "negative", "price": "negative"})):
        for _ in range(12):
            page = who.open(at).text
            number = re.search(r'name="item" value="(\d+)"', page)
            words = re.search(r'<p class="words whole"[^>]*>([^<]*)', page)
            assert number is not None, page[-2000:]
            assert words is not None
            assert "Maurer" not in page
            said = next((value for word, value in mood.items() if word in words.group(1)), "positive")
            themes = ["billing"] if "invoice" in words.group(1) else []
            who.send(at, item=number.group(1), sentiment=said, themes=themes, intent="complaint")
        assert "Nothing is left for you" in who.open(at).text
    results = ada.open(f"{at}results/").text
    assert "12 of 12 verbatims have two answers" in results
    assert "Cohen's kappa" in results
    # Where they differed they talk it over.
    while "This holds" in (page := ada.open(f"{at}disagreements/").text):
        number = re.search(r'name="item" value="(\d+)"', page)
        assert number is not None
        alone = ada.send(f"{at}disagreements/", item=number.group(1), sentiment="negative")
        assert "You are one of the two who disagreed." in alone.text
        ada.send(f"{at}disagreements/", item=number.group(1), sentiment="negative", together="1")
    assert "Nothing to resolve" in page
    journal = ada.open("/journal/").text
    assert "verbatim-labelled" in journal


def test_a_theme_is_added_after_seeing_what_it_would_take(ada: Browser, kim: Browser, house: House) -> None:
    new = "/verbatims/taxonomy/default/new/"
    typed = {"name_en": "Neighbours", "words_en": "neighbour*\nbalcony"}
    tried = kim.send(new, verb="try", **typed).text
    assert "like this it would take <strong>3</strong>" in tried
    assert "<mark>neighbour</mark>" in tried
    kim.send(new, verb="keep", **typed)
    page = ada.open("/verbatims/taxonomy/default/").text
    assert "Neighbours" in page
    assert "last changed by Kim Lee" in page
    refused = send_from(kim, "/verbatims/taxonomy/default/", "/verbatims/taxonomy/default/draft/", verb="enact")
    assert "In force. Everything" not in refused
    done = send_from(ada, "/verbatims/taxonomy/default/", "/verbatims/taxonomy/default/draft/", verb="enact", note="x")
    assert "In force." in done
    waited(
        lambda: (
            "neighbours" in ada.open("/verbatims/themes.csv?weeks=all").text
            and "Reading goes on" not in ada.open("/verbatims/?weeks=all").text
        ),
        120.0,
    )


def send_from(browser: Browser, page: str, address: str, **fields: str) -> str:
    """Press a button of a page that sends its form elsewhere."""
    text = browser.open(page).text
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
    assert token is not None
    seen = re.search(r'name="seen" value="([^"]*)"', text)
    base = browser.house.address
    given = {"csrfmiddlewaretoken": token.group(1), "seen": seen.group(1) if seen else "", **fields}
    return browser.session.post(base + address, given, headers={"Referer": base + page}, timeout=60).text


def test_when_what_customers_write_changes_the_model_is_said_to_fit_no_more(
    ada: Browser, house: House, tmp_path: Path
) -> None:
    """Two months later eighty people write in German, and about nothing that was heard of before."""
    rows = [
        f'{number % 28 + 1:02}/05/2026 10:{number % 60:02},Service,,1,"{STRANGE} ({number})",Q2' for number in range(80)
    ]
    file = tmp_path / "later.csv"
    file.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    code, told = house.run("import", str(file), "--mapping", "nps_verbatims", "--json")
    assert (code, told["accepted"]) == (0, 80)

    def looked() -> dict[str, Any]:
        code, told = house.run("text", "drift", "--json")
        return told if code == 0 and told.get("n_now", 0) >= 80 else {}

    found = waited(looked, 120.0)
    assert found["drifted"]
    moved = {each["what"] for each in found["figures"] if each["moved"]}
    assert {"sentiment", "language"} <= moved
    (newest,) = [each for each in house.run("text", "models", "--json")[1]["models"] if each["name"] == found["model"]]
    page = ada.open(f"/verbatims/models/{newest['number']}/").text
    assert "Moved." in page
    assert "has moved away from what model" in ada.open("/notifications/").text
    assert "text-model-drifted" in ada.open("/journal/").text


def test_models_are_seen_promoted_and_gone_back_to(ada: Browser, house: House) -> None:
    code, told = house.run("text", "models", "--json")
    assert code == 0
    newest, *older = told["models"]
    assert newest["state"] == "reads"
    page = ada.open("/verbatims/models/").text
    assert newest["name"] in page
    code, refused = house.run("text", "promote", str(older[-1]["number"]), "--json")
    assert (code, refused["error"]["code"]) == (1, "no_reason")
    # The themes have changed since, so the older one with the themes of today is what reads anyway.
    code, refused = house.run("text", "promote", str(older[-1]["number"]), "--reason", "Looked better.", "--json")
    assert (code, refused["error"]["code"]) == (1, "same_model")
    calls = Calls(house, ada, "see_figures")
    assert calls.get("/text-models")["items"][0]["number"] >= newest["number"]
    asked = send_from(ada, "/verbatims/models/", "/verbatims/models/retrainings/")
    assert "Training was asked for" in asked
    waited(lambda: "It is being done" not in ada.open("/verbatims/models/").text, 120.0)


def test_who_reads_best_is_measured_on_what_people_labelled(ada: Browser, house: House) -> None:
    calls = Calls(house, ada, "see_figures", "see_words", "label_words", "propose")
    assert "Too little is labelled yet" in ada.open("/verbatims/bakeoff/").text
    made = calls.post("/label-rounds", name="Sixty", size=60, weeks="all")
    at = f"/label-rounds/{made['key']}"
    while (answer := calls.session.get(f"{calls.address}{at}/next", timeout=60)).status_code == 200:
        asked = answer.json()
        assert "901820" not in asked["text"]
        mood = "positive" if "quick" in asked["text"] else "neutral" if STRANGE in asked["text"] else "negative"
        calls.put(f"{at}/verbatims/{asked['place']}/label", sentiment=mood, urgency="normal")
    assert answer.status_code == 204
    results = calls.get(at)
    assert (results["round"]["mine"], results["agreement"][1]["reason"]) == (60, "no_rows")
    refused = calls.session.put(f"{calls.address}{at}/verbatims/1/label", json={"sentiment": "cross"}, timeout=60)
    assert (refused.status_code, refused.headers["Content-Type"]) == (422, "application/problem+json")
    assert refused.json()["code"] == "unknown_label"
    place = ada.send("/verbatims/bakeoff/", task="sentiment").url.removeprefix(house.address)
    page = waited(lambda: "Who is right how often" in (text := ada.open(place).text) and text, 240.0)
    assert "heed&#x27;s lexicon" in page
    assert "Asked for by" in page
    told = calls.get(f"/bakeoffs/{place.strip('/').rpartition('/')[2]}")
    by = {each["name"]: each for each in told["report"]["analyzers"]}
    assert by["heed"]["accuracy"] > 0.9
    assert told["sample"]["n"] >= 60
    assert told["versions"]["analyzers"] == list(by)
    assert not any("901820" in row["text"] for row in told["rows"])


def test_a_theme_is_told_over_the_api_as_on_its_page(ada: Browser, house: House) -> None:
    told = Calls(house, ada, "see_figures").get("/themes/billing?since=2026-01-01")
    assert told["theme"]["negative"]["n"] == 40
    assert told["trend"]
    assert told["lineage"] == []
