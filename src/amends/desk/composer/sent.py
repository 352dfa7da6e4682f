"""Who wants to know when a word to the customer has left: rooms register here, the composer tells them."""

import logging
from collections.abc import Callable

from django.db import transaction

from amends.desk.cases.models import Message
from amends.desk.people.roles import Acting

logger = logging.getLogger(__name__)

__all__ = ["Listener", "on_sent", "tell_of"]

Listener = Callable[[Acting, Message], None]
"""Is given who sent it and the message, inside the transaction that has locked the case; `Message.review` holds what
the checker said of a written reply, and is None for spoken words."""

_listeners: list[Listener] = []


def on_sent(listener: Listener) -> Listener:
    """Be told of every reply that leaves and of our words in every call; call it in the app's `AppConfig.ready`."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def tell_of(acting: Acting, message: Message) -> None:
    """Tell everybody who asked for it. What one of them cannot do holds neither the others nor the reply back."""
    for listener in _listeners:
        try:
            with transaction.atomic():
                listener(acting, message)
        except Exception:
            logger.exception("message %s has left, and a room could not take note of it", message.pk)
