"""What a command says on the terminal: one JSON object on stdout, tables and progress for people, in the language of the
terminal where heed has it. Knows no Django.

Rich is loaded when something is drawn: a command that answers in JSON does without it.
"""

import gettext
import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from heed.core.errors.rules import translated

DOMAIN, WORDS = "django", Path(__file__).parents[2] / "locale"


@lru_cache(maxsize=1)
def spoken() -> Callable[[str], str]:
    """Says a text in the language of the terminal (LANGUAGE, LC_ALL, LC_MESSAGES, LANG); as it stands where there is none."""
    catalogue = gettext.translation(DOMAIN, WORDS, fallback=True)
    # The entry of no text is the head of the catalogue.
    return lambda text: catalogue.gettext(text) if text else text


def plain(value: Any) -> Any:
    """A value as JSON takes it: no NaN or Infinity, times as ISO 8601 UTC, decimals as text."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    return value


def print_json(value: Any) -> None:
    """Exactly one object on stdout, numbers unrounded."""
    json.dump(plain(value), sys.stdout, ensure_ascii=False, default=str, allow_nan=False)
    sys.stdout.write("\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str = "", *, aside: bool = False) -> None:
    """A table for people; numbers to the right. On stderr when it is an aside. Cells are plain text, never markup."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=translated(title, spoken()) or None, box=None, header_style="bold", pad_edge=False, title_justify="left"
    )
    for index, column in enumerate(columns):
        numeric = bool(rows) and all(
            isinstance(row[index], int | float | Decimal) or row[index] in ("", None) for row in rows
        )
        table.add_column(translated(column, spoken()), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    Console(stderr=aside).print(table)


def say(line: str, *, style: str = "") -> None:
    """One line to the person, on stderr, so that stdout stays a result. The text is shown as it is: it may come from a file."""
    from rich.console import Console
    from rich.text import Text

    Console(stderr=True, highlight=False, soft_wrap=True).print(Text(translated(line, spoken()), style=style))


@contextmanager
def progress(total: float | None, label: str) -> Iterator[Callable[[float], None]]:
    """A progress bar on stderr when that is a terminal, and nothing otherwise. Yields `advance(amount)`."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda amount: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(translated(label, spoken()), total=total)
        yield lambda amount: bar.advance(task, amount)
