"""The insight pages with 100,000 cases and 300,000 promises: each page through Django's test client, p50 and p95.

    python benchmarks/insight.py                 100,000 cases, 300,000 promises, 40 looks at each page
    python benchmarks/insight.py --cases 2000 --promises 6000 --looks 5 --dry

It builds a desk on SQLite in a temporary folder, in bulk and outside of the services, lets the clock's work reckon the
summaries, and looks at the pages as the owner does, with changing months and filters. To reach: p95 under 300 ms.
Beside the time on the wall stands the processor's own: on a busy machine the wall shows the neighbours.
"""

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from measuring import keep, percentile

LIMIT_MS = 300
LANGUAGES = ("en", "lt", "hr", "he", "et", "sk", "")
CHANNELS = ("mail", "form", "call", "counter", "review", "social")
KINDS = ("late", "missing", "wrong", "broken", "billing", "rude", "unanswered", "quality")
TEAMS = 6
MONTHS = 24
_NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_BATCH = 2_000


def reviews() -> list[dict[str, Any]]:
    """What the checker says of replies of different worth, as it is stored."""
    from amends import check

    texts = (
        "I'm sorry. We sent only the left shoe, and that was our mistake: two of us each thought the other had packed "
        "the pair. You spent your evening on this. A whole pair leaves today, and from now on one person packs and "
        "another one looks. I write to you on Friday by 17:00. What did I miss?",
        "We're sorry that your refund never left us. I should have checked it on Monday. I have sent 28 € now.",
        "We are sorry for any inconvenience this may have caused.",
        "We apologise for the delay, but it was beyond our control. Thank you for your patience.",
        "I'm sorry we kept you waiting for two weeks. It was our fault. I'll call you tomorrow at ten.",
        "Your order leaves tomorrow.",
        "Sorry about that! We will do better.",
        "We lost your letter, and I am sorry. You had to write twice because of us. I have put it right this morning: "
        "the new card is in the post, and letters now go into one box.",
    )
    return [check(text, language="en", fault="team").to_dict() for text in texts]


def build(cases: int, promises: int, chance: random.Random) -> None:
    """Fill the desk in bulk."""
    from amends.desk.cases.models import Case, Message
    from amends.desk.customers.models import Customer
    from amends.desk.house.services import house
    from amends.desk.ledger.models import Promise
    from amends.desk.people.models import Person, Team

    row = house()
    row.name, row.country, row.time_zone = "Corner Bakery", "LT", "Europe/Vilnius"
    row.save()
    teams = [Team.objects.create(name=f"Team {number + 1}") for number in range(TEAMS)]
    people = [
        Person.objects.create(
            email=f"person{number}@bakery.example",
            name=f"Person {number}",
            role="owner" if number == 0 else "agent",
            team=teams[number % TEAMS],
        )
        for number in range(50)
    ]
    known = reviews()
    customers = max(1, cases * 6 // 10)
    in_batches(Customer, (Customer(name=f"Customer {number}", language="en") for number in range(customers)))
    begin = _NOW - timedelta(days=MONTHS * 30)
    seconds = int((_NOW - begin).total_seconds())
    moments = sorted(begin + timedelta(seconds=chance.randrange(seconds)) for _ in range(cases))

    def all_cases() -> Iterator[Case]:
        for number, at in enumerate(moments, 1):
            state = chance.choices(
                ("recovered", "closed-silent", "waiting-for-customer", "waiting-for-us", "set-aside"),
                (45, 20, 25, 5, 5),
            )[0]
            recovered = at + timedelta(hours=chance.expovariate(1 / 90)) if state == "recovered" else None
            yield Case(
                pk=number,
                customer_id=chance.randrange(customers) + 1,
                subject=f"Order {number}",
                channel=chance.choices(CHANNELS, (50, 20, 12, 6, 8, 4))[0],
                language=chance.choices(LANGUAGES, (30, 20, 15, 12, 10, 10, 3))[0],
                state=state,
                severity=chance.randrange(101),
                kinds=chance.sample(KINDS, chance.choice((1, 1, 1, 2))),
                flags=["repeat"] if chance.random() < 0.1 else [],
                team=chance.choice([*teams, None]),
                failure_number=chance.choices((1, 2, 3), (85, 12, 3))[0],
                created_at=at,
                first_reply_at=at + timedelta(hours=1),
                waits_since=at if state == "waiting-for-us" else None,
                place=at if state == "waiting-for-us" else None,
                recovered_at=recovered,
                closed_at=recovered,
            )

    def all_messages() -> Iterator[Message]:
        words = "Where is my order? I have been waiting for two weeks. " * 6
        for number, at in enumerate(moments, 1):
            yield Message(case_id=number, direction="in", channel="mail", text=words, sent_at=at, received_at=at)
            answered = at
            for _ in range(chance.choices((0, 1, 2, 3), (6, 60, 26, 8))[0]):
                answered += timedelta(hours=chance.expovariate(1 / 14))
                if answered > _NOW:
                    break
                yield Message(
                    case_id=number,
                    direction="out",
                    channel="mail",
                    text=words,
                    author=chance.choice(people),
                    sent_at=answered,
                    delivery="sent",
                    review=chance.choice(known),
                )

    def all_promises() -> Iterator[Promise]:
        for number in range(promises):
            case = number % cases + 1
            due = moments[case - 1] + timedelta(days=chance.expovariate(1 / 6))
            state = chance.choices(("kept", "late", "broken", "released", "open"), (78, 9, 6, 4, 3))[0]
            yield Promise(
                case_id=case,
                owner=chance.choice(people),
                act="Send the missing shoe",
                due_at=due,
                state="open" if due > _NOW else state,
                settled_at=None if state == "open" or due > _NOW else due,
            )

    in_batches(Case, all_cases())
    in_batches(Message, all_messages())
    in_batches(Promise, all_promises())


def in_batches(model: Any, rows: Iterator[Any]) -> None:
    """Store rows, some at a time."""
    some: list[Any] = []
    for row in rows:
        some.append(row)
        if len(some) == _BATCH:
            model.objects.bulk_create(some)
            some = []
    model.objects.bulk_create(some)


def timed(work: Callable[[], Any]) -> float:
    """Seconds that it takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def queries_for(chance: random.Random) -> Iterator[dict[str, str]]:
    """What people ask for: mostly the usual year, sometimes two, sometimes narrowed."""
    while True:
        asked: dict[str, str] = {}
        if chance.random() < 0.4:
            asked["from"] = f"{_NOW.year - 2}-{_NOW.month:02d}"
        if chance.random() < 0.3:
            asked["team"] = str(chance.randrange(TEAMS + 1))
        if chance.random() < 0.2:
            asked["channel"] = chance.choice(CHANNELS)
        if chance.random() < 0.2:
            asked["language"] = chance.choice(LANGUAGES[:-1])
        yield asked


def looked_at(looks: int, chance: random.Random) -> dict[str, dict[str, float]]:
    """For each page the milliseconds and the queries of its looks."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from amends.desk.insight.subjects import OWN
    from amends.desk.people.models import Person

    owner = Person.objects.get(role="owner")
    browser = Client()
    browser.force_login(owner)
    pages = {"overview": reverse("insight:overview")}
    pages |= {source.key: reverse("insight:subject", args=[source.key]) for source in OWN}
    pages["download"] = reverse("insight:download", args=["answer", "month", "csv"])
    pages["mirror"] = reverse("insight:mirror")
    pages["letters"] = reverse("insight:letters")
    asked = queries_for(chance)
    found: dict[str, dict[str, float]] = {}
    for name, address in pages.items():
        for _ in range(2):
            browser.get(address)
        times, own, counts = [], [], []
        for _ in range(looks):
            query = next(asked)
            with CaptureQueriesContext(connection) as queries:
                begin, worked = time.perf_counter(), time.process_time()
                answer = browser.get(address, query)
                times.append(1_000 * (time.perf_counter() - begin))
                own.append(1_000 * (time.process_time() - worked))
            assert answer.status_code == 200, (name, answer.status_code)
            counts.append(len(queries))
        found[name] = {
            "p50": round(percentile(times, 0.5), 1),
            "p95": round(percentile(times, 0.95), 1),
            "processor_p50": round(percentile(own, 0.5), 1),
            "processor_p95": round(percentile(own, 0.95), 1),
            "queries": max(counts),
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--promises", type=int, default=300_000)
    parser.add_argument("--looks", type=int, default=40)
    parser.add_argument(
        "--folder", type=Path, help="build the desk here and leave it there; one that is there is used again"
    )
    parser.add_argument("--dry", action="store_true", help="keep no results")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        run(chosen, chosen.folder or Path(temporary))


def run(chosen: argparse.Namespace, folder: Path) -> None:
    for name in [name for name in os.environ if name.startswith("AMENDS_")]:
        del os.environ[name]
    os.environ.update(AMENDS_DATA=str(folder), DATABASE_URL="", DJANGO_SETTINGS_MODULE="amends.desk.settings")
    os.environ["AMENDS_HOSTS"] = "testserver"
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    call_command("migrate", verbosity=0)
    chance = random.Random(6)
    # The pages show the months up to now: the made-up desk ends now as well.
    global _NOW
    _NOW = timezone.now()
    aside: dict[str, Any] = {"cases": chosen.cases, "promises": chosen.promises}
    from amends.desk.cases.models import Case
    from amends.desk.cases.services import change_fault
    from amends.desk.insight import reckoning
    from amends.desk.insight.models import Fact, Month, Summary
    from amends.desk.people.models import Person

    if not Case.objects.exists():
        print(f"building {chosen.cases} cases and {chosen.promises} promises", file=sys.stderr)
        aside["build_s"] = round(timed(lambda: build(chosen.cases, chosen.promises, chance)), 1)
    if not Summary.objects.exists():
        print("reckoning for the first time", file=sys.stderr)
        aside["first_reckoning_s"] = round(timed(reckoning.catch_up), 1)
    aside["rows"] = {"facts": Fact.objects.count(), "summaries": Summary.objects.count()}
    aside["look_of_the_clock_ms"] = round(1_000 * median(timed(reckoning.refresh) for _ in range(5)), 1)
    month = Month.objects.order_by("-first")[1]
    aside["one_month_anew_ms"] = round(1_000 * median(timed(lambda: reckoning.make_month(month)) for _ in range(3)), 1)
    change_fault(Person.objects.get(role="owner"), Case.objects.get(pk=1), "team")
    print("looking", file=sys.stderr)
    pages = looked_at(chosen.looks, chance)
    aside["pages_ms"] = pages
    names = ("p50", "p95", "processor_p50", "processor_p95", "queries")
    print(f"{'page':<12}" + "".join(f"{name:>15}" for name in names))
    for name, figures in pages.items():
        print(f"{name:<12}" + "".join(f"{figures[one]:>15}" for one in names))
    slowest = {name: max(figures[name] for figures in pages.values()) for name in ("p95", "processor_p95")}
    print(f"slowest p95: {slowest['p95']} ms ({slowest['processor_p95']} ms of the processor), to reach: {LIMIT_MS} ms")
    for name in ("build_s", "first_reckoning_s", "look_of_the_clock_ms", "one_month_anew_ms", "rows"):
        print(f"{name}: {aside.get(name, 'not measured')}")
    if not chosen.dry:
        ratios = {f"slowest_{name}_of_300_ms": round(value / LIMIT_MS, 3) for name, value in slowest.items()}
        keep("insight", ratios, aside)


if __name__ == "__main__":
    main()
