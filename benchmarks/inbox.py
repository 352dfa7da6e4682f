"""The inbox and its search with many cases: queries and times of whole requests, inside the process.

    python benchmarks/inbox.py                      100,000 cases, 300,000 messages, on SQLite
    python benchmarks/inbox.py --cases 5000 --dry   a quick look
    python benchmarks/inbox.py --keep FOLDER        the desk stays in FOLDER for another run

Customers' messages are recombined from the sentences of `training/hearing/`, in six languages. Every request goes
through all of the desk: session, middleware, view, templates. To reach: at most 12 queries and p95 51 ms for the inbox
(a third of django-helpdesk's list at 10,000 tickets), p95 50 ms for a search. DATABASE_URL measures on PostgreSQL.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from intake import LANGUAGES, bodies
from measuring import keep, percentile

_AT_ONCE = 2_000
_OURS = 0.3
_CLOCKS = {"wall": time.perf_counter, "processor": time.thread_time}
_WORDS_ASKED = ("common word", "rare word", "two words", "a phrase", "without a word", "a name", "a part of a word")


def fill(cases: int) -> None:
    """Cases with three messages each, a few with promises, in the states a desk has after some years."""
    from django.utils import timezone

    from amends.desk.cases.models import Case, Message, Outline
    from amends.desk.cases.queue import place_of
    from amends.desk.customers.models import ContactPoint, Customer
    from amends.desk.customers.reaching import normalised
    from amends.desk.ledger.models import Promise
    from amends.desk.people.models import Person, Team

    chance = random.Random(7)
    now = timezone.now()
    team = Team.objects.create(name="Kitchen")
    people = [
        Person.objects.create(email=f"p{number}@bakery.example", name=f"Person {number}", role="agent", team=team)
        for number in range(20)
    ]
    sentences = _sentences()
    names = [f"{first} {last}" for first in _FIRST for last in _LAST]
    for begin in range(0, cases, _AT_ONCE):
        numbers = range(begin, min(begin + _AT_ONCE, cases))
        customers = Customer.objects.bulk_create(
            Customer(name=chance.choice(names), language=LANGUAGES[number % 6]) for number in numbers
        )
        ContactPoint.objects.bulk_create(
            ContactPoint(customer=customer, kind="mail", value=address, normalised=normalised("mail", address))
            for customer, address in zip(customers, (f"customer{n}@mail.example" for n in numbers), strict=True)
        )
        rows = []
        for number, customer in zip(numbers, customers, strict=True):
            ours = chance.random() < _OURS
            state = "waiting-for-us" if ours else chance.choice(("waiting-for-customer", "recovered", "closed-silent"))
            at = now - timedelta(minutes=(cases - number) * 5)
            severity = chance.randrange(101)
            rows.append(
                Case(
                    customer=customer,
                    subject=chance.choice(sentences[LANGUAGES[number % 6]])[:60],
                    channel=chance.choices(("mail", "form", "call", "review"), (80, 12, 6, 2))[0],
                    language=LANGUAGES[number % 6],
                    state=state,
                    severity=severity,
                    kinds=[chance.choice(("late", "missing", "wrong", "broken", "billing", "rude"))],
                    stakes=["health"] if chance.random() < 0.01 else [],
                    assignee=chance.choice(people) if chance.random() < 0.7 else None,
                    team=team if chance.random() < 0.5 else None,
                    waits_since=at if ours else None,
                    place=place_of(at, severity, 0) if ours else None,
                    created_at=at,
                    closed_at=at if state in ("recovered", "closed-silent") else None,
                )
            )
        Case.objects.bulk_create(rows)
        Message.objects.bulk_create(
            Message(
                case=case,
                direction=direction,
                channel="mail",
                text=" ".join(chance.choices(sentences[case.language], k=chance.randrange(2, 6)))
                + f" {chance.randrange(10**6):06}",
                language=case.language,
                sent_at=case.created_at,
            )
            for case in rows
            for direction in ("in", "out", "in")
        )
        Outline.objects.bulk_create(Outline(case=case, cause="The oven was cold.") for case in rows[::10])
        Promise.objects.bulk_create(Promise(case=case, act="Bring a new cake") for case in rows[::7])
        print(f"\r{begin + len(rows)} cases", end="", file=sys.stderr)
    print(file=sys.stderr)


def _sentences() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    source = bodies()
    for _number in range(6_000):
        language, text = next(source)
        found.setdefault(language, []).extend(line for line in text.splitlines() if line.strip())
    return {language: sorted(set(lines)) for language, lines in found.items()}


_FIRST = (
    "Rūta",
    "Jonas",
    "Ana",
    "Luka",
    "Noa",
    "דוד",
    "Kadri",
    "Mihkel",
    "Zuzana",
    "Štefan",
    "Tom",
    "Mary",
    "Đuro",
    "Õie",
)
_LAST = (
    "Kalnienė",
    "Petraitis",
    "Horvat",
    "Kovač",
    "לוי",
    "כהן",
    "Tamm",
    "Mägi",
    "Nováková",
    "Šimko",
    "Smith",
    "Čović",
)


def asked(kind: str, chance: random.Random, sentences: dict[str, list[str]]) -> str:
    """Something to search for."""
    language = chance.choice(LANGUAGES)
    words = [word for word in chance.choice(sentences[language]).split() if word.isalpha()] or ["cake"]
    word = chance.choice(words)
    return {
        "common word": lambda: max(words, key=lambda one: -len(one)),
        "rare word": lambda: f"{chance.randrange(10**6):06}",
        "two words": lambda: f"{word} {chance.choice(words)}",
        "a phrase": lambda: f'"{" ".join(words[:2])}"',
        "without a word": lambda: f"{word} -{chance.choice(words)}",
        "a name": lambda: f"{chance.choice(_FIRST)} {chance.choice(_LAST)}",
        "a part of a word": lambda: word[:3],
    }[kind]()


def pages(rounds: int) -> Iterator[tuple[str, Callable[[int], str]]]:
    """What is asked for: its name, and the address of each round."""
    from urllib.parse import urlencode

    for name, address in (
        ("inbox", ""),
        ("inbox page 20", "page=20"),
        ("mine", "whose=mine"),
        ("waiting for the customer", "view=customer"),
        ("over", "view=over"),
        ("all", "view=all"),
        ("reviews", "channel=review"),
        ("kind of failure", "kind=rude"),
        ("health at stake", "stake=health"),
        ("bad, a week, open promise", "severity=bad&waiting=7d&promise=open"),
    ):
        yield name, lambda _round, address=address: f"/?{address}"  # type: ignore[misc]
    sentences = _sentences()
    for view in ("ours", "all"):
        for kind in _WORDS_ASKED:
            chance = random.Random(kind)
            words = [asked(kind, chance, sentences) for _round in range(rounds)]
            yield (
                f"search {view}: {kind}",
                lambda number, words=words, view=view: "/?" + urlencode({"view": view, "q": words[number]}),  # type: ignore[misc]
            )


def measure(rounds: int, clock: Callable[[], float]) -> dict[str, Any]:
    """Each page some times, in turns."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from amends.desk.people.models import Person

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(Person.objects.order_by("pk")[0])
    asked_for = list(pages(rounds))
    found: dict[str, Any] = {}
    for name, address in asked_for:
        client.get(address(0))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address(0)).status_code == 200
        found[name] = {"queries": len(queries), "ms": [], "slowest": ("", 0.0)}
    for number in range(rounds):
        for name, address in asked_for:
            begin = clock()
            client.get(address(number))
            took = (clock() - begin) * 1000
            found[name]["ms"].append(took)
            if took > found[name]["slowest"][1]:
                found[name]["slowest"] = (address(number), round(took, 1))
    searches = [took for name in found if name.startswith("search") for took in found[name]["ms"]]
    for page in found.values():
        page["p50"] = round(percentile(page["ms"], 0.5), 1)
        page["p95"] = round(percentile(page.pop("ms"), 0.95), 1)
    found["all searches"] = {"p50": round(percentile(searches, 0.5), 1), "p95": round(percentile(searches, 0.95), 1)}
    return found


def main() -> None:
    """Measure and keep."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--cases", type=int, default=100_000)
    reader.add_argument("--rounds", type=int, default=40)
    reader.add_argument("--keep", type=Path, help="folder in which the desk stays")
    reader.add_argument(
        "--clock", choices=_CLOCKS, default="wall", help="processor: on a busy machine, and SQLite alone"
    )
    reader.add_argument("--dry", action="store_true", help="keep no figures")
    options = reader.parse_args()
    with tempfile.TemporaryDirectory(prefix="amends-inbox-") as name:
        folder = options.keep or Path(name)
        folder.mkdir(exist_ok=True)
        os.environ |= {"AMENDS_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "amends.desk.settings"}
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connection

        from amends.desk.cases.models import Case, Message
        from amends.desk.search.indexing import catch_up

        call_command("migrate", interactive=False, verbosity=0)
        if not Case.objects.exists():
            fill(options.cases)
            begin = time.perf_counter()
            catch_up()
            each = (time.perf_counter() - begin) / options.cases
            print(f"reading into the index: {each * 1000:.2f} ms a case", file=sys.stderr)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")  # As autovacuum would have done by now; SQLite has no figures in life either.
        sizes = {"cases": Case.objects.count(), "messages": Message.objects.count(), "database": connection.vendor}
        found = measure(options.rounds, _CLOCKS[options.clock])
    for name, page in found.items():
        count, slowest_one = page.get("queries", ""), page.get("slowest", "")
        print(f"{name:45} {count:>3}  p50 {page['p50']:>6}  p95 {page['p95']:>6}  {slowest_one}")
    slowest = max(page["p95"] for name, page in found.items() if "search" not in name)
    results = {"most queries": max(page.get("queries", 0) for page in found.values()), "inbox p95 ms": slowest}
    results["search p95 ms"] = found["all searches"]["p95"]
    print(json.dumps(results))
    if not options.dry:
        shown = {name: {key: page[key] for key in page if key != "slowest"} for name, page in found.items()}
        keep("inbox", results, sizes | {"clock": options.clock, "pages": shown})


if __name__ == "__main__":
    main()
