"""What the worker does for asking: asks and reminders whose time has come, the rest of lists, and a look at the coverage."""

from heed.feedback.triggers.actions.carrying import fire_due, remind_due
from heed.feedback.triggers.actions.lists import carry_lists_on
from heed.feedback.triggers.actions.programmes import begin_due_waves
from heed.feedback.triggers.actions.watching import look_at_coverage


def fire_due_asks(limit: int = 100) -> int:
    """Invite and remind who is due, and decide about the next customers of each list. Returns how many were dealt with."""
    return fire_due(limit) + remind_due(limit) + carry_lists_on()


def begin_waves() -> int:
    """Begin the waves of relationship programmes whose time has come. Returns how many parts of waves."""
    return begin_due_waves()


def watch_coverage() -> int:
    """Tell people of cells whose answers cannot be reached. Returns how many were told."""
    return look_at_coverage()
