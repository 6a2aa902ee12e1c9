"""Every locked distribution is under a licence the project may carry; heavy and weakly copyleft ones are told of."""

import re
from functools import lru_cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest

from tests.house.plan import ROOT

HEAVY_BYTES = 50_000_000
LOCKS = ("requirements.txt", "requirements-encoder.txt", "requirements-spark.txt", "requirements-dev.txt")
PERMISSIVE = re.compile(
    r"\b(?:MIT(?:-0)?|BSD|0BSD|[23]-Clause|ISC|Apache|Zlib|CC0-1\.0|PSF(?:L|-2\.0)?|Python Software Foundation)\b",
    re.IGNORECASE,
)
# Copyleft that ends at the file (MPL) or at the library (LGPL): allowed unmodified, and told of.
WEAK = re.compile(r"\bMPL|Mozilla Public|\bLGPL|Lesser General Public", re.IGNORECASE)
NEVER = re.compile(
    r"(?<![A-Za-z])A?GPL|(?<!Lesser )General Public License|Affero|SSPL|Business Source|Commons Clause", re.IGNORECASE
)
# Their metadata names no licence; read in their source.
UNSAID = {"huey": "MIT", "axe-playwright-python": "MIT, with axe-core under MPL-2.0"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@lru_cache(maxsize=1)
def locked() -> frozenset[str]:
    """The names of the distributions in the locks."""
    names = set()
    for lock in LOCKS:
        for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
            if match := re.match(r"([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==", line):
                names.add(normal(match[1]))
    return frozenset(names)


@lru_cache(maxsize=1)
def installed() -> dict[str, Distribution]:
    """The locked distributions that this machine has; a lock also names some for other systems."""
    found = {}
    for name in locked():
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue
    return found


def licence(name: str, found: Distribution) -> str:
    """What a distribution says of its licence, as one line."""
    meta = found.metadata
    if expressions := meta.get_all("License-Expression"):
        return str(expressions[0])
    classifiers = [
        line.rpartition("::")[2].strip() for line in meta.get_all("Classifier") or [] if line.startswith("License")
    ]
    first = (meta.get_all("License") or [""])[0].strip().partition("\n")[0]
    return UNSAID.get(name) or " | ".join([*classifiers, first]).strip(" |")


def size(found: Distribution) -> int:
    files = [Path(str(found.locate_file(file))) for file in found.files or ()]
    return sum(file.stat().st_size for file in files if file.is_file())


def told() -> frozenset[str]:
    """The distributions that THIRD_PARTY.md has a row for."""
    text = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")
    return frozenset(normal(name) for name in re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))


def test_most_of_the_locks_is_looked_at() -> None:
    assert len(installed()) > 0.7 * len(locked())


def test_every_licence_is_permissive_or_told_of() -> None:
    said = {name: licence(name, found) for name, found in installed().items()}
    assert not {name: words for name, words in said.items() if NEVER.search(words)}
    assert not {name: words for name, words in said.items() if not PERMISSIVE.search(words) and not WEAK.search(words)}


def test_weak_copyleft_is_told_of() -> None:
    weak = {name for name, found in installed().items() if WEAK.search(licence(name, found))}
    assert weak <= told()


def test_heavy_packages_are_told_of() -> None:
    heavy = {name for name, found in installed().items() if size(found) > HEAVY_BYTES}
    assert heavy <= told()


def test_nothing_is_told_of_that_is_not_locked() -> None:
    assert told() <= locked() | {"uv"}


@pytest.mark.parametrize(
    "words",
    ["GPL-3.0-only", "GNU Affero General Public License v3", "AGPL-3.0", "GNU General Public License v2 (GPLv2)"],
)
def test_strong_copyleft_is_seen(words: str) -> None:
    assert NEVER.search(words)


@pytest.mark.parametrize("words", ["LGPL-3.0-only", "GNU Lesser General Public License v3", "MIT", "BSD License"])
def test_allowed_licences_are_not_taken_for_strong_copyleft(words: str) -> None:
    assert not NEVER.search(words)
