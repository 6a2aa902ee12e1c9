"""What an import has to say at its end."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from heed.service.formats.rules.batches import Tally


@dataclass(frozen=True)
class Outcome:
    """The figures of one import; read = accepted + quarantined + unchanged."""

    mapping: str
    read: int
    accepted: int
    quarantined: int
    unchanged: int
    errors: Tally
    notes: Tally
    tables: dict[str, int]
    came: tuple[str, ...] = ()
    went: tuple[str, ...] = ()
    import_id: int | None = None
    dry_run: bool = False
    replay: bool = False
    seconds: float = field(default=0.0, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """The contract's keys first."""
        return {
            "mapping": self.mapping,
            "read": self.read,
            "accepted": self.accepted,
            "quarantined": self.quarantined,
            "unchanged": self.unchanged,
            "errors": self.errors.as_list(),
            "notes": self.notes.as_list(),
            "tables": self.tables,
            "columns_came": list(self.came),
            "columns_went": list(self.went),
            "import": self.import_id,
            "dry_run": self.dry_run,
            "seconds": self.seconds,
        }


def schema_change(before: Iterable[str], now: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Columns that came and went since the file before; nothing when there was none."""
    old, new = list(before), list(now)
    if not old:
        return (), ()
    return tuple(name for name in new if name not in old), tuple(name for name in old if name not in new)
