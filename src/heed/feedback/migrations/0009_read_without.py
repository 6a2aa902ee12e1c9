from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feedback", "0008_taught_themes")]

    operations = [
        migrations.AddField("textmodel", "untaught", models.CharField(blank=True, max_length=40)),
    ]
