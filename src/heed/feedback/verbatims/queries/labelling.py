"""Rounds of labelling as people see them: how far each is, what is next for one, where two disagree, and what holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from heed.core.access.rules import Scope
from heed.core.errors.rules import NotFound
from heed.feedback.verbatims.models import LabelAnswer, LabelItem, LabelResolution, LabelRound, Labels
from heed.feedback.verbatims.queries.engine import engine
from heed.feedback.verbatims.rules.cards import share
from heed.feedback.verbatims.rules.choosing import RANDOM
from heed.feedback.verbatims.rules.labelling import (
    ANNOTATORS,
    Agreement,
    Said,
    agreement,
    differ,
    guessed_right,
    settled,
)
from heed.metrics.labels import texts_with
from heed.text.masking.mask import mask


@dataclass(frozen=True)
class Round:
    """A round: how many verbatims, how many have two, one or no answer, how many this person labelled, how many differ."""

    key: str
    name: str
    made_at: datetime
    closed: bool
    size: int
    done: int
    begun: int
    mine: int
    left: int
    by_chance: int


@dataclass(frozen=True)
class Asked:
    """One verbatim to label: masked, with what this person said of it before (None: nothing yet)."""

    round: str
    place: int
    key: str
    masked: str
    said: Said | None


@dataclass(frozen=True)
class Disagreement:
    """A verbatim of which two said something else; `tasks` are those that differ."""

    place: int
    key: str
    masked: str
    first: Said
    second: Said
    tasks: tuple[str, ...]
    is_mine: bool


def demand(scope: Scope) -> None:
    """Who labels reaches all of what was said: rounds are drawn from all of it."""
    scope.demand("see_words")
    scope.demand_everywhere("label_words")


def rounds(scope: Scope) -> list[Round]:
    """Every round, newest first. Raises Forbidden."""
    demand(scope)
    return [_round(row, scope) for row in LabelRound.objects.all()[:100]]


def round_row(scope: Scope, key: str) -> LabelRound:
    """One round. Raises Forbidden, NotFound."""
    demand(scope)
    row = LabelRound.objects.filter(key=key).first()
    if row is None:
        raise NotFound("There is no such round of labelling.", code="unknown_round")
    return row


def one_round(scope: Scope, key: str) -> Round:
    return _round(round_row(scope, key), scope)


def _round(row: LabelRound, scope: Scope) -> Round:
    items = row.items.annotate(many=Count("answers"), own=Count("answers", filter=Q(answers__by=scope.person)))
    told = items.aggregate(
        size=Count("pk", distinct=True),
        by_chance=Count("pk", filter=Q(chosen_by=RANDOM), distinct=True),
    )
    done = items.filter(many__gte=ANNOTATORS).count()
    begun = items.filter(many__gt=0, many__lt=ANNOTATORS).count()
    mine = items.filter(own__gt=0).count()
    left = 0 if row.closed_at else items.filter(own=0, many__lt=ANNOTATORS).count()
    return Round(
        row.key,
        row.name,
        row.made_at,
        row.closed_at is not None,
        told["size"],
        done,
        begun,
        mine,
        left,
        told["by_chance"],
    )


def next_item(scope: Scope, key: str) -> LabelItem | None:
    """The first verbatim this person has not labelled and that two others have not; those begun by somebody come first in
    their order, so that pairs are finished. None when nothing is left.
    """
    row = round_row(scope, key)
    if row.closed_at:
        return None
    items = row.items.annotate(many=Count("answers"), own=Count("answers", filter=Q(answers__by=scope.person)))
    return items.filter(own=0, many__lt=ANNOTATORS).order_by("-many", "place").first()


def asked(scope: Scope, key: str, place: int | None = None) -> Asked | None:
    """The next verbatim to label, or the one at a place. Words that are gone from the facts are passed over. Raises
    Forbidden, NotFound.
    """
    row = round_row(scope, key)
    item = row.items.filter(place=place).first() if place is not None else next_item(scope, key)
    if item is None:
        if place is not None:
            raise NotFound("There is no such verbatim in this round.", code="unknown_verbatim")
        return None
    mine = item.answers.filter(by=scope.person).first()
    texts = words_of([item.verbatim_id])
    return Asked(key, item.place, item.verbatim_id, texts.get(item.verbatim_id, ""), said_of(mine) if mine else None)


def words_of(verbatims: Sequence[str]) -> dict[str, str]:
    """Verbatim → masked words; those that are gone are left out."""
    found = texts_with(engine(), verbatims).to_pylist() if verbatims else []
    return {row["verbatim_id"]: mask(row["text"]).text for row in found}


def gone_verbatims() -> list[str]:
    """Verbatims of rounds whose words are no longer among the facts."""
    known = list(LabelItem.objects.order_by().values_list("verbatim_id", flat=True).distinct())
    there = {row["verbatim_id"] for row in texts_with(engine(), known).to_pylist()} if known else set()
    return [key for key in known if key not in there]


def said_of(row: Labels) -> Said:
    return Said(
        tuple(row.themes),
        row.sentiment,
        row.intent,
        row.urgency,
        row.effort,
        row.churn,
        row.by,
        bool(getattr(row, "passed", False)),
    )


def last_of(scope: Scope, key: str) -> LabelAnswer | None:
    """What this person labelled last in a round."""
    row = round_row(scope, key)
    return (
        LabelAnswer.objects.filter(item__round=row, by=scope.person)
        .select_related("item")
        .order_by("-at", "-pk")
        .first()
    )


def disagreements(scope: Scope, key: str, limit: int = 20) -> tuple[list[Disagreement], int]:
    """Where two said something else and nothing was resolved, in order; at most `limit` of them, and how many in all."""
    row = round_row(scope, key)
    found = []
    for item, answers in _complete_items(row):
        if LabelResolution.objects.filter(item=item).exists():
            continue
        first, second = answers[:ANNOTATORS]
        tasks = differ(first, second)
        if tasks:
            found.append((item, first, second, tasks))
    texts = words_of([item.verbatim_id for item, *_ in found[:limit]])
    return [
        Disagreement(
            item.place,
            item.verbatim_id,
            texts.get(item.verbatim_id, ""),
            first,
            second,
            tasks,
            scope.person in (first.by, second.by),
        )
        for item, first, second, tasks in found[:limit]
    ], len(found)


def _complete_items(row: LabelRound) -> list[tuple[LabelItem, list[Said]]]:
    items = row.items.prefetch_related("answers").annotate(many=Count("answers")).filter(many__gte=ANNOTATORS)
    # The order of the two is by who, so that a column of the table of pairs is not one person's by accident of time.
    return [(item, [said_of(each) for each in sorted(item.answers.all(), key=lambda a: a.by)]) for item in items]


def agreements(scope: Scope, key: str) -> list[Agreement]:
    """How well those who label agree in a round, by task; each verbatim counts once both have labelled it."""
    row = round_row(scope, key)
    return agreement([(answers[0], answers[1]) for _, answers in _complete_items(row)])


def honest(scope: Scope, key: str) -> dict[str, Any]:
    """How often the model was right on the verbatims that were drawn by chance, by what it read before anybody labelled."""
    row = round_row(scope, key)
    items = row.items.filter(chosen_by=RANDOM).prefetch_related("answers").select_related("resolution")
    rows = [(item.guess, settled_of(item)) for item in items]
    right, many = guessed_right([guess for guess, _ in rows], [truth for _, truth in rows])
    return {**share(right, many), "model": row.model_name}


def settled_of(item: LabelItem) -> dict[str, Any]:
    """What holds of a verbatim by what people said of it."""
    resolution = getattr(item, "resolution", None)
    answers = [said_of(each) for each in item.answers.all()]
    return settled(answers, said_of(resolution) if resolution else None)


def truths() -> dict[str, dict[str, Any]]:
    """Verbatim → what people said it is, from all rounds; a newer round stands over an older one, task by task."""
    items: Iterable[LabelItem] = (
        LabelItem.objects.filter(answers__isnull=False)
        .distinct()
        .order_by("round_id", "place")
        .prefetch_related("answers")
        .select_related("resolution")
    )
    found: dict[str, dict[str, Any]] = {}
    for item in items:
        found.setdefault(item.verbatim_id, {}).update(settled_of(item))
    return found
