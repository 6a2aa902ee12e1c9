"""Noting who read what customers wrote, unmasked."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from heed.core.access.events import RawWordsRead
from heed.core.journal.actions import record_all
from heed.core.journal.queries import subjects_told

READ = "raw-words-read"
AT_ONCE = 500


def note_words_read(actor: str, kind: str, ids: Iterable[str], *, door: str) -> int:
    """Note that somebody read the unmasked words of these things (`verbatim`, `case`, `response`): one entry a person,
    thing and day, whichever page, call or file showed them. Returns how many entries were new.
    """
    wanted = list(dict.fromkeys(str(each)[:120] for each in ids if each))
    if not wanted:
        return 0
    day = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    with transaction.atomic():
        known: set[str] = set()
        for start in range(0, len(wanted), AT_ONCE):
            known |= subjects_told(READ, actor, kind, wanted[start : start + AT_ONCE], since=day)
        new = [each for each in wanted if each not in known]
        record_all([(RawWordsRead(kind, door), actor, (kind, each)) for each in new])
    return len(new)
