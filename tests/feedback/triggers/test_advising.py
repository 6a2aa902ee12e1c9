"""The advisor: finds what is planted and nothing else, knows how many may be asked, and says when it cannot tell."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.core.cache import cache

from heed.core.access.rules import COMMAND_LINE
from heed.feedback.quality.models import QualityAudit
from heed.feedback.triggers.queries.advising import advising
from heed.feedback.triggers.rules.advising import ANSWERS, Advice, Terms, advise, weigh_all
from heed.metrics.foretelling import Foretold, foretell, outcomes_of
from heed.metrics.headroom import Headroom, headroom
from heed.metrics.histories import History, history_of
from heed.stats.discrimination.concordance import Concordance, concordance
from tests.feedback.quality.suspects import AFTER_CALL, calls, facts_in
from tests.feedback.triggers.foretold import DAYS, START, TRUTHS, planted

ROOM = Headroom("desk", 10.0, 3000, 2000, 2500, 400, 400, 120, 1600)


def history(seed: int) -> History:
    return history_of(planted(seed), START, START + timedelta(days=DAYS))


def advised(told: History, outcome: str = "left") -> dict[str, Advice]:
    weighed = weigh_all(foretell(told, outcome))
    rooms = {each.touchpoint: each for each in headroom(told, 30)}
    return {
        name: advise(name, [each for each in weighed if each.foretold.touchpoint == name], rooms.get(name))
        for name in told.touchpoints
    }


@pytest.fixture(scope="module")
def planted_history() -> History:
    return history(1_000)


@pytest.fixture(scope="module")
def planted_advice(planted_history: History) -> dict[str, Advice]:
    return advised(planted_history)


def said(advice: Advice) -> str | None:
    """As the truths are written: the sign; empty where nothing foretells; None where it cannot be told."""
    return None if advice.code == "not_enough_data" else advice.sign


def test_it_finds_what_foretells_and_where_nobody_need_be_asked(planted_advice: dict[str, Advice]) -> None:
    assert {name: said(each) for name, each in planted_advice.items()} == TRUTHS
    assert planted_advice["chat"].code == "behaviour" and planted_advice["delivery"].code in ("ask", "ask_longer")
    assert planted_advice["branch"].missing is not None


def test_an_answer_given_after_they_left_foretells_nothing(planted_history: History) -> None:
    """In the null twin such answers are all bad; if they counted, the score would seem to foretell."""
    twin = next(
        each for each in foretell(planted_history, "left") if (each.touchpoint, each.sign) == ("billing", "csat")
    )
    answers, gone = planted_history.answers, planted_history.departures
    here = (answers.touchpoint == planted_history.touchpoints.index("billing")) & (
        answers.name == answers.names.index("csat")
    )
    ever = np.isin(answers.customer[here], gone.customer)
    naive = concordance(answers.value[here], ever, answers.customer[here])
    assert naive.low is not None and naive.low > 0.5
    assert twin.found.low is not None and twin.found.low < 0.5


def test_every_outcome_that_can_be_told_is_told(planted_history: History) -> None:
    assert list(outcomes_of(planted_history)) == ["left", "lapse", "downgrade", "recontact"]
    assert foretell(planted_history, "complaint") == ()


@pytest.mark.django_db
def test_advice_that_rests_on_answers_of_a_failed_audit_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    with facts_in(tmp_path, monkeypatch, **calls(contacts=60)):
        found = advising(COMMAND_LINE)
        assert found is not None and found.marks == ()
        audit = QualityAudit.objects.create(
            survey_key=AFTER_CALL, since=found.since, until=found.until, ran_at=found.until, state="failed"
        )
        found = advising(COMMAND_LINE)
        assert found is not None and [mark.audit for mark in found.marks] == [audit.key]


@pytest.mark.prove
def test_over_twenty_seeds_the_truths_are_found_and_the_twin_is_not() -> None:
    """Chosen on seeds 0 to 19; these are others."""
    right: Counter[str] = Counter()
    for seed in range(100, 120):
        for name, each in advised(history(seed)).items():
            right[name] += said(each) == TRUTHS[name]
    assert all(right[name] >= 18 for name in ("delivery", "chat", "branch")), right
    assert right["billing"] >= 19, right


def sign(key: str, value: float, *, asked: bool = True, error: float = 0.02, events: int = 400) -> Foretold:
    """A sign whose clusters are its own."""
    place = sum(map(ord, key)) * 1_000
    label, influence = np.arange(place, place + 100), np.full(100, error / 10.0)
    told = Concordance(
        value, value - 2 * error, value + 2 * error, 1e-9 if value - 3 * error > 0.5 else 0.4, error, events, 4_000, 900,
        0.95, "", label, influence,
    )  # fmt: skip
    return Foretold("desk", key, asked, "left", told, 0)


@pytest.mark.parametrize(
    ("signs", "room", "code", "best"),
    [
        ([sign("csat", 0.7), sign("nps", 0.6)], ROOM, "ask", "csat"),
        # Behaviour that cannot be worse by 0.05 is as good as asking; worse by more it is not.
        ([sign("csat", 0.7), sign("recontact", 0.72, asked=False)], ROOM, "behaviour", "recontact"),
        ([sign("csat", 0.7), sign("recontact", 0.62, asked=False)], ROOM, "ask", "csat"),
        ([sign("csat", 0.7)], Headroom("desk", 10.0, 300, 200, 0, 20, 20, 6, 180), "ask_longer", "csat"),
        ([sign("csat", 0.7)], Headroom("desk", 10.0, 3000, 2000, 0, 0, 0, 0, 0), "no_headroom", "csat"),
        (
            [sign("csat", 0.7), sign("lapse", 0.6, asked=False)],
            Headroom("desk", 10.0, 3000, 2000, 0, 0, 0, 0, 0),
            "behaviour",
            "lapse",
        ),
        ([sign("csat", 0.51), sign("nps", 0.5)], ROOM, "nothing_foretells", ""),
        ([sign("recontact", 0.51, asked=False)], ROOM, "not_enough_data", ""),
        # As sure as it may seem: of fewer than twenty to whom it happened nothing is said.
        ([sign("csat", 0.9, events=19)], ROOM, "not_enough_data", ""),
        # What goes the other way round foretells nothing anybody meant.
        ([sign("csat", 0.2)], ROOM, "nothing_foretells", ""),
        ([], ROOM, "not_enough_data", ""),
    ],
)
def test_what_is_advised(signs: list[Foretold], room: Headroom, code: str, best: str) -> None:
    found = advise("desk", weigh_all(signs), room)
    assert (found.code, found.sign) == (code, best)


def test_signs_that_cannot_be_told_from_the_best_are_named() -> None:
    found = advise("desk", weigh_all([sign("csat", 0.70), sign("ces", 0.69), sign("nps", 0.6)]), ROOM)
    assert (found.sign, found.as_good) == ("csat", ("ces",))


def test_answers_a_week_come_from_the_rate_seen_or_else_from_the_one_supposed() -> None:
    seen = advise("desk", weigh_all([sign("csat", 0.7)]), ROOM)
    assert (seen.response_rate, seen.rate_is_guessed) == (0.3, False)
    assert seen.answers_a_week == pytest.approx(200 * 0.3) and seen.weeks == pytest.approx(ANSWERS / 60)
    fresh = advise("desk", [], Headroom("desk", 10.0, 3000, 2000, 0, 0, 0, 0, 1000), Terms(0.1))
    assert (fresh.response_rate, fresh.rate_is_guessed, fresh.answers_a_week) == (0.1, True, 10.0)


def test_headroom_leaves_room_around_the_asks_there_were() -> None:
    import pyarrow as pa

    def at(*days: float) -> pa.Array:
        return pa.array(
            [int((START + timedelta(days=day)).timestamp() * 1e6) for day in days], pa.timestamp("us", "UTC")
        )

    contacts = pa.table({
        "customer_key": ["a", "a", "a", "b", "b", "c"], "started_at": at(0, 10, 40, 0, 100, 50),
        "touchpoint": ["desk"] * 6, "topic": ["x"] * 6, "direction": ["inbound"] * 6,
    })  # fmt: skip
    asks = pa.table({"customer_key": ["b", "c"], "sent_at": at(1, 90), "touchpoint": ["desk", "web"]})
    answers = pa.table({
        "customer_key": ["b"], "answered_at": at(3), "touchpoint": ["desk"], "instrument": ["nps"], "score": [9.0],
    })  # fmt: skip
    told = history_of({"interactions": contacts, "invitations": asks, "responses": answers}, START, START)
    (desk,) = headroom(told, 30)
    # a on day 0 and, rested, on day 40; b on day 0 was too near the ask of day 1, on day 100 not; c on day 50.
    assert (desk.contacts, desk.customers, desk.further, desk.asked) == (6, 3, 4, 1)
    # b's contact on day 0 came before the ask; nobody had been asked within 30 days before any contact.
    assert desk.rested == 6 and (desk.asks_told, desk.answered) == (1, 1)
    (tight,) = headroom(told, 365)
    assert tight.further == 1
    assert headroom(told, 30, np.zeros(6, bool))[0].further == 0
