"""What the worker does about escalations by the clock."""

from heed.goals.escalation.actions.carrying import carry_on
from heed.goals.escalation.actions.noting import watch_open_cases


def look_at_escalations() -> int:
    """Look at what is due. Returns how many were looked at."""
    return carry_on()


def watch_cases() -> int:
    """Watch the open cases that nothing watches. Returns how many were found."""
    return watch_open_cases()
