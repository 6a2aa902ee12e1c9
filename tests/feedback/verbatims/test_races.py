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
from heed.feedback.verbatims.actions.labelling import label, resolve
from heed.feedback.verbatims.actions.models import put_in
from heed.feedback.verbatims.actions.promoting import promote
from heed.feedback.verbatims.models import LabelAnswer, LabelItem, LabelResolution, LabelRound, Promotion, TextModel
from heed.feedback.verbatims.queries.models import taxonomy_in_force
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
