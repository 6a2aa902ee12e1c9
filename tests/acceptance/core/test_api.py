"""Ada's telephone system talks to heed: a token, a file, a figure with its interval, and calls told as they happen; by HTTP
on the running product.
"""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.acceptance.core.test_people import Browser, House, Mailbox, free_port

SETTLED = {
    "organisation": "Harbour Goods",
    "time_zone": "Europe/Berlin",
    "currency": "EUR",
    "languages": "de, en",
    "days": ["monday", "friday"],
    "opens": "09:00",
    "closes": "17:00",
    "name": "Ada Ray",
    "email": "ada@harbour.example",
    "password": "a-quiet-harbour-42",
}
MAPPING = {
    "columns": {"id": "text", "at": "text", "wait": "number", "who": "text"},
    "personal": ["who"],
    "targets": [
        {
            "table": "interactions",
            "key": ["id"],
            "columns": {
                "started_at": {"from": "at"},
                "customer_key": {"from": "who"},
                "wait_seconds": {"from": "wait", "least": 0},
                "answered": {"value": True},
            },
        }
    ],
}
FILE = "id,at,wait,who\n" + "".join(
    f"c{number},2026-03-{number % 28 + 1:02}T09:00:00Z,{number % 40},till:{number}\n" for number in range(60)
)
CALL = "heed.fact.interactions"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("api") / "home", Mailbox(), free_port())
    try:
        house.wait()
        yield house
    finally:
        house.process.terminate()
        house.process.wait(timeout=60)


class Caller:
    """Another system, with its token."""

    def __init__(self, address: str, secret: str) -> None:
        self.address, self.session = f"{address}/api/v1", requests.Session()
        self.session.headers["Authorization"] = f"Bearer {secret}"

    def __call__(self, method: str, path: str, **how: Any) -> tuple[int, Any]:
        answer = self.session.request(method, self.address + path, timeout=60, **how)
        kind = answer.headers["Content-Type"].partition(";")[0]
        assert kind == ("application/problem+json" if answer.status_code >= 400 else "application/json"), answer.text
        return answer.status_code, answer.json()


def token(house: House, *scopes: str) -> str:
    """A token made over the API in Ada's session, with the form token every page holds."""
    ada = Browser(house)
    ada.open(house.run("people", "link", "ada@harbour.example", "--json")[1]["link"])
    form = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', ada.open("/profile/").text)
    assert form is not None
    place, body = f"{house.address}/api/v1/tokens", {"name": "till", "scopes": list(scopes)}
    assert ada.session.post(place, json=body, timeout=60).json()["status"] == 403
    headers = {"X-CSRFToken": form.group(1), "Referer": place}
    answer = ada.session.post(place, json=body, headers=headers, timeout=60)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["secret"])


def call(number: int, wait: float) -> dict[str, Any]:
    row = {
        "interaction_id": f"live-{number}",
        "started_at": "2026-03-30T10:00:00+02:00",
        "customer_key": f"till:{number}",
        "answered": True,
        "wait_seconds": wait,
    }
    return {"specversion": "1.0", "id": str(number), "source": "/till", "type": CALL, "data": row}


def test_a_telephone_system_brings_its_calls_and_reads_the_figure(running: House) -> None:
    link = re.search(r"http\S+/first-run/[0-9a-f]+/", re.sub(r"\x1b\[[0-9;]*m", "", running.log.read_text()))
    assert link is not None
    assert Browser(running).send(link.group(), **SETTLED).status_code == 200
    till = Caller(running.address, token(running, "import", "see_figures", "propose", "approve"))

    # What the columns mean is agreed; then a year's file comes in, first to count and then for good.
    assert till("POST", "/definitions/mapping/calls/versions", json={"body": MAPPING})[0] == 201
    assert till("POST", "/definitions/mapping/calls/versions/1/approvals")[0] == 201
    assert till("POST", "/definitions/mapping/calls/versions/1/enactments", json={})[0] == 201
    file = {"file": ("calls.csv", FILE + "bad,yesterday,-1,till:0\n")}
    status, counted = till("POST", "/imports", files=file, data={"mapping": "calls", "dry_run": "true"})
    assert (status, counted["accepted"], counted["quarantined"], counted["id"]) == (200, 60, 1, None)
    status, told = till("POST", "/imports", files=file, data={"mapping": "calls"})
    assert (status, told["read"], told["accepted"], told["quarantined"]) == (201, 61, 60, 1)
    status, rows = till("GET", "/quarantined-rows?mapping=calls")
    assert [row["values"]["id"] for row in rows["items"]] == ["bad"]

    # The figure says how sure it is.
    status, shown = till("GET", "/kpis/asa/figure")
    (row,) = shown["rows"]
    assert (status, shown["unit"], shown["level"], row["n"], row["suppressed"]) == (200, "seconds", 0.95, 60, False)
    assert row["value"] == pytest.approx(sum(number % 40 for number in range(60)) / 60)
    assert row["low"] < row["value"] < row["high"]

    # Calls told as they happen count once, however often the call is repeated.
    batch = [call(1, 100.0), call(2, 200.0)]
    how: dict[str, Any] = {
        "headers": {"Idempotency-Key": "evening", "Content-Type": "application/cloudevents-batch+json"}
    }
    for _ in range(2):
        answer = till("POST", "/events", data=json.dumps(batch), **how)
        assert answer == (202, {"accepted": 2, "unchanged": 0})
    end = time.monotonic() + 180
    while row["n"] == 60 and time.monotonic() < end:
        time.sleep(0.5)
        (row,) = till("GET", "/kpis/asa/figure")[1]["rows"]
    assert row["n"] == 62
    assert row["value"] == pytest.approx((sum(number % 40 for number in range(60)) + 300) / 62)

    # What is wrong is said, by field, and nothing of it stays.
    status, problem = till("POST", "/events", data=json.dumps([call(3, 1.0), call(4, -1e999)]), **how)
    assert (status, problem["status"], problem["code"]) == (422, 422, "invalid_json")
    how["headers"]["Idempotency-Key"] = "later"
    wrong = call(4, 1.0)
    wrong["data"]["wait_secs"] = 3
    status, problem = till("POST", "/events", data=json.dumps([call(3, 1.0), wrong]), **how)
    assert (status, problem["code"]) == (422, "invalid_fact")
    assert "wait_secs" in problem["title"]
    assert "wait_seconds" in problem["hint"]
    assert till("GET", "/kpis/asa/figure?by=teem")[1]["code"] == "unknown_column"
    assert till("GET", "/journal")[0] == 403
    assert till("GET", "/nothing")[1]["code"] == "not_found"
    assert till("GET", "/kpis/asa/figure")[1]["rows"][0]["n"] == 62
