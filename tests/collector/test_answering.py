"""Answering at the front alone: no page worker runs and no worker carries anything on."""

import resource
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.collector.fronts import Front, fields_of


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    made = Front(tmp_path_factory.mktemp("answering") / "home")
    made.python("told = 0")
    with made.serving():
        yield made


def test_a_customer_answers_in_two_steps_and_is_thanked(front: Front) -> None:
    (token,) = front.invited()
    status, headers, page = front.ask(path=f"/a/{token}")
    assert status == 200
    assert "Recommend us?" in page
    assert "What went wrong?" not in page
    assert (headers["Cache-Control"], headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    assert "unsafe" not in headers["Content-Security-Policy"]

    before = front.kept()
    fields = fields_of(page)
    status, headers, _ = front.post(token, **fields, q_nps="2", q_why="Nobody called back", move="next")
    assert (status, front.kept()["responses"]) == (303, before["responses"] + 1)
    status, _, page = front.ask(path=headers["Location"])
    assert "What went wrong?" in page

    status, headers, _ = front.post(token, **fields_of(page), q_sorry="Two visits", move="next")
    assert status == 303
    status, _, page = front.ask(path=headers["Location"])
    assert status == 200
    assert "Thank you" in page
    after = front.kept()
    assert after["complete"] == after["told"] == before["complete"] + 1
    assert after["words"][-2:] == ["Nobody called back", "Two visits"]


def test_the_same_post_again_changes_nothing(front: Front) -> None:
    (token,) = front.invited()
    fields = fields_of(front.ask(path=f"/a/{token}")[2])
    first = front.post(token, **fields, q_nps="9", move="next")
    before = front.kept()
    again = front.post(token, **fields, q_nps="9", move="next")
    assert (first[0], first[1]["Location"]) == (again[0], again[1]["Location"])
    assert front.kept() == before
    other = front.post(token, **{**fields, "nonce": "another"}, q_nps="1", move="next")
    assert "thanks" not in other[1]["Location"]
    assert "already" in front.ask(path=other[1]["Location"])[2]
    assert front.kept() == before


def test_what_is_wrong_is_said_and_what_was_typed_is_there(front: Front) -> None:
    (token,) = front.invited()
    fields = fields_of(front.ask(path=f"/a/{token}")[2])
    status, _, page = front.post(token, **fields, q_nps="", q_why="<b>My words</b>", move="next")
    assert status == 422
    assert "&lt;b&gt;My words&lt;/b&gt;" in page
    assert 'role="alert"' in page


def test_another_language_keeps_what_was_chosen(front: Front) -> None:
    (token,) = front.invited()
    fields = fields_of(front.ask(path=f"/a/{token}")[2])
    status, headers, _ = front.post(token, **fields, q_nps="7", move="language:de")
    assert status == 303
    page = front.ask(path=headers["Location"])[2]
    assert "Weiterempfehlen?" in page
    assert 'value="7" id="q_nps-7" checked' in page


def test_a_score_in_the_address_is_chosen_and_not_kept(front: Front) -> None:
    (token,) = front.invited()
    before = front.kept()
    assert 'value="4" id="q_nps-4" checked' in front.ask(path=f"/a/{token}?q_nps=4")[2]
    assert front.kept() == before


def test_links_that_lead_nowhere_say_so(front: Front) -> None:
    assert front.ask(path="/a/not-a-link")[0] == 404
    assert front.ask(path="/a/..%2f..%2fetc")[0] == 404
    assert front.ask(path=front.post("0" * 40, q_nps="1")[1]["Location"])[0] == 404
    assert front.ask("DELETE", "/a/0000000000")[0] == 405


def test_what_is_no_form_is_refused(front: Front) -> None:
    (token,) = front.invited()
    assert front.ask("POST", f"/a/{token}", b"{}", Content_Type="application/json")[0] == 415
    form = "application/x-www-form-urlencoded"
    assert front.ask("POST", f"/a/{token}", b"q_why=" + b"x" * 2_000_000, Content_Type=form)[0] == 413
    assert front.ask("POST", f"/a/{token}", b"&".join([b"q_why=x"] * 5_000), Content_Type=form)[0] == 413
    assert front.ask("POST", f"/a/{token}", b"q_nps=%00%ff&%ff=%ff&step=99&move=%00", Content_Type=form)[0] in (
        303,
        422,
    )


def test_its_style_comes_from_the_front_as_well(front: Front) -> None:
    page = front.ask(path=f"/a/{front.invited()[0]}")[2]
    style = page.split('rel="stylesheet" href="')[1].split('"')[0]
    status, headers, text = front.ask(path=style, Accept_Encoding="identity")
    assert (status, headers["Content-Type"].partition(";")[0]) == (200, "text/css")
    assert len(text) > 1000
    assert "immutable" in headers["Cache-Control"]
    assert front.ask(path="/static/../secret_key")[0] in (404, 503)


def test_everything_else_says_that_it_is_starting(front: Front) -> None:
    status, headers, page = front.ask(path="/kpis/", Accept_Language="de")
    assert (status, headers["Retry-After"], headers["Content-Language"]) == (503, "3", "de")
    assert '<html lang="de"' in page
    assert 'http-equiv="refresh"' in page
    status, headers, body = front.ask(path="/api/v1/kpis")
    assert (status, headers["Content-Type"]) == (503, "application/problem+json")
    assert '"code": "starting"' in body
    assert front.ask(path="/readyz")[0] == 503


def test_a_full_disk_gives_the_form_back_filled_and_takes_it_later_once(front: Front) -> None:
    (token,) = front.invited()
    fields = fields_of(front.ask(path=f"/a/{token}")[2])
    before = front.kept()
    answer = {"q_nps": "8", "q_why": "Is there room?", "move": "next"}
    front.may_write(1)
    try:
        status, headers, page = front.post(token, **fields, **answer)
    finally:
        front.may_write(resource.RLIM_INFINITY)
    assert (status, bool(headers["Retry-After"])) == (503, True)
    assert "Is there room?" in page
    assert 'value="8" id="q_nps-8" checked' in page
    assert fields_of(page)["nonce"] == fields["nonce"]
    assert front.kept() == before
    status, headers, _ = front.post(token, **fields_of(page), **answer)
    assert status == 303
    assert "Thank you" in front.ask(path=headers["Location"])[2]
    after = front.kept()
    assert after["complete"] == before["complete"] + 1
    assert after["words"].count("Is there room?") == 1


@pytest.mark.prove
def test_a_busy_store_gives_the_form_back_filled_and_takes_it_later_once(front: Front) -> None:
    """Somebody else holds the store for longer than a customer waits."""
    (token,) = front.invited()
    fields = fields_of(front.ask(path=f"/a/{token}")[2])
    before = front.kept()
    holder = sqlite3.connect(front.home / "heed.db", isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    freed = threading.Timer(12, lambda: holder.execute("ROLLBACK"))
    freed.start()
    try:
        status, headers, page = front.post(token, **fields, q_nps="8", q_why="Still here?", move="next")
    finally:
        freed.join()
        holder.close()
    assert status == 503
    assert headers["Retry-After"]
    assert "Still here?" in page
    assert 'value="8" id="q_nps-8" checked' in page
    assert fields_of(page)["nonce"] == fields["nonce"]
    status, headers, _ = front.post(token, **fields_of(page), q_nps="8", q_why="Still here?", move="next")
    assert status == 303
    assert "Thank you" in front.ask(path=headers["Location"])[2]
    after = front.kept()
    assert after["complete"] == before["complete"] + 1
    assert after["words"].count("Still here?") == 1


SITE = "https://shop.example"


@pytest.fixture(scope="module")
def links(front: Front) -> dict[str, str]:
    """Addresses that many may use: an open one, a small one, a kiosk, and a widget."""
    wishes: tuple[dict[str, Any], ...] = (
        {},
        {"most_a_minute": 2},
        {"sort": "kiosk", "reset_seconds": 45},
        {"sort": "widget", "sites": [SITE]},
    )
    return dict(zip(("open", "small", "kiosk", "widget"), front.linked(*wishes), strict=True))


def test_many_answer_at_an_open_link_with_no_worker_there(front: Front, links: dict[str, str]) -> None:
    there = f"/o/{links['open']}"
    before = front.kept()
    assert front.ask("HEAD", there)[::2] == (200, "")
    status, headers, page = front.ask(path=there, Accept_Language="de-AT")
    assert (status, "Weiterempfehlen?" in page, headers["Set-Cookie"]) == (200, True, None)
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert front.kept() == before
    fields = fields_of(front.ask(path=there)[2])
    wrong = front.send(there, **fields, q_why="Half.")
    assert (wrong[0], "Half." in wrong[2], front.kept() == before) == (422, True, True)
    moved = front.send(there, **fields, q_nps="2", q_why="Slow", move="language:de")
    assert (moved[0], 'value="2" id="q_nps-2" checked' in moved[2], front.kept() == before) == (200, True, True)

    places = {front.send(there, **fields, q_nps="2", q_why="Slow", move="next")[1]["Location"] for _ in range(2)}
    assert (len(places), front.kept()["responses"]) == (1, before["responses"] + 1)
    (onward,) = places
    assert onward.startswith(f"{there}/")
    page = front.ask(path=onward)[2]
    assert "What went wrong?" in page
    here, last = onward.partition("?")[0], {**fields_of(page), "q_sorry": "The lift", "move": "next"}
    thanked = {front.send(here, **last)[1]["Location"] for _ in range(2)}
    assert "Thank you" in front.ask(path=thanked.pop())[2]
    after = front.kept()
    assert (after["complete"], after["told"]) == (before["complete"] + 1, before["told"] + 1)
    assert after["words"][-2:] == ["Slow", "The lift"]


def test_a_link_takes_no_more_than_its_limit_and_gives_the_words_back(front: Front, links: dict[str, str]) -> None:
    there = f"/o/{links['small']}"
    assert [front.send(there, q_nps="9", nonce="")[0] for _ in range(2)] == [303, 303]
    status, headers, page = front.send(there, q_nps="4", q_why="I wait.")
    assert (status, headers["Retry-After"], "I wait." in page) == (429, "60", True)
    assert "too many answers" in page
    # Who is refused takes nobody else down.
    assert front.send(f"/o/{links['open']}", q_nps="9")[0] == 303


def test_a_kiosk_and_a_widget_are_served_without_the_workers(front: Front, links: dict[str, str]) -> None:
    page = front.ask(path=f"/o/{links['kiosk']}")[2]
    assert 'data-seconds="45"' in page and 'id="idle"' in page
    script = page.split('src="')[1].split('"')[0]
    assert front.ask(path=script)[0] == 200
    status, headers, body = front.ask(path=f"/w/{links['widget']}.js")
    assert (status, headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
    assert (headers["Cross-Origin-Resource-Policy"], headers["Cache-Control"]) == (
        "cross-origin",
        "public, max-age=300",
    )
    assert f"/o/{links['widget']}" in body
    headers = front.ask(path=f"/o/{links['widget']}")[1]
    assert f"frame-ancestors {SITE}" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] is None
    assert front.ask(path="/w/000000000000.js")[0] == 404


def test_open_links_that_lead_nowhere_and_what_is_no_form_are_refused(front: Front, links: dict[str, str]) -> None:
    there = f"/o/{links['open']}"
    for path in ("/o/0000000000", "/o/..%2f..%2fetc", "/o/", f"{there}/0000000000", f"{there}/a/b"):
        assert front.ask(path=path)[0] == 404, path
    assert front.ask(path=front.send(f"{there}/{'0' * 40}", q_nps="1")[1]["Location"])[0] == 404
    assert front.send("/o/0000000000", q_nps="1")[0] == 404
    assert front.ask("DELETE", there)[0] == 405
    assert front.ask("POST", there, b"{}", Content_Type="application/json")[0] == 415
    form = "application/x-www-form-urlencoded"
    assert front.ask("POST", there, b"q_why=" + b"x" * 2_000_000, Content_Type=form)[0] == 413
    assert front.ask("POST", there, b"q_nps=%00%ff&%ff=%ff&step=99", Content_Type=form)[0] in (303, 422)


def test_a_full_disk_gives_the_form_of_an_open_link_back_and_takes_it_later_once(
    front: Front, links: dict[str, str]
) -> None:
    there = f"/o/{links['open']}"
    fields = fields_of(front.ask(path=there)[2])
    before = front.kept()
    front.may_write(1)
    try:
        status, _headers, page = front.send(there, **fields, q_nps="8", q_why="Room at the gate?", move="next")
    finally:
        front.may_write(resource.RLIM_INFINITY)
    assert (status, "Room at the gate?" in page, 'value="8" id="q_nps-8" checked' in page) == (503, True, True)
    assert front.kept() == before
    for _ in range(2):
        assert front.send(there, **fields_of(page), q_nps="8", q_why="Room at the gate?", move="next")[0] == 303
    assert front.kept()["words"].count("Room at the gate?") == 1


def test_a_client_that_goes_away_after_sending_loses_nothing(front: Front) -> None:
    (token,) = front.invited()
    body = b"q_nps=10&q_why=Gone+already&move=next&nonce=n1"
    head = (
        f"POST /a/{token} HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", front.port)) as line:
        line.sendall(head.encode() + body)
    end = time.monotonic() + 120
    while "Gone already" not in front.kept()["words"]:
        assert time.monotonic() < end
    assert front.kept()["words"].count("Gone already") == 1


def test_the_front_alone_holds_no_readable_socket_or_log_of_links(front: Front, links: dict[str, str]) -> None:
    (token,) = front.invited()
    front.ask(path=f"/a/{token}")
    told = (front.home.parent / "collector.log").read_text()
    assert token not in told
    assert not any(link in told for link in links.values())
