"""Versions of what reads: trained, promoted, gone back to with its labels there, held against races, and gone with words
that are erased.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.errors.rules import Forbidden, NotFound, Refused
from heed.core.journal.models import JournalEntry
from heed.core.settings.rules import current
from heed.facts.store.store import Store
from heed.feedback.verbatims import jobs
from heed.feedback.verbatims.actions.drifting import look_at_drift
from heed.feedback.verbatims.actions.models import train
from heed.feedback.verbatims.actions.promoting import FORMER, promote
from heed.feedback.verbatims.actions.reading import read_new
from heed.feedback.verbatims.actions.retraining import ask_retraining, erase_marked, forget
from heed.feedback.verbatims.actions.taxonomy import ensure_taxonomy
from heed.feedback.verbatims.models import Promotion, Retraining, TextModel
from heed.feedback.verbatims.queries.models import forget_loaded, models_folder, newest_model, shown_model
from heed.feedback.verbatims.queries.versions import versions

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
GOOD = ["The zelk was a joy", "A joy indeed, zelk and all", "What a joy of a zelk"]
BAD = ["The murg again", "Always this murg", "Such a murg, nothing but murg"]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("HEED_HOME", str(tmp_path))
    current.cache_clear()
    ensure_taxonomy()
    yield Store(current().facts_location)
    monkeypatch.undo()
    current.cache_clear()


def said(store: Store, batch: str, many: int = 90, *, more: str = "", when: datetime = AT) -> None:
    """Texts in words no lexicon knows, with labels people gave: half happy, half not."""
    rows = [
        {
            "verbatim_id": f"{batch}-{number}",
            "said_at": when + timedelta(minutes=number),
            "text": f"{(GOOD, BAD)[number % 2][number % 3]} {more}".strip(),
            "label_sentiment": ("positive", "negative")[number % 2],
            "customer_key": f"c-{batch}-{number}",
            "source": "test",
            "batch": batch,
            "recorded_at": when,
        }
        for number in range(many)
    ]
    store.append_new("verbatims", pa.Table.from_pylist(rows))


def labels(store: Store) -> list[dict[str, Any]]:
    dataset = store.dataset("verbatim_labels")
    return [] if dataset is None else dataset.to_table().to_pylist()


def two_models(store: Store) -> tuple[TextModel, TextModel]:
    """The lexicon, and a trained one that reads."""
    said(store, "a")
    read_new()
    first = newest_model()
    assert train()["trained"]
    read_new()
    second = newest_model()
    assert first is not None
    assert second is not None
    assert first.pk != second.pk
    return first, second


def test_a_card_says_what_it_learnt_from_and_how_good_it_is_on_what_it_has_not_seen(store: Store) -> None:
    _, second = two_models(store)
    card = second.card
    assert (card["rows"], card["given_by_people"]) == (90, 90)
    assert card["accuracy"]["value"] == 1.0
    assert card["accuracy"]["n"] == 18
    assert card["lexicon_apart"]["value"] < 0.7
    assert {each["label"] for each in card["by_class"]} == {"negative", "neutral", "positive"}
    assert card["curve"][-1]["rows"] == 72
    assert card["said_from"] < card["said_until"]
    assert (second.seed, len(second.fingerprint)) == (0, 64)
    assert [each.state for each in versions(COMMAND_LINE)] == ["reads", "former"]


def test_the_same_rows_and_seed_give_the_same_model(store: Store) -> None:
    two_models(store)
    folder = models_folder() / TextModel.objects.first().sentiment
    before = {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix == ".npz"}
    TextModel.objects.update(fingerprint="")
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    assert train()["trained"]
    assert {file.name: file.read_bytes() for file in folder.iterdir() if file.suffix == ".npz"} == before


def test_a_model_of_another_version_gives_way_to_the_lexicon_until_it_is_trained_anew(store: Store) -> None:
    _, held = two_models(store)
    (models_folder() / held.sentiment / "card.json").write_text("{}", encoding="utf-8")
    forget_loaded()
    while read_new():
        pass
    reading = newest_model()
    assert reading is not None
    assert (reading.sentiment, reading.trained_on) == ("lexicon.1", 0)
    assert reading.completed_at is not None


def test_going_back_wants_a_reason_and_its_labels_come_back_without_reading_anew(store: Store) -> None:
    first, second = two_models(store)
    aside = [row for row in labels(store) if row["excluded_reason"] == FORMER]
    assert {row["model"] for row in aside} == {first.name}
    with pytest.raises(Refused) as refused:
        promote(COMMAND_LINE, first.pk)
    assert refused.value.code == "no_reason"
    promote(COMMAND_LINE, first.pk, reason="It misreads praise.")
    assert shown_model() == first
    assert read_new() == 0
    counted = {row["model"] for row in labels(store) if not row["excluded_reason"]}
    assert counted == {first.name}
    last = Promotion.objects.first()
    assert (last.is_rollback, last.reason, last.by) == (True, "It misreads praise.", "command-line")
    entry = JournalEntry.objects.filter(name="text-model-promoted").latest("id")
    assert entry.payload == {"model": first.name, "former": second.name, "is_rollback": True}
    said(store, "b", 2)
    assert read_new() == 2


def test_after_going_back_a_new_model_waits_for_a_person(store: Store) -> None:
    first, _ = two_models(store)
    promote(COMMAND_LINE, first.pk, reason="No.")
    said(store, "b", 40)
    told = train(by_clock=True)
    assert told["trained"]
    assert "promote" in told["reason"]
    assert newest_model() == first
    waiting = next(each for each in versions(COMMAND_LINE) if each.state == "waits")
    promote(COMMAND_LINE, waiting.number)
    assert newest_model().pk == waiting.number
    assert read_new() == 130
    assert shown_model().pk == waiting.number


def test_labels_older_than_the_former_go_and_are_read_anew(store: Store) -> None:
    first, second = two_models(store)
    said(store, "b", 40)
    read_new()
    assert train()["trained"]
    read_new()
    assert {row["model"] for row in labels(store)} == {second.name, newest_model().name}
    assert [each.state for each in versions(COMMAND_LINE)] == ["reads", "former", "old"]
    promote(COMMAND_LINE, first.pk, reason="For a look.")
    assert shown_model() != first
    assert read_new() == 130
    assert shown_model() == first


def test_a_cut_between_taking_labels_away_and_writing_them_back_is_mended_by_reading(store: Store) -> None:
    first, second = two_models(store)
    store.delete("verbatim_labels", f"model = '{first.name}'")
    TextModel.objects.filter(pk=first.pk).update(completed_at=None, read_version=None)
    promote(COMMAND_LINE, first.pk, reason="Back.")
    assert shown_model() == second
    assert read_new() == 90
    assert shown_model() == first


def test_who_may_not_approve_everywhere_may_not_promote(store: Store) -> None:
    first, _ = two_models(store)
    analyst = Scope("p_a", frozenset({"see_figures", "propose"}), everything=True, everywhere=frozenset({"propose"}))
    with pytest.raises(Forbidden):
        promote(analyst, first.pk, reason="I want it.")
    with pytest.raises(NotFound):
        promote(COMMAND_LINE, 99_999)
    ask_retraining(analyst)
    ask_retraining(analyst)
    assert Retraining.objects.count() == 1


def test_drift_is_told_plainly_and_looked_at_once_a_day(store: Store) -> None:
    _, second = two_models(store)
    assert look_at_drift().drift["figures"] == []
    said(store, "n", 80, more="blorp frumious wabe", when=AT + timedelta(days=40))
    read_new()
    assert look_at_drift().drift["figures"] == []
    found = look_at_drift(at_once=True).drift["figures"]
    assert found == [] or {each["what"] for each in found} >= {"sentiment"}
    assert TextModel.objects.get(pk=second.pk).drift["n_now"] == 80


def test_erased_words_leave_the_training_and_are_in_no_model_file(store: Store) -> None:
    said(store, "a", 80)
    rows = [
        {
            "verbatim_id": f"e-{number}",
            "said_at": AT,
            "text": f"The quixotry of it was a joy {number}",
            "label_sentiment": "positive",
            "customer_key": "c-erased",
            "source": "test",
            "batch": "e",
            "recorded_at": AT,
        }
        for number in range(4)
    ]
    store.append_new("verbatims", pa.Table.from_pylist(rows))
    read_new()
    assert train()["trained"]
    read_new()
    taught = newest_model()
    assert "quixotry" in everything_written()
    store.delete("verbatims", "customer_key = 'c-erased'")
    assert forget(customers=["c-erased"], actor="privacy") == 1
    assert forget(customers=["c-erased"], actor="privacy") == 0
    assert not [row for row in labels(store) if row["customer_key"] == "c-erased"]
    with pytest.raises(Refused):
        promote(COMMAND_LINE, taught.pk, reason="Back.")
    assert jobs.retrain_asked() == 1
    assert newest_model().pk != taught.pk
    assert "quixotry" in everything_written(), "it is still shown until the newer one has read everything"
    read_new()
    jobs.retrain_asked()
    assert "quixotry" not in everything_written()
    assert next(each for each in versions(COMMAND_LINE) if each.number == taught.pk).state == "erased"
    names = list(JournalEntry.objects.values_list("name", flat=True))
    assert "text-models-marked" in names
    assert "text-model-erased" in names


def test_where_too_little_is_left_the_lexicon_takes_the_place(store: Store) -> None:
    two_models(store)
    store.delete("verbatims", "verbatim_id <> 'a-1'")
    assert forget([f"a-{number}" for number in range(90) if number != 1]) == 1
    assert jobs.retrain_asked() == 0
    assert newest_model().sentiment.startswith("lexicon")
    # The lexicon's labels were still there, so nothing keeps the other's files.
    assert erase_marked() == 0
    assert everything_written() == ""
    assert read_new() == 0


def test_who_was_not_learnt_from_marks_nothing(store: Store) -> None:
    two_models(store)
    assert forget(["somebody-else"], ["c-nobody"]) == 0
    assert Retraining.objects.count() == 0


def everything_written() -> str:
    folder = models_folder()
    files = sorted(file for file in folder.rglob("*") if file.is_file()) if folder.exists() else []
    return "\n".join(file.read_bytes().decode("utf-8", "replace") for file in files)
