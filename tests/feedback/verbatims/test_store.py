"""Reading the store: each verbatim once, new ones alone, all anew when the themes change; and what a person reaches."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from django.utils import timezone

from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.definitions import actions as definitions
from heed.core.definitions.rules import COMMAND_LINE as PROPOSER
from heed.core.definitions.rules import validate
from heed.core.errors.rules import Forbidden, Invalid, NotFound
from heed.core.journal.models import JournalEntry
from heed.core.settings.rules import current
from heed.facts.schema.tables import TABLES
from heed.facts.store.store import Store
from heed.feedback.verbatims import jobs
from heed.feedback.verbatims.actions import signals as acting
from heed.feedback.verbatims.actions.reading import open_words, read_new
from heed.feedback.verbatims.actions.taxonomy import ensure_taxonomy
from heed.feedback.verbatims.models import Looking, Signal, TextModel
from heed.feedback.verbatims.queries import signals as showing
from heed.feedback.verbatims.queries.models import shown_model, taxonomy_in_force
from heed.feedback.verbatims.queries.reading import search, verbatims
from heed.feedback.verbatims.queries.spans import stretch
from heed.feedback.verbatims.queries.themes import Narrowed, themes

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
NORTH = Scope("p_north", frozenset({"see_figures", "see_words"}), teams=frozenset({"north"}))


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("HEED_HOME", str(tmp_path))
    current.cache_clear()
    ensure_taxonomy()
    yield Store(current().facts_location)
    monkeypatch.undo()
    current.cache_clear()


def said(store: Store, texts: list[str], batch: str, team: str = "north") -> None:
    rows = [
        {
            "verbatim_id": f"{batch}-{number}",
            "said_at": AT + timedelta(hours=number),
            "text": text,
            "team": team,
            "customer_key": f"c-{batch}-{number}",
            "source": "test",
            "batch": batch,
            "recorded_at": AT,
        }
        for number, text in enumerate(texts)
    ]
    store.append_new("verbatims", pa.Table.from_pylist(rows))


def labels(store: Store) -> list[dict[str, object]]:
    dataset = store.dataset("verbatim_labels")
    return [] if dataset is None else dataset.to_table().to_pylist()


def test_each_verbatim_is_read_once_and_only_new_ones_later(store: Store) -> None:
    assert read_new() == 0
    said(store, ["The invoice is wrong", "Thanks, all good", "  "], "a")
    assert read_new() == 2
    assert read_new() == 0
    said(store, ["Another bill, another error"], "b")
    assert read_new() == 1
    rows = labels(store)
    assert len({row["label_id"] for row in rows}) == len(rows)
    assert sorted(row["verbatim_id"] for row in rows if row["place"] == 0) == ["a-0", "a-1", "b-0"]
    assert {row["source"] for row in rows} == {"test"}
    # What was joined is the same, and nothing is read again.
    store.compact("verbatims")
    assert read_new() == 0


def test_a_crash_before_the_note_reads_nothing_twice(store: Store) -> None:
    said(store, ["The invoice is wrong"], "a")
    read_new()
    TextModel.objects.update(read_version=None)
    assert read_new() == 0
    assert len(labels(store)) == 1


def test_what_was_said_lately_is_told_when_it_is_read_and_never_its_words(store: Store) -> None:
    said(store, ["The invoice is wrong, I want to speak to a manager at once"], "old")
    now = timezone.now()
    fresh = {
        "said_at": now - timedelta(days=1),
        "source": "test",
        "batch": "new",
        "recorded_at": now,
        "response_id": "r-1",
    }
    rows = [
        {**fresh, "verbatim_id": "v-1", "text": "The invoice is wrong and the parcel is late", "direction": "inbound"},
        {**fresh, "verbatim_id": "v-2", "text": "We are sorry to hear of it", "direction": "outbound"},
    ]
    store.append_new("verbatims", pa.Table.from_pylist(rows))
    read_new()
    (told,) = JournalEntry.objects.filter(name="verbatim-read")
    payload = json.loads(told.payload) if isinstance(told.payload, str) else told.payload
    assert (told.subject_kind, told.subject_id) == ("verbatim", "v-1")
    assert payload["response"] == "r-1"
    assert payload["sentiment"] == "negative"
    assert set(payload["themes"]) == {"billing", "delivery"}
    assert "invoice" not in json.dumps(payload)


def test_labels_that_were_not_kept_are_told_again_rather_than_never(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = {"verbatim_id": "v-1", "text": "The invoice is wrong", "said_at": timezone.now(), "source": "test"}
    store.append_new("verbatims", pa.Table.from_pylist([{**row, "batch": "new", "recorded_at": timezone.now()}]))
    with monkeypatch.context() as patch:
        patch.setattr("heed.feedback.verbatims.actions.reading._append", _dies)
        with pytest.raises(RuntimeError):
            read_new()
    assert read_new() == 1
    assert JournalEntry.objects.filter(name="verbatim-read").count() == 2


def _dies(*_: object) -> None:
    raise RuntimeError("killed")


def test_other_themes_in_force_read_everything_anew_and_old_labels_go(store: Store) -> None:
    said(store, ["The invoice is wrong", "It smells of cheese"], "a")
    read_new()
    before = TextModel.objects.get().name
    body = {"name": "Ours", "themes": [{"key": "smell", "name": {"en": "Smell"}, "words": {"en": ["smell*"]}}]}
    version = definitions.propose(PROPOSER, "taxonomy", "ours", body)
    definitions.approve(PROPOSER, "taxonomy", "ours", version.number)
    definitions.put_in_force(PROPOSER, "taxonomy", "ours", version.number)
    assert read_new() == 2
    # Those of the model before stay for going back to it, and do not count.
    assert {row["model"] for row in labels(store) if row["excluded_reason"]} == {before}
    rows = [row for row in labels(store) if not row["excluded_reason"]]
    assert {row["model"] for row in rows} == {TextModel.objects.first().name} != {before}
    assert {row["theme"] for row in rows} == {"billing", "smell"}


@pytest.mark.parametrize("word", ["", "*", "a*b", "x", "y" * 90])
def test_a_word_that_would_be_found_everywhere_is_refused(word: str) -> None:
    body = {"name": "Ours", "themes": [{"key": "odd", "name": {"en": "Odd"}, "words": {"en": [word]}}]}
    with pytest.raises(Invalid):
        validate("taxonomy", body)


def test_few_people_are_withheld_and_a_person_sees_their_rows_alone(store: Store) -> None:
    said(store, ["The invoice is wrong"] * 20 + ["The parcel is lost"] * 3, "a")
    said(store, ["The app is slow"] * 12, "b", team="south")
    read_new()
    seen = stretch("all")
    assert seen is not None
    everything = {line.key: line for line in themes(COMMAND_LINE, seen).lines}
    assert everything["billing"].share.value == pytest.approx(20 / 35)
    assert everything["delivery"].suppressed
    assert everything["delivery"].share.n is None
    north = {line.key: line for line in themes(NORTH, seen).lines}
    assert "digital" not in north
    assert len(verbatims(NORTH, seen, limit=100).items) == 23
    assert verbatims(COMMAND_LINE, seen, narrowed=Narrowed(places=(("team", "south"),)), limit=100).items[0].places == {
        "team": "south"
    }
    with pytest.raises(Forbidden):
        verbatims(Scope("p_x", frozenset({"see_figures"}), everything=True), seen)


def test_search_finds_words_and_never_whom(store: Store) -> None:
    said(store, ["The invoice is wrong. Kind regards, Anna Maurer", "Anna's invoice"], "a")
    read_new()
    assert [hit.key for hit in search("INVOICE", COMMAND_LINE)] == ["a-1", "a-0"]
    assert search("maurer", COMMAND_LINE) == []
    assert search("invoice", Scope("p_x", frozenset({"see_figures"}), everything=True)) == []
    assert search("invoice", Scope("p_s", frozenset({"see_words"}), teams=frozenset({"south"}))) == []


def test_opening_words_is_journaled_and_only_within_reach(store: Store) -> None:
    said(store, ["Call +49 30 901820"], "a")
    read_new()
    assert "901820" in open_words(NORTH, "a-0").words
    entry = JournalEntry.objects.latest("id")
    assert (entry.name, entry.actor, entry.subject_id) == ("words-read", "p_north", "a-0")
    many = JournalEntry.objects.count()
    with pytest.raises(NotFound):
        open_words(Scope("p_s", frozenset({"see_words"}), teams=frozenset({"south"})), "a-0")
    assert JournalEntry.objects.count() == many


def test_pages_go_on_where_they_ended(store: Store) -> None:
    said(store, [f"The invoice {number} is wrong" for number in range(25)], "a")
    read_new()
    seen, after, keys = stretch("all"), None, []
    for _ in range(3):
        page = verbatims(COMMAND_LINE, seen, theme="billing", words="wrong", after=after, limit=10)
        keys += [each.key for each in page.items]
        after = page.next
    assert after is None
    assert keys == [f"a-{number}" for number in reversed(range(25))]


def signal(**more: object) -> Signal:
    about = {"key": "sig-1", "kind": "team-rise", "subject": "complaint", "unit": "north", "since": date(2026, 3, 2)}
    figures = {"share_before": 0.05, "share_after": 0.1, "n": 40, "p": 0.001, "method": "poisson_knee"}
    now = timezone.now()
    return Signal.objects.create(**{**about, **figures, "found_at": now, "last_found_at": now, **more})


def test_signals_are_for_who_reaches_them_and_are_put_away_once(store: Store) -> None:
    signal()
    signal(key="sig-2", kind="topic-jump", unit="")
    assert [each.key for each in showing.signals(COMMAND_LINE)] == ["sig-1", "sig-2"]
    assert [each.key for each in showing.signals(NORTH)] == ["sig-1"]
    with pytest.raises(NotFound):
        acting.dismiss(NORTH, "sig-2")
    acting.see(NORTH, "sig-1")
    acting.dismiss(NORTH, "sig-1")
    acting.dismiss(NORTH, "sig-1")
    names = list(JournalEntry.objects.order_by("id").values_list("name", flat=True))
    assert names.count("signal-dismissed") == 1
    assert showing.signals(NORTH) == []
    assert [each.state for each in showing.signals(NORTH, dismissed=True)] == ["dismissed"]
    acting.reopen(NORTH, "sig-1")
    assert [each.state for each in showing.signals(NORTH)] == ["seen"]


def test_a_thin_store_has_no_signals_and_is_looked_at_once_a_day(store: Store) -> None:
    assert jobs.look_for_signals() == 0
    said(store, ["The invoice is wrong"] * 5, "a")
    assert jobs.look_for_signals() == 0
    jobs.read_new()
    Looking.objects.all().delete()
    assert jobs.look_for_signals() == 0
    assert Looking.objects.count() == 1
    assert jobs.look_for_signals() == 0
    assert Looking.objects.count() == 1
    assert jobs.learn() == 0


def test_what_presses_and_what_is_spoken_of_is_kept_once_a_verbatim(store: Store) -> None:
    said(store, ["URGENT: the invoice is wrong, call me right away! The staff was friendly."], "a")
    assert read_new() == 1
    (first, *further) = sorted(labels(store), key=lambda row: row["place"])
    assert (first["urgency"], first["effort"], first["churn"]) == ("high", "normal", "none")
    assert 0.5 < first["urgency_confidence"] < 1
    assert first["urgency_end"] > first["urgency_start"] >= 0
    assert all(row["urgency"] is None for row in further)
    dataset = store.dataset("verbatim_aspects")
    assert dataset is not None
    found = {row["term"]: row for row in dataset.to_table().to_pylist()}
    assert found["staff"]["sentiment"] == "positive"
    assert found["invoice"]["theme"] == "billing"
    assert found["staff"]["customer_key"] == "c-a-0"
    seen = stretch("all")
    assert seen is not None
    (shown,) = verbatims(COMMAND_LINE, seen).items
    assert (shown.labels["urgency"].value, shown.labels["churn"].value) == ("high", "none")
    assert {"invoice", "staff"} <= {aspect.term for aspect in shown.aspects}
    assert "evidence" in {piece.kind for piece in shown.pieces}


def test_labels_of_before_the_reader_are_read_anew_and_the_table_grows(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = TABLES["verbatim_labels"]
    late = re.compile(r"(intent|urgency|effort|churn|theme_(start|end)|read_by)")
    old = replace(table, columns=tuple(column for column in table.columns if not late.match(column.name)))
    said(store, ["Please cancel my contract"], "a")
    monkeypatch.setitem(TABLES, "verbatim_labels", old)
    row = {"label_id": "x:a-0:0", "said_at": AT, "labelled_at": AT, "verbatim_id": "a-0", "model": "lexicon.1+themes.0"}
    places = {"place": 0, "sentiment": "neutral", "source": "test", "batch": "old", "recorded_at": AT}
    Store(current().facts_location).append_new("verbatim_labels", pa.Table.from_pylist([{**row, **places}]))
    monkeypatch.setitem(TABLES, "verbatim_labels", table)
    TextModel.objects.create(
        name="lexicon.1+themes.0", sentiment="lexicon.1", taxonomy_digest=taxonomy_in_force()[1], made_at=AT
    )
    assert read_new() == 1
    (found,) = labels(store)
    assert found["model"] == shown_model().name != "lexicon.1+themes.0"  # type: ignore[union-attr]
    assert found["churn"] == "at_risk"
