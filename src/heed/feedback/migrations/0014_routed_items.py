import django.db.models.deletion
import heed.feedback.routing.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('feedback', '0013_attention_ledger'),
    ]

    operations = [
        migrations.AddField(
            model_name='connection',
            name='project',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name='connection',
            name='shape',
            field=models.CharField(default='webhook', max_length=10),
        ),
        migrations.AddField(
            model_name='connection',
            name='token_name',
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.CreateModel(
            name='RoutedItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=heed.feedback.routing.models.item_key, editable=False, max_length=24, unique=True)),
                ('routing_key', models.CharField(max_length=80)),
                ('version', models.PositiveIntegerField()),
                ('route', models.CharField(max_length=60)),
                ('join_key', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('new', 'new'), ('acknowledged', 'seen'), ('accepted', 'accepted'), ('done', 'done')], default='new', max_length=12)),
                ('way', models.CharField(max_length=10)),
                ('receiver', models.CharField(max_length=254)),
                ('is_first_receiver', models.BooleanField(default=True)),
                ('team', models.CharField(blank=True, max_length=60)),
                ('region', models.CharField(blank=True, max_length=120)),
                ('pieces', models.PositiveIntegerField(default=0)),
                ('opened_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('acknowledge_due_at', models.DateTimeField(null=True)),
                ('accept_due_at', models.DateTimeField(null=True)),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('worked_by', models.CharField(blank=True, max_length=64)),
                ('late_told', models.CharField(blank=True, max_length=12)),
                ('mail_next_at', models.DateTimeField(null=True)),
                ('mail_tries', models.PositiveSmallIntegerField(default=0)),
                ('mail_error', models.CharField(blank=True, max_length=300)),
                ('issue_name', models.CharField(blank=True, max_length=80)),
                ('issue_url', models.CharField(blank=True, max_length=2000)),
            ],
            options={
                'verbose_name': 'feedback item',
                'verbose_name_plural': 'feedback items',
                'indexes': [models.Index(fields=['ended_at', '-last_at'], name='feedback_ro_ended_a_a74a8d_idx'), models.Index(condition=models.Q(('ended_at', None)), fields=['way', 'receiver'], name='item_open_of'), models.Index(condition=models.Q(('mail_next_at__isnull', False)), fields=['mail_next_at'], name='item_mail_due')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('routing_key', 'route', 'join_key'), name='one_open_item_alike')],
            },
        ),
        migrations.CreateModel(
            name='RoutedPiece',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('route', models.CharField(max_length=60)),
                ('verbatim_id', models.CharField(max_length=255)),
                ('customer_key', models.CharField(blank=True, max_length=64)),
                ('said_at', models.DateTimeField()),
                ('joined_at', models.DateTimeField()),
                ('labels', models.JSONField(default=dict)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='feedback.routeditem')),
            ],
            options={
                'verbose_name': 'piece of feedback',
                'verbose_name_plural': 'pieces of feedback',
                'indexes': [models.Index(fields=['item', '-said_at'], name='feedback_ro_item_id_2bf9b6_idx'), models.Index(fields=['customer_key'], name='feedback_ro_custome_18897c_idx')],
                'constraints': [models.UniqueConstraint(fields=('verbatim_id', 'route'), name='one_piece_a_route')],
            },
        ),
        migrations.CreateModel(
            name='RoutedStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('actor', models.CharField(max_length=64)),
                ('verb', models.CharField(choices=[('routed', 'came in'), ('acknowledged', 'seen'), ('accepted', 'accepted'), ('sent_back', 'sent back'), ('late', 'late'), ('done', 'done')], max_length=12)),
                ('reason', models.CharField(blank=True, max_length=20)),
                ('words', models.TextField(blank=True)),
                ('before', models.CharField(blank=True, max_length=266)),
                ('after', models.CharField(blank=True, max_length=266)),
                ('is_first_receiver', models.BooleanField(default=True)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='feedback.routeditem')),
            ],
            options={
                'verbose_name': 'step of a feedback item',
                'verbose_name_plural': 'steps of feedback items',
                'indexes': [models.Index(fields=['item', 'id'], name='feedback_ro_item_id_321ea4_idx'), models.Index(fields=['verb', 'at'], name='feedback_ro_verb_9934d4_idx')],
            },
        ),
    ]
