"""Labelling: what is drawn, two people who do not see one another's answers, agreement, what holds, and what is learnt."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.errors.rules import Forbidden, Invalid, NotFound, Refused
from heed.core.journal.models import JournalEntry
from heed.core.settings.rules import current
from heed.facts.store.store import Store
from heed.feedback.verbatims.actions import labelling as acting
from heed.feedback.verbatims.actions.reading import read_new
from heed.feedback.verbatims.actions.retraining import forget
from heed.feedback.verbatims.actions.taxonomy import ensure_taxonomy
from heed.feedback.verbatims.models import LabelItem
from heed.feedback.verbatims.queries import labelling as showing
from heed.feedback.verbatims.queries.training import labelled_rows, theme_rows
from heed.feedback.verbatims.rules.choosing import RANDOM, UNSURE, choose, how_unsure
from heed.feedback.verbatims.rules.labelling import Said, agreement, alpha_limits, differ, settled
from heed.stats.agreement.krippendorff import krippendorff_alpha

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
MAY = frozenset({"see_words", "label_words", "see_figures"})
BAD = Said(("billing",), "negative", "complaint", "normal", "normal", "none")
GOOD = Said((), "positive", "praise", "normal", "normal", "none")


def person(key: str, *, everywhere: bool = True) -> Scope:
    return Scope(key, MAY, everything=everywhere, everywhere=MAY if everywhere else frozenset())


ANNA, BO, CY = (person(f"p_{name}") for name in ("anna", "bo", "cy"))


@pytest.fixture
def store(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setenv("HEED_HOME", str(tmp_path))
    current.cache_clear()
    ensure_taxonomy()
    held = Store(current().facts_location)
    rows = [
        {
            "verbatim_id": f"v-{number}",
            "said_at": AT + timedelta(minutes=number),
            "text": f"{('The invoice is wrong', 'Thanks, all good', 'It came on Tuesday')[number % 3]} {number}",
            "customer_key": f"c-{number}",
            "source": "test",
            "batch": "a",
            "recorded_at": AT,
        }
        for number in range(60)
    ]
    held.append_new("verbatims", pa.Table.from_pylist(rows))
    read_new()
    yield held
    monkeypatch.undo()
    current.cache_clear()


def test_a_part_is_drawn_by_chance_and_the_rest_where_unsure_and_unlike() -> None:
    texts = [f"the same words {number % 2}" for number in range(90)] + [f"word{number} alone" for number in range(10)]
    unsure = how_unsure([0.9] * 80 + [0.4] * 20, [True] * 100)
    drawn = choose(texts, unsure, 20, 5)
    assert len({each.place for each in drawn}) == 20
    assert [each.chosen_by for each in drawn].count(RANDOM) == 6
    asked = [each.place for each in drawn if each.chosen_by == UNSURE]
    assert sum(place >= 90 for place in asked) >= 7, "unlike texts come before more of the same"
    assert choose(texts, unsure, 20, 5) == drawn
    assert choose([], np.zeros(0), 20, 5) == []
    assert len(choose(texts[:3], unsure[:3], 20, 5)) == 3


def test_the_part_by_chance_is_a_simple_random_sample() -> None:
    unsure = np.linspace(0, 1, 50)
    hits = np.zeros(50)
    for seed in range(2000):
        for each in choose([f"t{number}" for number in range(50)], unsure, 10, seed, 0.5):
            hits[each.place] += each.chosen_by == RANDOM
    assert abs(hits / 2000 - 0.1).max() < 0.03


def test_agreement_is_worked_by_task_as_on_the_page() -> None:
    pairs = [(BAD, BAD)] * 20 + [(GOOD, GOOD)] * 15 + [(BAD, GOOD)] * 5 + [(GOOD, BAD)] * 10
    by = {each.task: each for each in agreement([*pairs, (BAD, Said(passed=True))])}
    # Cohen's own example: 35 of 50 agree, chance .5 x .6 + .5 x .4 = .5, kappa .4
    assert by["sentiment"].n == 50
    assert by["sentiment"].kappa == pytest.approx(0.4)
    assert by["sentiment"].low < 0.4 < by["sentiment"].high
    assert by["sentiment"].alpha == pytest.approx(0.4, abs=0.01)
    assert by["urgency"].kappa is None
    assert by["urgency"].reason


def test_what_holds_is_what_both_say_or_what_was_resolved() -> None:
    other = Said(("billing",), "neutral", "complaint", "normal", "normal", "none")
    assert differ(BAD, other) == ("sentiment",)
    assert differ(BAD, Said(passed=True)) == ()
    assert "sentiment" not in settled([BAD, other], None)
    assert settled([BAD, other], None)["themes"] == ("billing",)
    assert settled([BAD, other], other)["sentiment"] == "neutral"
    assert settled([BAD], None)["sentiment"] == "negative"
    assert settled([Said(passed=True)], None) == {}


def test_alpha_has_limits_and_none_where_all_say_the_same() -> None:
    one = ["a", "a", "b", "b", "c"] * 16
    other = ["a", "b", "b", "b", "c"] * 16
    low, high = alpha_limits(one, other)
    assert low is not None
    assert high is not None
    assert low < krippendorff_alpha(np.array([[ord(each) for each in side] for side in (one, other)])).alpha < high
    assert (low, high) == alpha_limits(one, other)
    assert alpha_limits(one, one) == (None, None)
    assert alpha_limits([], []) == (None, None)


def test_two_people_label_without_seeing_one_another_and_a_third_is_not_asked(store: Store) -> None:
    row = acting.make_round(ANNA, name="First", size=12, weeks="all", seed=1)
    assert row.items.count() == 12
    first = showing.asked(ANNA, row.key)
    assert first.said is None
    assert "invoice" in first.masked or "Thanks" in first.masked or "Tuesday" in first.masked
    acting.label(ANNA, row.key, first.place, BAD)
    other = showing.asked(BO, row.key)
    assert other.place == first.place, "pairs are finished first"
    assert other.said is None
    acting.label(BO, row.key, first.place, GOOD)
    assert showing.asked(CY, row.key).place != first.place
    with pytest.raises(Refused) as refused:
        acting.label(CY, row.key, first.place, BAD)
    assert refused.value.code == "has_two"
    told = showing.one_round(ANNA, row.key)
    assert (told.size, told.done, told.begun, told.mine, told.left) == (12, 1, 0, 1, 11)


def test_an_answer_is_changed_by_saying_it_again_and_taken_back(store: Store) -> None:
    row = acting.make_round(ANNA, name="First", size=10, weeks="all", seed=1)
    acting.label(ANNA, row.key, 1, BAD)
    acting.label(ANNA, row.key, 1, GOOD)
    assert showing.asked(ANNA, row.key, 1).said == GOOD
    assert acting.take_back(ANNA, row.key) == (1, GOOD)
    assert acting.take_back(ANNA, row.key) is None
    assert showing.one_round(ANNA, row.key).mine == 0
    names = list(JournalEntry.objects.values_list("name", flat=True))
    assert names.count("verbatim-labelled") == 2
    assert names.count("label-taken-back") == 1
    assert "negative" not in str(list(JournalEntry.objects.values_list("payload", flat=True)))


def test_disagreements_are_for_a_third_or_for_both_together_and_once(store: Store) -> None:
    row = acting.make_round(ANNA, name="First", size=10, weeks="all", seed=1)
    for place in (1, 2):
        acting.label(ANNA, row.key, place, BAD)
        acting.label(BO, row.key, place, GOOD)
    acting.label(ANNA, row.key, 3, BAD)
    acting.label(BO, row.key, 3, BAD)
    found, many = showing.disagreements(CY, row.key)
    assert (many, [each.place for each in found]) == (2, [1, 2])
    assert found[0].tasks == ("themes", "sentiment", "intent")
    assert not found[0].is_mine
    with pytest.raises(Refused) as refused:
        acting.resolve(ANNA, row.key, 1, BAD)
    assert refused.value.code == "one_of_two"
    acting.resolve(ANNA, row.key, 1, BAD, together=True)
    acting.resolve(CY, row.key, 2, GOOD)
    with pytest.raises(Refused):
        acting.resolve(CY, row.key, 2, BAD)
    with pytest.raises(Refused):
        acting.label(ANNA, row.key, 2, GOOD)
    assert showing.disagreements(CY, row.key)[1] == 0
    keys = {item.place: item.verbatim_id for item in row.items.all()}
    truths = showing.truths()
    assert truths[keys[1]]["sentiment"] == "negative"
    assert truths[keys[2]]["sentiment"] == "positive"


def test_what_people_said_is_what_is_learnt_from(store: Store) -> None:
    row = acting.make_round(ANNA, name="First", size=10, weeks="all", seed=1)
    assert labelled_rows() == []
    for place in range(1, 6):
        acting.label(ANNA, row.key, place, BAD)
    acting.label(BO, row.key, 1, GOOD)
    rows = labelled_rows()
    assert {each["label"] for each in rows} == {"negative"}
    assert len(rows) == 4, "where two differ nothing is learnt before it is resolved"
    assert {each["weight"] for each in rows} == {1.0}
    assert all(each["themes"] == ("billing",) for each in theme_rows())


def test_the_model_is_judged_on_the_part_by_chance_by_what_it_read_before(store: Store) -> None:
    row = acting.make_round(ANNA, name="First", size=30, weeks="all", seed=1)
    assert showing.honest(ANNA, row.key)["n"] == 0
    for item in row.items.all():
        acting.label(ANNA, row.key, item.place, Said(sentiment=item.guess["sentiment"]))
    told = showing.honest(ANNA, row.key)
    assert (told["value"], told["n"]) == (1.0, 9)
    assert 0.6 < told["low"] < 1.0


def test_who_reaches_a_part_only_or_lacks_the_right_does_not_label(store: Store) -> None:
    row = acting.make_round(ANNA, name="First", size=10, weeks="all")
    for scope in (person("p_north", everywhere=False), Scope("p_x", frozenset({"see_words"}), everything=True)):
        with pytest.raises(Forbidden):
            showing.rounds(scope)
        with pytest.raises(Forbidden):
            acting.label(scope, row.key, 1, BAD)
    with pytest.raises(NotFound):
        acting.label(ANNA, "lr_none", 1, BAD)
    with pytest.raises(NotFound):
        acting.label(ANNA, row.key, 99, BAD)


@pytest.mark.parametrize(
    "said", [Said(sentiment="angry"), Said(("no-such-theme",), "negative"), Said(("billing",)), Said(intent="sell")]
)
def test_what_cannot_be_said_is_refused(store: Store, said: Said) -> None:
    row = acting.make_round(ANNA, name="First", size=10, weeks="all")
    with pytest.raises(Invalid):
        acting.label(ANNA, row.key, 1, said)


def test_no_verbatim_stands_in_two_rounds_and_a_closed_one_takes_nothing(store: Store) -> None:
    first = acting.make_round(ANNA, name="First", size=40, weeks="all")
    second = acting.make_round(ANNA, name="Second", size=40, weeks="all")
    assert (first.items.count(), second.items.count()) == (40, 20)
    with pytest.raises(Refused):
        acting.make_round(ANNA, name="Third", size=10, weeks="all")
    acting.close_round(ANNA, first.key)
    acting.close_round(BO, first.key)
    with pytest.raises(Refused) as refused:
        acting.label(ANNA, first.key, 1, BAD)
    assert refused.value.code == "round_closed"
    assert showing.asked(ANNA, first.key) is None


def test_erased_words_leave_the_rounds(store: Store) -> None:
    row = acting.make_round(ANNA, name="First", size=20, weeks="all")
    gone = row.items.first().verbatim_id
    acting.label(ANNA, row.key, row.items.first().place, BAD)
    store.delete("verbatims", f"verbatim_id = '{gone}'")
    forget(customers=[gone.replace("v-", "c-")])
    assert not LabelItem.objects.filter(verbatim_id=gone).exists()
    assert row.items.count() == 19


def test_the_command_line_sees_rounds(store: Store) -> None:
    acting.make_round(COMMAND_LINE, name="First", size=10, weeks="all")
    assert [each.size for each in showing.rounds(COMMAND_LINE)] == [10]
