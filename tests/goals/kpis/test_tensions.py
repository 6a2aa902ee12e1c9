"""Tensions between KPIs by command, over the API and on their page, within what a person reaches."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from typer.testing import CliRunner

from heed.cli import app
from heed.core.access.rules import COMMAND_LINE
from heed.core.errors.rules import Forbidden, Invalid
from heed.goals.kpis.actions import ensure_catalogue
from heed.goals.kpis.definition import Kpi
from heed.goals.kpis.rules import catalogue_body
from heed.goals.kpis.selection import weighing
from heed.goals.kpis.selection.tensions import Tensions, find_tensions
from heed.goals.kpis.selection.weighing import Asked, candidates
from tests.core.conftest import House, build
from tests.goals.kpis.strained import FIRST, HURRIED, SINCE, strained_in


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("facts")
    with pytest.MonkeyPatch.context() as patch, strained_in(folder, patch):
        yield folder


@pytest.fixture
def house(db: None, filled: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    # Three of the twenty that take part, so that a test takes no longer than it must.
    few = {key: weighing.ASPECTS[key] for key in ("aht", "fcr", "csat")}
    monkeypatch.setattr(weighing, "ASPECTS", few)
    cache.clear()
    built = build()
    ensure_catalogue()
    return built


def pair_of(told: Tensions) -> Any:
    return next(each for each in told.pairs if (each.efficiency.key, each.satisfaction.key) == ("aht", "fcr"))


def test_shorter_calls_that_bring_customers_back_are_found_by_team(house: House) -> None:
    told = find_tensions(COMMAND_LINE)
    pair = pair_of(told)
    assert pair.found.found
    assert pair.found.mix == ("topic", "channel", "product", "priority")
    assert {unit.found.unit for unit in pair.units} == set(HURRIED)
    assert {(unit.found.since - FIRST.date()).days // 7 for unit in pair.units} <= {SINCE - 1, SINCE, SINCE + 1}
    assert told.weighing.left_out["csat"] == "no_facts"
    assert told.weighing.until is not None and told.weighing.until.weekday() == 0


def test_by_command_with_its_numbers(house: House) -> None:
    done = CliRunner().invoke(app, ["kpi", "tensions", "--json"])
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert (told["grain"], told["method"], told["false_share"]) == ("team", "within_units_and_weeks", 0.01)
    first = told["pairs"][0]
    assert (first["efficiency"], first["satisfaction"], first["found"]) == ("aht", "fcr", True)
    assert first["definition_versions"] == {"aht": 1, "fcr": 1}
    assert first["per_tenth"]["low"] < first["per_tenth"]["value"] < first["per_tenth"]["high"]
    unit = first["units"][0]
    assert unit["satisfaction"]["after"] < unit["satisfaction"]["before"]
    assert unit["difference"]["high"] < 0
    assert (first["too_short"], first["weeks_needed"], first["judged_by"]) == (False, None, "slope")
    shown = CliRunner().invoke(app, ["kpi", "tensions", "--grain", "week"])
    assert shown.exit_code == 0
    assert "AHT" in shown.stdout


def test_agents_are_for_who_may_see_records(house: House) -> None:
    assert pair_of(find_tensions(house.scope("admin"), Asked("agent"))).found.found
    with pytest.raises(Forbidden):
        find_tensions(house.scope("agent"), Asked("agent"))
    with pytest.raises(Forbidden):
        find_tensions(house.scope("agent"), Asked("team", where='agent_key == "north-phone-1"'))


def test_small_groups_are_kept_back(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weighing, "least_group", lambda policy, by: 1_000_000)
    told = find_tensions(COMMAND_LINE)
    assert {unit.is_kept_back for unit in pair_of(told).units} == {True}


def test_what_cannot_be_asked_is_refused(house: House) -> None:
    for asked in (
        Asked(""),
        Asked("customer_key"),
        Asked("team", weeks=3),
        Asked("team", where="chanel == 'x'"),
        Asked("teem"),
    ):
        with pytest.raises(Invalid):
            find_tensions(COMMAND_LINE, asked)
    with pytest.raises(Invalid, match="ahtt"):
        candidates(["ahtt"])


def test_over_the_api_and_on_the_page(house: House) -> None:
    answer = house.client("admin").get("/api/v1/kpi-tensions?grain=team")
    assert answer.status_code == 200
    assert answer.json()["pairs"][0]["found"]
    assert house.client("agent").get("/api/v1/kpi-tensions?grain=agent").status_code == 403
    client = house.client("admin")
    cache.clear()
    waiting = client.get("/kpis/tensions/")
    assert 'hx-trigger="load"' in waiting.content.decode()
    whole = client.get("/kpis/tensions/?figures=1")
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", whole.content.decode()))
    assert "north-mail" in said
    assert "Over all, when AHT improves by a tenth, FCR changes by" in said
    assert "south-phone" not in said
    # Kept while nothing changes: now it stands at once.
    assert "north-mail" in client.get("/kpis/tensions/").content.decode()
    assert "?grain=agent" not in house.client("agent").get("/kpis/tensions/").content.decode()


def test_a_kpi_may_say_what_it_speaks_for_and_others_stay_as_they_were(house: House) -> None:
    body = catalogue_body("asa")
    assert "aspect" not in Kpi.model_validate(body).model_dump()
    assert Kpi.model_validate(body | {"aspect": "efficiency"}).model_dump()["aspect"] == "efficiency"
    assert {kpi.key: kpi.aspect for kpi in candidates()}.items() >= {("aht", "efficiency"), ("asa", "")}
