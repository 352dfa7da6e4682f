"""A clock of its own process for the tests of the outbox: it is killed at any moment.

Usage: python outbox_worker.py SECONDS_AHEAD: looks for due mail as if the clock stood that far ahead, again and again.
The data folder, the mail server and the database come from the environment, as in life.
"""

import os
import sys
import time
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amends.desk.settings")

import django

django.setup()

from django.utils import timezone  # noqa: E402

from amends.desk.clock import registry  # noqa: E402
from amends.desk.clock.loop import Clock  # noqa: E402
from amends.desk.outbox import clockwork  # noqa: E402, F401


def main() -> None:
    ahead = timedelta(seconds=float(sys.argv[1]))
    [work] = [entry for entry in registry.registered() if entry.name == "outbox.send"]
    clock = Clock()
    while True:
        if not clock._do_rows(work, timezone.now() + ahead):
            time.sleep(0.01)


if __name__ == "__main__":
    main()
