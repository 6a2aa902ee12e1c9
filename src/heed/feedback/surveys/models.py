"""Invitations, the responses they brought, and the answers in them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from heed.core.fields import new_key


def new_link_key() -> str:
    return new_key("link")


class SurveyLink(models.Model):
    """One address under which many people answer a survey, unknown to heed: in a letter, as a code on a wall, at a kiosk, or
    in a page of a site. Its secret part is worked out from the store's secret; of it a digest is kept.
    """

    SORTS = (("web", _("open link or code")), ("kiosk", _("kiosk")), ("widget", _("in a site or app")))

    key = models.CharField(max_length=40, unique=True, default=new_link_key)
    token_digest = models.CharField(max_length=64, unique=True)
    survey_key = models.CharField(_("survey"), max_length=80, db_index=True)
    name = models.CharField(_("name"), max_length=120)
    sort = models.CharField(_("kind"), max_length=10, choices=SORTS)
    language = models.CharField(_("language"), max_length=20, blank=True)
    context = models.JSONField(default=dict)
    region = models.CharField(max_length=60, blank=True)
    team = models.CharField(max_length=60, blank=True)
    sites = models.JSONField(default=list)
    most_a_minute = models.PositiveSmallIntegerField(default=60)
    reset_seconds = models.PositiveSmallIntegerField(default=60)
    actor = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("link of a survey")
        verbose_name_plural = _("links of surveys")

    def __str__(self) -> str:
        return self.key


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
    # The mark of the last post of an anonymous questionnaire, which its response must not bear; - where that had none, and
    # empty where it was left half way.
    nonce = models.CharField(max_length=40, blank=True, default="")
    # Where it began at a link instead of being sent, and what the carrier of a text message calls it.
    link = models.ForeignKey(SurveyLink, null=True, on_delete=models.SET_NULL, related_name="invitations")
    carrier_id = models.CharField(max_length=80, blank=True, db_index=True)
    address_digest = models.CharField(max_length=64, blank=True)

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
    # Empty once an anonymous questionnaire ended: nothing says any more who was asked.
    invitation = models.OneToOneField(Invitation, null=True, on_delete=models.CASCADE, related_name="response")
    survey_key = models.CharField(max_length=80)
    survey_version = models.PositiveIntegerField()
    language = models.CharField(max_length=20)
    nonce = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField()
    touched_at = models.DateTimeField()
    # When the customer chose to go on later; then it is kept open as long as the invitation is.
    saved_at = models.DateTimeField(null=True)
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
    # Of a matrix: the question and the row, with a point between.
    question_key = models.CharField(max_length=81)
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


class ReturnMailbox(models.Model):
    """A mailbox that heed fetches what came back from, named by a digest of its address: how far it was read, while its
    server counts by `validity`, and what became of its mails.
    """

    key = models.CharField(max_length=64, unique=True)
    validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)
    set_aside = models.PositiveIntegerField(default=0)
    passed_over = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=40, blank=True)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("mailbox of what came back")
        verbose_name_plural = _("mailboxes of what came back")

    def __str__(self) -> str:
        return self.key


class AddressTrouble(models.Model):
    """A mail or text message that came back, or that somebody called unwanted. Of the address a digest under the store's
    secret is kept: where a customer's address is another one since, the trouble is over. `report_digest`: told once.
    """

    SORTS = (
        ("bounced", _("does not exist")),
        ("delayed", _("not taken for now")),
        ("complained", _("called unwanted")),
        ("left", _("wants no more")),
    )

    report_digest = models.CharField(max_length=64, unique=True)
    customer_key = models.CharField(max_length=64, db_index=True)
    address_digest = models.CharField(max_length=64, db_index=True)
    invitation = models.CharField(max_length=32)
    channel = models.CharField(max_length=20)
    sort = models.CharField(max_length=10, choices=SORTS)
    code = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("trouble with an address")
        verbose_name_plural = _("troubles with addresses")
        indexes = [models.Index(fields=["sort", "-at"])]

    def __str__(self) -> str:
        return f"{self.sort} {self.code}"
