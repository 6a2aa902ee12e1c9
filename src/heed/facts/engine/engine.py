"""The engine that computes on facts, by the name a setting gives it."""

from heed.core.errors.rules import Invalid, phrase
from heed.core.settings.rules import Settings
from heed.facts.engine.seam import Engine
from heed.facts.store.opening import store_of
from heed.facts.store.roots import Roots
from heed.facts.store.store import Store

__all__ = ["Engine", "open_engine"]


def open_engine(engine: Settings | str, store: Store | None = None) -> Engine:
    """The engine a setting names: `duckdb`, `spark://host:port` or `local[2]`."""
    if isinstance(engine, Settings):
        store = store or store_of(engine)
        engine = engine.engine
    if store is None:
        raise TypeError("open_engine wants a store when it is given the name of an engine")
    if isinstance(store, Roots):
        return _over(store, engine)
    if engine == "duckdb":
        from heed.facts.engine.duckdb import DuckDBEngine

        return DuckDBEngine(store)
    if engine.startswith(("spark://", "local[")):
        from heed.facts.engine.spark import SparkEngine

        return SparkEngine(store, engine)
    raise Invalid(
        phrase("There is no engine {engine!r}.", engine=engine),
        code="unknown_engine",
        hint="Use duckdb, spark://host:port or local[2].",
    )


def _over(store: Roots, engine: str) -> Engine:
    if engine != "duckdb":
        raise Invalid(
            phrase("{engine} does not compute root by root.", engine=engine),
            code="roots_want_duckdb",
            hint="Set HEED_ENGINE to duckdb, or leave HEED_REGION_ROOTS empty.",
        )
    from heed.facts.engine.roots import RootsEngine

    return RootsEngine(store, [open_engine(engine, part) for part in store.parts])
