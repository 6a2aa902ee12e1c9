"""The `heed` command as a user runs it: a process of its own, on a data folder of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

HEED = [sys.executable, "-W", "ignore", "-c", "from heed.cli import main; main()"]
Run = Callable[..., dict[str, Any]]


def environment(home: Path, **settings: str) -> dict[str, str]:
    """The environment of a user who has set nothing but the data folder (and `settings`)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HEED_", "DJANGO_"))}
    return {**kept, "HEED_HOME": str(home), **settings}


def runs(home: Path, **settings: str) -> Run:
    """Runs commands with --json on a store: gives the one object printed; `code` is what the command must exit with."""

    def run(*words: str, code: int = 0) -> dict[str, Any]:
        done = subprocess.run(
            [*HEED, *words, "--json"], env=environment(home, **settings), capture_output=True, text=True, check=False
        )
        assert done.returncode == code, done.stderr or done.stdout
        found = json.loads(done.stdout)
        assert isinstance(found, dict)
        return found

    return run
