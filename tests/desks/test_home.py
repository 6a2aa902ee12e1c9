"""The first page: what to do when the store is empty, what waits for whom, and where what changed comes from."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from heed.core.definitions.actions import propose
from heed.core.people.actions import notify
from heed.desks import home as desk
from heed.feedback.verbatims.models import Signal
from heed.goals.kpis.actions import ensure_catalogue
from heed.goals.kpis.rules import catalogue_body
from heed.service.cases.models import Case
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
    assert "No case, no proposal and no row in quarantine needs you" in text(answer)


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

    closed = {"/imports/", "/journal/", "/people/", "/settings/organisation/"}
    assert {"/", "/kpis/", "/cases/", "/customers/", "/definitions/"} < set(menu("agent"))
    assert not closed & set(menu("agent"))
    assert closed < set(menu("admin"))


def opened(number: int, team: str, region: str, **also: Any) -> Case:
    now = timezone.now()
    return Case.objects.create(
        **{
            "key": f"k{number}",
            "number": f"H-{number}",
            "title": f"Late parcel {number}",
            "team": team,
            "region": region,
            "fact_at": now,
            "opened_at": now,
            "clock_started_at": now,
            **also,
        }
    )


def test_who_works_on_cases_sees_first_what_waits(filled: House) -> None:
    opened(1, "north-phone", "north", due_at=timezone.now() - timedelta(hours=1), owner=filled.agent.key)
    opened(2, "north-phone", "north")
    opened(3, "south-phone", "south")
    answer = filled.client("agent").get("/")
    assert [(item.title, item.badge) for item in answer.context["cases"]] == [
        ("H-1 Late parcel 1", "overdue"),
        ("H-2 Late parcel 2", "nobody's"),
    ]
    page = answer.content.decode()
    assert page.index('id="waiting"') < page.index('id="changed"')
    assert 'href="/cases/k1/">Open the next case' in page
    assert "data-live" in page
    manager = filled.client("admin").get("/").content.decode()
    assert manager.index('id="changed"') < manager.index('id="waiting"')


def test_what_was_told_stands_once(filled: House) -> None:
    """A notification about a case that is in the list says nothing new; another does."""
    case = opened(1, "north-phone", "north", owner=filled.agent.key)
    for key, href in (("a", f"/cases/{case.key}/"), ("b", "/cases/k9/")):
        params = {"number": "H-1" if key == "a" else "H-9"}
        with transaction.atomic():
            notify([filled.agent.key], kind="case-assigned", params=params, href=href, once_key=key)
    answer = filled.client("agent").get("/")
    assert [item.title for item in answer.context["told"]] == ["Case H-9 is yours now."]


def test_a_part_that_fails_leaves_the_others_standing(filled: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_asked: Any) -> list[Any]:
        raise RuntimeError("gone")

    monkeypatch.setattr(desk, "waiting_for", broken)
    quarantined()
    answer = filled.client("admin").get("/")
    assert answer.status_code == 200
    said = text(answer)
    assert "This part could not be read" in said
    assert "3 rows in quarantine" in said
    assert "gone" not in said


def test_targets_are_asked_for_beside_what_changed(filled: House) -> None:
    page = filled.client("admin").get("/").content.decode()
    assert 'hx-get="/kpis/targets/"' in page
    assert "What is off target" in page


def test_what_changed_in_what_customers_say_stands_beside_the_figures(filled: House) -> None:
    now = timezone.now()
    Signal.objects.create(
        key="s1",
        kind="theme-start",
        subject="Portal",
        since=now.date(),
        share_before=0.0,
        share_after=0.07,
        n=900,
        p=0.001,
        method="poisson_step",
        near_title="New portal",
        found_at=now,
        last_found_at=now,
    )
    said = text(filled.client("admin").get("/"))
    assert "Portal: customers begin to write about it" in said
    assert "near “New portal”" in said
    assert "Portal" not in text(filled.client("agent").get("/"))


def test_the_page_speaks_german(filled: House) -> None:
    quarantined()
    answer = filled.client("admin").get("/", HTTP_ACCEPT_LANGUAGE="de")
    said = text(answer)
    assert '<html lang="de"' in answer.content.decode()
    assert "Was sich geändert hat" in said
    assert "3 Zeilen in Quarantäne" in said
    for english in ("What changed", "Home", "Settings"):
        assert english not in said
