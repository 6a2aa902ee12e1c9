"""The weekly refit of found themes over a store: themes stay, new ones begin beside them, and what became of each is told."""

from datetime import date, timedelta

import numpy as np
import pytest
from django.utils import timezone

from heed.feedback.verbatims.actions.models import ensure_model
from heed.feedback.verbatims.actions.refitting import with_found
from heed.feedback.verbatims.actions.taxonomy import ensure_taxonomy
from heed.feedback.verbatims.models import TextModel
from heed.feedback.verbatims.queries.lineage import growth_of, lineage_of, waiting_changes
from heed.feedback.verbatims.queries.models import analyzer_of, found_themes
from heed.feedback.verbatims.rules.emerging import Said
from heed.feedback.verbatims.rules.lineage import anchored, since_first_look, steps, two_periods
from heed.text.themes import FoundTheme

pytestmark = pytest.mark.django_db(transaction=True)

KINDS = (
    ("zorb", "flimp", "gratch", "plonk", "wibble"),
    ("murg", "sneth", "quorl", "drivet", "blent"),
    ("tazzle", "frum", "ikket", "jolm", "wexel"),
)
LATER = ("hubbin", "crast", "olmet", "pardle", "vimmy")


def texts_of(kinds: tuple[tuple[str, ...], ...], each: int, seed: int) -> list[str]:
    chance = np.random.default_rng(seed)
    found = [" ".join(chance.choice(words, 3, replace=False)) for words in kinds for _ in range(each)]
    return [found[place] for place in chance.permutation(len(found))]


def said(texts: list[str]) -> Said:
    """Newest first, over sixteen weeks."""
    days = np.sort(np.arange(len(texts)) * 112 // len(texts))[::-1]
    return Said(date(2026, 1, 5), texts, days, [""] * len(texts))


def a_week_later() -> None:
    TextModel.objects.update(made_at=timezone.now() - timedelta(days=8))


def test_themes_stay_through_weekly_refits_and_new_ones_are_told() -> None:
    ensure_taxonomy()
    old = texts_of(KINDS, 60, 1)
    first = with_found(ensure_model(), [], said(old))
    themes = found_themes(first)
    assert len(themes) == 3
    assert {step.kind for step in lineage_of()} == {"new"}
    assert with_found(first, [], said(old)).name == first.name  # it is not yet due
    a_week_later()
    again = with_found(first, [], said([*texts_of(KINDS, 5, 2), *old]))
    assert again.name == first.name
    a_week_later()
    second = with_found(first, [], said([*texts_of((LATER,), 40, 3), *old]))
    assert second.name != first.name
    (begun,) = [step for step in lineage_of() if step.model == second.name]
    assert (begun.kind, begun.from_keys) == ("new", ())
    assert since_first_look(lineage_of()) == [begun]
    (key,) = begun.to_keys
    assert set(begun.names[key].replace(" · ", " ").split()) <= set(LATER)
    assert lineage_of(key) == (begun,)
    assert lineage_of("found-none") == waiting_changes() == ()
    grown = growth_of(key)
    assert grown is not None
    assert (grown["before"], grown["novelty"]) == (0, 1.0) or grown["ratio"] > 1
    assert growth_of("found-none") is None
    # The texts of before have the themes they had.
    before, after = analyzer_of(first), analyzer_of(second)
    keys = [[[hit.key for hit in each.themes_of(text)] for text in old] for each in (before, after)]
    assert np.mean([one == other for one, other in zip(*keys, strict=True)]) >= 0.98


def test_nothing_said_changes_nothing() -> None:
    ensure_taxonomy()
    model = ensure_model()
    assert with_found(model, [], None).name == model.name
    assert with_found(model, [], said(["one", "two"])).name == model.name
    assert lineage_of() == ()


def test_texts_that_another_theme_takes_are_left_to_it() -> None:
    known = [FoundTheme("found-1", "one", ("one",), (1.0,), 1.0, 20)]
    rows, held = anchored([["found-1"], ["billing"], [], ["billing", "found-1"]], known)
    assert (rows, held) == ([0, 2], ["found-1", None])


def test_texts_that_only_a_slip_keeps_from_a_theme_begin_none() -> None:
    ensure_taxonomy()
    slipped = ["invioce zorb flimp gratch"] * 30 + ["the invoice is wrong"] * 120
    texts = [*slipped, *texts_of(KINDS[1:], 60, 1)]
    names = " ".join(theme.name for theme in found_themes(with_found(ensure_model(), [], said(texts))))
    assert "invioce" not in names
    assert "zorb" not in names
    assert names


def test_periods_are_of_four_weeks() -> None:
    days = np.array([100, 73, 72, 45, 44, 0])
    assert two_periods([0, 1, 2, 3, 4, 5], days) == ([0, 1], [2, 3])
    assert two_periods([], np.zeros(0, dtype=np.int64)) == ([], [])


def test_a_model_without_lineage_has_no_steps() -> None:
    assert steps({}, "lexicon.1") == []
