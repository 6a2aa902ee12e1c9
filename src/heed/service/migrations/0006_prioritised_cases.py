"""A case may be given another severity."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("service", "0005_consent_ledger"),
    ]

    operations = [
        migrations.AlterField(
            model_name="casestep",
            name="verb",
            field=models.CharField(
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
                    ("merged", "merged"),
                    ("absorbed", "took in"),
                    ("prioritised", "given another severity"),
                ],
                max_length=12,
            ),
        ),
    ]
