"""The app `channels`."""

from django.apps import AppConfig


class ChannelsConfig(AppConfig):
    """Channels: one folder each."""

    name = "amends.desk.channels"
    label = "channels"
