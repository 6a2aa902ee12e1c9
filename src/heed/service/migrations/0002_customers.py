from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("service", "0001_imports"),
    ]

    operations: list = []
