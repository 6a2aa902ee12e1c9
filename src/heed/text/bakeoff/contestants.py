"""Who takes part in a bake-off: heed trained on the sample itself, its lexicon, and chat models on servers."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

import numpy as np

from heed.text.analyzer import SENTIMENTS
from heed.text.bakeoff.sample import Sample
from heed.text.chat.asking import AT_ONCE, LINES, Asker
from heed.text.chat.kept import Kept, Told
from heed.text.chat.spending import Prices, Purse, Request
from heed.text.chat.tasks import LabelTask, examples_of
from heed.text.endpoint import Endpoint
from heed.text.masking.mask import Masked
from heed.text.representations.port import Representation

ONE_BY_ONE = 100  # texts told one by one to see how long one takes
Advance = Callable[[float], None]


class Contestant(Protocol):
    """Tells texts, having seen a part of the sample with its labels."""

    @property
    def name(self) -> str: ...

    def tell(self, seen: Sample, texts: Sequence[Masked], advance: Advance) -> list[Told]: ...

    def took(self) -> dict[str, Any]:
        """The columns of a report that say what it cost and how long it took."""
        ...


@dataclass
class Clock:
    """Seconds spent in-house: to learn, to tell so many texts at once, and one by one."""

    learning: float = 0.0
    telling: float = 0.0
    texts: int = 0
    single: list[float] = field(default_factory=list)

    def time(self, texts: Sequence[str], tell: Callable[[Sequence[str]], Sequence[str]]) -> list[str]:
        began = time.perf_counter()
        told = list(tell(texts))
        self.telling += time.perf_counter() - began
        self.texts += len(texts)
        for text in texts[: ONE_BY_ONE - len(self.single)]:
            began = time.perf_counter()
            tell([text])
            self.single.append(time.perf_counter() - began)
        return told

    def columns(self, kind: str) -> dict[str, Any]:
        """Nothing is paid to anybody; the machine's own time stands beside it."""
        return {
            "kind": kind,
            "host": None,
            "cost_per_1000": Decimal(0),
            "tokens_in": 0,
            "tokens_out": 0,
            "tokens_are_estimated": False,
            "seconds_per_1000": 1000 * self.telling / self.texts if self.texts else None,
            "seconds_p50": _percentile(self.single, 50),
            "seconds_p95": _percentile(self.single, 95),
            "texts_a_request": 1,
            "seconds_learning": self.learning,
            "requests": 0,
            "tries": 0,
        }


@dataclass
class Trained:
    """heed's own classifier, learnt from the labels of the other folds."""

    seed: int = 0
    representation: Representation | None = None
    clock: Clock = field(default_factory=Clock)

    @property
    def name(self) -> str:
        return "heed" if self.representation is None else f"heed with {self.representation.name}"

    def tell(self, seen: Sample, texts: Sequence[Masked], advance: Advance) -> list[Told]:
        from heed.text.classifying.classifier import train

        began = time.perf_counter()
        learnt = [each.text for each in seen.texts]
        model = train(learnt, seen.labels, representation=self.representation, groups=seen.groups, seed=self.seed)
        self.clock.learning += time.perf_counter() - began
        told = self.clock.time(
            [each.text for each in texts],
            lambda part: [model.labels[place] for place in np.argmax(model.probabilities(part), axis=1)],
        )
        advance(len(texts))
        return [Told({"label": label}) for label in told]

    def took(self) -> dict[str, Any]:
        return self.clock.columns("trained")


@dataclass
class Lexicon:
    """heed's lexicon, which is never trained. It tells sentiment only: `shapes` are the sample's words for it."""

    shapes: dict[str, str]
    clock: Clock = field(default_factory=Clock)
    name: str = "heed's lexicon"

    def tell(self, seen: Sample, texts: Sequence[Masked], advance: Advance) -> list[Told]:
        told = self.clock.time([each.text for each in texts], self._judged)
        advance(len(texts))
        return [Told({"label": label}) for label in told]

    def _judged(self, texts: Sequence[str]) -> list[str]:
        from heed.text.language import languages_of
        from heed.text.lexicon import judge_by_lexicon

        languages = [each.language for each in languages_of(texts)]
        return [self.shapes[each.sentiment] for each in judge_by_lexicon(texts, languages)]

    def took(self) -> dict[str, Any]:
        return self.clock.columns("lexicon")


@dataclass
class Rules:
    """heed's rules of one label of a whole text (intent, urgency, effort, churn), which are never trained."""

    task: str
    nothing: str = "none"
    clock: Clock = field(default_factory=Clock)
    name: str = "heed's rules"

    def tell(self, seen: Sample, texts: Sequence[Masked], advance: Advance) -> list[Told]:
        told = self.clock.time([each.text for each in texts], self._judged)
        advance(len(texts))
        return [Told({"label": label}) for label in told]

    def _judged(self, texts: Sequence[str]) -> list[str]:
        from heed.text.language import languages_of
        from heed.text.reading.reader import read

        spoken = languages_of(texts)
        found = [
            getattr(read(text, told.language).judgement, self.task) for text, told in zip(texts, spoken, strict=True)
        ]
        return [label.value if label else self.nothing for label in found]

    def took(self) -> dict[str, Any]:
        return self.clock.columns("rules")


def sentiment_shapes(labels: Sequence[str]) -> dict[str, str] | None:
    """The sample's words for the sentiments, where its labels are sentiments and nothing else; else None."""
    by_word = {label.casefold(): label for label in labels}
    if not set(by_word) <= set(SENTIMENTS) or len(by_word) < len(set(labels)):
        return None
    return {sentiment: by_word.get(sentiment, sentiment) for sentiment in SENTIMENTS}


@dataclass
class ChatModel:
    """A chat model on a server. It is told the labels, what they mean, and `shots` examples of each where asked for."""

    endpoint: Endpoint
    labels: tuple[str, ...]
    kept: Kept
    meanings: dict[str, str] = field(default_factory=dict)
    shots: int = 0
    prices: Prices | None = None
    most: Decimal | None = None
    at_once: int = AT_ONCE
    lines: int = LINES
    keys: dict[str, None] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.endpoint.name

    def asker(self, seen: Sample) -> Asker:
        """What asks about texts, the labels of `seen` being known."""
        texts = [each.text for each in seen.texts] if self.shots else []
        examples = examples_of(texts, seen.labels[: len(texts)], self.shots)
        task = LabelTask(self.labels, self.meanings, examples)
        purse = Purse(self.prices, self.most)
        asker = Asker(self.endpoint, task, self.kept, purse, self.at_once, self.lines)
        self.keys[asker.key] = None
        # What was spent before counts: the limit is that of the whole, not of the last run.
        purse.pay(self.requests())
        return asker

    def tell(self, seen: Sample, texts: Sequence[Masked], advance: Advance) -> list[Told]:
        return self.asker(seen).tell(texts, advance)

    def requests(self) -> list[Request]:
        return [request for key in self.keys for request in self.kept.requests(key)]

    def took(self) -> dict[str, Any]:
        """Over all requests this question ever took, those of a run that broke off and of texts asked twice as well."""
        requests = self.requests()
        texts = sum(each.texts for each in requests if each.turn == 1 and not each.fault)
        answered = [each.seconds for each in requests if not each.fault]
        total = sum(each.seconds + each.waited for each in requests)
        cost = self.prices.of(requests) if self.prices else None
        return {
            "kind": "endpoint",
            "host": self.endpoint.host,
            "cost_per_1000": 1000 * cost / texts if cost is not None and texts else None,
            "tokens_in": sum(each.tokens_in for each in requests),
            "tokens_out": sum(each.tokens_out for each in requests),
            "tokens_are_estimated": any(each.is_estimated for each in requests),
            "seconds_per_1000": 1000 * total / texts if texts else None,
            "seconds_p50": _percentile(answered, 50),
            "seconds_p95": _percentile(answered, 95),
            "texts_a_request": self.at_once,
            "seconds_learning": 0.0,
            "requests": len(requests),
            "tries": sum(each.tries for each in requests),
        }


def _percentile(values: Sequence[float], share: float) -> float | None:
    return float(np.percentile(values, share)) if values else None
