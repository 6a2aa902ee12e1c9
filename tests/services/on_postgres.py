"""Runs a command with HEED_DATABASE_URL set to a PostgreSQL server of its own: the whole suite on the other database.

python -m tests.services.on_postgres tests.services.once_more -n 2
"""

import os
import subprocess
import sys

from tests.services.postgres import postgres


def main(command: list[str]) -> int:
    with postgres() as server:
        environment = {**os.environ, "HEED_DATABASE_URL": server.database("heed")}
        return subprocess.run([sys.executable, "-m", *command], env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
