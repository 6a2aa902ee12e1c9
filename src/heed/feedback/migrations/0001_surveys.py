from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_notifications"),
        ("service", "0003_cases"),
    ]

    operations: list = []
