"""Footprints as pages, over the API and by command: what is compared, decided and replayed; who may; what is refused."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions.actions import approve, ensure, propose, put_in_force
from heed.core.errors.rules import Forbidden, Invalid, NotFound, Refused
from heed.core.journal.models import JournalEntry
from heed.goals.footprint.actions import decide
from heed.goals.footprint.models import FootprintDecision
from heed.goals.footprint.queries import shown
from tests.core.conftest import House, build
from tests.goals.footprint.places import DAYS, hours, region, site
from tests.goals.slas.line import CALLS, HANDLE, WEEKS, line_in
from tests.places import ROOT

CURVE = [{"from_seconds": 0, "satisfied": 0.85, "low": 0.82, "high": 0.88}, {"from_seconds": 30, "satisfied": 0.5}]
WRITTEN = {
    "name": "Two harbours",
    "patience_seconds": 200,
    "curve": CURVE,
    "regions": [region("north", 12.0, DAYS, home="quay"), region("south", 9.0, DAYS, home="pier")],
    "sites": [site("quay"), site("pier", cost_per_hour="32.00", fixed_cost_per_week="200.00")],
}
LEARNT = {
    "name": "As facts have it",
    "regions": [
        {"key": "north", "hours": hours("09:00-12:00"), "languages": {"de": 1.0}},
        {"key": "down", "learned_from": "south", "hours": hours("09:00-12:00"), "languages": {"de": 1.0}},
    ],
    "sites": [site("quay"), site("pier", cost_per_hour="32.00")],
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("line")
    with pytest.MonkeyPatch.context() as patch, line_in(folder, patch):
        yield folder


@pytest.fixture
def house(db: None, filled: Path) -> House:
    built = build()
    ensure("footprint", "harbours", WRITTEN)
    ensure("footprint", "learnt", LEARNT)
    return built


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_what_is_shown_is_what_was_compared(house: House) -> None:
    client = house.client("admin")
    assert "Two harbours" in text(client.get("/footprints/"))
    page = text(client.get("/footprints/harbours/?figures=1"))
    for words in (
        "Cheapest: One site for all.",
        "What the saving hangs on",
        "If a site fails",
        "Chance to be the cheapest",
    ):
        assert words in page
    told = client.get("/api/v1/footprints/harbours/comparison").json()
    pooled, split, hybrid = told["options"]
    assert float(pooled["cost_per_week"]["amount"]) < float(split["cost_per_week"]["amount"])
    assert (told["best"], hybrid["same_as"]) == ("pooled", "pooled")
    assert told["optimum"] == told["optimum"] | {"over": "every_subset", "gap": 0.0}
    assert told["uncertainty"]["pooling"]["verdict"] == "pays"
    assert {each["option"]: each["chance_of_best"] for each in told["uncertainty"]["options"]}["split"] == 0.0
    # One site for all is lost whole; of two, what is left answers what it can.
    assert [each["answered"] for each in pooled["losses"]] == [0.0]
    assert all(0.3 < each["answered"] < 0.9 for each in split["losses"])
    assert page.count(f"{float(pooled['cost_per_week']['amount']):,.0f}") >= 1
    assert (
        client.get("/footprints/harbours/people.csv").content.decode().startswith("option,site,start,people,scheduled")
    )


def test_the_list_is_paged_and_a_key_that_is_none_names_the_nearest(house: House) -> None:
    client = house.client("admin")
    first = client.get("/api/v1/footprints?limit=1").json()
    assert [each["key"] for each in first["items"]] == ["harbours"]
    rest = client.get(f"/api/v1/footprints?limit=1&after={first['next']}").json()
    assert ([each["key"] for each in rest["items"]], rest["next"]) == (["learnt"], None)
    answer = client.get("/api/v1/footprints/harbors")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert "harbours" in answer.content.decode()
    assert client.get("/footprints/harbors/").status_code == 404


def test_calls_are_learned_from_facts_by_region(house: House) -> None:
    found = shown(COMMAND_LINE, "learnt")
    assert found.grounds.weeks == 13
    for group in found.compared.setting.groups:
        assert group.calls.sum() == pytest.approx(CALLS * 6 * 5, rel=0.1)
        assert group.aht_seconds == pytest.approx(HANDLE, rel=0.1)
    assert found.compared.setting.patience_seconds == pytest.approx(200, rel=0.25)
    best = found.compared.best
    assert best.csat.value is not None and best.csat.low is not None and best.csat.low < best.csat.value < 0.85
    lost = {"key": "north", "learned_from": "nort", "hours": hours("09:00-12:00"), "languages": {"de": 1.0}}
    ensure("footprint", "lost", {**LEARNT, "regions": [lost]})
    with pytest.raises(Invalid) as refused:
        shown(COMMAND_LINE, "lost")
    assert "north" in str(refused.value.hint)


def test_past_weeks_are_replayed_through_each_option(house: House) -> None:
    client = house.client("admin")
    told = client.get("/api/v1/footprints/learnt/rehearsal?weeks=4").json()["lines"]
    options = {each["option"] for each in told}
    assert {"pooled", "split"} <= options and len(told) == 4 * len(options)
    pooled = [each["service_level"] for each in told if each["option"] == "pooled"]
    # Staffed for the ordinary week, such weeks come out around the target.
    assert all(0.7 < each < 0.99 for each in pooled)
    assert all(each["missed"] < 0.05 and each["calls"] > 600 for each in told)
    assert "All weeks, by calls" in text(client.get("/footprints/learnt/rehearsal/?figures=1"))
    # Facts know no region of that name; the page says so instead of failing.
    assert client.get("/api/v1/footprints/harbours/rehearsal?weeks=0").status_code == 422
    assert len(client.get(f"/api/v1/footprints/harbours/rehearsal?weeks={WEEKS}").json()["lines"]) > 0


def test_a_decision_is_kept_with_its_owner_and_the_figures_as_they_were(house: House) -> None:
    client = house.client("admin")
    sent = {"option": "split", "owner": "Ada Ash", "reason": "No single point of failure.", "seen": "1"}
    page = client.post("/footprints/harbours/decisions/", sent, follow=True)
    assert "Ada Ash" in text(page) and "No single point of failure." in text(page)
    row = FootprintDecision.objects.get()
    assert (row.option, row.definition_version, row.decided_by) == ("split", 1, house.admin.key)
    then = row.figures["options"]
    # The definition changes; the decision stays as it was.
    number = propose(COMMAND_LINE, "footprint", "harbours", {**WRITTEN, "target": 0.9}).number
    approve(COMMAND_LINE, "footprint", "harbours", number)
    put_in_force(COMMAND_LINE, "footprint", "harbours", number)
    now = client.get("/api/v1/footprints/harbours/comparison").json()
    assert now["definition_version"] == number and now["options"] != then
    assert client.get("/api/v1/footprints/harbours/decisions").json()["items"][0]["figures"]["options"] == then
    entry = JournalEntry.objects.filter(name="footprint-decided").latest("id")
    payload = entry.payload or {}
    assert "Ada" not in json.dumps(payload) and payload["option"] == "split"


def test_what_cannot_be_decided_is_refused(house: House) -> None:
    admin = house.scope("admin")
    told: dict[str, Any] = {"owner": "Ada", "reason": "Because."}
    for refused, key, option, more in (
        (Invalid, "harbours", "poled", told),
        (Invalid, "harbours", "pooled", told | {"owner": " "}),
        (Invalid, "harbours", "pooled", told | {"reason": ""}),
        (NotFound, "harbors", "pooled", told),
    ):
        with pytest.raises(refused):
            decide(admin, key, option, **more)
    with pytest.raises(Refused, match="Another version"):
        decide(admin, "harbours", "pooled", **told, seen=7)
    for who in ("north_admin", "agent"):
        with pytest.raises(Forbidden):
            decide(house.scope(who), "harbours", "pooled", **told)
    assert not FootprintDecision.objects.exists()
    # Whoever reaches one region alone is not shown calls of all.
    with pytest.raises(Forbidden):
        shown(house.scope("north_admin"), "learnt")
    assert shown(house.scope("north_admin"), "harbours").compared.options


def test_a_file_is_compared_alone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from heed.goals.footprint.cli import app

    monkeypatch.setenv("HEED_HOME", str(tmp_path / "none"))
    example = ROOT / "examples" / "model" / "footprint" / "calls_of_europe.yaml"
    for words in (["compare", str(example)], ["compare", str(example), "--json", "--by-slot"], ["show", str(example)]):
        app(words, standalone_mode=False)
        printed = capsys.readouterr().out
    app(["compare", str(example), "--json", "--by-slot"], standalone_mode=False)
    printed = capsys.readouterr().out
    told = json.loads(printed)
    assert told["definition_version"] is None and told["best"] == "hybrid"
    there = [each for each in told["options"][0]["people"] if each["people"]]
    assert there and all(each["scheduled"] >= each["people"] for each in there)
    assert not (tmp_path / "none").exists()
    broken = tmp_path / "broken.yaml"
    broken.write_text(yaml.safe_dump({**WRITTEN, "regions": [region("north", home="qay")]}), encoding="utf-8")
    with pytest.raises(SystemExit):
        app(["compare", str(broken), "--json"], standalone_mode=False)
    assert json.loads(capsys.readouterr().out)["error"]["hint"] == "Did you mean quay?"
