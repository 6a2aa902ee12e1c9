"""What is thought of aspects, learnt: when it takes over from the rules, how it is kept; and on real reviews."""

import gzip
import json
import os
from pathlib import Path

import pytest

from heed.core.errors.rules import Invalid, Refused, Unavailable
from heed.text.analyzer import SENTIMENTS
from heed.text.builtin import Builtin
from heed.text.reading.polarity import (
    AspectLesson,
    LearntPolarity,
    Polarity,
    keep_polarity,
    learn_polarity,
    load_polarity,
)
from heed.text.reading.reader import read

LINES = Path(__file__).with_name("aspects.jsonl")
# Words of one trade, which no list of opinions holds.
GOOD, BAD = ("runs true", "sits flush", "holds its edge"), ("chatters", "walks off line", "burns the stock")
TOOLS = ("bit", "chuck", "spindle", "collet", "fence", "table")


def lessons(many: int = 90) -> list[AspectLesson]:
    found = []
    for place in range(many):
        tool, told = TOOLS[place % 6], (GOOD, BAD)[place % 2][place // 2 % 3]
        text = f"The {tool} {told} on job {place}"
        found.append(AspectLesson(text, 4, 4 + len(tool), "en", ("positive", "negative")[place % 2], f"c{place}"))
    return found


@pytest.fixture(scope="module")
def learnt() -> LearntPolarity:
    return learn_polarity(lessons())


@pytest.fixture(scope="module")
def machine(learnt: LearntPolarity) -> Polarity:
    assert learnt.polarity is not None
    return learnt.polarity


def test_it_takes_over_where_it_is_better_on_people_held_out(learnt: LearntPolarity) -> None:
    assert learnt.figures["taught_f1"] > 0.9 > learnt.figures["rules_f1"]
    assert learnt.figures["difference_low"] > 0


def test_the_analyzer_reads_aspects_by_it(machine: Polarity) -> None:
    text = "The service was friendly, but the spindle chatters."
    (plain,), (taught,) = (Builtin("x", aspects=each).analyze([text]) for each in (None, machine))
    assert [each.term for each in plain.aspects] == [each.term for each in taught.aspects]
    assert {each.term: each.sentiment for each in taught.aspects}["spindle chatters"] == "negative"


def test_the_same_rows_give_the_same_numbers_and_a_kept_one_reads_the_same(machine: Polarity, tmp_path: Path) -> None:
    again = learn_polarity(lessons()).polarity
    assert again is not None
    assert (again.weights == machine.weights).all()
    file = keep_polarity(tmp_path / "aspects.json", machine, {"rows": 90})
    loaded = load_polarity(file)
    text = "The fence sits flush and the service was friendly"
    assert read(text, "en", (), loaded) == read(text, "en", (), machine)
    with pytest.raises(Refused):
        keep_polarity(file, machine, {})
    file.write_text(file.read_text().replace("0.", "1.", 1))
    with pytest.raises(Unavailable):
        load_polarity(file)


def test_few_aspects_teach_nothing_and_wrong_ones_are_refused() -> None:
    assert learn_polarity(lessons(20)).polarity is None
    with pytest.raises(Invalid) as refused:
        learn_polarity([AspectLesson("The bit", 4, 7, "en", "good", "c")])
    assert refused.value.code == "unknown_value"
    with pytest.raises(Invalid) as refused:
        learn_polarity([AspectLesson("The bit", 7, 7, "en", "positive", "c")])
    assert refused.value.code == "aspect_not_there"


def test_the_rules_tell_most_of_the_lines_they_were_fitted_on() -> None:
    right = many = 0
    for line in LINES.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        told = {(each.start, each.end): each.sentiment for each in read(row["text"], row["language"]).aspects}
        for each in row["aspects"]:
            assert each["sentiment"] in SENTIMENTS
            many += (each["start"], each["end"]) in told
            right += told.get((each["start"], each["end"])) == each["sentiment"]
    assert right / many > 0.75


@pytest.mark.prove
def test_on_reviews_of_restaurants_a_taught_machine_tells_more_than_the_rules() -> None:
    """Real reviews that lie outside of the project: learnt from four fifths of the sentences, told the fifth."""
    folder = Path(os.environ.get("HEED_TEST_DATA", Path(__file__).resolve().parents[4] / "shared" / "data")) / "absa"
    file = folder / "Restaurants_Train.xml.seg.gz"
    if not file.exists():
        pytest.skip("reviews with their aspects are not there (HEED_TEST_DATA)")
    lines = gzip.decompress(file.read_bytes()).decode("utf-8").split("\n")
    rows = []
    for at in range(0, len(lines) - 2, 3):
        text, term, told = lines[at].strip(), lines[at + 1].strip(), lines[at + 2].strip().lower()
        start = text.find("$T$")
        whole = text.replace("$T$", term, 1)
        rows.append(AspectLesson(whole, start, start + len(term), "en", told, whole))
    figures = learn_polarity(rows).figures
    assert figures["accuracy"] > 0.72
    assert figures["difference_low"] > 0
    assert figures["calibration_error"] < 0.06
