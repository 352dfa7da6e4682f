"""Mail taken in: parsed, heard, threaded, stored; beside django-helpdesk 2.6.1's `get_email` on the same files.

    python benchmarks/intake.py              1,000 mails, three rounds
    python benchmarks/intake.py --mails 200 --rounds 1 --dry

The peer gets a virtual environment of its own in a temporary folder. Both store on SQLite, in files, with what their
own documentation sets; both read the same .eml files from a folder. They take turns.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from measuring import keep, ratio_of_rounds
from peer_desk import PEER, peer_environment, peer_settings

ROOT = Path(__file__).resolve().parents[1]
LANGUAGES = ("en", "lt", "hr", "he", "et", "sk")
_ANSWERS = 0.35
_WITH_HTML = 0.5
_WITH_FILE = 0.1
_BEGIN = datetime(2026, 11, 20, 8, tzinfo=UTC)


def bodies() -> Iterator[tuple[str, str]]:
    """Customers' messages of the training data: language and words, the marks taken off."""
    texts: dict[str, list[str]] = {}
    for language in LANGUAGES:
        for file in sorted((ROOT / "training" / "hearing" / language).glob("messages-*.txt")):
            for block in file.read_text(encoding="utf-8").split("\n@ ")[1:]:
                lines = block.splitlines()[1:]
                words = "\n".join(line.rpartition(" [")[0] if line.endswith("]") else line for line in lines).strip()
                if words:
                    texts.setdefault(language, []).append(words)
    number = 0
    while True:
        language = LANGUAGES[number % len(LANGUAGES)]
        yield language, texts[language][(number // len(LANGUAGES)) % len(texts[language])]
        number += 1


def write_mails(folder: Path, count: int) -> None:
    """Ordinary mails in six languages: new ones and answers, with and without HTML, quotes and files."""
    chance = random.Random(20)
    source = bodies()
    earlier: list[tuple[str, str, str, str]] = []
    for number in range(count):
        _language, words = next(source)
        mail = EmailMessage()
        mail_id = f"<mail{number}@mail.example>"
        if earlier and chance.random() < _ANSWERS:
            sender, subject, answered, said = chance.choice(earlier)
            subject = subject if subject.startswith("Re: ") else f"Re: {subject}"
            mail["In-Reply-To"] = mail["References"] = answered
            quoted = "\n".join(f"> {line}" for line in said.splitlines())
            words = f"{words}\n\nOn Tue, 3 Nov 2026 at 10:00, {sender} wrote:\n{quoted}"
        else:
            sender = f"customer{number}@mail.example"
            subject = words.splitlines()[0][:60]
            earlier.append((sender, subject, mail_id, words))
        mail["From"] = f"Customer {number} <{sender}>"
        mail["To"] = "hello@bakery.example"
        mail["Subject"] = subject
        mail["Message-ID"] = mail_id
        mail["Date"] = format_datetime(_BEGIN + timedelta(minutes=number))
        mail.set_content(words)
        if chance.random() < _WITH_HTML:
            paragraphs = "".join(f"<p>{line}</p>" for line in words.splitlines())
            mail.add_alternative(f"<html><body>{paragraphs}</body></html>", subtype="html")
        if chance.random() < _WITH_FILE:
            picture = b"\x89PNG\r\n\x1a\n" + chance.randbytes(30_000)
            mail.add_attachment(picture, maintype="image", subtype="png", filename=f"photo{number}.png")
        (folder / f"{number:05}.eml").write_bytes(mail.as_bytes())


_OURS = """
import json, sys, time
from pathlib import Path
import django
django.setup()
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
from amends.desk.intake.models import Mailbox
box = Mailbox.objects.create(address="hello@bakery.example", kind="delivered")
from amends.desk.cases.models import Case, Message, RawMessage
from amends.desk.cases.services import keep_raw
from amends.desk.clock.loop import Clock
from amends.desk.people.roles import INTAKE
from amends.desk.intake import hearing
for words in ("It never came.", "Dangt", "Nije", "לא הגיע", "Ei tulnud", "Neprišlo to"):
    hearing.listen(words)
files = sorted(Path(sys.argv[1]).glob("*.eml"))
clock = Clock()
clock.look()
begin, used = time.perf_counter(), time.process_time()
for file in files:
    keep_raw(INTAKE, box.raw_name, file.read_bytes())
# What other rooms do afterwards, such as looking for similar cases, is no intake.
while RawMessage.objects.filter(state="waiting").exists():
    clock.look(only="intake.read")
seconds, busy = time.perf_counter() - begin, time.process_time() - used
print(json.dumps({"seconds": seconds, "processor": busy, "cases": Case.objects.count(),
    "messages": Message.objects.filter(direction="in").count(),
    "left": RawMessage.objects.exclude(state="read").count()}))
"""

_PEER = """
import json, os, sys, time
import django
django.setup()
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
from helpdesk.models import FollowUp, Queue, Ticket
Queue.objects.create(title="Bakery", slug="bakery", email_address="hello@bakery.example", allow_email_submission=True,
    email_box_type="local", email_box_local_dir=sys.argv[1] + "/", email_box_interval=0)
begin, used = time.perf_counter(), time.process_time()
call_command("get_email", quiet=True)
seconds, busy = time.perf_counter() - begin, time.process_time() - used
print(json.dumps({"seconds": seconds, "processor": busy, "cases": Ticket.objects.count(),
    "messages": FollowUp.objects.count(), "left": len(os.listdir(sys.argv[1]))}))
"""


def run_ours(mails: Path, folder: Path) -> dict[str, float]:
    """One run of Amends in a process and a data folder of its own."""
    data = folder / f"ours-{time.monotonic_ns()}"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AMENDS_")}
    environment |= {"AMENDS_DATA": str(data), "DJANGO_SETTINGS_MODULE": "amends.desk.settings", "DATABASE_URL": ""}
    return _run([sys.executable, "-c", _OURS, str(mails)], environment)


def run_peer(mails: Path, folder: Path, python: Path) -> dict[str, float]:
    """One run of the peer, on a copy, as it takes away what it has read."""
    own = folder / f"peer-{time.monotonic_ns()}"
    shutil.copytree(mails, own / "mails")
    return _run([str(python), "-c", _PEER, str(own / "mails")], peer_settings(own))


def _run(command: list[str], environment: dict[str, str]) -> dict[str, float]:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    result: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def main() -> None:
    """Measure and keep."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--mails", type=int, default=1_000)
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--dry", action="store_true", help="keep nothing")
    asked = reader.parse_args()
    with tempfile.TemporaryDirectory(prefix="amends-intake-") as name:
        folder = Path(name)
        mails = folder / "mails"
        mails.mkdir()
        write_mails(mails, asked.mails)
        python = peer_environment(folder)
        ours: list[dict[str, float]] = []
        theirs: list[dict[str, float]] = []
        for _round in range(asked.rounds):
            ours.append(run_ours(mails, folder))
            print("amends", ours[-1], file=sys.stderr)
            if python is not None:
                theirs.append(run_peer(mails, folder, python))
                print(PEER, theirs[-1], file=sys.stderr)
    each = {"amends mails per second": [round(asked.mails / run["seconds"], 1) for run in ours]}
    ratios: dict[str, float] = {}
    if theirs:
        each[f"{PEER} mails per second"] = [round(asked.mails / run["seconds"], 1) for run in theirs]
        ratios["django-helpdesk get_email / amends"] = ratio_of_rounds(
            [run["seconds"] for run in theirs], [run["seconds"] for run in ours]
        )
    print(json.dumps({"ratios": ratios, **each}, indent=1))
    if not asked.dry and theirs:
        keep("intake", ratios, {"mails": asked.mails, **each})


if __name__ == "__main__":
    main()
