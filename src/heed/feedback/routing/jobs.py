"""What the worker sends to other systems, and forgets."""

from heed.feedback.routing import actions


def deliver_due() -> int:
    """Send what is due over one connection. Several may run at once: each takes a line of its own."""
    return actions.deliver_due()


def forget_deliveries() -> int:
    """Take away what was delivered a month ago."""
    return actions.forget_deliveries()
