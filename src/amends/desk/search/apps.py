"""The app `search`."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.migrations import Migration
from django.db.models.signals import post_migrate, pre_migrate


class SearchConfig(AppConfig):
    """Full-text search and saved views."""

    name = "amends.desk.search"
    label = "search"

    def ready(self) -> None:
        """The inbox finds words by the index; the triggers outlive migrations that remake their tables."""
        from amends.desk.cases.listing import register_words
        from amends.desk.pages.places import Panel, panels
        from amends.desk.search.finding import find_words, passages

        register_words(find_words, passages)
        panels(Panel("search/parts/keys_of_case.html", side="side", order=1_000))
        pre_migrate.connect(take_triggers_away, sender=self)
        post_migrate.connect(put_triggers_back, sender=self)


def take_triggers_away(plan: Sequence[tuple[Migration, bool]] = (), using: str = "default", **_more: Any) -> None:
    """Before tables change whose words are searched: triggers would be in the way."""
    from amends.desk.search.index import index_of

    if any(migration.app_label in ("cases", "customers") for migration, _backwards in plan) and _is_there(using):
        index_of(connections[using]).drop_triggers()


def put_triggers_back(using: str = "default", **_more: Any) -> None:
    """After every migration; what rows were changed meanwhile is not known, so that everything is read anew."""
    from amends.desk.search.index import index_of
    from amends.desk.search.indexing import mark_all

    if _is_there(using) and index_of(connections[using]).install():
        mark_all()


def _is_there(using: str) -> bool:
    """Whether the tables of the search are there, and those that they watch."""
    from amends.desk.search.index import WATCHED
    from amends.desk.search.models import CaseWords, Changed

    connection = connections[using]
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    return {CaseWords._meta.db_table, Changed._meta.db_table, *WATCHED} <= there
