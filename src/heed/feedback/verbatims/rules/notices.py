"""What people are told of signals. Pure."""

from datetime import date, timedelta

from heed.core.people.rules import notice

FRESH = timedelta(days=28)  # what changed before was news once; nobody is woken for it when history comes in

notice("theme-rises", "More customers write about this than before: %(subject)s.")
notice("model-drifts", "What customers write has moved away from what model %(number)s was measured on.")
notice("signal-found", "Something changed beyond noise: %(subject)s.")


def kind_of(signal_kind: str) -> str:
    """Which notice a signal is told by."""
    return "theme-rises" if signal_kind.startswith("theme-") else "signal-found"


def is_news(since: date, today: date) -> bool:
    """Whether people are told of what began on a day."""
    return today - since <= FRESH
