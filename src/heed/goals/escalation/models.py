"""Escalations as work: who has what, what waits for room, what belongs to one incident, and what people were given a day."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from heed.core.fields import Dated, new_key


def escalation_key() -> str:
    return new_key("esc")


def incident_key() -> str:
    return new_key("inc")


def swap_key() -> str:
    return new_key("swap")


STATES = (
    ("watched", _("watched")),
    ("given", _("waits to be acknowledged")),
    ("acknowledged", _("acknowledged")),
    ("deferred", _("deferred")),
    ("joined", _("part of an incident")),
    ("unattended", _("nobody is on call")),
    ("ended", _("over")),
)
VERBS = (
    ("given", _("given")),
    ("deferred", _("deferred")),
    ("joined", _("joined an incident")),
    ("unattended", _("found nobody on call")),
    ("reminded", _("told again")),
    ("acknowledged", _("acknowledged")),
    ("handed_up", _("handed up")),
    ("stood_down", _("stood down")),
)


class MajorIncident(Dated):
    """Like cases as one piece of work, or the severe cases of a day for which nobody had room (`surge`)."""

    key = models.CharField(max_length=24, unique=True, default=incident_key, editable=False)
    kind = models.CharField(
        max_length=10, choices=(("alike", _("like cases")), ("surge", _("severe cases without room")))
    )
    protocol_key = models.CharField(max_length=80)
    group_key = models.CharField(max_length=255)
    title = models.CharField(max_length=255)
    declared_at = models.DateTimeField()
    last_joined_at = models.DateTimeField()
    cases = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("major incident")
        verbose_name_plural = _("major incidents")
        constraints = [
            models.UniqueConstraint(
                fields=["protocol_key", "group_key"],
                condition=models.Q(ended_at=None),
                name="one_open_incident_of_like_cases",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Escalation(Dated):
    """One case as a protocol looks at it, until it is over. `look_at`: when something is to happen next."""

    key = models.CharField(max_length=24, unique=True, default=escalation_key, editable=False)
    case_key = models.CharField(max_length=24)
    case_number = models.CharField(max_length=24, blank=True)
    customer_key = models.CharField(max_length=64, blank=True)
    protocol_key = models.CharField(max_length=80, blank=True)
    protocol_version = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=14, choices=STATES, default="watched")
    severity = models.CharField(max_length=10, blank=True)
    severe = models.BooleanField(default=False)
    impact = models.FloatField(default=0)
    customers = models.PositiveIntegerField(default=1)
    region = models.CharField(max_length=255, blank=True)
    team = models.CharField(max_length=60, blank=True)
    group_key = models.CharField(max_length=255, blank=True)
    asked_for_help = models.BooleanField(default=False)
    # Of the customer's words as they were read: the worst sentiment, -1..1, and whether any were urgent.
    words_sentiment = models.FloatField(null=True)
    words_urgency = models.CharField(max_length=10, blank=True)
    level = models.PositiveSmallIntegerField(default=0)
    level_key = models.CharField(max_length=40, blank=True)
    person = models.CharField(max_length=64, blank=True)
    tried = models.JSONField(default=list)
    incident = models.ForeignKey(MajorIncident, on_delete=models.PROTECT, null=True, related_name="members")
    leads = models.BooleanField(default=False)
    seen_at = models.DateTimeField()
    look_at = models.DateTimeField(null=True)
    wanted_at = models.DateTimeField(null=True)
    given_at = models.DateTimeField(null=True)
    acknowledge_by = models.DateTimeField(null=True)
    deferred_at = models.DateTimeField(null=True)
    deferred_until = models.DateTimeField(null=True)
    times_deferred = models.PositiveIntegerField(default=0)
    acknowledged_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        constraints = [
            models.UniqueConstraint(
                fields=["case_key"], condition=models.Q(ended_at=None), name="one_escalation_of_a_case_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["incident"],
                condition=models.Q(leads=True, ended_at=None),
                name="one_escalation_leads_an_incident",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="deferred", severe=True), name="a_severe_case_is_never_deferred"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("given", "acknowledged"), person=""), name="what_is_given_has_a_person"
            ),
        ]
        indexes = [
            models.Index(fields=["look_at"], condition=models.Q(ended_at=None), name="escalations_to_look_at"),
            models.Index(fields=["person", "state"]),
            models.Index(fields=["state", "-impact"]),
            models.Index(fields=["protocol_key", "group_key", "seen_at"]),
        ]

    def __str__(self) -> str:
        return self.key


class EscalationStep(models.Model):
    """One thing that happened to an escalation."""

    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    verb = models.CharField(max_length=14, choices=VERBS)
    level_key = models.CharField(max_length=40, blank=True)
    person = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=40, blank=True)
    words = models.TextField(blank=True)

    class Meta:
        verbose_name = _("step of an escalation")
        verbose_name_plural = _("steps of escalations")
        indexes = [models.Index(fields=["escalation", "at"])]

    def __str__(self) -> str:
        return f"{self.escalation_id} {self.verb}"


class DutyDay(models.Model):
    """What one person was given on one local day, of so much at most. The database itself holds the limit."""

    person = models.CharField(max_length=64)
    day = models.DateField()
    units = models.PositiveIntegerField(default=0)
    most = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("day of duty")
        verbose_name_plural = _("days of duty")
        constraints = [
            models.UniqueConstraint(fields=["person", "day"], name="one_duty_day_a_person"),
            models.CheckConstraint(condition=models.Q(units__lte=models.F("most")), name="nobody_is_given_more"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.day}"


class DutySwap(Dated):
    """Somebody stands in for another on the rota of a level, from a day to a day."""

    key = models.CharField(max_length=24, unique=True, default=swap_key, editable=False)
    protocol_key = models.CharField(max_length=80)
    level_key = models.CharField(max_length=40)
    person = models.CharField(max_length=64)
    substitute = models.CharField(max_length=64)
    since = models.DateField()
    until = models.DateField()
    made_by = models.CharField(max_length=64)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("swap of duty")
        verbose_name_plural = _("swaps of duty")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")), name="a_swap_ends_after_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return self.key
