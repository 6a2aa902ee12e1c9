"""Answers that show a sign, those that were set aside, and audits. Nothing is ever deleted here."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from heed.core.fields import new_key


def new_exclusion_key() -> str:
    return new_key("exc")


def new_audit_key() -> str:
    return new_key("aud")


class AnswerFlag(models.Model):
    """A questionnaire that shows signs. `kept_at`: somebody looked and lets it count. `cleared_at`: signs are gone since."""

    response_id = models.CharField(max_length=255, unique=True)
    survey_key = models.CharField(_("survey"), max_length=255)
    customer_key = models.CharField(max_length=255, blank=True, db_index=True)
    team = models.CharField(max_length=255, blank=True)
    region = models.CharField(max_length=255, blank=True)
    answered_at = models.DateTimeField()
    signs = models.JSONField(default=dict)
    proposed = models.BooleanField(default=False)
    flagged_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    cleared_at = models.DateTimeField(null=True)
    kept_at = models.DateTimeField(null=True)
    kept_by = models.CharField(max_length=64, blank=True)
    kept_why = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("answer with a sign")
        verbose_name_plural = _("answers with signs")
        indexes = [models.Index(fields=["survey_key", "-answered_at", "-id"], name="flags_of_a_survey")]

    def __str__(self) -> str:
        return self.response_id


class Exclusion(models.Model):
    """A questionnaire set aside from figures, by whom and why, and put back, by whom and why. `turn`: its place among all that
    was done about the questionnaire; putting back is the next.
    """

    key = models.CharField(max_length=24, unique=True, default=new_exclusion_key)
    response_id = models.CharField(max_length=255)
    survey_key = models.CharField(_("survey"), max_length=255)
    customer_key = models.CharField(max_length=255, blank=True, db_index=True)
    team = models.CharField(max_length=255, blank=True)
    region = models.CharField(max_length=255, blank=True)
    answered_at = models.DateTimeField()
    sign = models.CharField(max_length=20, blank=True)
    turn = models.PositiveIntegerField(default=1)
    excluded_at = models.DateTimeField()
    excluded_by = models.CharField(max_length=64)
    why = models.CharField(_("reason"), max_length=300)
    put_back_at = models.DateTimeField(null=True)
    put_back_by = models.CharField(max_length=64, blank=True)
    put_back_why = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("questionnaire set aside")
        verbose_name_plural = _("questionnaires set aside")
        constraints = [
            models.UniqueConstraint(fields=["response_id"], condition=models.Q(put_back_at=None), name="set_aside_once")
        ]
        indexes = [models.Index(fields=["survey_key", "-id"], name="exclusions_of_a_survey")]

    def __str__(self) -> str:
        return self.key


class QualityAudit(models.Model):
    """What was found in the answers of one survey over a span of time: `since` included, `until` not. `once_key`: the day it
    was due, so that one of several workers does it. `accepted_at`: somebody answers for the figures all the same.
    """

    STATES = (("passed", _("passed")), ("failed", _("failed")), ("thin", _("too few answers")))

    key = models.CharField(max_length=24, unique=True, default=new_audit_key)
    once_key = models.CharField(max_length=300, unique=True, null=True)
    survey_key = models.CharField(_("survey"), max_length=255)
    since = models.DateTimeField()
    until = models.DateTimeField()
    ran_at = models.DateTimeField()
    ran_by = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=STATES)
    answers = models.PositiveIntegerField(default=0)
    checks = models.JSONField(default=list)
    agents = models.JSONField(default=dict)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.CharField(max_length=64, blank=True)
    accepted_why = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("audit of answers")
        verbose_name_plural = _("audits of answers")
        indexes = [models.Index(fields=["survey_key", "-id"], name="audits_of_a_survey")]

    def __str__(self) -> str:
        return self.key
