"""`heed doctor`: looks at what usually goes wrong, and says what to do."""

import shutil
import socket
import sys
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from django.db import DatabaseError, connection

from heed.core.edge import missing_migrations, unknown_migrations
from heed.core.errors.rules import HeedError
from heed.core.journal.queries import lags, last_id, verify_chain
from heed.core.settings.rules import current
from heed.facts.projector.follow import lag, settled
from heed.facts.store.opening import store_of
from heed.text.representations.choosing import chosen

State = Literal["ok", "warning", "failed"]
LOW_DISK_BYTES = 1 << 30


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    check: str
    state: State
    message: str
    hint: str = ""


def _python() -> Finding:
    return Finding("python", "ok", sys.version.split()[0])


def _home() -> Finding:
    home = current().home_path
    home.mkdir(parents=True, exist_ok=True)
    probe = home / ".doctor"
    probe.write_text("ok", encoding="ascii")
    probe.unlink()
    free = shutil.disk_usage(home).free
    if free < LOW_DISK_BYTES:
        return Finding(
            "data folder",
            "warning",
            f"{home}: only {free >> 20} MiB free",
            "Make room: a full disk refuses new records.",
        )
    return Finding("data folder", "ok", f"{home}: {free >> 30} GiB free")


def _database() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA journal_mode")
            mode = cursor.fetchone()[0]
            cursor.execute("PRAGMA quick_check")
            whole = cursor.fetchone()[0]
            if whole != "ok":
                return Finding(
                    "database", "failed", f"SQLite says: {whole}", "Restore the last backup into another folder."
                )
            if mode not in ("wal", "memory"):
                return Finding(
                    "database",
                    "warning",
                    f"journal mode {mode}",
                    "The file system of HEED_HOME does not take WAL; use a local disk.",
                )
    return Finding("database", "ok", connection.vendor)


def _schema() -> Finding:
    unknown, missing = unknown_migrations(), missing_migrations()
    if unknown:
        return Finding("schema", "failed", "written by a newer heed", "Install that heed again.")
    if missing:
        return Finding("schema", "warning", f"{len(missing)} migrations to go", "Run heed upgrade.")
    return Finding("schema", "ok", "up to date")


def _journal() -> Finding:
    verdict = verify_chain()
    if verdict.broken_at is not None:
        return Finding(
            "journal",
            "failed",
            f"the chain breaks at entry {verdict.broken_at}: {verdict.reason}",
            "Compare with a backup.",
        )
    return Finding("journal", "ok", f"{verdict.entries} entries, chain whole")


def _facts() -> Finding:
    store = settled(store_of(current()))
    tables = store.tables()
    rows = sum(table.rows for table in tables)
    # A table to which nothing happens is told the position seldom; what the worker noted says more, once there is one.
    behind = min(lag(), *(each.behind for each in lags() if each.name == "facts"), last_id())
    if behind > 0:
        return Finding(
            "facts",
            "warning",
            f"{rows} rows; {behind} journal entries not carried over",
            "Is heed worker (or heed up) running?",
        )
    under = f" under {len(store.parts)} roots" if len(store.parts) > 1 else ""
    return Finding("facts", "ok", f"{rows} rows in {len(tables)} tables{under}")


def _mail() -> Finding:
    url = urlsplit(current().mail_url)
    if not current().mail_url:
        return Finding(
            "mail", "warning", "no mail server set; mails are kept as files in the data folder", "Set HEED_MAIL_URL."
        )
    with socket.create_connection((url.hostname or "localhost", url.port or 25), timeout=5):
        return Finding("mail", "ok", f"{url.hostname} answers")


def _zones() -> Finding:
    count = len(zoneinfo.available_timezones())
    if count < 100:
        return Finding("time zones", "failed", f"only {count} known", "Install the tzdata package.")
    return Finding("time zones", "ok", f"{count} known")


def _embeddings() -> Finding:
    """Opens the encoder, or asks the endpoint for one word: what was trained with it is of no use without it."""
    made = chosen(cached=False)
    if made is None:
        return Finding("embeddings", "ok", "heed's own")
    return Finding("embeddings", "ok", f"{made.name}, {made.dimensions} numbers a text")


CHECKS: tuple[Callable[[], Finding], ...] = (
    _python,
    _home,
    _database,
    _schema,
    _journal,
    _facts,
    _mail,
    _zones,
    _embeddings,
)


def examine() -> list[Finding]:
    """Run every check; one that fails does not stop the others."""
    findings = []
    for check in CHECKS:
        name = check.__name__.strip("_").replace("_", " ")
        try:
            findings.append(check())
        except HeedError as error:
            findings.append(Finding(name, "failed", error.message, error.hint))
        except (OSError, DatabaseError) as error:
            findings.append(Finding(name, "failed", f"{type(error).__name__}: {error}"))
    return findings
