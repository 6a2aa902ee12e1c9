"""A real browser on a running site, with somebody signed in who may do everything."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from heed.core.access.models import Membership
from heed.core.people.models import Person, Unit
from heed.goals.kpis.actions import ensure_catalogue
from tests.goals.kpis.operation import facts_in

# Playwright keeps an event loop in the thread of the test, in which Django would refuse the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def ada(transactional_db: None) -> Person:
    """An administrator of the organisation."""
    person = Person.objects.create_user("ada@example.org", "correct horse battery", name="Ada Sand")
    unit, _ = Unit.objects.get_or_create(key="organisation", defaults={"name": "Organisation", "kind": "organisation"})
    Membership.objects.create(person=person, unit=unit, role="administrator")
    ensure_catalogue()
    cache.clear()
    return person


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A small operation to look at."""
    with pytest.MonkeyPatch.context() as patch, facts_in(tmp_path_factory.mktemp("facts"), patch):
        yield


@pytest.fixture
def session(ada: Person, facts: None) -> str:
    """The cookie of Ada's session."""
    client = Client()
    client.force_login(ada, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client.cookies[settings.SESSION_COOKIE_NAME].value


class InFlight:
    """Requests the server has not finished, so that no test takes the tables away from under one."""

    def __init__(self) -> None:
        self.many = 0
        self.lock = threading.Lock()
        request_started.connect(self.begin)
        request_finished.connect(self.end)

    def begin(self, **_signal: Any) -> None:
        with self.lock:
            self.many += 1

    def end(self, **_signal: Any) -> None:
        with self.lock:
            self.many -= 1

    def wait(self, seconds: float = 120.0) -> None:
        end = time.monotonic() + seconds
        while self.many > 0 and time.monotonic() < end:
            time.sleep(0.02)


def is_complaint(message: Any) -> bool:
    """Whether the browser complains. A refused form is none; nor is a line for live parts, which only the front has."""
    is_live = message.location.get("url", "").endswith("/live")
    return message.type == "error" and "422" not in message.text and not is_live


@pytest.fixture
def open_page(chromium: Any, live_server: LiveServer, session: str) -> Iterator[Callable[..., Any]]:
    """open_page(path, width=1440, scheme="light") -> a Playwright page; complaints of the browser fail the test."""
    contexts, complaints, flight = [], [], InFlight()

    def opened(path: str, *, width: int = 1440, height: int = 900, scheme: str = "light", script: bool = True) -> Any:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, java_script_enabled=script
        )
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if is_complaint(message) else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    flight.wait()
    assert not complaints
