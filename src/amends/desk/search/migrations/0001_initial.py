from typing import Any
from uuid import uuid4

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import amends.desk.search.models
import amends.desk.tokens
from amends.desk.search.index import index_of


def install(apps: Any, editor: Any) -> None:
    """The index of this kind of database, the triggers that keep it, and everything there is to be read into it."""
    index_of(editor.connection).install()
    cases = apps.get_model("cases", "Case").objects.values_list("pk", flat=True).iterator(5_000)
    changed = apps.get_model("search", "Changed")
    changed.objects.bulk_create((changed(id=uuid4(), kind="case", key=case) for case in cases), batch_size=5_000)


def uninstall(_apps: Any, editor: Any) -> None:
    """Take the index and the triggers away; the tables follow."""
    index_of(editor.connection).uninstall()


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("cases", "0003_message_lookups"),
        ("customers", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Changed",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=8)),
                ("key", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "key"], name="search_changed_what")],
            },
        ),
        migrations.CreateModel(
            name="CaseWords",
            fields=[
                ("case_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("customer_id", models.BigIntegerField()),
                ("words", amends.desk.search.models.WordsField()),
            ],
            options={
                "indexes": [models.Index(fields=["customer_id"], name="search_words_customer")],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "public_id",
                    models.CharField(default=amends.desk.tokens.public_id, editable=False, max_length=12, unique=True),
                ),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                ("asked", models.CharField(max_length=2000)),
                ("shared", models.BooleanField(default=False, verbose_name="for everybody")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_views",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("position", "pk"),
                "indexes": [
                    models.Index(fields=["person", "position"], name="saved_view_person"),
                    models.Index(fields=["shared"], name="saved_view_shared"),
                ],
            },
        ),
        migrations.RunPython(install, uninstall),
    ]
