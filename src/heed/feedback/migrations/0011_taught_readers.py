from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0010_bake_offs")]

    operations = [
        migrations.AddField("textmodel", "readers", models.JSONField(default=dict)),
        migrations.AddField("textmodel", "trust", models.JSONField(default=dict)),
    ]
