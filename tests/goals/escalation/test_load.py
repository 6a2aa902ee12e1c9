"""Ten thousand cases of one hour through a real worker that is killed twice: budgets hold, no severe case waits, nothing is lost."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.running import HEED, environment

pytestmark = pytest.mark.prove
CASES = 10_000
FILL = """
from datetime import timedelta
from heed.core.edge import with_store
with_store()
from django.db import transaction
from django.utils import timezone
from heed.core.access.actions.roles import give_role
from heed.core.access.rules import COMMAND_LINE
from heed.core.definitions.actions import ensure
from heed.core.people.actions import add_unit, ensure_root_unit, make_person
from heed.service.cases.models import Case
now = timezone.now()
with transaction.atomic():
    root = ensure_root_unit("Harbour").key
    add_unit(COMMAND_LINE, name="Desk", kind="team", parent=root, key="desk")
    people = [make_person(email=f"p{n}@harbour.example", name=f"Person {n}") for n in range(12)]
    for place, person in enumerate(people):
        give_role(COMMAND_LINE, person.key, "desk" if place < 4 else root, "supervisor" if place < 10 else "manager")
    ensure("escalation", "service", {
        "name": "Escalation", "when": 'severity == "high" || impact >= 20.0', "severe_when": 'severity == "urgent"',
        "daily_budget": 20, "kept_for_severe": 5,
        "group": {"by": ["topic"], "from_cases": 40, "within_seconds": 7200},
        "levels": [
            {"key": "lead", "name": "Lead", "role": "supervisor", "handles": 'severity != "urgent"'},
            {"key": "senior", "name": "Senior", "rota": {"people": [p.key for p in people[4:10]], "at_once": 6}},
            {"key": "manager", "name": "Manager", "role": "manager", "held_in": "organisation"},
        ],
    })
    Case.objects.bulk_create([
        Case(number=f"T-{n}", title="Trouble", team="desk", customer_key=f"c_{n}", fact_at=now, clock_started_at=now,
             severity="urgent" if n % 25 == 0 else "high" if n % 5 == 0 else "normal",
             topic=f"topic {n % 3}" if n % 40 == 7 else f"own {n}",
             opened_at=now - timedelta(seconds=3600 - n * 0.36))
        for n in range(CASES)
    ], batch_size=500)
""".replace("CASES", str(CASES))
TELL = """
import json
from heed.core.edge import start_django
start_django()
from django.db.models import Count, F
from django.utils import timezone
from heed.goals.escalation.models import *
from heed.goals.escalation.models import Escalation
due = Escalation.objects.filter(ended_at=None, look_at__lte=timezone.now())
steps = EscalationStep.objects.exclude(verb="reminded").exclude(verb="joined")
print(json.dumps({
    "cases": Escalation.objects.values("case_key").distinct().count(),
    "rows": Escalation.objects.count(),
    "looked": Escalation.objects.exclude(look_at__lte=timezone.now()).count(),
    "due": due.count(),
    "states": dict(Escalation.objects.values_list("state").annotate(n=Count("id"))),
    "severe": dict(Escalation.objects.filter(severity="urgent").values_list("state").annotate(n=Count("id"))),
    "over": DutyDay.objects.filter(units__gt=F("most")).count(),
    "most": max(DutyDay.objects.values_list("units", flat=True), default=0),
    "units": sum(DutyDay.objects.values_list("units", flat=True)),
    "given": EscalationStep.objects.filter(verb="given").exclude(reason="major_incident").count(),
    "twice": EscalationStep.objects.filter(verb="deferred").values("escalation").annotate(n=Count("id")).filter(n__gt=1).count(),
    "kept": Escalation.objects.filter(state="deferred", deferred_until=None).count(),
    "incidents": MajorIncident.objects.count(),
    "in_incidents": sum(MajorIncident.objects.values_list("cases", flat=True)),
    "members": Escalation.objects.exclude(incident=None).count(),
}))
"""


def runs(code: str, home: Path) -> str:
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], env=environment(home), capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


def until(home: Path, reached: int) -> None:
    """Wait until so many were looked at. The file is read as it is: to ask heed itself would take longer than the work."""
    looked = "SELECT count(*) FROM goals_escalation WHERE state <> 'watched' OR look_at IS NULL"
    while True:
        with closing(sqlite3.connect(f"file:{home / 'heed.db'}?mode=ro", uri=True)) as file:
            if file.execute(looked).fetchone()[0] >= reached:
                return
        time.sleep(0.2)


def test_ten_thousand_cases_in_an_hour(tmp_path: Path) -> None:
    runs(FILL, tmp_path)
    for reached in (1, 3000, CASES):
        worker = subprocess.Popen([*HEED, "worker"], env=environment(tmp_path), stderr=subprocess.DEVNULL)
        try:
            until(tmp_path, reached)
        finally:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
    told: dict[str, Any] = json.loads(runs(TELL, tmp_path))
    assert (told["cases"], told["rows"]) == (CASES, CASES)
    assert (told["over"], told["most"]) == (0, 20)
    # Each unit of a budget is one step, and the other way round: no step was taken twice or half.
    assert told["units"] == told["given"]
    assert told["twice"] == told["kept"] == 0
    assert sum(told["severe"].values()) == CASES // 25
    assert set(told["severe"]) <= {"given", "joined", "acknowledged"}
    assert told["states"]["deferred"] > 1000
    assert told["in_incidents"] == told["members"] > 0
