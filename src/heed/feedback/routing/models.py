"""Connections with other systems, and what was sent to each."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from heed.core.fields import Dated, new_key


def connection_key() -> str:
    return new_key("con")


def message_key() -> str:
    return new_key("msg")


def item_key() -> str:
    return new_key("fb")


class Connection(Dated):
    """Another system that is told what happens. Its secret is worked out from the store's own and this version, not kept."""

    key = models.CharField(max_length=24, unique=True, default=connection_key, editable=False)
    name = models.CharField(_("name"), max_length=80)
    url = models.CharField(_("address"), max_length=2000)
    events = models.JSONField(default=list)
    # What it speaks: webhook (events), or the API of an issue tracker, which takes routed feedback alone.
    shape = models.CharField(max_length=10, default="webhook")
    # Of a tracker: the name under which the environment holds the token, and where in it issues are made.
    token_name = models.CharField(max_length=40, blank=True)
    project = models.CharField(max_length=80, blank=True)
    made_by = models.CharField(max_length=64)
    # Of what happened before it was made nothing is sent.
    after_entry = models.BigIntegerField()
    secret_version = models.PositiveIntegerField(default=1)
    former_until = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=20, blank=True)
    removed_at = models.DateTimeField(null=True)
    # The line as a whole: failures in a row, when it is tried again, and who is at it until when.
    failures = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One message to one connection. `key` is its id on the line: the same at every try, so that a receiver knows it again."""

    STATES = (
        ("pending", _("pending")),
        ("delivered", _("delivered")),
        ("dead", _("given up")),
        ("dropped", _("dropped")),
    )

    key = models.CharField(max_length=24, unique=True, default=message_key, editable=False)
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="deliveries")
    # None is a message that tries the line.
    entry = models.BigIntegerField(null=True)
    event = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=STATES, default="pending")
    made_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    # Tries since it was last put in the queue: what the pauses go by.
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    last_answer = models.TextField(blank=True)
    last_seconds = models.FloatField(null=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(fields=["connection", "entry"], name="one_message_per_entry_and_connection"),
        ]
        indexes = [
            models.Index(fields=["connection", "next_at"], condition=models.Q(state="pending"), name="delivery_due"),
            models.Index(fields=["connection", "state", "-id"]),
            models.Index(fields=["state", "ended_at"]),
        ]

    def __str__(self) -> str:
        return self.key


class RoutedItem(models.Model):
    """Feedback that is alike in something, as one thing for somebody to act on. `route` and `join_key` say alike in what."""

    STATES = (
        ("new", _("new")),
        ("acknowledged", _("seen")),
        ("accepted", _("accepted")),
        ("done", _("done")),
    )

    key = models.CharField(max_length=24, unique=True, default=item_key, editable=False)
    routing_key = models.CharField(max_length=80)
    version = models.PositiveIntegerField()
    route = models.CharField(max_length=60)
    join_key = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=STATES, default="new")
    # Who has it now, and whether that is still who the route gave it to.
    way = models.CharField(max_length=10)
    receiver = models.CharField(max_length=254)
    is_first_receiver = models.BooleanField(default=True)
    # Where what was said belongs: the first piece's team and region, which decide who may see the item.
    team = models.CharField(max_length=60, blank=True)
    region = models.CharField(max_length=120, blank=True)
    pieces = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    last_at = models.DateTimeField()
    # The promises of who has it now.
    acknowledge_due_at = models.DateTimeField(null=True)
    accept_due_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    worked_by = models.CharField(max_length=64, blank=True)
    # What was told to people of a broken promise: "", acknowledge or accept.
    late_told = models.CharField(max_length=12, blank=True)
    # The mail that is still to be sent.
    mail_next_at = models.DateTimeField(null=True)
    mail_tries = models.PositiveSmallIntegerField(default=0)
    mail_error = models.CharField(max_length=300, blank=True)
    # The issue it became in another system.
    issue_name = models.CharField(max_length=80, blank=True)
    issue_url = models.CharField(max_length=2000, blank=True)

    class Meta:
        verbose_name = _("feedback item")
        verbose_name_plural = _("feedback items")
        constraints = [
            models.UniqueConstraint(
                fields=["routing_key", "route", "join_key"],
                condition=models.Q(ended_at=None),
                name="one_open_item_alike",
            ),
        ]
        indexes = [
            models.Index(fields=["ended_at", "-last_at"]),
            models.Index(fields=["way", "receiver"], condition=models.Q(ended_at=None), name="item_open_of"),
            models.Index(fields=["mail_next_at"], condition=models.Q(mail_next_at__isnull=False), name="item_mail_due"),
        ]

    def __str__(self) -> str:
        return self.key


class RoutedPiece(models.Model):
    """One verbatim in an item: the evidence. Labels as they were read, never words."""

    item = models.ForeignKey(RoutedItem, on_delete=models.CASCADE, related_name="evidence")
    route = models.CharField(max_length=60)
    verbatim_id = models.CharField(max_length=255)
    customer_key = models.CharField(max_length=64, blank=True)
    said_at = models.DateTimeField()
    joined_at = models.DateTimeField()
    labels = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("piece of feedback")
        verbose_name_plural = _("pieces of feedback")
        constraints = [models.UniqueConstraint(fields=["verbatim_id", "route"], name="one_piece_a_route")]
        indexes = [models.Index(fields=["item", "-said_at"]), models.Index(fields=["customer_key"])]

    def __str__(self) -> str:
        return self.verbatim_id


class RoutedStep(models.Model):
    """What happened to an item."""

    VERBS = (
        ("routed", _("came in")),
        ("acknowledged", _("seen")),
        ("accepted", _("accepted")),
        ("sent_back", _("sent back")),
        ("late", _("late")),
        ("done", _("done")),
    )

    item = models.ForeignKey(RoutedItem, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    verb = models.CharField(max_length=12, choices=VERBS)
    reason = models.CharField(max_length=20, blank=True)
    words = models.TextField(blank=True)
    # Who had it before, and who has it after; and whether the first of them was whom the route had chosen.
    before = models.CharField(max_length=266, blank=True)
    after = models.CharField(max_length=266, blank=True)
    is_first_receiver = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("step of a feedback item")
        verbose_name_plural = _("steps of feedback items")
        indexes = [models.Index(fields=["item", "id"]), models.Index(fields=["verb", "at"])]

    def __str__(self) -> str:
        return f"{self.item_id} {self.verb}"
