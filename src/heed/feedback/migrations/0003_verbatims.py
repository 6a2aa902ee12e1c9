from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("feedback", "0002_triggers"),
    ]

    operations = [
        migrations.CreateModel(
            name="Looking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("looked_at", models.DateTimeField()),
                ("verbatims_version", models.BigIntegerField(null=True)),
                ("contacts_version", models.BigIntegerField(null=True)),
                ("model_name", models.CharField(blank=True, max_length=80)),
                ("seconds", models.FloatField(default=0.0)),
            ],
        ),
        migrations.CreateModel(
            name="Signal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40, unique=True)),
                ("kind", models.CharField(max_length=20)),
                ("subject", models.CharField(max_length=200)),
                ("theme", models.CharField(blank=True, max_length=60)),
                ("unit", models.CharField(blank=True, max_length=80)),
                ("since", models.DateField()),
                ("share_before", models.FloatField()),
                ("share_after", models.FloatField()),
                ("ratio", models.FloatField(null=True)),
                ("low", models.FloatField(null=True)),
                ("high", models.FloatField(null=True)),
                ("n", models.IntegerField()),
                ("p", models.FloatField()),
                ("method", models.CharField(max_length=40)),
                ("own_words", models.JSONField(default=list)),
                ("near_on", models.DateField(null=True)),
                ("near_kind", models.CharField(blank=True, max_length=40)),
                ("near_title", models.CharField(blank=True, max_length=200)),
                ("found_at", models.DateTimeField()),
                ("last_found_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField(null=True)),
                ("seen_by", models.CharField(blank=True, max_length=40)),
                ("dismissed_at", models.DateTimeField(null=True)),
                ("dismissed_by", models.CharField(blank=True, max_length=40)),
            ],
            options={
                "ordering": ("-since", "key"),
            },
        ),
        migrations.CreateModel(
            name="TextModel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("sentiment", models.CharField(max_length=80)),
                ("taxonomy_digest", models.CharField(max_length=64)),
                ("found", models.JSONField(default=list)),
                ("fingerprint", models.CharField(blank=True, max_length=64)),
                ("seed", models.IntegerField(default=0)),
                ("trained_on", models.IntegerField(default=0)),
                ("card", models.JSONField(default=dict)),
                ("made_at", models.DateTimeField()),
                ("read_version", models.BigIntegerField(null=True)),
                ("completed_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
    ]
