"""A wave goes out by the channels its programme names."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("feedback", "0019_programmes"),
    ]

    operations = [
        migrations.AddField(
            model_name="programmewave",
            name="channel",
            field=models.CharField(default="email", max_length=20),
        ),
    ]
