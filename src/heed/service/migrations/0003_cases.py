from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("service", "0002_customers"),
        ("core", "0005_notifications"),
    ]

    operations: list = []
