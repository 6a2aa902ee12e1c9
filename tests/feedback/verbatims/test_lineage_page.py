"""What became of found themes stands on the page of themes, for who reaches all of the organisation."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from heed.core.access.models import Membership
from heed.core.people.models import Person, Unit
from heed.core.settings.rules import current
from heed.facts.store.store import Store
from heed.feedback.verbatims.actions.reading import read_new
from heed.feedback.verbatims.actions.taxonomy import ensure_taxonomy
from heed.feedback.verbatims.models import TextModel
from tests.feedback.verbatims.test_store import said

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
STEP = {
    "kind": "split",
    "from": ["f1"],
    "to": ["f1", "f2"],
    "names": {"f1": "red box", "f2": "box blinks"},
    "texts": 31,
}


@pytest.mark.django_db(transaction=True)
def test_a_split_is_told_with_both_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEED_HOME", str(tmp_path))
    current.cache_clear()
    ensure_taxonomy()
    said(Store(current().facts_location), ["The invoice is wrong"] * 12, "a")
    read_new()
    growth = {"f1": {"now": 20, "before": 10, "ratio": 2.0, "low": 1.2, "high": 3.4, "novelty": 0.25}}
    kept = {"at": AT.isoformat(), "changes": [STEP], "waiting": [STEP], "growth": growth}
    found = {"key": "f1", "name": "red box", "words": ["box"], "weights": [1.0], "least": 0.5, "size": 20, "since": ""}
    TextModel.objects.update(card={"lineage": kept}, found=[found])
    ada = Person.objects.create_user("ada@example.org", "correct horse battery", name="Ada")
    unit, _ = Unit.objects.get_or_create(key="organisation", defaults={"name": "O", "kind": "organisation"})
    Membership.objects.create(person=ada, unit=unit, role="administrator")
    client = Client()
    client.force_login(ada, backend=settings.AUTHENTICATION_BACKENDS[0])
    page = client.get("/verbatims/").content.decode()
    assert "What became of found themes" in page
    assert "box blinks" in page
    assert "1 more change was put off" in page
    monkeypatch.undo()
    current.cache_clear()
