"""What the worker does about cases by the clock."""

from heed.service.cases.actions import escalating


def escalate_due() -> int:
    """Escalate what is due, and let cases go on whose waiting is over. Returns how many steps were taken."""
    return escalating.escalate_due()
