"""Readers taught by people: when they take over from the rules, what they show, how they are kept; and trust in themes."""

from pathlib import Path

import numpy as np
import pytest

from heed.core.errors.rules import Invalid, Unavailable
from heed.text.analyzer import ThemeHit
from heed.text.builtin import Builtin
from heed.text.reading.blending import f1_difference
from heed.text.reading.learning import Learnt, Lesson, keep_reader, learn_reader, load_reader
from heed.text.reading.taught import TaughtReader
from heed.text.themes import ThemeTrust, ThemeWords, fit_trust

# Words that mean something in this house alone: no rule knows them.
PRESSING = ["the kiln is over temperature", "line two has a jam", "the press leaks resin", "red lamp on the mixer"]
CALM = ["the kiln was serviced", "line two runs", "new resin came", "the mixer got its lamp"]
MORE = ["in hall four", "since the shift began", "says the foreman", "near the gate", "for order nine"]


def lessons(many: int = 72, language: str = "en") -> list[Lesson]:
    draw = np.random.default_rng(4)
    found = []
    for place in range(many):
        pressing = place % 2 == 0
        said = str(draw.choice(PRESSING if pressing else CALM))
        text = f"{said} {draw.choice(MORE)}, {draw.choice(MORE)}"
        found.append(Lesson(text, language, "high" if pressing else "normal", f"c{place}"))
    return found


@pytest.fixture(scope="module")
def learnt() -> Learnt:
    return learn_reader("urgency", lessons())


@pytest.fixture(scope="module")
def reader(learnt: Learnt) -> TaughtReader:
    assert learnt.reader is not None
    return learnt.reader


def test_a_reader_takes_over_where_it_is_better_on_people_held_out(learnt: Learnt) -> None:
    figures = learnt.figures
    assert figures["taught_f1"] > 0.9 > figures["rules_f1"]
    assert 0 < figures["difference_low"] <= figures["difference"] <= figures["difference_high"]
    assert figures["calibration_error"] < figures["rules_calibration_error"]
    assert figures["counts"] == {"high": 36, "normal": 36}


def test_it_reads_in_the_analyzer_and_shows_the_sentence_that_speaks_for_it(reader: TaughtReader) -> None:
    text = "Good morning to all. Line two has a jam again. The foreman had coffee."
    plain, taught = (Builtin("x", readers=readers).analyze([text])[0].urgency for readers in ({}, {"urgency": reader}))
    assert plain is not None
    assert plain.value == "normal"
    assert taught is not None
    assert taught.value == "high"
    assert text[taught.start : taught.end] == "Line two has a jam again."


def test_the_words_of_the_rules_are_shown_where_both_say_the_same(reader: TaughtReader) -> None:
    text = "The press leaks resin. We need help immediately, please send somebody at once!"
    (told,) = Builtin("x", readers={"urgency": reader}).analyze([text])
    (ruled,) = Builtin("x").analyze([text])
    assert told.urgency is not None
    assert ruled.urgency is not None
    assert (told.urgency.value, ruled.urgency.value) == ("high", "high")
    assert (told.urgency.start, told.urgency.end) == (ruled.urgency.start, ruled.urgency.end)


def test_any_batches_give_the_same(reader: TaughtReader) -> None:
    analyzer = Builtin("x", readers={"urgency": reader})
    texts = [each.text for each in lessons(12)] + ["", "🙂", "One. Line two has a jam. Three."]
    whole = analyzer.analyze(texts)
    assert [analyzer.analyze([text])[0] for text in texts] == whole


def test_the_same_rows_give_the_same_reader(reader: TaughtReader) -> None:
    again = learn_reader("urgency", lessons()).reader
    assert again is not None
    assert again.blend == reader.blend or again.blend.written() == reader.blend.written()


def test_a_kept_reader_reads_the_same_and_is_refused_when_changed(reader: TaughtReader, tmp_path: Path) -> None:
    folder = keep_reader(tmp_path / "urgency.1", reader, {"rows": 72})
    loaded = load_reader(folder)
    texts = [each.text for each in lessons(10)]
    pair = [Builtin("x", readers={"urgency": each}).analyze(texts) for each in (reader, loaded)]
    assert [each.urgency.value for each in pair[0] if each.urgency] == [
        each.urgency.value for each in pair[1] if each.urgency
    ]
    card = folder / "card.json"
    card.write_text(card.read_text().replace('"blend"', '"bland"'))
    with pytest.raises(Unavailable):
        load_reader(folder)


def test_few_rows_and_rows_the_rules_read_as_well_give_no_reader() -> None:
    few = learn_reader("urgency", lessons(20))
    assert few.reader is None
    assert "fewer than" in few.reason
    known = [
        Lesson(text, "en", label, f"c{place}")
        for place in range(35)
        for text, label in ((f"I need it by tomorrow, {place}", "high"), (f"It is not urgent, {place}", "normal"))
    ]
    told = learn_reader("urgency", known)
    assert told.reader is None
    assert told.reason == "the rules do as well on texts held out"


def test_intents_of_their_own_are_learnt_and_nothing_wanted_is_none() -> None:
    rows = [
        Lesson(f"{said} {more} {place}", "en", label, f"c{place}")
        for place, more in enumerate(MORE * 5)
        for said, label in (("pallets to the ramp", "haulage"), ("swap my shift", "roster"), ("the canteen", ""))
    ]
    told = learn_reader("intent", rows)
    assert told.reader is not None
    found = Builtin("x", readers={"intent": told.reader}).analyze(["Pallets to the ramp at noon", "the canteen near"])
    assert found[0].intent is not None
    assert found[0].intent.value == "haulage"
    assert found[1].intent is None


def test_what_cannot_be_learnt_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        learn_reader("mood", [])
    assert refused.value.code == "unknown_label"
    with pytest.raises(Invalid) as refused:
        learn_reader("churn", [Lesson("a", "en", "high", "c")])
    assert refused.value.code == "unknown_value"


def test_a_difference_of_two_alike_readers_holds_nothing() -> None:
    y = np.array([0, 1, 1, 0] * 10)
    found = f1_difference(y, y, y, [str(place) for place in range(40)], 2, seed=0)
    assert (found.first, found.value, found.low, found.high) == (1.0, 0.0, 0.0, 0.0)


def told_themes(many: int = 200) -> tuple[list[list[ThemeHit]], list[set[str]], list[str]]:
    """Strengths that promise too much: `bill` is right in one of two, `app` in nine of ten."""
    draw = np.random.default_rng(1)
    hits, truth = [], []
    for place in range(many):
        key, share = ("bill", 0.5) if place % 2 else ("app", 0.9)
        hits.append([ThemeHit(key, 0.9 if place % 3 else 0.6, 0, 4)])
        truth.append({key} if draw.random() < share else set())
    return hits, truth, [f"c{place}" for place in range(many)]


def test_trust_makes_probabilities_of_strengths() -> None:
    trust = fit_trust(*told_themes())
    assert trust is not None
    assert trust.figures["calibration_error"] < trust.figures["strength_error"]
    bill, app = (trust.of(ThemeHit(key, 0.9, 0, 0)) for key in ("bill", "app"))
    assert 0.4 < bill < 0.6 < 0.85 < app < 0.99
    assert ThemeTrust.read(trust.written()) == trust
    assert fit_trust([], [], []) is None
    analyzer = Builtin("x", (ThemeWords("bill", ("bill", "charge")),), trust=trust)
    assert analyzer.themes_of("the bill")[0].confidence == round(trust.of(ThemeHit("bill", 0.6, 0, 0)), 3)
