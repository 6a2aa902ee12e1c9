"""Readers taught by labels of people: better than rules on customers held out they read, and go with erased words."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from django.utils import timezone

from heed.core.settings.rules import current
from heed.facts.store.store import Store
from heed.feedback.verbatims import jobs
from heed.feedback.verbatims.actions.readers import teach_readers
from heed.feedback.verbatims.actions.reading import read_new
from heed.feedback.verbatims.actions.retraining import forget
from heed.feedback.verbatims.models import LabelAnswer, LabelItem, LabelRound
from heed.feedback.verbatims.queries.models import models_folder, newest_model
from heed.feedback.verbatims.queries.taught import readers_of
from tests.text.reading.test_learning import CALM, MORE, PRESSING

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 72


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Words of a trade that no rule knows, labelled as people there would."""
    monkeypatch.setenv("HEED_HOME", str(tmp_path))
    current.cache_clear()
    held, at = Store(current().facts_location), datetime.now(UTC) - timedelta(days=9)
    rows = [
        {
            "verbatim_id": f"v-{number}",
            "said_at": at + timedelta(minutes=number),
            "text": f"{(PRESSING, CALM)[number % 2][number // 2 % 4]} {MORE[number % 5]}"
            + (" quixotry quixotry" if number < 12 else ""),
            "customer_key": "c-erased" if number == 0 else f"c-{number}",
            "source": "test",
            "batch": "a",
            "recorded_at": at,
        }
        for number in range(MANY + 6)
    ]
    held.append_new("verbatims", pa.Table.from_pylist(rows))
    row = LabelRound.objects.create(name="R", made_by="p", made_at=timezone.now())
    for number in range(MANY):
        item = LabelItem.objects.create(round=row, place=number + 1, verbatim_id=f"v-{number}", chosen_by="random")
        said = ("high", "normal")[number % 2]
        LabelAnswer.objects.create(item=item, by="p", at=timezone.now(), sentiment="neutral", urgency=said)
    read_new()
    yield held
    monkeypatch.undo()
    current.cache_clear()


def urgencies(store: Store, name: str) -> dict[str, str | None]:
    rows = store.dataset("verbatim_labels").to_table().to_pylist()
    return {row["verbatim_id"]: row["urgency"] for row in rows if row["place"] == 0 and row["model"] == name}


@pytest.mark.prove
def test_a_reader_taught_by_labels_reads_where_it_is_better_and_goes_with_erased_words(store: Store) -> None:
    told = teach_readers()
    assert told["taught"], told
    model = newest_model()
    assert model is not None
    assert set(model.readers) == {"urgency"}
    assert model.card["readers"]["urgency"]["difference_low"] > 0
    assert read_new() == MANY + 6
    read = urgencies(store, model.name)
    assert [read[f"v-{MANY + n}"] for n in range(6)] == ["high", "normal"] * 3
    # Nothing was labelled since: nothing is learnt, and nothing is read anew.
    assert teach_readers()["taught"] is False
    assert jobs.learn() == 0
    # A reader whose file is gone is no reason not to read: the rules do.
    assert readers_of(models_folder(), {"urgency": "urgency.gone"}) == {}
    store.delete("verbatims", "customer_key = 'c-erased'")
    assert forget(["v-0"], ["c-erased"]) == 1
    model.refresh_from_db()
    assert model.marked_at is not None
    assert jobs.retrain_asked() == 1
    read_new()
    jobs.retrain_asked()
    assert not (models_folder() / model.readers["urgency"]).exists()
    after = newest_model()
    assert after is not None
    assert after.marked_at is None
    assert after.readers["urgency"] != model.readers["urgency"]


def test_labels_that_teach_nothing_are_said_and_not_tried_again(store: Store) -> None:
    LabelAnswer.objects.filter(item__place__gt=20).delete()
    told = teach_readers()
    assert told["taught"] is False
    assert told["reasons"]["urgency"].startswith("fewer than 60")
    model = newest_model()
    assert model is not None
    assert model.card["readers"]["urgency"]["rows"] == 20
    assert model.readers == {}
    assert teach_readers()["reasons"]["urgency"].startswith("fewer than 60")
