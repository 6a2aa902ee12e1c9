"""Search: groups within what a person may see, words marked, a part that fails alone."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from heed.core.access.actions.roles import give_role
from heed.core.access.rules import COMMAND_LINE
from heed.core.people.actions import make_person
from heed.desks import search
from heed.desks.search import has_all, marked, words_of
from heed.feedback.verbatims.queries.reading import Hit
from heed.goals.kpis.actions import ensure_catalogue
from heed.service.cases.models import Case
from heed.service.customers.models import Customer
from tests.core.conftest import House, build

FRAGMENT = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def house(db: None) -> House:
    cache.clear()
    built = build()
    ensure_catalogue()
    for region, name in (("north", "Nora <b>Lind</b>"), ("south", "Sol Lind")):
        Customer.objects.create(
            key=f"c_{region}1",
            system="crm",
            external_id=region,
            name=name,
            email=f"{region}@example.org",
            region=region,
        )
    for number, (team, region) in enumerate((("north-phone", "north"), ("south-phone", "south"))):
        Case.objects.create(
            key=f"k{number}",
            number=f"H-{number + 1}",
            title=f"The Lind parcel of {team}",
            team=team,
            region=region,
            opened_at=timezone.now(),
            fact_at=timezone.now(),
            clock_started_at=timezone.now(),
        )
    return built


def titles(answer: Any) -> list[str]:
    found = re.findall(r'<a class="title" href="[^"]*">(.*?)</a>', answer.content.decode())
    return [re.sub(r"<[^>]+>", "", title) for title in found]


def test_words_are_marked_and_nothing_else_becomes_markup() -> None:
    assert marked("Nora <b>Lind</b>", "lind NORA") == "<mark>Nora</mark> &lt;b&gt;<mark>Lind</mark>&lt;/b&gt;"
    assert marked("a.b", ".") == "a<mark>.</mark>b"
    assert marked("<i>", "") == "&lt;i&gt;"
    assert words_of("  Late late PARCEL ") == ["late", "parcel"]
    assert has_all("net score", "Net Promoter Score (NPS)")
    assert not has_all("net effort", "Net Promoter Score (NPS)")


def test_each_group_is_a_fragment_of_its_own(house: House) -> None:
    page = house.client("admin").get("/search/?q=lind").content.decode()
    asked = re.findall(r'hx-get="([^"]+)"', page)
    assert "/search/cases/?q=lind" in asked
    assert "/search/customers/?q=lind" in asked
    assert page.count("<noscript>") >= len(asked)
    assert 'value="lind"' in page


def test_what_is_found_is_what_a_person_may_see(house: House) -> None:
    admin, agent = house.client("admin"), house.client("agent")
    assert len(titles(admin.get("/search/cases/?q=lind", **FRAGMENT))) == 2
    assert titles(agent.get("/search/cases/?q=lind", **FRAGMENT)) == ["H-1 The Lind parcel of north-phone"]
    assert titles(agent.get("/search/customers/?q=lind", **FRAGMENT)) == ["Nora &lt;b&gt;Lind&lt;/b&gt;"]
    assert "<mark>Lind</mark>" in agent.get("/search/customers/?q=lind", **FRAGMENT).content.decode()


def test_who_may_see_no_customer_has_no_such_group(house: House) -> None:
    with transaction.atomic():
        auditor = make_person(email="au@harbour.example", name="Au", password="a-quiet-harbour-42")
        give_role(COMMAND_LINE, auditor.key, "organisation", "auditor")
    house.agent = auditor
    client = house.client("agent")
    assert "/search/customers/" not in client.get("/search/?q=lind").content.decode()
    assert client.get("/search/customers/?q=lind", **FRAGMENT).status_code == 404
    assert client.get("/search/hits.json?q=lind").json() == {"places": []}


def test_kpis_definitions_and_people_are_found_by_name(house: House) -> None:
    client = house.client("admin")
    found = titles(client.get("/search/kpis/?q=promoter", **FRAGMENT))
    assert found == ["Employee net promoter score (eNPS)", "Net Promoter Score (NPS)"]
    assert "Customer effort (CES)" in titles(client.get("/search/definitions/?q=kpi%20effort", **FRAGMENT))
    assert titles(client.get("/search/people/?q=sam%20agent", **FRAGMENT)) == ["Sam Agent"]


def test_names_are_found_in_the_readers_language_and_in_english(house: House) -> None:
    client = house.client("admin")
    for said in ("Kundenzufriedenheit", "customer satisfaction"):
        answer = client.get("/search/kpis/", {"q": said}, HTTP_ACCEPT_LANGUAGE="de", **FRAGMENT)
        assert titles(answer) == ["Kundenzufriedenheit (CSAT)"]


def test_a_part_that_fails_says_so_and_leaves_the_rest_standing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_asked: Any) -> list[Any]:
        raise RuntimeError("the index is gone")

    groups = tuple(
        search.Group(group.key, group.title, group.permission, broken) if group.key == "cases" else group
        for group in search.GROUPS
    )
    monkeypatch.setattr(search, "GROUPS", groups)
    client = house.client("admin")
    assert client.get("/search/?q=lind").status_code == 200
    answer = client.get("/search/cases/?q=lind", **FRAGMENT)
    assert answer.status_code == 503
    said = answer.content.decode()
    assert "could not be searched" in said
    assert "the index is gone" not in said
    assert [place["title"] for place in client.get("/search/hits.json?q=sol%20lind").json()["places"]] == ["Sol Lind"]


def test_what_customers_said_leads_to_the_verbatim(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    hit = Hit("v 1&2", timezone.now(), "The parcel of [NAME] came late", "negative", ("Delivery",))
    monkeypatch.setattr(search, "search_verbatims", lambda said, scope, limit: [hit])
    page = house.client("admin").get("/search/verbatims/?q=parcel", **FRAGMENT).content.decode()
    assert 'href="/verbatims/verbatim/?key=v+1%262"' in page
    assert "The <mark>parcel</mark> of [NAME] came late" in page


def test_too_few_letters_and_odd_ones_ask_nothing(house: House) -> None:
    client = house.client("admin")
    assert "Two letters at least" in client.get("/search/?q=l").content.decode()
    assert client.get("/search/hits.json?q=l").json() == {"places": []}
    for odd in ("%00%00", "'; --", "%25%25", "a" * 5000):
        for key in ("cases", "customers", "verbatims", "kpis", "definitions", "people"):
            assert client.get(f"/search/{key}/?q={odd}").status_code == 200
    assert client.get("/search/nothing/?q=lind").status_code == 404


def test_without_a_script_a_group_is_a_page(house: House) -> None:
    page = house.client("admin").get("/search/cases/?q=lind").content.decode()
    assert page.count("<h1") == 1
    assert 'href="/search/?q=lind"' in page


def test_nobody_searches_without_signing_in(db: None, client: Any) -> None:
    for path in ("/search/?q=lind", "/search/cases/?q=lind", "/search/hits.json?q=lind"):
        assert client.get(path).status_code == 302
