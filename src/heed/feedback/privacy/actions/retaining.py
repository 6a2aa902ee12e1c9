"""Retention: what is older than the policies in force allow is removed, by the clock, in facts and in the work database."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.journal.actions import erase_payloads, record
from heed.facts.people import older_rows
from heed.feedback.privacy.events import RetentionRan
from heed.feedback.privacy.models import LegalHold, RetentionRun
from heed.feedback.privacy.queries.people import RECEIVED, model_of, received_by
from heed.feedback.privacy.queries.policies import policies, policy_versions
from heed.feedback.privacy.rules.strictest import retention
from heed.feedback.privacy.rules.traces import told
from heed.feedback.verbatims.actions.forgetting import unlearn_words
from heed.feedback.verbatims.queries.engine import engine

AT_ONCE = 1_000


def retain(scope: Scope, *, dry_run: bool = False) -> RetentionRun:
    """Remove what is too old, by the fewest days any policy in force says. What a legal hold keeps stays. With `dry_run`
    it is counted only. Each run leaves an entry.
    """
    scope.demand_everywhere("manage_settings")
    now = timezone.now()
    facts, work = retention(policies())
    held = sorted(LegalHold.objects.filter(released_at=None).values_list("customer_key", flat=True))
    removed: Counter[str] = Counter()
    for name, days in facts.items():
        removed[f"facts.{name}"] = _facts(name, now - timedelta(days=days), held, scope.person, dry_run)
    for name, days in work.items():
        removed[f"work.{name}"] = _WORK[name](now - timedelta(days=days), held, dry_run)
    with transaction.atomic():
        row = RetentionRun.objects.create(
            ran_at=now,
            is_dry=dry_run,
            actor=scope.person,
            days={
                **{f"facts.{name}": days for name, days in facts.items()},
                **{f"work.{name}": each for name, each in work.items()},
            },
            removed=dict(removed),
            policies=policy_versions(),
        )
        if not dry_run and told(removed):
            record(RetentionRan(row.pk, told(removed)), actor=scope.person, subject=("retention", str(row.pk)))
    return row


def _facts(name: str, before: datetime, held: list[str], actor: str, dry_run: bool) -> int:
    """Rows of a table whose time is before a moment, with what they were made from, so that a rebuild does not bring it back."""
    store = engine().store
    found = older_rows(store, name, before, held)
    if dry_run or not found.keys:
        return len(found.keys)
    _forget_told([int(each) for batch in found.batches if (each := batch.removeprefix("journal:")).isdigit()])
    if name == "verbatims":
        _forget_written(found.keys)
        unlearn_words([], found.keys, actor=actor)
    store.delete_keys(name, found.keys)
    store.vacuum(name)
    return len(found.keys)


def _forget_told(entries: list[int]) -> None:
    """What other systems told in these entries goes too: each told one fact."""
    rows = model_of("core.ReceivedEvent")._default_manager
    for start in range(0, len(entries), AT_ONCE):
        with transaction.atomic():
            told_by = received_by(entries[start : start + AT_ONCE])
            rows.filter(pk__in=told_by).delete()
            erase_payloads(RECEIVED, told_by)


def _forget_written(verbatims: list[str]) -> None:
    """The words of answers of which these were made (`response:question`)."""
    answers = model_of("feedback.Answer")._default_manager.exclude(words="")
    for each in verbatims:
        response, colon, question = each.rpartition(":")
        if colon:
            answers.filter(response__key=response, question_key=question).update(words="")


def _older(label: str, column: str, **only: Any) -> Callable[[datetime, list[str], bool], int]:
    """Removes the rows of a table whose time is before a moment, but those of customers under a hold."""

    def remove(before: datetime, held: list[str], dry_run: bool) -> int:
        rows = model_of(label)._default_manager.filter(**{f"{column}__lt": before}, **only)
        if held and any(item.name == "customer_key" for item in rows.model._meta.concrete_fields):
            rows = rows.exclude(customer_key__in=held)
        many = int(rows.count())
        if not dry_run:
            rows.delete()
        return many

    return remove


# By what each kind of work is as old as it is.
_WORK: dict[str, Callable[[datetime, list[str], bool], int]] = {
    "invitations": _older("feedback.Invitation", "decided_at"),
    "asks": _older("feedback.Ask", "decided_at"),
    "quarantine": _older("service.QuarantinedRow", "changed_at"),
    "received_events": _older("core.ReceivedEvent", "received_at"),
    "closed_cases": _older("service.Case", "closed_at", state="closed"),
    "deliveries": _older("feedback.Delivery", "ended_at"),
}
