"""The front as a process of its own, alone on its port, on a store of its own."""

import http.client
import json
import re
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.places import ROOT
from tests.running import HEED, environment
from tests.services.starting import free_port, listens, running, wait_until

SURVEY = {
    "name": "After a call",
    "languages": ["en", "de"],
    "questions": [
        {"key": "nps", "type": "nps", "text": {"en": "Recommend us?", "de": "Weiterempfehlen?"}, "required": True},
        {"key": "why", "type": "text", "text": {"en": "Why?", "de": "Warum?"}},
        {"key": "sorry", "type": "text", "text": {"en": "What went wrong?"}, "show_when": "nps <= 6.0"},
    ],
}
INVITE = """
from django.conf import settings
from heed.core.definitions.actions import ensure
from heed.feedback.surveys.actions.invitations import invite
from heed.feedback.surveys.rules.links import token_of
from django.db import transaction
ensure("survey", "call", SURVEY)
with transaction.atomic():
    keys = [invite(survey_key="call", customer_key=f"c_{n:020d}", address="a@example.org", context={}) for n in range(HOW_MANY)]
told = [token_of(settings.SECRET_KEY, key) for key in keys]
"""
LINKS = """
from django.conf import settings
from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions.actions import ensure
from heed.feedback.surveys.actions.linking import LinkWish, make_link
from heed.feedback.surveys.rules.links import link_token
ensure("survey", "call", SURVEY)
told = [link_token(settings.SECRET_KEY, make_link(COMMAND_LINE, "call", LinkWish("Gate", **wish)).key) for wish in WISHES]
"""
SIGN_IN = """
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from heed.core.people.models import Person
told = []
for n in range(HOW_MANY):
    person, _ = Person.objects.get_or_create(email=f"p{n}@example.org", defaults={"name": f"P {n}"})
    session = SessionStore()
    session.update({SESSION_KEY: str(person.pk), HASH_SESSION_KEY: person.get_session_auth_hash(),
                    BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0]})
    session.save()
    told.append(session.session_key)
"""
KEPT = """
from heed.feedback.surveys.models import Answer, Response
from heed.core.journal.models import JournalEntry
told = {"complete": Response.objects.filter(state="complete").count(), "responses": Response.objects.count(),
        "words": list(Answer.objects.exclude(words="").order_by("id").values_list("words", flat=True)),
        "scores": list(Answer.objects.exclude(score=None).order_by("id").values_list("score", flat=True)),
        "told": JournalEntry.objects.filter(name="response-received").count()}
"""
LISTED = {
    "words": "SELECT words FROM feedback_answer WHERE words <> '' ORDER BY id",
    "scores": "SELECT score FROM feedback_answer WHERE score IS NOT NULL ORDER BY id",
}
COUNTED = {
    "complete": "feedback_response WHERE state = 'complete'",
    "responses": "feedback_response",
    "told": "core_journalentry WHERE name = 'response-received'",
}


class Front:
    """A data folder, and a front that may run on it."""

    def __init__(self, home: Path, **settings: str) -> None:
        self.home, self.port = home, free_port()
        self.settings = {"HEED_HOME": str(home), "HEED_PORT": str(self.port), **settings}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {**environment(self.home, **self.settings), "PYTHONPATH": str(ROOT)}

    def python(self, code: str, **given: Any) -> Any:
        """Run code on the store, in a process of its own; gives what it calls `told`."""
        before = "import json, sys\nfrom heed.core.edge import with_store\nwith_store()\n"
        before += "".join(f"{name} = {value!r}\n" for name, value in given.items())
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", f"{before}{code}\nprint(json.dumps(told))"],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def invited(self, how_many: int = 1) -> list[str]:
        """The tokens of so many new invitations."""
        return list(self.python(INVITE, SURVEY=SURVEY, HOW_MANY=how_many))

    def linked(self, *wishes: dict[str, Any]) -> list[str]:
        """The tokens of new links that many may use."""
        return list(self.python(LINKS, SURVEY=SURVEY, WISHES=list(wishes)))

    def signed_in(self, how_many: int = 1) -> list[str]:
        """The session keys of so many people."""
        return list(self.python(SIGN_IN, HOW_MANY=how_many))

    @contextmanager
    def serving(self, verb: str = "collector") -> Iterator["Front"]:
        with running([*HEED, verb], self.home.parent / f"{verb}.log", self.environment) as process:
            self.process = process
            wait_until(lambda: listens(self.port) and self.ask(path="/healthz")[0] == 200, f"heed {verb}", process)
            yield self

    def ask(self, method: str = "GET", path: str = "/", body: Any = None, **headers: str) -> Any:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = line.getresponse()
            return answer.status, answer.headers, answer.read().decode("utf-8", "replace")
        finally:
            line.close()

    def post(self, token: str, **fields: str) -> Any:
        return self.send(f"/a/{token}", **fields)

    def send(self, path: str, **fields: str) -> Any:
        form = "application/x-www-form-urlencoded"
        return self.ask("POST", path, urlencode(fields), Content_Type=form)

    def workers(self) -> list[int]:
        """The processes the front's own process has started."""
        assert self.process is not None
        asked = ["pgrep", "-P", str(self.process.pid)]
        return [int(pid) for pid in subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()]

    def may_write(self, most: int) -> None:
        """Let the front write no file beyond so many bytes: to it the disk is full (Linux)."""
        for pid in self.workers():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    def kept(self) -> dict[str, Any]:
        """What the store holds of answers."""
        if "HEED_DATABASE_URL" in self.settings:
            return dict(self.python(KEPT))
        # Read where it lies: a process for each look would cost more than what is looked at.
        with closing(sqlite3.connect(f"file:{self.home / 'heed.db'}?mode=ro", uri=True, timeout=60)) as store:
            return {name: [row[0] for row in store.execute(asked)] for name, asked in LISTED.items()} | {
                name: store.execute(f"SELECT count(*) FROM {asked}").fetchone()[0] for name, asked in COUNTED.items()
            }


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of a form as a browser would send them."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return dict(found)
