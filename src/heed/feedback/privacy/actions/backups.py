"""Backups: noted when they are written, each with a list beside it of whom it must lose again when it is brought back."""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from heed.core.errors.rules import Invalid, phrase
from heed.feedback.privacy.models import KnownBackup
from heed.feedback.privacy.queries.backups import LIST_SUFFIX, erasure_list
from heed.feedback.privacy.queries.policies import backup_days


def note_backup(path: Path, made_at: datetime, entries: int) -> KnownBackup:
    """Remember a backup that was written, and until when it may be kept by the policies in force."""
    row = KnownBackup.objects.create(
        path=str(path.resolve()),
        made_at=made_at,
        entries=entries,
        expires_on=made_at.date() + timedelta(days=backup_days()),
    )
    keep_lists()
    return row


def keep_lists() -> int:
    """Write the list of erased customers beside each backup that is within reach. Returns how many backups are."""
    told, reached = json.dumps(erasure_list(), indent=1), 0
    for row in KnownBackup.objects.filter(gone_at=None):
        if not Path(row.path).is_file():
            if Path(row.path).parent.is_dir():
                KnownBackup.objects.filter(pk=row.pk).update(gone_at=timezone.now())
            continue
        place = Path(row.path + LIST_SUFFIX)
        draft = place.with_name(f".{place.name}.{os.getpid()}")
        try:
            draft.write_text(told, encoding="utf-8")
            draft.replace(place)
        except OSError:
            continue
        reached += 1
    return reached


def read_list(path: Path) -> set[str]:
    """The digests of an erasure list. Raises Invalid when the file is none."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {str(each["digest"]) for each in told["erased"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Invalid(
            phrase("{path} is no list of erasures.", path=path),
            code="no_erasure_list",
            hint=phrase("Make one with `heed privacy erasures --out FILE`."),
        ) from error
