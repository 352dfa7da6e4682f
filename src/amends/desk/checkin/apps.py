"""The app `checkin`."""

from django.apps import AppConfig


class CheckInConfig(AppConfig):
    """The check-in: one question, some days after the last promise was kept."""

    name = "amends.desk.checkin"
    label = "checkin"

    def ready(self) -> None:
        """Customers' pages tell when a customer says whether it is right now."""
        from amends.desk.checkin.services import heard
        from amends.desk.portal.answering import on_answer

        on_answer(heard)
