import django.db.models.deletion
from django.db import migrations, models

import heed.feedback.routing.models


class Migration(migrations.Migration):
    dependencies = [
        ("feedback", "0003_verbatims"),
    ]

    operations = [
        migrations.CreateModel(
            name="Connection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                (
                    "key",
                    models.CharField(
                        default=heed.feedback.routing.models.connection_key, editable=False, max_length=24, unique=True
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("url", models.CharField(max_length=2000, verbose_name="address")),
                ("events", models.JSONField(default=list)),
                ("made_by", models.CharField(max_length=64)),
                ("after_entry", models.BigIntegerField()),
                ("secret_version", models.PositiveIntegerField(default=1)),
                ("former_until", models.DateTimeField(null=True)),
                ("paused_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_reason", models.CharField(blank=True, max_length=20)),
                ("removed_at", models.DateTimeField(null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("retry_at", models.DateTimeField(null=True)),
                ("leased_until", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "connection",
                "verbose_name_plural": "connections",
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        default=heed.feedback.routing.models.message_key, editable=False, max_length=24, unique=True
                    ),
                ),
                ("entry", models.BigIntegerField(null=True)),
                ("event", models.CharField(max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "pending"),
                            ("delivered", "delivered"),
                            ("dead", "given up"),
                            ("dropped", "dropped"),
                        ],
                        default="pending",
                        max_length=10,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("next_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("tried_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("last_status", models.PositiveSmallIntegerField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=300)),
                ("last_answer", models.TextField(blank=True)),
                ("last_seconds", models.FloatField(null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="feedback.connection"
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "pending")), fields=["connection", "next_at"], name="delivery_due"
                    ),
                    models.Index(fields=["connection", "state", "-id"], name="feedback_de_connect_da974b_idx"),
                    models.Index(fields=["state", "ended_at"], name="feedback_de_state_ce16b2_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("connection", "entry"), name="one_message_per_entry_and_connection")
                ],
            },
        ),
    ]
