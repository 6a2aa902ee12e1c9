from django.db import migrations, models

import heed.feedback.verbatims.models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0009_read_without")]

    operations = [
        migrations.CreateModel(
            name="BakeOff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        default=heed.feedback.verbatims.models.bakeoff_key, editable=False, max_length=24, unique=True
                    ),
                ),
                ("task", models.CharField(max_length=20)),
                ("asked_by", models.CharField(max_length=64)),
                ("asked_at", models.DateTimeField()),
                ("outside", models.CharField(blank=True, max_length=200)),
                ("prices", models.JSONField(default=dict)),
                ("seed", models.IntegerField(default=0)),
                ("sample", models.JSONField(default=dict)),
                ("versions", models.JSONField(default=dict)),
                ("tries", models.IntegerField(default=0)),
                ("started_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("report", models.JSONField(default=dict)),
                ("failure", models.JSONField(default=dict)),
            ],
            options={"ordering": ("-id",)},
        ),
    ]
