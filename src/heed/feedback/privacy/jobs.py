"""What the worker does for privacy: erasures that wait or were cut, reminders before a term ends, retention once a day."""

from datetime import timedelta

from django.utils import timezone

from heed.core.access.rules import COMMAND_LINE
from heed.feedback.privacy.actions.breaching import remind_of_breaches
from heed.feedback.privacy.actions.erasing import carry_waiting
from heed.feedback.privacy.actions.requesting import remind
from heed.feedback.privacy.actions.retaining import retain
from heed.feedback.privacy.models import RetentionRun


def carry_erasures() -> int:
    """Take up erasures that nobody works on. Returns how many were done."""
    return carry_waiting()


def remind_of_terms() -> int:
    """Remind of requests and breaches whose term ends. Returns how many notices were new."""
    return remind() + remind_of_breaches()


def retain_daily() -> int:
    """Remove what is too old, once a day whichever worker comes first. Returns how many rows went."""
    day = timezone.now() - timedelta(hours=23)
    if RetentionRun.objects.filter(is_dry=False, ran_at__gte=day).exists():
        return 0
    return sum(retain(COMMAND_LINE).removed.values())
