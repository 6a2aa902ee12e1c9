"""Imports and the rows they rejected. A rejected row holds what the file held: personal data, which goes when it is asked to."""

from django.db import models
from django.utils.translation import gettext_lazy as _

# What pages call a rule.
RULE_TITLES = {
    "not_a_number": _("not a number"),
    "not_a_whole_number": _("not a whole number"),
    "not_an_amount": _("not an amount of money"),
    "not_a_flag": _("neither yes nor no"),
    "not_a_duration": _("not a duration"),
    "not_a_time": _("not a time"),
    "time_skipped_by_clock": _("time the clocks skipped"),
    "unknown_code": _("unknown code"),
    "out_of_range": _("out of range"),
    "not_allowed": _("not allowed"),
    "missing_value": _("value missing"),
    "missing_key": _("key missing"),
    "duplicate_key": _("key with other values"),
    "id_in_scientific_notation": _("id in scientific notation"),
    "wrong_number_of_columns": _("wrong number of columns"),
    "not_json": _("not JSON"),
    "stray_bytes": _("stray bytes"),
    "nul_byte": _("NUL bytes"),
    "stray_carriage_return": _("stray carriage return"),
    "row_inside_a_value": _("row inside a value"),
}


class Import(models.Model):
    """One file brought in, or rows out of quarantine brought in again. `rules` has counts only, no values."""

    STATES = (
        ("running", _("running")),
        ("done", _("done")),
        ("refused", _("refused")),
        ("broken_off", _("broken off")),
    )

    mapping = models.CharField(max_length=120, db_index=True)
    mapping_version = models.PositiveIntegerField(null=True)
    mapping_digest = models.CharField(max_length=64)
    file_name = models.CharField(max_length=255)
    file_digest = models.CharField(max_length=64, blank=True)
    is_replay = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=STATES, default="running", db_index=True)
    actor = models.CharField(max_length=64)
    host = models.CharField(max_length=255)
    process = models.PositiveIntegerField()
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    columns = models.JSONField(default=list)
    came = models.JSONField(default=list)
    went = models.JSONField(default=list)
    read = models.PositiveBigIntegerField(default=0)
    accepted = models.PositiveBigIntegerField(default=0)
    quarantined = models.PositiveBigIntegerField(default=0)
    unchanged = models.PositiveBigIntegerField(default=0)
    rules = models.JSONField(default=dict)
    notes = models.JSONField(default=dict)
    tables = models.JSONField(default=dict)
    refusal = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["mapping", "-id"])]

    def __str__(self) -> str:
        return f"{self.mapping} {self.id}"

    @property
    def batch(self) -> str:
        """What its rows of facts carry."""
        return f"import:{self.pk}"


class QuarantinedRow(models.Model):
    """One rejected row. `identity` is what its file knew it by, so that it is kept once however often the file comes."""

    STATES = (("open", _("open")), ("accepted", _("accepted")), ("discarded", _("discarded")))

    origin = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rejected")
    mapping = models.CharField(max_length=120)
    identity = models.CharField(max_length=48)
    state = models.CharField(max_length=10, choices=STATES, default="open")
    line = models.PositiveBigIntegerField()
    rule = models.CharField(max_length=60)
    column = models.CharField(max_length=255, blank=True)
    reason = models.CharField(max_length=500)
    faults = models.JSONField(default=list)
    raw = models.JSONField(default=dict)
    repaired = models.JSONField(null=True)
    people = models.JSONField(default=list)
    repaired_by = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("quarantined row")
        verbose_name_plural = _("quarantined rows")
        constraints = [models.UniqueConstraint(fields=["mapping", "identity"], name="one_row_per_identity")]
        indexes = [models.Index(fields=["mapping", "state", "rule"]), models.Index(fields=["origin", "state"])]

    def __str__(self) -> str:
        return f"{self.mapping}:{self.line}"

    @property
    def rule_title(self) -> str:
        return str(RULE_TITLES.get(self.rule, self.rule))

    @property
    def values(self) -> dict[str, str | None]:
        """The row as it stands: as the file had it, or as somebody repaired it."""
        return dict(self.raw if self.repaired is None else self.repaired)
