"""Bake-offs on what people labelled: asked for, run by the worker, kept without words, read by who may, gone with erasure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.utils import timezone

from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.errors.rules import Forbidden, Invalid, Refused
from heed.core.settings.rules import current
from heed.facts.store.store import Store
from heed.feedback.verbatims import jobs
from heed.feedback.verbatims.actions.comparing import ask_bakeoff
from heed.feedback.verbatims.actions.retraining import forget
from heed.feedback.verbatims.models import BakeOff, LabelAnswer, LabelItem, LabelRound
from heed.feedback.verbatims.queries.bakeoffs import bakeoff, bakeoffs, choices
from heed.feedback.verbatims.rules.bakeoff import NO_THEME, one_label, too_thin
from tests.text.server import model_server

pytestmark = pytest.mark.django_db(transaction=True)
TEXTS = {"complaint": "The zelk is grey, call +49 30 901820", "praise": "The murg is grey"}
SEES = Scope("p_eye", frozenset({"see_figures"}), everything=True, everywhere=frozenset({"see_figures"}))


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("HEED_HOME", str(tmp_path))
    current.cache_clear()
    held, at = Store(current().facts_location), datetime.now(UTC) - timedelta(days=9)
    rows = [
        {
            "verbatim_id": f"v-{number}",
            "said_at": at + timedelta(minutes=number),
            "text": f"{list(TEXTS.values())[number % 2]} {number}",
            "customer_key": f"c-{number}",
            "source": "test",
            "batch": "a",
            "recorded_at": at,
        }
        for number in range(60)
    ]
    held.append_new("verbatims", pa.Table.from_pylist(rows))
    row = LabelRound.objects.create(name="R", made_by="p", made_at=timezone.now())
    for number in range(60):
        item = LabelItem.objects.create(round=row, place=number + 1, verbatim_id=f"v-{number}", chosen_by="random")
        intent = list(TEXTS)[number % 2]
        LabelAnswer.objects.create(item=item, by="p", at=timezone.now(), sentiment="neutral", intent=intent)
    yield held
    monkeypatch.undo()
    current.cache_clear()


def test_a_sample_must_have_enough_of_two_labels() -> None:
    assert too_thin(["a"] * 49) == "too_few_rows"
    assert too_thin(["a"] * 60 + ["b"] * 9) == "too_few_labels"
    assert too_thin(["a"] * 40 + ["b"] * 10) == ""
    assert one_label("themes", {"themes": ()}) == NO_THEME
    assert one_label("themes", {"themes": ("x", "y")}) == ""
    assert one_label("intent", {"sentiment": "neutral"}) == ""


def test_heeds_own_are_measured_and_the_report_is_kept_without_words(store: Store) -> None:
    assert {each.task: each.thin for each in choices()}["sentiment"] == "too_few_labels"
    with pytest.raises(Refused, match="Not two of its labels"):
        ask_bakeoff(COMMAND_LINE, "sentiment")
    with pytest.raises(Invalid):
        ask_bakeoff(COMMAND_LINE, "mood")
    with pytest.raises(Forbidden):
        ask_bakeoff(SEES, "intent")
    row = ask_bakeoff(COMMAND_LINE, "intent")
    with pytest.raises(Refused, match="already"):
        ask_bakeoff(COMMAND_LINE, "intent")
    assert bakeoff(COMMAND_LINE, row.key).state == "waits"
    assert (jobs.run_bakeoffs(), jobs.run_bakeoffs()) == (1, 0)
    found = bakeoff(COMMAND_LINE, row.key)
    assert (found.state, found.sample["n"], found.asked_by) == ("done", 60, COMMAND_LINE.person)
    by = {each["name"]: each for each in found.report["analyzers"]}
    assert by["heed"]["accuracy"] > 0.9
    assert set(by) == {"heed", "heed's rules"} == set(found.versions["analyzers"])
    # Masked where they are read, and in no case kept.
    assert found.rows
    assert any("[PHONE]" in each["text"] for each in found.rows)
    assert "zelk" not in str(BakeOff.objects.get().report)
    assert bakeoff(SEES, row.key).rows == ()
    # Erased words are in no row to read any more.
    (gone, *_) = (each["verbatim"] for each in found.rows)
    store.delete("verbatims", f"verbatim_id = '{gone}'")
    forget([gone])
    assert gone not in str(BakeOff.objects.get().report)
    assert bakeoffs(COMMAND_LINE)[0].rows == ()


def test_a_chat_model_takes_part_where_it_is_agreed_within_its_price(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Refused, match="No chat model"):
        ask_bakeoff(COMMAND_LINE, "intent", outside_agreed=True)
    with model_server() as server:
        server.reads = _reads
        monkeypatch.setenv("HEED_OUTGOING_ALLOW", "127.0.0.0/8")
        monkeypatch.setenv("HEED_ANALYZER", f"{server.url}#small")
        current.cache_clear()
        prices = {"price_in": "0.15", "price_out": "0.60", "currency": "EUR"}
        with pytest.raises(Invalid, match="no amount"):
            ask_bakeoff(COMMAND_LINE, "intent", outside_agreed=True, **{**prices, "price_in": "cheap"})
        ask_bakeoff(COMMAND_LINE, "intent", outside_agreed=True, most="0.0000001", **prices)
        jobs.run_bakeoffs()
        assert bakeoffs(COMMAND_LINE)[0].failure["code"] == "spend_limit"
        assert server.asked == []
        ask_bakeoff(COMMAND_LINE, "intent", outside_agreed=True, most="5", **prices)
        jobs.run_bakeoffs()
        found = bakeoffs(COMMAND_LINE)[0]
        assert found.failure == {}
        chat = found.report["analyzers"][-1]
        assert (chat["kind"], chat["accuracy"]) == ("endpoint", 0.5)
        assert float(chat["cost_per_1000"]) > 0
        assert found.report["currency"] == "EUR"
        assert "901820" not in str([each.body for each in server.asked])


def _reads(text: str) -> dict[str, Any]:
    return {"label": "complaint"}


def test_what_broke_off_three_times_is_given_up(store: Store) -> None:
    row = ask_bakeoff(COMMAND_LINE, "intent")
    BakeOff.objects.update(tries=3)
    assert jobs.run_bakeoffs() == 1
    assert bakeoff(COMMAND_LINE, row.key).failure["code"] == "broke_off"
