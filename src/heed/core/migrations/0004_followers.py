from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0003_received_fact_key"),
    ]

    operations: list = []
