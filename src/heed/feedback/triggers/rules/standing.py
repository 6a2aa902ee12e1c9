"""Facts in columns made into candidates, in the order in which they happened. Pure; numpy."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from heed.facts.schema.tables import TABLES
from heed.feedback.triggers.definition import Trigger
from heed.feedback.triggers.rules.bulk import Candidates
from heed.feedback.triggers.rules.coverage import cell_of
from heed.feedback.triggers.rules.draws import draws, salt_of
from heed.feedback.triggers.rules.ledger import Ledger

Part = tuple[pa.Table, npt.NDArray[np.int64]]
COLUMNS = ("customer_key", "region", "segment", "touchpoint")
BY_ROW = ("at", "customer", "trigger", "draw", "share", "cell", "region", "segment", "touchpoint")


def candidates_of(ledger: Ledger, triggers: Sequence[Trigger], parts: Sequence[Part]) -> Candidates:
    """Parts: facts of one table each that came past the conditions, with the place of the trigger beside each row."""
    tables = [_alike(table, triggers, places) for table, places in parts if table.num_rows]
    if not tables:
        none: Any = np.zeros(0, np.int64)
        return Candidates(none, none, none, none * 1.0, none * 1.0, none, none, none, none, [], [], [], [])
    whole = pa.concat_tables(tables)
    at, trigger = whole["at"].to_numpy(), whole["trigger"].to_numpy()
    customer, customers = _coded(whole["customer_key"])
    region, regions = _coded(whole["region"])
    segment, segments = _segments(ledger, whole["segment"], customer, customers)
    touchpoint, touchpoints = _coded(whole["touchpoint"])
    region = np.where(region < 0, len(regions), region)
    touchpoint = np.where(touchpoint < 0, len(touchpoints), touchpoint)
    touchpoints = [*touchpoints, ""]
    salts = np.array([salt_of(each.source, each.survey, each.name) for each in triggers], np.uint64)
    drawn = draws(salts[trigger], whole["key"].combine_chunks())
    share = _shares(triggers, trigger, whole["stratum"])
    cell = _cells(ledger, triggers, trigger, segment, segments, touchpoint, touchpoints)
    found = Candidates(
        at, customer, trigger, drawn, share, cell, region, segment, touchpoint,
        customers, [*regions, ""], segments, touchpoints,
    )  # fmt: skip
    if (np.diff(at) < 0).any():
        # Facts of one moment stay as they came: by trigger, and of one trigger by key.
        order = np.argsort(at, kind="stable")
        found = replace(found, **{name: getattr(found, name)[order] for name in BY_ROW})
    return found


def _alike(table: pa.Table, triggers: Sequence[Trigger], places: npt.NDArray[np.int64]) -> pa.Table:
    """The same columns, whatever table the facts are of."""
    source = TABLES[triggers[int(places[0])].source]
    rows = table.num_rows
    columns: dict[str, Any] = {}
    for name in COLUMNS:
        columns[name] = table[name].cast(pa.string()) if name in table.column_names else pa.nulls(rows, pa.string())
    columns["at"] = table[source.time].cast(pa.timestamp("us", tz="UTC")).cast(pa.int64())
    columns["key"] = table[source.key].cast(pa.string())
    columns["trigger"] = pa.array(places)
    stratum = np.full(rows, None, object)
    for place in np.unique(places):
        name = triggers[place].stratum
        if name:
            some = places == place
            stratum[some] = np.array(table[name].to_pylist(), object)[some]
    columns["stratum"] = pa.array(stratum, pa.string())
    return pa.table(columns)


def _coded(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Places in a list of names, and the list; -1 for what is missing or empty."""
    coded = column.combine_chunks().dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    names = coded.dictionary.to_pylist()
    place = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    if "" in names:
        place[place == names.index("")] = -1
    return place, names


def _shares(
    triggers: Sequence[Trigger], trigger: npt.NDArray[np.int64], stratum: pa.ChunkedArray
) -> npt.NDArray[np.float64]:
    """The share each trigger asks by itself, by its strata where it has some."""
    found = np.array([each.probability for each in triggers])[trigger]
    for place, each in enumerate(triggers):
        if not each.probabilities:
            continue
        value, names = _coded(stratum)
        known: Mapping[str, float] = {one.value: one.share for one in each.probabilities}
        shares = np.array([*(known.get(name, each.probability) for name in names), each.probability])
        here = trigger == place
        found[here] = shares[value[here]]
    return found


def _segments(
    ledger: Ledger, column: pa.ChunkedArray, customer: npt.NDArray[np.int64], customers: Sequence[str]
) -> tuple[npt.NDArray[np.int64], list[str]]:
    """The segment of each fact: its own, else the customer's, else none (empty)."""
    told, segments = _coded(column)
    home = [ledger.accounts[key].segment if key in ledger.accounts else "" for key in customers]
    names = sorted({*(each or "" for each in segments), *home, ""})
    places = {name: number for number, name in enumerate(names)}
    of_customer = np.array([*(places[name] for name in home), places[""]], np.int64)
    of_fact = np.array([*(places[name or ""] for name in segments), places[""]], np.int64)
    return np.where(told >= 0, of_fact[told], of_customer[customer]), names


def _cells(
    ledger: Ledger,
    triggers: Sequence[Trigger],
    trigger: npt.NDArray[np.int64],
    segment: npt.NDArray[np.int64],
    segments: Sequence[str],
    touchpoint: npt.NDArray[np.int64],
    touchpoints: Sequence[str],
) -> npt.NDArray[np.int64]:
    """The cell of the coverage of each candidate whose trigger follows it; -1: none."""
    coverage = ledger.terms.coverage
    follows = np.array([each.adaptive for each in triggers], bool)[trigger]
    if coverage is None or not follows.any():
        return np.full(len(trigger), -1, np.int64)
    cells = np.array([[cell_of(coverage, name, point) for point in touchpoints] for name in segments], np.int64)
    return np.where(follows, cells[segment, touchpoint], -1)
