"""Channels that have heard nothing for hours are told of to those who look after them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from amends.desk.channels.health import channels_in_trouble
from amends.desk.channels.models import Channel

pytestmark = pytest.mark.django_db


def failing(hours: float, **about) -> Channel:
    return Channel.objects.create(
        kind="feeds",
        name="Our feed",
        failing_since=timezone.now() - timedelta(hours=hours),
        last_trouble="It does not answer.",
        what_to_do="Look at its address.",
        **about,
    )


def test_a_channel_in_trouble_for_hours_is_told_of_with_what_to_do(business) -> None:
    channel = failing(4, on=True)
    (trouble,) = channels_in_trouble()
    assert trouble.name == "Our feed"
    assert trouble.since == channel.failing_since
    assert trouble.words() == "It does not answer. Look at its address."
    assert trouble.address.startswith("/")


def test_a_short_trouble_and_a_channel_that_is_off_are_left_alone(business) -> None:
    failing(1, on=True)
    failing(9, on=False)
    assert list(channels_in_trouble()) == []
