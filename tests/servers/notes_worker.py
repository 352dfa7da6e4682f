"""A desk of its own process for the tests of notes, which is killed at any moment.

Usage:
    python notes_worker.py fill NUMBER    an incident with so many people, each with facts of their own
    python notes_worker.py work           the desk's clock, until it is killed

Data folder and mail server come from the environment, as in life; NOTES_MAIL_LOG names the mail server's log.
"""

import os
import sys
import time
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amends.desk.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.utils import timezone  # noqa: E402

from amends.desk.clock.loop import Clock  # noqa: E402
from amends.desk.house.services import house  # noqa: E402
from amends.desk.incidents.models import Sending  # noqa: E402
from amends.desk.incidents.services import noting, opening, recipients, sending, writing  # noqa: E402
from amends.desk.outbox import mail_log  # noqa: E402
from amends.desk.outbox.clockwork import look_at_unknown  # noqa: E402
from amends.desk.people.models import Person  # noqa: E402

TEXT = (
    "Dear {name},\n\nyour order {order} came cold on Saturday. That is our fault: our ovens failed and we did not "
    "notice. I am sorry that your breakfast was spoilt. We have repaired the ovens and check them every morning now. "
    "We will pay back {amount} by 2031-06-01. Your page: {page}\n\nOlga"
)


def fill(number: int) -> None:
    """Everything up to the moment before the notes leave."""
    call_command("migrate", verbosity=0)
    business = house()
    business.name, business.country, business.time_zone = "Corner Bakery", "LT", "Europe/Vilnius"
    business.save()
    person = Person(email="olga@bakery.example", name="Olga", role="owner", language="en")
    person.set_unusable_password()
    person.save()
    incident = opening.open_incident(person, title="Ovens down", since=timezone.now(), fault="system")
    text = writing.writing_of(person, incident, "note", "en")
    writing.keep(person, text, subject="Your order {order}", text=TEXT)
    noting.set_text(person, text)
    rows = "".join(f"reader{one}@bakery.example,Reader {one},{one},{one % 90 + 1} EUR\n" for one in range(number))
    began = time.monotonic()
    listed = recipients.upload(person, incident, "list.csv", ("mail,name,order,amount\n" + rows).encode())
    recipients.take_list(person, listed, listed.mapping)
    print(f"import {time.monotonic() - began:.1f}")
    began = time.monotonic()
    while noting.check_some(incident.sending, 500):
        pass
    print(f"check {time.monotonic() - began:.1f}")
    row = Sending.objects.get(incident=incident)
    sending.set_pace(person, row, 6_000)
    sending.start(person, row)


def work() -> None:
    """The clock as in life, but that nothing else waits: all that is due, again and again."""
    settings.MAIL_LOG = os.environ["NOTES_MAIL_LOG"]
    mail_log.SETTLED_AFTER = timedelta(seconds=2)
    sending._room = _room
    sending._EVERY = timedelta(seconds=1)
    clock = Clock()
    looked = 0.0
    while True:
        if not clock.look():
            time.sleep(0.02)
        if time.monotonic() - looked > 1:
            look_at_unknown()
            looked = time.monotonic()


def _room(row: Sending, _now: object) -> int:
    """No pace holds it but that of the server."""
    on_their_way = row.incident.notes.filter(state="handed").count()
    return min(500, sending._MOST_ON_THEIR_WAY - on_their_way)


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        fill(int(sys.argv[2]))
    else:
        work()
