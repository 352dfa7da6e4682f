"""Twenty agents at work at once on one desk: any error, anything lost, how long they wait.

    python benchmarks/agents.py                          five minutes on SQLite, the embedded desk
    python benchmarks/agents.py --seconds 30 --agents 5
    DATABASE_URL=postgresql://... python benchmarks/agents.py --processes 2

Each agent signs in, then again and again: looks at the inbox, opens a case, writes a field of the outline, has a
reply checked while it grows, keeps it as a draft, sends it, writes a note; with the pauses of somebody who works fast.
At the end every reply, note and field that the desk said was kept is looked for in the
database. Traffic goes to this machine alone.
"""

import argparse
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import requests

PASSWORD = "a quiet harbour at dusk"
COMMAND = [sys.executable, "-c", "from amends.cli import main; main()"]

_PREPARE = """
import sys, django
django.setup()
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
from amends.desk.people.models import Person
from amends.desk.customers.services import find_or_create
from amends.desk.cases.services import open_case, receive
from amends.desk.people.roles import INTAKE
agents, cases = int(sys.argv[1]), int(sys.argv[2])
first = Person(email="agent0@work.example", name="Agent 0", role="agent")
first.set_password(sys.argv[3])
for number in range(agents):
    Person(email=f"agent{number}@work.example", name=f"Agent {number}", role="agent", password=first.password).save()
for number in range(cases):
    customer, contact = find_or_create(INTAKE, "mail", f"customer{number}@mail.example", name=f"Customer {number}")
    case = open_case(INTAKE, customer, channel="mail", subject=f"Delivery {number}", severity=number % 90)
    receive(INTAKE, case, text=f"My order {number} came two days late and cold.", channel="mail", contact=contact)
"""

_COUNT = """
import json, django
django.setup()
from amends.desk.cases.models import Message, Outline
from amends.desk.composer.models import Reply
print(json.dumps({
    "replies": sorted(Reply.objects.exclude(state="undone").values_list("text", flat=True)),
    "notes": sorted(Message.objects.filter(direction="internal").values_list("text", flat=True)),
    "causes": sorted(Outline.objects.exclude(cause="").values_list("cause", flat=True)),
    "left": Reply.objects.filter(state="gone").count(),
    "said": Message.objects.filter(direction="out").count(),
}))
"""


class Agent(threading.Thread):
    """Somebody who works; what the desk said it kept is remembered."""

    def __init__(self, number: int, address: str, end: float, pause: float) -> None:
        super().__init__()
        self.number, self.address, self.end, self.pause = number, address, end, pause
        self.chance = random.Random(number)
        self.web = requests.Session()
        self.waits: dict[str, list[float]] = {}
        self.errors: list[str] = []
        self.kept: dict[str, list[str]] = {"replies": [], "notes": []}
        self.causes: dict[str, str] = {}
        self.token = ""

    def run(self) -> None:
        """Work until the time is over."""
        try:
            self.ask("sign in", "GET", "/sign-in/")
            form = {"email": f"agent{self.number}@work.example", "password": PASSWORD}
            self.ask("sign in", "POST", "/sign-in/", data=form)
            while time.monotonic() < self.end:
                self.work()
        except Exception as error:
            self.errors.append(f"{type(error).__name__}: {error}")

    def ask(self, what: str, method: str, path: str, data: dict[str, str] | None = None) -> requests.Response:
        """One request, as the browser sends it."""
        form = None
        if data is not None:
            form = {"csrfmiddlewaretoken": self.token, **data}
        begin = time.perf_counter()
        answer = self.web.request(
            method, self.address + path, data=form, headers={"Referer": self.address + path}, timeout=60
        )
        self.waits.setdefault(what, []).append(time.perf_counter() - begin)
        if answer.status_code >= 400:
            self.errors.append(f"{what}: {answer.status_code} {path}")
        found = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', answer.text)
        if found:
            self.token = found[1]
        return answer

    def work(self) -> None:
        """One case."""
        inbox = self.ask("inbox", "GET", "/?page=" + str(self.chance.randint(1, 3)))
        cases = re.findall(r'href="(/cases/[a-z0-9]{6,12}/)"', inbox.text)
        if not cases:
            inbox = self.ask("inbox", "GET", "/")
            cases = re.findall(r'href="(/cases/[a-z0-9]{6,12}/)"', inbox.text)
        # Agents share the cases out, so that what one kept is not overwritten by another.
        own = [case for case in dict.fromkeys(cases) if sum(map(ord, case)) % 20 == self.number % 20]
        case = self.chance.choice(own or cases)
        page = self.ask("case", "GET", case)
        stamp = f"{self.number}-{time.time_ns()}"
        if own:
            seen = re.search(r'name="seen_cause" value="([^"]*)"', page.text)
            cause = f"The van broke down, noted by {stamp}."
            data = {"cause": cause, "seen_cause": seen[1] if seen else ""}
            if self.ask("outline", "POST", case + "outline/cause/", data).status_code == 200:
                self.causes[case] = cause
        text = (
            f"Dear customer, I am sorry: your order came two days late and cold. We sent it with a van that broke "
            f"down and told you nothing. I pay back the whole price tomorrow by noon. Reference {stamp}."
        )
        for part in (0.3, 0.6, 1.0):
            self.ask("live check", "POST", case + "answer/reply/check/", {"text": text[: int(len(text) * part)]})
            time.sleep(self.pause * self.chance.random())
        sent = self.ask("send", "POST", case + "answer/reply/", {"text": text, "do": "send", "subject": "Your order"})
        if sent.status_code < 400 and "Reference" not in self.field(sent.text):
            self.kept["replies"].append(text)
        note = f"Rang them, {stamp}."
        if self.ask("note", "POST", case + "notes/", {"text": note}).status_code < 400:
            self.kept["notes"].append(note)
        time.sleep(self.pause * self.chance.random())

    @staticmethod
    def field(page: str) -> str:
        """What stands in the field of the composer; after sending nothing of ours does."""
        found = re.search(r'<textarea[^>]*name="text"[^>]*>(.*?)</textarea>', page, re.DOTALL)
        return found[1] if found else ""


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--agents", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--cases", type=int, default=400)
    parser.add_argument("--pause", type=float, default=1.0, help="longest pause of an agent, in seconds")
    parser.add_argument("--processes", type=int, default=0, help="serve by so many processes, with a worker beside")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="amends-agents-"))
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AMENDS_", "DJANGO_"))}
    environment = kept | {
        "AMENDS_DATA": str(folder),
        "AMENDS_URL": f"http://127.0.0.1:{port}",
        "DJANGO_SETTINGS_MODULE": "amends.desk.settings",
        "LANGUAGE": "en",
    }
    python = [sys.executable, "-c"]
    arguments = [str(asked.agents), str(asked.cases), PASSWORD]
    subprocess.run([*python, _PREPARE, *arguments], env=environment, check=True)
    log = (folder / "log").open("w")
    commands = [[*COMMAND, "desk", "--port", str(port)]]
    if asked.processes:
        commands[0] += ["--processes", str(asked.processes)]
        commands.append([*COMMAND, "worker"])
    running = [subprocess.Popen(command, env=environment, stdout=log, stderr=log) for command in commands]
    address = f"http://127.0.0.1:{port}"
    for _attempt in range(300):
        try:
            requests.get(address + "/sign-in/", timeout=5)
            break
        except requests.ConnectionError:
            time.sleep(0.2)
    end = time.monotonic() + asked.seconds
    agents = [Agent(number, address, end, asked.pause) for number in range(asked.agents)]
    for agent in agents:
        agent.start()
    for agent in agents:
        agent.join()
    time.sleep(25)  # What was sent last may still be taken back for ten seconds.
    for process in running:
        process.send_signal(signal.SIGTERM)
    for process in running:
        process.wait(60)
    found = json.loads(subprocess.run([*python, _COUNT], env=environment, check=True, capture_output=True).stdout)
    waits: dict[str, list[float]] = {}
    for agent in agents:
        for what, times in agent.waits.items():
            waits.setdefault(what, []).extend(times)
    errors = [error for agent in agents for error in agent.errors]
    said = {name: sorted(text for agent in agents for text in agent.kept[name]) for name in ("replies", "notes")}
    causes = [cause for agent in agents for cause in agent.causes.values()]
    stored = {name: list(found[name]) for name in ("replies", "notes", "causes")}
    report = {
        "agents": asked.agents,
        "seconds": asked.seconds,
        "requests": sum(map(len, waits.values())),
        "errors": len(errors),
        "kinds of errors": sorted({re.sub(r"/cases/\w+/", "/cases/…/", error) for error in errors})[:10],
        "milliseconds": {
            what: {
                "p50": round(1000 * statistics.median(times)),
                "p95": round(1000 * statistics.quantiles(times, n=20)[-1]) if len(times) > 1 else None,
            }
            for what, times in waits.items()
        },
        "replies sent": len(said["replies"]),
        "replies lost": len(set(said["replies"]) - set(stored["replies"])),
        "replies doubled": len(stored["replies"]) - len(set(stored["replies"])),
        "notes lost": len(set(said["notes"]) - set(stored["notes"])),
        "notes doubled": len(stored["notes"]) - len(set(stored["notes"])),
        "outline fields lost": len(set(causes) - set(stored["causes"])),
        "replies that left": found["left"],
        "tracebacks in the log": (folder / "log").read_text().count("Traceback"),
    }
    print(json.dumps(report, indent=1, ensure_ascii=False))
    print(f"log: {folder / 'log'}", file=sys.stderr)
    return 1 if errors or any(report[name] for name in report if name.endswith(("lost", "doubled"))) else 0


if __name__ == "__main__":
    sys.exit(main())
