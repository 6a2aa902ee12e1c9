"""Choosing KPIs: the evidence, the proposed set with its reasons, and the choice on record."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.cache import cache
from typer.testing import CliRunner

from heed.cli import app
from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions.queries import versions
from heed.core.errors.rules import Forbidden, Invalid, Refused
from heed.core.journal.models import JournalEntry
from heed.goals.kpis.actions import choose_set, ensure_catalogue
from heed.goals.kpis.definition import Reason
from heed.goals.kpis.rules import stored_reason_said
from heed.goals.kpis.selection import weighing
from heed.goals.kpis.selection.choosing import set_body
from heed.goals.kpis.selection.evidence import chosen, weigh_selection
from heed.goals.kpis.selection.proposing import Weight, propose_set
from heed.metrics.evidence import Lead, OwnEvidence, Redundancy
from heed.stats.panels.evidence import Estimate, Shares
from tests.core.conftest import House, build
from tests.goals.kpis.strained import strained_in


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("facts")
    with pytest.MonkeyPatch.context() as patch, strained_in(folder, patch):
        yield folder


@pytest.fixture
def house(db: None, filled: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    # Three of the twenty-eight, so that a test takes no longer than it must.
    held = weighing.all_in_force
    few = {"aht", "fcr", "csat"}
    monkeypatch.setattr(weighing, "all_in_force", lambda kind: [each for each in held(kind) if each.key in few])
    cache.clear()
    built = build()
    ensure_catalogue()
    return built


def evidence(key: str, change: float = 0.02, *, sampling: float = 0.5, lag: int | None = None) -> OwnEvidence:
    sure = Estimate(0.3, 0.2, 0.4, 100)
    lead = Lead(lag, 0.6, 0.3, 60) if lag is not None else Lead(None, None, None, 0)
    return OwnEvidence(key, 1.0, 1000, change, Shares(sure, 0.7 - sampling, sampling), lead, 1.0, False)


def weight(key: str, aspect: Any = "satisfaction", **more: Any) -> Weight:
    return Weight(key, key.upper(), aspect, "share", evidence(key, **more))


def codes(*weights: Weight, same: tuple[Redundancy, ...] = ()) -> dict[str, str]:
    return {verdict.key: verdict.code for verdict in propose_set(weights, same, ())}


def test_each_is_in_or_out_for_a_reason() -> None:
    told = codes(
        weight("sharp", change=0.01),
        weight("blunt", change=0.4),
        weight("chance", sampling=0.99),
        weight("ahead", "efficiency", lag=-3),
        Weight("unseen", "U", "", "share", None, "no_such_split"),
    )
    assert told == {
        "sharp": "sharp",
        "blunt": "too_blunt",
        "chance": "chance",
        "ahead": "leads",
        "unseen": "no_such_split",
    }


def test_what_says_the_same_is_in_once_and_a_side_has_three() -> None:
    same = (Redundancy("b", "a", Estimate(-0.9, -0.95, -0.8, 200)), Redundancy("c", "a", Estimate(0.9, 0.4, 0.99, 20)))
    told = codes(*(weight(key, change=0.01 * place) for place, key in enumerate("abcde", 1)), same=same)
    assert told == {"a": "sharp", "b": "redundant", "c": "sharp", "d": "sharp", "e": "side_is_full"}


def test_the_evidence_of_facts(house: House) -> None:
    told = weigh_selection(COMMAND_LINE)
    found = {each.kpi.key: each for each in told.candidacies}
    fcr = found["fcr"].evidence
    assert fcr is not None and fcr.smallest_change is not None
    assert 0.01 < fcr.smallest_change < 0.2
    assert fcr.whole == pytest.approx(0.83, abs=0.05)
    parts = fcr.shares
    assert parts.between.value is not None and parts.within is not None and parts.sampling is not None
    assert parts.between.value + parts.within + parts.sampling == pytest.approx(1.0)
    near = found["aht"].nearest
    assert near is not None and near.found.value is not None and near.found.value > 0
    assert found["csat"].verdict.code == "no_facts"
    assert np.isfinite(fcr.coverage)


def test_by_command_and_the_choice_is_on_record(house: House) -> None:
    def run(*words: str, code: int = 0) -> Any:
        done = CliRunner().invoke(app, ["kpi", "select", *words, "--json"])
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    assert run()["choice"] is None
    told = run("--choose", "fcr,csat", "--owner", "Renate Holm", "--note", "Nobody hurries.")
    assert told["choice"]["members"] == ["fcr", "csat"]
    assert told["choice"]["owner"] == "Renate Holm"
    body = versions("kpi_set", "kpis")[0].body
    assert body["members"]["csat"] == {"code": "no_facts", "values": {}, "against": True}
    assert "Chosen against the evidence: There are no facts" in stored_reason_said(Reason(**body["members"]["csat"]))
    assert "aht" in body["left_out"]
    recorded = JournalEntry.objects.filter(subject_id="kpi_set/kpis/1").values_list("name", flat=True)
    assert set(recorded) >= {"definition-proposed", "definition-approved", "definition-enacted"}
    assert run("--choose", "fcr", code=1)["error"]["code"] == "no_owner"
    assert run("--choose", "frc", "--owner", "R", code=1)["error"]["code"] == "unknown_kpi"


def test_of_two_who_choose_at_once_one_is_told(house: House) -> None:
    told = weigh_selection(COMMAND_LINE)
    one, other = (set_body(told, ["fcr"], owner) for owner in ("Ann", "Bo"))
    scope = house.scope("admin")
    assert choose_set(scope, one, follows=None) == (1, "in_force")
    with pytest.raises(Refused, match="meanwhile"):
        choose_set(scope, other, follows=None)
    now = chosen()
    assert now is not None and (now.owner, now.version) == ("Ann", 1)
    assert len(versions("kpi_set", "kpis")) == 1
    assert choose_set(scope, other, follows=1) == (2, "in_force")


def test_who_may_not_propose_everywhere_may_not_choose(house: House) -> None:
    body = {"owner": "Sam", "members": {"fcr": "good"}}
    for who in ("agent", "north_admin"):
        with pytest.raises(Forbidden):
            choose_set(house.scope(who), body, follows=None)
    with pytest.raises(Invalid):
        choose_set(house.scope("admin"), {"owner": "Sam", "members": {"fcrr": "good"}}, follows=None)


def test_on_the_page_and_over_the_api(house: House) -> None:
    client = house.client("admin")
    assert 'hx-trigger="load"' in client.get("/kpis/selection/").content.decode()
    said = client.get("/kpis/selection/?figures=1").content.decode()
    assert "No set is chosen yet" in said
    assert 'value="fcr" checked' in said
    answer = client.post("/kpis/selection/", {"kpi": ["fcr"], "owner": "Renate Holm", "follows": ""})
    assert answer.status_code == 302
    said = re.sub(r"\s+", " ", client.get("/kpis/selection/").content.decode())
    assert "Renate Holm answers for the set in force" in said
    assert "The choice on record" in said
    german = client.get("/kpis/selection/?figures=1", headers={"accept-language": "de"}).content.decode()
    assert "Gegen die Befunde gewählt" in german
    late = client.post("/kpis/selection/", {"kpi": ["fcr"], "owner": "Bo", "follows": ""})
    assert late.status_code == 409
    assert "meanwhile" in late.content.decode()
    assert "Record this choice" not in house.client("agent").get("/kpis/selection/?figures=1").content.decode()
    told = client.get("/api/v1/kpi-selection").json()
    assert set(told["choice"]["members"]) == {"fcr"}
    assert {each["kpi"] for each in told["kpis"]} == {"aht", "fcr", "csat"}
