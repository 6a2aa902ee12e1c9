"""Targets down the tree of units: what adds up stands, what cannot is refused with the sum, and each unit is judged."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from heed.cli import app
from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions.actions import approve, propose, put_in_force
from heed.core.definitions.queries import all_in_force
from heed.core.definitions.rules import InvalidDefinition, as_yaml, validate
from heed.core.errors.rules import Forbidden, Invalid, NotFound, Refused
from heed.core.people.rules import Node
from heed.goals.kpis.actions import ensure_catalogue
from heed.goals.kpis.rules import catalogue_body
from heed.goals.targets.actions import set_cascade
from heed.goals.targets.definition import Target, UnitTarget, sum_of
from heed.goals.targets.forms import typed_rows
from heed.goals.targets.queries.cascades import cascade, gives_away, stand, volumes_of
from heed.goals.targets.rules import aim_of, cascaded, members
from heed.metrics.readings import Row
from tests.core.conftest import House, build
from tests.goals.kpis.operation import facts_in


def body(*rows: tuple[str, str, float, float], **more: Any) -> dict[str, Any]:
    units = [dict(zip(("unit", "parent", "target", "volume"), row, strict=True)) for row in rows]
    return {"name": "Answered", "kpi": "csat", "units": units} | more


TREE = (
    ("organisation", "", 0.8, 2000.0),
    ("north", "organisation", 0.82, 1200.0),
    ("south", "organisation", 0.77, 800.0),
)


def test_children_that_come_to_their_parent_stand() -> None:
    assert validate("target", body(*TREE))
    # To the last bit of the sum: 0.82 × 1200 + 0.77 × 800 is 0.8 of 2000.
    assert sum_of(*_parts(TREE)).reached == pytest.approx(0.8, abs=1e-12)


def _parts(rows: Any) -> tuple[UnitTarget, list[UnitTarget]]:
    units = [UnitTarget(unit=u, parent=p, target=t, volume=v) for u, p, t, v in rows]
    return units[0], units[1:]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ((TREE[0], TREE[1], ("south", "organisation", 0.75, 800.0)), "0.82 × 1200 + south 0.75 × 800 = 1584 of 2000, which is 0.792;"),
        ((TREE[0], ("north", "organisation", 0.6, 1200.0)), "the other 800 would have to reach 1.1, and 1 is the best there is."),
        ((TREE[0], TREE[1], ("south", "organisation", 0.9, 900.0)), "weigh 2100, which is more than its own 2000."),
        ((TREE[0], TREE[0]), "organisation stands twice."),
        ((TREE[0], ("north", "organisatoin", 0.8, 1.0)), "adds up to organisatoin, which has no target"),
        ((("north", "south", 0.8, 1.0), ("south", "north", 0.8, 1.0)), "adds up to itself"),
        (((TREE[0][0], "", 80.0, 2000.0),), "The target of organisation is 80."),
    ],
)  # fmt: skip
def test_what_cannot_add_up_is_refused_with_the_sum(changes: Any, said: str) -> None:
    with pytest.raises(InvalidDefinition, match=re.escape(said)):
        validate("target", body(*changes))


def test_where_less_is_better_the_sum_is_held_against_the_other_side() -> None:
    quick = {"direction": "lower_is_better", "measured_in": "seconds", "kpi": "aht"}
    rows = (("organisation", "", 300.0, 100.0), ("north", "organisation", 280.0, 50.0))
    assert validate("target", body(*rows, ("south", "organisation", 320.0, 50.0), **quick))
    with pytest.raises(InvalidDefinition, match="short"):
        validate("target", body(*rows, ("south", "organisation", 330.0, 50.0), **quick))
    # What is left would have to take less than no time.
    with pytest.raises(InvalidDefinition, match="would have to reach -1000"):
        validate("target", body(rows[0], ("north", "organisation", 400.0, 92.8571428571), **quick))


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(1.0, 1e6)), min_size=1, max_size=8), st.floats(0.0, 1.0))
def test_a_cascade_stands_just_where_its_units_can_reach_the_top(parts: Any, top: float) -> None:
    volume = sum(weight for _target, weight in parts)
    reached = sum(target * weight for target, weight in parts) / volume
    rows = [("organisation", "", top, volume)]
    rows += [(f"u{number}", "organisation", *part) for number, part in enumerate(parts)]
    if reached >= top - 1e-10:
        validate("target", body(*rows))
    elif reached < top - 1e-8:
        with pytest.raises(InvalidDefinition):
            validate("target", body(*rows))


NODES = {
    "organisation": Node("organisation", "organisation", None),
    "north": Node("north", "region", "organisation"),
    "north-phone": Node("north-phone", "team", "north"),
}


def test_a_unit_without_a_target_takes_the_nearest_above() -> None:
    target = Target.model_validate(body(*TREE))
    aim = aim_of(target, "north-phone", NODES)
    assert aim is not None
    assert (aim.target, aim.unit, aim.is_own) == (0.82, "north", False)
    assert members("north", NODES) == (frozenset({"north-phone"}), frozenset({"north"}))


def test_units_left_out_are_stepped_over() -> None:
    made = cascaded([("organisation", 0.8, 10.0), ("north-phone", 0.8, 5.0)], NODES)
    assert [(each.unit, each.parent) for each in made] == [("organisation", ""), ("north-phone", "organisation")]
    with pytest.raises(Invalid, match="no unit moon"):
        cascaded([("moon", 0.8, 1.0)], NODES)


def test_numbers_are_read_as_people_type_them() -> None:
    units = [("a", "A"), ("b", "B"), ("c", "C")]
    typed = {"target_a": "82,5 %", "volume_a": "1.200", "target_b": "80", "volume_b": "1,234.5", "target_c": ""}
    assert typed_rows(typed, units, "share") == [("a", 0.825, 1.2), ("b", 0.8, 1234.5)]
    with pytest.raises(Invalid, match="The weight of A"):
        typed_rows({"target_a": "80", "volume_a": "many"}, units, "share")
    with pytest.raises(Invalid, match="No unit has a target"):
        typed_rows({}, units, "share")


def test_a_unit_less_its_teams_gives_no_small_team_away() -> None:
    def row(n: int | None) -> Row:
        return Row({}, 0.8, 0.7, 0.9, n, n is None)

    assert gives_away(row(43), [row(40), row(None)], 10)
    assert gives_away(row(44), [row(40), row(None), row(None)], 10)
    assert not gives_away(row(60), [row(40), row(None), row(None)], 10)
    assert not gives_away(row(40), [row(40)], 10)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("facts")
    with pytest.MonkeyPatch.context() as patch, facts_in(folder, patch):
        yield folder


@pytest.fixture
def house(db: None, filled: Path) -> House:
    cache.clear()
    built = build()
    ensure_catalogue()
    return built


ABANDONED = {"kpi": "abandonment", "direction": "lower_is_better"}
# In the last full week three tenths of the south give up and a twentieth of the north.
DOWN = (
    ("organisation", "", 0.08, 200.0),
    ("north", "organisation", 0.06, 100.0),
    ("south", "organisation", 0.08, 100.0),
    ("north-phone", "north", 0.06, 50.0),
    ("south-phone", "south", 0.04, 50.0),
)


def test_each_unit_stands_to_its_own_target_by_its_interval(house: House) -> None:
    assert set_cascade(house.scope("admin"), "abandonment", body(*DOWN, **ABANDONED), follows=None) == (1, "in_force")
    found = stand("abandonment", COMMAND_LINE, 1)
    rows = {each.unit: each for each in found.rows}
    assert [each.unit for each in found.rows] == ["organisation", "north", "north-phone", "south", "south-phone"]
    assert rows["south"].row is not None and rows["south"].row.n == 120
    assert rows["south"].row.value == pytest.approx(0.3)
    assert rows["south-phone"].standing == "missed"
    assert rows["north"].standing == "uncertain"
    assert rows["south"].sum is not None and rows["south"].sum.needed == pytest.approx(0.12)
    # Three calls of nobody's region would be the whole less both regions: one of them is withheld with those.
    wider = {each.unit: each for each in stand("abandonment", COMMAND_LINE, 4).rows}
    assert wider["north"].row is not None and wider["north"].row.suppressed
    assert volumes_of("abandonment", COMMAND_LINE)["north-phone"] == 13 * 60


def test_who_reaches_a_part_sees_that_part(house: House) -> None:
    set_cascade(COMMAND_LINE, "abandonment", body(*DOWN, **ABANDONED), follows=None)
    found = stand("abandonment", house.scope("north_admin"))
    assert [each.unit for each in found.rows] == ["north", "north-phone"]
    with pytest.raises(Forbidden):
        set_cascade(house.scope("north_admin"), "abandonment", body(*DOWN, **ABANDONED), follows=1)


def test_one_target_in_one_place(house: House) -> None:
    set_cascade(COMMAND_LINE, "abandonment", body(*DOWN, **ABANDONED), follows=None)
    with pytest.raises(Invalid, match="has targets already"):
        set_cascade(COMMAND_LINE, "other", body(*DOWN, **ABANDONED), follows=None)
    with pytest.raises(Refused, match="meanwhile"):
        set_cascade(COMMAND_LINE, "abandonment", body(*DOWN, **ABANDONED), follows=None)
    with pytest.raises(Invalid, match="another direction"):
        set_cascade(COMMAND_LINE, "csat", body(*TREE, kpi="abandonment"), follows=None)
    with pytest.raises(Invalid, match="does not add up"):
        set_cascade(COMMAND_LINE, "rt", body(*TREE, kpi="resolution_time"), follows=None)
    with pytest.raises(NotFound, match="abandonmnt"):
        cascade("abandonmnt")


def written(folder: Path, **bodies: Any) -> str:
    """Definitions as files, by `kind__key`."""
    for name, each in bodies.items():
        kind, _, key = name.partition("__")
        place = folder / kind / f"{key}.yaml"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(as_yaml(each), encoding="utf-8")
    return str(folder)


def test_what_does_not_hold_together_is_refused_in_files_too(house: House, tmp_path: Path) -> None:
    """All of a model or nothing: neither targets that do not add up, nor a KPI and a cascade that say two things."""

    def model(verb: str, folder: str, code: int = 0) -> Any:
        done = CliRunner().invoke(app, ["model", verb, folder, "--json"])
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    csat = catalogue_body("csat")
    short = written(tmp_path / "short", target__csat=body(TREE[0], TREE[1], ("south", "organisation", 0.75, 800.0)))
    for verb in ("plan", "apply"):
        error = model(verb, short, 1)["error"]
        assert error["code"] == "does_not_add_up" and "1584 of 2000, which is 0.792" in error["message"]
    two = written(tmp_path / "two", target__csat=body(*TREE), kpi__csat=csat | {"target": 0.9})
    for verb in ("plan", "apply"):
        error = model(verb, two, 1)["error"]
        assert error["code"] == "two_targets" and "0.9" in error["message"] and "0.8" in error["message"]
    assert all_in_force("target") == []
    one = written(tmp_path / "one", target__csat=body(*TREE), kpi__csat=csat | {"target": 0.8})
    assert len(model("apply", one)["changes"]) == 2
    # Either alone would now contradict the other; both together may move.
    assert (
        model("apply", written(tmp_path / "kpi", kpi__csat=csat | {"target": 0.7}), 1)["error"]["code"] == "two_targets"
    )
    down = [(unit, parent, target - 0.1, volume) for unit, parent, target, volume in TREE]
    assert model("apply", written(tmp_path / "alone", target__csat=body(*down)), 1)["error"]["code"] == "two_targets"
    written(tmp_path / "both", target__csat=body(*down), kpi__csat=csat | {"target": 0.7})
    assert len(model("apply", str(tmp_path / "both"))["changes"]) == 2
    second = written(tmp_path / "second", target__again=body(*down))
    assert model("apply", second, 1)["error"]["code"] == "second_cascade"
    turned = written(tmp_path / "turned", kpi__csat=csat | {"direction": "lower_is_better"})
    assert model("apply", turned, 1)["error"]["code"] == "another_measure"


def test_a_kpi_that_contradicts_its_targets_is_not_put_in_force(house: House) -> None:
    set_cascade(COMMAND_LINE, "csat", body(*TREE), follows=None)
    row = propose(COMMAND_LINE, "kpi", "csat", catalogue_body("csat") | {"target": 0.9})
    approve(COMMAND_LINE, "kpi", "csat", row.number)
    with pytest.raises(Invalid, match="over the whole organisation, its targets csat at"):
        put_in_force(COMMAND_LINE, "kpi", "csat", row.number)
    # Changes elsewhere are not held up by it.
    other = propose(COMMAND_LINE, "kpi", "nps", catalogue_body("nps") | {"target": 30.0})
    approve(COMMAND_LINE, "kpi", "nps", other.number)
    assert put_in_force(COMMAND_LINE, "kpi", "nps", other.number).state == "in_force"


def test_by_command(house: House) -> None:
    set_cascade(COMMAND_LINE, "abandonment", body(*DOWN, **ABANDONED), follows=None)

    def run(*words: str, code: int = 0) -> Any:
        done = CliRunner().invoke(app, ["targets", *words])
        assert done.exit_code == code, done.output
        return done.output

    assert [each["key"] for each in json.loads(run("list", "--json"))["targets"]] == ["abandonment"]
    told = json.loads(run("show", "abandonment", "--json"))
    assert {row["unit"]: row["standing"] for row in told["rows"]}["south-phone"] == "missed"
    assert "off target" in run("show", "abandonment")
    assert run("list").startswith(" key") or "abandonment" in run("list")


def test_on_pages_and_over_the_api(house: House) -> None:
    client = house.client("admin")
    assert "No unit has a target yet" in client.get("/targets/").content.decode()
    form = client.get("/targets/new/?kpi=abandonment").content.decode()
    assert 'name="volume_north-phone" value="780"' in form
    sent = {f"target_{unit}": str(target * 100) for unit, _parent, target, _volume in DOWN}
    sent |= {f"volume_{unit}": str(volume) for unit, _parent, _target, volume in DOWN}
    short = client.post(
        "/targets/new/", {"kpi": "abandonment", "name": "Given up", "follows": "", **sent, "target_north": "20"}
    )
    assert short.status_code == 422
    assert "organisation aims at 0.08" in short.content.decode()
    assert 'value="20"' in short.content.decode()
    done = client.post("/targets/new/", {"kpi": "abandonment", "name": "Given up", "follows": "", **sent})
    assert done.status_code == 302
    said = client.get("/targets/abandonment/").content.decode()
    assert "off target" in said and "too early to tell" in said
    assert client.get("/targets/abandonment/change/").status_code == 200
    assert house.client("agent").get("/targets/abandonment/change/").status_code == 403
    set_cascade(COMMAND_LINE, "csat", body(*TREE), follows=None)
    assert "No facts yet" in client.get("/targets/csat/").content.decode()
    told = client.get("/api/v1/targets/abandonment").json()
    assert told["unit"] == "share" and len(told["rows"]) == 5
    assert client.get("/api/v1/targets").json()["items"][0]["kpi"] == "abandonment"
    wrong = body(*TREE[:2], ("south", "organisation", 0.5, 800.0))
    refused = client.post("/api/v1/targets/csat/versions", json.dumps(wrong), content_type="application/json")
    assert refused.status_code == 422
    assert "0.692" in refused.content.decode()
