"""Run every comparison of this folder and print the table of their lines. `make bench`, or `python bench NAME…`."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def measure(script: Path) -> list[dict[str, Any]]:
    """The JSON lines one comparison prints; one that fails tells why in its place."""
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, cwd=HERE.parent, check=False)
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not rows:
        last = (done.stderr.strip().splitlines() or ["it printed no line of JSON"])[-1]
        rows.append({"bench": script.stem, "failed": last})
    return rows


def show(rows: list[dict[str, Any]]) -> None:
    """One row a line, one column a key, in the order in which keys are met."""
    columns = list(dict.fromkeys(key for row in rows for key in row))
    cells = [columns, *([shown(row.get(column)) for column in columns] for row in rows)]
    widths = [max(len(line[index]) for line in cells) for index in range(len(columns))]
    for number, line in enumerate(cells):
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:,.4g}" if isinstance(value, float) else str(value)


def main(names: list[str]) -> int:
    scripts = sorted(path for path in HERE.glob("*.py") if not path.name.startswith("_"))
    chosen = [path for path in scripts if not names or path.stem in names]
    rows = []
    for script in chosen:
        print(f"{script.stem} …", file=sys.stderr)
        rows += measure(script)
    if rows:
        show(rows)
    return 1 if not rows or any("failed" in row for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
