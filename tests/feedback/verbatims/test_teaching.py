"""Themes taught by labels: learnt from a few, kept where they find more than the words, gone with erased words."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from django.utils import timezone

from heed.core.access.rules import COMMAND_LINE
from heed.core.settings.rules import current
from heed.facts.store.store import Store
from heed.feedback.verbatims import jobs
from heed.feedback.verbatims.actions.reading import read_new
from heed.feedback.verbatims.actions.retraining import forget
from heed.feedback.verbatims.actions.taxonomy import ensure_taxonomy
from heed.feedback.verbatims.actions.teaching import teach
from heed.feedback.verbatims.models import LabelAnswer, LabelItem, LabelRound, Retraining, TextModel
from heed.feedback.verbatims.queries.models import models_folder, newest_model
from heed.feedback.verbatims.queries.versions import one
from heed.feedback.verbatims.rules.taught import NONE, lessons, micro_f1, too_thin
from heed.text.representations.choosing import chosen
from tests.text.representations.models import table, write_static

pytestmark = pytest.mark.django_db(transaction=True)
# Words no theme of the taxonomy knows.
TEXTS = {
    "billing": ("The zelk was taken twice", "A zelk nobody ordered", "Zelk wrong once more"),
    "digital": ("The murg froze again", "Murg would not open", "I cannot enter the murg"),
    "": ("It came on Tuesday", "All fine so far", "Nothing to add"),
}


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("HEED_HOME", str(tmp_path))
    current.cache_clear()
    ensure_taxonomy()
    held = Store(current().facts_location)
    rows, at = [], datetime.now(UTC) - timedelta(days=30)
    for number in range(90):
        theme = list(TEXTS)[number % 3]
        rows.append(
            {
                "verbatim_id": f"v-{number}",
                "said_at": at + timedelta(minutes=number),
                "text": f"{TEXTS[theme][number // 3 % 3]} {number}"
                + (" quixotry quixotry" if number in (0, 3) else ""),
                "customer_key": "c-erased" if number in (0, 3) else f"c-{number}",
                "source": "test",
                "batch": "a",
                "recorded_at": at,
            }
        )
    held.append_new("verbatims", pa.Table.from_pylist(rows))
    read_new()
    yield held
    monkeypatch.undo()
    current.cache_clear()


def labelled(many: int) -> None:
    """Somebody said the themes of the first so many verbatims."""
    now = timezone.now()
    row = LabelRound.objects.create(name="R", made_by="p", made_at=now)
    for number in range(many):
        item = LabelItem.objects.create(round=row, place=number + 1, verbatim_id=f"v-{number}", chosen_by="random")
        theme = list(TEXTS)[number % 3]
        LabelAnswer.objects.create(item=item, by="p", at=now, sentiment="neutral", themes=[theme] if theme else [])


def found(store: Store, name: str) -> dict[str, str | None]:
    rows = store.dataset("verbatim_labels").to_table().to_pylist()
    return {row["verbatim_id"]: row["theme"] for row in rows if row["place"] == 0 and row["model"] == name}


def test_a_text_of_two_themes_stands_for_each_and_rare_themes_are_left_out() -> None:
    rows = [{"text": f"t{n}", "themes": ("a", "b"), "group": "g"} for n in range(8)]
    rows += [{"text": "rare", "themes": ("c",), "group": "g"}, {"text": "none", "themes": (), "group": "g"}]
    texts, labels, weights, _ = lessons(rows)
    assert labels.count("a") == labels.count("b") == 8
    assert "rare" not in texts
    assert labels[-1] == NONE
    assert weights[0] == 0.5
    assert not too_thin(labels)
    assert too_thin(["a"] * 9 + [NONE] * 9)
    assert micro_f1([("a",), ("a", "b")], [("a",), ("a",)]) == pytest.approx(0.8)


def test_few_labels_teach_themes_that_go_with_those_of_the_words(store: Store) -> None:
    assert teach()["reason"].startswith("fewer than two themes")
    labelled(60)
    told = teach()
    assert told["taught"], told
    assert told["joined_f1"] > told["words_f1"]
    model = newest_model()
    assert model.themes_model.startswith("themes.")
    assert read_new() == 90
    themes = found(store, model.name)
    right = sum((themes[f"v-{n}"] or "") == list(TEXTS)[n % 3] for n in range(60, 90))
    assert right >= 24, "of thirty that nobody labelled"
    assert teach()["reason"] == "nothing new to train on"
    assert model.card["themes"]["rows"] == 60


def test_erased_words_leave_what_was_taught(store: Store) -> None:
    labelled(60)
    assert teach()["taught"]
    read_new()
    assert "quixotry" in written()
    store.delete("verbatims", "customer_key = 'c-erased'")
    assert forget(customers=["c-erased"]) == 1
    assert jobs.retrain_asked() == 1
    assert newest_model().marked_at is None
    read_new()
    jobs.retrain_asked()
    assert "quixotry" not in written()
    assert TextModel.objects.exclude(erased_at=None).count() == 1


def encoder_set(folder: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> str:
    write_static(folder, table(seed))
    monkeypatch.setenv("HEED_EMBEDDINGS", str(folder))
    current.cache_clear()
    return chosen().name


def test_themes_are_taught_with_the_encoder_that_is_chosen_and_anew_when_it_is_another(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labelled(60)
    name = encoder_set(tmp_path / "one", 0, monkeypatch)
    assert teach()["taught"]
    first = newest_model()
    assert first.card["themes"]["encoder"] == name
    assert read_new() == 90
    assert first.untaught == ""
    # Another encoder is set, and something is said: it is read by the words alone, never not at all.
    encoder_set(tmp_path / "two", 1, monkeypatch)
    said(store, "v-new", "The zelk was taken twice")
    assert read_new() == 1
    first.refresh_from_db()
    assert first.untaught == "other_representation"
    rows = store.dataset("verbatim_labels").to_table().to_pylist()
    assert [row["read_by"] for row in rows if row["verbatim_id"] == "v-new"] == ["words-alone"]
    assert [row["read_by"] for row in rows if row["verbatim_id"] == "v-1" and row["model"] == first.name] == [None]
    assert one(COMMAND_LINE, first.pk).reads_without == "other_representation"
    assert Retraining.objects.filter(cause="other_representation").count() == 1
    assert jobs.retrain_asked() == 1
    second = newest_model()
    assert second.themes_model not in ("", first.themes_model)
    assert read_new() == 91
    second.refresh_from_db()
    assert second.untaught == ""
    assert found(store, second.name)["v-new"] == "billing"


def test_an_encoder_that_cannot_be_had_keeps_nothing_from_being_read(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labelled(60)
    encoder_set(tmp_path / "one", 0, monkeypatch)
    assert teach()["taught"]
    monkeypatch.setenv("HEED_EMBEDDINGS", str(tmp_path / "gone"))
    current.cache_clear()
    assert read_new() == 90
    model = newest_model()
    assert model.untaught == "no_folder"
    assert "There is no folder" in teach()["reason"]
    assert newest_model().pk == model.pk


def said(store: Store, key: str, text: str) -> None:
    at = datetime.now(UTC) - timedelta(days=1)
    row = {"verbatim_id": key, "said_at": at, "text": text, "customer_key": key, "source": "test", "batch": "a"}
    store.append_new("verbatims", pa.Table.from_pylist([{**row, "recorded_at": at}]))


def written() -> str:
    files = [file for file in models_folder().rglob("*") if file.is_file()]
    return "\n".join(file.read_bytes().decode("utf-8", "replace") for file in files)
