"""Notes of an incident through a real Postfix, with the desk killed three times.

    python benchmarks/notes.py [NUMBER] [KILLS]

50,000 people and three kills when nothing is given. Prints how many addresses got their note once, none, twice, and how
long it took: the desk, Postfix and the reader that counts share one machine.
"""

import json
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests" / "servers"))

from mail_servers import why_not
from notes_run import run


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    if reason := why_not("postfix"):
        sys.exit(reason)
    with tempfile.TemporaryDirectory() as folder:
        done = run(number, kills=kills, data=Path(folder), patience=3_600)
    figures = {
        "people": number,
        "kills": kills,
        "once": sum(count == 1 for count in done.mails.values()),
        "twice or more": sum(count > 1 for count in done.mails.values()),
        "none": number - len(done.mails),
        "cut by a kill": done.cut,
        "states": dict(done.states),
        "promises in the ledger": done.promises,
        "seconds of sending": round(done.seconds, 1),
        "notes a second": round(number / done.seconds, 1),
        "before": done.told.split("\n")[:-1],
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
