"""Words of a customer are taken out of the facts and out of all that was learnt from them. Whoever erases a customer as a
whole begins here: what else is kept of one is for others to take away.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from heed.core.access.rules import Scope
from heed.core.errors.rules import NotFound, phrase
from heed.core.journal.actions import record
from heed.feedback.verbatims.actions.reading import alone, read_new
from heed.feedback.verbatims.actions.retraining import erase_marked, forget, retrain_asked
from heed.feedback.verbatims.events import WordsForgotten
from heed.feedback.verbatims.models import Retraining, TextModel
from heed.feedback.verbatims.queries.engine import engine
from heed.feedback.verbatims.queries.models import newest_model
from heed.feedback.verbatims.queries.training import said_by

AT_ONCE = 500


@dataclass(frozen=True)
class Forgotten:
    """How many verbatims went, how many models had learnt from them, how many of those are gone, and what reads now."""

    verbatims: int
    marked: int
    erased: int
    model: str


def forget_words(scope: Scope, customers: Sequence[str] = (), verbatims: Sequence[str] = ()) -> Forgotten:
    """Take away all words of these customers, and these verbatims, and train anew without them what had learnt from them.
    Raises Forbidden, NotFound when nothing was said under any of these keys.
    """
    scope.demand_everywhere("manage_settings")
    with alone(wait=True):  # what is being read this moment would come back as labels
        keys = said_by(customers, verbatims)
        if not keys:
            raise NotFound(
                phrase("Nothing was said under {keys}.", keys=", ".join([*customers, *verbatims])[:200]),
                code="unknown_words",
                hint=phrase("Keys of customers stand in `heed customers list`, those of verbatims in the API."),
            )
        _take_away(keys)
        marked = forget(keys, customers, actor=scope.person)
        with transaction.atomic():
            record(WordsForgotten(len(keys), marked), actor=scope.person)
    return Forgotten(len(keys), marked, _unlearn() if marked else 0, getattr(newest_model(), "name", ""))


def unlearn_words(customers: Sequence[str], verbatims: Sequence[str], *, actor: str) -> int:
    """The same for who erases a customer and may be cut in between: words that are gone already are unlearnt too, and a
    second call finds nothing to do. Returns how many models had learnt from them.
    """
    with alone(wait=True):
        keys = sorted({*said_by(customers, verbatims), *verbatims})
        if keys:
            _take_away(keys)
        marked = forget(keys, customers, actor=actor)
        if marked:
            with transaction.atomic():
                record(WordsForgotten(len(keys), marked), actor=actor)
    if marked or TextModel.objects.filter(erased_at=None).exclude(marked_at=None).exists():
        _unlearn()
    return marked


def _take_away(keys: Sequence[str]) -> None:
    for start in range(0, len(keys), AT_ONCE):
        names = ", ".join("'" + key.replace("'", "''") + "'" for key in keys[start : start + AT_ONCE])
        engine().store.delete("verbatims", f"verbatim_id IN ({names})")


def _unlearn() -> int:
    """Train what is asked for, read everything with it, and take the files away that know the words. Returns how many models."""
    while Retraining.objects.filter(done_at=None).exists():
        retrain_asked()
    while read_new():
        pass
    return erase_marked()
