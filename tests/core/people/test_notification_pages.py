"""The bell, the page of notifications, what one chooses in the profile, and the same over the API."""

from typing import Any

import pytest
from django.db import transaction

from heed.core.people.actions import notify
from heed.core.people.models import Notification, Person
from heed.core.people.rules import NOTICES, notice
from tests.core.conftest import House


@pytest.fixture(autouse=True)
def kind() -> Any:
    notice("test-page", "Case %(number)s is yours.")
    yield
    NOTICES.pop("test-page", None)


def tell(person: Person, *numbers: int) -> None:
    for number in numbers:
        with transaction.atomic():
            given = {"params": {"number": number}, "href": f"/profile/?case={number}", "once_key": f"case:{number}"}
            notify([person.key], kind="test-page", **given)  # type: ignore[arg-type]


def page(house: House, who: str = "agent", query: str = "") -> str:
    return house.client(who).get(f"/notifications/{query}").content.decode()


def test_the_bell_of_every_page_counts_what_is_unread(house: House) -> None:
    assert 'aria-label="Notifications: 0 unread"' in house.client("agent").get("/profile/").content.decode()
    tell(house.agent, 1, 2)
    shown = house.client("agent").get("/profile/").content.decode()
    assert shown.count('aria-label="Notifications: 2 unread"') == 2
    assert 'id="bell" data-live="/notifications/bell/"' in shown
    part = house.client("agent").get("/notifications/bell/").content.decode()
    assert 'id="bell"' in part
    assert 'id="bell-top"' in part
    assert "<main" not in part


def test_one_is_opened_and_read_with_that(house: House) -> None:
    tell(house.agent, 1)
    assert "Case 1 is yours." in page(house)
    number = Notification.objects.get().pk
    assert house.client("admin").get(f"/notifications/{number}/").status_code == 404
    looked = house.client("agent").get(f"/notifications/{number}/", headers={"sec-purpose": "prefetch"})
    assert looked.status_code == 302
    assert Notification.objects.get().read_at is None
    assert house.client("agent").get(f"/notifications/{number}/").headers["location"] == "/profile/?case=1"
    assert Notification.objects.get().read_at is not None
    assert "All read" in page(house, query="?show=unread")


def test_one_or_all_are_marked_as_read(house: House) -> None:
    tell(house.agent, 1, 2, 3)
    client = house.client("agent")
    newest = Notification.objects.order_by("-id")[0].pk
    assert client.post(f"/notifications/{newest}/read/", {"show": "unread"}).headers["location"].endswith("unread")
    assert Notification.objects.filter(read_at=None).count() == 2
    tell(house.agent, 4)
    client.post("/notifications/read/", {"up_to": newest})
    assert list(Notification.objects.filter(read_at=None).values_list("params", flat=True)) == [{"number": 4}]
    client.post("/notifications/read/", {"up_to": ""})
    assert not Notification.objects.filter(read_at=None).exists()
    assert house.client("admin").post(f"/notifications/{newest}/read/").status_code == 404


def test_many_are_shown_page_by_page(house: House) -> None:
    tell(house.agent, *range(1, 56))
    first = page(house)
    assert "Case 55 is yours." in first
    assert "Case 5 is yours." not in first
    oldest = Notification.objects.order_by("-id")[49].pk
    assert f"?before={oldest}" in first
    assert "Case 5 is yours." in page(house, query=f"?before={oldest}")


def test_an_empty_page_says_what_comes_here(house: House) -> None:
    assert "Nothing yet" in page(house)
    assert "Nothing yet" in page(house, query="?before=abc")


def test_what_one_is_told_of_is_chosen_in_the_profile(house: House) -> None:
    client = house.client("agent")
    assert "On the page only" in client.get("/profile/").content.decode()
    given = {"name": "Sam", "language": "", "time_zone": "", "notified_by": "none"}
    assert client.post("/profile/", given).status_code == 302
    tell(house.agent, 1)
    assert not Notification.objects.exists()
    assert client.post("/profile/", {**given, "notified_by": "pigeon"}).status_code == 422


def test_the_api_tells_and_marks(house: House) -> None:
    tell(house.agent, 1, 2, 3)
    client = house.client("agent")
    found = client.get("/api/v1/notifications?limit=2").json()
    assert [item["text"] for item in found["items"]] == ["Case 3 is yours.", "Case 2 is yours."]
    assert found["unread"] == 3
    rest = client.get(f"/api/v1/notifications?cursor={found['next']}").json()
    assert [item["params"] for item in rest["items"]] == [{"number": 1}]
    assert rest["next"] is None
    number = rest["items"][0]["id"]
    assert client.post(f"/api/v1/notifications/{number}/reading").json()["read_at"]
    assert house.client("admin").post(f"/api/v1/notifications/{number}/reading").status_code == 404
    assert client.get("/api/v1/notifications?unread=true").json()["unread"] == 2
    up_to = {"up_to": found["items"][1]["id"]}
    assert client.post("/api/v1/notifications/readings", up_to, content_type="application/json").json() == {"read": 1}
    assert client.get("/api/v1/notifications?unread=true").json()["unread"] == 1


def test_who_is_not_signed_in_is_told_nothing(client: Any, db: None) -> None:
    assert client.get("/notifications/").status_code == 302
    assert client.get("/api/v1/notifications").status_code == 401
