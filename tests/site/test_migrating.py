"""A store that is made or upgraded is whole or as before, whenever the process dies."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

# The moment that Django's own steps leave open: a migration's tables are made, and that it was had is not yet written.
DYING = """
import os, signal
from django.db.migrations.executor import MigrationExecutor
noted = MigrationExecutor.record_migration
def note(self, migration):
    if migration.app_label == "{app}" and migration.name == "{name}":
        os.kill(os.getpid(), signal.SIGKILL)
    noted(self, migration)
MigrationExecutor.record_migration = note
from heed.cli import main
main()
"""


def run(home: Path, program: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEED_")}
    return subprocess.run(
        [sys.executable, "-c", program, "journal", "verify"],
        env={**kept, "HEED_HOME": str(home), "DJANGO_SETTINGS_MODULE": "heed.site.settings"},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize(("app", "name"), [("core", "0001_initial"), ("feedback", "0002_triggers")])
def test_a_store_whose_making_was_killed_is_made_by_the_next_command(tmp_path: Path, app: str, name: str) -> None:
    killed = run(tmp_path, DYING.format(app=app, name=name))
    assert killed.returncode == -signal.SIGKILL
    again = run(tmp_path, "from heed.cli import main; main()")
    assert again.returncode == 0, again.stdout + again.stderr
