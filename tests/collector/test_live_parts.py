"""Live parts in a real browser on a real front: what changed is exchanged, what a person holds is left."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.places import ROOT

pytestmark = pytest.mark.browser
SCRIPT = (ROOT / "src" / "heed" / "static" / "heed" / "live.js").read_text(encoding="utf-8")
PAGE = """<!doctype html><html lang="en"><head><title>t</title>
<script src="/live.js" defer></script></head><body>
<div id="live-place"><span id="live-line" hidden>The line is lost.</span></div>
<p id="still">{still}</p><a id="bell" data-live="/bell">{still}</a>
<section id="list" data-live><ul>{rows}</ul>
<details><summary>More</summary><div id="box" style="height:40px;overflow:auto"><p style="height:400px">{inside}</p></div></details>
<form><input id="field" name="field"><input type="hidden" name="csrf" value="{token}"></form></section>
</body></html>"""


class Site:
    """A page that changes when told to, and streams that can be cut."""

    def __init__(self) -> None:
        self.rows, self.last, self.fetched, self.is_open = 1, 1, 0, True
        self.moved = threading.Condition()
        site = self

        class Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if self.path == "/live":
                    site.stream(self)
                elif self.path == "/live.js":
                    self.say(SCRIPT, "text/javascript")
                elif self.path == "/bell":
                    self.say(f'<a id="bell" data-live="/bell">{site.rows} rung</a>', "text/html")
                else:
                    site.fetched += self.headers["x-heed-live"] is not None
                    self.say(site.page(), "text/html")

            def say(self, text: str, kind: str) -> None:
                body = text.encode()
                self.send_response(200)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def page(self) -> str:
        rows = "".join(f'<li><a href="/{number}">Row {number}</a></li>' for number in range(self.rows, 0, -1))
        token = f"{self.fetched:064d}"
        return PAGE.format(still=self.rows, rows=rows, inside=f"inside {self.rows}", token=token)

    def stream(self, door: BaseHTTPRequestHandler) -> None:
        if not self.is_open:
            door.send_error(503)
            return
        door.send_response(200)
        door.send_header("Content-Type", "text/event-stream")
        door.end_headers()
        told = 0
        try:
            while self.is_open:
                if told != self.last:
                    told = self.last
                    door.wfile.write(f"event: journal\ndata: {told}\n\n".encode())
                with self.moved:
                    self.moved.wait(0.2)
        except OSError:
            return

    def move(self, rows: int = 0) -> None:
        with self.moved:
            self.rows += rows
            self.last += 1
            self.moved.notify_all()

    def cut(self, is_open: bool) -> None:
        with self.moved:
            self.is_open = is_open
            self.moved.notify_all()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.cut(False)
    made.server.shutdown()


@pytest.fixture
def page(site: Site, chromium: Any) -> Iterator[Any]:
    context = chromium.new_context()
    opened = context.new_page()
    with opened.expect_request("**/live"):
        opened.goto(site.address)
    opened.wait_for_timeout(300)
    yield opened
    context.close()


def test_only_the_live_part_is_exchanged_and_keeps_what_a_person_has_open(site: Site, page: Any) -> None:
    page.click("summary")
    page.evaluate("document.getElementById('box').scrollTop = 120")
    page.focus("a[href='/1']")
    site.move(rows=1)
    page.get_by_text("Row 2").wait_for()
    assert page.text_content("#still") == "1"
    assert page.text_content("#box") == "inside 2"
    assert page.evaluate("document.querySelector('details').open")
    assert page.evaluate("document.getElementById('box').scrollTop") == 120
    assert page.evaluate("document.activeElement.getAttribute('href')") == "/1"


def test_a_part_with_an_address_of_its_own_is_fetched_there(site: Site, page: Any) -> None:
    site.move(rows=4)
    page.get_by_text("5 rung").wait_for()
    assert page.text_content("#still") == "1"


def test_what_has_not_changed_is_left_alone(site: Site, page: Any) -> None:
    page.evaluate("document.getElementById('list').firstChild.mark = 'mine'")
    with page.expect_response(lambda answer: answer.url.rstrip("/") == site.address):
        site.move()
    page.wait_for_timeout(200)
    assert page.evaluate("document.getElementById('list').firstChild.mark") == "mine"


def test_a_part_in_which_somebody_types_waits(site: Site, page: Any) -> None:
    page.fill("#field", "half a sen")
    with page.expect_response(lambda answer: answer.url.rstrip("/") == site.address):
        site.move(rows=1)
    page.wait_for_timeout(200)
    assert page.input_value("#field") == "half a sen"
    assert page.get_by_text("Row 2").count() == 0
    page.evaluate("document.activeElement.blur()")
    page.get_by_text("Row 2").wait_for()


def test_many_signals_are_one_fetch_a_second(site: Site, page: Any) -> None:
    began = time.monotonic()
    for _ in range(20):
        site.move(rows=1)
        page.wait_for_timeout(50)
    page.get_by_text("Row 21").wait_for()
    assert 1 <= site.fetched <= 2 + time.monotonic() - began


def test_a_line_that_is_lost_is_said_and_found_again(site: Site, page: Any) -> None:
    assert not page.is_visible("#live-line")
    site.cut(False)
    page.locator("#live-line").wait_for()
    site.cut(True)
    page.locator("#live-line").wait_for(state="hidden")
    site.move(rows=1)
    page.get_by_text("Row 2").wait_for()
