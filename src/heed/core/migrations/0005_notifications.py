import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_followers"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="notified_by",
            field=models.CharField(
                choices=[
                    ("mail", "On the page, and by mail when I have not read it"),
                    ("page", "On the page only"),
                    ("none", "Not at all"),
                ],
                default="mail",
                max_length=8,
                verbose_name="notifications",
            ),
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=60)),
                ("params", models.JSONField(default=dict)),
                ("href", models.CharField(max_length=500)),
                ("subject_kind", models.CharField(blank=True, max_length=40)),
                ("subject_id", models.CharField(blank=True, max_length=120)),
                ("once_key", models.CharField(max_length=200)),
                ("made_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("mailed_at", models.DateTimeField(null=True)),
                ("mail_attempts", models.PositiveSmallIntegerField(default=0)),
                ("mail_next_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "notification",
                "verbose_name_plural": "notifications",
                "indexes": [
                    models.Index(fields=["person", "-id"], name="core_notifi_person__0fcd81_idx"),
                    models.Index(condition=models.Q(("read_at", None)), fields=["person"], name="notification_unread"),
                    models.Index(
                        condition=models.Q(("mail_next_at__isnull", False)),
                        fields=["mail_next_at"],
                        name="notification_mail",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "once_key"), name="told_once"),
                ],
            },
        ),
    ]
