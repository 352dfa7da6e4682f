"""The index of words, what has to be read anew for it, and saved views of the inbox."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from amends.desk.people.models import Person
from amends.desk.tokens import public_id

__all__ = ["CaseWords", "Changed", "SavedView"]


class WordsField(models.TextField):  # type: ignore[type-arg]
    """The words of a case, in the form which the database searches: text on SQLite, `tsvector` on PostgreSQL."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        """The column's type."""
        return "tsvector" if connection.vendor == "postgresql" else super().db_type(connection)

    def deconstruct(self) -> Any:
        """Under the name that migrations use."""
        name, _path, arguments, options = super().deconstruct()
        return name, "amends.desk.search.models.WordsField", arguments, options


class CaseWords(models.Model):
    """All words of a case, as `words.words_of` gives them; made anew by `indexing`, never by hand.

    No foreign keys: it is nothing that is known of a customer but where to find it. Triggers of the database take a
    row away together with what it was made of.

    Attributes:
        case_id: The case.
        customer_id: Its customer, for the trigger that blanks all cases of one.
        words: In the form the index of the database keeps.
    """

    case_id = models.BigIntegerField(primary_key=True)
    customer_id = models.BigIntegerField()
    words = WordsField()

    class Meta:
        indexes = (models.Index(fields=["customer_id"], name="search_words_customer"),)

    def __str__(self) -> str:
        return str(self.case_id)


class Changed(models.Model):
    """Something whose words have changed since the index was made; written by triggers, several times if need be.

    Attributes:
        id: Random: rows that triggers write while a backup is restored never meet those of the backup.
        kind: What `key` names: "case", "customer", "outline" or "message".
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=8)
    key = models.BigIntegerField()

    class Meta:
        # Changes of one case stand together, so that it is read once however many there are.
        indexes = (models.Index(fields=["kind", "key"], name="search_changed_what"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class SavedView(models.Model):
    """A filter of the inbox under a name of its own: a tab over the inbox.

    Attributes:
        public_id: Its name in addresses.
        person: Whose it is. A shared one everybody sees; who shared it stays known.
        asked: The filter as the address has it: "view=ours&channel=mail".
        position: Order among the tabs, smaller first.
    """

    public_id = models.CharField(max_length=12, unique=True, default=public_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=40)
    asked = models.CharField(max_length=2000)
    shared = models.BooleanField(_("for everybody"), default=False)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("position", "pk")
        indexes = (
            models.Index(fields=["person", "position"], name="saved_view_person"),
            models.Index(fields=["shared"], name="saved_view_shared"),
        )

    def __str__(self) -> str:
        return self.name
