"""What is kept of the reading of words: the models that read, and the signals that were found. Words lie in the facts."""

from django.db import models

from heed.core.fields import new_key


class TextModel(models.Model):
    """One version of the analyzer: which sentiment, which themes, what it was trained on, and how far it has read."""

    name = models.CharField(max_length=80, unique=True)
    sentiment = models.CharField(max_length=80)
    # A classifier of themes taught by labels; empty where the words alone tell them.
    themes_model = models.CharField(max_length=80, blank=True)
    # Readers taught by labels, by what they read: intent, urgency, effort, churn; rules read what none is taught for.
    readers = models.JSONField(default=dict)
    # How far themes told by their words can be trusted, fitted on labels; empty: their confidence is a strength.
    trust = models.JSONField(default=dict)
    # The code of why it reads without what labels taught it of themes; empty while it reads with all of it.
    untaught = models.CharField(max_length=40, blank=True)
    taxonomy_digest = models.CharField(max_length=64)
    found = models.JSONField(default=list)
    fingerprint = models.CharField(max_length=64, blank=True)
    seed = models.IntegerField(default=0)
    trained_on = models.IntegerField(default=0)
    card = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    # The version of the table of verbatims of which everything is read; empty until the first time.
    read_version = models.BigIntegerField(null=True)
    completed_at = models.DateTimeField(null=True)
    # Its labels are still there, kept apart from what figures count, so that it can read again without reading anew.
    set_aside_at = models.DateTimeField(null=True)
    # It learnt from words that were erased since: marked when they went, its files gone with them.
    marked_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    drift = models.JSONField(default=dict)
    drift_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name

    @property
    def parts(self) -> frozenset[str]:
        """The names of all that it is made of and that was learnt or brought along."""
        return frozenset({self.sentiment, self.themes_model, *self.readers.values()}) - {""}


class Promotion(models.Model):
    """A model was made the one that reads: by whom, when and why. The newest says which one reads now."""

    model = models.ForeignKey(TextModel, on_delete=models.PROTECT, related_name="promotions")
    at = models.DateTimeField()
    by = models.CharField(max_length=64)
    reason = models.CharField(max_length=300, blank=True)
    # Taken back to an older one: heed changes nothing by itself until somebody promotes again.
    is_rollback = models.BooleanField(default=False)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.model} {self.at}"


class Retraining(models.Model):
    """Somebody, or something, asked for training anew: when, why, and what came of it."""

    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=64)
    cause = models.CharField(max_length=20)
    started_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=200, blank=True)
    made = models.ForeignKey(TextModel, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.cause} {self.asked_at}"


def round_key() -> str:
    return new_key("lr")


class LabelRound(models.Model):
    """A set of verbatims that people label, two people each; drawn once, by the seed, from what a model had read."""

    key = models.CharField(max_length=24, unique=True, default=round_key, editable=False)
    name = models.CharField(max_length=120)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    seed = models.IntegerField(default=0)
    pool = models.IntegerField(default=0)
    model_name = models.CharField(max_length=100, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name


class LabelItem(models.Model):
    """A verbatim of a round: how it was chosen, and what the model took it for before anybody labelled it."""

    round = models.ForeignKey(LabelRound, on_delete=models.CASCADE, related_name="items")
    place = models.PositiveIntegerField()
    verbatim_id = models.CharField(max_length=300, db_index=True)
    chosen_by = models.CharField(max_length=10)
    guess = models.JSONField(default=dict)

    class Meta:
        ordering = ("round_id", "place")
        constraints = [
            models.UniqueConstraint(fields=["round", "verbatim_id"], name="a_verbatim_stands_once_in_a_round"),
            models.UniqueConstraint(fields=["round", "place"], name="places_of_a_round_are_taken_once"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}/{self.place}"


class Labels(models.Model):
    """What a person says a verbatim is. Empty: they did not say."""

    themes = models.JSONField(default=list)
    sentiment = models.CharField(max_length=20, blank=True)
    intent = models.CharField(max_length=20, blank=True)
    urgency = models.CharField(max_length=20, blank=True)
    effort = models.CharField(max_length=20, blank=True)
    churn = models.CharField(max_length=20, blank=True)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        abstract = True


class LabelAnswer(Labels):
    """One person's labels of one verbatim, given without seeing the other's. Passed: they could not tell."""

    item = models.ForeignKey(LabelItem, on_delete=models.CASCADE, related_name="answers")
    passed = models.BooleanField(default=False)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["item", "by"], name="a_person_labels_a_verbatim_once")]

    def __str__(self) -> str:
        return f"{self.item} {self.by}"


class LabelResolution(Labels):
    """What holds where two disagreed: said by a third, or by both together."""

    item = models.OneToOneField(LabelItem, on_delete=models.CASCADE, related_name="resolution")
    together = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.item} resolved"


class TaxonomyDraft(models.Model):
    """A taxonomy somebody is changing: its body so far, and the version it began from. One a taxonomy, shared by all."""

    key = models.CharField(max_length=80, unique=True)
    body = models.JSONField()
    base = models.JSONField()
    follows = models.PositiveIntegerField(null=True)
    begun_by = models.CharField(max_length=64)
    begun_at = models.DateTimeField()
    changed_by = models.CharField(max_length=64)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("key",)

    def __str__(self) -> str:
        return self.key


def bakeoff_key() -> str:
    return new_key("bo")


class BakeOff(models.Model):
    """Several analyzers beside one another on what people labelled: who asked, on which sample, and what came of it.

    The rows to read are named by verbatim; their words stay among the facts.
    """

    key = models.CharField(max_length=24, unique=True, default=bakeoff_key, editable=False)
    task = models.CharField(max_length=20)
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    # host and model of the chat model whose asking was agreed to; empty where nothing leaves the house.
    outside = models.CharField(max_length=200, blank=True)
    prices = models.JSONField(default=dict)
    seed = models.IntegerField(default=0)
    sample = models.JSONField(default=dict)
    versions = models.JSONField(default=dict)
    tries = models.IntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    report = models.JSONField(default=dict)
    failure = models.JSONField(default=dict)

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=models.Q(done_at=None), name="a_label_is_measured_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.task}"


class Signal(models.Model):
    """Something that changed beyond noise, as it was last found; who has seen or dismissed it, and when."""

    key = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=200)
    theme = models.CharField(max_length=60, blank=True)
    unit = models.CharField(max_length=80, blank=True)
    since = models.DateField()
    share_before = models.FloatField()
    share_after = models.FloatField()
    ratio = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.IntegerField()
    p = models.FloatField()
    method = models.CharField(max_length=40)
    own_words = models.JSONField(default=list)
    near_on = models.DateField(null=True)
    near_kind = models.CharField(max_length=40, blank=True)
    near_title = models.CharField(max_length=200, blank=True)
    found_at = models.DateTimeField()
    last_found_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.CharField(max_length=40, blank=True)
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.CharField(max_length=40, blank=True)

    class Meta:
        ordering = ("-since", "key")

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.since}"

    @property
    def state(self) -> str:
        """dismissed, seen or new."""
        return "dismissed" if self.dismissed_at else "seen" if self.seen_at else "new"


class Looking(models.Model):
    """When signals were last looked for, over which facts; one row."""

    looked_at = models.DateTimeField()
    verbatims_version = models.BigIntegerField(null=True)
    contacts_version = models.BigIntegerField(null=True)
    model_name = models.CharField(max_length=80, blank=True)
    seconds = models.FloatField(default=0.0)
