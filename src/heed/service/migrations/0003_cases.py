import django.db.models.deletion
from django.db import migrations, models

import heed.service.cases.models


class Migration(migrations.Migration):
    dependencies = [
        ("service", "0002_customers"),
        ("core", "0005_notifications"),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "key",
                    models.CharField(
                        default=heed.service.cases.models.case_key, editable=False, max_length=24, unique=True
                    ),
                ),
                ("number", models.CharField(max_length=24, null=True, unique=True, verbose_name="number")),
                ("customer_key", models.CharField(blank=True, max_length=64)),
                ("opening_key", models.CharField(blank=True, max_length=80)),
                ("opening_version", models.PositiveIntegerField(null=True)),
                ("opened_by_fact", models.CharField(blank=True, max_length=255)),
                ("fact_at", models.DateTimeField()),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("instrument", models.CharField(blank=True, max_length=40)),
                ("score", models.FloatField(null=True)),
                ("scale_max", models.FloatField(null=True)),
                ("response_id", models.CharField(blank=True, max_length=255)),
                ("interaction_id", models.CharField(blank=True, max_length=255)),
                (
                    "severity",
                    models.CharField(
                        choices=[("low", "low"), ("normal", "normal"), ("high", "high"), ("urgent", "urgent")],
                        default="normal",
                        max_length=10,
                        verbose_name="severity",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "open"), ("waiting", "waiting"), ("closed", "closed")],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("team", models.CharField(blank=True, max_length=60, verbose_name="team")),
                ("owner", models.CharField(blank=True, max_length=64, verbose_name="owner")),
                ("region", models.CharField(blank=True, max_length=255, verbose_name="region")),
                ("channel", models.CharField(blank=True, max_length=255)),
                ("touchpoint", models.CharField(blank=True, max_length=255)),
                ("stage", models.CharField(blank=True, max_length=255)),
                ("topic", models.CharField(blank=True, max_length=255)),
                ("product", models.CharField(blank=True, max_length=255)),
                ("segment", models.CharField(blank=True, max_length=255)),
                ("language", models.CharField(blank=True, max_length=40)),
                ("calendar", models.CharField(blank=True, max_length=80)),
                ("first_contact_seconds", models.PositiveIntegerField(null=True)),
                ("resolution_seconds", models.PositiveIntegerField(null=True)),
                ("opened_at", models.DateTimeField(verbose_name="opened")),
                ("clock_started_at", models.DateTimeField()),
                ("first_contact_due_at", models.DateTimeField(null=True)),
                ("resolution_due_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True, verbose_name="due")),
                ("first_contact_at", models.DateTimeField(null=True)),
                ("waiting_since", models.DateTimeField(null=True)),
                (
                    "waiting_for",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("customer", "the customer"),
                            ("other_team", "another team"),
                            ("supplier", "a supplier"),
                            ("decision", "a decision"),
                            ("other", "something else"),
                        ],
                        max_length=20,
                        verbose_name="waits for",
                    ),
                ),
                ("waiting_until", models.DateTimeField(null=True)),
                ("waited_seconds", models.FloatField(default=0)),
                ("escalated_at", models.DateTimeField(null=True)),
                ("escalation_level", models.PositiveSmallIntegerField(default=0)),
                ("escalations_done", models.PositiveSmallIntegerField(default=0)),
                ("next_escalation_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("cause", models.CharField(blank=True, max_length=80)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("resolved", "put right"),
                            ("explained", "explained, nothing to put right"),
                            ("not_reached", "customer not reached"),
                            ("not_resolved", "not put right"),
                            ("duplicate", "same as another case"),
                        ],
                        max_length=20,
                    ),
                ),
                ("note", models.TextField(blank=True)),
            ],
            options={
                "verbose_name": "case",
                "verbose_name_plural": "cases",
                "indexes": [
                    models.Index(fields=["state", "team", "owner"], name="service_cas_state_0720d3_idx"),
                    models.Index(fields=["state", "owner"], name="service_cas_state_10755c_idx"),
                    models.Index(fields=["state", "due_at"], name="service_cas_state_926568_idx"),
                    models.Index(fields=["customer_key", "-fact_at"], name="service_cas_custome_6b35ad_idx"),
                    models.Index(fields=["response_id"], name="service_cas_respons_8889af_idx"),
                    models.Index(fields=["-opened_at"], name="service_cas_opened__c58af0_idx"),
                    models.Index(
                        condition=models.Q(("state", "closed"), _negated=True),
                        fields=["next_escalation_at"],
                        name="escalations_to_come",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("opened_by_fact", ""), _negated=True),
                        fields=("opening_key", "opened_by_fact"),
                        name="one_case_per_opening_and_fact",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("state", "closed")),
                            models.Q(models.Q(("state", "closed"), _negated=True), ("closed_at", None)),
                            _connector="OR",
                        ),
                        name="a_closed_case_knows_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "waiting"), ("waiting_since__isnull", False)),
                            models.Q(models.Q(("state", "waiting"), _negated=True), ("waiting_since", None)),
                            _connector="OR",
                        ),
                        name="a_waiting_case_knows_since_when",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=64)),
                (
                    "verb",
                    models.CharField(
                        choices=[
                            ("opened", "opened"),
                            ("said", "said by the customer"),
                            ("heard", "answered again"),
                            ("taken", "taken"),
                            ("assigned", "assigned"),
                            ("transferred", "handed to another team"),
                            ("contacted", "contacted the customer"),
                            ("noted", "noted"),
                            ("waiting", "waits"),
                            ("resumed", "carried on"),
                            ("escalated", "escalated"),
                            ("closed", "closed"),
                            ("reopened", "reopened"),
                        ],
                        max_length=12,
                    ),
                ),
                ("from_value", models.CharField(blank=True, max_length=120)),
                ("to_value", models.CharField(blank=True, max_length=120)),
                ("words", models.TextField(blank=True)),
                ("source", models.CharField(blank=True, max_length=300)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="service.case"
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a case",
                "verbose_name_plural": "steps of cases",
                "indexes": [models.Index(fields=["case", "at"], name="service_cas_case_id_e5b7f1_idx")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("source", ""), _negated=True),
                        fields=("case", "source"),
                        name="a_fact_is_one_step_of_a_case",
                    )
                ],
            },
        ),
    ]
