"""Training that was asked for, and words that are erased: models that learnt from them are marked, a newer takes their
place, and their files go.
"""

import shutil
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.journal.actions import record
from heed.core.settings.rules import current
from heed.feedback.verbatims.actions.comparing import forget_compared
from heed.feedback.verbatims.actions.labelling import forget_labels
from heed.feedback.verbatims.actions.measuring import mark_erased, was_trained_on
from heed.feedback.verbatims.actions.models import hold, make_model, train
from heed.feedback.verbatims.actions.promoting import label_tables
from heed.feedback.verbatims.actions.readers import teach_readers
from heed.feedback.verbatims.actions.teaching import teach
from heed.feedback.verbatims.events import RetrainingAsked, TextModelErased, TextModelsMarked
from heed.feedback.verbatims.models import Looking, Retraining, Signal, TextModel
from heed.feedback.verbatims.queries.engine import engine
from heed.feedback.verbatims.queries.labelling import gone_verbatims
from heed.feedback.verbatims.queries.models import forget_loaded, models_folder, newest_model, shown_model
from heed.text.chat.kept import forget_all as forget_answers
from heed.text.lexicon import NAME as LEXICON
from heed.text.representations.cache import forget as forget_vectors

AT_ONCE = 500


def ask_retraining(scope: Scope) -> Retraining:
    """Have models trained anew by the worker. Asked twice before it began is asked once."""
    scope.demand_everywhere("propose")
    return asked("asked", scope.person)


def asked(cause: str, actor: str) -> Retraining:
    """Note that training is to be done anew."""
    with transaction.atomic():
        waiting = Retraining.objects.select_for_update().filter(started_at=None).first()
        if waiting is not None and waiting.cause == cause:
            Retraining.objects.filter(pk=waiting.pk).update(asked_at=timezone.now())
            return waiting
        row = Retraining.objects.create(asked_at=timezone.now(), asked_by=actor, cause=cause)
        record(RetrainingAsked(cause), actor=actor, subject=("retraining", str(row.pk)))
    return row


def retrain_asked() -> int:
    """Train where it was asked for. Returns how many models were made."""
    row = Retraining.objects.filter(done_at=None).order_by("id").first()
    if row is None:
        return 0
    row.started_at = timezone.now()
    row.save(update_fields=["started_at"])
    told = train(actor=row.asked_by)
    taught = teach(actor=row.asked_by)
    readers = teach_readers(actor=row.asked_by)
    is_made = told["trained"] or taught["taught"] or readers["taught"]
    row.done_at = timezone.now()
    row.outcome = "" if is_made and not told["trained"] else str(told["reason"])[:200]
    row.made = TextModel.objects.filter(name=readers["model"]).first() if is_made else None
    row.save(update_fields=["done_at", "outcome", "made"])
    return int(is_made)


def forget(verbatims: Sequence[str] = (), customers: Sequence[str] = (), *, actor: str = "heed") -> int:
    """Words are erased: those of these verbatims, and all of these customers. The door for whoever erases.

    Called once the words themselves are gone from the facts. What models read in them goes; models trained on them are
    marked, and trained anew without them. Returns how many models are marked.
    """
    for column, keys in (("verbatim_id", verbatims), ("customer_key", customers)):
        for start in range(0, len(keys), AT_ONCE):
            names = ", ".join("'" + key.replace("'", "''") + "'" for key in keys[start : start + AT_ONCE])
            for table in label_tables():
                engine().store.delete(table, f"{column} IN ({names})")
    return _unlearnt(verbatims, customers, actor)


def forget_source(verbatims: Sequence[str], *, actor: str = "heed") -> int:
    """A whole source of words was taken away with all that was read in it: as `forget`, and the themes found in its words
    and the signals go with it; both are looked for anew in what is left. Returns how many models are marked.
    """
    many = _unlearnt(verbatims, (), actor)
    held = newest_model()
    if held is not None and held.found:
        plain = {"card": {name: value for name, value in held.card.items() if name != "lineage"}}
        make_model(held.sentiment, (), like=held, trained=plain, actor=actor)
    finders = TextModel.objects.filter(erased_at=None, marked_at=None).exclude(found=[])
    with transaction.atomic():
        Signal.objects.all().delete()
        Looking.objects.all().delete()
        found = finders.update(marked_at=timezone.now())
        if found:
            record(TextModelsMarked(found, len(verbatims)), actor=actor)
    return many + found


def _unlearnt(verbatims: Sequence[str], customers: Sequence[str], actor: str) -> int:
    """What is kept beside the facts of words that are gone: labels of people, answers, vectors, models."""
    forget_labels([*verbatims, *gone_verbatims()])
    forget_compared()
    # By digest of their words, which nobody can say any more: all of them go, and are made again where they are wanted.
    forget_answers(current().home_path)
    forget_vectors(current().home_path)
    # By folder, not by row: a model that is being made this moment has its folder before its row.
    there = [folder.name for folder in models_folder().glob("[!.]*") if folder.is_dir()]
    taught = [name for name in there if was_trained_on(models_folder() / name, [*verbatims, *customers])]
    for name in taught:
        mark_erased(models_folder() / name)
    with transaction.atomic():
        hold()
        known = TextModel.objects.filter(erased_at=None, marked_at=None)
        knowing = [row.pk for row in known if row.parts & set(taught)]
        many = known.filter(pk__in=knowing).update(marked_at=timezone.now())
        if many:
            record(TextModelsMarked(many, len(verbatims)), actor=actor)
    if taught:
        asked("erased", actor)
    return many


def erase_marked() -> int:
    """Take away the files of models that learnt from erased words and read no longer. Returns how many models."""
    rows = list(TextModel.objects.filter(erased_at=None).exclude(marked_at=None))
    if not rows or Retraining.objects.filter(done_at=None).exists():
        return 0
    reading = [each for each in (newest_model(), shown_model()) if each is not None]
    used = {part for each in reading for part in each.parts}
    gone = 0
    for row in rows:
        if row.pk in {each.pk for each in reading}:
            continue
        for part in row.parts - used - {LEXICON}:
            shutil.rmtree(models_folder() / part, ignore_errors=True)
        # Themes that were found are named by the words they were found in.
        card = {name: value for name, value in row.card.items() if name != "lineage"}
        with transaction.atomic():
            TextModel.objects.filter(pk=row.pk).update(
                erased_at=timezone.now(), completed_at=None, read_version=None, found=[], card=card
            )
            record(TextModelErased(row.name), actor="heed", subject=("text_model", row.name))
        gone += 1
    if gone:
        forget_loaded()
    return gone
