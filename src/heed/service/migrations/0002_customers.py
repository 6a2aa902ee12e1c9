import django.db.models.deletion
from django.db import migrations, models

import heed.service.customers.models


class Migration(migrations.Migration):
    dependencies = [
        ("service", "0001_imports"),
    ]

    operations = [
        migrations.CreateModel(
            name="CustomerImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(default=heed.service.customers.models.import_key, max_length=40, unique=True)),
                ("file_name", models.CharField(max_length=255)),
                ("file_digest", models.CharField(max_length=64)),
                ("system", models.CharField(max_length=80)),
                ("fields", models.JSONField(default=dict)),
                ("columns", models.JSONField(default=list)),
                ("actor", models.CharField(max_length=64)),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                ("new", models.PositiveIntegerField(default=0)),
                ("changed", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("rejected", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "import of customers",
                "verbose_name_plural": "imports of customers",
            },
        ),
        migrations.CreateModel(
            name="Customer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40, unique=True)),
                ("system", models.CharField(max_length=80)),
                ("external_id", models.CharField(max_length=200)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("email", models.CharField(blank=True, db_index=True, max_length=254)),
                ("phone", models.CharField(blank=True, max_length=40)),
                ("language", models.CharField(blank=True, max_length=20)),
                ("time_zone", models.CharField(blank=True, max_length=60)),
                ("region", models.CharField(blank=True, db_index=True, max_length=80)),
                ("segment", models.CharField(blank=True, max_length=80)),
                ("account", models.CharField(blank=True, max_length=200)),
                ("attributes", models.JSONField(blank=True, default=dict)),
                ("mail_opted_out_at", models.DateTimeField(blank=True, null=True)),
                ("opted_out_by", models.CharField(blank=True, max_length=64)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "verbose_name": "customer",
                "verbose_name_plural": "customers",
                "indexes": [
                    models.Index(fields=["name", "id"], name="service_cus_name_1b2576_idx"),
                    models.Index(fields=["region", "name", "id"], name="service_cus_region_cb8f52_idx"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("system", "external_id"), name="one_customer_per_identifier")
                ],
            },
        ),
        migrations.CreateModel(
            name="RejectedCustomer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveIntegerField()),
                ("column", models.CharField(blank=True, max_length=255)),
                ("reason", models.CharField(max_length=60)),
                ("raw", models.JSONField(default=dict)),
                (
                    "origin",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rejected_rows",
                        to="service.customerimport",
                    ),
                ),
            ],
            options={
                "verbose_name": "rejected customer",
                "verbose_name_plural": "rejected customers",
                "indexes": [models.Index(fields=["origin", "line"], name="service_rej_origin__59caea_idx")],
            },
        ),
    ]
