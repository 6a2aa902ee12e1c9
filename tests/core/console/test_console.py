"""What a command prints: text from outside is shown as it is, and one object is one object."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from heed.core.console.rules import print_json, print_table, say


def test_text_from_a_file_is_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    say("missing column [/red] in [bold]x")
    print_table(["name", "[b]"], [["[/red]", 1]])
    told = capsys.readouterr()
    assert "missing column [/red] in [bold]x" in told.err
    assert "[/red]" in told.out


def test_one_object_without_nan_and_with_aware_times(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"a": float("nan"), "b": [float("inf"), Decimal("12.50")], "at": datetime(2026, 1, 2, tzinfo=UTC)})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [None, "12.50"], "at": "2026-01-02T00:00:00Z"}
