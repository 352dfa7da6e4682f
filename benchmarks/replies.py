"""A seeded corpus of as many replies as a benchmark needs, recombined from the sentences of the training corpus.

Each reply follows the plan of a real one (channel, order of its parts) and takes most of its sentences from others
that say the same kind of thing in the same place; numbers are drawn anew. Its length is drawn from a distribution
like that of real replies. The same seed gives the same replies.
"""

import json
import math
import random
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "training"))

from corpus import Reply, read_corpus

MEAN_LENGTH = 225
"""Characters; the public English replies of the development set have 222 on average."""
SEED = 20_003
_SPREAD = 0.75
_REPLACED = 0.8
_PUBLIC = frozenset({"social", "review", "notice"})
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Generated:
    """A reply with what a caller knows about it."""

    text: str
    language: str
    message: str
    name: str | None
    fault: str
    channel: str


class Generator:
    """Makes replies of one language."""

    def __init__(self, language: str, *, seed: int = SEED, mean: int = MEAN_LENGTH) -> None:
        """Read the training corpus of the language.

        Args:
            language: ISO 639-1 code.
            seed: Which of the many corpora.
            mean: Characters of a reply on average.

        Raises:
            SystemExit: The language has no training corpus.
        """
        self._language = language
        self._plans = read_corpus(language)
        if not self._plans:
            raise SystemExit(f"benchmarks: there is no training corpus for '{language}'")
        self._chance = random.Random(f"{seed} {language}")
        # The mean of a log-normal distribution is exp(mu + sigma² / 2).
        self._mu = math.log(mean) - _SPREAD**2 / 2
        self._pools: dict[tuple[str, str], list[str]] = defaultdict(list)
        for plan in self._plans:
            for place, sentence in enumerate(plan.sentences):
                self._pools[_kind(plan, place)].append(sentence)

    def __iter__(self) -> Iterator[Generated]:
        """Replies without end."""
        while True:
            yield self._make()

    def _make(self) -> Generated:
        chance = self._chance
        plan = chance.choice(self._plans)
        wanted = chance.lognormvariate(self._mu, _SPREAD)
        parts: list[str] = []
        length, following, place = 0, plan, 0
        while True:
            if place >= len(following.sentences):
                following, place = chance.choice(self._plans), 1
                continue
            sentence = self._sentence(following, place)
            # The end nearer to the wanted length: half of the replies come out longer, half shorter.
            if parts and length + (len(sentence) + 1) / 2 > wanted:
                break
            if parts:
                parts.append("\n\n" if place in following.paragraphs else " ")
            parts.append(sentence)
            length += len(sentence) + 1
            place += 1
        channel = "public" if plan.channel in _PUBLIC else "private"
        return Generated("".join(parts), self._language, plan.message.strip(), plan.name, plan.fault, channel)

    def _sentence(self, plan: Reply, place: int) -> str:
        sentence = plan.sentences[place]
        if self._chance.random() < _REPLACED:
            sentence = self._chance.choice(self._pools[_kind(plan, place)])
        return _DIGIT.sub(lambda found: str(self._chance.randint(1, 9)), sentence)


def _kind(plan: Reply, place: int) -> tuple[str, str]:
    """What a sentence is for: where it stands and the first of its labels."""
    where = "first" if place == 0 else "last" if place == len(plan.sentences) - 1 else "middle"
    return where, min(plan.labels[place], default="")


def distinct(language: str, count: int, *, seed: int = SEED, mean: int = MEAN_LENGTH) -> list[Generated]:
    """So many replies of which no two are the same text."""
    found: dict[str, Generated] = {}
    for reply in Generator(language, seed=seed, mean=mean):
        found.setdefault(reply.text, reply)
        if len(found) == count:
            break
    return list(found.values())


def write(path: Path, replies: Iterable[Generated]) -> None:
    """One JSON object a line, for workers in other processes and languages."""
    path.write_text("".join(json.dumps(asdict(reply)) + "\n" for reply in replies), encoding="utf-8")


def read(path: Path) -> list[Generated]:
    """What `write` wrote."""
    return [Generated(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]
