"""Escalations as pages and over the API: what each may see and do."""

import re
from typing import Any

import pytest

from tests.core.conftest import build
from tests.goals.escalation.duty import Duty
from tests.service.cases.conftest import Watch, watch

__all__ = ["watch"]


@pytest.fixture
def duty(db: None, watch: Watch) -> Duty:
    return Duty(build(), watch)


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def client(duty: Duty, who: str) -> Any:
    from django.test import Client

    found = Client()
    found.force_login(duty.desk.people[who], backend="allauth.account.auth_backends.AuthenticationBackend")
    return found


def test_the_lead_sees_acknowledges_hands_up_and_stands_down(duty: Duty) -> None:
    rows = [duty.brought("high", number) for number in (1, 2, 3)]
    lead = client(duty, "lead")
    page = lead.get("/escalations/")
    assert page.status_code == 200
    assert rows[0].case_number in text(page)
    assert "Acknowledge" in text(page)
    deferred = text(lead.get("/escalations/?tab=deferred"))
    assert rows[2].case_number in deferred
    assert "Nothing here is lost" in deferred
    place = f"/escalations/{rows[0].key}/"
    assert lead.post(f"{place}acknowledgement/").status_code == 302
    assert "Say why it is handed up." in text(lead.post(f"{place}hand-up/", {"words": " "}))
    assert lead.post(f"{place}hand-up/", {"words": "Needs money."}).status_code == 302
    assert "Needs money." in text(lead.get(place))
    assert lead.post(f"{place}stand-down/", {"words": "Put right."}).status_code == 302
    assert "Put right." in text(client(duty, "admin").get(place))
    assert lead.post(f"{place}no-such-verb/").status_code == 404


def test_who_is_elsewhere_does_not_know_of_it(duty: Duty) -> None:
    row = duty.brought("high", 1)
    south = client(duty, "south_lead")
    assert row.case_number not in text(south.get("/escalations/?tab=open"))
    assert south.get(f"/escalations/{row.key}/").status_code == 404
    assert south.post(f"/escalations/{row.key}/acknowledgement/").status_code == 404
    assert south.get(f"/api/v1/escalations/{row.key}").status_code == 404


def test_the_rota_shows_turns_and_loads_and_lets_somebody_stand_in(duty: Duty) -> None:
    duty.brought("urgent", 1)
    admin = client(duty, "admin")
    page = text(admin.get("/escalations/rota/"))
    assert "Sam Second" in page
    assert "Given today" in page
    typed = {"level": "service/senior", "person": duty.desk.key("second"), "substitute": duty.desk.key("agent")}
    days = {"since": "2026-05-05", "until": "2026-05-06"}
    assert admin.post("/escalations/rota/", {**typed, **days}).status_code == 302
    assert "stands in" in text(admin.get("/escalations/rota/"))
    refused = admin.post("/escalations/rota/", {**typed, "since": "soon"})
    assert (refused.status_code, "Look at the days" in text(refused) or "A swap lasts" in text(refused)) == (422, True)
    assert client(duty, "agent").post("/escalations/rota/", {**typed, **days}).status_code in (403, 422)


def test_all_of_it_over_the_api(duty: Duty) -> None:
    rows = [duty.brought("high", number) for number in (1, 2, 3)]
    lead = client(duty, "lead")
    first = lead.get("/api/v1/escalations?limit=1").json()
    assert first["items"][0]["key"] == rows[1].key
    (other,) = lead.get(f"/api/v1/escalations?limit=1&cursor={first['next']}").json()["items"]
    assert (other["key"], other["state"], other["level"]) == (rows[0].key, "given", "lead")
    made = lead.post(f"/api/v1/escalations/{rows[0].key}/acknowledgement")
    assert (made.status_code, made.json()["state"]) == (201, "acknowledged")
    again = client(duty, "admin").post(f"/api/v1/escalations/{rows[0].key}/acknowledgement")
    assert (again.status_code, again.json()["code"]) == (409, "too_late")
    steps = lead.get(f"/api/v1/escalations/{rows[0].key}/steps").json()["items"]
    assert [step["verb"] for step in steps] == ["acknowledged", "given"]
    rotas = lead.get("/api/v1/escalation-rotas").json()["items"]
    assert [len(each["turns"]) for each in rotas] == [0, 14, 0]
    swap = {"protocol": "service", "level": "senior", "person": duty.desk.key("second"), "since": "9999-01-01"}
    bad = client(duty, "admin").post(
        "/api/v1/escalation-rotas/swaps", {**swap, "substitute": duty.desk.key("agent"), "until": "9999-01-01"},
        content_type="application/json",
    )  # fmt: skip
    assert 400 <= bad.status_code < 500


def test_without_facts_nobody_carries_a_load(duty: Duty) -> None:
    assert "No past escalations in the facts" in text(client(duty, "admin").get("/escalations/load/"))
    assert client(duty, "admin").get("/api/v1/escalation-load").json()["items"] == []
