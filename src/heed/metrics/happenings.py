"""What happened in the operation beside its figures: releases, policies, campaigns, as the facts hold them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

import ibis

from heed.metrics.sources.opening import Engine


@dataclass(frozen=True)
class Happening:
    """One change of the operation: since when, of what kind, in a few words, and whose."""

    at: datetime
    kind: str
    title: str
    unit: str
    team: str = ""
    region: str = ""


def happenings(
    engine: Engine, since: datetime, until: datetime, within: Mapping[str, Collection[str]] | None = None
) -> tuple[Happening, ...]:
    """Changes of [since, until), in order of time. within: as of a slice; what concerns no team and no region in
    particular concerns everybody.
    """
    rows = engine.table("changes")
    rows = rows.filter(rows.at >= ibis.literal(since, type="timestamp('UTC')"))
    rows = rows.filter(rows.at < ibis.literal(until, type="timestamp('UTC')"))
    if within is not None:
        reached = [rows[column].isin(sorted(values)) for column, values in sorted(within.items()) if values]
        everybody = rows.team.isnull() & rows.region.isnull()
        rows = rows.filter(reduce(or_, reached, everybody))
    found = engine.run(
        rows.select("at", "kind", "title", "unit", "team", "region").order_by("at", "title").limit(200)
    ).to_pylist()
    words = ("kind", "title", "unit", "team", "region")
    return tuple(Happening(row["at"], *(row[name] or "" for name in words)) for row in found)
