"""The page of the sample operation: what is planted, and where one sees it; how to load it when it is not there."""

from datetime import date
from pathlib import Path

import pytest

from heed.goals.kpis.actions import ensure_catalogue
from heed.sample import pages
from heed.sample.loading import Load
from heed.sample.truths import planted
from tests.core.conftest import House, build
from tests.goals.kpis.operation import facts_in

ADDRESS = "/sample-operation/"
LOAD = Load(3, 1.0, date(2026, 6, 30), 1)


@pytest.fixture
def house(db: None) -> House:
    built = build()
    ensure_catalogue()
    return built


def test_without_a_load_it_says_how_to_get_one(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with facts_in(tmp_path, monkeypatch, filled=False):
        answer = house.client("admin").get(ADDRESS)
    assert "heed sample-operation load" in answer.content.decode()
    assert answer.context["load"] is None


def test_every_truth_is_told_beside_its_twin(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "loaded", lambda store: LOAD)
    monkeypatch.setattr(pages, "counts", lambda store: {"interactions": 1200, "changes": 21, "usage": 0})
    answer = house.client("admin").get(ADDRESS)
    page = answer.content.decode()
    for truth in planted(LOAD.seed, LOAD.until, LOAD.scale):
        assert f'id="{truth.key}"' in page
    assert len(answer.context["truths"]) == page.count("Its twin:")
    assert "1,221" in page
    assert "usage" not in dict(answer.context["tables"])


def test_what_a_kpi_shows_is_a_step_away(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "loaded", lambda store: LOAD)
    monkeypatch.setattr(pages, "counts", lambda store: {})
    client = house.client("admin")
    looks = {item.truth.key: item.looks for item in client.get(ADDRESS).context["truths"]}
    assert [look.title for look in looks["understaffed-mondays"]] == ["Abandonment by region", "ASA by region"]
    assert set(pages.SEEN_IN) <= set(looks)
    for found in looks.values():
        for look in found:
            assert client.get(look.href).status_code == 200
