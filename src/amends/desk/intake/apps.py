"""The app `intake`."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """How complaints reach the desk: mail, the public form, words written down by hand."""

    name = "amends.desk.intake"
    label = "intake"

    def ready(self) -> None:
        """Have it told when a mailbox does not answer."""
        from amends.desk.intake.health import mailboxes_in_trouble
        from amends.desk.telling.trouble import register_source

        register_source(mailboxes_in_trouble)
