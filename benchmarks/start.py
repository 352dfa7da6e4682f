"""What a whole process costs that checks one reply: time from start to end, and memory.

    python benchmarks/start.py

Every figure is the median of fresh processes that take turns. Ratios are against a Python that does nothing.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from measuring import keep
from replies import distinct, write

from amends.checker.pack import available_languages

RUNS = 9
MANY = 2000
_PEAK = """
import resource
try:
    # The mark of this very process; what the caller took before it started this one is not in it.
    peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak)
"""
_REPLY = "Sorry about that. We packed the wrong lamp on Monday. The right one leaves today. I will ring you by Friday."
_CHECK = f"import amends\nreview = amends.check({_REPLY!r}, language='en')\nassert review.verdict != 'unread'"
_RULES = (
    f"from amends.checker.check import Checker\nreview = Checker('en', model=False).review({_REPLY!r})\n"
    "assert review.verdict != 'unread'"
)
_UNAIDED = f"import amends\nreview = amends.check({_REPLY!r})\nassert review.verdict != 'unread'"
_EVERY = f"import amends\nfor language in {available_languages()!r}:\n    amends.check('.', language=language)"
_MANY = """
import amends, json
for line in open({path!r}, encoding="utf-8"):
    reply = json.loads(line)
    amends.check(reply["text"], language=reply["language"], complaint=reply["message"], name=reply["name"])
"""
NOTHING = "Python alone"
PROGRAMS = {
    NOTHING: "pass",
    "import amends": "import amends",
    "import, first check by rules": _RULES,
    "import, first check": _CHECK,
    "import, first check, language recognised": _UNAIDED,
    f"import, first check in each of {len(available_languages())} languages": _EVERY,
}


def run(program: str) -> tuple[float, float]:
    """Seconds and peak megabytes of a fresh process."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", program + _PEAK], stdout=subprocess.PIPE, text=True, check=True)
    return time.perf_counter() - start, int(done.stdout) / 1024


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--dry", action="store_true", help="keep no results")
    arguments = parser.parse_args()
    for program in PROGRAMS.values():
        run(program)
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in PROGRAMS}
    for _ in range(arguments.runs):
        for name, program in PROGRAMS.items():
            measured[name].append(run(program))
    many = f"import, {MANY:,} checks"
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "replies.jsonl"
        write(corpus, distinct("en", MANY))
        measured[many] = [run(_MANY.format(path=str(corpus)))]
    seconds = {name: median(time for time, _ in runs) for name, runs in measured.items()}
    memory = {name: median(peak for _, peak in runs) for name, runs in measured.items()}
    width = max(map(len, measured))
    print(f"{'':{width}} {'ms':>7} {'without Python':>15} {'peak MB':>8} {'x Python':>9}")
    for name in measured:
        own = seconds[name] - seconds[NOTHING]
        times = memory[name] / memory[NOTHING]
        print(f"{name:{width}} {seconds[name] * 1000:7.0f} {own * 1000:15.0f} {memory[name]:8.1f} {times:9.1f}")
    if not arguments.dry:
        ratios = {
            name: {
                "time": round(seconds[name] / seconds[NOTHING], 2),
                "memory": round(memory[name] / memory[NOTHING], 2),
            }
            for name in measured
        }
        aside = {
            name: {"milliseconds": round(seconds[name] * 1000), "peak_megabytes": round(memory[name])}
            for name in measured
        }
        keep("start", ratios, aside)


if __name__ == "__main__":
    main()
