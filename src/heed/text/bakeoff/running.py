"""A bake-off: every contestant tells the same rows, none having seen their labels, and a report says how well."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from heed.text.bakeoff.contestants import Advance, ChatModel, Contestant
from heed.text.bakeoff.measuring import (
    DRAWS,
    LEVEL,
    MacroF1,
    Sheet,
    accuracies,
    classes,
    disagreements,
    limits,
    macro_f1,
    pairs,
    sheet_of,
)
from heed.text.bakeoff.sample import Sample, folds_of
from heed.text.chat.kept import Told
from heed.text.masking.mask import Masked

FORM = 1  # of the report; raised when a key changes its meaning
METHOD = {
    "accuracy_interval": "Wilson",
    "interval": "Newcombe, paired",
    "p": "McNemar, mid-p",
    "p_adjusted": "Holm",
    "macro_f1_interval": f"percentiles of {DRAWS} draws of rows",
    "level": LEVEL,
}
Watch = Callable[[float, str], AbstractContextManager[Advance]]


@dataclass(frozen=True)
class Plan:
    """Which rows are told, having seen which: folds of the sample, or a test file told by what the sample teaches."""

    sample: Sample
    test: Sample | None = None
    folds: int = 5
    seed: int = 0

    def steps(self) -> list[tuple[Sample, list[int]]]:
        """What is seen, and the places in `told` that are then told."""
        if self.test is not None:
            return [(self.sample, list(range(len(self.test.texts))))]
        return [(self.sample.part(inside), outside) for inside, outside in folds_of(self.sample, self.folds, self.seed)]

    @property
    def told(self) -> Sample:
        return self.test if self.test is not None else self.sample

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(sorted({*self.sample.labels, *self.told.labels}))


@dataclass(frozen=True)
class Leaving:
    """What leaves the house for one contestant: how many texts in how many requests, and about how many tokens."""

    texts: int
    requests: int
    tokens_in: int
    tokens_out: int


def leaving(plan: Plan, chat: ChatModel) -> Leaving:
    """What would be sent to a chat model; nothing of it that was answered before."""
    found = Leaving(0, 0, 0, 0)
    for seen, places in plan.steps():
        asker = chat.asker(seen)
        texts = asker.left([plan.told.texts[place] for place in places])
        there, back = asker.tokens(texts) if texts else (0, 0)
        requests = -(-len(texts) // chat.at_once)
        found = Leaving(
            found.texts + len(texts), found.requests + requests, found.tokens_in + there, found.tokens_out + back
        )
    return found


def told_by(plan: Plan, contestant: Contestant, advance: Advance) -> list[Told]:
    """What a contestant says of every row to be told."""
    found: dict[int, Told] = {}
    for seen, places in plan.steps():
        texts: list[Masked] = [plan.told.texts[place] for place in places]
        found |= dict(zip(places, contestant.tell(seen, texts, advance), strict=True))
    return [found[place] for place in range(len(plan.told.texts))]


@dataclass(frozen=True)
class Outcome:
    """What each contestant said of each row, and the report made of it."""

    names: list[str]
    told: list[list[str | None]]
    faults: list[list[str]]
    report: dict[str, Any]


def run(plan: Plan, contestants: Sequence[Contestant], watch: Watch, *, read: int = 20) -> Outcome:
    """Have every contestant tell, and measure. `read` is how many disagreements stand in the report.

    Raises EndpointFailed and Refused as asking does; what was answered until then is kept.
    """
    said: list[list[Told]] = []
    for each in contestants:
        with watch(len(plan.told.texts), each.name) as advance:
            said.append(told_by(plan, each, advance))
    names = [each.name for each in contestants]
    told = [[each.value["label"] if each.value else None for each in row] for row in said]
    faults = [[each.fault if each.value is None else "" for each in row] for row in said]
    sheet = sheet_of(plan.told.labels, told)
    f1 = macro_f1(sheet, plan.seed)
    report = {
        **_about(plan, sheet),
        "analyzers": [
            {
                "name": each.name,
                **each.took(),
                **_figures(sheet, f1, place),
                "failures": _counted(faults[place]),
                "classes": classes(sheet, place),
            }
            for place, each in enumerate(contestants)
        ],
        "pairs": pairs(sheet, names, f1),
        "disagreements": [
            {**_row(plan.told, place), "told": {name: row[place] for name, row in zip(names, told, strict=True)}}
            for place in disagreements(sheet, read, plan.seed)
        ],
        "method": METHOD,
    }
    return Outcome(names, told, faults, report)


def _figures(sheet: Sheet, f1: MacroF1, place: int) -> dict[str, Any]:
    figure = accuracies(sheet)[place]
    return {
        "n": len(sheet.truth),
        "accuracy": figure.value,
        "accuracy_interval": limits(figure),
        "macro_f1": float(f1.values[place]),
        "macro_f1_interval": f1.interval(place),
    }


def _row(told: Sample, place: int) -> dict[str, Any]:
    return {"row": told.rows[place], "text": told.texts[place].text, "truth": told.labels[place]}


def _about(plan: Plan, sheet: Sheet) -> dict[str, Any]:
    labels = plan.told.labels
    commonest = max(sheet.labels, key=labels.count)
    return {
        "form": FORM,
        "n": len(labels),
        "left_out": plan.told.left_out + (plan.sample.left_out if plan.test is not None else 0),
        "labels": list(plan.labels),
        "folds": None if plan.test is not None else plan.folds,
        "n_train": len(plan.sample.labels) if plan.test is not None else None,
        "seed": plan.seed,
        # Who always says this one is right so often.
        "commonest": {"label": commonest, "share": labels.count(commonest) / len(labels)},
    }


def _counted(faults: Sequence[str]) -> dict[str, Any]:
    reasons = sorted(set(filter(None, faults)))
    return {
        "n": sum(1 for each in faults if each),
        "reasons": {reason: faults.count(reason) for reason in reasons},
    }
