"""What can be done with webhooks: setting addresses up, telling of events, sending them."""

from amends.desk.webhooks.services.endpoints import (
    add_endpoint,
    change_endpoint,
    new_secret_for,
    remove_endpoint,
    switch,
)
from amends.desk.webhooks.services.sending import again, body_of, send_due
from amends.desk.webhooks.services.telling import happened, sent_by_mail, tell_of_entry, test_event

__all__ = [
    "add_endpoint",
    "again",
    "body_of",
    "change_endpoint",
    "happened",
    "new_secret_for",
    "remove_endpoint",
    "send_due",
    "sent_by_mail",
    "switch",
    "tell_of_entry",
    "test_event",
]
