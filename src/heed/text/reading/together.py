"""Signs that lie in several ideas met in one sentence: five calls, a baby and no heat, us and elsewhere.

The ideas and what they mean together lie in `lexicon/together.yaml`.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from heed.text.reading.cues import IDEA, Sign, written

FARTHEST = 90  # letters between two ideas of a rule, where it does not say
MOST = 6  # places of one idea in a sentence that are tried
MOST_SENTENCES = 400  # of one text that are looked through
GRAVE = "grave"
BLANK = IDEA + "blank"
RULE = re.compile(r"(?P<ideas>[a-z]+(?: [+>] [a-z]+)*)(?: ~(?P<far>\d+))?(?: ! (?P<less>[a-z]+))?")


@dataclass(frozen=True)
class Rule:
    """Ideas that together are a sign; `ordered` says that the second must stand behind the first."""

    label: str
    strength: int
    grave: bool
    ideas: tuple[str, ...]
    ordered: bool
    far: int
    less: str


@lru_cache(maxsize=1)
def rules() -> dict[str, tuple[Rule, ...]]:
    """The rules, by the first of their ideas."""
    found: dict[str, list[Rule]] = {}
    for label, by_strength in written()["together"].items():
        for strength, lines in by_strength.items():
            for line in lines:
                rule = _rule(label, strength, line)
                found.setdefault(rule.ideas[0], []).append(rule)
    return {idea: tuple(each) for idea, each in found.items()}


def _rule(label: str, strength: int | str, line: str) -> Rule:
    met = RULE.fullmatch(line)
    if met is None:
        raise ValueError(line)
    ideas = tuple(re.split(r" [+>] ", met["ideas"]))
    unknown = {*ideas, *filter(None, [met["less"]])} - set(written()["ideas"])
    if unknown:
        raise ValueError(f"{line}: {unknown}")
    grave = strength == GRAVE
    return Rule(
        label, 3 if grave else int(strength), grave, ideas, ">" in line, int(met["far"] or FARTHEST), met["less"] or ""
    )


def joint_signs(found: Sequence[Sign], sentences: Sequence[tuple[int, int]]) -> list[Sign]:
    """What the ideas among the signs of a text are signs of together; each stretch holds all of its ideas."""
    if not sentences:
        return []
    starts = [start for start, _ in sentences]
    held: dict[int, dict[str, list[tuple[int, int]]]] = {}
    for sign in found:
        if sign.kind[0] == IDEA:
            at = max(bisect_right(starts, sign.start) - 1, 0)
            held.setdefault(at, {}).setdefault(sign.kind[1:], []).append((sign.start, sign.end))
    signs: list[Sign] = []
    for at in sorted(held)[:MOST_SENTENCES]:
        signs += _of_sentence(held[at])
        if at + 1 in held:
            signs += _across(held[at], held[at + 1], starts[at + 1])
    return signs


def _across(one: dict[str, list[tuple[int, int]]], two: dict[str, list[tuple[int, int]]], edge: int) -> Iterator[Sign]:
    """Signs that begin in one sentence and end in the next. What presses by its time must stand in one: there is a day in
    every other sentence of a traveller.
    """
    both = {idea: [*one.get(idea, ()), *two.get(idea, ())] for idea in {**one, **two}}
    for sign in _of_sentence(both):
        if sign.start < edge < sign.end and (sign.grave or sign.kind != "urgency"):
            yield sign


def _of_sentence(held: dict[str, list[tuple[int, int]]]) -> Iterator[Sign]:
    blank = held.get("blank")
    if blank:
        held = {
            idea: [place for place in places if not any(place[0] < end and place[1] > start for start, end in blank)]
            for idea, places in held.items()
        }
    known = rules()
    for idea, places in held.items():
        if not places:
            continue
        for rule in known.get(idea, ()):
            if not all(held.get(each) for each in rule.ideas) or (rule.less and held.get(rule.less)):
                continue
            stretch = _nearest(rule, [held[each][:MOST] for each in rule.ideas])
            if stretch is not None:
                start, end = stretch[0][0], max(end for _, end in stretch)
                yield Sign(rule.label, rule.strength, start, end, rule.grave, stretch)


def _nearest(rule: Rule, places: Sequence[Sequence[tuple[int, int]]]) -> tuple[tuple[int, int], ...] | None:
    """One place of each idea, in order, none upon another, none too far from the next, and as near as can be."""
    best: tuple[tuple[int, int], ...] | None = None
    least = 0
    for chosen in _choices(places):
        if rule.ordered and any(one[0] > two[0] for one, two in pairwise(chosen)):
            continue
        row = sorted(chosen)
        apart = [two[0] - one[1] for one, two in pairwise(row)]
        if any(gap < 0 or gap > rule.far for gap in apart):
            continue
        size = max(end for _, end in row) - row[0][0]
        if best is None or size < least:
            best, least = tuple(row), size
    return best


def _choices(places: Sequence[Sequence[tuple[int, int]]]) -> Iterator[list[tuple[int, int]]]:
    if not places:
        yield []
        return
    for place in places[0]:
        for rest in _choices(places[1:]):
            yield [place, *rest]
