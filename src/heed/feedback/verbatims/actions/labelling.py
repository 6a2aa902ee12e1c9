"""Labelling: verbatims are drawn, labelled by two people each who do not see the other's, taken back, resolved, closed.
Each answer is kept at once.
"""

import secrets
from typing import Any

import numpy as np
from django.db import IntegrityError, transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import NotFound, Refused
from heed.core.journal.actions import record
from heed.feedback.verbatims.events import (
    LabelResolved,
    LabelRoundClosed,
    LabelRoundMade,
    LabelTakenBack,
    VerbatimLabelled,
)
from heed.feedback.verbatims.models import LabelAnswer, LabelItem, LabelResolution, LabelRound
from heed.feedback.verbatims.queries.engine import engine, reached
from heed.feedback.verbatims.queries.labelling import demand, last_of, round_row, said_of
from heed.feedback.verbatims.queries.models import shown_model, theme_names
from heed.feedback.verbatims.queries.spans import stretch
from heed.feedback.verbatims.rules.choosing import RANDOM, choose, how_unsure
from heed.feedback.verbatims.rules.labelling import ANNOTATORS, Said, checked
from heed.metrics.labels import label_keys, labelled_texts
from heed.metrics.selection import Slice
from heed.text.masking.mask import mask

POOL = 3000  # verbatims looked at when a round is drawn; by chance where there are more
LEAST, MOST = 10, 500


def make_round(scope: Scope, *, name: str, size: int, weeks: str = "13", seed: int | None = None) -> LabelRound:
    """Draw verbatims that no round has had: some by chance, the rest where the model is unsure. Raises Forbidden, Refused."""
    demand(scope)
    model, seen = shown_model(), stretch(weeks)
    if model is None or seen is None:
        raise Refused("Nothing was said yet.", code="nothing_to_label", hint="Import what customers wrote.")
    draw = secrets.randbelow(2**31) if seed is None else seed
    taken = set(LabelItem.objects.values_list("verbatim_id", flat=True))
    part = Slice(*seen.moments, within=reached(scope))
    keys = [key for key in label_keys(engine(), model.name, part) if key not in taken]
    pool = _some(keys, draw)
    rows = [row for row in labelled_texts(engine(), model.name, pool).to_pylist() if (row["text"] or "").strip()]
    if not rows:
        raise Refused(
            "Everything said in this time is in a round already.",
            code="nothing_to_label",
            hint="Choose a longer time.",
        )
    texts = [mask(row["text"]).text for row in rows]
    unsure = how_unsure([row["confidence"] or 0.0 for row in rows], [row["theme"] is not None for row in rows])
    drawn = choose(texts, unsure, min(max(size, 1), MOST), draw)
    with transaction.atomic():
        row = LabelRound.objects.create(
            name=name.strip()[:120],
            made_by=scope.person,
            made_at=timezone.now(),
            seed=draw,
            pool=len(rows),
            model_name=model.name,
        )
        LabelItem.objects.bulk_create(
            _item(row, place, rows[each.place], each.chosen_by) for place, each in enumerate(drawn, 1)
        )
        by_chance = sum(each.chosen_by == RANDOM for each in drawn)
        record(LabelRoundMade(row.key, len(drawn), by_chance), actor=scope.person, subject=("label_round", row.key))
    return row


def _item(row: LabelRound, place: int, read: dict[str, Any], chosen_by: str) -> LabelItem:
    """A verbatim of a round with what the model took it for."""
    guess = {"sentiment": read["sentiment"], "theme": read["theme"]}
    return LabelItem(round=row, place=place, verbatim_id=read["verbatim_id"], chosen_by=chosen_by, guess=guess)


def _some(keys: list[str], seed: int) -> list[str]:
    if len(keys) <= POOL:
        return keys
    return [keys[place] for place in np.random.default_rng(seed).choice(len(keys), POOL, replace=False).tolist()]


def label(scope: Scope, key: str, place: int, said: Said) -> LabelAnswer:
    """Say what a verbatim is; said again it is changed. Kept at once. Raises Forbidden, NotFound, Invalid, Refused where
    two others labelled it meanwhile or the round is closed.
    """
    row = round_row(scope, key)
    checked(said, list(theme_names(shown_model())))
    about = _columns(said)
    try:
        with transaction.atomic():
            item = _held(row, place)
            mine = item.answers.filter(by=scope.person).first()
            if mine is None and item.answers.count() >= ANNOTATORS:
                raise Refused(
                    "Two others have labelled this verbatim meanwhile.",
                    code="has_two",
                    hint="The next one is waiting.",
                )
            if LabelResolution.objects.filter(item=item).exists():
                raise Refused("It was resolved already.", code="resolved", hint="The next one is waiting.")
            answer, _ = LabelAnswer.objects.update_or_create(
                item=item, by=scope.person, defaults={**about, "passed": said.passed, "at": timezone.now()}
            )
            told = VerbatimLabelled(row.key, place, said.passed)
            record(told, actor=scope.person, subject=("label_round", row.key))
    except IntegrityError as error:
        raise Refused(
            "You labelled it at the same moment elsewhere.", code="raced", hint="Look at it again."
        ) from error
    return answer


def _held(row: LabelRound, place: int) -> LabelItem:
    """An item, held against others until commit."""
    there = LabelRound.objects.select_for_update().get(pk=row.pk)
    if there.closed_at:
        raise Refused("The round is closed.", code="round_closed", hint="Begin another one.")
    item = LabelItem.objects.select_for_update().filter(round=row, place=place).first()
    if item is None:
        raise NotFound("There is no such verbatim in this round.", code="unknown_verbatim")
    return item


def _columns(said: Said) -> dict[str, Any]:
    if said.passed:
        said = Said(passed=True)
    return {
        "themes": sorted(set(said.themes)),
        "sentiment": said.sentiment,
        "intent": said.intent,
        "urgency": said.urgency,
        "effort": said.effort,
        "churn": said.churn,
    }


def take_back(scope: Scope, key: str) -> tuple[int, Said] | None:
    """Take back what this person labelled last in the round: its place and what was said, to be said again. None where
    there is nothing.
    """
    row = round_row(scope, key)
    with transaction.atomic():
        last = last_of(scope, key)
        if last is None:
            return None
        _held(row, last.item.place)
        said = said_of(last)
        last.delete()
        told = LabelTakenBack(row.key, last.item.place)
        record(told, actor=scope.person, subject=("label_round", row.key))
    return last.item.place, said


def resolve(scope: Scope, key: str, place: int, said: Said, *, together: bool = False) -> LabelResolution:
    """Say what holds where two disagreed: a third, or one of the two after they agreed together. Raises Refused where one
    of the two alone would decide, or it was resolved meanwhile.
    """
    row = round_row(scope, key)
    checked(said, list(theme_names(shown_model())))
    with transaction.atomic():
        item = _held(row, place)
        by = set(item.answers.values_list("by", flat=True))
        if len(by) < ANNOTATORS:
            raise Refused("Two people label a verbatim first.", code="not_labelled", hint="Label it.")
        if scope.person in by and not together:
            raise Refused(
                "You are one of the two who disagreed.",
                code="one_of_two",
                hint="Talk it over and mark it as agreed together, or leave it to somebody else.",
            )
        if LabelResolution.objects.filter(item=item).exists():
            raise Refused("Somebody resolved it meanwhile.", code="raced", hint="The next one is waiting.")
        found = LabelResolution.objects.create(
            item=item, by=scope.person, at=timezone.now(), together=together, **_columns(said)
        )
        record(LabelResolved(row.key, place, together), actor=scope.person, subject=("label_round", row.key))
    return found


def close_round(scope: Scope, key: str) -> LabelRound:
    """End a round: what was labelled stays. Closed twice is closed once."""
    row = round_row(scope, key)
    with transaction.atomic():
        row = LabelRound.objects.select_for_update().get(pk=row.pk)
        if row.closed_at is None:
            row.closed_at, row.closed_by = timezone.now(), scope.person
            row.save(update_fields=["closed_at", "closed_by"])
            record(LabelRoundClosed(row.key), actor=scope.person, subject=("label_round", row.key))
    return row


def forget_labels(verbatims: list[str]) -> int:
    """Take people's labels of erased verbatims away. Returns how many verbatims of rounds went."""
    gone, _ = LabelItem.objects.filter(verbatim_id__in=verbatims).delete()
    return gone
