"""KPIs by command and over the API: what each takes and prints, within what a person reaches."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from heed.cli import app
from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions.actions import approve, ensure, propose, put_in_force, retire
from heed.core.errors.rules import Forbidden
from heed.core.settings.rules import current
from heed.facts.engine.engine import Engine
from heed.goals.kpis import queries
from heed.goals.kpis.actions import ensure_catalogue
from heed.goals.kpis.pages.reading import figures
from heed.goals.kpis.queries import Question, kpi_records, list_kpis, show_kpi
from heed.goals.kpis.rules import CATALOGUE, catalogue_body
from tests.core.conftest import House, build
from tests.metrics.facts import at, facts


def calls() -> list[dict[str, Any]]:
    teams = [("north-phone", "north", 60), ("south-phone", "south", 30), ("north-desk", "north", 4)]
    rows: list[dict[str, Any]] = []
    for team, region, many in teams:
        for index in range(many):
            rows.append(
                {
                    "interaction_id": f"{team}-{index}",
                    "started_at": at(index % 40),
                    "team": team,
                    "region": region,
                    "agent_key": f"{team}-{index % 6}",
                    "customer_key": f"c{index}",
                    "offered": True,
                    "answered": index % 5 != 0,
                    "abandoned": index % 5 == 0,
                    "wait_seconds": float(index),
                }
            )
    rows.append({"interaction_id": "ghost", "offered": True, "excluded_reason": "phantom", "region": "north"})
    return rows


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    import heed.site.urls  # noqa: F401  pages keep the engine's name: they are loaded before it is replaced

    with facts(tmp_path, interactions=calls()) as opened:
        monkeypatch.setattr(queries, "engine", lambda: opened)
        yield opened


@pytest.fixture
def house(db: None) -> House:
    ensure_catalogue()
    return build()


def run(*words: str) -> tuple[int, Any]:
    done = CliRunner().invoke(app, ["kpi", *words, "--json"])
    return done.exit_code, json.loads(done.stdout)


def test_the_catalogue_is_put_in_force_once_and_changes_stay(db: None) -> None:
    assert {summary.key for summary in list_kpis()} == set(CATALOGUE), "a new store has the catalogue in force"
    assert ensure_catalogue() == ()
    propose(COMMAND_LINE, "kpi", "asa", catalogue_body("asa") | {"name": "Wait"})
    approve(COMMAND_LINE, "kpi", "asa", 2)
    put_in_force(COMMAND_LINE, "kpi", "asa", 2)
    retire(COMMAND_LINE, "kpi", "aht")
    assert ensure_catalogue() == ()
    listed = {summary.key: summary for summary in list_kpis()}
    assert (listed["asa"].name, listed["asa"].definition_version, listed["asa"].state) == ("Wait", 2, "in_force")
    assert listed["aht"].state == "retired"


@pytest.mark.django_db(transaction=True)
def test_list_and_show_by_command(engine: Engine) -> None:
    code, listed = run("list")
    assert code == 0
    assert [each["key"] for each in listed["kpis"]] == sorted(CATALOGUE)
    assert {"key", "name", "unit", "definition_version", "state"} <= set(listed["kpis"][0])

    code, shown = run("show", "abandonment")
    assert code == 0
    assert {"kpi", "definition_version", "unit", "method", "level", "cutoff", "excluded", "rows"} <= set(shown)
    assert (shown["kpi"], shown["unit"], shown["method"], shown["level"]) == ("abandonment", "share", "wilson", 0.95)
    assert shown["excluded"] == {"phantom": 1}
    assert shown["cutoff"] == "2024-04-09T09:00:00Z"
    (row,) = shown["rows"]
    assert (row["group"], row["n"], row["value"], row["suppressed"]) == ({}, 94, 19 / 94, False)
    assert row["low"] < row["value"] < row["high"]

    _, split = run("show", "abandonment", "--by", "team")
    assert [(each["group"]["team"], each["n"], each["suppressed"]) for each in split["rows"]] == [
        ("north-desk", None, True),
        ("north-phone", 60, False),
        ("south-phone", None, True),
    ]
    assert all(each[name] is None for each in split["rows"] if each["suppressed"] for name in ("value", "low", "high"))
    _, all_shown = run("show", "abandonment", "--by", "team,region", "--min-n", "1")
    assert [each["n"] for each in all_shown["rows"]] == [4, 60, 30]


@pytest.mark.django_db(transaction=True)
def test_settings_slices_and_refusals_by_command(engine: Engine) -> None:
    def n(*words: str) -> int:
        return int(run("show", *words, "--min-n", "1")[1]["rows"][0]["n"])

    assert n("service_level", "--set", "abandons=ignored") == 75
    assert n("service_level", "--set", "abandons=short_excluded", "--set", "threshold_seconds=10") == 94 - 3 - 3 - 1
    assert n("abandonment", "--where", 'region == "south"') == 30
    assert n("abandonment", "--since", "2024-03-02", "--until", "2024-03-03") == 4
    for words, code, hint in (
        (("abandonmen",), "unknown_kpi", "abandonment"),
        (("abandonment", "--by", "teem"), "unknown_column", "team"),
        (("abandonment", "--where", 'regoin == "x"'), "invalid_condition", "region"),
        (("service_level", "--set", "abandon=failed"), "unknown_parameter", "abandons"),
        (("service_level", "--set", "abandons"), "invalid_setting", "NAME=VALUE"),
        (("abandonment", "--since", "yesterday"), "invalid_time", ""),
        (("abandonment", "--since", "2024-03-02", "--until", "2024-03-02"), "invalid_time", ""),
        (("abandonment", "--level", "95"), "invalid_level", "0.95"),
        (("abandonment", "--period", "year"), "unknown_period", ""),
    ):
        status, said = run("show", *words)
        assert (status, said["error"]["code"]) == (1, code), words
        assert hint in said["error"]["hint"]
    assert CliRunner().invoke(app, ["kpi", "show", "csat", "--min-n", "0"]).exit_code == 2


@pytest.mark.django_db(transaction=True)
def test_a_table_for_people(engine: Engine) -> None:
    done = CliRunner().invoke(app, ["kpi", "show", "abandonment", "--by", "team"])
    assert done.exit_code == 0
    assert "20.0" in done.stdout
    assert "withheld" in done.stdout


def test_a_person_sees_the_rows_of_their_units_only(engine: Engine, house: House) -> None:
    assert show_kpi("abandonment", house.scope("admin")).rows[0].n == 94
    whole = show_kpi("abandonment", house.scope("north_admin")).whole
    assert whole is not None
    assert whole.n == 64
    assert show_kpi("abandonment", house.scope("agent")).rows[0].n == 60


def test_figures_of_one_person_are_for_who_may_see_records(engine: Engine, house: House) -> None:
    agent, manager = house.client("agent"), house.client("north_admin")
    for asks in ("by=agent_key", "by=team,agent_key", "by=customer_key", "where=agent_key%3D%3D%22x%22"):
        for part in ("figure", "trend"):
            code, body = read(agent, f"/abandonment/{part}?{asks}")
            assert (code, body["code"]) == (403, "not_permitted"), asks
            assert read(manager, f"/abandonment/{part}?{asks}")[0] == 200
    _, split = read(manager, "/abandonment/figure?by=agent_key")
    assert {row["group"]["agent_key"].rsplit("-", 1)[0] for row in split["rows"]} == {"north-phone", "north-desk"}
    assert read(agent, "/abandonment/figure?by=team")[0] == 200
    asked = Question(where="has_agent_key")
    assert figures("abandonment", house.scope("north_admin"), asked).whole
    with pytest.raises(Forbidden):
        figures("abandonment", house.scope("agent"), asked)


def test_only_the_command_line_goes_below_the_policy(engine: Engine, house: House) -> None:
    asked = Question(min_n=1)
    assert show_kpi("abandonment", house.scope("admin"), asked, by=["team"]).min_n == 10
    assert show_kpi("abandonment", house.scope("admin"), asked, by=["agent_key"]).min_n == 5
    assert show_kpi("abandonment", COMMAND_LINE, asked, by=["team"]).min_n == 1
    assert show_kpi("abandonment", house.scope("admin"), Question(min_n=40), by=["team"]).min_n == 40


def test_the_strictest_policy_in_force_decides_how_small_a_group_may_be(engine: Engine, house: House) -> None:
    for key, least in (("gdpr", 12), ("ours", 31)):
        ensure("privacy_policy", key, {"name": key, "min_n_customers": least, "min_n_employees": 7})
    assert show_kpi("abandonment", house.scope("admin")).min_n == 31
    assert show_kpi("abandonment", house.scope("admin"), by=["agent_key"]).min_n == 7


def test_records_stay_within_reach_and_small_groups_have_none(engine: Engine, house: House) -> None:
    found = kpi_records("abandonment", house.scope("north_admin"), limit=1000)
    assert {record.places["region"] for record in found.records} == {"north"}
    assert {record.key for record in found.records if record.left_out} == {"ghost"}
    assert found.next is None
    small = kpi_records("abandonment", house.scope("admin"), group={"team": "north-desk"})
    assert (small.records, small.reason) == ((), "suppressed")
    with pytest.raises(Forbidden):
        kpi_records("abandonment", house.scope("agent"))


def read(client: Client, path: str) -> tuple[int, Any]:
    answer = client.get(f"/api/v1/kpis{path}")
    return answer.status_code, json.loads(answer.content)


def test_the_api_lists_shows_trends_and_pages_records(engine: Engine, house: House) -> None:
    client = house.client("admin")
    code, listed = read(client, "")
    assert code == 200
    assert [each["key"] for each in listed["items"]] == sorted(CATALOGUE)
    _, one = read(client, "/service_level")
    assert (one["key"], one["definition_version"]) == ("service_level", 1)
    assert one["body"]["parameters"]["abandons"]["default"] == "failed"
    _, shown = read(client, "/service_level/figure?set=abandons%3Dignored&by=team&min_n=1")
    assert [row["suppressed"] for row in shown["rows"]] == [True, False, True]
    assert shown["min_n"] == 10
    assert shown["settings"]["abandons"] == "ignored"
    _, trend = read(client, "/abandonment/trend?period=month")
    # April has nine calls: it is withheld, and March with it, or the total would tell.
    assert [(row["group"]["period"], row["suppressed"]) for row in trend["rows"]] == [
        ("2024-03-01", True),
        ("2024-04-01", True),
    ]
    _, trend = read(client, "/abandonment/trend?period=month&until=2024-04-01")
    assert [(row["group"]["period"], row["n"]) for row in trend["rows"]] == [("2024-03-01", 85)]
    _, first = read(client, "/abandonment/records?limit=60&group=region%3Dnorth")
    _, second = read(client, f"/abandonment/records?limit=60&group=region%3Dnorth&cursor={first['next']}")
    keys = [item["key"] for item in first["items"] + second["items"]]
    assert len(keys) == len(set(keys)) == 65
    assert second["next"] is None
    assert set(first["items"][0]) == {"key", "at", "places", "left_out"}


def test_the_api_refuses(engine: Engine, house: House) -> None:
    client = house.client("admin")
    for path, status, said in (
        ("/asb", 404, "unknown_kpi"),
        ("/asa/figure?by=teem", 422, "unknown_column"),
        ("/asa/figure?set=x%3D1", 422, "unknown_parameter"),
        ("/asa/figure?level=2", 422, "invalid"),
        ("/asa/trend?period=yaer", 422, "unknown_period"),
        ("/asa/records?cursor=%25%25", 422, "invalid_cursor"),
        ("/asa/records?limit=5000", 422, "invalid"),
    ):
        code, body = read(client, path)
        assert (code, body["code"]) == (status, said), path
    code, body = read(house.client("agent"), "/asa/records")
    assert (code, body["code"]) == (403, "not_permitted")
    assert Client().get("/api/v1/kpis").status_code == 401


def test_the_engine_is_that_of_the_settings(db: None) -> None:
    assert queries.engine() is queries.engine()
    assert str(queries.engine().store.url) == current().facts_location


def test_a_trend_is_by_week_and_asks_for_no_more_than_there_is(engine: Engine, house: House) -> None:
    client = house.client("admin")
    code, whole = read(client, "/abandonment/trend")
    assert (code, whole["rows"][0]["group"]) == (200, {"period": "2024-02-26"})
    for zone in ("Z", "%2B14:00", "-12:00"):
        span = f"since=0001-01-03T00:00:00{zone}&until=9999-12-30T00:00:00{zone}"
        assert read(client, f"/abandonment/trend?{span}")[1]["rows"] == whole["rows"]
        assert read(client, f"/abandonment/trend?period=day&since=9999-12-29T00:00:00{zone}")[1]["rows"] == []
        assert read(client, f"/abandonment/trend?period=day&until=0001-01-03T00:00:00{zone}")[1]["rows"] == []
