"""What the worker does for asking: asks whose time has come, and the rest of lists."""

from heed.feedback.triggers.actions import carry_lists_on, fire_due


def fire_due_asks(limit: int = 100) -> int:
    """Invite who is due, and decide about the next customers of each list. Returns how many were dealt with."""
    return fire_due(limit) + carry_lists_on()
