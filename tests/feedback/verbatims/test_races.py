"""Several people at the same moment: two promotions, and three who label one verbatim."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.errors.rules import HeedError
from heed.core.settings.rules import current
from heed.feedback.verbatims.actions.comparing import ask_bakeoff
from heed.feedback.verbatims.actions.labelling import label, resolve
from heed.feedback.verbatims.actions.measuring import names_kept
from heed.feedback.verbatims.actions.models import make_model, put_in
from heed.feedback.verbatims.actions.promoting import promote
from heed.feedback.verbatims.actions.retraining import forget
from heed.feedback.verbatims.models import (
    BakeOff,
    LabelAnswer,
    LabelItem,
    LabelResolution,
    LabelRound,
    Promotion,
    Retraining,
    TextModel,
)
from heed.feedback.verbatims.queries.bakeoffs import Labelled
from heed.feedback.verbatims.queries.models import models_folder, newest_model, taxonomy_in_force
from heed.feedback.verbatims.rules.labelling import Said
from heed.feedback.verbatims.rules.labels import model_name
from tests.core.races import at_once, file_store

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
MAY = frozenset({"see_words", "label_words", "see_figures"})


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HEED_HOME", str(tmp_path))
    current.cache_clear()
    with file_store(tmp_path / "heed.db"):
        yield
    monkeypatch.undo()
    current.cache_clear()


def model(name: str) -> TextModel:
    digest = taxonomy_in_force()[1]
    return TextModel.objects.create(name=name, sentiment="lexicon.1", taxonomy_digest=digest, made_at=AT)


def person(key: str) -> Scope:
    return Scope(key, MAY, everything=True, everywhere=MAY)


def codes(results: list[Any]) -> list[str]:
    return sorted(each.code if isinstance(each, HeedError) else "done" for each in results)


def test_of_two_promotions_at_once_one_is_refused(store: None) -> None:
    first, second, third = (model(model_name(name, "", [])) for name in ("one", "two", "three"))

    with transaction.atomic():
        put_in(third, "heed")
    presses = [
        lambda row=row: promote(COMMAND_LINE, row.pk, reason="Mine.", reading=third.name) for row in (first, second)
    ]
    assert codes(at_once(*presses)) == ["done", "raced"]
    assert Promotion.objects.filter(reason="Mine.").count() == 1
    connection.close()


def test_of_three_who_label_at_once_two_are_kept(store: None) -> None:
    row = LabelRound.objects.create(name="R", made_by="p", made_at=AT)
    item = LabelItem.objects.create(round=row, place=1, verbatim_id="v", chosen_by="random")
    said = Said(sentiment="negative")
    people = [person(f"p_{number}") for number in range(3)]
    results = at_once(*(lambda scope=scope: label(scope, row.key, 1, said) for scope in people))
    assert codes(results) == ["done", "done", "has_two"]
    assert LabelAnswer.objects.filter(item=item).count() == 2
    connection.close()


def test_a_double_press_is_one_answer_and_one_resolution(store: None) -> None:
    row = LabelRound.objects.create(name="R", made_by="p", made_at=AT)
    item = LabelItem.objects.create(round=row, place=1, verbatim_id="v", chosen_by="random")
    said = Said(sentiment="negative")
    one = person("p_1")
    at_once(*(lambda: label(one, row.key, 1, said) for _ in range(3)))
    assert LabelAnswer.objects.filter(item=item).count() == 1
    label(person("p_2"), row.key, 1, Said(sentiment="positive"))
    others = [person("p_3"), person("p_4")]
    results = at_once(*(lambda scope=scope: resolve(scope, row.key, 1, said) for scope in others))
    assert codes(results) == ["done", "raced"]
    assert LabelResolution.objects.count() == 1
    connection.close()


def test_of_two_who_go_back_at_once_one_is_refused(store: None) -> None:
    """On PostgreSQL too where the suite runs on it: a row held until commit, not the writer's lock, decides there."""
    first, second, third = (model(model_name(name, "", [])) for name in ("one", "two", "three"))
    with transaction.atomic():
        put_in(third, "heed")
    presses = [
        lambda row=row: promote(COMMAND_LINE, row.pk, reason="Back.", reading=third.name) for row in (first, second)
    ]
    assert codes(at_once(*presses)) == ["done", "raced"]
    (kept,) = Promotion.objects.filter(is_rollback=True)
    reading = newest_model()
    assert reading is not None
    assert reading.pk == kept.model_id
    connection.close()


def test_erasing_while_it_is_trained_leaves_no_model_that_is_not_marked(store: None) -> None:
    """Whichever comes first: what is made of a part that knows erased words is marked, and training is asked for anew."""
    held = model(model_name("linear.one", "", []))
    TextModel.objects.filter(pk=held.pk).update(sentiment="linear.one")
    with transaction.atomic():
        put_in(held, "heed")
    (models_folder() / "linear.one").mkdir(parents=True)
    names_kept(models_folder() / "linear.one", ["v-1", "c-1"])
    made = lambda: make_model("linear.one", (), taught={"readers": {"urgency": "urgency.x"}})  # noqa: E731
    results = at_once(made, lambda: forget(["v-1"], ["c-1"]))
    assert not [each for each in results if isinstance(each, Exception)], results
    assert not TextModel.objects.filter(sentiment="linear.one", marked_at=None).exists()
    assert Retraining.objects.filter(cause="erased").count() == 1
    connection.close()


def test_two_who_ask_for_a_bake_off_at_once_get_one(store: None, monkeypatch: pytest.MonkeyPatch) -> None:
    held = Labelled(tuple(map(str, range(60))), ("x",) * 60, ("a", "b") * 30, tuple(map(str, range(60))))
    monkeypatch.setattr("heed.feedback.verbatims.actions.comparing.labelled", lambda *_: held)
    results = at_once(*(lambda: ask_bakeoff(COMMAND_LINE, "intent") for _ in range(3)))
    assert codes(results) == ["done", "raced", "raced"]
    assert BakeOff.objects.count() == 1
    connection.close()
