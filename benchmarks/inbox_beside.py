"""The inbox with 100,000 cases beside django-helpdesk 2.6.1's list with 10,000 tickets, in turns.

    python benchmarks/inbox_beside.py --keep FOLDER     the desk that `inbox.py --keep FOLDER` has filled
    python benchmarks/inbox_beside.py --cases 5000 --dry

One side is the whole inbox page (session, view, 25 rows drawn); the other is the data of the peer's list, 25 rows as
JSON, without the page around it. Both are asked inside their process, one after the other in each round. To reach: our
p95 at most a third of the peer's.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO

from inbox import fill
from measuring import keep, percentile
from peer_desk import PEER, peer_environment, peer_settings

_PEER_LIST = """
import sys, time
import django
django.setup()
from django.conf import settings
settings.ALLOWED_HOSTS = ["*"]
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from helpdesk.models import Queue, Ticket
from helpdesk.query import query_to_base64
user = get_user_model().objects.create_superuser("owner", "owner@bakery.example", "a secret of a benchmark")
queue = Queue.objects.create(title="Bakery", slug="bakery")
now = timezone.now()
Ticket.objects.bulk_create(Ticket(title=f"The cake came late, number {n}", queue=queue, description="It was cold too.",
    submitter_email=f"customer{n}@mail.example", status=1 + n % 3, priority=1 + n % 5, created=now, modified=now,
    assigned_to=user if n % 2 else None) for n in range(int(sys.argv[1])))
client = Client()
client.force_login(user)
query = query_to_base64({"filtering": {"status__in": [1, 2, 3]}, "sorting": "created", "sortreverse": False,
    "search_string": "", "filtering_null": {}})
address = reverse("helpdesk:datatables_ticket_list", args=[query])
columns = {}
for place, name in enumerate(("id", "title", "queue", "status", "created")):
    columns[f"columns[{place}][data]"] = name
    columns[f"columns[{place}][search][value]"] = ""
asked = {"draw": 1, "start": 0, "length": 25, "order[0][column]": 0,
    "order[0][dir]": "desc", "search[value]": "", **columns}
answer = client.get(address, asked)
assert answer.status_code == 200 and len(answer.json()["data"]) == 25, answer.content[:500]
print("ready", flush=True)
for _line in sys.stdin:
    begin = time.perf_counter()
    client.get(address, asked)
    print((time.perf_counter() - begin) * 1000, flush=True)
"""


def peer_list(python: Path, folder: Path, tickets: int) -> "subprocess.Popen[str]":
    """The peer in a process of its own, filled; each line that it is given is answered with milliseconds."""
    running = subprocess.Popen(
        [str(python), "-c", _PEER_LIST, str(tickets)],
        env=peer_settings(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if _pipe(running.stdout).readline().strip() != "ready":
        raise RuntimeError("The peer did not start; what it says stands above.")
    return running


def _pipe(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise RuntimeError("no pipe")
    return stream


def main() -> None:
    """Measure and keep."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--cases", type=int, default=100_000)
    reader.add_argument("--tickets", type=int, default=10_000)
    reader.add_argument("--rounds", type=int, default=60)
    reader.add_argument("--keep", type=Path, help="folder of a desk that inbox.py has filled")
    reader.add_argument("--dry", action="store_true", help="keep no figures")
    options = reader.parse_args()
    with tempfile.TemporaryDirectory(prefix="amends-inbox-") as name:
        folder = Path(name)
        python = peer_environment(folder)
        if python is None:
            raise SystemExit(1)
        os.environ |= {"AMENDS_DATA": str(options.keep or folder), "DJANGO_SETTINGS_MODULE": "amends.desk.settings"}
        import django

        django.setup()
        from django.core.management import call_command
        from django.test import Client

        from amends.desk.cases.models import Case
        from amends.desk.people.models import Person

        call_command("migrate", interactive=False, verbosity=0)
        if not Case.objects.exists():
            fill(options.cases)
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(Person.objects.order_by("pk")[0])
        peer = peer_list(python, folder, options.tickets)
        ours, theirs = [], []
        try:
            for number in range(options.rounds + 3):
                begin = time.perf_counter()
                assert client.get("/").status_code == 200
                took = (time.perf_counter() - begin) * 1000
                print("go", file=_pipe(peer.stdin), flush=True)
                beside = float(_pipe(peer.stdout).readline())
                if number >= 3:
                    ours.append(took)
                    theirs.append(beside)
        finally:
            peer.kill()
        sizes = {"cases": Case.objects.count(), "tickets": options.tickets}
    aside = {
        **sizes,
        "amends p50 and p95 ms": [round(percentile(ours, share), 1) for share in (0.5, 0.95)],
        f"{PEER} p50 and p95 ms": [round(percentile(theirs, share), 1) for share in (0.5, 0.95)],
    }
    results = {"p95 of amends / p95 of django-helpdesk": round(percentile(ours, 0.95) / percentile(theirs, 0.95), 3)}
    print(json.dumps({**results, **aside}, indent=1))
    if not options.dry:
        keep("inbox_beside", results, aside)


if __name__ == "__main__":
    main()
