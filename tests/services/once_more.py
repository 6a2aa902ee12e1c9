"""Runs pytest; what failed of the tests that wait for processes is run once more, alone, and said to have been.

python -m tests.services.once_more -n 2

A test that drives a product of several processes can lose its patience on a machine whose cores are all taken. Alone it has no such
reason left. Nothing else gets a second chance: no test of a rule, no race, none that kills; and not more than MOST in a run.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

WAITING = ("tests/acceptance/", "tests/browser/", "tests/collector/", "tests/services/", "tests/site/")
NEVER = re.compile("race|at_once|kill|twice|lost|fuzz|hostile")
MOST = 2
SOME_FAILED = 1


def once_more(failed: list[str]) -> list[str]:
    """What to give pytest so that these tests run again; empty where one of them is to stand as it is, or there are too many.

    A story is told in several tests of one file, on one product: it is told from its beginning.
    """
    if len(failed) > MOST or not all(test.startswith(WAITING) and not NEVER.search(test) for test in failed):
        return []
    return sorted({test.split("::")[0] if test.startswith("tests/acceptance/") else test for test in failed})


def failed_in(folder: Path) -> list[str]:
    """The tests that failed in the last run, as pytest keeps them there; none where it could not tell."""
    path = folder / "v" / "cache" / "lastfailed"
    return sorted(json.loads(path.read_text())) if path.exists() else []


def main(options: list[str], folder: Path = Path(".pytest_cache")) -> int:
    (folder / "v" / "cache" / "lastfailed").unlink(missing_ok=True)
    run = [sys.executable, "-m", "pytest", "-o", f"cache_dir={folder}"]
    status = subprocess.run([*run, *options], check=False).returncode
    failed = failed_in(folder)
    again = once_more(failed) if status == SOME_FAILED and failed else []
    if not again:
        return status
    print(f"\nonce more, alone: {' '.join(again)}", flush=True)
    marks = options[options.index("-m") : options.index("-m") + 2] if "-m" in options else []
    status = subprocess.run([*run, *marks, *again], check=False).returncode
    if status == 0:
        print(f"FAILED BESIDE OTHERS, PASSED ALONE: {' '.join(failed)}", flush=True)
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
