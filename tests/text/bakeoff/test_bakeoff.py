"""The story of a bake-off on the command line, with a real server on the other side; then each refusal."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from heed.core.settings.rules import current
from heed.text import endpoint
from heed.text.bakeoff import cli
from tests.text.server import Behaviour, ModelServer, broken, error, wrong

KINDS = {
    "positive": ["lovely friendly crew", "thanks, quick and easy", "great staff", "so happy with it"],
    "negative": ["rude and slow staff", "terrible delay", "still no refund, awful", "angry about the fee"],
    "neutral": ["when does it open", "which gate is it", "what are your hours", "is there a form"],
}
ENDS = [
    "in Kiel",
    "today",
    "at the desk",
    "on the phone",
    "again",
    "in the app",
    "by mail",
    "this week",
    "at last",
    "here",
]


def reads(text: str) -> dict[str, Any]:
    """Right but for what is said of today."""
    if "today" in text:
        return {"label": "neutral"}
    return {"label": next(kind for kind, said in KINDS.items() if any(text.startswith(each) for each in said))}


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HEED_HOME", str(tmp_path / "home"))
    file = tmp_path / "labelled.csv"
    with file.open("w", newline="") as target:
        lines = csv.writer(target)
        lines.writerow(["words", "mood"])
        for kind, said in KINDS.items():
            lines.writerows(
                [f"{each} {end}, Anna Maurer, anna.maurer@example.org", kind] for each in said for end in ENDS
            )
        lines.writerows([["", "positive"], ["no label", " "]])
    return file


@pytest.fixture
def chat(sample: Path, server: ModelServer) -> ModelServer:
    # After HEED_HOME was set: the server's fixture has read the settings anew.
    current.cache_clear()
    server.reads = reads
    return server


def ran(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(cli.app, ["bakeoff", *arguments], input=typed)


def told(sample: Path, *more: str) -> dict[str, Any]:
    folds = () if "--folds" in more else ("--folds", "2")
    found = ran(str(sample), "--text", "words", "--label", "mood", "--json", *folds, *more)
    assert found.exit_code == 0, found.output + repr(found.exception)
    return dict(json.loads(found.stdout))


def refused(sample: Path, *more: str) -> dict[str, Any]:
    found = ran(str(sample), "--text", "words", "--label", "mood", "--json", *more)
    assert found.exit_code == 1, found.output
    return dict(json.loads(found.stdout)["error"])


def against(chat: ModelServer, model: str = "small") -> tuple[str, ...]:
    return ("--against", f"{chat.url}#{model}", "--yes")


PRICES = ("--price-in", "0.15", "--price-out", "0.60")


def test_heed_and_a_chat_model_are_measured_on_the_same_rows(chat: ModelServer, sample: Path, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    report = told(
        sample, *against(chat), *PRICES, "--out", str(out), "--read", "5", "--currency", "EUR", "--folds", "5"
    )
    assert (report["n"], report["left_out"], report["folds"], report["currency"]) == (120, 2, 5, "EUR")
    heed, lexicon, bought = report["analyzers"]
    assert [each["kind"] for each in report["analyzers"]] == ["trained", "lexicon", "endpoint"]
    assert bought["name"].startswith("small@127.0.0.1")
    assert heed["accuracy"] > 0.9
    assert bought["accuracy"] == pytest.approx(1 - 8 / 120)
    assert bought["accuracy_interval"][0] < bought["accuracy"] < bought["accuracy_interval"][1]
    assert bought["macro_f1_interval"][0] < bought["macro_f1"] < bought["macro_f1_interval"][1]
    # One fold is 24 texts or so: two requests of at most 20.
    assert bought["requests"] == len(chat.asked) == 10
    cost = (0.15 * bought["tokens_in"] + 0.60 * bought["tokens_out"]) / 1e6 / 120 * 1000
    assert float(bought["cost_per_1000"]) == pytest.approx(cost)
    assert (heed["cost_per_1000"], lexicon["cost_per_1000"]) == ("0", "0")
    assert all(each["seconds_p50"] <= each["seconds_p95"] for each in report["analyzers"])
    assert heed["seconds_learning"] > 0
    pair = report["pairs"][1]
    assert (pair["first"], pair["second"]) == (heed["name"], bought["name"])
    assert pair["difference"] == pytest.approx(heed["accuracy"] - bought["accuracy"])
    assert len(report["disagreements"]) == 5
    assert all(set(each["told"].values()) > {each["truth"]} for each in report["disagreements"])
    rows = list(csv.DictReader(out.open()))
    assert len(rows) == 120
    assert set(rows[0]) == {"row", "text", "truth", heed["name"], lexicon["name"], bought["name"]}


def test_only_masked_words_leave_and_are_shown(chat: ModelServer, sample: Path, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    report = told(sample, *against(chat), "--out", str(out), "--shots", "1")
    sent = " ".join(str(each.body) for each in chat.asked)
    for said in (sent, json.dumps(report), out.read_text()):
        assert "Maurer" not in said
        assert "example.org" not in said
    assert "[EMAIL]" in sent
    assert "Examples:" in chat.asked[0].body["messages"][0]["content"]


def test_what_was_paid_is_not_asked_again_after_a_break(chat: ModelServer, sample: Path) -> None:
    chat.then(*[Behaviour()] * 4, Behaviour(401, {}, error("no")))
    assert refused(sample, *against(chat), "--lines", "1")["code"] == "endpoint_refused"
    asked = sum(len(each.texts) for each in chat.asked[:4])
    chat.asked.clear()
    report = told(sample, *against(chat), *PRICES)
    assert sum(len(each.texts) for each in chat.asked) == 120 - asked
    assert report["analyzers"][2]["accuracy"] == pytest.approx(1 - 8 / 120)
    chat.asked.clear()
    again = told(sample, "--against", f"{chat.url}#small", *PRICES)
    assert chat.asked == []
    assert again["analyzers"][2]["cost_per_1000"] == report["analyzers"][2]["cost_per_1000"]


def test_failures_are_wrong_and_shown(chat: ModelServer, sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "FIRST_WAIT_SECONDS", 0.0)
    chat.then(Behaviour(), wrong("label", "furious"), wrong("label", "furious"), *[broken(503)] * 4)
    bought = told(sample, *against(chat), "--lines", "1", "--at-once", "8")["analyzers"][2]
    assert bought["failures"] == {"n": 9, "reasons": {"unreachable": 8, "wrong": 1}}
    assert bought["accuracy"] <= 1 - 9 / 120
    assert sum(each["told"] for each in bought["classes"]) == 120 - 9


def test_a_test_file_is_told_by_what_the_sample_teaches(chat: ModelServer, sample: Path, tmp_path: Path) -> None:
    test = tmp_path / "test.csv"
    test.write_text(
        "words,mood\nlovely friendly crew by car,positive\nrude and slow staff by car,negative\nodd,strange\n"
    )
    chat.reads = lambda text: {"label": "strange"} if text == "odd" else reads(text)
    report = told(sample, *against(chat), "--test", str(test))
    assert (report["n"], report["folds"], report["n_train"]) == (3, None, 120)
    # A label that the sample lacks cannot be learnt, and can be told by whoever is given the list.
    assert [each["kind"] for each in report["analyzers"]] == ["trained", "endpoint"]
    assert report["analyzers"][1]["accuracy"] == 1.0
    assert chat.texts() == ["lovely friendly crew by car", "rude and slow staff by car", "odd"]


def test_a_report_to_read_names_the_better_one(chat: ModelServer, sample: Path) -> None:
    found = ran(str(sample), "--text", "words", "--label", "mood", *against(chat), *PRICES, "--folds", "2")
    assert found.exit_code == 0, found.output
    assert all(word in found.stdout for word in ("macro-F1", "per 1,000", "worst told", "better", "masked text"))
    assert "go to 127.0.0.1" in found.stderr
    assert "That costs about" in found.stderr


def test_nothing_is_sent_where_nobody_agreed(chat: ModelServer, sample: Path) -> None:
    named = ("--against", f"{chat.url}#small")
    assert refused(sample, *named)["code"] == "not_agreed"
    assert chat.asked == []


def test_the_limit_of_spending_is_known_before_anything_is_sent(chat: ModelServer, sample: Path) -> None:
    said = refused(sample, *against(chat), "--price-in", "100", "--price-out", "100", "--most", "0.05")
    assert said["code"] == "spend_limit"
    assert chat.asked == []


def test_a_key_goes_to_its_own_host_alone(chat: ModelServer, sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMALL_KEY", "sk-small")
    told(sample, *against(chat), "--key", "SMALL_KEY")
    assert {each.headers["authorization"] for each in chat.asked} == {"Bearer sk-small"}
    said = refused(sample, *against(chat), "--against", "https://api.example.org/v1#large", "--key", "SMALL_KEY")
    assert said["code"] == "wrong_number"
    monkeypatch.delenv("SMALL_KEY")
    assert refused(sample, *against(chat), "--key", "SMALL_KEY")["code"] == "no_key"


def test_meanings_of_labels_are_told_to_the_model(chat: ModelServer, sample: Path, tmp_path: Path) -> None:
    meanings = tmp_path / "labels.csv"
    meanings.write_text("label,meaning\npositive,is content\nother,is nothing here\n")
    told(sample, *against(chat), "--labels", str(meanings))
    said = chat.asked[0].body["messages"][0]["content"]
    assert '"positive": is content' in said
    assert "nothing here" not in said


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--label", "feeling"), "unknown_column"),
        (("--label", "words"), "no_labels"),
        (("--folds", "1"), "too_few_rows"),
        (("--against", "https://api.example.org/v1", "--yes"), "invalid_endpoint"),
        (("--against", "https://a.org/v1#m", "--against", "https://a.org/v1#m", "--yes"), "twice"),
        (("--against", "https://a.org/v1#m", "--most", "5"), "no_prices"),
        (("--against", "https://a.org/v1#m", "--price-in", "5"), "no_prices"),
        (("--against", "https://a.org/v1#m", "--price-in", "cheap", "--price-out", "1"), "invalid_amount"),
        (("--against", "https://a.org/v1#m", *PRICES, "--currency", "euro"), "invalid_currency"),
        (("--labels", "nowhere.csv", "--against", "https://a.org/v1#m"), "unreadable_file"),
    ],
)
def test_what_cannot_be_is_refused(sample: Path, more: tuple[str, ...], code: str) -> None:
    current.cache_clear()
    assert refused(sample, *more)["code"] == code


def test_a_sample_of_one_label_is_none(tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text("words,mood\na,b\nc,b\n")
    assert refused(file)["code"] == "too_few_labels"
