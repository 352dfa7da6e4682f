"""The app `ledger`."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The ledger of promises."""

    name = "amends.desk.ledger"
    label = "ledger"

    def ready(self) -> None:
        """Cases ask the ledger by when their customers must hear from us."""
        from amends.desk.cases.next_word import register_source
        from amends.desk.ledger.services import due_moments

        register_source(due_moments)
