"""Writes the shipped time limits into the database."""

from typing import Any

from django.db import migrations

from amends.desk.deadlines.shipped import SHIPPED


def write(apps: Any, _editor: Any) -> None:
    """Write each shipped profile that is not there."""
    profile_model = apps.get_model("deadlines", "Profile")
    limit_model = apps.get_model("deadlines", "Limit")
    for shipped in SHIPPED:
        values = {name: shipped[name] for name in ("name", "country", "source")}
        profile, made = profile_model.objects.get_or_create(key=shipped["key"], defaults=values)
        if made:
            for what, amount, unit in shipped["limits"]:
                limit_model.objects.create(profile=profile, what=what, amount=amount, unit=unit)


class Migration(migrations.Migration):
    """Shipped time limits."""

    dependencies = [("deadlines", "0001_initial")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
