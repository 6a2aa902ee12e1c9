"""Connections on their pages and over the API: who may, what is shown once, what is refused."""

import html
import re
from typing import Any

from django.utils import timezone

from heed.feedback.routing.models import Connection, Delivery
from tests.channels.far import answer, far, says
from tests.core.conftest import House

NOWHERE = "http://127.0.0.1:9/hook"


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


def made(house: House, url: str = NOWHERE, **more: Any) -> Connection:
    given = {"name": "CRM", "url": url, **more}
    assert house.client("admin").post("/connections/new/", given).status_code == 302
    return Connection.objects.get()


def test_a_system_is_connected_and_its_secret_is_shown_once(house: House) -> None:
    client = house.client("admin")
    assert "No system is connected" in text(client.get("/connections/"))
    response = client.post("/connections/new/", {"name": "CRM", "url": NOWHERE, "events": ["case-opened"]})
    row = Connection.objects.get()
    assert response.headers["location"] == f"/connections/{row.key}/"
    first = text(client.get(response.headers["location"]))
    assert len(re.findall(r"whsec_[A-Za-z0-9+/=]{44}", first)) == 1
    assert "whsec_" not in text(client.get(response.headers["location"]))
    assert row.events == ["case-opened"]
    assert "CRM" in text(client.get("/connections/"))


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(house: House) -> None:
    client = house.client("admin")
    response = client.post("/connections/new/", {"name": "CRM", "url": "https://10.0.0.1/x"})
    assert response.status_code == 422
    shown = text(response)
    assert "lies in a network that heed may not reach" in shown
    assert 'value="https://10.0.0.1/x"' in shown
    assert client.post("/connections/new/", {"name": "", "url": ""}).status_code == 422
    assert client.post("/connections/new/", {"name": "x", "url": NOWHERE, "events": ["nope"]}).status_code == 422
    assert not Connection.objects.exists()


def test_a_test_message_says_what_came_back(house: House) -> None:
    with far(says(answer("503 Service Unavailable", b"closed <b>today</b>"))) as server:
        row = made(house, server.address)
        client = house.client("admin")
        shown = client.post(f"/connections/{row.key}/test/", follow=True).content.decode()
        assert "The message was not taken: HTTP 503" in html.unescape(shown)
        assert "closed &lt;b&gt;today&lt;/b&gt;" in shown
    with far(says(answer())) as server:
        assert (
            client.post(f"/connections/{row.key}/change/", {"name": "CRM 2", "url": server.address}).status_code == 302
        )
        assert "The message was taken: HTTP 200" in text(client.post(f"/connections/{row.key}/test/", follow=True))


def test_what_was_given_up_is_listed_and_sent_again(house: House) -> None:
    row, client = made(house), house.client("admin")
    for number in (1, 2):
        Delivery.objects.create(
            connection=row,
            entry=number,
            event="case-opened",
            state="dead",
            made_at=timezone.now(),
            last_error="HTTP 500",
        )
    shown = text(client.get(f"/connections/{row.key}/?show=dead"))
    assert shown.count("given up") >= 2
    one = Delivery.objects.order_by("id")[0]
    client.post(f"/connections/{row.key}/replay/", {"delivery": one.key})
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["dead", "pending"]
    assert "1 message is sent again." in text(client.post(f"/connections/{row.key}/replay/", follow=True))
    assert "Nothing was given up" in text(client.get(f"/connections/{row.key}/?show=dead"))
    assert text(client.get(f"/connections/{row.key}/?show=waiting")).count(">waiting<") == 2


def test_pausing_going_on_a_new_secret_and_removing(house: House) -> None:
    row, client = made(house), house.client("admin")
    here = f"/connections/{row.key}/"
    client.get(here)
    assert "Paused: nothing is sent" in text(client.post(f"{here}pause/", follow=True))
    assert "Paused: nothing is sent" not in text(client.post(f"{here}resume/", follow=True))
    shown = text(client.post(f"{here}secret/", follow=True))
    assert "whsec_" in shown
    assert "The former secret holds" in shown
    assert "Removed." in text(client.post(f"{here}remove/", follow=True))
    assert client.get(here).status_code == 404


def test_others_do_not_see_connections(house: House) -> None:
    row = made(house)
    for who in ("agent", "north_admin"):
        client = house.client(who)
        assert client.get("/connections/").status_code == 403
        assert client.get(f"/connections/{row.key}/").status_code == 403
        for verb in ("test", "pause", "resume", "secret", "remove", "replay"):
            assert client.post(f"/connections/{row.key}/{verb}/").status_code == 403
        assert client.get("/api/v1/connections").status_code == 403
        assert client.get("/api/v1/deliveries").status_code == 403
        assert client.post(f"/api/v1/connections/{row.key}/tests").status_code == 403
    assert Connection.objects.filter(removed_at=None, paused_at=None, secret_version=1).count() == 1


def call(house: House, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    send = getattr(house.client("admin"), method)
    how = {} if body is None else {"data": body, "content_type": "application/json"}
    answered = send(f"/api/v1{path}", **how)
    return answered.status_code, answered.json() if answered.content else None


def test_the_api_does_all_of_it(house: House) -> None:
    status, new = call(house, "post", "/connections", {"name": "CRM", "url": NOWHERE, "events": ["case-opened"]})
    key = new["connection"]["key"]
    assert (status, new["secret"][:6], new["connection"]["state"]) == (201, "whsec_", "active")
    assert "secret" not in call(house, "get", f"/connections/{key}")[1]
    assert call(house, "patch", f"/connections/{key}", {"events": []})[1]["events"] == []
    status, rotated = call(house, "post", f"/connections/{key}/secrets")
    assert (status, rotated["secret"] != new["secret"]) == (201, True)
    assert rotated["former_until"]
    assert call(house, "post", f"/connections/{key}/pause")[1]["state"] == "paused"
    assert call(house, "delete", f"/connections/{key}/pause")[1]["state"] == "active"
    status, tried = call(house, "post", f"/connections/{key}/tests")
    assert (status, tried["status"], tried["error"][:11]) == (201, None, "call_unreac")
    assert call(house, "get", f"/deliveries/{tried['key']}")[1]["event"] == "connection-tested"
    row = Connection.objects.get()
    for number in range(1, 4):
        Delivery.objects.create(connection=row, entry=number, event="x", state="dead", made_at=timezone.now())
    status, page = call(house, "get", f"/deliveries?connection={key}&state=dead&limit=2")
    assert ([item["entry"] for item in page["items"]], page["next"] is not None) == ([3, 2], True)
    rest = call(house, "get", f"/deliveries?connection={key}&state=dead&cursor={page['next']}")[1]
    assert [item["entry"] for item in rest["items"]] == [1]
    assert call(house, "post", f"/connections/{key}/replays", {"deliveries": [page["items"][0]["key"]]})[1] == {
        "count": 1
    }
    assert call(house, "post", f"/connections/{key}/replays", {})[1] == {"count": 2}
    assert call(house, "get", "/connections?limit=1")[1]["items"][0]["pending"] == 3
    assert call(house, "delete", f"/connections/{key}") == (204, None)
    assert call(house, "get", f"/connections/{key}")[0] == 404


def test_the_api_says_what_is_wrong(house: House) -> None:
    status, problem = call(house, "post", "/connections", {"name": "CRM", "url": "http://192.168.0.1/"})
    assert (status, problem["code"]) == (422, "address_refused")
    status, problem = call(house, "post", "/connections", {"name": "x", "url": NOWHERE, "events": ["case-opend"]})
    assert (status, problem["code"]) == (422, "unknown_event")
    assert "case-opened" in problem["hint"]
    assert call(house, "post", "/connections", {"name": "x", "url": NOWHERE, "secret": "mine"})[0] == 422
    assert call(house, "get", "/deliveries/msg_nothing")[0] == 404
