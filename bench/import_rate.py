"""How fast a million contacts come in: rows a second and peak memory of `heed import`, beside DuckDB copying the same CSV to Parquet.

    python bench/import_rate.py [ROWS]

Prints one line of JSON. Both run as processes of their own; heed's figure includes its start, its checks and its exactly-once write.
"""

import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

MAPPING = """
zone: Europe/Berlin
columns: {id: text, started: text, customer: text, agent: text, channel: text, region: text, team: text, topic: text,
  answered: text, wait: number, talk: number, wrap: number, transfers: count, note: text}
personal: [customer, agent]
targets:
  - table: interactions
    key: [id]
    columns:
      started_at: {from: started}
      customer_key: {from: customer}
      agent_key: {from: agent}
      channel: {from: channel}
      region: {from: region}
      team: {from: team}
      topic: {from: topic}
      answered: {from: answered}
      offered: {value: true}
      abandoned: {compute: 'answered == "N"'}
      wait_seconds: {from: wait, least: 0}
      talk_seconds: {from: talk}
      wrap_seconds: {from: wrap}
      transfers: {from: transfers}
"""
HEADER = (
    "id",
    "started",
    "customer",
    "agent",
    "channel",
    "region",
    "team",
    "topic",
    "answered",
    "wait",
    "talk",
    "wrap",
    "transfers",
    "note",
)
DUCKDB = (
    "import duckdb, sys; duckdb.sql(f\"COPY (FROM read_csv('{sys.argv[1]}')) TO '{sys.argv[2]}' (FORMAT parquet)\")"
)


def write_contacts(path: Path, rows: int) -> None:
    """Contacts of two years, none in an hour that clocks skip."""
    dice, start = random.Random(0), datetime(2024, 1, 1, 4)  # noqa: DTZ001  clock times of a file
    with path.open("w", newline="") as sink:
        out = csv.writer(sink)
        out.writerow(HEADER)
        for number in range(rows):
            at = start + timedelta(days=dice.randrange(700), seconds=dice.randrange(60_000))
            answered = dice.random() < 0.93
            out.writerow(
                (
                    f"I{number:08d}",
                    at,
                    f"K{dice.randrange(200_000)}",
                    f"agent{dice.randrange(400)}",
                    dice.choice(("phone", "chat", "email", "social")),
                    dice.choice(("north", "south", "east", "west")),
                    f"team-{dice.randrange(30)}",
                    f"topic {dice.randrange(60)}",
                    "Y" if answered else "N",
                    round(dice.expovariate(1 / 60), 1),
                    round(dice.expovariate(1 / 240), 1) if answered else 0,
                    dice.randrange(90),
                    dice.randrange(3),
                    f"ref {dice.randrange(1_000_000)}",
                )
            )


@dataclass(frozen=True)
class Cost:
    """What a process took: seconds on the clock and of the processors, peak memory, and what it printed."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    printed: bytes


def timed(command: list[str], environment: dict[str, str]) -> Cost:
    begun = time.monotonic()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[:3]} failed")
    scale = 1 if sys.platform == "darwin" else 1024
    return Cost(time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale / 1e6, printed)


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory(prefix="heed-bench-") as folder:
        room = Path(folder)
        write_contacts(room / "contacts.csv", rows)
        (room / "contacts.yaml").write_text(MAPPING)
        environment = {**os.environ, "HEED_HOME": str(room / "home")}
        heed = [sys.executable, "-c", "from heed.cli import main; main()"]
        timed([*heed, "journal", "verify"], environment)
        command = [*heed, "import", str(room / "contacts.csv"), "--mapping", str(room / "contacts.yaml"), "--json"]
        first = timed(command, environment)
        again = timed(command, environment)
        peer = timed([sys.executable, "-c", DUCKDB, str(room / "contacts.csv"), str(room / "x.parquet")], environment)
        told, repeated = json.loads(first.printed), json.loads(again.printed)
        if (told["accepted"], repeated["unchanged"]) != (rows, rows):
            raise SystemExit(f"accepted {told['accepted']} and left {repeated['unchanged']} of {rows}")
        result = {
            "bench": "import_rate",
            "rows": rows,
            "heed_seconds": round(first.seconds, 2),
            "heed_rows_per_second": round(rows / first.seconds),
            "heed_cpu_seconds": round(first.cpu_seconds, 2),
            "heed_peak_mb": round(first.peak_mb),
            "again_seconds": round(again.seconds, 2),
            "duckdb_seconds": round(peer.seconds, 2),
            "duckdb_cpu_seconds": round(peer.cpu_seconds, 2),
            "duckdb_peak_mb": round(peer.peak_mb),
            "ratio": round(first.seconds / peer.seconds, 2),
            "cpu_ratio": round(first.cpu_seconds / peer.cpu_seconds, 2),
            "load": round(os.getloadavg()[0], 1),
        }
        sys.stdout.write(json.dumps(result) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
