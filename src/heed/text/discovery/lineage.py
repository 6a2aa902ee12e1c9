"""What became of themes from one fit to the next: the same, split, merged, renamed, new, gone; keys that stay."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from heed.text.themes import FoundTheme

Kind = Literal["same", "split", "merge", "rename", "new", "gone"]
SAME = 0.5  # share of common weight from which a found theme is the one known before
PART = 0.3  # share of one theme's texts in another from which on it is a part of it


@dataclass(frozen=True)
class Change:
    """What became of themes, by their keys; `texts` is how many texts it is about."""

    kind: Kind
    from_keys: tuple[str, ...]
    to_keys: tuple[str, ...]
    texts: int = 0


def likeness(one: FoundTheme, other: FoundTheme) -> float:
    """The weight two themes share, 0..1."""
    theirs = dict(zip(other.words, other.weights, strict=True))
    return sum(min(weight, theirs.get(word, 0.0)) for word, weight in zip(one.words, one.weights, strict=True))


def keep_keys(found: Sequence[FoundTheme], known: Sequence[FoundTheme]) -> list[FoundTheme]:
    """The found themes; those that are a theme known before keep its key and its first day. Best matches first."""
    pairs = sorted(
        ((likeness(one, other), place, other) for place, one in enumerate(found) for other in known),
        key=lambda pair: (-pair[0], pair[1], pair[2].key),
    )
    kept: dict[int, FoundTheme] = {}
    for alike, place, other in pairs:
        if alike >= SAME and place not in kept and all(each.key != other.key for each in kept.values()):
            kept[place] = other
    return [
        replace(theme, key=kept[place].key, since=theme.since or kept[place].since) if place in kept else theme
        for place, theme in enumerate(found)
    ]


def lineage(
    before: Sequence[FoundTheme], after: Sequence[FoundTheme], places: Sequence[tuple[str, str]]
) -> tuple[Change, ...]:
    """What became of each theme. places: for texts that are in both fits, the key before and the key after ("" = none).

    A theme goes on where most of its texts went; that, and the key it has, tell same from rename. One whose texts went to
    several, each a part of it, was split; several that went into one were merged.
    """
    moved: dict[tuple[str, str], int] = {}
    for pair in places:
        moved[pair] = moved.get(pair, 0) + 1
    names_before, names_after = ({theme.key: theme.name for theme in themes} for themes in (before, after))
    goes, comes = _parts(moved, names_before, names_after)
    found: list[Change] = []
    split: set[str] = set()
    for old in names_before:
        targets = tuple(sorted(goes[old]))
        texts = sum(count for (one, _), count in moved.items() if one == old)
        if not targets:
            found.append(Change("gone", (old,), (), texts))
        elif len(targets) > 1 and all(comes[new][0] == old for new in targets):
            found.append(Change("split", (old,), targets, texts))
            split |= set(targets)
    for new in names_after:
        sources = tuple(sorted(old for old in names_before if new in goes[old]))
        texts = sum(count for (_, one), count in moved.items() if one == new)
        if not sources:
            found.append(Change("new", (), (new,), texts))
        elif len(sources) > 1:
            found.append(Change("merge", sources, (new,), texts))
        elif new not in split:
            same = names_after[new] == names_before[sources[0]]
            found.append(Change("same" if same else "rename", sources, (new,), texts))
    return tuple(found)


def _parts(
    moved: dict[tuple[str, str], int], before: dict[str, str], after: dict[str, str]
) -> tuple[dict[str, set[str]], dict[str, tuple[str, int]]]:
    """Where each theme went: those it makes up, or that make it up, to a part; and whence most of each new one came."""
    out = {old: sum(count for (one, _), count in moved.items() if one == old) for old in before}
    into = {new: sum(count for (_, one), count in moved.items() if one == new) for new in after}
    goes: dict[str, set[str]] = {old: set() for old in before}
    comes: dict[str, tuple[str, int]] = dict.fromkeys(after, ("", 0))
    for (old, new), count in sorted(moved.items()):
        if old not in before or new not in after:
            continue
        if count >= PART * out[old] or (count >= PART * into[new] and count > SAME * into[new]):
            goes[old].add(new)
        if count > comes[new][1]:
            comes[new] = (old, count)
    # One that has no texts in common with what it was still is what its key says.
    for old in before:
        if not goes[old] and old in after and not out[old]:
            goes[old].add(old)
    return goes, comes
