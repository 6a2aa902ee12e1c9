"""Which model reads: promoted, or taken back to an older one, by a person with a reason; and what becomes of labels then."""

import pyarrow as pa
from django.db import transaction
from django.utils import timezone

from heed.core.access.rules import Scope
from heed.core.errors.rules import Refused
from heed.facts.engine.seam import Engine
from heed.facts.schema.tables import TABLES
from heed.feedback.verbatims.actions.models import ensure_model, hold, make_model, put_in
from heed.feedback.verbatims.models import Promotion, TextModel
from heed.feedback.verbatims.queries.engine import engine
from heed.feedback.verbatims.queries.models import found_themes, newest_model, taxonomy_in_force
from heed.feedback.verbatims.queries.versions import version
from heed.metrics.labels import labels_of

FORMER = "former_model"  # why labels of the model before do not count in figures


def label_tables() -> tuple[str, ...]:
    """The tables of facts in which models write what they read."""
    return tuple(
        table.name
        for table in TABLES.values()
        if table.name.startswith("verbatim_") and any(column.name == "model" for column in table.columns)
    )


def promote(scope: Scope, number: int, *, reason: str = "", reading: str = "") -> TextModel:
    """Make a model the one that reads. Going back to one that is older wants a reason. Its labels come back where they are
    still there; else everything is read anew.

    `reading` is the name of the model that read when the person looked: another by now is refused. Where other themes are
    in force than the model knew, a model with its sentiment and the themes of today reads. Raises Forbidden, NotFound,
    Refused.
    """
    scope.demand_everywhere("approve")
    row, now = version(scope, number), ensure_model()
    if reading and reading != now.name:
        raise Refused(
            "Another model was promoted at the same moment.", code="raced", hint="Look at it, and promote yours again."
        )
    if row.erased_at or row.marked_at:
        raise Refused(
            "This model was trained on words that were erased.", code="model_erased", hint="Promote a newer one."
        )
    is_rollback = row.pk < now.pk
    if is_rollback and not reason.strip():
        raise Refused("Say why an older model is to read again.", code="no_reason", hint="It stands in the history.")
    with transaction.atomic():
        hold()
        there = newest_model()
        if there is None or there.pk != now.pk:
            raise Refused(
                "Another model was promoted at the same moment.",
                code="raced",
                hint="Look at it, and promote yours again.",
            )
        if row.taxonomy_digest != taxonomy_in_force()[1]:
            row = make_model(row.sentiment, found_themes(row), like=row, actor=scope.person, promoted=False)
        if row.pk == now.pk:
            raise Refused(
                "It is what reads already: the same sentiment, with the themes of today.",
                code="same_model",
                hint="To change the themes, change the taxonomy.",
            )
        put_in(row, scope.person, reason.strip()[:300], is_rollback=is_rollback)
    return row


def settle(model: TextModel) -> None:
    """Once what was promoted has read everything: its labels count, those of the one before are kept apart, older ones go.

    Called while nobody else reads on this machine. Cut short, it is done again; what was lost is read again.
    """
    last = Promotion.objects.first()
    if last is None or last.settled_at or last.model_id != model.pk or model.completed_at is None:
        return
    if model.set_aside_at is not None:
        _flagged(model, None)
    former = _former(model)
    if former is not None and former.set_aside_at is None:
        _flagged(former, FORMER)
    kept = [model, *([former] if former else [])]
    names = ", ".join(f"'{each.name}'" for each in kept)
    for table in label_tables():
        engine().store.delete(table, f"model NOT IN ({names})")
    gone = TextModel.objects.exclude(pk__in=[each.pk for each in kept])
    gone.update(completed_at=None, read_version=None, set_aside_at=None)
    last.settled_at = timezone.now()
    last.save(update_fields=["settled_at"])


def _former(model: TextModel) -> TextModel | None:
    """The model whose labels are kept for going back: the last that had read everything before this one."""
    rows = Promotion.objects.exclude(model=model).select_related("model")
    there = rows.filter(model__completed_at__isnull=False, model__marked_at=None, model__erased_at=None).first()
    if there is not None:
        return there.model
    rest = TextModel.objects.exclude(pk=model.pk).exclude(completed_at=None)
    return rest.filter(marked_at=None, erased_at=None).first()


def _flagged(model: TextModel, reason: str | None) -> None:
    """Write a model's labels with this reason to be left out, or none. It counts as unread while that is done."""
    was, version_read = model.completed_at, model.read_version
    TextModel.objects.filter(pk=model.pk).update(completed_at=None, read_version=None)
    for table in label_tables():
        if not engine().store.exists(table):
            continue
        for part in engine().parts:
            _reflagged(part, table, model.name, reason)
    model.completed_at, model.read_version = was, version_read
    model.set_aside_at = timezone.now() if reason else None
    model.save(update_fields=["completed_at", "read_version", "set_aside_at"])


def _reflagged(part: Engine, table: str, model: str, reason: str | None) -> None:
    """The labels under one root."""
    rows = labels_of(part, table, model)
    if rows.num_rows:
        place = rows.schema.get_field_index("excluded_reason")
        rows = rows.set_column(
            place, rows.schema.field(place), pa.array([reason] * rows.num_rows, rows.schema.field(place).type)
        )
        part.store.delete(table, f"model = '{model}'")
        part.store.append_new(table, rows)
