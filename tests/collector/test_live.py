"""The stream of signals: who may listen, what is told, and that it ends. On a front of its own."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from heed.collector.live import MOST_OF_ONE
from tests.collector.fronts import Front

CHANGE = """
from django.db import connection, transaction
from heed.core.access.actions.links import make_sign_in_link
from heed.core.access.rules import COMMAND_LINE
from heed.core.people.models import Person
from heed.core.journal.queries import last_id
make_sign_in_link(COMMAND_LINE, Person.objects.exclude(email=None).first().key)
told = last_id()
"""


class Listener:
    """One open stream."""

    def __init__(self, front: Front, session: str, path: str = "/live") -> None:
        self.line = socket.create_connection(("127.0.0.1", front.port), timeout=60)
        asked = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: heed_session={session}\r\n\r\n"
        self.line.sendall(asked.encode())
        self.heard = b""

    def hears(self, words: str, seconds: float = 60) -> bool:
        end = time.monotonic() + seconds
        while words.encode() not in self.heard and time.monotonic() < end:
            self.line.settimeout(max(end - time.monotonic(), 0.01))
            try:
                part = self.line.recv(65_536)
            except TimeoutError:
                break
            if not part:
                break
            self.heard += part
        return words.encode() in self.heard

    @property
    def status(self) -> int:
        assert self.hears("\r\n\r\n")
        return int(self.heard.split()[1])

    def close(self) -> None:
        self.line.close()


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    made = Front(tmp_path_factory.mktemp("live") / "home")
    made.python("told = 0")
    with made.serving():
        yield made


@pytest.fixture(scope="module")
def sessions(front: Front) -> list[str]:
    return front.signed_in(2)


def test_who_is_not_signed_in_hears_nothing(front: Front) -> None:
    for session in ("", "nonsense", "a" * 32):
        listener = Listener(front, session)
        assert listener.status == 401
        assert b"event-stream" not in listener.heard
        listener.close()
    assert front.ask("POST", "/live")[0] == 405


def test_a_change_by_another_process_is_told_as_its_number_alone(front: Front, sessions: list[str]) -> None:
    listener = Listener(front, sessions[0])
    assert listener.status == 200
    assert b"text/event-stream" in listener.heard
    for _ in range(2):
        last = front.python(CHANGE)
        assert listener.hears(f"event: journal\ndata: {last}\n\n")
    assert b"sign-in" not in listener.heard
    listener.close()


def test_who_is_no_longer_active_is_turned_away(front: Front, sessions: list[str]) -> None:
    change = "from heed.core.people.models import Person\ntold = Person.objects.filter(email='p1@example.org').update(is_active={})"
    front.python(change.format(False))
    assert Listener(front, sessions[1]).status == 401
    front.python(change.format(True))
    assert Listener(front, sessions[1]).status == 200


def test_a_person_has_so_many_streams_and_one_that_is_closed_makes_room(front: Front, sessions: list[str]) -> None:
    mine = [Listener(front, sessions[0]) for _ in range(MOST_OF_ONE)]
    assert {listener.status for listener in mine} == {200}
    assert Listener(front, sessions[0]).status == 429
    other = Listener(front, sessions[1])
    assert other.status == 200
    mine[0].close()
    end = time.monotonic() + 120
    while Listener(front, sessions[0]).status != 200:
        assert time.monotonic() < end
    for listener in [*mine, other]:
        listener.close()


def test_the_front_ends_within_seconds_with_open_streams(tmp_path: Path) -> None:
    front = Front(tmp_path / "home")
    (session,) = front.signed_in()
    with front.serving():
        listeners = [Listener(front, session) for _ in range(MOST_OF_ONE)]
        assert {listener.status for listener in listeners} == {200}
        assert front.process is not None
        began = time.monotonic()
        front.process.terminate()
        front.process.wait(60)
        assert time.monotonic() - began < 60
        for listener in listeners:
            listener.close()
