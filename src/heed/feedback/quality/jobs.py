"""What the worker does for the quality of answers: audits whose time has come."""

from heed.feedback.quality.actions.auditing import audit_due


def audit_answers() -> int:
    """Audit one survey that is due. Returns how many were."""
    return audit_due()
