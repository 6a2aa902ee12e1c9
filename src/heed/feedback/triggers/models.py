"""The attention ledger: each decision to ask or not to ask, what was spent of each customer's attention, what stops asking,
and lists that a survey is sent to.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from heed.core.fields import new_key


def ask_key() -> str:
    return new_key("ask")


def list_key() -> str:
    return new_key("list")


class Ask(models.Model):
    """One decision about one customer. `once_key` holds what led to it (trigger and fact, or list), so that it is taken once."""

    key = models.CharField(max_length=40, unique=True, default=ask_key)
    once_key = models.CharField(max_length=255, unique=True)
    trigger_key = models.CharField(max_length=80, blank=True)
    version = models.PositiveIntegerField(null=True)
    asked_list = models.CharField(max_length=40, blank=True, db_index=True)
    survey_key = models.CharField(max_length=80)
    customer_key = models.CharField(max_length=40)
    fact_table = models.CharField(max_length=40, blank=True)
    fact_key = models.CharField(max_length=255, blank=True)
    decided_at = models.DateTimeField()
    asked = models.BooleanField()
    reason = models.CharField(max_length=40)
    stratum = models.CharField(max_length=250, blank=True)
    probability = models.FloatField(default=1.0)
    draw = models.FloatField(null=True)
    policy_version = models.PositiveIntegerField(null=True)
    rested_until = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    invitation = models.CharField(max_length=40, blank=True)
    region = models.CharField(max_length=120, blank=True)
    context = models.JSONField(default=dict)
    actor = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("decision to ask")
        verbose_name_plural = _("decisions to ask")
        indexes = [
            models.Index(fields=["customer_key", "-id"]),
            models.Index(fields=["trigger_key", "-id"]),
            models.Index(fields=["reason", "-id"]),
            models.Index(fields=["decided_at"]),
            models.Index(fields=["stratum", "decided_at"], condition=~models.Q(stratum=""), name="asks_by_stratum"),
            models.Index(fields=["due_at"], condition=models.Q(asked=True, invitation=""), name="asks_waiting"),
        ]

    def __str__(self) -> str:
        return self.key


class Attention(models.Model):
    """One row a customer: who decides about them holds it. When they were last asked, and whether they never are to be."""

    customer_key = models.CharField(max_length=40, unique=True)
    last_asked_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.CharField(max_length=64, blank=True)
    stopped_why = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("attention")
        verbose_name_plural = _("attention")

    def __str__(self) -> str:
        return self.customer_key


def touch_key() -> str:
    return new_key("touch")


class Touch(models.Model):
    """One contact that counts against a customer's budget: an invitation, a reminder planned or sent, or one of another
    channel that heed was told of. `once_key`: what led to it, so that it counts once.
    """

    SORTS = (("ask", _("invitation")), ("reminder", _("reminder")), ("other", _("another channel")))

    key = models.CharField(max_length=40, unique=True, default=touch_key)
    once_key = models.CharField(max_length=255, unique=True)
    customer_key = models.CharField(max_length=40)
    at = models.DateTimeField()
    sort = models.CharField(max_length=10, choices=SORTS)
    survey_key = models.CharField(max_length=80, blank=True)
    channel = models.CharField(max_length=40, blank=True)
    ask = models.ForeignKey(Ask, null=True, on_delete=models.CASCADE, related_name="touches")
    done_at = models.DateTimeField(null=True)
    actor = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("contact that counts")
        verbose_name_plural = _("contacts that count")
        indexes = [
            models.Index(fields=["customer_key", "at"]),
            models.Index(fields=["at"], condition=models.Q(sort="reminder", done_at=None), name="reminders_waiting"),
        ]

    def __str__(self) -> str:
        return self.key


def pause_key() -> str:
    return new_key("pause")


class AskingPause(models.Model):
    """A time in which nobody of a region, or of all (empty), is asked. `cases`: those an incident still has open."""

    key = models.CharField(max_length=40, unique=True, default=pause_key)
    region = models.CharField(max_length=255, blank=True)
    incident = models.CharField(max_length=40, blank=True)
    cases = models.JSONField(default=list)
    why = models.CharField(max_length=300, blank=True)
    actor = models.CharField(max_length=64)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("pause of asking")
        verbose_name_plural = _("pauses of asking")
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "region"],
                condition=models.Q(until=None) & ~models.Q(incident=""),
                name="one_pause_of_an_incident_and_region",
            )
        ]

    def __str__(self) -> str:
        return self.key


class CellRate(models.Model):
    """The share of a cell of the coverage on a day, as decisions of that day took it; the day counts from 1970, UTC."""

    cell = models.CharField(max_length=250)
    wanted = models.CharField(max_length=64)
    day = models.PositiveIntegerField()
    share = models.FloatField(null=True)
    asks_wanted = models.FloatField()
    asked = models.PositiveIntegerField()
    a_day = models.FloatField()
    days_left = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("share of a cell")
        verbose_name_plural = _("shares of cells")
        constraints = [models.UniqueConstraint(fields=["cell", "wanted", "day"], name="one_share_a_cell_and_day")]

    def __str__(self) -> str:
        return f"{self.cell} {self.day}"


class QuotaSpent(models.Model):
    """How many invitations of a quota there were in one of its times; held by who decides."""

    key = models.CharField(max_length=255, unique=True)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("quota spent")
        verbose_name_plural = _("quotas spent")

    def __str__(self) -> str:
        return self.key


def wave_key() -> str:
    return new_key("wave")


class ProgrammeWave(models.Model):
    """One part (day) of a wave of a relationship programme that began: whom it was about, and on what terms. Once each."""

    key = models.CharField(max_length=40, unique=True, default=wave_key)
    programme_key = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    wave_on = models.DateField()
    part = models.PositiveSmallIntegerField(default=0)
    number = models.PositiveIntegerField()
    group = models.PositiveSmallIntegerField(default=0)
    members = models.PositiveIntegerField(default=0)
    silent = models.PositiveIntegerField(default=0)
    came_late = models.BooleanField(default=False)
    reminder_days = models.JSONField(default=list)
    expires_days = models.PositiveIntegerField(null=True)
    # As a trigger's: one channel, or two joined by _or_.
    channel = models.CharField(max_length=20, default="email")
    due_at = models.DateTimeField()
    begun_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("wave of a programme")
        verbose_name_plural = _("waves of programmes")
        constraints = [
            models.UniqueConstraint(
                fields=["programme_key", "wave_on", "part"], name="one_wave_a_programme_day_and_part"
            )
        ]

    def __str__(self) -> str:
        return self.key


class AskList(models.Model):
    """A survey for a list of customers. `customers` are keys; `position` is how many of them were decided about.

    Nobody is asked before `confirmed_at`. `unknown` counts what was given and is nobody's identifier or address.
    """

    key = models.CharField(max_length=40, unique=True, default=list_key)
    survey_key = models.CharField(max_length=80)
    customers = models.JSONField(default=list)
    unknown = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    wave = models.ForeignKey(ProgrammeWave, null=True, on_delete=models.SET_NULL, related_name="lists")
    actor = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("list that is asked")
        verbose_name_plural = _("lists that are asked")
        indexes = [
            models.Index(
                fields=["id"], condition=models.Q(confirmed_at__isnull=False, finished_at=None), name="lists_open"
            )
        ]

    def __str__(self) -> str:
        return self.key
