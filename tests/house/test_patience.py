"""Tests wait for what happens, and long enough for a machine that has much else to do: a limit is there to end a fault, and
costs nothing where there is none.
"""

import re

from tests.places import ROOT

LEAST_SECONDS = 60.0
LIMITS = (
    re.compile(r"monotonic\(\) \+ ([\d.]+)"),
    re.compile(r"\.(?:wait|communicate)\(timeout=([\d.]+)\)"),
    re.compile(r"seconds: float = ([1-9][\d.]*)\) ->"),
)


def test_no_test_gives_up_within_a_minute() -> None:
    found = [
        f"{file.relative_to(ROOT)}: {line.strip()}"
        for file in sorted(ROOT.joinpath("tests").rglob("*.py"))
        for line in file.read_text(encoding="utf-8").splitlines()
        for limit in LIMITS
        for seconds in limit.findall(line)
        if float(seconds) < LEAST_SECONDS
    ]
    assert not found
