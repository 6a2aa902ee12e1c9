"""A layered drawing of a directed graph, top to bottom (Sugiyama, Tagawa and Toda 1981), with room for the labels of edges.

Nodes lie on even ranks; each edge passes the odd ranks between them by bends, the middle one as wide as its label, so that labels never
meet nodes or one another. Every step has one outcome: the same graph is the same picture.
"""

import itertools
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SWEEPS = 40
GAP, LABEL_GAP = 28.0, 14.0
# How much straighter an edge is pulled between two bends than between a bend and a node, or two nodes (Gansner et al. 1993).
PULL = {0: 1.0, 1: 2.0, 2: 16.0}


@dataclass(frozen=True)
class Box:
    """What is to be placed: width and height in pixels."""

    width: float
    height: float


@dataclass(frozen=True)
class Line:
    """An edge to be drawn, with the size of its label; the weight pulls it straight and keeps it pointing down."""

    start: str
    end: str
    weight: float
    label: Box


@dataclass
class Drawing:
    """Where all lies: centres of nodes; for each line its points from start to end and the centre of its label."""

    width: float = 0.0
    height: float = 0.0
    nodes: dict[str, tuple[float, float]] = field(default_factory=dict)
    points: dict[tuple[str, str], list[tuple[float, float]]] = field(default_factory=dict)
    labels: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)


@dataclass
class _Place:
    width: float
    height: float
    rank: int
    is_bend: bool
    x: float = 0.0


def drawn(nodes: Mapping[str, Box], lines: Sequence[Line], order: Sequence[str]) -> Drawing:
    """Draw nodes and lines between two different nodes. `order`: the nodes as they come; a line against it is drawn upwards."""
    come = {name: at for at, name in enumerate(order)}
    down = [(line, come[line.start] > come[line.end]) for line in lines if line.start != line.end]
    ranks = _ranks(order, [_ends(line, is_up) for line, is_up in down])
    places = {name: _Place(box.width, box.height, 2 * ranks[name], False) for name, box in nodes.items()}
    chains: dict[tuple[str, str], list[str]] = {}
    links: list[tuple[str, str, float]] = []
    for line, is_up in down:
        chain = _chain(line, is_up, places)
        chains[line.start, line.end] = chain[::-1] if is_up else chain
        links += [(one, two, line.weight) for one, two in itertools.pairwise(chain)]
    rows = _ordered(places, links)
    _spread(places, rows, links)
    return _finished(places, rows, chains)


def _ends(line: Line, is_up: bool) -> tuple[str, str]:
    return (line.end, line.start) if is_up else (line.start, line.end)


def _ranks(order: Sequence[str], lines: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The longest way down to each node; one that nothing leads to is drawn close to what follows it."""
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    for one, two in lines:
        before[two].append(one)
        after[one].append(two)
    ranks: dict[str, int] = {}
    for name in order:
        ranks[name] = max((ranks[one] + 1 for one in before[name]), default=0)
    for name in reversed(order):
        if not before[name] and after[name]:
            ranks[name] = max(0, min(ranks[two] for two in after[name]) - 1)
    return ranks


def _chain(line: Line, is_up: bool, places: dict[str, _Place]) -> list[str]:
    """The places a line passes from the upper node to the lower; the bend in the middle holds its label."""
    top, bottom = _ends(line, is_up)
    between = range(places[top].rank + 1, places[bottom].rank)
    middle = between[len(between) // 2] | 1 if len(between) else 0
    chain = [top]
    for rank in between:
        name = f"{line.start}\n{line.end}\n{rank}"
        holds = rank == min(middle, between[-1])
        places[name] = _Place(line.label.width if holds else 4.0, line.label.height if holds else 0.0, rank, True)
        chain.append(name)
    return [*chain, bottom]


def _ordered(places: dict[str, _Place], links: Sequence[tuple[str, str, float]]) -> list[list[str]]:
    """The places of each rank from left to right, with few crossings: weighted barycentres, sweeping down and up, the best kept."""
    rows: dict[int, list[str]] = defaultdict(list)
    for name, place in places.items():
        rows[place.rank].append(name)
    current = [rows[rank] for rank in sorted(rows)]
    up, down = _neighbours(links)
    best, least = [list(row) for row in current], _crossings(current, down)
    for sweep in range(SWEEPS):
        by = up if sweep % 2 == 0 else down
        for at in range(len(current)) if sweep % 2 == 0 else reversed(range(len(current))):
            beside = at - 1 if sweep % 2 == 0 else at + 1
            if 0 <= beside < len(current):
                current[at] = _by_centre(current[at], current[beside], by)
        found = _crossings(current, down)
        if found < least:
            best, least = [list(row) for row in current], found
    return best


def _neighbours(
    links: Sequence[tuple[str, str, float]],
) -> tuple[dict[str, list[tuple[str, float]]], dict[str, list[tuple[str, float]]]]:
    up: dict[str, list[tuple[str, float]]] = defaultdict(list)
    down: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for one, two, weight in links:
        down[one].append((two, weight))
        up[two].append((one, weight))
    return up, down


def _by_centre(row: list[str], beside: list[str], by: Mapping[str, list[tuple[str, float]]]) -> list[str]:
    at = {name: place for place, name in enumerate(beside)}
    own = {name: place * max(len(beside), 1) / max(len(row), 1) for place, name in enumerate(row)}

    def centre(name: str) -> float:
        near = [(at[other], weight) for other, weight in by.get(name, ()) if other in at]
        total = sum(weight for _, weight in near)
        return sum(place * weight for place, weight in near) / total if total else own[name]

    return sorted(row, key=centre)


def _crossings(rows: Sequence[list[str]], down: Mapping[str, list[tuple[str, float]]]) -> float:
    """Pairs of links between neighbouring ranks that cross."""
    total = 0
    for upper, lower in itertools.pairwise(rows):
        at = {name: place for place, name in enumerate(lower)}
        ends = [sorted(at[two] for two, _ in down.get(one, ()) if two in at) for one in upper]
        flat = [end for of_one in ends for end in of_one]
        total += sum(1 for place, end in enumerate(flat) for later in flat[place + 1 :] if later < end)
    return total


def _spread(places: dict[str, _Place], rows: Sequence[list[str]], links: Sequence[tuple[str, str, float]]) -> None:
    """Give each place its x: by turns each rank is drawn to its neighbours as far as the order and the widths allow."""
    near: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for one, two, weight in links:
        pull = PULL[places[one].is_bend + places[two].is_bend] * weight
        near[one].append((two, pull))
        near[two].append((one, pull))
    for row in rows:
        left = 0.0
        for name in row:
            places[name].x = left + places[name].width / 2
            left += places[name].width + GAP
        for name in row:
            places[name].x -= left / 2
    for turn in range(SWEEPS):
        for at in range(len(rows)) if turn % 2 == 0 else reversed(range(len(rows))):
            # Early turns look to one side only, so that a pull goes through the whole graph.
            side = None if turn >= SWEEPS - 6 else (-1 if turn % 2 == 0 else 1)
            _settle(places, rows[at], near, side)


def _settle(
    places: dict[str, _Place], row: list[str], near: Mapping[str, list[tuple[str, float]]], side: int | None
) -> None:
    """Least squares under the order and the distances of a rank: pooled neighbours (Ayer et al. 1955)."""
    offsets, total = [], 0.0
    for at, name in enumerate(row):
        if at:
            one, two = places[row[at - 1]], places[name]
            total += (one.width + two.width) / 2 + (LABEL_GAP if one.is_bend and two.is_bend else GAP)
        offsets.append(total)
    pools: list[list[float]] = []  # sum of weight × wish, weight, count
    for name, offset in zip(row, offsets, strict=True):
        rank = places[name].rank
        pulls = [(places[o].x, w) for o, w in near.get(name, ()) if side is None or (places[o].rank - rank) * side > 0]
        weight = sum(pull for _, pull in pulls)
        wish = sum(x * pull for x, pull in pulls) / weight if weight else places[name].x
        weight = weight or 0.01
        pools.append([weight * (wish - offset), weight, 1])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            last = pools.pop()
            pools[-1] = [one + two for one, two in zip(pools[-1], last, strict=True)]
    settled = [pool[0] / pool[1] for pool in pools for _ in range(int(pool[2]))]
    for name, offset, base in zip(row, offsets, settled, strict=True):
        places[name].x = base + offset


def _finished(
    places: dict[str, _Place], rows: Sequence[list[str]], chains: Mapping[tuple[str, str], list[str]]
) -> Drawing:
    left = min((place.x - place.width / 2 for place in places.values()), default=0.0)
    found = Drawing()
    y, centres = 0.0, {}
    for row in rows:
        height = max((places[name].height for name in row), default=0.0)
        centres[places[row[0]].rank] = y + height / 2
        y += height + 16
    at = {name: (place.x - left, centres[place.rank]) for name, place in places.items()}
    found.width = max((at[name][0] + place.width / 2 for name, place in places.items()), default=0.0)
    found.height = y - 16
    found.nodes = {name: at[name] for name, place in places.items() if not place.is_bend}
    for pair, chain in chains.items():
        found.points[pair] = [at[name] for name in chain]
        widest = max((name for name in chain if places[name].is_bend), key=lambda name: places[name].width)
        found.labels[pair] = at[widest]
    return found
