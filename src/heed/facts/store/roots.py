"""Facts under several roots: those of a region lie under the region's own, all others under the first, the home.

A row belongs where its column `region` says. Each part is a whole store: what is written once there is written once.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from heed.core.errors.rules import Refused, phrase
from heed.facts.schema.arrow import arrow_schema
from heed.facts.schema.tables import TABLES
from heed.facts.store.fitting import table_named
from heed.facts.store.keys import first_of_each
from heed.facts.store.spool import rereadable
from heed.facts.store.store import Store, TableState

if TYPE_CHECKING:
    from pyarrow.dataset import Dataset

REGION = "region"
HOME = ""


class Roots(Store):
    """A home and a store for each region that has a root. With `gathered`, all belongs to the home: for moving back."""

    def __init__(self, home: Store, regions: Mapping[str, Store], *, gathered: bool = False) -> None:
        super().__init__(home.url, home.options)
        self.home = home
        self.regions = dict(regions)
        self.gathered = gathered
        # Names the whole, for what is remembered of figures: the same home with other roots is another store.
        self.url = "|".join([home.url, *(f"{region}={each.url}" for region, each in self.regions.items())])

    @property
    def parts(self) -> tuple[Store, ...]:
        return (self.home, *self.regions.values())

    @property
    def named(self) -> dict[str, Store]:
        """Region → its part; the home under the empty name."""
        return {HOME: self.home, **self.regions}

    def part_of(self, row: Mapping[str, Any]) -> Store:
        if self.gathered:
            return self.home
        return self.regions.get(row.get(REGION) or HOME, self.home)

    def belongs(self, region: str, rows: pa.Table | pa.RecordBatch) -> Any:
        """Which rows belong under the root of a region (the home: the empty name)."""
        if REGION not in rows.schema.names or self.gathered:
            return pa.array([region == HOME] * rows.num_rows, pa.bool_())
        column = rows.column(REGION).cast(pa.string())
        if region != HOME:
            return pc.fill_null(pc.equal(column, region), False)
        return pc.invert(pc.is_in(column, value_set=pa.array(list(self.regions), pa.string())))

    def uri(self, name: str) -> str:
        return self.home.uri(name)

    # Writing

    def append(
        self, name: str, rows: pa.Table | pa.RecordBatchReader, *, app: str, number: int, after: int | None = None
    ) -> bool:
        """As in one store, each part for itself: cut between two, the same call writes what the others lack."""
        table, moved = table_named(name), False
        with rereadable(table, rows, datetime.now(UTC)) as again:
            for region, part in self.named.items():
                mine = [batch for batch in self._mine_of(region, again()) if batch.num_rows]
                if mine:
                    reader = pa.RecordBatchReader.from_batches(arrow_schema(table), mine)
                    moved = part.append(name, reader, app=app, number=number, after=after) or moved
                else:
                    moved = part.advance(name, app=app, number=number, after=after) or moved
        return moved

    def _mine_of(self, region: str, batches: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        return (batch.filter(self.belongs(region, batch)) for batch in batches)

    def append_new(self, name: str, rows: pa.Table, *, key: str | None = None) -> int:
        """As in one store: a key that any part holds is not new."""
        table = table_named(name)
        key = table.column(key or table.key).name
        rows, written = first_of_each(table, rows, key), 0
        for region, part in self.named.items():
            mine = rows.filter(self.belongs(region, rows))
            for other in self.parts if mine.num_rows else ():
                mine = other.unknown(name, mine, key) if other is not part else mine
            written += part.append_new(name, mine, key=key) if mine.num_rows else 0
        return written

    def advance(self, name: str, *, app: str, number: int, after: int | None = None) -> bool:
        moved = [part.advance(name, app=app, number=number, after=after) for part in self.parts]
        return any(moved)

    def delete(self, name: str, predicate: str, *, when: tuple[str, int] | None = None) -> int:
        return sum(part.delete(name, predicate, when=when) for part in self.parts)

    def delete_keys(self, name: str, keys: Sequence[str]) -> int:
        return sum(part.delete_keys(name, keys) for part in self.parts)

    def rewrite(self, name: str, key: str, values: dict[str, str | dict[str, str]]) -> int:
        return sum(part.rewrite(name, key, values) for part in self.parts if part.exists(name))

    # Reading

    def exists(self, name: str) -> bool:
        return any(part.exists(name) for part in self.parts)

    def version(self, name: str) -> int | None:
        """A number that grows with every version of the table under any root; None when there is no table anywhere."""
        versions = [version for part in self.parts if (version := part.version(name)) is not None]
        return sum(each + 1 for each in versions) - 1 if versions else None

    def number(self, name: str, app: str) -> int | None:
        """The last number that every part holds; None while one has none."""
        numbers = [part.number(name, app) for part in self.parts]
        return None if None in numbers else min(each for each in numbers if each is not None)

    def files(self, name: str) -> list[str]:
        return [file for part in self.parts for file in part.files(name)]

    def has_grown(self, name: str) -> bool:
        return any(part.has_grown(name) for part in self.parts)

    def lacks_columns(self, name: str) -> bool:
        return any(part.lacks_columns(name) for part in self.parts)

    def dataset(self, name: str) -> "Dataset | None":
        """Refused when rows lie under more than one root: who must have them all goes through `parts`."""
        held = [part for part in self.parts if part.rows(name)]
        if len(held) > 1:
            raise rows_refused([region or HOME for region, part in self.named.items() if part in held])
        return (held or [self.home])[0].dataset(name)

    def state(self, name: str) -> TableState | None:
        states = [state for part in self.parts if (state := part.state(name)) is not None]
        if not states:
            return None
        rows, files, size = (sum(getattr(each, of) for each in states) for of in ("rows", "files", "bytes"))
        return TableState(name, rows, files, size, self.version(name) or 0)

    # Upkeep

    def compact(self, name: str) -> int:
        return sum(part.compact(name) for part in self.parts)

    def vacuum(self, name: str) -> int:
        return sum(part.vacuum(name) for part in self.parts)

    # Rows that lie under another root than theirs

    def strays(self) -> Iterator[tuple[str, str, int]]:
        """(region of the root, table, rows) of what belongs elsewhere: of a store that had other roots before."""
        for region in self.named:
            for name in TABLES:
                many = sum(batch.num_rows for batch in self.stray_batches(region, name, [REGION]))
                if many:
                    yield region, name, many

    def stray_batches(
        self, region: str, name: str, columns: list[str] | None = None, but_source: str = ""
    ) -> Iterator[pa.RecordBatch]:
        """The rows under a root that belong under another, but those of a source."""
        dataset = self.named[region].dataset(name)
        if dataset is None or (columns and not set(columns) <= set(dataset.schema.names)):
            return
        for batch in dataset.to_batches(columns=columns):
            mask = pc.invert(self.belongs(region, batch))
            if but_source:
                mask = pc.and_(mask, pc.not_equal(batch.column("source").cast(pa.string()), but_source))
            if pc.any(mask).as_py():
                yield batch.filter(mask)


def rows_refused(regions: Sequence[str]) -> Refused:
    """Rows of several roots were asked for at once."""
    named = ", ".join(region or "-" for region in regions)
    return Refused(
        phrase("These are rows of several regions, each under a root of its own ({regions}).", regions=named),
        code="rows_across_roots",
        hint=phrase("Ask for one region; over several only figures are put together."),
    )
