"""The model that reads is looked at once a day: does it still read what it was measured on?"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from heed.core.access.queries import scope_of
from heed.core.journal.actions import record
from heed.core.people.actions import notify
from heed.core.people.queries import people
from heed.feedback.verbatims.events import TextModelDrifted
from heed.feedback.verbatims.models import TextModel
from heed.feedback.verbatims.queries.models import newest_model
from heed.feedback.verbatims.queries.versions import former_profile, recent_profile
from heed.feedback.verbatims.rules.drift import LEAST_TEXTS, moved, profile_of

EVERY = timedelta(days=1)


def look_at_drift(*, at_once: bool = False) -> TextModel | None:
    """Look, where it is time to, and keep what was found. None where no model has read everything yet."""
    model = newest_model()
    if model is None or model.completed_at is None:
        return None
    if not at_once and model.drift_at is not None and timezone.now() - model.drift_at < EVERY:
        return model
    now, since = recent_profile(model)
    kept = model.card.get("profile") if model.trained_on else None
    before = profile_of(kept) if kept else former_profile(model)
    if now is None or before is None or since is None:
        return model
    model.drift = {
        "since": since.isoformat(),
        "n_before": before.n,
        "n_now": now.n,
        "least": LEAST_TEXTS,
        "against": "training" if kept else "quarter",
        "figures": [{**each.__dict__} for each in moved(before, now)],
    }
    model.drift_at = timezone.now()
    with transaction.atomic():
        model.save(update_fields=["drift", "drift_at"])
        _tell(model)
    return model


def _tell(model: TextModel) -> None:
    """Tell who labels words that a model no longer reads what it was measured on: once a model."""
    what = [each["what"] for each in model.drift["figures"] if each["moved"]]
    if not what:
        return
    told = [each.person for each in map(scope_of, people()) if each.everything and each.may("label_words")]
    new = notify(
        told,
        kind="model-drifts",
        params={"number": model.pk},
        href=f"/verbatims/models/{model.pk}/#drift",
        subject=("text_model", model.name),
        once_key=f"drift:{model.name}",
    )
    if new:
        record(TextModelDrifted(model.name, ",".join(what), model.drift["n_now"]), subject=("text_model", model.name))
