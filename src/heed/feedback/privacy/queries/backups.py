"""Backups that are known: who was erased since is still in them, until they expire."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from heed.feedback.privacy.models import Erasure, KnownBackup

LIST_SUFFIX = ".erased.json"


def known_paths() -> list[str]:
    """Files that are no part of the store though they may lie in its folder."""
    paths = list(KnownBackup.objects.filter(gone_at=None).values_list("path", flat=True))
    return [*paths, *(path + LIST_SUFFIX for path in paths)]


def backups_before(moment: datetime) -> list[dict[str, Any]]:
    """Backups made before a moment that are not gone: where, when made, and on which day they expire."""
    rows = KnownBackup.objects.filter(gone_at=None, made_at__lte=moment).order_by("made_at")
    return [
        {"file": Path(row.path).name, "made_at": row.made_at.isoformat(), "expires_on": row.expires_on.isoformat()}
        for row in rows
    ]


def erasure_list() -> dict[str, Any]:
    """Whom a backup must lose again when it is brought back: digests, which only a store with this secret can tell."""
    rows = Erasure.objects.exclude(done_at=None).order_by("id")
    return {"erased": [{"digest": row.digest, "done_on": _day(row.done_at)} for row in rows]}


def _day(moment: datetime | None) -> str:
    return (moment.date() if moment else date.min).isoformat()
