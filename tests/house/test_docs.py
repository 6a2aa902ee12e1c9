"""The documents say what the code does: each door is listed, each listed door is there, and so is each setting."""

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import typer.main
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from heed.cli import app
from heed.collector.front import ADDRESSES
from heed.core.settings.rules import Settings
from heed.site.api import api
from tests.house.plan import MODULES, ROOT, built_capabilities, tracked

CAPABILITIES = ROOT / "docs" / "capabilities.md"
SPAN = re.compile(r"`([^`\n]+)`")
ROW = re.compile(r"^\| (\d\.\d) \| [^|]+ \| `([a-z_]+)/([a-z_]+)` \| (.+) \|$", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def listed(start: str, but: str = "\0") -> set[str]:
    spans = SPAN.findall(CAPABILITIES.read_text(encoding="utf-8"))
    return {span for span in spans if span.startswith(start) and not span.startswith(but)}


def commands(command: Any, name: str) -> Iterator[str]:
    if hasattr(command, "list_commands"):
        for inner in command.list_commands(None):
            yield from commands(command.get_command(None, inner), f"{name} {inner}")
    else:
        yield name


def addresses(patterns: list[URLPattern | URLResolver], start: str = "/") -> Iterator[str]:
    """Each address that one of our own pages answers at, its parameters as `<name>`."""
    for pattern in patterns:
        route = start + re.sub(r"<\w+:(\w+)>", r"<\1>", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
            continue
        view = getattr(pattern.callback, "view_class", pattern.callback)
        if view.__module__.startswith("heed."):
            yield route


def test_every_command_is_listed_and_every_listed_command_is_there() -> None:
    assert listed("heed ") == set(commands(typer.main.get_command(app), "heed"))


def test_every_page_is_listed_and_every_listed_page_is_there() -> None:
    of_workers = {path for path in addresses(get_resolver().url_patterns) if not path.startswith("/api/")}
    assert listed("/", but="/api/") == of_workers | set(ADDRESSES)


def test_every_api_address_is_listed_and_every_listed_one_is_there() -> None:
    assert listed("/api/") == set(api.get_openapi_schema()["paths"]) | {"/api/v1/openapi.json"}


def test_all_capabilities_are_listed_and_only_built_ones_have_doors() -> None:
    rows = {
        (module, capability): doors
        for _, module, capability, doors in ROW.findall(CAPABILITIES.read_text(encoding="utf-8"))
    }
    assert set(rows) == {(module, capability) for module, all_of in MODULES.items() for capability in all_of}
    built = {pair for pair in built_capabilities() if pair in rows}
    with_doors = {pair for pair, doors in rows.items() if SPAN.search(doors)}
    assert with_doors <= built
    assert {pair for pair, doors in rows.items() if "not yet" in doors} >= set(rows) - built


def test_every_setting_is_told_with_its_default_and_meaning() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(HEED_\w+)` \| (.*?) \| (.+) \|$", text, re.MULTILINE)
    wanted = [
        (item.metadata["variable"], f"`{item.default}`" if item.default else "empty", item.metadata["meaning"])
        for item in fields(Settings)
    ]
    assert rows == wanted


def test_links_between_documents_lead_somewhere() -> None:
    lost = []
    for path in tracked():
        if path.suffix == ".md":
            for target in LINK.findall(path.read_text(encoding="utf-8")):
                if not (path.parent / target).exists():
                    lost.append(f"{path.relative_to(ROOT)}: {target}")
    assert not lost


def test_every_decision_is_numbered_and_listed() -> None:
    first, *others = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in others] == list(range(2, len(others) + 2))
    assert not [path.name for path in others if f"({path.name})" not in first.read_text(encoding="utf-8")]


def test_the_targets_that_documents_name_are_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        target
        for path in tracked()
        if path.suffix == ".md"
        for target in re.findall(r"(?:`|^\s*\$? ?)make ([a-z]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert named <= targets
