"""What runs by itself: new words are read, signals are looked for, the model learns anew."""

import logging
from functools import lru_cache

from heed.feedback.verbatims.actions import comparing, drifting, models, readers, reading, retraining, signals, teaching
from heed.feedback.verbatims.queries.models import analyzer_of

log = logging.getLogger("heed.verbatims")


def read_new() -> int:
    """Read what is new: a moment when little is, a slice of the rest when much is. Returns how many were read."""
    _warm()
    return reading.read_new()


def look_for_signals() -> int:
    """Look for signals when it is due and everything said so far was read. Returns how many are new."""
    model = models.ensure_model()
    if reading.is_behind(model) or not signals.is_due():
        return 0
    found = signals.look()
    log.info("looked for signals: %d, %d new, in %.1f s", found.signals, found.new, found.seconds)
    return found.new


def learn() -> int:
    """Train the sentiment anew when there is a tenth more to train on. Returns how many models were made."""
    told = models.train(by_clock=True)
    log.info("trained: %s", {name: told[name] for name in ("model", "rows", "trained", "reason")})
    taught = teaching.teach()
    log.info("taught themes: %s", taught)
    read = readers.teach_readers(by_clock=True)
    log.info("taught readers: %s", read["reasons"])
    drifting.look_at_drift()
    return int(told["trained"])


def retrain_asked() -> int:
    """Train where somebody asked for it, or where words are erased; then files that know such words go. Returns how many
    models were made.
    """
    made = retraining.retrain_asked()
    retraining.erase_marked()
    return made


def run_bakeoffs() -> int:
    """Run the bake-off that was asked for. Returns how many came to an end."""
    return comparing.run_asked()


@lru_cache(maxsize=1)
def _warm() -> None:
    """Load what reads, once a process: it takes some seconds, for which the first answer of a day should not wait."""
    analyzer_of(models.ensure_model()).analyze(["The bill is right, and the staff was friendly."])
