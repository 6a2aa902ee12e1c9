"""Invitations, the responses they brought, and the answers in them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from heed.core.fields import new_key


class Invitation(models.Model):
    """One customer asked to answer one survey. Of its link only a digest is kept; the address goes once the mail went."""

    STATES = (
        ("due", _("due")),
        ("sent", _("sent")),
        ("failed", _("failed")),
        ("answered", _("answered")),
        ("expired", _("expired")),
        ("withdrawn", _("withdrawn")),
    )

    key = models.CharField(max_length=32, unique=True)
    once_key = models.CharField(max_length=200, null=True, unique=True)
    token_digest = models.CharField(max_length=64, unique=True)
    survey_key = models.CharField(_("survey"), max_length=80)
    survey_version = models.PositiveIntegerField()
    customer_key = models.CharField(_("customer"), max_length=64, db_index=True)
    language = models.CharField(_("language"), max_length=20)
    channel = models.CharField(_("channel"), max_length=20, default="email")
    trigger_key = models.CharField(_("trigger"), max_length=80, blank=True)
    reason = models.CharField(_("reason"), max_length=80, blank=True)
    probability = models.FloatField(null=True)
    context = models.JSONField(default=dict)
    region = models.CharField(max_length=60, blank=True)
    team = models.CharField(max_length=60, blank=True)
    address = models.CharField(max_length=320, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default="due")
    decided_at = models.DateTimeField()
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        indexes = [
            models.Index(fields=["state", "due_at"]),
            models.Index(fields=["state", "expires_at"]),
            models.Index(fields=["survey_key", "-id"]),
        ]

    def __str__(self) -> str:
        return self.key


class Response(models.Model):
    """One questionnaire, as far as it was answered. `answered_at` is when it was ended, by the customer or by time."""

    STATES = (("partial", _("begun")), ("complete", _("complete")))

    key = models.CharField(max_length=32, unique=True)
    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="response")
    survey_key = models.CharField(max_length=80)
    survey_version = models.PositiveIntegerField()
    language = models.CharField(max_length=20)
    nonce = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    duration_seconds = models.FloatField(null=True)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default="partial")
    customer_key = models.CharField(max_length=64, db_index=True)
    context = models.JSONField(default=dict)
    region = models.CharField(max_length=60, blank=True)
    team = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        indexes = [
            models.Index(fields=["answered_at", "touched_at"]),
            models.Index(fields=["survey_key", "-id"]),
        ]

    def __str__(self) -> str:
        return self.key


class Answer(models.Model):
    """The answer to one question; of a question with several choices one for each option chosen."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="answers")
    question_key = models.CharField(max_length=40)
    instrument = models.CharField(max_length=20)
    score = models.FloatField(null=True)
    choice = models.CharField(max_length=40, blank=True)
    words = models.TextField(blank=True)

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [
            models.UniqueConstraint(fields=["response", "question_key", "choice"], name="one_answer_to_a_question")
        ]

    def __str__(self) -> str:
        return f"{self.response_id}:{self.question_key}"


def new_invitation_key() -> str:
    return new_key("inv")


def new_response_key() -> str:
    return new_key("rsp")
