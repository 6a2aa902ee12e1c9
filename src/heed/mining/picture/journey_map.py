"""The journey map as SVG: stages across; channels down, satisfaction as a line in its band, value beside cost, the work below.

Colours are the tokens of the style sheet, as attributes: one picture for light and dark, under a policy without inline styles.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDE, GUTTER, PAD = 158.0, 116.0, 10.0
HEAD, CHANNEL, LINE_HIGH, BAR, STEP, BETWEEN = 92.0, 30.0, 124.0, 52.0, 36.0, 22.0
# How many signs go on a line of a heading, of small print, and of a label at the left.
TITLE, SMALL, LABEL = 19, 26, 15
INK, SOFT, FAINT = "var(--ink)", "var(--ink-soft)", "var(--ink-faint)"
FONT = "Liberation Sans, sans-serif"


@dataclass(frozen=True)
class Cell:
    """A stage in a channel: its share of the busiest cell (0..1; None: withheld), and what is said of it."""

    share: float | None
    text: str


@dataclass(frozen=True)
class Step:
    """An activity behind a stage: the share of cases that hold it; `after` is what is said of the way from the one above."""

    name: str
    share: float
    after: str = ""


@dataclass(frozen=True)
class Column:
    """One stage. `value` and `cost` are shares of all stages; `mark` names a misalignment, `is_alert` one to act on; `href`
    leads to its row.
    """

    title: str
    promise: str
    mark: str
    cells: Sequence[Cell]
    satisfaction: float | None
    low: float | None
    high: float | None
    said: str
    value: float | None
    value_said: str
    cost: float | None
    cost_said: str
    steps: Sequence[Step]
    href: str = ""
    is_alert: bool = False


@dataclass(frozen=True)
class Words:
    """What the rows are called, in the reader's language."""

    title: str
    satisfaction: str
    value: str
    cost: str
    work: str
    channels: Sequence[str]


def journey_map(columns: Sequence[Column], words: Words) -> str:
    """The picture; a stage without a figure keeps its place and says nothing."""
    top_channels = HEAD + 8
    top_line = top_channels + CHANNEL * len(words.channels) + 24
    top_bars = top_line + LINE_HIGH + 26
    top_work = top_bars + BAR + 26
    tallest = max((len(column.steps) for column in columns), default=0)
    height = top_work + max(tallest, 1) * (STEP + BETWEEN) + PAD
    width = GUTTER + WIDE * len(columns) + PAD
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="{FONT}" font-size="13"><title>{escape(words.title)}</title>',
        *(_lane(at, height) for at in range(len(columns)) if at % 2 == 0),
        *(_head(column, _left(at)) for at, column in enumerate(columns)),
        *_channels(columns, words, top_channels),
        _label(words.satisfaction, top_line + 12),
        *_line(columns, top_line),
        _label(words.value, top_bars + 15),
        _label(words.cost, top_bars + 39),
        *_bars(columns, top_bars),
        _label(words.work, top_work + 22),
    ]
    for at, column in enumerate(columns):
        parts += _work(column.steps, _left(at), top_work)
    parts += [_rule(y, width) for y in (HEAD, top_line - 12, top_bars - 12, top_work - 12)]
    return "\n".join([*parts, "</svg>"])


def _left(at: int) -> float:
    return GUTTER + WIDE * at


def _text(
    x: float, y: float, said: str, *, size: int = 13, fill: str = INK, anchor: str = "start", weight: int = 400
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{fill}" text-anchor="{anchor}" '
        f'font-weight="{weight}">{escape(said)}</text>'
    )


def _label(said: str, y: float) -> str:
    return "".join(_text(4, y + 14 * at, line, size=12, fill=SOFT) for at, line in enumerate(_lines(said, LABEL, 3)))


def _lines(said: str, wide: int, most: int) -> list[str]:
    """Words in lines of so many signs; what does not fit ends in an ellipsis."""
    lines = [""]
    for word in said.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > wide:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    kept = lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1] + " …"]
    return [_short(line, wide + 3) for line in kept]


def _rule(y: float, width: float) -> str:
    return f'<path d="M0 {y:.1f}H{width:.0f}" stroke="var(--line)" fill="none"/>'


def _lane(at: int, height: float) -> str:
    return f'<rect x="{_left(at):.1f}" y="0" width="{WIDE:.0f}" height="{height:.0f}" fill="var(--sunken)" opacity="0.55"/>'


def _head(column: Column, left: float) -> str:
    lines = _lines(column.title, TITLE, 2)
    parts = [_text(left + PAD, 20 + 16 * at, line, size=14, weight=600) for at, line in enumerate(lines)]
    y = 20 + 16 * len(lines)
    if column.promise:
        parts.append(_text(left + PAD, y, _short(column.promise, SMALL), size=11, fill=SOFT))
    marks = _lines(column.mark, SMALL, 2) if column.mark else []
    fill = "var(--alert)" if column.is_alert else "var(--accent)"
    parts += [
        _text(left + PAD, HEAD - 8 - 13 * (len(marks) - 1 - at), line, size=11, fill=fill, weight=600)
        for at, line in enumerate(marks)
    ]
    inner = "".join(parts)
    return f'<a href="{escape(column.href)}">{inner}</a>' if column.href else inner


def _short(said: str, most: int) -> str:
    return said if len(said) <= most else said[: most - 1] + "…"


def _channels(columns: Sequence[Column], words: Words, top: float) -> list[str]:
    parts = []
    for row, channel in enumerate(words.channels):
        y = top + CHANNEL * row + CHANNEL / 2
        parts.append(_text(4, y + 4, _short(channel, 16), size=12, fill=SOFT))
        for at, column in enumerate(columns):
            cell, x = column.cells[row], _left(at) + PAD + 12
            if cell.share:
                parts.append(
                    f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{2 + 9 * cell.share**0.5:.1f}" fill="var(--band)"/>'
                )
            parts.append(_text(x + 18, y + 4, cell.text, size=11, fill=SOFT if cell.share else FAINT))
    return parts


def _line(columns: Sequence[Column], top: float) -> list[str]:
    """Satisfaction from stage to stage, in its band. A stage without one breaks the line."""
    known = [edge for column in columns for edge in (column.low, column.high, column.satisfaction) if edge is not None]
    if not known:
        return []
    floor, ceiling = max(min(known) - 0.05, 0.0), min(max(known) + 0.05, 1.0)

    def y(value: float) -> float:
        return top + 16 + (LINE_HIGH - 26) * (ceiling - value) / max(ceiling - floor, 1e-9)

    # The scale does not begin at nought: its ends are said.
    parts = [
        _text(GUTTER - 8, y(value) + 4, f"{value:.0%}", size=11, fill=FAINT, anchor="end") for value in (floor, ceiling)
    ]
    run: list[tuple[float, Column]] = []
    for at, column in [*enumerate(columns), (-1, None)]:
        if column is not None and column.satisfaction is not None:
            run.append((_left(at) + WIDE / 2, column))
            continue
        parts += _stretch(run, y)
        run = []
    return parts


def _stretch(run: Sequence[tuple[float, Column]], y: Callable[[float], float]) -> list[str]:
    if not run:
        return []
    band = [(x, y(c.high if c.high is not None else c.satisfaction or 0)) for x, c in run]
    band += [(x, y(c.low if c.low is not None else c.satisfaction or 0)) for x, c in reversed(run)]
    points = [(x, y(c.satisfaction or 0)) for x, c in run]
    parts = [
        f'<path d="{_path(band)}Z" fill="var(--band)" stroke="var(--band)" stroke-width="2" stroke-linejoin="round" opacity="0.8"/>',
        f'<path d="{_path(points)}" fill="none" stroke="var(--accent)" stroke-width="2"/>',
    ]
    for (x, at), (_, column) in zip(points, run, strict=True):
        parts.append(f'<circle cx="{x:.1f}" cy="{at:.1f}" r="4" fill="var(--accent)"/>')
        parts.append(_text(x, at - 12, column.said, size=12, anchor="middle", weight=600))
    return parts


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _bars(columns: Sequence[Column], top: float) -> list[str]:
    """Value and cost as shares of all stages, on one scale."""
    most = max((each for column in columns for each in (column.value, column.cost) if each), default=0.0)
    parts = []
    room = WIDE - 2 * PAD - 46
    for at, column in enumerate(columns):
        x = _left(at) + PAD
        shown = (
            (column.value, column.value_said, "var(--accent)"),
            (column.cost, column.cost_said, "var(--line-strong)"),
        )
        for row, (value, said, fill) in enumerate(shown):
            y = top + 24 * row + 4
            long = room * value / most if value and most else 0.0
            parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{long:.1f}" height="14" rx="2" fill="{fill}"/>')
            parts.append(_text(x + long + 6, y + 11, said, size=11, fill=SOFT))
    return parts


def _work(steps: Sequence[Step], left: float, top: float) -> list[str]:
    parts = []
    middle, wide = left + WIDE / 2, WIDE - 2 * PAD
    for at, step in enumerate(steps):
        y = top + at * (STEP + BETWEEN)
        if at:
            parts.append(
                f'<path d="M{middle:.1f} {y - BETWEEN:.1f}V{y - 5:.1f}" stroke="var(--line-strong)" fill="none"/>'
                f'<path d="M{middle - 4:.1f} {y - 6:.1f}H{middle + 4:.1f}L{middle:.1f} {y:.1f}Z" fill="var(--line-strong)"/>'
            )
            parts.append(_text(middle + 8, y - 7, step.after, size=11, fill=SOFT))
        parts.append(
            f'<rect x="{left + PAD:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{STEP:.0f}" rx="5" '
            'fill="var(--surface)" stroke="var(--line-strong)"/>'
            f'<rect x="{left + PAD:.1f}" y="{y + STEP - 4:.1f}" width="{wide * min(step.share, 1.0):.1f}" height="4" '
            'fill="var(--accent)"/>'
        )
        parts.append(_text(left + PAD + 8, y + 20, _short(step.name, 16), size=12))
        parts.append(_text(left + PAD + wide - 8, y + 20, f"{step.share:.0%}", size=11, fill=SOFT, anchor="end"))
    return parts
