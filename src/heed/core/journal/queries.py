"""Reading the journal."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from heed.core.journal.models import FollowerPosition, JournalEntry
from heed.core.journal.models import ParkedEntry as ParkedEntry
from heed.core.journal.rules import Entry, Lag, Link, Verdict, verify

_NO_PERSON = ("system", "heed", "command-line")


def _entry(row: JournalEntry) -> Entry:
    return Entry(row.id, row.at, row.name, row.actor, row.subject_kind, row.subject_id, row.payload)


def entries_after(position: int, limit: int = 500) -> list[Entry]:
    """The next entries in order of commit; no entry can appear later below one that was returned."""
    return [_entry(row) for row in JournalEntry.objects.filter(id__gt=position).order_by("id")[:limit]]


def entries_before(
    position: int | None,
    limit: int = 50,
    *,
    name: str = "",
    subject: tuple[str, str] | None = None,
    actor: str = "",
    subject_kind: str = "",
    subject_id: str = "",
) -> list[Entry]:
    """Newest first, for reading; `position` is the id the page before ended with."""
    rows = JournalEntry.objects.order_by("-id")
    if position is not None:
        rows = rows.filter(id__lt=position)
    if subject:
        subject_kind, subject_id = subject
    given = {"name": name, "actor": actor, "subject_kind": subject_kind, "subject_id": subject_id}
    rows = rows.filter(**{column: value for column, value in given.items() if value})
    return [_entry(row) for row in rows[:limit]]


def last_id() -> int:
    """The id of the newest entry; 0 when there is none."""
    return JournalEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0


def names() -> list[str]:
    """The names of events that occur, in order."""
    return list(JournalEntry.objects.order_by("name").values_list("name", flat=True).distinct())


def verify_chain() -> Verdict:
    """Walk the whole chain and say whether it holds."""

    rows = JournalEntry.objects.order_by("id").iterator(chunk_size=2000)
    return verify(link_of(row) for row in rows)


def link_of(row: JournalEntry) -> Link:
    """A row as the chain sees it."""
    return Link(
        row.id,
        row.at,
        row.name,
        row.actor,
        row.subject_kind,
        row.subject_id,
        row.payload,
        row.salt,
        row.digest,
        row.chain,
    )


def entry(number: int) -> Entry | None:
    """One entry, by its id."""
    row = JournalEntry.objects.filter(id=number).first()
    return _entry(row) if row else None


def head() -> tuple[int, str]:
    """The newest entry's id and the value of the chain there; 0 and nothing on an empty journal."""
    return JournalEntry.objects.order_by("-id").values_list("id", "chain").first() or (0, "")


def actors() -> list[str]:
    """Who may have written, by key. Asked of the people, not of the journal: it is long and has no index on actors."""
    return [*_NO_PERSON, *get_user_model().objects.exclude(email=None).values_list("key", flat=True)]


def actor_names(keys: Iterable[str]) -> dict[str, str]:
    """Names of those who did things, by key. People are looked up now: the journal itself holds no name."""
    wanted = set(keys)
    known = dict(get_user_model().objects.filter(key__in=wanted).values_list("key", "name"))
    known |= {
        "system": _("heed"),
        "heed": _("heed"),
        "command-line": _("the command line"),
        "sample": _("the sample operation"),
    }
    return {key: known.get(key, key) for key in wanted}


def count_after(position: int, names: Sequence[str] = ()) -> int:
    """How many entries there are behind a position, of the events named; of all when none is."""
    rows = JournalEntry.objects.filter(id__gt=position)
    return (rows.filter(name__in=names) if names else rows).count()


def position(follower: str) -> int:
    """The last entry a follower is done with; 0 when it has never moved."""
    return FollowerPosition.objects.filter(name=follower).values_list("entry", flat=True).first() or 0


def standing(follower: str) -> FollowerPosition:
    """Where a follower stands, with what keeps it from going on."""
    return FollowerPosition.objects.filter(name=follower).first() or FollowerPosition(name=follower)


def waiting_seconds(after: int, names: Sequence[str] = ()) -> float:
    """For how long the first entry behind a position has waited, of the events named; 0 when none does."""
    rows = JournalEntry.objects.filter(id__gt=after)
    at = (rows.filter(name__in=names) if names else rows).order_by("id").values_list("at", flat=True).first()
    return max(0.0, (timezone.now() - at).total_seconds()) if at else 0.0


def lags() -> list[Lag]:
    """How far behind each follower is that keeps its position in the database."""
    parked = dict(
        open_parked_rows()
        .order_by()
        .values_list("follower")
        .annotate(count=Count("id"))
        .values_list("follower", "count")
    )
    newest = last_id()
    return [
        Lag(
            row.name,
            max(0, newest - row.entry),
            waiting_seconds(row.entry),
            parked.get(row.name, 0),
            row.last_error,
            row.retry_at,
        )
        for row in FollowerPosition.objects.order_by("name")
    ]


def open_parked_rows() -> QuerySet[ParkedEntry]:
    """Steps that were put aside and neither taken nor given up since, oldest first."""
    return ParkedEntry.objects.filter(replayed_at=None, dropped_at=None).order_by("id")


def subjects_told(name: str, actor: str, kind: str, ids: Collection[str], *, since: datetime) -> set[str]:
    """Of these subjects those somebody has an entry of this name about, since a moment."""
    rows = JournalEntry.objects.filter(name=name, actor=actor, at__gte=since, subject_kind=kind, subject_id__in=ids)
    return set(rows.values_list("subject_id", flat=True))
