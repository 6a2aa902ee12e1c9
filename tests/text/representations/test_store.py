"""The weekly look for themes in a store asks the representation that is set, once a text, and says why where it cannot."""

from datetime import date

import numpy as np
import pytest

from heed.core.errors.rules import HeedError
from heed.core.settings.rules import current
from heed.feedback.verbatims.actions.models import ensure_model
from heed.feedback.verbatims.actions.refitting import with_found
from heed.feedback.verbatims.actions.taxonomy import ensure_taxonomy
from heed.feedback.verbatims.queries.models import found_themes
from heed.feedback.verbatims.rules.emerging import Said
from heed.text.representations.cache import PROBE
from tests.text.server import ModelServer

pytestmark = pytest.mark.django_db(transaction=True)

KINDS = (("zorb", "flimp", "gratch", "plonk", "wibble"), ("murg", "sneth", "quorl", "drivet", "blent"))


def _said() -> Said:
    chance = np.random.default_rng(4)
    texts = [" ".join(chance.choice(words, 3, replace=False)) for words in KINDS for _ in range(50)]
    return Said(date(2026, 1, 5), texts, np.arange(len(texts))[::-1], [""] * len(texts))


def _set(monkeypatch: pytest.MonkeyPatch, embeddings: str) -> None:
    monkeypatch.setenv("HEED_EMBEDDINGS", embeddings)
    current.cache_clear()


def test_themes_of_a_store_are_found_with_what_is_set(server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_taxonomy()
    _set(monkeypatch, f"{server.url}#small")
    said = _said()
    model = with_found(ensure_model(), [], said)
    assert len(found_themes(model)) == 2
    sent = server.texts()
    assert set(sent) == {*said.masked, PROBE}
    assert len(sent) == len(set(sent))


def test_an_encoder_that_is_gone_is_told_of_and_changes_nothing(
    loopback_allowed: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_taxonomy()
    model = ensure_model()
    _set(monkeypatch, "/nowhere/encoder")
    with pytest.raises(HeedError, match="There is no folder"):
        with_found(model, [], _said())
    assert found_themes(model) == ()
