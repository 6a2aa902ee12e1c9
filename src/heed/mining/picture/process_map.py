"""The process map as SVG: activities as boxes, edges as wide as they are frequent, each with its count and median time.

Colours follow the reader's light or dark scheme. Nothing is fetched and nothing runs in it.
"""

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from heed.mining.picture.layout import Box, Drawing, Line, drawn
from heed.mining.picture.words import Say, said

START, END = "\x02", "\x03"
WRAP, LINE, SIGN, SMALL_SIGN = 22, 16.0, 7.1, 6.1
MARGIN = 24.0
COLOURS = {
    "light": {"paper": "#fff", "ink": "#1d2430", "soft": "#5b6676", "line": "#8b97a8", "box": "#eef2f8", "full": "#9fb8e0",
              "accent": "#1f5fbf"},
    "dark": {"paper": "#14181f", "ink": "#e8ecf2", "soft": "#a3aebd", "line": "#69768a", "box": "#222a36", "full": "#34537f",
             "accent": "#7fb0ff"},
}  # fmt: skip
RULES = """
.map{background:var(--paper);font:13px "Liberation Sans",Inter,system-ui,sans-serif}
.map .paper{fill:var(--paper)} .map text{fill:var(--ink);text-anchor:middle}
.map .count{font-size:11px;fill:var(--soft)} .map .edge{fill:none;stroke:var(--line)}
.map .slow{stroke:var(--accent)} .map .tip{fill:var(--line)} .map .slow-tip{fill:var(--accent)}
.map .box{fill:var(--box);stroke:var(--line)} .map .full{fill:var(--full)} .map .end{fill:var(--paper);stroke:var(--ink);stroke-width:2}
.map .label{font-size:11px;paint-order:stroke;stroke:var(--paper);stroke-width:5px;stroke-linejoin:round;font-variant-numeric:tabular-nums}
"""


def _painted(theme: str) -> str:
    return re.sub(r"var\(--([a-z]+)\)", lambda name: COLOURS[theme][name.group(1)], RULES)


# Colours stand in the rules themselves: many programs that open a picture know no variables, and show it in black.
STYLE = f"{_painted('light')}@media (prefers-color-scheme:dark){{{_painted('dark')}}}"


def coloured(svg: str, theme: str) -> str:
    """The picture with the colours of one scheme alone, for programs that know no schemes."""
    return svg.replace(STYLE, _painted(theme))


@dataclass(frozen=True)
class Edge:
    """An edge of the map. `is_slow`: it holds much of all the time of cases."""

    start: str
    end: str
    count: int
    label: str
    is_slow: bool = False


def process_map(
    told: Mapping[str, Any],
    edges: Sequence[Mapping[str, Any]],
    title: str,
    link: Callable[[str, str], str] | None = None,
    say: Say = said,
) -> str:
    """The picture of what `mined` told, with these of its edges. `told` needs starts, ends and counts of activities.

    link: where a label leads, by the ends of its edge; with it the picture is one of a page, whose style sheet colours it.
    say: how numbers are written, by their unit (count or seconds).
    """
    names = list(dict.fromkeys([name for edge in edges for name in (edge["from"], edge["to"])] + list(told["starts"])))
    counts = told["activity_counts"]
    all_edges = _edges(told, edges, set(names), say)
    boxes = {name: _box(name, say(counts.get(name, 0), "count")) for name in names}
    boxes |= {START: Box(26, 26), END: Box(26, 26)}
    most = max((edge.count for edge in all_edges), default=1)
    lines = [
        Line(edge.start, edge.end, 1 + 9 * edge.count / most, Box(SMALL_SIGN * len(edge.label) + 6, 14.0))
        for edge in all_edges
        if edge.start != edge.end
    ]
    order = _order(names, told["mean_positions"], all_edges)
    loops = {edge.start: SMALL_SIGN * len(edge.label) + 26 for edge in all_edges if edge.start == edge.end}
    # A loop at the right of its box wants room; placing is by the middle, so the left gets it too.
    room = {name: Box(box.width + 2 * loops.get(name, 0.0), box.height) for name, box in boxes.items()}
    drawing = drawn(room, lines, [*order, END])
    return _svg(drawing, boxes, all_edges, counts, most, title, link, say)


def _edges(told: Mapping[str, Any], edges: Sequence[Mapping[str, Any]], names: set[str], say: Say) -> list[Edge]:
    time = {at: (edge["mean_seconds"] or 0) * edge["count"] for at, edge in enumerate(edges)}
    whole = sum(time.values())
    found = [
        Edge(edge["from"], edge["to"], edge["count"], _label(edge, say), whole > 0 and time[at] >= 0.1 * whole)
        for at, edge in enumerate(edges)
    ]
    found += [Edge(START, name, count, say(count, "count")) for name, count in told["starts"].items() if name in names]
    # An activity of which one case in two hundred ends there adds lines and no insight.
    least = 0.005 * sum(told["ends"].values())
    found += [Edge(name, END, n, say(n, "count")) for name, n in told["ends"].items() if name in names and n >= least]
    return found


def _label(edge: Mapping[str, Any], say: Say) -> str:
    many, median = say(edge["count"], "count"), edge["median_seconds"]
    return many if median is None else f"{many} · {say(median, 'seconds')}"


def _order(names: Sequence[str], positions: Mapping[str, float], edges: Sequence[Edge]) -> list[str]:
    """Activities as they come in cases: by their mean place, then moved so that less goes upwards; and none above all that
    leads to it: it then follows what leads to it most often.
    """
    order = [START, *_settled(sorted(names, key=lambda name: (positions.get(name, 0.5), name)), edges)]
    into: dict[str, list[Edge]] = {}
    for edge in sorted(edges, key=lambda edge: (-edge.count, edge.start)):
        if edge.start != edge.end:
            into.setdefault(edge.end, []).append(edge)
    for _ in names:
        come = {name: at for at, name in enumerate(order)}
        stray = next((n for n in order if n in into and all(come[edge.start] > come[n] for edge in into[n])), None)
        if stray is None:
            break
        order.remove(stray)
        order.insert(order.index(into[stray][0].start) + 1, stray)
    return order


def _settled(order: list[str], edges: Sequence[Edge]) -> list[str]:
    """The order with each activity, by turns, where the fewest steps go upwards; no more to gain, or five turns, and it stands."""
    for _ in range(5):
        before = list(order)
        for name in before:
            order.remove(name)
            out = {edge.end: edge.count for edge in edges if edge.start == name}
            into = {edge.start: edge.count for edge in edges if edge.end == name}
            cost = sum(into.get(other, 0) for other in order)
            costs = [cost]
            for other in order:
                cost += out.get(other, 0) - into.get(other, 0)
                costs.append(cost)
            was = before.index(name)
            order.insert(min(range(len(costs)), key=lambda at: (costs[at], abs(at - was))), name)
        if order == before:
            break
    return order


def wrapped(text: str, most: int = 3) -> list[str]:
    """A name in lines of some twenty signs, and an ellipsis where it is longer than three of them."""
    lines = [""]
    for word in text.split() or [text]:
        if lines[-1] and len(lines[-1]) + 1 + len(word) > WRAP:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    lines = [line if len(line) <= WRAP + 6 else line[: WRAP + 5] + "…" for line in lines]
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1] + " …"]


def _box(name: str, count: str) -> Box:
    lines = wrapped(name)
    widest = max(SIGN * max(len(line) for line in lines), SMALL_SIGN * len(count))
    return Box(max(widest + 24, 96), LINE * len(lines) + 28)


def _svg(
    drawing: Drawing,
    boxes: Mapping[str, Box],
    edges: Sequence[Edge],
    counts: Mapping[str, int],
    most: int,
    title: str,
    link: Callable[[str, str], str] | None,
    say: Say,
) -> str:
    loops = [edge for edge in edges if edge.start == edge.end]
    width, height = drawing.width + 2 * MARGIN, drawing.height + 2 * MARGIN
    busiest = max(counts.values(), default=1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="map" role="img" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}"><title>{escape(title)}</title>{"" if link else f"<style>{STYLE}</style>"}',
        f'<rect class="paper" width="{width:.0f}" height="{height:.0f}"/><g transform="translate({MARGIN:.0f} {MARGIN:.0f})">',
    ]
    flows = [edge for edge in edges if edge.start != edge.end]
    ports = _ports(flows, drawing, boxes)
    parts += [_flow(edge, drawing, boxes, most, ports) for edge in sorted(flows, key=lambda edge: edge.count)]
    parts += [_loop(edge, drawing, boxes, most) for edge in loops]
    parts += [_node(name, drawing.nodes[name], box, counts.get(name, 0), busiest, say) for name, box in boxes.items()]
    for edge in flows:
        x, y = drawing.labels[edge.start, edge.end]
        label = f'<text class="label" x="{x:.1f}" y="{y + 4:.1f}">{escape(edge.label)}</text>'
        leads = link and edge.start != START and edge.end != END
        parts.append(f'<a href="{escape(link(edge.start, edge.end))}">{label}</a>' if link and leads else label)
    return "\n".join([*parts, "</g></svg>", ""])


def _thickness(count: int, most: int) -> float:
    return 1.0 + 6.0 * float(count / most) ** 0.5


def _ports(edges: Sequence[Edge], drawing: Drawing, boxes: Mapping[str, Box]) -> dict[tuple[str, str, str], float]:
    """How far from the middle of its box each edge leaves and enters: side by side, in the order in which they go on."""
    sides: dict[tuple[str, bool], list[tuple[float, tuple[str, str, str]]]] = {}
    for edge in edges:
        points = drawing.points[edge.start, edge.end]
        goes_down = points[-1][1] > points[0][1]
        sides.setdefault((edge.start, goes_down), []).append((points[1][0], (edge.start, edge.end, "out")))
        sides.setdefault((edge.end, not goes_down), []).append((points[-2][0], (edge.start, edge.end, "in")))
    found = {}
    for (name, _), ends in sides.items():
        apart = min(18.0, 0.7 * boxes[name].width / len(ends))
        for at, (_, key) in enumerate(sorted(ends)):
            found[key] = apart * (at - (len(ends) - 1) / 2)
    return found


def _flow(
    edge: Edge, drawing: Drawing, boxes: Mapping[str, Box], most: int, ports: Mapping[tuple[str, str, str], float]
) -> str:
    """A smooth line through its bends, from box to box, with a tip."""
    points = list(drawing.points[edge.start, edge.end])
    wide = _thickness(edge.count, most)
    tip = 5 + wide
    sign = 1 if points[-1][1] > points[0][1] else -1
    leaves, enters = ports[edge.start, edge.end, "out"], ports[edge.start, edge.end, "in"]
    points[0] = (points[0][0] + leaves, points[0][1] + sign * boxes[edge.start].height / 2)
    end = (points[-1][0] + enters, points[-1][1] - sign * boxes[edge.end].height / 2)
    points[-1] = (end[0], end[1] - sign * tip)
    x, y = points[-1]
    wing = 2.5 + 0.8 * wide
    head = f"M{x - wing:.1f} {y:.1f}L{x + wing:.1f} {y:.1f}L{end[0]:.1f} {end[1]:.1f}Z"
    return (
        f'<path class="edge{" slow" if edge.is_slow else ""}" stroke-width="{wide:.1f}" d="{_curve(points)}"/>'
        f'<path class="{"slow-tip" if edge.is_slow else "tip"}" d="{head}"/>'
    )


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """A cubic through the points that nowhere swings beyond them: upright at both ends and where it turns, in between by the
    harmonic mean of the slopes beside (Fritsch and Butland 1984).
    """
    slopes = [0.0]
    for before, at_bend, after in zip(points, points[1:], points[2:], strict=False):
        one = (at_bend[0] - before[0]) / (at_bend[1] - before[1])
        two = (after[0] - at_bend[0]) / (after[1] - at_bend[1])
        slopes.append(2 * one * two / (one + two) if one * two > 0 else 0.0)
    slopes.append(0.0)
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for at, ((x, y), (to_x, to_y)) in enumerate(itertools.pairwise(points)):
        reach = (to_y - y) * 0.45
        path += f"C{x + slopes[at] * reach:.1f} {y + reach:.1f} {to_x - slopes[at + 1] * reach:.1f} {to_y - reach:.1f} "
        path += f"{to_x:.1f} {to_y:.1f}"
    return path


def _loop(edge: Edge, drawing: Drawing, boxes: Mapping[str, Box], most: int) -> str:
    """An activity that follows itself: an arc at the right of its box."""
    (x, y), box = drawing.nodes[edge.start], boxes[edge.start]
    right, wide = x + box.width / 2, _thickness(edge.count, most)
    slow = " slow" if edge.is_slow else ""
    arc = f"M{right:.1f} {y - 9:.1f}C{right + 24:.1f} {y - 16:.1f} {right + 24:.1f} {y + 16:.1f} {right + 6:.1f} {y + 9:.1f}"
    head = f"M{right:.1f} {y + 8:.1f}L{right + 8:.1f} {y + 5:.1f}L{right + 6:.1f} {y + 13:.1f}Z"
    return (
        f'<path class="edge{slow}" stroke-width="{min(wide, 3):.1f}" d="{arc}"/><path class="tip" d="{head}"/>'
        f'<text class="label" style="text-anchor:start" x="{right + 21:.1f}" y="{y + 4:.1f}">{escape(edge.label)}</text>'
    )


def _node(name: str, at: tuple[float, float], box: Box, count: int, busiest: int, say: Say) -> str:
    x, y = at
    if name in (START, END):
        inner = f'<circle class="tip" cx="{x:.1f}" cy="{y:.1f}" r="5"/>' if name == END else ""
        return f'<circle class="end" cx="{x:.1f}" cy="{y:.1f}" r="12"/>{inner}'
    left, top = x - box.width / 2, y - box.height / 2
    shape = f'x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="6"'
    lines = wrapped(name)
    words = "".join(
        f'<text x="{x:.1f}" y="{top + 19 + at_line * LINE:.1f}">{escape(line)}</text>'
        for at_line, line in enumerate(lines)
    )
    return (
        f'<g><title>{escape(name)}</title><rect class="box" {shape}/>'
        f'<rect class="full" {shape} opacity="{0.85 * count / busiest:.2f}"/>{words}'
        f'<text class="count" x="{x:.1f}" y="{top + box.height - 9:.1f}">{escape(say(count, "count"))}</text></g>'
    )
