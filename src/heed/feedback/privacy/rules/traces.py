"""What a person leaves behind that is theirs alone: identifiers, and words nobody else wrote. Pure.

The proof of an erasure looks for these as bytes. A trace must tell its person from all others: what somebody else has as
well (a namesake's name, an address two people share), or what is so short that it stands everywhere, proves nothing and is
passed over.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

_WORD = re.compile(r"[^\W\d_]{2,}(?:['’-][^\W\d_]+)*", re.UNICODE)
# Four digits stand in every table; six are as rare as a code on a letter.
LEAST_IDENTIFIER, LEAST_DIGITS, LEAST_NAME = 5, 6, 6
LEAST_PHRASE, PHRASE_WORDS, LEAST_WORD = 16, 4, 8
MOST_PHRASES, MOST_WORDS = 60, 60


@dataclass(frozen=True)
class Traces:
    """What to look for: `names` other people may speak of, `identifiers` and `words` that only this person's rows hold."""

    identifiers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.identifiers, *self.names, *self.words)))


@dataclass
class Whom:
    """Whom an erasure is about, with all it must know again when it was cut: kept sealed until it is done."""

    keys: list[str]
    ids: dict[str, list[str]] = field(default_factory=dict)
    responses: list[str] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    entries: list[int] = field(default_factory=list)
    received: list[str] = field(default_factory=list)
    veil: str = ""
    identifiers: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    @property
    def traces(self) -> Traces:
        return Traces(tuple(self.identifiers), tuple(self.names), tuple(self.words))

    def written(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> "Whom":
        return cls(**json.loads(text))


def tells(identifier: str) -> bool:
    """Whether an identifier is long enough to be found again among other bytes."""
    bare = identifier.strip()
    return len(bare) >= (LEAST_DIGITS if bare.isdigit() else LEAST_IDENTIFIER)


def tells_name(name: str) -> bool:
    """Whether a name is more than a first name: two words, six letters."""
    return len(name.split()) >= 2 and len(name.strip()) >= LEAST_NAME


def phrases_of(texts: Iterable[str]) -> list[str]:
    """Runs of four words that stand in these texts, and shorter texts as a whole; the longest first."""
    found: dict[str, None] = {}
    for text in texts:
        spans = [match.span() for match in _WORD.finditer(text)]
        if len(spans) < PHRASE_WORDS:
            found.setdefault(text.strip())
            continue
        for start in range(0, len(spans) - PHRASE_WORDS + 1, PHRASE_WORDS):
            found.setdefault(text[spans[start][0] : spans[start + PHRASE_WORDS - 1][1]])
    long = [phrase for phrase in found if len(phrase) >= LEAST_PHRASE and "\n" not in phrase]
    return sorted(long, key=lambda phrase: (-len(phrase), phrase))[:MOST_PHRASES]


def rare_words_of(texts: Iterable[str], known: Sequence[str] = ()) -> list[str]:
    """Long words of these texts, without those everybody knows; the longest first."""
    common = {word.lower() for word in known}
    found = {word.lower() for text in texts for word in _WORD.findall(text)}
    long = [word for word in found if len(word) >= LEAST_WORD and word not in common]
    return sorted(long, key=lambda word: (-len(word), word))[: 4 * MOST_WORDS]


def not_in(candidates: Sequence[str], others: Iterable[str]) -> list[str]:
    """Those that stand in none of the other texts, in any case."""
    left = {each: each.lower() for each in candidates}
    for text in others:
        low = text.lower()
        for each in [each for each, needle in left.items() if needle in low]:
            del left[each]
    return list(left)


def pattern_of(candidates: Sequence[str]) -> str:
    """A regular expression (RE2) that finds any of them."""
    return "|".join(re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", each) for each in candidates)


def needles(traces: Iterable[str]) -> dict[bytes, str]:
    """Each trace as the bytes it may be written in, in lower case: UTF-8, UTF-16, and as JSON and mails escape it."""
    found: dict[bytes, str] = {}
    for trace in traces:
        for form in {trace, trace.lower()}:
            for written in (form, json.dumps(form)[1:-1]):
                found.setdefault(written.encode().lower(), trace)
            found.setdefault(form.encode("utf-16-le").lower(), trace)
    return found


def without(text: str, traces: Iterable[str], put: str = "[…]") -> str:
    """A text in which somebody is spoken of, without them; whole words only, in any case."""
    for trace in sorted(traces, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(trace)}(?!\w)", put, text, flags=re.IGNORECASE)
    return text


def told(counts: Mapping[str, int]) -> dict[str, int]:
    """Counts by store, those that are not 0, in order."""
    return {name: counts[name] for name in sorted(counts) if counts[name]}
