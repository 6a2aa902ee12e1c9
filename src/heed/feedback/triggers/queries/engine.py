"""What reading figures stands on here: the engine of this process, and the versions of the tables that were read."""

from collections.abc import Sequence

from heed.facts.engine.own import OwnEngine

engine = OwnEngine()


def versions(tables: Sequence[str]) -> tuple[tuple[str, int | None], ...]:
    """The version of each table of facts: what was read from them holds as long as these do."""
    store = engine().store
    return tuple((name, store.version(name)) for name in tables)
