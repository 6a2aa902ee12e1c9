from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("goals", "0003_footprints"),
    ]

    operations = [
        migrations.AddField(model_name="escalation", name="words_sentiment", field=models.FloatField(null=True)),
        migrations.AddField(
            model_name="escalation", name="words_urgency", field=models.CharField(blank=True, max_length=10)
        ),
    ]
