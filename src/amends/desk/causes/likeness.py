"""How much two stories resemble one another: near wording, far wording, another language. Pure reckoning, no database.

A story is reduced to four things, none of which holds its words:

- what it speaks of: things of `words/concepts.toml`, the same in all six languages;
- the beginnings of its words, hashed: they compare within a language;
- facts that mean the same everywhere: order numbers, dates, amounts, names and quoted words;
- the kinds of failure that hearing found.

What is shared counts by how rare it is in this house: in a bakery "cake" says nothing. How rare things are in
complaints at large (`words/common.json`) stands in for the house's own numbers while it has few cases. The weights of
`Weights` were set near a fit on `evals/recurrence/tuning.jsonl`, see `evals/similarity.py`.
"""

import itertools
import json
import re
import tomllib
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import exp, log
from typing import Any

from amends.hearing.cues import CueWords
from amends.hearing.facts import facts
from amends.text import LANGUAGES, fold, identify, normalise
from amends.text.features import tokens

__all__ = [
    "NEAR",
    "VERSION",
    "Features",
    "Likeness",
    "Rarity",
    "Weights",
    "compare",
    "features_of",
    "shared_words",
]

VERSION = 1
"""Of the features; a story that was reduced by an older one is reduced again."""
NEAR = 0.5
"""Share of common runs of words from which on two stories count as nearly the same words."""

_LONGEST = 6_000
_STEM = 5
_SKETCH = 48
_MOST_STEMS = 120
_PRIOR = 60.0
"""So many cases the house's own numbers weigh as much as those of complaints at large."""
_COMMON_STEM = 0.004
_MOST_WORDS = 4
"""Of an entry, as they are shown."""
_HEBREW = re.compile("[\u0590-\u05ff]")
_ATTACHED = frozenset("והשבלכמ")
_QUOTED = re.compile(r"[\"“”„«»]([^\"“”„«»\n]{3,40})[\"“”„«»]")
_LATIN = re.compile(r"[A-Za-z][A-Za-z0-9-]{2,}(?: [A-Z][A-Za-z0-9-]{2,})*")
_DAY = re.compile(r"^(?:20\d\d-([01]\d)-([0-3]\d)|([0-3]?\d)[./]([01]?\d))")


@dataclass(frozen=True, slots=True)
class Features:
    """What of a story is compared.

    Attributes:
        language: ISO 639-1 code, or "".
        concepts: What it speaks of.
        stems: Hashed beginnings of its words.
        facts: "ref:ab1203", "day:05-02", "amount:4990", "name:lumo".
        kinds: Hearing's words.
        sketch: The smallest hashes of its runs of two words, by which near copies are told.
    """

    language: str = ""
    concepts: frozenset[str] = frozenset()
    stems: frozenset[int] = frozenset()
    facts: frozenset[str] = frozenset()
    kinds: tuple[str, ...] = ()
    sketch: frozenset[int] = frozenset()

    def to_dict(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "l": self.language,
            "c": sorted(self.concepts),
            "s": sorted(self.stems),
            "f": sorted(self.facts),
            "k": list(self.kinds),
            "r": sorted(self.sketch),
        }

    @classmethod
    def of_dict(cls, data: Mapping[str, Any]) -> "Features":
        """From plain data."""
        return cls(
            str(data.get("l", "")),
            frozenset(data.get("c", ())),
            frozenset(data.get("s", ())),
            frozenset(data.get("f", ())),
            tuple(data.get("k", ())),
            frozenset(data.get("r", ())),
        )

    @property
    def keys(self) -> list[int]:
        """All of it that a look-up goes by, as 32-bit numbers."""
        named = [f"c:{one}" for one in self.concepts] + [f"f:{one}" for one in self.facts]
        return [*(_hash(one) for one in named), *self.stems]


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each kind of evidence counts, on a logistic scale.

    Attributes:
        base: Two stories of which nothing is known.
        concept, concept_share: What they speak of: how much rare of it they share, and which part of both that is.
        word, word_share: The same of their words, when they are of one language.
        fact: Facts they share.
        kind: Kinds of failure they share.
        other_language: Added when they are of two languages.
        at_least: From which probability on they are suggested.
    """

    base: float = -7.1
    concept: float = 0.6
    concept_share: float = 7.5
    word: float = 0.05
    word_share: float = 3.0
    fact: float = 0.35
    kind: float = 0.15
    other_language: float = 0.9
    at_least: float = 0.5


@dataclass(frozen=True, slots=True)
class Likeness:
    """How two stories resemble one another.

    Attributes:
        score: 0 to 1.
        near: Nearly the same words.
        concepts, facts, kinds: What they share, the rarest first.
        evidence: The numbers that were weighed, in the order of `Weights` without its ends.
    """

    score: float
    near: bool
    concepts: tuple[str, ...]
    facts: tuple[str, ...]
    kinds: tuple[str, ...]
    evidence: tuple[float, ...] = ()


@dataclass(slots=True)
class Rarity:
    """How rare things are among the cases of a house.

    Attributes:
        cases: How many there are.
        counts: In how many each key of `Features.keys` stands; what is not here stands in none.
    """

    cases: int = 0
    counts: Mapping[int, int] = field(default_factory=dict)

    def of(self, key: int, usual: float) -> float:
        """Weight of a key, in natural logarithms.

        Args:
            key: The key.
            usual: Its share in complaints at large.
        """
        share = (self.counts.get(key, 0) + _PRIOR * usual) / (self.cases + _PRIOR)
        return max(0.0, -log(min(1.0, share + 1e-4)))


def features_of(
    text: str, *, language: str = "", kinds: Sequence[str] = (), name: str = "", known: Collection[str] = ()
) -> Features:
    """Reduce a story.

    Args:
        text: The customer's own words, plain; of a very long one the first 6,000 characters.
        language: ISO 639-1 code; recognised if not given.
        kinds: What hearing found.
        name: The customer's own name, which says nothing of the failure.
        known: Further words that are no facts, such as the name of the house.
    """
    text = text[:_LONGEST]
    if language not in LANGUAGES:
        language = identify(text).language or ""
    folded = normalise(text).text
    words = [token for token in tokens(folded) if token[0].isalpha()]
    own = {part for one in (name, *known) for part in fold(one).split()}
    stems = [_hash(f"{language}:{_stem(word)}") for word in words if len(word) > 2 and word not in own]
    runs = {zlib.crc32(f"{first} {second}".encode()) for first, second in itertools.pairwise(words)}
    return Features(
        language,
        frozenset(concept for concept, _start in _concepts_in(folded, language)),
        frozenset(list(dict.fromkeys(stems))[:_MOST_STEMS]),
        frozenset(_facts_of(text, language, own)),
        tuple(kinds),
        frozenset(sorted(runs)[:_SKETCH]),
    )


def compare(one: Features, other: Features, rarity: Rarity, weights: Weights | None = None) -> Likeness:
    """How much two stories resemble one another.

    Args:
        one, other: The two; the order makes no difference.
        rarity: How rare things are in the house.
        weights: Others than those fitted.
    """
    weights = weights or Weights()
    common = _common()
    concepts = {
        name: rarity.of(_hash(f"c:{name}"), common.concepts.get(name, 0.01)) for name in one.concepts | other.concepts
    }
    both = one.concepts & other.concepts
    shared = sum(concepts[name] for name in both)
    concept_share = _share(shared, concepts, one.concepts, other.concepts)
    same_language = one.language == other.language
    word = word_share = 0.0
    if same_language:
        usual = common.stems.get(one.language, {})
        stems = {key: rarity.of(key, usual.get(key, _COMMON_STEM)) for key in one.stems | other.stems}
        word = sum(stems[key] for key in one.stems & other.stems)
        word_share = _share(word, stems, one.stems, other.stems)
    same_facts = {name: rarity.of(_hash(f"f:{name}"), 0.01) for name in one.facts & other.facts}
    fact = sum(same_facts.values())
    kinds = tuple(kind for kind in one.kinds if kind in other.kinds and kind != "other")
    kind = 1.0 if kinds else (-1.0 if one.kinds and other.kinds else 0.0)
    evidence = (
        min(shared, 12.0),
        concept_share,
        min(word, 40.0),
        word_share,
        min(fact, 9.0),
        kind,
        0.0 if same_language else 1.0,
    )
    factors = (
        weights.concept,
        weights.concept_share,
        weights.word,
        weights.word_share,
        weights.fact,
        weights.kind,
        weights.other_language,
    )
    logit = weights.base + sum(factor * value for factor, value in zip(factors, evidence, strict=True))
    score = 1 / (1 + exp(-max(-30.0, min(30.0, logit))))
    near = _near(one.sketch, other.sketch)
    return Likeness(
        max(score, 0.95) if near else score,
        near,
        tuple(sorted(both, key=lambda name: -concepts[name])),
        tuple(sorted(same_facts, key=lambda name: -same_facts[name])),
        kinds,
        evidence,
    )


def shared_words(text: str, language: str, concepts: Iterable[str]) -> dict[str, str]:
    """The words by which a story speaks of things, as it writes them.

    Args:
        text: The story.
        language: ISO 639-1 code.
        concepts: Which things.

    Returns:
        For each the first word or words that stand for it.
    """
    wanted = set(concepts)
    text = text[:_LONGEST]
    folded = normalise(text)
    found: dict[str, str] = {}
    for concept, start in _concepts_in(folded.text, language):
        if concept in wanted and concept not in found:
            begin = end = start
            while begin and folded.text[begin - 1].isalnum():
                begin -= 1
            while end < len(folded.text) and (folded.text[end].isalnum() or folded.text[end] in "'-"):
                end += 1
            for _more in range(_MOST_WORDS - 1):
                # Of an entry of several words the first alone says little: "too" of "too small".
                if any(name == concept for name, _at in _concepts_in(folded.text[begin:end], language)):
                    break
                end += 1
                while end < len(folded.text) and folded.text[end].isalnum():
                    end += 1
            first, last = folded.span(begin, min(end, len(folded.text)))
            found[concept] = text[first:last].strip("'-")
    return found


def _near(one: frozenset[int], other: frozenset[int]) -> bool:
    """Whether two sketches are of nearly the same words, by the share of common runs among their smallest hashes."""
    if min(len(one), len(other)) < 6:
        return False
    smallest = sorted(one | other)[: min(_SKETCH, max(len(one), len(other)))]
    return sum(key in one and key in other for key in smallest) >= NEAR * len(smallest)


def _share(shared: float, weight: Mapping[Any, float], one: Collection[Any], other: Collection[Any]) -> float:
    """The shared part of what two stories hold, by weight: the middle between the part of the one and of the other."""
    first = sum(weight[key] for key in one)
    second = sum(weight[key] for key in other)
    return shared / (first * second) ** 0.5 if first and second else 0.0


def _facts_of(text: str, language: str, own: Collection[str]) -> Iterable[str]:
    for fact in facts(text):
        if fact.kind == "reference":
            yield "ref:" + "".join(filter(str.isalnum, fold(fact.text)))
        elif fact.kind == "amount":
            digits = re.sub(r"[.,]00(?!\d)", "", fact.text)
            yield "amount:" + "".join(filter(str.isdigit, digits))
        elif fact.kind == "date" and (day := _day(fact.text)):
            yield f"day:{day}"
        elif fact.kind == "name":
            for part in fold(fact.text).split():
                if len(part) > 3 and part not in own:
                    yield "name:" + part[:_STEM]
    for quoted in _QUOTED.finditer(text):
        for part in fold(quoted[1]).split():
            if len(part) > 3:
                yield "name:" + part[:_STEM]
    if language == "he":
        # Nothing is capital in Hebrew; what is written in Latin letters is a name.
        for match in _LATIN.finditer(text):
            for part in fold(match[0]).split():
                if len(part) > 3 and part not in own:
                    yield "name:" + part[:_STEM]


def _day(text: str) -> str:
    match = _DAY.match(text)
    if match is None:
        return ""
    month, day = (match[1], match[2]) if match[1] else (match[4], match[3])
    return f"{int(month):02}-{int(day):02}" if 1 <= int(month) <= 12 and 1 <= int(day) <= 31 else ""


def _stem(word: str) -> str:
    if _HEBREW.match(word):
        bare = word[1:] if len(word) > 4 and word[0] in _ATTACHED else word
        return bare[:4]
    return word[:_STEM]


def _hash(text: str) -> int:
    return zlib.crc32(text.encode())


def _concepts_in(folded: str, language: str) -> Iterable[tuple[str, int]]:
    for name, start in _lexicon(language).found(folded):
        yield name.partition(":")[2], start


@cache
def _lexicon(language: str) -> CueWords:
    """What stands for things in a language; English words for one that is not known, as they travel."""
    page = (files("amends.desk.causes") / "words" / "concepts.toml").read_text(encoding="utf-8")
    table = {
        concept: [
            " ".join(fold(entry).split()) for entry in entries.get(language, entries["en"]).split(",") if entry.strip()
        ]
        for concept, entries in tomllib.loads(page).items()
    }
    return CueWords({"c": table}, _ATTACHED if language == "he" else frozenset())


@dataclass(frozen=True, slots=True)
class _Common:
    concepts: Mapping[str, float]
    stems: Mapping[str, Mapping[int, float]]


@cache
def _common() -> _Common:
    """In which share of complaints things stand."""
    page = files("amends.desk.causes") / "words" / "common.json"
    if not page.is_file():
        return _Common({}, {})
    data = json.loads(page.read_text(encoding="utf-8"))
    stems = {code: {int(key): share for key, share in shares.items()} for code, shares in data["stems"].items()}
    return _Common(data["concepts"], stems)
