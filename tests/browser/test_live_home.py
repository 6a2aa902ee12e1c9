"""What waits on the first page is exchanged when the journal moves, without a word from whoever looks."""

from collections.abc import Callable
from typing import Any

from heed.core.people.actions import notify
from heed.core.people.models import Person

Open = Callable[..., Any]
AGAIN_MS = 300


def told(ada: Person, number: int) -> None:
    params = {"number": f"A-{number}"}
    notify([ada.key], kind="case-assigned", params=params, href=f"/cases/a{number}/", once_key=f"live:{number}")


def test_what_waits_is_exchanged_in_place(open_page: Open, ada: Person) -> None:
    told(ada, 1)
    page = open_page("/notifications/")
    last = [1]

    def line(route: Any) -> None:
        route.fulfill(content_type="text/event-stream", body=f"retry: {AGAIN_MS}\nevent: journal\ndata: {last[0]}\n\n")

    page.route("**/live", line)
    page.goto(page.url.replace("/notifications/", "/"))
    page.locator("#waiting", has_text="A-1").wait_for()
    page.evaluate("document.querySelector('h1').mark = 'mine'")
    told(ada, 2)
    last[0] = 2
    page.locator("#waiting", has_text="A-2").wait_for()
    assert page.locator("#waiting").count() == 1
    assert page.evaluate("document.querySelector('h1').mark") == "mine"
