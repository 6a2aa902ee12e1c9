"""Carries entries on into tables of facts, each exactly once, whatever is killed when. Knows no database but the store.

Each table, under each root, keeps its own number: generation and last entry, committed with the rows. A batch is written only where the
table is still at the number the batch started from; so two followers, or one killed between two tables, leave neither
a hole nor a duplicate. Odd generations mean that the rows of the journal are just being taken out (see `begin_again`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from heed.core.journal.rules import Entry
from heed.facts.projected import as_table
from heed.facts.projections import SOURCE, Completion, Projection, completed, rows_of, tables_of
from heed.facts.store.store import Store

APP = "journal"
REBUILD, REBUILT = "rebuild", "rebuilt"
# A table to which nothing happens is told the position now and then, so that a restart does not read far back.
LEAST_NEWS = 10_000
ENTRIES = 2_000

EntriesAfter = Callable[[int, int], list[Entry]]


@dataclass(frozen=True)
class Position:
    """Where a table stands: how often it was begun again (two steps each time), and the last entry it holds."""

    generation: int
    entry: int

    @property
    def number(self) -> int:
        return (self.generation << 40) | self.entry

    @property
    def is_emptying(self) -> bool:
        return self.generation % 2 == 1

    @classmethod
    def of(cls, number: int | None) -> "Position":
        return cls((number or 0) >> 40, (number or 0) & ((1 << 40) - 1))


@dataclass(frozen=True)
class Place:
    """One table under one root, which keeps its own position."""

    store: Store
    name: str


class Follower:
    """One reader of the journal and the tables it fills. Keep it between calls: it remembers how far it looked."""

    def __init__(
        self,
        store: Store,
        entries_after: EntriesAfter,
        projections: Iterable[Projection],
        completions: Mapping[str, Completion] | None = None,
    ) -> None:
        self.store = store
        self.entries_after = entries_after
        self.projections = tuple(projections)
        self.completions = completions or {}
        self.tables = tables_of(self.projections)
        self._by_event: dict[str, list[Projection]] = {}
        for projection in self.projections:
            self._by_event.setdefault(projection.event, []).append(projection)
        self.places = tuple(Place(part, name) for part in store.parts for name in self.tables)
        self._written: dict[Place, Position] = {}
        self._seen: dict[Place, int] = {}

    def follow(self, batch: int = ENTRIES, on_batch: Callable[[int], None] | None = None) -> int:
        """Carry on to the end of the journal; returns how many entries were new to some table."""
        for place in self.places:
            finish_emptying(place.store, place.name)
            self._look(place)
        carried = 0
        while self.places:
            start = min(self._seen[place] for place in self.places)
            entries = self.entries_after(start, batch)
            if not entries:
                break
            self._carry(entries)
            carried += len(entries)
            if on_batch is not None:
                on_batch(len(entries))
        return carried

    def behind(self, count_after: Callable[[int, Sequence[str]], int]) -> int:
        """How many entries some table still wants; `count_after` counts the entries after one, of the events named."""
        waiting = []
        for place in self.places:
            self._look(place)
            events = sorted({one.event for one in self.projections if one.table == place.name})
            waiting.append(count_after(self._seen[place], events))
        return max(waiting, default=0)

    def _at(self, place: Place) -> Position:
        return Position.of(place.store.number(place.name, APP))

    def _look(self, place: Place) -> None:
        """Take the table's own position; what this follower saw beyond it counts while nobody else moved the table."""
        now = self._at(place)
        if self._written.get(place) != now:
            self._written[place] = now
            self._seen[place] = now.entry

    def _carry(self, entries: list[Entry]) -> None:
        last = entries[-1].id
        rows: dict[Place, list[dict[str, object]]] = {place: [] for place in self.places}
        for entry in completed(entries, self.completions):
            for table, row in rows_of(entry, self._by_event.get(entry.name, ())):
                place = Place(self.store.part_of(row), table)
                if entry.id > self._seen[place]:
                    rows[place].append(row)
        for place in self.places:
            if last > self._seen[place]:
                self._write(place, rows[place], last)

    def _write(self, place: Place, rows: list[dict[str, object]], last: int) -> None:
        store, name, start = place.store, place.name, self._written[place]
        end = Position(start.generation, last)
        if start.is_emptying:
            finish_emptying(store, name)
            self._look(place)
            return
        if rows:
            moved = store.append(name, as_table(name, rows), app=APP, number=end.number, after=start.number)
        elif last - start.entry >= LEAST_NEWS:
            moved = store.advance(name, app=APP, number=end.number, after=start.number)
        else:
            self._seen[place] = last
            return
        if moved:
            self._written[place], self._seen[place] = end, last
        else:
            # Another follower was here, or the table was begun again: go by what it says now.
            self._written.pop(place)
            self._look(place)


def begin_again(store: Store, name: str, rebuild: int) -> None:
    """Take the journal's rows out of a table and set it to entry 0, in steps that may be cut and repeated."""
    while (store.number(name, REBUILD) or 0) < rebuild:
        at = Position.of(store.number(name, APP))
        odd = Position(at.generation + 1 if not at.is_emptying else at.generation, at.entry)
        # From here on a follower that read the old position can write no more.
        if at.is_emptying or store.advance(name, app=APP, number=odd.number, after=at.number):
            store.advance(name, app=REBUILD, number=rebuild)
    finish_emptying(store, name)


def finish_emptying(store: Store, name: str) -> None:
    """Take the rows out of a table whose emptying was begun, and open it at entry 0."""
    at = Position.of(store.number(name, APP))
    if at.is_emptying:
        store.delete(name, f"source = '{SOURCE}'", when=(APP, at.number))
        store.advance(name, app=APP, number=Position(at.generation + 1, 0).number, after=at.number)
