"""KPIs that are weighted by the score card of their survey: the truth is within their limits, by every door; what cannot be
weighted is refused or left out with a reason.
"""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from heed.cli import app
from heed.core.access.rules import COMMAND_LINE, Scope
from heed.core.definitions.actions import approve, ensure, propose, put_in_force
from heed.core.definitions.rules import canonical, validate
from heed.core.errors.rules import Invalid
from heed.core.settings.rules import current
from heed.feedback.quality.queries.cards import score_card, weight_lines
from heed.feedback.quality.queries.weights import card_weights
from heed.goals.kpis.queries import Question, ShownKpi, show_kpi
from heed.goals.kpis.revisions import compare
from heed.goals.kpis.rules import catalogue_body
from heed.metrics.readings import Row
from tests.core.conftest import House, build
from tests.feedback.quality.planting import Planted, planted
from tests.feedback.quality.shop import written

MANY = 3000
PLANT = planted(1, "biased", MANY)
HELPED = {
    "name": "Helped",
    "formula": "Answers that say yes, over all.",
    "measure": {
        "kind": "proportion",
        "source": "responses",
        "where": 'question_key == "helped"',
        "success": "score >= 1.0",
        "weighted": True,
    },
    "direction": "higher_is_better",
    "unit": "share",
    "source": "The tests.",
}


def changed(**measure: Any) -> dict[str, Any]:
    return {**HELPED, "measure": {**HELPED["measure"], **measure}}  # type: ignore[dict-item]


@contextmanager
def store(folder: Path, plant: Planted) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HEED_FACTS_URL", str(folder))
        current.cache_clear()
        written(folder, plant)
        yield
        patch.undo()
        current.cache_clear()


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with store(tmp_path_factory.mktemp("facts"), PLANT):
        yield


@pytest.fixture
def house(db: None, facts: None) -> House:
    ensure("kpi", "helped", HELPED)
    return build()


def whole(shown: ShownKpi) -> Row:
    assert shown.whole is not None
    return shown.whole


def covers(row: Row, truth: float) -> bool:
    return row.low is not None and row.high is not None and row.low <= truth <= row.high


def moved(row: Row) -> bool:
    """Whether weights moved the figure beyond its limits."""
    assert row.plain is not None and row.plain[0] is not None
    return not covers(row, row.plain[0])


def test_the_truth_is_within_the_weighted_limits_and_not_within_those_without(house: House) -> None:
    shown = show_kpi("helped", COMMAND_LINE)
    row = whole(shown)
    assert covers(row, PLANT.truth)
    assert row.plain is not None and row.plain[0] is not None and row.value is not None
    assert row.plain[0] - PLANT.truth > 2.0 * abs(row.value - PLANT.truth)
    assert row.n == int(PLANT.answered.sum()) and row.effective_n is not None and row.effective_n < row.n
    assert row.design_effect is not None and row.design_effect > 1.0
    assert shown.method == "linearised_logit"
    assert [(each.wave, each.method) for each in shown.weights] == [("2026-Q1", "rake"), ("2026-Q2", "rake")]
    assert set(shown.weights[0].by) == {"segment", "region", "trend"}


def test_one_wave_reads_as_its_card_does(house: House) -> None:
    card = score_card(house.scope("admin"), "helped", "2026-Q1").card
    (figure,) = [each for each in card.figures if each.key == "helped"]
    row = whole(show_kpi("helped", COMMAND_LINE, Question(where='answered_at < timestamp("2026-03-25T00:00:00Z")')))
    held = figure.weighted
    assert row.n == figure.n
    assert [row.value, row.low, row.high] == pytest.approx([held.value, held.low, held.high])
    assert row.effective_n == pytest.approx(figure.effective_n)
    lines = {each.response: each.weight for each in weight_lines(house.scope("admin"), "helped", "2026-Q1")}
    wave = card_weights(["helped"], None, None).waves[0]
    assert wave.sample is not None
    ratio = {w / lines[key] for key, w in zip(wave.responses, wave.sample.weights.tolist(), strict=True)}
    assert max(ratio) == pytest.approx(min(ratio))


def test_groups_and_weeks_are_weighted_and_a_team_reads_alike_for_all(house: House) -> None:
    by = {row.group["segment"]: row for row in show_kpi("helped", COMMAND_LINE, by=("segment",)).rows}
    for name, row in by.items():
        mine = PLANT.segment == name
        assert row.suppressed or covers(row, float(PLANT.content[mine].mean())), name
    months = show_kpi("helped", COMMAND_LINE, period="month").rows
    assert all(row.plain is not None for row in months if row.n)
    north = Scope("p_n", frozenset({"see_figures"}), teams=frozenset({"north-phone"}))
    (mine,) = show_kpi("helped", north).rows
    (asked,) = show_kpi("helped", COMMAND_LINE, Question(where='team == "north-phone"')).rows
    assert (mine.value, mine.low, mine.n) == (asked.value, asked.low, asked.n)


def test_nps_and_means_are_weighted_too(house: House) -> None:
    ensure("kpi", "mean_helped", changed(kind="mean", success=None, value="score"))
    row, share = whole(show_kpi("mean_helped", COMMAND_LINE)), whole(show_kpi("helped", COMMAND_LINE))
    assert row.value == pytest.approx(share.value)
    nps = changed(kind="nps", success=None, value="score * 10.0")
    ensure("kpi", "nps_helped", {**nps, "unit": "points"})
    points = whole(show_kpi("nps_helped", COMMAND_LINE))
    assert points.value is not None and share.value is not None
    assert points.value == pytest.approx(100.0 * (2.0 * share.value - 1.0))
    assert points.plain is not None and points.plain[0] is not None and points.value < points.plain[0]


def test_every_door_tells_both_what_it_is_worth_and_how_it_was_weighted(house: House) -> None:
    client = house.client("admin")
    told = client.get("/api/v1/kpis/helped/figure").json()
    (row,) = told["rows"]
    assert row["unweighted"]["value"] > row["value"] and row["effective_n"] < row["n"]
    assert [each["method"] for each in told["weights"]] == ["rake", "rake"]
    said = CliRunner().invoke(app, ["kpi", "show", "helped"]).output
    assert "without weights" in said and "rake" in said
    assert (
        json.loads(CliRunner().invoke(app, ["kpi", "show", "helped", "--json"]).output)["rows"][0].items()
        <= row.items()
    )
    page = client.get("/kpis/helped/?weeks=all").content.decode()
    assert "Without weights" in page
    rows = list(csv.DictReader(io.StringIO(client.get("/kpis/helped/export.csv?weeks=all").content.decode())))
    assert float(rows[0]["unweighted"]) > float(rows[0]["value"]) and "rake" in rows[0]["weighted_by"]
    records = client.get("/api/v1/kpis/helped/records")
    assert records.status_code == 200 and records.json()["items"]


def test_becoming_weighted_is_another_version_and_its_part_of_a_change_is_told(house: House) -> None:
    ensure("kpi", "turned", changed(weighted=False))
    proposed = propose(COMMAND_LINE, "kpi", "turned", HELPED)
    approve(COMMAND_LINE, "kpi", "turned", proposed.number)
    put_in_force(COMMAND_LINE, "kpi", "turned", proposed.number)
    found = compare("turned", COMMAND_LINE, Question(date(2026, 3, 30), date(2026, 7, 6)), older=1, newer=2)
    assert found.definition.value is not None and found.definition.value < 0.0
    assert found.definition.method == "delete_a_group_jackknife"


def test_a_definition_that_is_not_weighted_stays_what_it_was() -> None:
    body = validate("kpi", catalogue_body("csat"))
    assert "weighted" not in canonical(body)["measure"]
    assert canonical(validate("kpi", HELPED))["measure"]["weighted"] is True


@pytest.mark.parametrize(
    ("measure", "code"),
    [
        ({"source": "interactions", "where": "", "success": "resolved"}, "not_weighted"),
        ({"kind": "quantile", "success": None, "value": "score"}, "invalid_definition"),
    ],
)
def test_what_cannot_be_weighted_is_refused(measure: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        validate("kpi", changed(**measure))
    assert refused.value.code == code


def test_a_card_without_margins_gives_no_figure_and_says_why(house: House) -> None:
    # Nobody is told apart by a column that has one class alone.
    ensure("quality", "helped", {"survey": "helped", "weigh_by": ["channel"]})
    row = whole(show_kpi("helped", COMMAND_LINE))
    assert (row.value, row.n, row.reason) == (None, 0, "no_margins")
    assert show_kpi("helped", COMMAND_LINE).excluded["no_margins"] == int(PLANT.answered.sum())
    assert "nothing to weigh by" in house.client("admin").get("/kpis/helped/?weeks=all").content.decode()


@pytest.mark.prove
@pytest.mark.django_db
@pytest.mark.parametrize("sort", ["biased", "honest"])
def test_over_twenty_operations_the_truth_is_found_and_the_twins_are_left_alone(tmp_path: Path, sort: str) -> None:
    ensure("kpi", "helped", HELPED)
    held, away = 0, 0
    for seed in range(20):
        plant = planted(seed, sort, 6000)
        with store(tmp_path / f"{sort}{seed}", plant):
            row = whole(show_kpi("helped", COMMAND_LINE))
        held, away = held + covers(row, plant.truth), away + moved(row)
    print(f"{sort}: the truth is within the limits {held} times, moved by weights {away} times of 20")
    assert held >= 18
    assert away >= 18 if sort == "biased" else away <= 1
