"""Templates: nothing inline, every address they name exists, every word can be translated."""

import re
from pathlib import Path

from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from tests.house.plan import ROOT, source_files, tracked

NAMED = re.compile(r"""\{%\s*url\s+['"]([^'"]+)['"]""")
CODE_NAMED = re.compile(r"""\b(?:reverse|reverse_lazy|redirect|resolve_url)\(\s*['"]([\w:-]+)['"]""")
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=[\"']application/json)[^>]*>|<style\b|\son[a-z]+\s*=\s*[\"']|javascript:|\sstyle\s*=\s*[\"']|\shx-on",
    re.IGNORECASE,
)
DOUBLED = re.compile(r"""\b_\((["'])[^"']*%[^"']*\1\)""")
ELSEWHERE = re.compile(r"""\b(?:src|href|action)=["'](?:https?:)?//""", re.IGNORECASE)


def templates() -> list[Path]:
    return [path for path in tracked() if path.suffix in {".html", ".svg", ".txt"} and "templates" in path.parts]


def names(patterns: list[URLPattern | URLResolver], space: str = "") -> set[str]:
    """Every name an address can be asked by, with its namespaces."""
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            found |= names(pattern.url_patterns, inner)
        elif pattern.name:
            found.add(space + pattern.name)
    return found


def rows(pattern: re.Pattern[str], paths: list[Path]) -> list[tuple[str, str]]:
    return [
        (f"{path.relative_to(ROOT)}:{number}", match[match.lastindex or 0])
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for match in pattern.finditer(line)
    ]


def test_addresses_in_templates_exist() -> None:
    known = names(get_resolver().url_patterns)
    assert not [row for row in rows(NAMED, templates()) if row[1] not in known]


def test_addresses_in_code_exist() -> None:
    known = names(get_resolver().url_patterns)
    assert not [row for row in rows(CODE_NAMED, source_files()) if row[1] not in known]


def test_nothing_is_inline() -> None:
    # Mails carry their style with them, because a mail program reads no style sheet.
    pages = [path for path in templates() if "mail" not in path.parts]
    # The colour of an organisation on its answer page; the page's content policy names its hash, and no other is taken.
    branded = [("src/heed/feedback/templates/surveys/base_answer.html:13", "<style")]
    assert rows(INLINE, pages) == branded


def test_a_text_with_a_percent_sign_is_translated_by_its_own_tag() -> None:
    # Django doubles the sign of a text that is translated inside another tag and leaves it so.
    assert not rows(DOUBLED, templates())


def test_nothing_comes_from_elsewhere() -> None:
    assert not rows(ELSEWHERE, templates())
