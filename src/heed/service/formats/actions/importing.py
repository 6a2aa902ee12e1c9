"""Bringing files in, and rows of the quarantine again.

Facts are written first, in chunks that are never written twice; what is counted and what is kept in quarantine follows in one
transaction. So a process may die anywhere: the same file again completes it.
"""

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.consent.rules import pseudonym
from heed.core.errors.rules import HeedError, Refused
from heed.core.journal.actions import record
from heed.core.settings.rules import current
from heed.facts.store.opening import store_of
from heed.facts.store.store import Store
from heed.service.formats.events import (
    ImportCompleted,
    ImportRefused,
    SourceSchemaChanged,
)
from heed.service.formats.importers.quarantine import Kept, QuarantineReader
from heed.service.formats.importers.reading import Reader, reader_for
from heed.service.formats.importers.source import Source, arrived
from heed.service.formats.importers.staging import Staged, Staging
from heed.service.formats.importers.turned import Turned
from heed.service.formats.importers.writing import Written, would_write, write
from heed.service.formats.models import Import, QuarantinedRow
from heed.service.formats.queries import Chosen, last_columns, mapping_named, quarantined, states_of
from heed.service.formats.rules.batches import Rejected, Tally
from heed.service.formats.rules.outcome import Outcome, schema_change
from heed.service.formats.rules.transform import Transformer
from heed.service.formats.rules.turning import Turning

Advance = Callable[[float], None]
ROWS_AT_ONCE = 2000
PERMISSION = "import"


def _silent(amount: float) -> None:
    """No progress to show."""


def import_file(
    scope: Scope,
    path: str,
    mapping: Chosen | str,
    *,
    dry_run: bool = False,
    name: str = "",
    advance: Advance = _silent,
    turning: Turning | None = None,
) -> Outcome:
    """Bring a file in. `path` may be `-`; `name` is what the person called the file. A dry run writes nothing at all. By a
    `turning` its rows are brought into the columns of the mapping first.

    Raises Invalid or NotFound, with line and reason, when the file is not what the mapping says; then no fact was written.
    """
    scope.demand_everywhere(PERMISSION)
    chosen = mapping_named(mapping) if isinstance(mapping, str) else mapping
    started = time.monotonic()
    with room() as folder, arrived(path, folder, advance, name) as source:
        if dry_run:
            reader = _reader(source, chosen, turning)
            staged, transformer = _staged(chosen, reader, folder)
            came, went = schema_change(last_columns(chosen.key), reader.columns)
            return _outcome(
                staged, would_write(staged, _store()), _sorted_out(staged), came, went, dry_run=True, since=started
            )
        row = _begun(scope, chosen, source)
        try:
            reader = _reader(source, chosen, turning)
            staged, transformer = _staged(chosen, reader, folder)
        except HeedError as error:
            _refused(scope, row, error)
            raise
        return _completed(scope, row, staged, transformer, reader.columns, started)


def replay(scope: Scope, mapping: Chosen | str, *, rule: str = "", rows: tuple[int, ...] = ()) -> Outcome:
    """Bring open rows of the quarantine in again: all of a mapping, all of a rule, or some. Those that pass now become facts."""
    scope.demand_everywhere(PERMISSION)
    chosen = mapping_named(mapping) if isinstance(mapping, str) else mapping
    started = time.monotonic()
    waiting = quarantined(chosen.key, rule=rule)
    if rows:
        waiting = waiting.filter(pk__in=rows)
    kept = [Kept(row.identity, row.line, row.values) for row in waiting]
    if not kept:
        raise Refused(
            "No row of that kind waits in quarantine.",
            code="nothing_to_replay",
            hint="Look at the list of the quarantine.",
        )
    with room() as folder:
        row = _begun(scope, chosen, None)
        reader = QuarantineReader(kept, chosen.plan.mapping)
        transformer = _transformer(chosen)
        staging = Staging(chosen.plan, transformer, folder, settings.SECRET_KEY, reader.identities())
        return _completed(scope, row, staging.run(reader), transformer, [], started, replayed=kept)


# The steps of an import


@contextmanager
def room() -> Iterator[Path]:
    """A folder in the data folder for what is staged; gone at the end, and by the next import when the process died."""
    base = current().home_path / "imports"
    base.mkdir(parents=True, exist_ok=True)
    for left in base.iterdir():
        owner = left.name.partition("-")[0]
        if owner.isdigit() and not _alive(int(owner)):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=base, prefix=f"{os.getpid()}-") as folder:
        yield Path(folder)


def _reader(source: Source, chosen: Chosen, turning: Turning | None) -> Reader:
    return Turned(source, turning) if turning else reader_for(source, chosen.plan.mapping)


def _store() -> Store:
    return store_of(current())


def _transformer(chosen: Chosen) -> Transformer:
    secret = settings.SECRET_KEY

    def key_of(kind: str, system: str, identifier: str) -> str:
        return pseudonym(secret, kind, system, identifier)

    return Transformer(chosen.plan, key_of, secret)


def _staged(chosen: Chosen, reader: Reader, folder: Path) -> tuple[Staged, Transformer]:
    transformer = _transformer(chosen)
    return Staging(chosen.plan, transformer, folder, settings.SECRET_KEY).run(reader), transformer


def _begun(scope: Scope, chosen: Chosen, source: Source | None) -> Import:
    _close_broken_off()
    return Import.objects.create(
        mapping=chosen.key,
        mapping_version=chosen.version,
        mapping_digest=chosen.digest,
        file_name=source.name[:255] if source else "",
        file_digest=source.digest() if source else "",
        is_replay=source is None,
        actor=scope.person,
        host=socket.gethostname()[:255],
        process=os.getpid(),
    )


def _close_broken_off() -> None:
    """Imports of this machine whose process is gone did not end; the same file again completes them."""
    running = Import.objects.filter(state="running", host=socket.gethostname()[:255]).exclude(process=os.getpid())
    gone = [row.pk for row in running if not _alive(row.process)]
    Import.objects.filter(pk__in=gone, state="running").update(state="broken_off", ended_at=timezone.now())


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@transaction.atomic
def _refused(scope: Scope, row: Import, error: HeedError) -> None:
    row.state, row.refusal, row.ended_at = "refused", error.code[:120], timezone.now()
    row.save(update_fields=["state", "refusal", "ended_at"])
    record(ImportRefused(row.pk, row.mapping, error.code), actor=scope.person, subject=("import", str(row.pk)))


def _completed(
    scope: Scope,
    row: Import,
    staged: Staged,
    transformer: Transformer,
    columns: list[str],
    started: float,
    replayed: list[Kept] | None = None,
) -> Outcome:
    """Write the facts, then keep the rejected rows and the figures, and tell the journal."""
    written = Written()
    for done in write(staged, _store(), batch=row.batch, now=timezone.now()):
        written = done
    came, went = schema_change(last_columns(row.mapping), columns) if columns else ((), ())
    with transaction.atomic():
        sorted_out = _sorted_out(staged, _Keeper(row, transformer, again=replayed is not None))
        if replayed is not None:
            left = {identity for identity, _ in staged.identified()}
            passed = [kept.identity for kept in replayed if kept.identity not in left]
            QuarantinedRow.objects.filter(mapping=row.mapping, identity__in=passed).update(
                state="accepted", changed_at=timezone.now()
            )
        outcome = _outcome(staged, written, sorted_out, came, went, row=row, since=started)
        _save(row, outcome, columns)
        _tell(scope, row, outcome)
    return outcome


def _save(row: Import, outcome: Outcome, columns: list[str]) -> None:
    row.state, row.ended_at, row.columns = "done", timezone.now(), columns
    row.came, row.went = list(outcome.came), list(outcome.went)
    row.read, row.accepted, row.quarantined, row.unchanged = (
        outcome.read,
        outcome.accepted,
        outcome.quarantined,
        outcome.unchanged,
    )
    row.rules, row.notes, row.tables = outcome.errors.counts, outcome.notes.counts, outcome.tables
    row.save()


def _tell(scope: Scope, row: Import, outcome: Outcome) -> None:
    subject = ("import", str(row.pk))
    if outcome.came or outcome.went:
        changed = SourceSchemaChanged(row.pk, row.mapping, list(outcome.came), list(outcome.went))
        record(changed, actor=scope.person, subject=subject)
    happened = ImportCompleted(
        import_id=row.pk,
        mapping=row.mapping,
        file_digest=row.file_digest,
        read=outcome.read,
        accepted=outcome.accepted,
        quarantined=outcome.quarantined,
        unchanged=outcome.unchanged,
        tables=outcome.tables,
    )
    record(happened, actor=scope.person, subject=subject)


def _outcome(
    staged: Staged,
    written: Written,
    sorted_out: tuple[int, Tally],
    came: tuple[str, ...],
    went: tuple[str, ...],
    *,
    since: float,
    row: Import | None = None,
    dry_run: bool = False,
) -> Outcome:
    open_rows, errors = sorted_out
    return Outcome(
        mapping=staged.plan.key,
        read=staged.read,
        accepted=written.rows,
        quarantined=open_rows,
        unchanged=staged.read - written.rows - open_rows,
        errors=errors,
        notes=staged.notes,
        tables=written.tables,
        came=came,
        went=went,
        import_id=row.pk if row else None,
        dry_run=dry_run,
        seconds=time.monotonic() - since,
    )


class _Keeper:
    """Puts rejected rows into quarantine, once each however often their file comes."""

    def __init__(self, origin: Import, transformer: Transformer, *, again: bool) -> None:
        self._origin, self._transformer, self._again = origin, transformer, again

    def keep(self, rows: list[tuple[str, Rejected]], states: dict[str, str]) -> None:
        new = [self._row(identity, row) for identity, row in rows if identity not in states]
        QuarantinedRow.objects.bulk_create(new, ignore_conflicts=True, batch_size=500)
        if self._again:
            for identity, row in rows:
                QuarantinedRow.objects.filter(mapping=self._origin.mapping, identity=identity).update(
                    **_told(row), changed_at=timezone.now()
                )

    def _row(self, identity: str, row: Rejected) -> QuarantinedRow:
        people = self._transformer.people_in(row.raw)
        return QuarantinedRow(
            origin=self._origin,
            mapping=self._origin.mapping,
            identity=identity,
            line=row.line,
            raw=row.raw,
            people=people,
            **_told(row),
        )


def _told(row: Rejected) -> dict[str, Any]:
    """The first fault, for lists, and all of them."""
    first = row.faults[0]
    faults = [fault.__dict__ for fault in row.faults]
    return {"rule": first.rule, "column": first.column[:255], "reason": first.reason[:500], "faults": faults}


def _sorted_out(staged: Staged, keeper: _Keeper | None = None) -> tuple[int, Tally]:
    """How many rejected rows wait, and why. A row that was repaired or discarded before is settled and counts as unchanged."""
    waiting, errors = 0, Tally()
    rows = staged.identified()
    while some := list(islice(rows, ROWS_AT_ONCE)):
        states = states_of(staged.plan.key, [identity for identity, _ in some])
        still = [(identity, row) for identity, row in some if states.get(identity, "open") == "open"]
        waiting += len(still)
        for _, row in still:
            errors.extend(row.faults)
        if keeper is not None:
            keeper.keep(still, states)
    return waiting, errors
