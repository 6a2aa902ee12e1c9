"""Files that come in over HTTP: kept beside the store until they are brought in, a day at the most."""

import secrets
import time
from collections.abc import Iterable
from pathlib import Path

from heed.core.access.rules import Scope
from heed.core.errors.rules import Invalid, NotFound, phrase
from heed.core.settings.rules import current
from heed.service.formats.actions.importing import PERMISSION, import_file
from heed.service.formats.queries import mapping_by_key
from heed.service.formats.rules.outcome import Outcome

KEPT_SECONDS = 24 * 3600


def keep_upload(scope: Scope, chunks: Iterable[bytes]) -> str:
    """Keep a file for a while; returns the token by which this person, and nobody else, finds it again."""
    scope.demand_everywhere(PERMISSION)
    folder = _folder()
    for left in folder.iterdir():
        if time.time() - left.stat().st_mtime > KEPT_SECONDS:
            left.unlink(missing_ok=True)
    token = secrets.token_urlsafe(24)
    largest, size = int(current().upload_bytes), 0
    path = kept_path(scope, token)
    with path.open("wb") as sink:
        for chunk in chunks:
            size += len(chunk)
            if size > largest:
                break
            sink.write(chunk)
    if size > largest:
        path.unlink()
        raise Invalid(
            phrase("The file is larger than {largest} bytes.", largest=largest),
            code="file_too_large",
            hint="Use heed import on the machine itself, or raise HEED_UPLOAD_BYTES.",
        )
    return token


def import_upload(scope: Scope, token: str, mapping: str, *, name: str, dry_run: bool) -> Outcome:
    """Bring a kept file in. After a dry run it is kept, for the run that counts; otherwise it goes."""
    scope.demand_everywhere(PERMISSION)
    path = kept_path(scope, token)
    if not path.is_file():
        raise NotFound("The uploaded file is no longer here.", code="upload_gone", hint="Choose the file again.")
    try:
        outcome = import_file(scope, str(path), mapping_by_key(mapping), dry_run=dry_run, name=name)
    except Exception:
        path.unlink(missing_ok=True)
        raise
    if not dry_run:
        path.unlink(missing_ok=True)
    return outcome


def _folder() -> Path:
    folder = current().home_path / "imports" / "uploads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def kept_path(scope: Scope, token: str) -> Path:
    """Where a kept file of this person lies. A token is one name without a folder in it; the person is part of the name."""
    if not token or not all(sign.isalnum() or sign in "-_" for sign in token):
        raise NotFound("There is no such upload.", code="upload_gone", hint="Choose the file again.")
    return _folder() / f"{scope.person}.{token}"
