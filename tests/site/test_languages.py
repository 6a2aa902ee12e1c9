"""What the API says to people follows the language they ask for; what programs read stays plain."""

from pathlib import Path

import pytest
from django.core.cache import cache

from heed.goals.kpis.actions import ensure_catalogue
from tests.core.conftest import House, build
from tests.goals.kpis.operation import facts_in


@pytest.fixture
def house(db: None) -> House:
    cache.clear()
    built = build()
    ensure_catalogue()
    return built


def test_a_problem_is_told_in_the_language_asked_for_under_the_same_code(house: House) -> None:
    client = house.client("admin")
    english = client.get("/api/v1/kpis/csatt").json()
    german = client.get("/api/v1/kpis/csatt", HTTP_ACCEPT_LANGUAGE="de").json()
    assert (english["title"], english["hint"]) == ("No KPI csatt is in force.", "Did you mean csat?")
    assert (german["title"], german["hint"]) == ("Keine Kennzahl csatt ist in Kraft.", "Ist csat gemeint?")
    assert german["code"] == english["code"] == "unknown_kpi"


def test_a_faulty_field_is_told_in_the_language_asked_for(house: House) -> None:
    body = {"name": "x" * 300, "kind": "team", "parent": "north"}
    answer = house.client("admin").post(
        "/api/v1/units", body, content_type="application/json", HTTP_ACCEPT_LANGUAGE="de"
    )
    assert answer.status_code == 422
    assert "Zeichen" in answer.json()["title"]


def test_a_page_refuses_in_the_language_of_the_person(house: House) -> None:
    said = house.client("agent").get("/people/", HTTP_ACCEPT_LANGUAGE="de").content.decode()
    assert "Ihre Rolle erlaubt das nicht." in said
    assert "Bitten Sie die Administration um eine Rolle mit dieser Berechtigung: Personen einladen" in said


def test_figures_for_programs_are_plain_in_every_language(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = house.client("admin")
    with facts_in(tmp_path, monkeypatch):
        both = [
            [
                client.get(path, HTTP_ACCEPT_LANGUAGE=language).content
                for path in ("/kpis/abandonment/export.csv?by=region", "/api/v1/kpis/abandonment/figure?by=region")
            ]
            for language in ("en", "de")
        ]
    assert both[0] == both[1]
    assert b"0." in both[1][0]
