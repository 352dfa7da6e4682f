"""The app `cases`."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Cases: the customer's words, the outline, the log, the inbox."""

    name = "amends.desk.cases"
    label = "cases"

    def ready(self) -> None:
        """Go with customers who are put together."""
        from amends.desk.cases.services.belonging import CasesFollow
        from amends.desk.customers.merging import register_follower

        register_follower("cases", CasesFollow())
