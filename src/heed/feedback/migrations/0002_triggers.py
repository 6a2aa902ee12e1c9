from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("feedback", "0001_surveys"),
    ]

    operations: list = []
