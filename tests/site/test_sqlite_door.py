"""Writers queue at the door of SQLite: many processes write at once, and none is turned away."""

import os
import subprocess
import sys
from pathlib import Path

from tests.places import ROOT

WRITE = """
import django; django.setup()
from django.db import transaction
from dataclasses import dataclass
from heed.core.journal.actions import record
from heed.core.journal.events import event

@event
@dataclass(frozen=True)
class DoorWasTried:
    n: int

for n in range(25):
    with transaction.atomic():
        record(DoorWasTried(n))
"""
READ = """
import django; django.setup()
from django.db import connection
from heed.core.journal.queries import verify_chain, last_id
verdict = verify_chain()
with connection.cursor() as cursor:
    cursor.execute("PRAGMA journal_mode"); mode = cursor.fetchone()[0]
    cursor.execute("PRAGMA synchronous"); synchronous = cursor.fetchone()[0]
    cursor.execute("PRAGMA secure_delete"); secure = cursor.fetchone()[0]
print(last_id(), verdict.broken_at, mode, synchronous, secure)
"""


def python(home: Path, code: str) -> subprocess.Popen[str]:
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("HEED_")},
        "HEED_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "heed.site.settings",
    }
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_six_processes_write_at_once_and_the_chain_stays_whole(tmp_path: Path) -> None:
    prepared = python(tmp_path, "from heed.core.edge import with_store; with_store()")
    _, fault = prepared.communicate()
    assert prepared.returncode == 0, fault
    before = python(tmp_path, READ).communicate()[0].split()
    writers = [python(tmp_path, WRITE) for _ in range(6)]
    for writer in writers:
        _, fault = writer.communicate()
        assert writer.returncode == 0, fault
    after = python(tmp_path, READ).communicate()[0].split()
    assert int(after[0]) - int(before[0]) == 150
    assert after[1:] == ["None", "wal", "2", "1"]


def test_a_writer_killed_in_its_transaction_leaves_the_door_open(tmp_path: Path) -> None:
    python(tmp_path, "from heed.core.edge import with_store; with_store()").communicate()
    stuck = python(
        tmp_path,
        "import django; django.setup()\nfrom django.db import transaction\nimport os, signal\n"
        "with transaction.atomic():\n    os.kill(os.getpid(), signal.SIGKILL)",
    )
    stuck.communicate()
    assert stuck.returncode == -9
    writer = python(tmp_path, WRITE)
    _, fault = writer.communicate(timeout=60)
    assert writer.returncode == 0, fault
