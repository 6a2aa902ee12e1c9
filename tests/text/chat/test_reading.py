"""A chat as the analyzer that reads: what it says, what stays in-house, and who reads when it does not answer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from heed.core.errors.rules import Invalid
from heed.core.settings.rules import current, load
from heed.text.analyzer import Label, TextAnalyzer
from heed.text.builtin import Builtin
from heed.text.chat import choosing
from heed.text.chat.asking import Asker
from heed.text.chat.reading import REST_SECONDS, SHOWN, TOLD, Bought, Chat, Line
from heed.text.chat.tasks import ReadingTask
from heed.text.endpoint import Endpoint, EndpointFailed
from heed.text.themes import FoundTheme, ThemeWords
from tests.text.server import Behaviour, ModelServer, broken, chatter, error, wrong

TASK = ReadingTask(
    {"billing": "Bills and payments", "app": "App and website", "shop": "Shops"}, ("complaint", "praise")
)
INHOUSE = Builtin(
    "chat.small+lexicon.1+themes.1",
    (ThemeWords("billing", ("bill",)), ThemeWords("shop", ("shop",))),
    (FoundTheme("found-1", "reboot", ("reboot",), (1.0,), 0.5, 10),),
)
SAID = {
    "sentiment": "negative",
    "confidence": 0.8,
    "themes": [{"key": "billing", "words": "The  BILL"}, {"key": "app", "words": "not in it"}],
    "intent": "complaint",
}


def reads(text: str) -> dict[str, Any]:
    return SAID


def asker(server: ModelServer, tries: int = 1, **more: Any) -> Asker:
    return Asker(Endpoint(server.url, "small", tries=tries, sleep=lambda _: None), TASK, lines=1, **more)


@pytest.fixture
def chat(server: ModelServer) -> ModelServer:
    server.reads = reads
    return server


TEXT = "The bill is wrong, the box wants a reboot in the shop. Anna Maurer, anna@example.org"


def test_a_chat_is_an_analyzer(chat: ModelServer) -> None:
    analyzer: TextAnalyzer = Chat("chat.small", asker(chat))
    (found,) = analyzer.analyze([TEXT])
    assert (found.sentiment, found.sentiment_score, found.confidence) == ("negative", -0.8, 0.8)
    assert found.language == "en"
    assert [(hit.key, hit.confidence, found.masked[hit.start : hit.end]) for hit in found.themes] == [
        ("billing", SHOWN, "The bill"),
        ("app", TOLD, ""),
    ]
    assert found.intent == Label("complaint", 0.8)
    assert "anna" not in str(chat.asked[0].body).lower()
    assert [TEXT[span.start : span.end] for span in found.spans][-1] == "anna@example.org"


def test_a_chat_makes_nothing_up(chat: ModelServer) -> None:
    chat.always(chatter())
    with pytest.raises(EndpointFailed) as failed:
        Chat("chat.small", asker(chat)).analyze(["a"])
    assert failed.value.reason == "missing"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sentiment", "angry"),
        ("confidence", "high"),
        ("confidence", 1.5),
        ("confidence", True),
        ("themes", ["weather"]),
    ],
)
def test_what_was_never_offered_is_asked_once_more(chat: ModelServer, name: str, value: Any) -> None:
    chat.then(wrong(name, value))
    (found,) = Chat("chat.small", asker(chat)).analyze([TEXT])
    assert (found.sentiment, len(found.themes)) == ("negative", 2)
    assert len(chat.asked) == 2


def test_a_theme_of_nobody_is_left_out_and_the_rest_kept(chat: ModelServer) -> None:
    chat.always(wrong("themes", [{"key": "weather", "words": "bill"}, {"key": "billing"}, 7]), 2)
    (found,) = Chat("chat.small", asker(chat)).analyze([TEXT])
    assert [hit.key for hit in found.themes] == ["billing"]


def test_the_bought_one_reads_and_the_rest_is_read_in_house(chat: ModelServer) -> None:
    analyzer: TextAnalyzer = Bought(INHOUSE, Line("chat.small", asker(chat)), TASK.themes)
    assert analyzer.name == INHOUSE.name
    (found,) = analyzer.analyze([TEXT], scores=[0.9])
    assert (found.sentiment, found.read_by) == ("negative", "chat.small")
    # Of the taxonomy what the chat said, not the words of the shop; what was found in-house stays.
    assert [hit.key for hit in found.themes] == ["billing", "app", "found-1"]
    assert found.masked.endswith("[NAME], [EMAIL]")
    assert "0.9" not in str(chat.asked[0].body["messages"][1])


def test_the_in_house_one_stands_in_and_signs(chat: ModelServer) -> None:
    chat.then(wrong("sentiment", "odd", 1), wrong("sentiment", "odd"))
    first, second = Bought(INHOUSE, Line("chat.small", asker(chat)), TASK.themes).analyze(
        [TEXT, "lovely friendly shop"]
    )
    assert (first.read_by, second.read_by) == ("chat.small", "lexicon.1+themes.1")
    assert (second.sentiment, [hit.key for hit in second.themes]) == ("positive", ["shop"])


def test_a_line_that_broke_rests(chat: ModelServer) -> None:
    now = [0.0]
    line = Line("chat.small", asker(chat), clock=lambda: now[0])
    chat.then(Behaviour(401, {}, error("no")))
    analyzer = Bought(INHOUSE, line, TASK.themes)
    assert [each.read_by for each in analyzer.analyze([TEXT, "b"])] == ["lexicon.1+themes.1"] * 2
    analyzer.analyze(["c"])
    assert len(chat.asked) == 1
    now[0] = REST_SECONDS
    assert analyzer.analyze(["d"])[0].read_by == "chat.small"
    assert len(chat.asked) == 2


@pytest.fixture
def chosen(chat: ModelServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("HEED_ANALYZER", f"{chat.url}#maker/small")
    monkeypatch.setenv("HEED_ANALYZER_KEY", "sk-1")
    current.cache_clear()
    yield tmp_path
    monkeypatch.undo()
    current.cache_clear()


def test_the_organisation_chooses_by_a_setting(chat: ModelServer, chosen: Path) -> None:
    reader = choosing.reader_name()
    assert reader.startswith("chat.maker-small.")
    assert len(reader) <= 40
    analyzer = choosing.reading_with(INHOUSE, TASK.themes, chosen)
    assert analyzer.analyze([TEXT])[0].read_by == reader
    assert chat.asked[0].headers["authorization"] == "Bearer sk-1"
    # Read anew by another model of the house: nothing is asked twice.
    again = choosing.reading_with(Builtin("x+y"), TASK.themes, chosen)
    assert again.analyze([TEXT])[0].sentiment == "negative"
    assert len(chat.asked) == 1
    chat.always(broken(), 4)
    assert again.analyze(["new words"])[0].read_by == "x+y"


def test_without_the_setting_heed_reads_itself_and_asks_nobody(chat: ModelServer, tmp_path: Path) -> None:
    assert choosing.reader_name() == ""
    assert choosing.reading_with(INHOUSE, {}, tmp_path) is INHOUSE
    assert chat.asked == []


@pytest.mark.parametrize("given", ["gpt", "https://host/v1", "ftp://host#m", "https://me:secret@host#m", "sk-secret"])
def test_a_setting_that_names_no_model_is_refused(given: str) -> None:
    with pytest.raises(Invalid) as refused:
        load({"HEED_ANALYZER": given})
    assert "HEED_ANALYZER" in refused.value.message
    assert "secret" not in refused.value.message
