"""What the clock does for the database itself."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from amends.desk.clock.failing import FORGOTTEN_AFTER
from amends.desk.clock.models import WorkTrouble
from amends.desk.clock.registry import every

__all__ = ["forget_trouble", "look_after_the_database"]


@every("clock.look-after-database", timedelta(hours=12))
def look_after_the_database() -> None:
    """SQLite learns how its tables have grown, so that it goes on choosing the right indexes.

    PostgreSQL does so by itself.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit=1000")
            cursor.execute("PRAGMA optimize=0x10002")


@every("clock.forget-trouble", timedelta(hours=6))
def forget_trouble() -> None:
    """Forget failures of workers that have ended, once they have not come again for long."""
    WorkTrouble.objects.filter(last_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()
