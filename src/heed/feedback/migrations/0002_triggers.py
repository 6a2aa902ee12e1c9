from django.db import migrations, models

import heed.feedback.triggers.models


class Migration(migrations.Migration):
    dependencies = [
        ("feedback", "0001_surveys"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_key", models.CharField(max_length=40, unique=True)),
                ("last_asked_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "attention",
                "verbose_name_plural": "attention",
            },
        ),
        migrations.CreateModel(
            name="Ask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(default=heed.feedback.triggers.models.ask_key, max_length=40, unique=True)),
                ("once_key", models.CharField(max_length=255, unique=True)),
                ("trigger_key", models.CharField(blank=True, max_length=80)),
                ("version", models.PositiveIntegerField(null=True)),
                ("asked_list", models.CharField(blank=True, db_index=True, max_length=40)),
                ("survey_key", models.CharField(max_length=80)),
                ("customer_key", models.CharField(max_length=40)),
                ("fact_table", models.CharField(blank=True, max_length=40)),
                ("fact_key", models.CharField(blank=True, max_length=255)),
                ("decided_at", models.DateTimeField()),
                ("asked", models.BooleanField()),
                ("reason", models.CharField(max_length=40)),
                ("probability", models.FloatField(default=1.0)),
                ("draw", models.FloatField(null=True)),
                ("rested_until", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("invitation", models.CharField(blank=True, max_length=40)),
                ("region", models.CharField(blank=True, max_length=120)),
                ("context", models.JSONField(default=dict)),
                ("actor", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "decision to ask",
                "verbose_name_plural": "decisions to ask",
                "indexes": [
                    models.Index(fields=["customer_key", "-id"], name="feedback_as_custome_73682c_idx"),
                    models.Index(fields=["trigger_key", "-id"], name="feedback_as_trigger_514558_idx"),
                    models.Index(fields=["reason", "-id"], name="feedback_as_reason_b502c3_idx"),
                    models.Index(fields=["decided_at"], name="feedback_as_decided_6c0192_idx"),
                    models.Index(
                        condition=models.Q(("asked", True), ("invitation", "")), fields=["due_at"], name="asks_waiting"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AskList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(default=heed.feedback.triggers.models.list_key, max_length=40, unique=True)),
                ("survey_key", models.CharField(max_length=80)),
                ("customers", models.JSONField(default=list)),
                ("unknown", models.PositiveIntegerField(default=0)),
                ("position", models.PositiveIntegerField(default=0)),
                ("actor", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "list that is asked",
                "verbose_name_plural": "lists that are asked",
                "indexes": [
                    models.Index(
                        condition=models.Q(("confirmed_at__isnull", False), ("finished_at", None)),
                        fields=["id"],
                        name="lists_open",
                    )
                ],
            },
        ),
    ]
