"""The worked tables of the page say what the code computes."""

from decimal import Decimal

from heed.stats.intervals.paired import paired_difference
from heed.stats.intervals.proportion import proportion
from heed.stats.intervals.result import Figure
from heed.text.chat.spending import Prices, Request
from tests.places import ROOT

BOTH, HEED, MODEL, NEITHER = 300, 24, 48, 28


def rows() -> list[list[str]]:
    text = (ROOT / "docs/methods/bakeoff.md").read_text(encoding="utf-8").split("## Worked", 1)[1].split("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


def line(name: str, figure: Figure) -> list[str]:
    return [name, f"{figure.value:.4f}", f"{figure.low:.4f} to {figure.high:.4f}"]


def test_the_worked_tables_are_computed() -> None:
    n = BOTH + HEED + MODEL + NEITHER
    compared = paired_difference(BOTH, MODEL, HEED, NEITHER)
    prices = Prices(Decimal("0.15"), Decimal("0.60"))
    cost = prices.of([Request(20, 1, 1.0, 0.0, 1, 2100, 240)] * 20)
    expected = [
        line("heed right", proportion(BOTH + HEED, n).figure()),
        line("model right", proportion(BOTH + MODEL, n).figure()),
        line("heed less model", compared.interval.figure()),
        ["p, mid-p", f"{float(compared.p_mid):.4f}", "–"],
        ["42000", "4800", f"{cost.normalize():f}", f"{(cost * 1000 / n).normalize():f}"],
    ]
    assert [row for row in rows() if row in expected] == expected
