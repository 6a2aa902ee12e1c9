from typing import Any

import django.db.models.deletion
from django.db import migrations, models

import heed.feedback.triggers.models


def count_what_was_asked(apps: Any, editor: Any) -> None:
    """Whoever was asked before goes on resting: each invitation becomes a contact that counts."""
    asks, touches = apps.get_model("feedback", "Ask").objects, apps.get_model("feedback", "Touch").objects
    told = asks.filter(asked=True, due_at__isnull=False).order_by("id")
    some = []
    for row in told.iterator(chunk_size=2000):
        some.append(
            touches.model(
                key=heed.feedback.triggers.models.touch_key(),
                once_key=f"{row.key}:0",
                customer_key=row.customer_key,
                at=row.due_at,
                sort="ask",
                survey_key=row.survey_key,
                channel="email",
                ask=row,
                actor=row.actor,
            )
        )
        if len(some) >= 2000:
            touches.bulk_create(some)
            some = []
    touches.bulk_create(some)


def keyed(*fields: Any) -> list[Any]:
    return [
        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
        *fields,
    ]


class Migration(migrations.Migration):
    dependencies = [("feedback", "0012_one_bake_off")]

    operations = [
        migrations.CreateModel(
            "AskingPause",
            keyed(
                (
                    "key",
                    models.CharField(default=heed.feedback.triggers.models.pause_key, max_length=40, unique=True),
                ),
                ("region", models.CharField(blank=True, max_length=255)),
                ("incident", models.CharField(blank=True, max_length=40)),
                ("cases", models.JSONField(default=list)),
                ("why", models.CharField(blank=True, max_length=300)),
                ("actor", models.CharField(max_length=64)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
            ),
            options={"verbose_name": "pause of asking", "verbose_name_plural": "pauses of asking"},
        ),
        migrations.CreateModel(
            "CellRate",
            keyed(
                ("cell", models.CharField(max_length=250)),
                ("wanted", models.CharField(max_length=64)),
                ("day", models.PositiveIntegerField()),
                ("share", models.FloatField(null=True)),
                ("asks_wanted", models.FloatField()),
                ("asked", models.PositiveIntegerField()),
                ("a_day", models.FloatField()),
                ("days_left", models.PositiveIntegerField()),
            ),
            options={"verbose_name": "share of a cell", "verbose_name_plural": "shares of cells"},
        ),
        migrations.CreateModel(
            "QuotaSpent",
            keyed(
                ("key", models.CharField(max_length=255, unique=True)),
                ("number", models.PositiveIntegerField(default=0)),
            ),
            options={"verbose_name": "quota spent", "verbose_name_plural": "quotas spent"},
        ),
        migrations.CreateModel(
            "Touch",
            keyed(
                (
                    "key",
                    models.CharField(default=heed.feedback.triggers.models.touch_key, max_length=40, unique=True),
                ),
                ("once_key", models.CharField(max_length=255, unique=True)),
                ("customer_key", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                (
                    "sort",
                    models.CharField(
                        choices=[("ask", "invitation"), ("reminder", "reminder"), ("other", "another channel")],
                        max_length=10,
                    ),
                ),
                ("survey_key", models.CharField(blank=True, max_length=80)),
                ("channel", models.CharField(blank=True, max_length=40)),
                ("done_at", models.DateTimeField(null=True)),
                ("actor", models.CharField(max_length=64)),
                (
                    "ask",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="touches",
                        to="feedback.ask",
                    ),
                ),
            ),
            options={"verbose_name": "contact that counts", "verbose_name_plural": "contacts that count"},
        ),
        migrations.AddField("ask", "policy_version", models.PositiveIntegerField(null=True)),
        migrations.AddField("ask", "stratum", models.CharField(blank=True, max_length=250)),
        migrations.AddField("attention", "stopped_at", models.DateTimeField(null=True)),
        migrations.AddField("attention", "stopped_by", models.CharField(blank=True, max_length=64)),
        migrations.AddField("attention", "stopped_why", models.CharField(blank=True, max_length=300)),
        migrations.AddIndex(
            "ask",
            models.Index(
                condition=models.Q(("stratum", ""), _negated=True),
                fields=["stratum", "decided_at"],
                name="asks_by_stratum",
            ),
        ),
        migrations.AddConstraint(
            "askingpause",
            models.UniqueConstraint(
                condition=models.Q(("until", None), models.Q(("incident", ""), _negated=True)),
                fields=("incident", "region"),
                name="one_pause_of_an_incident_and_region",
            ),
        ),
        migrations.AddConstraint(
            "cellrate", models.UniqueConstraint(fields=("cell", "wanted", "day"), name="one_share_a_cell_and_day")
        ),
        migrations.AddIndex(
            "touch", models.Index(fields=["customer_key", "at"], name="feedback_to_custome_07005d_idx")
        ),
        migrations.AddIndex(
            "touch",
            models.Index(
                condition=models.Q(("done_at", None), ("sort", "reminder")), fields=["at"], name="reminders_waiting"
            ),
        ),
        # Last: on PostgreSQL no index is built on a table whose rows wait for their triggers in the same transaction.
        migrations.RunPython(count_what_was_asked, migrations.RunPython.noop),
    ]
