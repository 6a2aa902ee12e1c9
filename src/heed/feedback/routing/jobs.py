"""What the worker sends to other systems, and forgets."""

from heed.feedback.routing.actions import connecting as actions
from heed.feedback.routing.actions import mailing, working


def deliver_due() -> int:
    """Send what is due over one connection. Several may run at once: each takes a line of its own."""
    return actions.deliver_due()


def forget_deliveries() -> int:
    """Take away what was delivered a month ago."""
    return actions.forget_deliveries()


def chase_late_items() -> int:
    """Tell of feedback that nobody has seen, or answers for, in time."""
    return working.chase_late()


def send_routed_mails() -> int:
    """Write to the addresses feedback is routed to."""
    return mailing.send_mails()
