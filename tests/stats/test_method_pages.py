"""The worked tables of docs/methods say what the code computes."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import binom

from heed.metrics.suppression import suppressed_cells
from heed.stats.intervals.mean import mean, ratio
from heed.stats.intervals.nps import nps, nps_multinomial
from heed.stats.intervals.proportion import proportion, weighted_proportion
from heed.stats.intervals.quantile import order_statistic_ranks
from heed.stats.intervals.rate import rate, weighted_rate
from heed.stats.intervals.result import Figure
from heed.stats.sufficient import CoMoments, Moments, NpsCounts
from tests.places import ROOT
from tests.stats.worked import PAGES


def tables(page: str) -> list[list[list[str]]]:
    """The tables under "Worked" of a page: rows of cells, without the header."""
    text = (ROOT / "docs/methods" / f"{page}.md").read_text(encoding="utf-8").split("## Worked", 1)[1].split("\n## ")[0]
    blocks = [block.strip().splitlines() for block in text.split("\n\n") if block.strip().startswith("|")]
    return [[[cell.strip() for cell in row.strip("|").split("|")] for row in block[2:]] for block in blocks]


def limits(figure: Figure, digits: int = 4) -> str:
    return "–" if figure.low is None else f"{figure.low:.{digits}f} to {figure.high:.{digits}f}"


def shares(row: list[str]) -> list[str]:
    x, n = float(row[0]), float(row[1])
    methods = ("wilson", "clopper_pearson", "jeffreys", "agresti_coull")
    found = [proportion(x, n, method=method).figure() for method in methods]  # type: ignore[arg-type]
    return [*row[:2], f"{found[0].value:.4f}", *map(limits, found)]


def scores(row: list[str]) -> list[str]:
    counts = NpsCounts.of(*([float(cell)] for cell in row[:3]))
    shown, plain = nps(counts).figure(), nps_multinomial(counts).figure()
    return [*row[:3], f"{shown.value:.1f}", limits(shown, 1), limits(plain, 1)]


def means(row: list[str]) -> list[str]:
    found = mean(Moments.of([float(cell) for cell in row[0].split(",")])).figure()
    return [row[0], f"{found.value:.4f}", limits(found), found.reason or "–"]


def ranks(row: list[str]) -> list[str]:
    n = int(row[0])
    found = order_statistic_ranks(n, float(row[1]))
    low, high = int(found.low), int(found.high)
    return [*row[:2], str(low) if low else "–", str(high) if high <= n else "–"]


def rates(row: list[str]) -> list[str]:
    found = rate(float(row[0]), float(row[1])).figure()
    return [*row[:2], f"{found.value:.4f}", limits(found)]


@pytest.mark.parametrize(
    ("page", "compute"),
    [("proportion", shares), ("nps", scores), ("mean", means), ("quantile", ranks)],
)
def test_a_worked_table(page: str, compute: Callable[[list[str]], list[str]]) -> None:
    (rows,) = tables(page)
    assert rows
    assert [compute(row) for row in rows] == rows


def test_the_rate_page() -> None:
    plain, weighted = tables("rate")
    assert [rates(row) for row in plain] == plain
    for row in weighted:
        weights = np.array([float(cell) for cell in row[0].split(",")])
        found = weighted_rate(weights.sum(), (weights**2).sum(), float(row[1]), float(row[2])).figure()
        assert [f"{found.value:.4f}", limits(found)] == row[3:]


def test_the_weighted_page() -> None:
    weight, y = np.array([2.0, 1.0, 1.0, 2.0, 2.0]), np.array([1.0, 1.0, 0.0, 0.0, 1.0])
    found = weighted_proportion(CoMoments.of(weight * y, weight))
    figure = found.interval.figure()
    wanted = [
        figure.value,
        found.variance[0],
        found.deff[0],
        found.deff_kish[0],
        found.n_effective[0],
        figure.low,
        figure.high,
    ]
    (rows,) = tables("weighted")
    assert [row[1] for row in rows] == [f"{value:.4f}" for value in wanted]


def test_the_ratio_in_words() -> None:
    figure = ratio(CoMoments.of([10, 12, 7, 3], [2, 3, 2, 1])).figure()
    assert limits(figure) in (ROOT / "docs/methods/mean.md").read_text(encoding="utf-8")


def test_the_suppression_page() -> None:
    found = tables("suppression")
    assert len(found) == 2
    for rows in found:
        withheld = suppressed_cells([(row[0],) for row in rows], [float(row[1]) for row in rows], 10)
        assert [row[2] for row in rows] == [
            "withheld" if away else row[1] for row, away in zip(rows, withheld, strict=True)
        ]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_lines(page: str) -> None:
    (rows,) = tables(page)
    assert [tuple(row) for row in rows] == PAGES[page]()


def test_the_exact_rows_of_the_coverage_page() -> None:
    text = (ROOT / "docs/methods/coverage.md").read_text(encoding="utf-8").split("### A share, Wilson (exact)")[1]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.split("\n\n")[1].splitlines()[2:]]
    assert len(rows) == 5
    for share, *cells in rows:
        for n, cell in zip((10, 30, 100, 1000, 10_000), cells, strict=True):
            x, p = np.arange(n + 1), float(share)
            found = proportion(x, n)
            inside = (found.low.data <= p) & (p <= found.high.data)
            assert f"{100 * binom.pmf(x, n, p)[inside].sum():.1f}" == cell


def test_the_reference_page_counts_the_cases() -> None:
    text = (ROOT / "docs/methods/reference_cases.md").read_text(encoding="utf-8")
    files = [json.loads(file.read_text()) for file in sorted((ROOT / "tests/reference").glob("*.json"))]
    for file in files:
        assert f"| `{file['method']}` | {len(file['cases'])} |" in text
    assert f"all {sum(len(file['cases']) for file in files)} are met" in text
