"""Language packs: what a language's apologies and faults look like, as data that a native speaker can edit.

A pack is a folder ``packs/<language>/`` of YAML files. Each file may hold

* ``language``: settings: ``name``, ``prefixes`` (letters that attach to the front of words), ``status``;
* ``classes``: word classes, name to a list of patterns;
* ``paradigms``: endings, name to a list;
* ``rules``: a list of rules.

A rule::

    - id: apology-then-but                # unique in the pack
      label: but                          # what a match means; `labels: [a, b]` for several
      match: ["^ (but|however) ..."]      # patterns, see amends.checker.patterns
      unless: ["but (we|i) fixed"]        # a match of these in the same sentence cancels
      needs: {apology: [same, previous]}  # other labels that must be found there
      without: {responsibility: [same]}   # other labels that must not be found there
      strength: sure                      # sure: decides; hint: only tells the sentence model
      fix: "{1} apologise"                # optional: what the matched words become; "" deletes them
      yes: ["Sorry. But read the terms."] # sentences that must match ...
      no: ["It took long but it works."]  # ... and that must not

`needs` and `without` name places: ``same`` sentence, ``previous``, ``next``, ``neighbour`` (same, previous or next),
``before`` (any earlier sentence), ``reply`` (anywhere).

Everything wrong in a file is an error that names file and line.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from amends.checker.catalogue import COMMITMENT
from amends.checker.catalogue import RULE_LABELS as LABELS
from amends.checker.compiled import fingerprint
from amends.checker.patterns import CompiledPattern, PatternError, Vocabulary, compile_pattern
from amends.checker.sieve import Layout
from amends.text import LANGUAGES, table
from amends.text.kept import cached, keep

__all__ = ["PLACES", "Pack", "PackError", "Rule", "available_languages", "common_words", "load_pack", "read_pack"]

PLACES = ("same", "previous", "next", "neighbour", "before", "reply")
_STATUSES = ("stable", "preview")
_STRENGTHS = ("sure", "hint")
_RULE_KEYS = frozenset(
    ["id", "label", "labels", "match", "unless", "needs", "without", "strength", "fix", "yes", "no", "why", "source"]
)
_FILE_KEYS = frozenset({"language", "classes", "paradigms", "rules"})


class PackError(ValueError):
    """A language pack that cannot be used; the message begins with file and line."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a pack, compiled.

    Attributes:
        id: Unique within the pack.
        labels: What a match means: ids of components and faults, and `promise` for a commitment of the business.
        patterns: Any of them makes a match.
        unless: A match of any of them in the same sentence cancels.
        needs: For each label the places of which at least one must hold it.
        without: For each label the places of which none may hold it.
        sure: Whether a match decides; otherwise it only informs the sentence model.
        fix: What the matched words become, None when there is no safe rewrite.
        yes: Sentences that must match.
        no: Sentences that must not match.
        place: File and line, for messages.
    """

    id: str
    labels: tuple[str, ...]
    patterns: tuple[CompiledPattern, ...]
    unless: tuple[CompiledPattern, ...]
    needs: Mapping[str, tuple[str, ...]]
    without: Mapping[str, tuple[str, ...]]
    sure: bool
    fix: str | None
    yes: tuple[str, ...]
    no: tuple[str, ...]
    place: str

    @property
    def conditional(self) -> bool:
        """Whether the rule looks at other labels of the reply, and so is decided after them."""
        return bool(self.needs or self.without)


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of one language.

    Attributes:
        language: ISO 639-1 code.
        status: "stable" or "preview".
        vocabulary: Word classes and paradigms that the rules refer to; empty when the pack comes compiled.
        rules: In the order of the files.
        patterns: Those of the rules, in their order, then those that cancel a match. A pattern's number is its place.
        layout: Where to look for the patterns of all rules.
        sure_layout: Makes the same for those of the rules that decide; seldom asked for.
        settings: What the pack says of its language.
        name: Under which its compiled form is kept; None for a pack that does not ship with Amends.
    """

    language: str
    status: str
    vocabulary: Vocabulary
    rules: tuple[Rule, ...]
    patterns: tuple[CompiledPattern, ...]
    layout: Layout
    sure_layout: Callable[[], Layout]
    settings: Mapping[str, Any] = field(default_factory=dict)
    name: str | None = None


class _Located(str):
    """A string that remembers where it was written."""

    __slots__ = ("place",)
    place: str

    @classmethod
    def of(cls, value: str, place: str) -> "_Located":
        text = cls(value)
        text.place = place
        return text


def _construct(node: Any, name: str) -> Any:
    """Plain Python data from a YAML node, its strings knowing their place; mappings keep `__place__`."""
    place = f"{name}:{node.start_mark.line + 1}"
    if node.id == "mapping":
        made: dict[str, Any] = {"__place__": place}
        for key, value in node.value:
            if key.value in made:
                raise PackError(f"{name}:{key.start_mark.line + 1}: '{key.value}' is given twice")
            made[key.value] = _construct(value, name)
        return made
    if node.id == "sequence":
        return [_construct(value, name) for value in node.value]
    return _Located.of(node.value, place)


def _parse(text: str, name: str) -> dict[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node: Any = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise PackError(f"{name}:{line}: {error.problem}") from error
    if node is None:
        return {}
    if node.id != "mapping":
        raise PackError(f"{name}:1: the file must hold 'language', 'classes', 'paradigms' or 'rules'")
    data = _construct(node, name)
    assert isinstance(data, dict)
    for key in data:
        if key not in _FILE_KEYS and key != "__place__":
            raise PackError(f"{data['__place__']}: '{key}' is none of {', '.join(sorted(_FILE_KEYS))}")
    return data


def _strings(value: Any, what: str, place: str) -> list[_Located]:
    if isinstance(value, _Located):
        return [value]
    if isinstance(value, list) and all(isinstance(item, _Located) for item in value):
        return value
    raise PackError(f"{place}: '{what}' must be a list of texts")


def _places(value: Any, what: str, place: str) -> dict[str, tuple[str, ...]]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise PackError(f"{place}: '{what}' must map labels to places")
    made = {}
    for label, where in value.items():
        if label == "__place__":
            continue
        if label not in LABELS:
            raise PackError(f"{place}: '{what}' names the unknown label '{label}'")
        named = tuple(str(one) for one in _strings(where, what, place))
        for one in named:
            if one not in PLACES:
                raise PackError(f"{place}: '{one}' is no place ({', '.join(PLACES)})")
        made[label] = named
    return made


def _compiled(value: Any, what: str, place: str, vocabulary: Vocabulary) -> tuple[CompiledPattern, ...]:
    patterns = []
    for source in _strings(value, what, place):
        try:
            patterns.append(compile_pattern(str(source), vocabulary))
        except PatternError as error:
            raise PackError(f"{source.place}: {error}") from error
    return tuple(patterns)


def _rule(data: Any, name: str, vocabulary: Vocabulary) -> Rule:
    if not isinstance(data, dict):
        raise PackError(f"{name}: a rule must be a mapping with 'id', 'label' and 'match'")
    place = data.pop("__place__")
    for key in data:
        if key not in _RULE_KEYS:
            raise PackError(f"{place}: a rule has no '{key}'")
    for key in ("id", "match"):
        if key not in data:
            raise PackError(f"{place}: the rule lacks '{key}'")
    if ("label" in data) == ("labels" in data):
        raise PackError(f"{place}: a rule has either 'label' or 'labels'")
    labels = tuple(str(label) for label in _strings(data.get("labels", data.get("label")), "labels", place))
    for label in labels:
        if label not in LABELS and label != COMMITMENT:
            raise PackError(f"{place}: '{label}' is no component and no fault")
    strength = str(data.get("strength", "sure"))
    if strength not in _STRENGTHS:
        raise PackError(f"{place}: 'strength' is 'sure' or 'hint', not '{strength}'")
    fix = data.get("fix")
    return Rule(
        id=str(data["id"]),
        labels=labels,
        patterns=_compiled(data["match"], "match", place, vocabulary),
        unless=_compiled(data.get("unless", []), "unless", place, vocabulary),
        needs=_places(data.get("needs"), "needs", place),
        without=_places(data.get("without"), "without", place),
        sure=strength == "sure",
        fix=str(fix) if fix is not None else None,
        yes=tuple(map(str, _strings(data.get("yes", []), "yes", place))),
        no=tuple(map(str, _strings(data.get("no", []), "no", place))),
        place=place,
    )


def read_pack(language: str, texts: Mapping[str, str]) -> Pack:
    """Build a pack from the contents of its files.

    Args:
        language: ISO 639-1 code.
        texts: File name (for messages) to YAML text.

    Raises:
        PackError: Something in a file is wrong; the message names file and line.
    """
    settings: dict[str, Any] = {}
    classes: dict[str, list[str]] = {}
    paradigms: dict[str, list[str]] = {}
    waiting: list[tuple[Any, str]] = []
    for name, text in texts.items():
        data = _parse(text, name)
        place = data.pop("__place__", f"{name}:1")
        settings.update(data.get("language") or {})
        for kind, known in (("classes", classes), ("paradigms", paradigms)):
            for key, entries in (data.get(kind) or {}).items():
                if key == "__place__":
                    continue
                if key in known:
                    raise PackError(f"{place}: '{key}' is defined twice in this pack")
                known[key] = list(_strings(entries, key, place))
        waiting.extend((rule, name) for rule in data.get("rules") or [])
    place = settings.pop("__place__", "")
    status = str(settings.get("status", "stable"))
    if status not in _STATUSES:
        raise PackError(f"{place}: 'status' is 'stable' or 'preview', not '{status}'")
    vocabulary = Vocabulary(classes, paradigms, str(settings.get("prefixes", "")), common_words(language))
    rules = [_rule(data, name, vocabulary) for data, name in waiting]
    seen: dict[str, str] = {}
    for rule in rules:
        if rule.id in seen:
            raise PackError(f"{rule.place}: the rule id '{rule.id}' stands already at {seen[rule.id]}")
        seen[rule.id] = rule.place
    patterns = _patterns(rules)
    deciding = {pattern.named for pattern in _patterns([rule for rule in rules if rule.sure])}
    rows = [(number, row) for number, pattern in enumerate(patterns) for row in pattern.rows]
    sure = [(number, row) for number, row in rows if patterns[number].named in deciding]
    layout = Layout.of(rows)
    return Pack(language, status, vocabulary, tuple(rules), patterns, layout, lambda: Layout.of(sure), settings)


def _patterns(rules: Iterable[Rule]) -> tuple[CompiledPattern, ...]:
    """The patterns of some rules, each once: those that match before those that cancel."""
    found = [pattern for rule in rules for pattern in rule.patterns]
    found += [guard for rule in rules for guard in rule.unless]
    return tuple({pattern.named: pattern for pattern in found}.values())


def _packs() -> Traversable:
    return files("amends.checker") / "packs"


def _folders() -> Iterator[Traversable]:
    for folder in _packs().iterdir():
        if folder.is_dir() and re.fullmatch("[a-z]{2,3}", folder.name):
            yield folder


@cache
def available_languages() -> tuple[str, ...]:
    """The languages that have a pack, as sorted ISO 639-1 codes."""
    return tuple(sorted(folder.name for folder in _folders()))


@cache
def load_pack(language: str) -> Pack:
    """The pack of a language that ships with Amends; read once.

    Raises:
        PackError: There is no such pack, or a file of it is wrong.
    """
    folder = _packs() / language
    if not folder.is_dir():
        raise PackError(f"there is no language pack '{language}' (there are: {', '.join(available_languages())})")
    pages = sorted((page for page in folder.iterdir() if page.name.endswith(".yaml")), key=lambda page: page.name)
    texts = {f"{language}/{page.name}": page.read_bytes() for page in pages}
    name = fingerprint(language, texts, common_words(language))
    lines = cached(name)
    if lines is not None:
        with suppress(KeyError, TypeError, ValueError, IndexError, AttributeError):
            return replace(_of_lines(lines), name=name)
    pack = read_pack(language, {page: text.decode() for page, text in texts.items()})
    keep(name, _lines(pack))
    return replace(pack, name=name)


def common_words(language: str) -> frozenset[str]:
    """The folded function words of a language; none for a language without a table."""
    return frozenset(table(language).function_words) if language in LANGUAGES else frozenset()


def _lines(pack: Pack) -> list[bytes]:
    """A pack as lines of text: one of plain data (rules name their patterns by number), one for the layout of sure
    rules alone, which is seldom asked for, then a pattern a line with its expression, of which most are never tried."""
    number = {pattern.named: place for place, pattern in enumerate(pack.patterns)}
    plain = {
        "language": pack.language,
        "status": pack.status,
        "settings": {key: str(value) for key, value in pack.settings.items()},
        "prefixes": pack.vocabulary.prefixes,
        "at_start": [place for place, one in enumerate(pack.patterns) if one.at_start],
        "exact": [place for place, one in enumerate(pack.patterns) if one.exact],
        "layout": pack.layout.to_plain(),
        "rules": [
            [
                rule.id,
                rule.labels,
                [number[pattern.named] for pattern in rule.patterns],
                [number[pattern.named] for pattern in rule.unless],
                dict(rule.needs),
                dict(rule.without),
                rule.sure,
                rule.fix,
                rule.yes,
                rule.no,
                rule.place,
            ]
            for rule in pack.rules
        ],
    }
    sure = pack.sure_layout().to_plain()
    written = [json.dumps(one, ensure_ascii=False).encode() for one in (plain, sure)]
    return [*written, *(b"\t".join((one.named, one.written)) for one in pack.patterns)]


def _of_lines(lines: Sequence[bytes]) -> Pack:
    """The pack of what `_lines` made.

    Raises:
        KeyError, TypeError, ValueError, IndexError, AttributeError: It is something else.
    """
    first, sure, *written = lines
    data = json.loads(first)
    at_start, exact = frozenset(data["at_start"]), frozenset(data["exact"])
    patterns = tuple(
        CompiledPattern(named, expression, place in at_start, place in exact)
        for place, (named, _, expression) in enumerate(line.partition(b"\t") for line in written)
    )
    rules = tuple(
        Rule(
            identity,
            tuple(labels),
            tuple(patterns[number] for number in matching),
            tuple(patterns[number] for number in cancelling),
            {label: tuple(places) for label, places in needs.items()},
            {label: tuple(places) for label, places in without.items()},
            sure,
            fix,
            tuple(yes),
            tuple(no),
            place,
        )
        for identity, labels, matching, cancelling, needs, without, sure, fix, yes, no, place in data["rules"]
    )
    vocabulary = Vocabulary({}, {}, data["prefixes"])
    layout = Layout.of_plain(data["layout"])
    return Pack(
        data["language"],
        data["status"],
        vocabulary,
        rules,
        patterns,
        layout,
        lambda: Layout.of_plain(json.loads(sure)),
        data["settings"],
    )
