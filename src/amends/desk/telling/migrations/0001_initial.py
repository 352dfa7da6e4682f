# The tables of `telling`.

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import amends.desk.sealed


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("cases", "0003_message_lookups"),
        ("people", "0002_identity"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TellingSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "with_words",
                    models.BooleanField(default=False, verbose_name="Names and words may stand in push and Slack"),
                ),
                ("push_key", amends.desk.sealed.SealedTextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("once", models.CharField(max_length=120, unique=True)),
                ("kind", models.CharField(max_length=64)),
                ("address", models.CharField(blank=True, max_length=300)),
                ("urgent", models.BooleanField(default=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cases.case",
                    ),
                ),
            ],
            options={
                "ordering": ("at", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Preferences",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("chosen", models.JSONField(default=dict)),
                ("quiet_from", models.TimeField(blank=True, null=True, verbose_name="Quiet from")),
                ("quiet_until", models.TimeField(blank=True, null=True, verbose_name="Quiet until")),
                (
                    "urgent_passes",
                    models.BooleanField(default=False, verbose_name="What is urgent may come all the same"),
                ),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="told_how",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "preferences",
            },
        ),
        migrations.CreateModel(
            name="Way",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("lease_holder", models.CharField(blank=True, max_length=64)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("problem", models.TextField(blank=True)),
                ("key", models.CharField(max_length=80, unique=True)),
                (
                    "how",
                    models.CharField(choices=[("mail", "Mail"), ("push", "Push"), ("slack", "Slack")], max_length=8),
                ),
                ("kinds", models.JSONField(blank=True, default=list)),
                ("name", models.CharField(blank=True, max_length=80, verbose_name="name")),
                ("address", amends.desk.sealed.SealedTextField(blank=True)),
                ("keys", amends.desk.sealed.SealedTextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("on", "On"), ("off", "Off"), ("removed", "Removed")], default="on", max_length=16
                    ),
                ),
                ("off_why", models.CharField(blank=True, max_length=300)),
                ("failing_since", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("paused_until", models.DateTimeField(blank=True, null=True)),
                ("last_ok_at", models.DateTimeField(blank=True, null=True)),
                ("last_problem", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ways",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="ways",
                        to="people.team",
                    ),
                ),
            ],
            options={
                "ordering": ("how", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waits"),
                            ("arrived", "Arrived"),
                            ("by-mail", "Went by mail instead"),
                            ("given-up", "Given up"),
                        ],
                        default="waiting",
                        max_length=16,
                    ),
                ),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("purpose", models.CharField(blank=True, max_length=32)),
                ("subject", models.CharField(blank=True, max_length=500)),
                ("text", models.TextField(blank=True)),
                ("language", models.CharField(blank=True, max_length=8)),
                ("together", models.PositiveSmallIntegerField(default=0)),
                ("problem", models.CharField(blank=True, max_length=500)),
                ("over_at", models.DateTimeField(blank=True, null=True)),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="telling.notice"
                    ),
                ),
                (
                    "way",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="telling.way"
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(fields=["at"], name="telling_notice_at"),
        ),
        migrations.AddConstraint(
            model_name="way",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["off", "on", "removed"])), name="telling_way_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="way",
            constraint=models.CheckConstraint(
                condition=models.Q(("how__in", ["mail", "push", "slack"])), name="telling_way_how"
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("due_at__isnull", False)), fields=["way", "due_at"], name="telling_delivery_due"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(fields=("notice", "way"), name="telling_delivery_once"),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["arrived", "by-mail", "given-up", "waiting"])),
                name="telling_delivery_state",
            ),
        ),
    ]
