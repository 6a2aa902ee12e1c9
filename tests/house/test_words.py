"""Every word a person reads can be translated, is translated, and is compiled. `make words` brings the catalogues up."""

import ast
import io
import re
from pathlib import Path

import pytest
from babel.messages import mofile
from babel.messages.catalog import Message as Entry

from tests.house.plan import ROOT, SOURCE, source_files
from tests.words.catalogue import LANGUAGES, mo_bytes, path_of, places, read
from tests.words.extraction import (
    CALL,
    Message,
    called,
    messages,
    name_of,
    refusals,
    template_files,
    words,
    written,
)

MEND = "run `make words` and translate what it says is missing"
TAGS = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|{%.*?%}|{{.*?}}", re.DOTALL)
TRANSLATED = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
QUIET = re.compile(r"<(script|style|code|pre|kbd)\b.*?</\1>|<!--.*?-->|<!doctype[^>]*>", re.DOTALL | re.IGNORECASE)
SEEN = re.compile(r'\b(?:aria-label|title|placeholder|alt)\s*=\s*(?:"([^"]*)"|\'([^\']*)\')')
ELEMENT = re.compile(r"<[^>]*>", re.DOTALL)
ENTITY = re.compile(r"&\w+;")
LETTERS = re.compile(r"[^\W\d_]{2,}")
# Names that are the same in every language.
NAMES = {
    "heed",
    "API",
    "HTTP",
    "URL",
    "YAML",
    "CSV",
    "SQL",
    "Parquet",
    "CEL",
    "JSON",
    "kB",
    "PSI",
    "AHT",
    "https",
    "Webhook",
    "SMTP",
}


@pytest.fixture(scope="module")
def found() -> dict[tuple[str, str], Message]:
    return messages()


def _entries(language: str) -> dict[tuple[str, str], Entry]:
    return {
        (entry.id[0] if isinstance(entry.id, tuple) else entry.id, entry.context or ""): entry
        for entry in read(language)
        if entry.id
    }


def _texts(value: object) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value or ""),)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_in_the_catalogue(language: str, found: dict[tuple[str, str], Message]) -> None:
    missing = sorted(found.keys() - _entries(language).keys())
    assert not missing, MEND


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_nothing_that_nobody_says(language: str, found: dict[tuple[str, str], Message]) -> None:
    assert not sorted(_entries(language).keys() - found.keys()), MEND


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_none_by_guess(language: str) -> None:
    held = _entries(language)
    assert not [key for key, entry in held.items() if not all(_texts(entry.string))], MEND
    assert not [key for key, entry in held.items() if entry.fuzzy]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_leaves_the_same_places_open(language: str) -> None:
    differ = []
    for key, entry in _entries(language).items():
        wanted = places(" ".join(_texts(entry.id)))
        for text in _texts(entry.string):
            # A singular may say "one" instead of the number.
            if places(text) - wanted or (text == _texts(entry.string)[-1] and places(text) != wanted):
                differ.append((key, text))
    assert not differ


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_texts(language: str) -> None:
    assert path_of(language, "mo").read_bytes() == mo_bytes(read(language)), "run `make words`"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_compiled_catalogue_can_be_read_again(language: str) -> None:
    compiled = mofile.read_mo(io.BytesIO(path_of(language, "mo").read_bytes()))
    assert len([entry for entry in compiled if entry.id]) == len(_entries(language))


def test_no_refusal_is_put_together_by_hand() -> None:
    """Its words would have no template to translate by: `phrase("… {name} …", name=name)` has one."""
    trees = {file: ast.parse(file.read_text(encoding="utf-8")) for file in source_files()}
    refusing = refusals(trees.values())
    by_hand = []
    for file, tree in trees.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or (called(node) == "ValueError" and file.name != "definition.py"):
                continue
            by_hand += [
                f"{name_of(file)}:{part.lineno}"
                for part, _name in written(node, refusing)
                if isinstance(part, ast.JoinedStr) and _speaks(part)
            ]
    assert not by_hand, by_hand


def _speaks(part: ast.JoinedStr) -> bool:
    """A path such as {at}.options has no blank; a sentence has."""
    said = "".join(str(value.value) for value in part.values if isinstance(value, ast.Constant))
    return " " in said and LETTERS.search(said) is not None


def visible(source: str) -> list[str]:
    """Words of a template that stand outside of every translation."""
    bare = TRANSLATED.sub(" ", source)
    bare = TAGS.sub(" ", bare)
    bare = ENTITY.sub(" ", QUIET.sub(" ", bare))
    # A small word alone in a placeholder is what a machine calls it.
    shown = [first or second for first, second in SEEN.findall(bare) if not re.fullmatch("[a-z_]*", first or second)]
    shown.append(ELEMENT.sub(" ", bare))
    return [word for text in shown for word in LETTERS.findall(text) if word not in NAMES]


def _is_for_customers(file: Path) -> bool:
    """What a customer meets brings words of its own, in more languages than the product's."""
    return "surveys" in file.parts and file.name.startswith(("answer", "base_answer"))


@pytest.mark.parametrize("file", [file for file in template_files() if file.suffix == ".html"], ids=name_of)
def test_a_template_says_nothing_that_cannot_be_translated(file: Path) -> None:
    if _is_for_customers(file):
        return
    assert not visible(file.read_text(encoding="utf-8"))


def test_the_searches_find_what_they_look_for() -> None:
    assert visible("<p>Open {% translate 'now' %}</p>") == ["Open"]
    assert visible('<a title="Open it">{{ name }}</a>') == ["Open", "it"]
    assert not visible("<p>{% blocktranslate with a=b %}Open {{ a }}{% endblocktranslate %} <code>heed up</code></p>")
    assert CALL.findall(" gettext('a') _(\"b (c)\") ngettext('x', 'y', z) ") == [
        "gettext('a')",
        '_("b (c)")',
        "ngettext('x', 'y', z)",
    ]
    assert places("%(a)s of {b:g} and {c!r}") == {"%a", "{b}", "{c}"}
    assert words("segment_keys") == "Segment keys"
    tree = ast.parse('class Odd(Invalid): pass\ndef no() -> Odd: ...\nclass Invalid(HeedError): pass\nno(f"a {b}")')
    assert {"Odd", "Invalid", "no"} <= refusals([tree])


def test_the_catalogues_are_shipped() -> None:
    """Django looks for them in the package, where the settings say."""
    from django.conf import settings

    assert [str(SOURCE / "heed" / "locale")] == [str(path) for path in settings.LOCALE_PATHS]
    assert all(path_of(language, "mo").is_relative_to(ROOT / "src") for language in LANGUAGES)
