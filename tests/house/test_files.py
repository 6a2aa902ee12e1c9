"""What lies in the project: sizes, names, empty packages, nothing of the machine it was written on."""

import ast
import re
from pathlib import Path

import pytest

from tests.house.plan import MODULES, ROOT, SOURCE, built_capabilities, source_files, tracked

MOST_LINES = 400
# Names that say nothing of what is inside.
BANNED_NAMES = {"util", "utils", "helper", "helpers", "common", "manager", "managers", "handler", "handlers"} | {
    "processor",
    "processors",
    "misc",
    "data",
    "info",
}
TEXT_SUFFIXES = frozenset(
    {".py", ".md", ".toml", ".txt", ".yml", ".yaml", ".html", ".js", ".css", ".sh", ".svg", ".json", ".po", ""}
)
# A folder of one machine, or the index of a package registry.
OUTSIDE = re.compile(
    r"(?<![\w.])/(?:tmp|work|root|farm|Users)/\w+|https?://[^\s\"']*/simple\b|--(?:extra-)?index-url\s+https?:"
)
# Words of how the project was written instead of what it is.
WORKPLACE = re.compile(
    r"\b(?:co-[a]uthored-by|generated [w]ith|[c]laude|[c]odex|[a]nthropic|[c]opilot|coding [a]gents?|sub-?[a]gents?)\b"
    r"|\b(?:issue|ticket|pr) [#]\d+",
    re.IGNORECASE,
)
LEFTOVER = re.compile(r"#.*\b(?:[T]ODO|[F]IXME|[H]ACK|for [n]ow|not implemented [y]et)\b")


def texts() -> list[tuple[Path, str]]:
    """Each tracked text file with its text; locked requirements and large files are left out."""
    found = []
    for path in tracked():
        if (
            path.suffix in TEXT_SUFFIXES
            and path.stat().st_size < 2_000_000
            and not path.name.startswith("requirements")
        ):
            found.append((path, path.read_text(encoding="utf-8", errors="replace")))
    return found


def hits(pattern: re.Pattern[str], files: list[tuple[Path, str]]) -> list[str]:
    rows = []
    for path, text in files:
        for number, line in enumerate(text.splitlines(), 1):
            if pattern.search(line):
                rows.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    return rows


def test_every_init_is_empty() -> None:
    full = [str(path.relative_to(ROOT)) for path in tracked() if path.name == "__init__.py" and path.stat().st_size]
    assert not full


def test_every_folder_of_code_is_a_package() -> None:
    folders = {path.parent for path in source_files()}
    assert not [str(folder) for folder in folders if not (folder / "__init__.py").exists() and folder != SOURCE]


def test_no_file_passes_400_lines() -> None:
    sizes = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in source_files()}
    assert not {name: lines for name, lines in sizes.items() if lines > MOST_LINES}


def test_names_say_something() -> None:
    named = [path.relative_to(SOURCE) for path in source_files()]
    assert not [str(path) for path in named if BANNED_NAMES & {path.stem, *path.parts}]


def test_every_file_says_what_lives_in_it() -> None:
    silent = []
    for path in source_files():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        words = ast.get_docstring(tree)
        if tree.body and (not words or len(words.splitlines()) > 5):
            silent.append(str(path.relative_to(ROOT)))
    assert not silent


def test_nothing_of_a_machine_or_a_registry() -> None:
    files = texts()
    locks = [(path, path.read_text(encoding="utf-8")) for path in tracked() if path.name.startswith("requirements")]
    assert not hits(OUTSIDE, files + locks)


def test_the_project_speaks_of_itself() -> None:
    assert not hits(WORKPLACE, texts())


def test_nothing_is_left_over() -> None:
    assert not hits(LEFTOVER, [(path, text) for path, text in texts() if path.suffix == ".py"])


@pytest.mark.parametrize("parts", [("", "work", "main"), ("", "tmp", "boot"), ("https:", "", "pypi.example", "simple")])
def test_the_search_for_machines_finds_them(parts: tuple[str, ...]) -> None:
    assert OUTSIDE.search("see " + "/".join(parts))


@pytest.mark.parametrize("parts", [("Co", "Authored", "By: somebody"), ("Sub", "agent")])
def test_the_search_for_workplace_words_finds_them(parts: tuple[str, ...]) -> None:
    assert WORKPLACE.search("-".join(parts))


def test_each_built_capability_has_a_story() -> None:
    without = []
    for module, capability in built_capabilities():
        if capability in MODULES[module] or capability == "cases":
            stories = ROOT / "tests" / "acceptance" / module
            if not list(stories.glob(f"test_{capability}*.py")):
                without.append(f"{module}/{capability}")
    assert not without


def test_stories_lie_where_their_capability_is() -> None:
    lost = []
    for path in (ROOT / "tests" / "acceptance").glob("*/test_*.py"):
        capabilities = (*MODULES.get(path.parent.name, ()), "cases")
        if path.parent.name in MODULES and not any(path.stem.startswith(f"test_{name}") for name in capabilities):
            lost.append(str(path.relative_to(ROOT)))
    assert not lost
