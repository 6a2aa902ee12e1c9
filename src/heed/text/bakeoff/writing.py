"""A bake-off to read: tables on the terminal, and every row with what each said as a CSV file."""

from collections.abc import Iterator, Sequence
from typing import Any

from heed.core.console.rules import print_table, spoken
from heed.core.errors.rules import phrase, translated
from heed.core.tables import keep_csv
from heed.text.bakeoff.running import Outcome
from heed.text.bakeoff.sample import Sample

WORST = 5
LEAST_P = 0.0001


def write_rows(file: str, told: Sample, outcome: Outcome) -> None:
    """Every row: its place in the file, the masked text, the truth, and what each said (why it said nothing in
    brackets). Raises Invalid where the file cannot be written.
    """
    keep_csv(file, ("row", "text", "truth", *outcome.names), _rows(told, outcome))


def _rows(told: Sample, outcome: Outcome) -> Iterator[list[Any]]:
    for place, row in enumerate(told.rows):
        said = [
            label if label is not None else f"[{fault}]"
            for label, fault in zip(_at(outcome.told, place), _at(outcome.faults, place), strict=True)
        ]
        yield [row, told.texts[place].text, told.labels[place], *said]


def _at(rows: Sequence[Sequence[Any]], place: int) -> list[Any]:
    return [row[place] for row in rows]


def show(report: dict[str, Any], currency: str) -> None:
    """The report as tables: who is right how often, at what price; who is better; the worst classes; rows to read."""
    rows = [
        (
            each["name"],
            _share(each["accuracy"], each["accuracy_interval"]),
            _share(each["macro_f1"], each["macro_f1_interval"]),
            each["failures"]["n"],
            "" if each["cost_per_1000"] is None else f"{each['cost_per_1000']:.4f}",
            _seconds(each["seconds_per_1000"]),
            _seconds(each["seconds_p50"]),
            _seconds(each["seconds_p95"]),
        )
        for each in report["analyzers"]
    ]
    print_table(
        (
            "analyzer",
            "right (95 %)",
            "macro-F1 (95 %)",
            "failed",
            phrase("{currency} per 1,000", currency=currency),
            "seconds per 1,000",
            "p50 s",
            "p95 s",
        ),
        rows,
        phrase(
            "{n} texts; who always says {label} is right in {share}",
            n=report["n"],
            label=report["commonest"]["label"],
            share=f"{report['commonest']['share']:.3f}",
        ),
    )
    _show_pairs(report["pairs"])
    for each in report["analyzers"]:
        _show_worst(each)
    _show_rows(report)


def _show_rows(report: dict[str, Any]) -> None:
    names = [each["name"] for each in report["analyzers"]]
    rows = [
        (each["row"], each["text"], each["truth"], *(each["told"][name] or "–" for name in names))
        for each in report["disagreements"]
    ]
    if rows:
        print_table(("row", "masked text", "truth", *names), rows)


def _show_pairs(pairs: Sequence[dict[str, Any]]) -> None:
    rows = [
        (
            f"{each['first']} – {each['second']}",
            _share(each["difference"], each["interval"]),
            f"{each['only_first']} : {each['only_second']}",
            f"{each['p_adjusted']:.4f}" if each["p_adjusted"] >= LEAST_P else f"< {LEAST_P}",
            each["better"] or translated(phrase("not certain"), spoken()),
        )
        for each in pairs
    ]
    if rows:
        print_table(("difference", "of right (95 %)", "only one right", "p (Holm)", "better"), rows)


def _show_worst(analyzer: dict[str, Any]) -> None:
    rows = [
        (
            row["label"],
            row["n"],
            _share(row["precision"], row["precision_interval"]),
            _share(row["recall"], row["recall_interval"]),
        )
        for row in sorted(analyzer["classes"], key=lambda row: row["f1"])[:WORST]
    ]
    print_table(("worst told", "n", "precision (95 %)", "recall (95 %)"), rows, analyzer["name"])


def _share(value: float | None, interval: Sequence[float] | None) -> str:
    if value is None or interval is None:
        return ""
    return f"{value:.3f} ({interval[0]:.3f} – {interval[1]:.3f})"


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}" if value < 0.1 else f"{value:,.1f}"
