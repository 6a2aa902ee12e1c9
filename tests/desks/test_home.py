"""The first page: what to do when the store is empty, what waits for whom, and where what changed comes from."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from heed.core.definitions.actions import propose
from heed.goals.kpis.actions import ensure_catalogue
from heed.goals.kpis.rules import catalogue_body
from heed.service.formats.models import Import, QuarantinedRow
from tests.core.conftest import House, build
from tests.goals.kpis.operation import facts_in


@pytest.fixture
def house(db: None) -> House:
    cache.clear()
    built = build()
    ensure_catalogue()
    return built


@pytest.fixture
def empty(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    with facts_in(tmp_path, monkeypatch, filled=False):
        yield house


@pytest.fixture
def filled(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    with facts_in(tmp_path, monkeypatch):
        yield house


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def quarantined() -> None:
    origin = Import.objects.create(
        mapping="calls", mapping_digest="x", file_name="calls.csv", actor="a", host="h", process=1
    )
    for number in range(3):
        QuarantinedRow.objects.create(
            origin=origin, mapping="calls", identity=f"r{number}", line=number, rule="unknown_time", reason="No time."
        )


def test_nobody_sees_it_without_signing_in(db: None, client: Any) -> None:
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_an_empty_store_says_what_to_do_first(empty: House) -> None:
    answer = empty.client("admin").get("/")
    assert [step.title for step in answer.context["steps"]][-2:] == ["Look at the KPIs", "Invite people"]
    done = {step.title: step.done for step in answer.context["steps"]}
    assert not done["Import your data"]
    assert done["Invite people"]
    assert "What changed" not in text(answer)


def test_with_facts_it_asks_for_what_changed(filled: House) -> None:
    answer = filled.client("admin").get("/")
    assert not answer.context["steps"]
    assert 'hx-get="/kpis/changed/"' in answer.content.decode()
    assert "No proposal needs you, and no row is in quarantine" in text(answer)


def test_rejected_rows_wait_for_who_may_bring_records_in(filled: House) -> None:
    quarantined()
    said = text(filled.client("admin").get("/"))
    assert "calls" in said
    assert "3 rows in quarantine: unknown time" in said
    assert "in quarantine: unknown time" not in text(filled.client("agent").get("/"))


def test_proposals_wait_for_who_may_approve(filled: House) -> None:
    body = catalogue_body("csat") | {"name": "CSAT, reworded"}
    with transaction.atomic():
        propose(filled.scope("admin"), "kpi", "csat", body, note="Clearer.")
    answer = filled.client("admin").get("/")
    (item,) = answer.context["waiting"]
    assert item.title == "KPI csat, version 2"
    assert "Sam Admin" in item.text
    assert item.href == "/definitions/kpi/csat/2/"
    assert filled.client("agent").get("/").context["waiting"] == []


def test_the_page_has_landmarks_and_one_heading(filled: House) -> None:
    page = filled.client("admin").get("/").content.decode()
    assert page.count("<h1") == 1
    assert page.count("<main") == 1
    assert '<a class="skip" href="#main">' in page
    assert re.search(r'<nav id="nav"[^>]*aria-label="Main"', page)
    assert re.search(r'<a class="item" href="/" aria-current="page"', page)
    assert "data-theme" not in page.split("<head>")[0]
    client = filled.client("admin")
    client.cookies["heed_theme"] = "dark"
    assert 'data-theme="dark"' in client.get("/").content.decode().split("<head>")[0]
    client.cookies["heed_theme"] = 'x" onload="'
    assert "data-theme" not in client.get("/").content.decode().split("<head>")[0]


def test_the_palette_finds_kpis_for_who_may_see_figures(filled: House) -> None:
    found = filled.client("agent").get("/places.json").json()["places"]
    assert {"title": "Abandonment", "group": "KPI", "href": "/kpis/abandonment/"} in found
    assert filled.client("agent").get("/places.json")["Cache-Control"].startswith("private")


def test_the_menu_shows_what_somebody_may_see(filled: House) -> None:
    def menu(who: str) -> list[str]:
        return re.findall(r'<a class="item" href="([^"]+)"', filled.client(who).get("/").content.decode())

    assert menu("agent") == ["/", "/kpis/", "/definitions/", "/sample-operation/"]
    assert {"/imports/", "/journal/", "/people/", "/settings/organisation/"} < set(menu("admin"))
