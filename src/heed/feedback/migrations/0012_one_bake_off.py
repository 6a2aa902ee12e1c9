from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0011_taught_readers")]

    operations = [
        migrations.AddConstraint(
            "bakeoff",
            models.UniqueConstraint(
                condition=models.Q(("done_at", None)), fields=("task",), name="a_label_is_measured_once_at_a_time"
            ),
        ),
    ]
