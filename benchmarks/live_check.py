"""The live check while somebody types, in a desk with 100,000 cases: whole requests, inside the process.

    python benchmarks/live_check.py                             a desk of its own, filled first
    python benchmarks/live_check.py --keep FOLDER               the desk that `inbox.py --keep FOLDER` has filled
    python benchmarks/live_check.py --cases 2000 --dry

In six languages replies of the training corpus are typed to the end, a few characters between two checks. Every
request goes through all of the desk: session, middleware, view, check, promises, facts, advice, templates. The first
check in a case, which reads the case, is counted apart; in life the page of the case has read it. To reach: p95 25 ms.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from inbox import fill
from intake import LANGUAGES
from measuring import keep, percentile

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "training"))
from corpus import read_corpus

_TYPED = 4
"""Characters between two checks."""
_CHECKS = 12
_WARM = 12
"""Cases that are not counted."""


def typed(rounds: int) -> Iterator[tuple[str, list[str]]]:
    """For each case the language and what stands in the field at each check, the last time all of it."""
    chance = random.Random(20)
    replies = {language: [reply.text for reply in read_corpus(language)] for language in LANGUAGES}
    for number in range(rounds):
        language = LANGUAGES[number % len(LANGUAGES)]
        text = "\n\n".join(chance.sample(replies[language], chance.choice((1, 1, 2, 3))))
        yield language, [text[: max(1, len(text) - left * _TYPED)] for left in range(_CHECKS, -1, -1)]


def measure(rounds: int) -> dict[str, list[float]]:
    """Milliseconds of the first check in a case and of those that follow."""
    from django.test import Client
    from django.urls import reverse

    from amends.desk.cases.models import Case
    from amends.desk.people.models import Person

    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(Person.objects.order_by("pk")[0])
    waiting = Case.objects.filter(state="waiting-for-us").order_by("-pk")
    cases = {language: iter(waiting.filter(language=language)[:rounds]) for language in LANGUAGES}
    took: dict[str, list[float]] = {"first": [], "typing": []}
    for number, (language, texts) in enumerate(typed(rounds)):
        address = reverse("composer:check", args=[next(cases[language]).public_id, "reply"])
        for place, text in enumerate(texts):
            begin = time.perf_counter()
            answer = client.post(address, {"text": text})
            milliseconds = (time.perf_counter() - begin) * 1000
            if answer.status_code != 200:
                raise RuntimeError(f"{answer.status_code} for {address}")
            if number >= _WARM:
                took["typing" if place else "first"].append(milliseconds)
    return took


def main() -> None:
    """Measure and keep."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--cases", type=int, default=100_000)
    reader.add_argument("--rounds", type=int, default=120)
    reader.add_argument("--keep", type=Path, help="folder of a desk that inbox.py has filled")
    reader.add_argument("--dry", action="store_true", help="keep no figures")
    options = reader.parse_args()
    with tempfile.TemporaryDirectory(prefix="amends-live-") as name:
        os.environ |= {"AMENDS_DATA": str(options.keep or name), "DJANGO_SETTINGS_MODULE": "amends.desk.settings"}
        import django

        django.setup()
        from django.core.management import call_command

        from amends.desk.cases.models import Case

        call_command("migrate", interactive=False, verbosity=0)
        if not Case.objects.exists():
            fill(options.cases)
        cases = Case.objects.count()
        took = measure(options.rounds)
    results = {
        f"{name} {words} ms": round(percentile(values, share), 1)
        for name, values in took.items()
        for words, share in (("p50", 0.5), ("p95", 0.95))
    }
    print(json.dumps(results, indent=1))
    if not options.dry:
        keep("live_check", results, {"cases": cases, "checks": len(took["typing"])})


if __name__ == "__main__":
    main()
