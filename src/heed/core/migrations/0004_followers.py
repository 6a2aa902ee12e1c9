from typing import Any

from django.db import migrations, models


def begin_where_the_store_stands(apps: Any, schema_editor: Any) -> None:
    """What happened before there was a flow is not acted upon now: on a store that has a journal it begins at its end."""
    last = apps.get_model("core", "JournalEntry").objects.order_by("-id").values_list("id", flat=True).first()
    apps.get_model("core", "FollowerPosition").objects.create(name="flow", entry=last or 0)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_received_fact_key"),
    ]

    operations = [
        migrations.CreateModel(
            name="FollowerPosition",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("entry", models.BigIntegerField(default=0)),
                ("moved_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("retry_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="PumpRun",
            fields=[
                ("name", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("ran_at", models.DateTimeField()),
                ("did_at", models.DateTimeField(null=True)),
                ("did", models.PositiveBigIntegerField(default=0)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("failed_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="ParkedEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("follower", models.CharField(max_length=40)),
                ("entry", models.BigIntegerField()),
                ("event", models.CharField(max_length=80)),
                ("step", models.CharField(max_length=80)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("error", models.CharField(max_length=500)),
                ("parked_at", models.DateTimeField()),
                ("replayed_at", models.DateTimeField(null=True)),
                ("dropped_at", models.DateTimeField(null=True)),
                ("settled_by", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "verbose_name": "parked entry",
                "verbose_name_plural": "parked entries",
                "indexes": [
                    models.Index(
                        condition=models.Q(("dropped_at", None), ("replayed_at", None)),
                        fields=["follower", "entry"],
                        name="parked_open",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("follower", "entry", "step"), name="parked_once"),
                ],
            },
        ),
        migrations.RunPython(begin_where_the_store_stands, migrations.RunPython.noop),
    ]
