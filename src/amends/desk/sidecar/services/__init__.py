"""What can be done with other desks: connecting them, taking in what they tell, posting notes there."""

from amends.desk.sidecar.services.connecting import (
    add_connection,
    change_connection,
    new_secret_for,
    remove_connection,
    switch,
    try_out,
)
from amends.desk.sidecar.services.noting import post_again, post_due
from amends.desk.sidecar.services.reading import read, read_again
from amends.desk.sidecar.services.receiving import keep_delivery, refuse

__all__ = [
    "add_connection",
    "change_connection",
    "keep_delivery",
    "new_secret_for",
    "post_again",
    "post_due",
    "read",
    "read_again",
    "refuse",
    "remove_connection",
    "switch",
    "try_out",
]
