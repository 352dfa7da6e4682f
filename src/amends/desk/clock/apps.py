"""The app `clock`."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ClockConfig(AppConfig):
    """The loop that finds what is due and does it."""

    name = "amends.desk.clock"
    label = "clock"

    def ready(self) -> None:
        """Load every app's module `clockwork`, which registers its work."""
        autodiscover_modules("clockwork")
