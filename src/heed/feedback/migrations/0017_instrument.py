"""Answers of rows of a matrix, questionnaires to be gone on with later, and those that nobody can be told by."""

import django.db.models.deletion as deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0016_survey_channels")]

    operations = [
        migrations.AlterField("answer", "question_key", models.CharField(max_length=81)),
        migrations.AddField("invitation", "nonce", models.CharField(blank=True, max_length=40, default="")),
        migrations.AddField("response", "saved_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "response",
            "invitation",
            models.OneToOneField(
                null=True, on_delete=deletion.CASCADE, related_name="response", to="feedback.invitation"
            ),
        ),
    ]
