"""The front is killed under load, again and again: what was acknowledged is stored, and nothing is there twice."""

import http.client
import os
import queue
import random
import signal
import sqlite3
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.collector.fronts import Front
from tests.running import HEED
from tests.services.postgres import Postgres
from tests.services.starting import end_with_parent, wait_until

CLIENTS = 12
STORED = """
from collections import Counter
from heed.core.journal.models import JournalEntry
from heed.core.journal.queries import verify_chain
from heed.feedback.surveys.models import Answer, Invitation, Response
words = Counter(Answer.objects.exclude(words="").values_list("words", flat=True))
scores = Answer.objects.exclude(score=None).count()
told = {
    "words": dict(words),
    "responses": Response.objects.count(),
    "complete": Response.objects.filter(state="complete").count(),
    "answered": Invitation.objects.filter(state="answered").count(),
    "scores": scores,
    "told": JournalEntry.objects.filter(name="response-received").count(),
    "subjects": JournalEntry.objects.filter(name="response-received").values("subject_id").distinct().count(),
    "broken_at": verify_chain().broken_at,
}
"""


class Crowd:
    """Customers who each send one answer, and send it again when nobody says thank you."""

    def __init__(self, front: Front, tokens: list[str]) -> None:
        self.front = front
        self.waiting: queue.Queue[str] = queue.Queue()
        for token in tokens:
            self.waiting.put(token)
        self.thanked: set[str] = set()
        self.sent, self.refused = 0, 0
        self.is_over = threading.Event()
        self.threads = [threading.Thread(target=self._send) for _ in range(CLIENTS)]

    def _send(self) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self.front.port, timeout=60)
        while not self.is_over.is_set():
            try:
                token = self.waiting.get(timeout=0.2)
            except queue.Empty:
                continue
            try:
                self.sent += 1
                if self._is_thanked(line, token):
                    self.thanked.add(token)
                    continue
                self.refused += 1
            except (OSError, http.client.HTTPException):
                line.close()
                time.sleep(0.02)
            self.waiting.put(token)
        line.close()

    def _is_thanked(self, line: http.client.HTTPConnection, token: str) -> bool:
        form = {"q_nps": "9", "q_why": f"words of {token}", "move": "next", "nonce": f"n{token[:16]}"}
        head = {"Content-Type": "application/x-www-form-urlencoded"}
        line.request("POST", f"/a/{token}", urlencode(form), head)
        answer = line.getresponse()
        answer.read()
        return answer.status == 303 and "thanks=1" in answer.headers["Location"]


class Victim:
    """The front, killed and started again."""

    def __init__(self, front: Front, log: Path) -> None:
        self.front, self.log = front, log
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    def is_up(self) -> bool:
        try:
            return bool(self.front.ask(path="/healthz")[0] == 200)
        except (OSError, http.client.HTTPException):
            return False

    def ensure(self) -> None:
        """Wait until it answers. Granian gives up after two deaths in a row: then the whole is started again, as `heed web` does."""
        end = time.monotonic() + 180
        while self.process is None or self.process.poll() is not None or not self.is_up():
            if self.process is None or self.process.poll() is not None:
                self._start()
            assert time.monotonic() < end, self.log.read_text()
            time.sleep(0.05)

    def _start(self) -> None:
        self.starts += 1
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*HEED, "collector"],
                env=self.front.environment,
                stdout=output,
                stderr=output,
                preexec_fn=end_with_parent,
            )
        self.front.process = self.process

    def kill(self, everything: bool) -> None:
        assert self.process is not None
        if everything:
            # Its worker ends with it, or nobody could listen on the port anew.
            self.process.kill()
            self.process.wait(20)
            return
        for pid in self.front.workers():
            os.kill(pid, signal.SIGKILL)

    def end(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)


def _killed_so_often(front: Front, rounds: int, answers: int) -> tuple[Crowd, dict[str, object]]:
    chance = random.Random(7)
    tokens = front.invited(answers)
    victim = Victim(front, front.home.parent / "killed.log")
    crowd = Crowd(front, tokens)
    victim.ensure()
    for thread in crowd.threads:
        thread.start()
    try:
        for number in range(rounds):
            victim.ensure()
            before = len(crowd.thanked)
            wait_until(lambda: len(crowd.thanked) > before or crowd.waiting.empty(), "an answer", None)  # noqa: B023
            time.sleep(chance.uniform(0.0, 0.25))
            assert not crowd.waiting.empty(), f"all answered before round {number}: more invitations are needed"
            victim.kill(everything=number % 2 == 1)
        victim.ensure()
        time.sleep(0.5)
    finally:
        crowd.is_over.set()
        for thread in crowd.threads:
            thread.join()
        victim.end()
    return crowd, front.python(STORED)


def _assert_whole(crowd: Crowd, stored: dict[str, object]) -> None:
    words = stored["words"]
    assert isinstance(words, dict)
    lost = [token for token in crowd.thanked if f"words of {token}" not in words]
    assert (lost, set(words.values())) == ([], {1})
    assert stored["responses"] == stored["complete"] == stored["answered"] == stored["scores"] == len(words)
    assert stored["told"] == stored["subjects"] == len(words)
    assert stored["broken_at"] is None
    assert len(crowd.thanked) > 0


@pytest.mark.prove
def test_a_hundred_kills_on_sqlite_lose_and_double_nothing(tmp_path: Path) -> None:
    front = Front(tmp_path / "home")
    crowd, stored = _killed_so_often(front, rounds=100, answers=30_000)
    _assert_whole(crowd, stored)
    with sqlite3.connect(front.home / "heed.db") as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    print(f"{crowd.sent} sent, {len(crowd.thanked)} thanked, {stored['complete']} stored, {crowd.refused} refused")


@pytest.mark.prove
def test_twenty_kills_on_postgresql_lose_and_double_nothing(tmp_path: Path, postgres_server: Postgres) -> None:
    front = Front(tmp_path / "home", HEED_DATABASE_URL=postgres_server.database("killed"))
    crowd, stored = _killed_so_often(front, rounds=20, answers=8_000)
    _assert_whole(crowd, stored)
    print(f"{crowd.sent} sent, {len(crowd.thanked)} thanked, {stored['complete']} stored, {crowd.refused} refused")


def test_three_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    crowd, stored = _killed_so_often(Front(tmp_path / "home"), rounds=3, answers=1_500)
    _assert_whole(crowd, stored)
