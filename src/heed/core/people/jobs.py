"""Mail about what people have not read on the page."""

from heed.core.people.actions import mail_unread


def mail_notifications() -> int:
    """Write to those who have not read something for two minutes and want to be written to. Returns how many mails left."""
    return mail_unread()
