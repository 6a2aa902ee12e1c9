"""The model that reads is looked at once a day: does it still read what it was measured on?"""

from datetime import timedelta

from django.utils import timezone

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
    model.save(update_fields=["drift", "drift_at"])
    return model
