"""The contenders of a comparison, each in a process of its own that waits for its turn.

    python benchmarks/contenders.py NAME CORPUS.jsonl CLOCK

reads lines "first last" and answers each with a JSON list: for each reply from `first` to before `last` the
nanoseconds that it took. The clock is "wall", or "processor" on a machine that others use too: then the time in which
the process was interrupted is not counted.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import peers
from replies import Generated, read

Act = Callable[[Generated], object]
CLOCKS: dict[str, Callable[[], int]] = {"wall": time.perf_counter_ns, "processor": time.thread_time_ns}
HERE = Path(__file__).resolve().parent


def checker(model: bool) -> Callable[[Sequence[Generated]], Act]:
    """A full check: components, faults, the whole reply, missing parts, verdict, score."""

    def build(replies: Sequence[Generated]) -> Act:
        from amends.checker.check import Checker

        checkers = {language: Checker(language, model=model) for language in {reply.language for reply in replies}}

        def act(reply: Generated) -> object:
            return checkers[reply.language].review(
                reply.text, complaint=reply.message, name=reply.name, fault=reply.fault, channel=reply.channel
            )

        return act

    return build


def all_readers(replies: Sequence[Generated]) -> Act:
    """A full check with the model, the message heard, and the reply's promises read."""
    from datetime import datetime

    from amends import hear
    from amends.checker.check import Checker
    from amends.promises import promises_in

    checkers = {language: Checker(language) for language in {reply.language for reply in replies}}
    sent = datetime(2026, 3, 3, 9)

    def act(reply: Generated) -> object:
        review = checkers[reply.language].review(
            reply.text, complaint=reply.message, name=reply.name, fault=reply.fault, channel=reply.channel
        )
        heard = hear(reply.message, language=reply.language) if reply.message else None
        return review, heard, promises_in(review, sent=sent)

    return act


def unaided(replies: Sequence[Generated]) -> Act:
    """`amends.check` as a caller uses it who knows nothing but the text: the language is recognised too."""
    from amends import check

    return lambda reply: check(reply.text)


def bare_scan(replies: Sequence[Generated]) -> Act:
    """The limit: the matcher alone finds all that the pack's patterns name in text that was folded before."""
    from ahocorasick_rs import AhoCorasick, Implementation

    from amends.checker.engine import Engine
    from amends.checker.pack import load_pack
    from amends.text import fold

    literals = Engine(load_pack(replies[0].language)).literals
    automaton = AhoCorasick(literals, implementation=Implementation.ContiguousNFA, store_patterns=False)
    folded = {reply.text: fold(reply.text) for reply in replies}
    return lambda reply: automaton.find_matches_as_indexes(folded[reply.text], overlapping=True)


def proselint(replies: Sequence[Generated]) -> Act:
    """Proselint with all its checks."""
    peers.proselint()
    from proselint.checks import __register__
    from proselint.config import DEFAULT
    from proselint.registry import CheckRegistry
    from proselint.tools import LintFile

    CheckRegistry().register_many(__register__)
    everything = {**DEFAULT, "max_errors": sys.maxsize}
    return lambda reply: LintFile("reply", reply.text).lint(everything)


CONTENDERS: dict[str, Callable[[Sequence[Generated]], Act]] = {
    "amends, rules alone": checker(model=False),
    "amends, with model": checker(model=True),
    "amends, all readers": all_readers,
    "amends, text alone": unaided,
    "bare scan": bare_scan,
    "proselint": proselint,
}


class Contender:
    """One contender's process."""

    def __init__(self, name: str, corpus: Path, clock: str = "wall") -> None:
        """Start it; it reads the corpus and waits."""
        self.name = name
        if name == "write-good":
            command = ["node", str(HERE / "write_good.cjs"), str(peers.write_good()), str(corpus), clock]
        else:
            command = [sys.executable, str(HERE / "contenders.py"), name, str(corpus), clock]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, first: int, last: int) -> list[int]:
        """Let it work on these replies.

        Returns:
            Nanoseconds, one number a reply.

        Raises:
            RuntimeError: It ended instead.
        """
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{first} {last}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"'{self.name}' ended with exit code {self._process.wait()}")
        times: list[int] = json.loads(line)
        return times

    def __enter__(self) -> "Contender":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()


def serve(act: Act, replies: Sequence[Generated], clock: Callable[[], int]) -> None:
    """Work when asked, until the asking ends."""
    for line in sys.stdin:
        first, last = map(int, line.split())
        times = []
        for reply in replies[first:last]:
            start = clock()
            act(reply)
            times.append(clock() - start)
        print(json.dumps(times), flush=True)


def main() -> None:
    """The command."""
    name, corpus, clock = sys.argv[1:]
    replies = read(Path(corpus))
    serve(CONTENDERS[name](replies), replies, CLOCKS[clock])


if __name__ == "__main__":
    main()
