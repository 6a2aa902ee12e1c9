from django.db import migrations, models
from django.db.models import deletion


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_notifications"),
        ("service", "0003_cases"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=32, unique=True)),
                ("once_key", models.CharField(max_length=200, null=True, unique=True)),
                ("token_digest", models.CharField(max_length=64, unique=True)),
                ("survey_key", models.CharField(max_length=80, verbose_name="survey")),
                ("survey_version", models.PositiveIntegerField()),
                ("customer_key", models.CharField(db_index=True, max_length=64, verbose_name="customer")),
                ("language", models.CharField(max_length=20, verbose_name="language")),
                ("channel", models.CharField(default="email", max_length=20, verbose_name="channel")),
                ("trigger_key", models.CharField(blank=True, max_length=80, verbose_name="trigger")),
                ("reason", models.CharField(blank=True, max_length=80, verbose_name="reason")),
                ("probability", models.FloatField(null=True)),
                ("context", models.JSONField(default=dict)),
                ("region", models.CharField(blank=True, max_length=60)),
                ("team", models.CharField(blank=True, max_length=60)),
                ("address", models.CharField(blank=True, max_length=320)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("due", "due"),
                            ("sent", "sent"),
                            ("failed", "failed"),
                            ("answered", "answered"),
                            ("expired", "expired"),
                            ("withdrawn", "withdrawn"),
                        ],
                        default="due",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("decided_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("leased_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=500)),
                ("expires_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "indexes": [
                    models.Index(fields=["state", "due_at"], name="feedback_in_state_a7952f_idx"),
                    models.Index(fields=["state", "expires_at"], name="feedback_in_state_43a886_idx"),
                    models.Index(fields=["survey_key", "-id"], name="feedback_in_survey__73568e_idx"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Response",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=32, unique=True)),
                ("survey_key", models.CharField(max_length=80)),
                ("survey_version", models.PositiveIntegerField()),
                ("language", models.CharField(max_length=20)),
                ("nonce", models.CharField(blank=True, max_length=40)),
                ("started_at", models.DateTimeField()),
                ("touched_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("duration_seconds", models.FloatField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("partial", "begun"), ("complete", "complete")],
                        default="partial",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("customer_key", models.CharField(db_index=True, max_length=64)),
                ("context", models.JSONField(default=dict)),
                ("region", models.CharField(blank=True, max_length=60)),
                ("team", models.CharField(blank=True, max_length=60)),
                (
                    "invitation",
                    models.OneToOneField(on_delete=deletion.CASCADE, related_name="response", to="feedback.invitation"),
                ),
            ],
            options={
                "verbose_name": "response",
                "verbose_name_plural": "responses",
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("question_key", models.CharField(max_length=40)),
                ("instrument", models.CharField(max_length=20)),
                ("score", models.FloatField(null=True)),
                ("choice", models.CharField(blank=True, max_length=40)),
                ("words", models.TextField(blank=True)),
                (
                    "response",
                    models.ForeignKey(on_delete=deletion.CASCADE, related_name="answers", to="feedback.response"),
                ),
            ],
            options={
                "verbose_name": "answer",
                "verbose_name_plural": "answers",
            },
        ),
        migrations.AddIndex(
            model_name="response",
            index=models.Index(fields=["answered_at", "touched_at"], name="feedback_re_answere_83e486_idx"),
        ),
        migrations.AddIndex(
            model_name="response",
            index=models.Index(fields=["survey_key", "-id"], name="feedback_re_survey__2b9294_idx"),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.UniqueConstraint(
                fields=("response", "question_key", "choice"), name="one_answer_to_a_question"
            ),
        ),
    ]
