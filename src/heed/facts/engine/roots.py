"""Facts under several roots, each computed on by an engine of its own: only aggregates leave a root.

An expression is cut at its aggregates. Each is worked out under every root in parts that add up (`heed.facts.engine.merging`),
put together, and what stands above it is computed from the result. Rows are given when all lie under one root, else refused.
"""

import secrets
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import ibis
import ibis.expr.operations as ops
import pyarrow as pa
import pyarrow.compute as pc

from heed.core.errors.rules import Refused, phrase
from heed.facts.engine.merging import Unmergeable, merge, parts_of
from heed.facts.engine.seam import Engine
from heed.facts.engine.tracing import Origin, fact_tables, is_free, is_told, keeps_whole, linked, origins
from heed.facts.engine.typing import normal_table
from heed.facts.store.fitting import table_named
from heed.facts.store.roots import Roots, rows_refused

Shared = tuple[Origin, ...]


class Scattered(Exception):
    """Rows are wanted that no aggregate stands for."""


class RootsEngine(Engine):
    """An engine a root. What is asked of it is asked as of one store."""

    name = "roots"

    def __init__(self, store: Roots, engines: Sequence[Engine]) -> None:
        super().__init__(store)
        self.roots = dict(zip(store.named, engines, strict=True))
        self.home = engines[0]
        self._apart: dict[tuple[Any, ...], int] = {}

    @property
    def parts(self) -> tuple[Engine, ...]:
        return tuple(self.roots.values())

    def table(self, name: str) -> ibis.Table:
        shown = [engine.table(name) for engine in self.parts]
        return shown[0]

    def relation(self, rows: pa.Table, name: str) -> ibis.Table:
        held = [engine.relation(rows, name) for engine in self.parts]
        return held[0]

    def only(self, expression: ibis.Expr) -> Engine:
        """The engine of the root under which all rows of an expression lie. Raises Refused (rows_across_roots)."""
        return self.roots[self._only(expression.as_table().op())]

    def run(self, expression: ibis.Expr) -> pa.Table:
        asked = expression.as_table()
        with self._lock:
            node = self._with_settled_scalars(asked.op())
            try:
                rows = self.home.run(self._central(node).to_expr())
            except (Scattered, Unmergeable) as error:
                rows = self._of_one(node, error)
        return normal_table(rows.cast(asked.schema().to_pyarrow()), asked.schema())

    def close(self) -> None:
        for engine in self.parts:
            engine.close()

    # Cutting an expression at its aggregates

    def _with_settled_scalars(self, node: Any) -> Any:
        """Numbers worked out of whole tables, such as the newest time, are those of all roots."""
        while True:
            scalars = [each for each in node.find(ops.ScalarSubquery) if fact_tables(each.rel)]
            inner = [
                each
                for each in scalars
                if not [one for one in each.rel.find(ops.ScalarSubquery) if fact_tables(one.rel)]
            ]
            if not inner:
                return node
            node = node.replace({each: self._settled(each) for each in inner})

    def _settled(self, scalar: Any) -> Any:
        value = self.run(scalar.rel.to_expr()).column(0)
        return ops.Literal(value[0].as_py() if len(value) else None, scalar.dtype)

    def _central(self, node: Any) -> Any:
        """The expression with no fact in it: aggregates put together, what stands above them as it is."""
        cut: dict[Any, Any] = {}
        self._cut(node, cut)
        return node.replace(cut) if cut else node

    def _cut(self, node: Any, cut: dict[Any, Any]) -> None:
        if node in cut or not fact_tables(node):
            return
        if is_free(node) and self._is_local(node):
            cut[node] = _memory(pa.concat_tables([engine.run(node.to_expr()) for engine in self.parts]), node)
        elif isinstance(node, ops.Aggregate | ops.Distinct) and self._is_local(node.parent):
            cut[node] = _memory(self._merged(node), node)
        elif isinstance(node, ops.PhysicalTable):
            raise Scattered
        else:
            for below in _below(node):
                self._cut(below, cut)

    def _merged(self, node: Any) -> pa.Table:
        """One aggregate over all roots. Raises Scattered when what it is grouped by names people or rows."""
        if isinstance(node, ops.Distinct):
            node = ops.Aggregate(node.parent, groups=_fields(node.parent), metrics={})
        told = [value for value in node.groups.values() if not is_told(value)]
        if told:
            raise Scattered
        if any(keeps_whole(value) for value in node.groups.values()):
            # A group lies under one root: its figures are whole there, whatever they are.
            if not all(map(is_told, node.metrics.values())):
                raise Scattered
            return pa.concat_tables([engine.run(node.to_expr()) for engine in self.parts])
        asked = parts_of(node, self._adds_up)
        return merge(self.home, asked, [engine.run(asked.partial.to_expr()) for engine in self.parts])

    # What can be computed root by root

    def _is_local(self, node: Any) -> bool:
        """Whether the rows of a relation are those of the roots, one root after the other."""
        if isinstance(node, ops.Sort | ops.Limit | ops.Sample | ops.Difference | ops.Intersection | ops.SQLQueryResult):
            return not fact_tables(node)
        if isinstance(node, ops.Aggregate | ops.Distinct):
            keys = node.groups.values() if isinstance(node, ops.Aggregate) else _fields(node.parent).values()
            return self._is_local(node.parent) and self._any_apart([origins(key) for key in keys])
        if isinstance(node, ops.JoinChain) and not all(self._joins(link) for link in node.rest):
            return False
        if isinstance(node, ops.Union) and node.distinct:
            return False
        if not all(self._any_apart([origins(key) for key in window.group_by]) for window in _windows(node)):
            return False
        if not all(self._any_apart([linked(each.needle, *each.rel.values.values())]) for each in _lookups(node)):
            return False
        return all(self._is_local(below) for below in _below(node))

    def _joins(self, link: Any) -> bool:
        if not fact_tables(link.table):
            return True
        equal = [each for each in link.predicates if isinstance(each, ops.Equals | ops.IdenticalTo)]
        return self._any_apart([linked(each.left, each.right) for each in equal])

    def _any_apart(self, keys: Sequence[Shared]) -> bool:
        """Whether one of the keys has no value under two roots. Raises Refused when only some values are shared: then a
        figure that follows records cannot be had.
        """
        whole = [key for key in keys if key and all(origin.keeps_whole for origin in key)]
        if any(all(origin.column == "region" for origin in key) for key in whole):
            return True
        shared = [(key, self._shared(key)) for key in whole if not any(origin.column == "region" for origin in key)]
        if not shared or any(not many for _, many in shared):
            return bool(shared)
        key, many = min(shared, key=lambda each: each[1])
        raise Refused(
            phrase(
                "{many} values of {column} have facts under several roots, and this follows each from fact to fact.",
                many=many,
                column=key[0].column,
            ),
            code="record_across_roots",
            hint=phrase("Ask for what does not follow them, or give them one region in the source."),
        )

    def _adds_up(self, key: Shared) -> bool:
        """Whether different values may be counted under each root and added."""
        return self._any_apart([key])

    def _shared(self, key: Shared) -> int:
        """How many values lie under two roots. Each root tells digests with a salt that is made anew and kept nowhere."""
        rests_on = (key, *(self.store.version(origin.table) for origin in key))
        if rests_on not in self._apart:
            salt = secrets.token_hex(16)
            seen = [self._digests(engine, key, salt) for engine in self.parts]
            held = [pc.sum(pc.is_in(one, value_set=other)).as_py() or 0 for one, other in combinations(seen, 2)]
            self._apart[rests_on] = sum(held)
        return self._apart[rests_on]

    def _digests(self, engine: Engine, key: Shared, salt: str) -> pa.Array:
        found: list[pa.ChunkedArray] = []
        for origin in key:
            rows = engine.table(origin.table)
            ids = rows.filter(rows[origin.column].notnull() & (rows[origin.column] != ""))
            digests = ids.select(digest=(ibis.literal(salt) + ids[origin.column]).hexdigest("md5")).distinct()
            found.append(engine.run(digests).column("digest"))
        return pc.unique(pa.chunked_array([chunk for each in found for chunk in each.chunks], pa.string()))

    # Rows, and what cannot be put together

    def _of_one(self, node: Any, error: Exception) -> pa.Table:
        """The answer of the one root under which the rows lie."""
        region = self._only(node, error)
        return self.roots[region].run(node.to_expr())

    def _only(self, node: Any, error: Exception | None = None) -> str:
        tops = list(self._tops(node))
        held = [region for region, engine in self.roots.items() if any(_has_rows(engine, top) for top in tops)]
        if len(held) <= 1:
            return next(iter(held), "")
        if isinstance(error, Unmergeable):
            raise Refused(
                phrase("{figure} of several regions cannot be put together exactly.", figure=str(error)),
                code="not_mergeable",
                hint=phrase("Split by region, or ask for one region."),
            ) from error
        raise rows_refused(held) from error

    def _tops(self, node: Any) -> Iterator[Any]:
        """The uppermost relations below a node whose rows are those of the roots, before anything is counted."""
        if not fact_tables(node) or is_free(node):
            return
        if not isinstance(node, ops.Aggregate) and self._is_local(node):
            yield node
        else:
            for below in _below(node):
                yield from self._tops(below)

    # An engine of its own computes on nothing

    def _show(self, name: str) -> None:
        self.table(table_named(name).name)

    def _hold(self, name: str, rows: pa.Table) -> None:
        self.relation(rows, name)

    def _compute(self, expression: ibis.Table) -> pa.Table:
        return self.run(expression)

    def _lost_files(self, error: Exception) -> bool:
        return False


def _memory(rows: pa.Table, node: Any) -> Any:
    schema = node.schema
    return ibis.memtable(rows.select(list(schema.names)).cast(schema.to_pyarrow()), schema=schema).op()


def _below(node: Any) -> list[Any]:
    """The relations a relation is made of; those of look-ups inside its values are looked at with these."""
    if isinstance(node, ops.JoinChain):
        return [node.first, *(link.table for link in node.rest)]
    return [each for each in node.args if isinstance(each, ops.Relation)]


def _values(node: Any) -> Iterator[Any]:
    for each in node.args:
        if isinstance(each, ops.Value):
            yield each
        elif isinstance(each, tuple):
            yield from (inner for inner in each if isinstance(inner, ops.Node))
        elif hasattr(each, "values") and not isinstance(each, ops.Node):
            yield from (inner for inner in each.values() if isinstance(inner, ops.Node))


def _windows(node: Any) -> list[Any]:
    """Windows in a relation's own values, not in those of the relations below."""
    return [window for value in _values(node) for window in _own(value, ops.WindowFunction)]


def _lookups(node: Any) -> list[Any]:
    return [each for value in _values(node) for each in _own(value, ops.InSubquery) if fact_tables(each.rel)]


def _own(value: Any, kind: type) -> Iterator[Any]:
    if isinstance(value, ops.Relation):
        return
    if isinstance(value, kind):
        yield value
    for each in value.args if isinstance(value, ops.Node) and not isinstance(value, ops.Field) else ():
        for inner in each if isinstance(each, tuple) else (each,):
            if isinstance(inner, ops.Node):
                yield from _own(inner, kind)


def _fields(parent: Any) -> dict[str, Any]:
    return {name: ops.Field(parent, name) for name in parent.schema.names}


def _has_rows(engine: Engine, node: Any) -> bool:
    return engine.run(node.to_expr().limit(1)).num_rows > 0
