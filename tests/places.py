"""Where tests find things that do not lie in the project."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def shared_data(name: str) -> Path:
    """A file or folder of the public data sets; the test is left out, saying why, where they are not there."""
    base = Path(os.environ.get("HEED_TEST_DATA", ROOT.parent / "shared" / "data"))
    path = base / name
    if not path.exists():
        pytest.skip(f"public data set {name} is not on this machine (set HEED_TEST_DATA)")
    return path
