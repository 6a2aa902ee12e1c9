"""A chat model the organisation chose reads what comes in; heed stands in where it does not answer, and signs."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from heed.core.settings.rules import current
from heed.facts.store.store import Store
from heed.feedback.verbatims.actions import models as making
from heed.feedback.verbatims.actions.reading import read_new
from heed.feedback.verbatims.actions.retraining import forget
from heed.feedback.verbatims.actions.taxonomy import ensure_taxonomy
from heed.feedback.verbatims.models import Promotion, TextModel
from heed.feedback.verbatims.queries.models import newest_model
from heed.text.chat.kept import kept_in
from tests.feedback.verbatims.test_store import labels, said
from tests.text.server import ModelServer, limited, model_server

pytestmark = pytest.mark.django_db(transaction=True)


def reads(text: str) -> dict[str, Any]:
    """What no words of heed's would say of these texts."""
    return {"sentiment": "positive", "confidence": 0.7, "themes": [{"key": "billing", "words": "wrong"}]}


@pytest.fixture
def chat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    with model_server("sk-1") as server:
        server.reads = reads
        monkeypatch.setenv("HEED_HOME", str(tmp_path))
        monkeypatch.setenv("HEED_OUTGOING_ALLOW", "127.0.0.0/8")
        current.cache_clear()
        ensure_taxonomy()
        yield server
        monkeypatch.undo()
        current.cache_clear()


@pytest.fixture
def store(chat: ModelServer) -> Store:
    return Store(current().facts_location)


def choose(chat: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEED_ANALYZER", f"{chat.url}#small")
    monkeypatch.setenv("HEED_ANALYZER_KEY", "sk-1")
    current.cache_clear()


def counted(store: Store) -> list[dict[str, Any]]:
    return [dict(row) for row in labels(store) if not row["excluded_reason"]]


def test_the_chosen_model_reads_and_signs_and_heed_again_when_it_is_let_go(
    chat: ModelServer, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(store, ["The invoice is wrong, yours Anna Maurer, anna@example.org", "wrong, wrong"], "a")
    assert read_new() == 2
    assert chat.asked == []
    choose(chat, monkeypatch)
    assert read_new() == 2
    rows = counted(store)
    assert {(row["sentiment"], row["theme"]) for row in rows} == {("positive", "billing")}
    (signed,) = {row["model"] for row in rows}
    assert signed.startswith("chat.small.")
    assert len(signed) <= 80
    assert {row["read_by"] for row in rows} == {signed.split("+")[0]}
    sent = str([each.body for each in chat.asked])
    assert "Maurer" not in sent
    assert "example.org" not in sent
    monkeypatch.delenv("HEED_ANALYZER")
    current.cache_clear()
    chat.asked.clear()
    read_new()
    assert chat.asked == []
    assert {row["model"] for row in counted(store)} == {signed.partition("+")[2]}


def test_heed_stands_in_where_it_does_not_answer_and_nothing_is_asked_twice(
    chat: ModelServer, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(chat, monkeypatch)
    said(store, ["The invoice is wrong"], "a")
    read_new()
    chat.always(limited("3600"))
    said(store, ["The app is awful and slow"], "b")
    assert read_new() == 1
    by = {row["verbatim_id"]: row["read_by"] for row in counted(store)}
    assert by["a-0"].startswith("chat.small.")
    assert by["b-0"].startswith("lexicon.")
    assert len({row["model"] for row in counted(store)}) == 1
    # The line rests: what comes next is not tried.
    many = len(chat.asked)
    said(store, ["And slow again"], "c")
    read_new()
    assert len(chat.asked) == many


def test_what_was_said_of_erased_words_is_forgotten(
    chat: ModelServer, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(chat, monkeypatch)
    said(store, ["The invoice is wrong"], "a")
    read_new()
    kept = kept_in(current().home_path)
    with sqlite3.connect(kept.file) as line:
        assert line.execute("SELECT count(*) FROM answers").fetchone() == (1,)
        forget(["a-0"])
        assert line.execute("SELECT count(*) FROM answers").fetchone() == (0,)
        assert line.execute("SELECT count(*) FROM requests").fetchone() == (1,)


def test_who_went_back_to_heed_is_not_sent_out_again(
    chat: ModelServer, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(store, ["The invoice is wrong"], "a")
    read_new()
    own = newest_model()
    assert own is not None
    choose(chat, monkeypatch)
    read_new()
    with transaction.atomic():
        making.put_in(own, "p_1", "it reads better", is_rollback=True)
    chat.asked.clear()
    said(store, ["More words"], "b")
    read_new()
    assert chat.asked == []
    assert newest_model() == own
    assert Promotion.objects.count() == 3
    assert TextModel.objects.count() == 2
