"""The races once more, on PostgreSQL, where nothing but the locks taken keeps two apart; and the batches with them."""

import os
import subprocess
import sys

import pytest

from tests.places import ROOT
from tests.services.postgres import Postgres


@pytest.mark.postgres
def test_the_races_on_postgresql(postgres_server: Postgres) -> None:
    environment = {**os.environ, "HEED_DATABASE_URL": postgres_server.database("survey_races")}
    environment.pop("PYTEST_XDIST_WORKER", None)
    tests = [f"tests/feedback/surveys/test_{name}.py" for name in ("races", "take", "sending")]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", *tests]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]
    assert "passed" in done.stdout
