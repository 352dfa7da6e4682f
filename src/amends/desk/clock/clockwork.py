"""What the clock does for the database itself."""

from datetime import timedelta

from django.db import connection

from amends.desk.clock.registry import every

__all__ = ["look_after_the_database"]


@every("clock.look-after-database", timedelta(hours=12))
def look_after_the_database() -> None:
    """SQLite learns how its tables have grown, so that it goes on choosing the right indexes.

    PostgreSQL does so by itself.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit=1000")
            cursor.execute("PRAGMA optimize=0x10002")
