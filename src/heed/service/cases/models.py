"""Cases and what was done about them. The journal and the facts name a case by `key`; people say its `number`."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from heed.core.fields import Dated, new_key


def case_key() -> str:
    return new_key("case")


SEVERITIES = (("low", _("low")), ("normal", _("normal")), ("high", _("high")), ("urgent", _("urgent")))
STATES = (("open", _("open")), ("waiting", _("waiting")), ("closed", _("closed")))
OUTCOMES = (
    ("resolved", _("put right")),
    ("explained", _("explained, nothing to put right")),
    ("not_reached", _("customer not reached")),
    ("not_resolved", _("not put right")),
    ("duplicate", _("same as another case")),
)
WAITS_FOR = (
    ("customer", _("the customer")),
    ("other_team", _("another team")),
    ("supplier", _("a supplier")),
    ("decision", _("a decision")),
    ("other", _("something else")),
)
WAYS = (
    ("phone", _("by phone")),
    ("email", _("by e-mail")),
    ("chat", _("by chat")),
    ("letter", _("by letter")),
    ("visit", _("in person")),
    ("other", _("another way")),
)
VERBS = (
    ("opened", _("opened")),
    ("said", _("said by the customer")),
    ("heard", _("answered again")),
    ("taken", _("taken")),
    ("assigned", _("assigned")),
    ("transferred", _("handed to another team")),
    ("contacted", _("contacted the customer")),
    ("noted", _("noted")),
    ("waiting", _("waits")),
    ("resumed", _("carried on")),
    ("escalated", _("escalated")),
    ("closed", _("closed")),
    ("reopened", _("reopened")),
    ("merged", _("merged")),
    ("absorbed", _("took in")),
    ("prioritised", _("given another severity")),
)


class Case(Dated):
    """One customer's trouble, until it is closed with a cause. Promises are kept as they were made, with their due times."""

    key = models.CharField(max_length=24, unique=True, default=case_key, editable=False)
    number = models.CharField(_("number"), max_length=24, unique=True, null=True)
    customer_key = models.CharField(max_length=64, blank=True)
    opening_key = models.CharField(max_length=80, blank=True)
    opening_version = models.PositiveIntegerField(null=True)
    opened_by_fact = models.CharField(max_length=255, blank=True)
    fact_at = models.DateTimeField()
    title = models.CharField(_("title"), max_length=200)
    instrument = models.CharField(max_length=40, blank=True)
    score = models.FloatField(null=True)
    scale_max = models.FloatField(null=True)
    response_id = models.CharField(max_length=255, blank=True)
    interaction_id = models.CharField(max_length=255, blank=True)
    severity = models.CharField(_("severity"), max_length=10, choices=SEVERITIES, default="normal")
    state = models.CharField(_("state"), max_length=10, choices=STATES, default="open")
    team = models.CharField(_("team"), max_length=60, blank=True)
    owner = models.CharField(_("owner"), max_length=64, blank=True)
    region = models.CharField(_("region"), max_length=255, blank=True)
    channel = models.CharField(max_length=255, blank=True)
    touchpoint = models.CharField(max_length=255, blank=True)
    stage = models.CharField(max_length=255, blank=True)
    topic = models.CharField(max_length=255, blank=True)
    product = models.CharField(max_length=255, blank=True)
    segment = models.CharField(max_length=255, blank=True)
    language = models.CharField(max_length=40, blank=True)
    calendar = models.CharField(max_length=80, blank=True)
    # Whole seconds as promised; of a case that took in another, what is left of the earlier promise, to the microsecond.
    first_contact_seconds = models.FloatField(null=True)
    resolution_seconds = models.FloatField(null=True)
    opened_at = models.DateTimeField(_("opened"))
    clock_started_at = models.DateTimeField()
    first_contact_due_at = models.DateTimeField(null=True)
    resolution_due_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(_("due"), null=True)
    first_contact_at = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField(null=True)
    waiting_for = models.CharField(_("waits for"), max_length=20, choices=WAITS_FOR, blank=True)
    waiting_until = models.DateTimeField(null=True)
    waited_seconds = models.FloatField(default=0)
    escalated_at = models.DateTimeField(null=True)
    escalation_level = models.PositiveSmallIntegerField(default=0)
    escalations_done = models.PositiveSmallIntegerField(default=0)
    next_escalation_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=80, blank=True)
    outcome = models.CharField(max_length=20, choices=OUTCOMES, blank=True)
    note = models.TextField(blank=True)
    merged_into = models.CharField(max_length=24, blank=True, db_index=True)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(
                fields=["opening_key", "opened_by_fact"],
                condition=~models.Q(opened_by_fact=""),
                name="one_case_per_opening_and_fact",
            ),
            models.CheckConstraint(
                condition=models.Q(state="closed", closed_at__isnull=False)
                | (~models.Q(state="closed") & models.Q(closed_at=None)),
                name="a_closed_case_knows_when",
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", waiting_since__isnull=False)
                | (~models.Q(state="waiting") & models.Q(waiting_since=None)),
                name="a_waiting_case_knows_since_when",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "team", "owner"]),
            models.Index(fields=["state", "owner"]),
            models.Index(fields=["state", "due_at"]),
            models.Index(fields=["customer_key", "-fact_at"]),
            models.Index(fields=["response_id"]),
            models.Index(fields=["-opened_at"]),
            models.Index(
                fields=["next_escalation_at"], condition=~models.Q(state="closed"), name="escalations_to_come"
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.key


class CaseStep(models.Model):
    """One thing that was done about a case, or that the customer said. `source` names the fact it came from, if one."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    verb = models.CharField(max_length=12, choices=VERBS)
    from_value = models.CharField(max_length=120, blank=True)
    to_value = models.CharField(max_length=120, blank=True)
    words = models.TextField(blank=True)
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("step of a case")
        verbose_name_plural = _("steps of cases")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "source"], condition=~models.Q(source=""), name="a_fact_is_one_step_of_a_case"
            ),
        ]
        indexes = [models.Index(fields=["case", "at"])]

    def __str__(self) -> str:
        return f"{self.case_id} {self.verb}"
