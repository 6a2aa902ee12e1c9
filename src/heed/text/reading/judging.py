"""From signs to labels: which of them count, and how sure that makes urgency, effort, the risk of leaving and intent.

A sign is undone by a negation, where it is only supposed, where somebody else does it, where it nearly happened, and
where it is over. What is left becomes a probability by weights fitted on written lines (`lexicon/reading.json`).
"""

import json
import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

from heed.text.analyzer import Label
from heed.text.reading.cues import Sign, other_things, written

LABELS = {"urgency": ("normal", "high"), "effort": ("normal", "high"), "churn": ("none", "at_risk")}
INTENTS = ("request", "complaint", "question", "praise", "cancellation", "fault", "none")
NEGATION_REACH = 3  # words before a sign
AFTER_REACH = 3  # words behind it, where German puts its `nicht`
PART = re.compile(r"[,;:–]|\s-\s|(?<!\w)(?:but|however|aber|sondern|jedoch|doch|and|und)(?!\w)")
FIRST_PERSON = re.compile(r"(?<!\w)(?:i|we|i'm|i've|i'll|we're|we've|ich|wir|me|je|j'ai|nous|yo|nosotros|io|noi)(?!\w)")
WORDS = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
ORDERED = re.compile(
    r"\b(?:orders?|transfers?|transactions?|payments?|bookings?|flights?|appointments?|reservations?|engineer)\b"
)
UNDOING = frozenset(("supposed", "refused", "nearly", "calm", "others", "hearsay", "spared", "formerly"))
UNDOING_ANYWHERE = (*sorted(UNDOING), "past", "settled", "staying")  # weigh against, wherever they stand
GLAD = "glad"
TURNED = re.compile(r"(?<!\w)(?:now|but|yet|still|today|jetzt|aber|nun|heute|trotzdem|immer noch)(?!\w)")
TOO = re.compile(r"(?<!\w)(?:so am i|too|same|likewise|auch|ebenfalls|ebenso|aussi|también|anch'io|follow)(?!\w)")
QUOTED = re.compile('["\u201c\u201d\u201e\u00ab\u00bb\u2018]')
GENERAL = ("cancel", "kündig", "switch", "chang", "wechs", "leav")  # verbs of leaving that may be about another thing
MOST_SIGNS = 60  # of one label in one text that are weighed
FURTHEST = 300  # code points before a sign within which something can undo it
LACKING = ("without", "ohne")  # deny the next word alone
LEAST_CONFIDENCE = 0.02
LEAST_INTENT = 0.25  # an intent less likely is not told
# Labels whose words show an intent too, where it has none of its own.
SHOWN_BY = {
    "complaint": ("effort", "churn", "urgency"),
    "fault": ("urgency", "effort"),
    "request": ("urgency",),
    "cancellation": ("churn",),
}


def _place(sign: Sign) -> int:
    return sign.start


@dataclass(frozen=True)
class Seen:
    """What judging needs of a text: lowered, its sentences, its signs, how many good and bad words it has, and where the
    first of either stands (0, 0: nowhere).
    """

    small: str
    sentences: tuple[tuple[int, int], ...]
    signs: tuple[Sign, ...]
    good: float
    bad: float
    praising: tuple[int, int] = (0, 0)
    blaming: tuple[int, int] = (0, 0)
    ideas: Mapping[str, tuple[int, int]] = field(default_factory=dict)  # the first place of each

    @cached_property
    def undoing(self) -> list[Sign]:
        """The signs that undo others, in order of place."""
        return sorted((sign for sign in self.signs if sign.kind in UNDOING), key=_place)


@dataclass(frozen=True)
class Judgement:
    """The labels of one text; None where nothing can be told, as in a language there are no words for."""

    intent: Label | None
    urgency: Label | None
    effort: Label | None
    churn: Label | None


@lru_cache(maxsize=1)
def weights() -> dict[str, Any]:
    """The fitted weights, with where they come from."""
    return dict(json.loads(files("heed.text").joinpath("lexicon/reading.json").read_text(encoding="utf-8")))


@lru_cache(maxsize=1)
def _negations() -> frozenset[str]:
    return frozenset(written()["undoing"]["negation"])


def judge(seen: Seen) -> Judgement:
    """The labels of one text, with their probabilities and the words that show them."""
    counted = {label: counting(seen, label) for label in LABELS}
    labels = {label: _told(seen, label, counted[label]) for label in LABELS}
    return Judgement(_intent(seen, counted), **labels)


def only_shown(judged: Judgement) -> Judgement:
    """The labels that words show; that nothing is pressing cannot be told in a language there are no words for."""
    labels = (judged.intent, judged.urgency, judged.effort, judged.churn)
    return Judgement(*(each if each is not None and each.end > each.start else None for each in labels))


def _told(seen: Seen, label: str, counted: list[Sign]) -> Label:
    without, having = LABELS[label]
    held = weights()[label]
    value = sum(w * x for w, x in zip(held["weights"], strengths(counted), strict=True)) + held["bias"]
    value += sum(held["ideas"].get(name, 0.0) for name in present(seen))
    share = _logistic(value)
    if share >= 0.5 and (shown := _strongest(seen, held["ideas"], counted)):
        return Label(having, _rounded(share), *shown)
    return Label(without, _rounded(max(1 - share, 0.5)))


def present(seen: Seen) -> list[str]:
    """The ideas of a text, met or not in one sentence, what it holds that undoes signs, and whether it is glad."""
    kinds = {sign.kind for sign in seen.signs}
    glad = [GLAD] if seen.good > seen.bad else []
    return [*seen.ideas, *glad, *(kind for kind in UNDOING_ANYWHERE if kind in kinds)]


def _strongest(seen: Seen, ideas: Mapping[str, float], counted: list[Sign]) -> tuple[int, int] | None:
    """The words that show a label: those of its strongest sign, else of the idea that weighs most."""
    strongest = max(counted, key=lambda sign: (sign.strength, -sign.start), default=None)
    if strongest is not None:
        return strongest.start, strongest.end
    best = max(seen.ideas, key=lambda name: (ideas.get(name, 0.0), name), default="")
    return seen.ideas[best] if best and ideas.get(best, 0.0) > 0 else None


def counting(seen: Seen, label: str) -> list[Sign]:
    """The signs of a label that nothing undoes."""
    mine = [sign for sign in seen.signs if sign.kind == label][:MOST_SIGNS]
    if not mine:
        return []
    kinds = {sign.kind for sign in seen.signs}
    if (
        label == "churn"
        and "staying" in kinds
        and any(_holds(seen, each) for each in _of(seen, "staying")[:MOST_SIGNS])
    ):
        return []
    if label == "urgency":
        if "settled" in kinds and any(_holds(seen, each) for each in _of(seen, "settled")[:MOST_SIGNS]):
            return []
        if "calm" in kinds:
            mine = [sign for sign in mine if sign.grave]  # `take your time, the child only freezes`
        past = {_sentence_of(seen, each.start) for each in _of(seen, "past")}
        mine = [sign for sign in mine if _sentence_of(seen, sign.start) not in past]
    if label == "effort" and "past" in kinds and "settled" in kinds:
        return []
    return [sign for sign in mine if not _undone(seen, sign, label)]


def _of(seen: Seen, kind: str) -> list[Sign]:
    return [sign for sign in seen.signs if sign.kind == kind]


def _sentence_of(seen: Seen, place: int) -> tuple[int, int]:
    low, high = 0, len(seen.sentences) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if seen.sentences[middle][0] <= place:
            low = middle
        else:
            high = middle - 1
    return seen.sentences[low] if seen.sentences else (0, len(seen.small))


def _holds(seen: Seen, sign: Sign) -> bool:
    """Whether a sign that something is over is not itself denied or asked for."""
    start, end = _sentence_of(seen, sign.start)
    before = seen.small[max(start, sign.start - 80) : sign.start]
    words = WORDS.findall(before)[-4:]
    wished = (
        "if",
        "until",
        "wenn",
        "falls",
        "bis",
        "must",
        "needs",
        "need",
        "muss",
        "please",
        "bitte",
        "want",
        "be",
        "should",
        "sollte",
    )
    return not any(_negates(word) or word in wished for word in words) and seen.small[end - 1 : end] != "?"


def _negates(word: str) -> bool:
    return word in _negations() or word.endswith("n't")


def _undone(seen: Seen, sign: Sign, label: str) -> bool:
    start, end = _sentence_of(seen, sign.start)
    if QUOTED.search(seen.small, max(sign.start - 1, 0), sign.start) and QUOTED.match(seen.small, sign.end):
        return True  # the word is spoken of
    after = "" if sign.parts and label != "churn" else seen.small[sign.end : min(end, sign.end + 60)]
    for at, _ in sign.parts or ((sign.start, sign.end),):
        if _negated(seen.small[max(start, at - 80) : at], after, label):
            return True
    last = sign.parts[-1][0] if sign.parts else sign.start
    low = bisect_left(seen.undoing, max(start, sign.start - FURTHEST), key=_place)
    for other in seen.undoing[low : bisect_right(seen.undoing, last, key=_place)]:
        if _undoes(seen, other, sign, label, last):
            return True
    return label == "churn" and _about_another_thing(seen.small, start, sign)


def _undoes(seen: Seen, other: Sign, sign: Sign, label: str, last: int) -> bool:
    """Whether something said before a sign, in its sentence, undoes it; `last` is where its last idea begins."""
    kind = other.kind
    if kind == "supposed":
        return other.start <= sign.start or other.end <= last
    if kind in ("nearly", "refused"):
        return label == "churn" and other.end <= last
    if kind == "hearsay":
        return not FIRST_PERSON.search(seen.small, other.end, sign.end)
    if kind == "others":
        if label == "urgency" or (sign.parts and TOO.search(seen.small, last, sign.end)):
            return False
        return not FIRST_PERSON.search(seen.small, other.end, last)
    if kind == "formerly":
        return label != "urgency" and not TURNED.search(seen.small, other.end, sign.start)
    return label == "effort"  # calm, spared


def _about_another_thing(small: str, start: int, sign: Sign) -> bool:
    """Whether what is cancelled or changed is an order, a flight, a tariff: behind the sign, or before it in the sentence."""
    if sign.parts and not small.startswith(GENERAL, sign.parts[-1][0]):
        return False
    if other_things().match(small, sign.end):
        return True
    return (
        "cancel" in small[sign.start : sign.end]
        and ORDERED.search(small, max(start, sign.start - 80), sign.end + 24) is not None
    )


def _negated(before: str, after: str, label: str) -> bool:
    near = PART.split(before)[-1]
    words = WORDS.findall(near)[-NEGATION_REACH:]
    denied = any(_negates(word) and (word not in LACKING or word == words[-1]) for word in words)
    if denied and "only" not in words and "nur" not in words:
        return True
    if label == "effort":
        return False
    following = WORDS.findall(PART.split(after)[0])[:AFTER_REACH]
    return any(word in ("nicht", "kein", "keine") for word in following) and "mehr" not in following


def strengths(counted: list[Sign]) -> list[float]:
    """What the weights of a label stand for: a strong sign, a middling one, a weak one (each 0 or 1), and further ones."""
    by = {strength: sum(sign.strength == strength for sign in counted) for strength in (1, 2, 3)}
    places = {sign.start for sign in counted if sign.strength >= 2}
    return [float(by[3] > 0), float(by[2] > 0), float(min(by[1], 2)), float(min(max(len(places) - 1, 0), 2))]


def features(seen: Seen, counted: dict[str, list[Sign]]) -> list[float]:
    """What the weights of the intents stand for."""
    by = dict.fromkeys(INTENTS, 0)
    for sign in seen.signs:
        if sign.kind.startswith("intent."):
            by[sign.kind[7:]] += 1
    letters = len(WORDS.findall(seen.small[:400]))
    asked = seen.small.rstrip().endswith("?")
    own = [float(min(by[name], 2)) for name in INTENTS if name != "none"]
    opened = WORDS.match(seen.small.lstrip(" \"'([-"))
    question = opened is not None and any(
        sign.kind == "intent.question" and sign.start <= opened.end() for sign in seen.signs
    )
    return [
        *own,
        float("?" in seen.small),
        float(asked),
        float(question),
        *(float(any(sign.strength == 3 for sign in counted[label])) for label in LABELS),
        min(seen.good, 3.0),
        min(seen.bad, 3.0),
        float(seen.good == 0 and seen.bad == 0 and not any(by.values())),
        math.log1p(letters) / 3,
    ]


def _intent(seen: Seen, counted: dict[str, list[Sign]]) -> Label | None:
    """The likeliest intent; None where none of the set is likelier than that nothing is wanted."""
    held = weights()["intent"]
    values = features(seen, counted)
    sums = [
        sum(w * x for w, x in zip(row, values, strict=True)) + bias
        for row, bias in zip(held["weights"], held["bias"], strict=True)
    ]
    most = max(sums)
    powers = [math.exp(each - most) for each in sums]
    shares = {name: power / sum(powers) for name, power in zip(INTENTS, powers, strict=True)}
    for name in sorted(INTENTS, key=lambda each: -shares[each]):
        if name == "none" or shares[name] < LEAST_INTENT:
            return None
        # Without words that show it, an intent is a guess from what is usual.
        if shown := _showing(seen, counted, name):
            return Label(name, _rounded(shares[name]), *shown)
    return None


def _showing(seen: Seen, counted: dict[str, list[Sign]], name: str) -> tuple[int, int] | None:
    """The words that show an intent: those of its own, else what else was told that goes with it."""
    own = next((sign for sign in seen.signs if sign.kind == f"intent.{name}"), None)
    if own is not None:
        return own.start, own.end
    if name == "question" and "?" in seen.small:
        at = seen.small.rindex("?")
        return at, at + 1
    for label in SHOWN_BY.get(name, ()):
        if counted[label]:
            sign = max(counted[label], key=lambda each: each.strength)
            return sign.start, sign.end
    felt = {"complaint": seen.blaming, "fault": seen.blaming, "praise": seen.praising}.get(name, (0, 0))
    return felt if felt[1] else None


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value)) if value > -30 else 0.0


def _rounded(share: float) -> float:
    return round(min(max(share, LEAST_CONFIDENCE), 1 - LEAST_CONFIDENCE), 3)
