from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("service", "0004_merged_cases"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("customer_key", models.CharField(db_index=True, max_length=64)),
                ("purpose", models.CharField(max_length=60)),
                (
                    "said",
                    models.CharField(
                        choices=[("given", "given"), ("withdrawn", "withdrawn"), ("objected", "objected")],
                        max_length=10,
                    ),
                ),
                ("shown", models.TextField(blank=True)),
                ("source", models.CharField(max_length=60)),
                ("said_at", models.DateTimeField()),
                ("noted_at", models.DateTimeField(auto_now_add=True)),
                ("noted_by", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "entry of the consent ledger",
                "verbose_name_plural": "consent ledger",
                "indexes": [
                    models.Index(
                        fields=["purpose", "customer_key", "said_at", "id"], name="service_con_purpose_ec104e_idx"
                    )
                ],
            },
        ),
    ]
