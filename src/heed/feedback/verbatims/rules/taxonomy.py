"""Editing a taxonomy: themes added, renamed, split, merged, removed; what each change would touch; two who edit at once.

A body is a taxonomy as its definition has it: {name, themes: [{key, name: {language: …}, words: {language: […]}}]}. Pure.
"""

import json
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from heed.core.errors.rules import Invalid, NotFound, nearest, phrase
from heed.text.themes import FoundTheme, ThemeWords, compiled

Body = dict[str, Any]
Theme = dict[str, Any]
LONGEST_KEY = 40
SHOWN = 3


@dataclass(frozen=True)
class Touched:
    """What a change of one theme touches: places of texts that have it, that would come, that would go."""

    before: int
    after: int
    gained: tuple[int, ...]
    lost: tuple[int, ...]


@dataclass(frozen=True)
class Changed:
    """How a theme of a draft differs from what is in force: new, gone, changed or same."""

    key: str
    kind: str


def keys_of(body: Mapping[str, Any]) -> list[str]:
    return [theme["key"] for theme in body["themes"]]


def theme_of(body: Mapping[str, Any], key: str) -> Theme:
    """One theme. Raises NotFound."""
    for theme in body["themes"]:
        if theme["key"] == key:
            return dict(theme)
    raise NotFound(phrase("There is no theme {key}.", key=key), code="unknown_theme", hint=nearest(key, keys_of(body)))


def seen_as(theme: Mapping[str, Any] | None) -> str:
    """What a person saw when they began to change a theme, as a short digest; empty where there was none."""
    return "" if theme is None else sha256(json.dumps(theme, sort_keys=True).encode()).hexdigest()[:16]


def key_from(name: str, taken: Collection[str]) -> str:
    """A key from a name: plain letters, no spaces, none that is taken."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: LONGEST_KEY - 3] or "theme"
    key, number = stem, 1
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key


def words_from(text: str) -> list[str]:
    """Words as typed, one a line or parted by commas; each once, in order."""
    return list(dict.fromkeys(" ".join(word.split()) for word in re.split(r"[\n,;]", text) if word.strip()))


def with_theme(body: Mapping[str, Any], theme: Theme, at: str = "") -> Body:
    """The body with a theme put in the place of another (`at`), or at the end."""
    themes = [theme if each["key"] == at else each for each in body["themes"]]
    return {**body, "themes": themes if at else [*themes, theme]}


def without(body: Mapping[str, Any], key: str) -> Body:
    theme_of(body, key)
    return {**body, "themes": [each for each in body["themes"] if each["key"] != key]}


def merged(body: Mapping[str, Any], key: str, into: str) -> Body:
    """One theme's words joined to another's, which keeps its key and name. Raises Invalid, NotFound."""
    if key == into:
        raise Invalid("A theme cannot be merged into itself.", code="same_theme", hint="Choose another one.")
    one, other = theme_of(body, key), theme_of(body, into)
    languages = [*other["words"], *(each for each in one["words"] if each not in other["words"])]
    words = {
        language: list(dict.fromkeys([*other["words"].get(language, ()), *one["words"].get(language, ())]))
        for language in languages
    }
    names = {**one["name"], **other["name"]}
    return with_theme(without(body, key), {**other, "name": names, "words": words}, into)


def parted(body: Mapping[str, Any], key: str, words: Collection[str], name: Mapping[str, str]) -> Body:
    """Some of a theme's words taken out into a new theme that follows it. Raises Invalid where none or all are taken."""
    theme = theme_of(body, key)
    out = {language: [each for each in mine if each in words] for language, mine in theme["words"].items()}
    left = {language: [each for each in mine if each not in words] for language, mine in theme["words"].items()}
    if not any(out.values()) or not any(left.values()):
        raise Invalid(
            "Choose some of the words, and leave some.", code="nothing_to_split", hint="To rename it, change its name."
        )
    spoken = next((each for each in name.values() if each.strip()), "")
    made = {
        "key": key_from(spoken, keys_of(body)),
        "name": {language: each for language, each in name.items() if each.strip()},
        "words": {language: each for language, each in out.items() if each},
    }
    kept = {**theme, "words": {language: each for language, each in left.items() if each}}
    themes = [part for each in body["themes"] for part in ([kept, made] if each["key"] == key else [each])]
    return {**body, "themes": themes}


def adopted(body: Mapping[str, Any], found: FoundTheme, language: str) -> Body:
    """A theme that was found made one of the organisation's own, known by the words it was found by."""
    key = key_from(found.key if re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", found.key) else found.name, keys_of(body))
    words = [word for word in found.words if len(word.strip("* ")) >= 2]
    return with_theme(body, {"key": key, "name": {language: found.name}, "words": {language: words}})


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Changed]:
    """How each theme differs, those of the draft in its order, then those that are gone."""
    held = {theme["key"]: theme for theme in before["themes"]}
    found = []
    for theme in after["themes"]:
        old = held.get(theme["key"])
        kind = "new" if old is None else "same" if seen_as(old) == seen_as(theme) else "changed"
        found.append(Changed(theme["key"], kind))
    left = set(keys_of(after))
    return found + [Changed(key, "gone") for key in held if key not in left]


def rebased(
    base: Mapping[str, Any], mine: Mapping[str, Any], theirs: Mapping[str, Any]
) -> tuple[Body, tuple[str, ...]]:
    """My changes to what they put in force meanwhile, and the themes both changed: those keep my name and have the words
    of both. What they removed and I changed stays.
    """
    old, ours = ({theme["key"]: theme for theme in each["themes"]} for each in (base, mine))
    both, themes = [], []
    for theme in theirs["themes"]:
        key = theme["key"]
        if key not in ours:
            if key not in old or seen_as(theme) != seen_as(old[key]):
                themes.append(theme)  # they made or changed what I removed or never saw
            continue
        if key not in old or seen_as(ours[key]) != seen_as(old[key]):
            if key not in old or seen_as(theme) != seen_as(old[key]):
                both.append(key)
                words = merged({"themes": [{**theme, "key": "theirs"}, ours[key]]}, "theirs", key)
                themes.append(words["themes"][0])
            else:
                themes.append(ours[key])
        else:
            themes.append(theme)
    there = {theme["key"] for theme in theirs["themes"]}
    for key, theme in ours.items():
        if key not in there and (key not in old or seen_as(theme) != seen_as(old[key])):
            themes.append(theme)
    return {**theirs, "name": mine["name"], "themes": themes}, tuple(both)


def all_words(theme: Mapping[str, Any] | None) -> tuple[str, ...]:
    """A theme's words in all languages."""
    return tuple(word for words in theme["words"].values() for word in words) if theme else ()


@lru_cache(maxsize=400)
def places_of(words: tuple[str, ...], texts: tuple[str, ...]) -> frozenset[int]:
    """The places of the masked texts that have a theme of these words."""
    if not words:
        return frozenset()
    ready = compiled((ThemeWords("it", words),))
    return frozenset(place for place, text in enumerate(texts) if ready.hits(text))


def touched(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, texts: tuple[str, ...]) -> Touched:
    """What of these texts a theme has, and would have. None: there is no such theme."""
    old, new = places_of(all_words(before), texts), places_of(all_words(after), texts)
    return Touched(len(old), len(new), tuple(sorted(new - old)), tuple(sorted(old - new)))


def without_theme(body: Mapping[str, Any], texts: tuple[str, ...]) -> int:
    """How many of the texts no theme takes."""
    taken: set[int] = set()
    for theme in body["themes"]:
        taken |= places_of(all_words(theme), texts)
    return len(texts) - len(taken)


def evidence(words: Sequence[str], text: str) -> tuple[int, int] | None:
    """Where a word of these stands in a masked text."""
    hits = compiled((ThemeWords("it", tuple(words)),)).hits(text)
    return (hits[0].start, hits[0].end) if hits else None
