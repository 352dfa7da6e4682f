import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import amends.desk.sealed


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OpinionSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.BooleanField(default=False)),
                ("address", models.CharField(blank=True, max_length=500, verbose_name="Address")),
                ("model", models.CharField(blank=True, max_length=200, verbose_name="Model")),
                ("key", amends.desk.sealed.SealedTextField(blank=True)),
                ("confirmed_for", models.CharField(blank=True, max_length=500)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "opinion settings",
            },
        ),
    ]
