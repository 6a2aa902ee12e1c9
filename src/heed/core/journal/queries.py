"""Reading the journal."""

from collections.abc import Iterator

from heed.core.journal.models import JournalEntry
from heed.core.journal.rules import Entry, Link, Verdict, verify


def _entry(row: JournalEntry) -> Entry:
    return Entry(row.id, row.at, row.name, row.actor, row.subject_kind, row.subject_id, row.payload)


def entries_after(position: int, limit: int = 500) -> list[Entry]:
    """The next entries in order of commit; no entry can appear later below one that was returned."""
    return [_entry(row) for row in JournalEntry.objects.filter(id__gt=position).order_by("id")[:limit]]


def entries_before(position: int | None, limit: int = 50, *, name: str = "", subject: tuple[str, str] | None = None, actor: str = "") -> list[Entry]:
    """Newest first, for reading; `position` is the id the page before ended with."""
    rows = JournalEntry.objects.order_by("-id")
    if position is not None:
        rows = rows.filter(id__lt=position)
    if name:
        rows = rows.filter(name=name)
    if actor:
        rows = rows.filter(actor=actor)
    if subject:
        rows = rows.filter(subject_kind=subject[0], subject_id=subject[1])
    return [_entry(row) for row in rows[:limit]]


def last_id() -> int:
    """The id of the newest entry; 0 when there is none."""
    return JournalEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0


def names() -> list[str]:
    """The names of events that occur, in order."""
    return list(JournalEntry.objects.order_by("name").values_list("name", flat=True).distinct())


def verify_chain() -> Verdict:
    """Walk the whole chain and say whether it holds."""

    def links() -> Iterator[Link]:
        for row in JournalEntry.objects.order_by("id").iterator(chunk_size=2000):
            yield Link(
                row.id, row.at, row.name, row.actor, row.subject_kind, row.subject_id, row.payload, row.salt, row.digest, row.chain
            )

    return verify(links())
