"""Texts put to a chat: a real server that does all that servers do, and what is made of it."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from heed.core.errors.rules import Refused, Unavailable
from heed.text.chat.asking import AT_ONCE, Asker
from heed.text.chat.kept import Kept, Told, forget, forget_all, kept_in
from heed.text.chat.spending import Prices, Purse
from heed.text.chat.tasks import LabelTask
from heed.text.endpoint import Endpoint, EndpointFailed
from heed.text.masking.mask import Masked, mask
from tests.text.server import (
    Behaviour,
    ModelServer,
    broken,
    chatter,
    cut,
    error,
    fenced,
    half,
    holds,
    limited,
    missing,
    no_json,
    reordered,
    shapeless,
    wrong,
)

LABELS = ("praise", "refund", "other")
TASK = LabelTask(LABELS, {"refund": "wants money back"}, (("thank you", "praise"),))


def reads(text: str) -> dict[str, Any]:
    return {"label": "refund" if "money" in text else "praise" if "thanks" in text else "other"}


@pytest.fixture
def chat(server: ModelServer) -> ModelServer:
    server.reads = reads
    return server


def asker(server: ModelServer, **more: Any) -> Asker:
    timeout = more.pop("timeout", 5.0)
    tries = more.pop("tries", 2)
    found = Endpoint(server.url, "small", timeout=timeout, tries=tries, sleep=lambda _: None, chance=lambda: 0.0)
    return Asker(found, TASK, **{"lines": 1, **more})


def texts(many: int) -> list[Masked]:
    return [mask(("my money", "thanks a lot", "the shop")[place % 3] + f" in shop {place}") for place in range(many)]


def labels(told: list[Told]) -> list[str | None]:
    return [each.value["label"] if each.value else None for each in told]


RIGHT = ["refund", "praise", "other"]


def test_a_batch_is_one_request_and_says_what_is_asked(chat: ModelServer) -> None:
    assert labels(asker(chat).tell(texts(AT_ONCE + 3))) == (RIGHT * 8)[: AT_ONCE + 3]
    assert [len(each.texts) for each in chat.asked] == [AT_ONCE, 3]
    body = chat.asked[0].body
    assert (body["model"], body["temperature"], body["response_format"]) == ("small", 0, {"type": "json_object"})
    said = body["messages"][0]["content"]
    assert all(part in said for part in ('"praise"', '"refund": wants money back', '"thank you" -> "praise"'))


@pytest.mark.parametrize(
    ("behaviours", "requests"),
    [
        ((fenced(),), 1),
        ((reordered(),), 1),
        ((missing(),), 2),
        ((missing(3),), 3),
        ((wrong("label", "REFUND"),), 1),
        ((wrong("label", "angry"),), 2),
        ((wrong("label", ["refund"]),), 2),
        ((wrong("id", 99),), 2),
        ((wrong("id", 2),), 2),
        ((half(),), 2),
        ((chatter(),), 3),
        ((shapeless({"choices": []}),), 3),
        ((shapeless([1]),), 2),
        ((no_json(),), 2),
        ((limited("0"),), 2),
        ((broken(503),), 2),
        ((cut(),), 2),
        ((cut(60),), 2),
    ],
)
def test_what_is_wrong_is_asked_once_more(chat: ModelServer, behaviours: tuple[Behaviour, ...], requests: int) -> None:
    chat.then(*behaviours)
    assert labels(asker(chat).tell(texts(3))) == RIGHT
    assert len(chat.asked) == requests


def test_the_second_time_only_what_was_wrong_is_asked_and_told(chat: ModelServer) -> None:
    chat.then(wrong("label", "angry", 1))
    asker(chat).tell(texts(3))
    first, second = chat.asked
    assert len(first.texts) == 3
    assert second.texts == [texts(3)[1].text]
    assert '"angry\\" is none of the labels' in second.body["messages"][1]["content"]


@pytest.mark.parametrize(
    ("behaviour", "fault"),
    [(wrong("label", "angry"), "wrong"), (missing(9), "missing"), (chatter(), "missing"), (limited(), "rate")],
)
def test_what_cannot_be_had_is_said_and_not_invented(chat: ModelServer, behaviour: Behaviour, fault: str) -> None:
    chat.always(behaviour)
    assert asker(chat).tell(texts(1)) == [Told(None, fault)]


def test_a_server_that_does_not_answer_fails_its_texts_alone(chat: ModelServer) -> None:
    chat.then(Behaviour(items=None), holds(), holds())
    found = asker(chat, timeout=1.0, at_once=2)
    assert [each.fault for each in found.tell(texts(6))] == ["", "", "timeout", "timeout", "", ""]


def test_after_three_failures_in_a_row_no_more_is_asked(chat: ModelServer) -> None:
    chat.always(broken())
    with pytest.raises(EndpointFailed):
        asker(chat, at_once=1, tries=1).tell(texts(9))
    assert len(chat.asked) == 3


@pytest.mark.parametrize(
    "behaviour", [Behaviour(401, {}, error("no")), Behaviour(404, {}, error("no")), limited("999")]
)
def test_where_going_on_is_no_use_it_ends_at_once(chat: ModelServer, behaviour: Behaviour) -> None:
    chat.always(behaviour)
    with pytest.raises(EndpointFailed):
        asker(chat, at_once=1, lines=4).tell(texts(9))
    assert len(chat.asked) == 1


def test_a_text_the_server_will_not_read_does_not_cost_the_others(chat: ModelServer) -> None:
    found = asker(chat, at_once=4)
    found.tell([mask("first")])
    refused = Behaviour(400, {}, error("content policy"))
    # 4 texts with and without settings, the halves 2 + 2, of which the first is refused, then 1 + 1.
    found.is_plain = True
    chat.then(refused, refused, refused, Behaviour(), Behaviour())
    told = found.tell(texts(4))
    assert [each.fault for each in told].count("missing") == 0
    chat.then(refused, refused, refused, Behaviour(), Behaviour(), refused)
    told = found.tell([mask(f"bad {place}") for place in range(4)])
    assert [each.fault for each in told] == ["missing", "", "", ""]


def test_a_server_that_knows_no_settings_is_asked_without(chat: ModelServer) -> None:
    chat.then(Behaviour(400, {}, error("Unknown parameter: response_format")))
    found = asker(chat, at_once=1)
    assert labels(found.tell(texts(3))) == RIGHT
    assert ["temperature" in each.body for each in chat.asked] == [True, False, False, False]


def test_what_was_answered_is_not_asked_again(chat: ModelServer, tmp_path: Path) -> None:
    kept = Kept(tmp_path / "a" / "answers.db")
    # The third batch fails for good, as where the line broke off.
    chat.then(Behaviour(), Behaviour(), Behaviour(401, {}, error("no")))
    with pytest.raises(EndpointFailed):
        asker(chat, kept=kept, at_once=2).tell(texts(8))
    again = asker(chat, kept=kept, at_once=2)
    assert len(again.left(texts(8))) == 4
    assert labels(again.tell(texts(8))) == (RIGHT * 3)[:8]
    assert [len(each.texts) for each in chat.asked] == [2, 2, 2, 2, 2]
    assert again.left(texts(8)) == []
    requests = kept.requests(again.key)
    assert sum(each.texts for each in requests if not each.fault) == 8
    assert all(each.tokens_in > 50 and each.tokens_out > 5 and each.seconds > 0 for each in requests if not each.fault)


def test_what_another_was_asked_is_another_answer(chat: ModelServer, tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    asker(chat, kept=kept).tell(texts(2))
    other = asker(chat, kept=kept)
    other.task = LabelTask(("a", "b"))
    assert len(other.left(texts(2))) == 2


def test_a_wrong_answer_was_paid_too_and_a_broken_line_was_not(chat: ModelServer, tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    chat.always(wrong("label", "angry"), 2)
    assert asker(chat, kept=kept).tell(texts(1))[0].fault == "wrong"
    assert asker(chat, kept=kept).left(texts(1)) == []
    chat.always(broken(), 2)
    assert asker(chat, kept=kept).tell(texts(3)[2:])[0].fault == "unreachable"
    assert len(asker(chat, kept=kept).left(texts(3)[2:])) == 1


def test_no_word_is_kept_and_all_is_forgotten(chat: ModelServer, tmp_path: Path) -> None:
    kept = kept_in(tmp_path)
    chat.then(wrong("label", "money money"))
    asker(chat, kept=kept).tell(texts(3))
    assert b"money" not in kept.file.read_bytes()
    assert kept.file.stat().st_mode & 0o077 == 0
    assert forget(tmp_path, [texts(3)[0].text, "never seen"]) == 1
    assert len(asker(chat, kept=kept).left(texts(3))) == 1
    assert forget(tmp_path / "nowhere", ["a"]) == 0
    forget_all(tmp_path)
    forget_all(tmp_path / "nowhere")
    assert len(asker(chat, kept=kept).left(texts(3))) == 3


def test_where_nothing_can_be_kept_nothing_is_asked(chat: ModelServer, tmp_path: Path) -> None:
    (tmp_path / "chat").write_text("a file")
    with pytest.raises(Unavailable):
        asker(chat, kept=kept_in(tmp_path)).tell(texts(1))
    assert chat.asked == []


def test_the_limit_of_spending_holds_and_what_was_paid_is_kept(chat: ModelServer, tmp_path: Path) -> None:
    purse = Purse(Prices(Decimal("100"), Decimal("100")), Decimal("0.05"))
    found = asker(chat, kept=kept_in(tmp_path), purse=purse, at_once=1)
    with pytest.raises(Refused) as refused:
        found.tell(texts(50))
    assert refused.value.code == "spend_limit"
    assert Decimal("0.02") < purse.spent <= Decimal("0.05")
    assert len(found.left(texts(50))) == 50 - len(chat.asked)


def test_the_same_words_are_asked_about_once(chat: ModelServer) -> None:
    assert labels(asker(chat).tell([mask("money"), mask("thanks"), mask("money")])) == ["refund", "praise", "refund"]
    assert [each.texts for each in chat.asked] == [["money", "thanks"]]


def test_requests_run_beside_one_another_and_answers_stay_in_order(chat: ModelServer) -> None:
    assert labels(asker(chat, at_once=2, lines=4).tell(texts(31))) == (RIGHT * 11)[:31]
    assert len(chat.asked) == 16


def test_what_tells_who_somebody_is_never_leaves(chat: ModelServer) -> None:
    said = [
        "my money, call 0171 2345678",
        "thanks, yours Anna Maurer, anna@example.org",
        "IBAN DE89 3704 0044 0532 0130 00",
    ]
    asker(chat).tell([mask(text) for text in said])
    sent = " ".join(str(each.body) for each in chat.asked)
    assert all(part not in sent for part in ("2345678", "Maurer", "example.org", "3704"))
    assert "[PHONE]" in sent


def test_a_text_without_end_is_cut(chat: ModelServer) -> None:
    asker(chat).tell([mask("money " * 5000)])
    assert len(chat.texts()[0]) == 8000
