"""The pattern language of the language packs: from a line that a native speaker can read to a regular expression.

A pattern is matched within one sentence of the folded text (lower case, no diacritics, see `amends.text`). Its words
stand in order; between two words there may be any punctuation.

=============  ======================================================================================
``sorry``      the word itself
``klaid*``     any word that begins so; ``*able`` any word that ends so; ``ne*ome`` both
``klaid+noun`` the stem with each ending of the pack's paradigm ``noun``
``@we``        any entry of the pack's word class ``we``
``(a|b c)``    one of several
``[very]``     may be there or not
``..``         up to four words in between; ``...`` up to ten ("don't" counts as two)
``_`` ``*``    exactly one word
``#``          a number
``^``  ``$``   the beginning, the end of the sentence
``?``          the sentence ends with a question mark
``-(not|no)``  what follows does not begin with one of these
``<...>``      remembered for the rule's ``fix``, as ``{1}``, ``{2}``
``=žali``      the word with exactly these diacritics
=============  ======================================================================================
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from itertools import combinations
from typing import Any, NamedTuple

from amends.text import fold

__all__ = [
    "ANY",
    "NUMBER",
    "QUESTION",
    "START",
    "CompiledPattern",
    "PatternError",
    "Step",
    "Vocabulary",
    "compile_pattern",
]

# Between two words of a pattern: blanks, a comma, a quotation mark, a dash, at most four characters together.
_BETWEEN = r"[^\w!?]{1,4}"
ANY, NUMBER, QUESTION, START = "*", "#", "?", "^"
"""Among the words of a step: any word; any word that begins with a digit; a question mark; the beginning of the
sentence. The last two stand for a word each."""

_TOKEN = re.compile(r"\s*(\.\.\.|\.\.|[()\[\]<>|^$#_]|\?(?!\S)|-\(|@[\w-]+|[^\s()\[\]<>|]+)")
_DEEPEST_CLASS = 8
_MOST_ROWS = 24


class PatternError(ValueError):
    """A pattern that cannot be read; the message says which part and why."""


class Step(NamedTuple):
    """One word that every match of a pattern holds.

    Attributes:
        words: What it may be: folded words, words with an open beginning, middle or end (``klaid*``), `ANY`, `NUMBER`.
        gap: Whether other words may stand between it and the word of the next step.
    """

    words: frozenset[str]
    gap: bool = False


Row = tuple[Step, ...]
"""Words that stand in this order."""


_WHATEVER: Row = (Step(frozenset([ANY]), gap=True),)


@dataclass(frozen=True, slots=True)
class CompiledPattern:
    """One pattern, ready to match.

    Attributes:
        named: The pattern as it stands in the pack, in UTF-8.
        written: A regular expression over folded text, in UTF-8: most patterns of a pack are never tried.
        at_start: Whether the pattern only matches at the beginning of a sentence.
        exact: Whether words with exact diacritics make it match on the accented text instead of the folded one.
        rows: Each match holds all pairs of words of one of these rows: less than the expression asks for, and quickly
            told. A row has one or two pairs; a pair may be a single word. There are none when the pack comes compiled.
    """

    named: bytes
    written: bytes
    at_start: bool
    exact: bool
    rows: tuple[tuple[Row, ...], ...] = field(default=(), compare=False, repr=False)

    @property
    def source(self) -> str:
        """The pattern as it stands in the pack."""
        return self.named.decode()

    @property
    def expression(self) -> str:
        """The regular expression as text."""
        return self.written.decode()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What patterns of one language may refer to.

    Attributes:
        classes: Word classes: name to entries, each a pattern itself.
        paradigms: Endings: name to the endings, "" for the bare stem.
        prefixes: Letters that attach to the front of a word in this language's writing (Hebrew).
        common: Folded function words, which tell little of a sentence.
        parsed: Word classes that have been read already, by name.
    """

    classes: Mapping[str, Sequence[str]]
    paradigms: Mapping[str, Sequence[str]]
    prefixes: str = ""
    common: frozenset[str] = frozenset()
    parsed: "dict[str, tuple[_Part, bool]]" = field(default_factory=dict, compare=False, repr=False)


_Atoms = tuple[str, ...]
"""A sequence of smallest expressions: escaped characters, separators, groups."""


@dataclass(slots=True)
class _Part:
    """A piece of a pattern.

    Attributes:
        branches: The ways it may be written.
        rows: Words that its matches hold: one of these rows.
        fixed: Whether every match holds a word, or a part of one, that the pattern names.
        optional: Whether it may be absent.
        zero_width: Whether it stands between words instead of being one.
        gap: Whether further words may stand before it.
        grouped: The ways as one sequence, when they have been asked for.
    """

    branches: tuple[_Atoms, ...]
    rows: tuple[Row, ...] = ()
    fixed: bool = False
    optional: bool = False
    zero_width: bool = False
    gap: bool = False
    grouped: _Atoms | None = None

    @classmethod
    def of(cls, expression: str, *words: str) -> "_Part":
        """A part of one expression that is not looked into, a match of which is one of these words."""
        return cls(((expression,),), ((Step(frozenset(words), gap=True),),))

    @classmethod
    def between(cls, expression: str, *, gap: bool = False) -> "_Part":
        """A part that stands between words."""
        return cls(((expression,),), zero_width=True, gap=gap)

    @property
    def atoms(self) -> _Atoms:
        """The part as one sequence; several ways become one group, made once for all patterns of a word class."""
        if self.grouped is None:
            self.grouped = self.branches[0] if len(self.branches) == 1 else (_group(self.branches),)
        return self.grouped

    @property
    def expression(self) -> str:
        """The part as an expression."""
        return "".join(self.atoms)


class _Parser:
    """Reads one pattern by recursive descent."""

    def __init__(self, source: str, vocabulary: Vocabulary, depth: int = 0) -> None:
        self.source = source
        self.vocabulary = vocabulary
        self.depth = depth
        self.tokens = _tokens(source)
        self.place = 0
        self.at_start = False
        self.exact = False

    def parse(self) -> _Part:
        part = self.alternatives(None)
        if self.place < len(self.tokens):
            raise PatternError(f"unexpected {self.tokens[self.place]!r} in {self.source!r}")
        return part

    def alternatives(self, closing: str | None) -> _Part:
        branches = [self.sequence(closing)]
        while self.peek() == "|":
            self.place += 1
            branches.append(self.sequence(closing))
        if closing is not None:
            if self.peek() != closing:
                raise PatternError(f"{closing!r} is missing in {self.source!r}")
            self.place += 1
        return _either(branches)

    def peek(self) -> str | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def sequence(self, closing: str | None) -> _Part:
        parts: list[_Part] = []
        while (token := self.peek()) is not None and token not in ("|", closing):
            self.place += 1
            parts.append(self.element(token))
        if not parts:
            raise PatternError(f"an empty part in {self.source!r}")
        return _in_order(parts, self.source)

    def element(self, token: str) -> _Part:
        if token == "(":
            return self.alternatives(")")
        if token == "[":
            inside = self.alternatives("]")
            return replace(inside, fixed=False, optional=True)
        if token == "<":
            inside = self.alternatives(">")
            return replace(inside, branches=((f"({inside.expression})",),), grouped=None)
        if token == "-(":
            inside = self.alternatives(")")
            return _Part.between(rf"(?!{_BETWEEN}{inside.expression}(?!\w))")
        if token in (")", "]", ">"):
            raise PatternError(f"unexpected {token!r} in {self.source!r}")
        if token in ("..", "..."):
            most = 4 if token == ".." else 10
            return _Part.between(rf"(?:{_BETWEEN}\w{{1,40}}){{0,{most}}}?", gap=True)
        if token in ("_", "*"):
            return _Part.of(r"\w[\w']*", ANY)
        if token == "#":
            return _Part.of(r"[\d.,:/]*\d[\d.,:/]*", NUMBER)
        if token == "^":
            if self.place != 1 or self.depth:
                raise PatternError(f"'^' stands only at the beginning of a pattern: {self.source!r}")
            self.at_start = True
            return _Part(((r"[^\w]*",),), ((Step(frozenset([START])),),), zero_width=True)
        if token == "?":
            if self.place < len(self.tokens):
                raise PatternError(f"'?' ends a pattern; write [word] for a word that may be absent: {self.source!r}")
            return _Part(((r"(?=[^?]*\?[^\w]*\Z)",),), ((Step(frozenset([QUESTION])),),), zero_width=True, gap=True)
        if token == "$":
            return _Part.between(r"(?=[^\w]*\Z)")
        if token.startswith("@"):
            return self.word_class(token[1:])
        return self.word(token)

    def word_class(self, name: str) -> _Part:
        entries = self.vocabulary.classes.get(name)
        if entries is None:
            raise PatternError(f"there is no word class '@{name}' (in {self.source!r})")
        if self.depth >= _DEEPEST_CLASS:
            raise PatternError(f"word class '@{name}' refers to itself")
        known = self.vocabulary.parsed.get(name)
        if known is None:
            branches, exact = [], False
            for entry in entries:
                inner = _Parser(entry, self.vocabulary, self.depth + 1)
                branches.append(inner.parse())
                exact |= inner.exact
            known = self.vocabulary.parsed[name] = (_either(branches), exact)
        part, exact = known
        self.exact |= exact
        return part

    def word(self, token: str) -> _Part:
        exact = token.startswith("=") and len(token) > 1
        if exact:
            self.exact = True
        # In "that's" and "we'll" the apostrophe stands between two words.
        written = (token[1:] if exact else token).lstrip("'")
        if written.startswith("+"):
            raise PatternError(
                f"'{token}' has no stem before it; write each stem with its paradigm (in {self.source!r})"
            )
        stem, plus, paradigm = written.partition("+")
        if plus and paradigm:
            endings = self.vocabulary.paradigms.get(paradigm)
            if endings is None:
                raise PatternError(f"there is no paradigm '{paradigm}' (in {self.source!r})")
            forms = sorted({fold(stem + ending) for ending in endings}, key=lambda form: (-len(form), form))
            branches = tuple(self.prefixed(_letters(form)) for form in forms)
            return _Part(branches, _merged([_row_of(form) for form in forms]), fixed=True)
        before, after = written.startswith("*"), written.endswith("*")
        core = written.strip("*")
        if "*" in core:
            return self.word_with_gap(token, core, exact=exact, before=before, after=after)
        literal = core.lower() if exact else fold(core)
        if "?" in literal or "!" in literal:
            raise PatternError(f"'{token}': '?' and '!' are no part of a word (in {self.source!r})")
        if not literal:
            raise PatternError(f"'{token}' holds no letter (in {self.source!r})")
        atoms = ((r"\w*",) if before else ()) + _letters(literal) + ((r"\w*",) if after else ())
        row = _row_of(fold(core), before=before, after=after)
        # What stands before a sign ("*-x") or behind one ("€*") may be a word of its own.
        gap = (before and re.match(r"\w", core) is None) or (after and not row)
        return _Part((atoms if before else self.prefixed(atoms),), (row,), fixed=True, gap=gap)

    def word_with_gap(self, token: str, core: str, *, exact: bool, before: bool, after: bool) -> _Part:
        """A word of which the beginning and the end are given, such as ``ne*ėme``."""
        pieces = [piece.lower() if exact else fold(piece) for piece in core.split("*") if piece]
        folded = [fold(piece) for piece in pieces]
        if max(map(len, folded)) < 2:
            raise PatternError(f"'{token}' says too little of the word (in {self.source!r})")
        atoms: _Atoms = (r"\w*",) if before else ()
        for number, piece in enumerate(pieces):
            atoms += ((r"\w*",) if number else ()) + _letters(piece)
        atoms += (r"\w*",) if after else ()
        form = ANY * before + ANY.join(folded) + ANY * after
        row = (Step(frozenset([form])),) if all(re.fullmatch(r"\w+", piece) for piece in folded) else _WHATEVER
        return _Part((atoms if before else self.prefixed(atoms),), (row,), fixed=True)

    def prefixed(self, atoms: _Atoms) -> _Atoms:
        if not self.vocabulary.prefixes:
            return atoms
        return (f"(?:[{self.vocabulary.prefixes}]{{1,3}})?", *atoms)


def _tokens(source: str) -> list[str]:
    tokens, place = [], 0
    while place < len(source.rstrip()):
        found = _TOKEN.match(source, place)
        if found is None:
            raise PatternError(f"cannot read {source[place:]!r} in {source!r}")
        tokens.append(found[1])
        place = found.end()
    return tokens


_escaped = cache(re.escape)


def _letters(literal: str) -> _Atoms:
    return tuple(map(_escaped, literal))


def _group(branches: Sequence[_Atoms]) -> str:
    """An alternation that shares common beginnings, so that a place where none fits is left at once.

    Longer ways come before their own beginnings: the marked words are the whole device and not its first words.
    """
    tree: dict[str, Any] = {}
    for branch in branches:
        node = tree
        for atom in branch:
            node = node.setdefault(atom, {})
        node[""] = {}
    return _grouped(tree)


def _grouped(tree: dict[str, Any]) -> str:
    ends = "" in tree
    ways = []
    for atom, below in tree.items():
        if atom:
            rest = below
            written = [atom]
            while len(rest) == 1 and "" not in rest:
                following, rest = next(iter(rest.items()))
                written.append(following)
            ways.append("".join(written) + (_grouped(rest) if rest.keys() != {""} else ""))
    if not ways:
        return ""
    inside = "(?:" + "|".join(ways) + ")"
    return inside + "?" if ends else inside


def _row_of(literal: str, *, before: bool = False, after: bool = False) -> Row:
    """The words of a folded literal, its beginning or end perhaps open."""
    words = re.findall(r"\w+", literal)
    if before and words and literal.startswith(words[0]):
        words[0] = ANY + words[0]
    open_end = after and bool(words) and literal.endswith(words[-1].removeprefix(ANY))
    if open_end:
        words[-1] += ANY
    row = tuple(Step(frozenset([word])) for word in words)
    return _let_in(row) if after and not open_end else row


def _merged(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Fewer rows that say at most a little less: those of the same build become one."""
    built: dict[tuple[bool, ...], list[Row]] = {}
    for row in rows:
        built.setdefault(tuple(step.gap for step in row), []).append(row)
    made = [tuple(map(_any_of, zip(*alike, strict=True))) for alike in built.values()]
    if len(made) > _MOST_ROWS:
        # Of long ones the first and the last word are enough.
        long = [row for row in made if len(row) > 1]
        ends = (Step(_any_of([row[0] for row in long]).words, gap=True), _any_of([row[-1] for row in long]))
        made = [row for row in made if len(row) < 2] + [ends]
    return tuple(made)


def _any_of(steps: Sequence[Step]) -> Step:
    return Step(frozenset().union(*(step.words for step in steps)), any(step.gap for step in steps))


def _let_in(row: Row) -> Row:
    """A row behind which other words may stand."""
    return (*row[:-1], Step(row[-1].words, gap=True)) if row else row


def _most_telling(row: Row, common: frozenset[str]) -> tuple[Row, ...]:
    """The two pairs of words of a row that stand least often in a sentence, one behind the other."""
    if len(row) < 2:
        return (row,)
    often = [_share(step.words, common) for step in row]
    pairs = []
    for one, other in combinations(range(len(row)), 2):
        gap = other > one + 1 or row[one].gap
        pairs.append((often[one] * often[other] * (_GAPPED if gap else 1.0), one, other, gap))
    pairs.sort()
    return tuple((Step(row[one].words, gap), Step(row[other].words)) for _, one, other, gap in pairs[:2])


_GAPPED = 5.0
"""How much more often two words stand in a sentence than they stand side by side."""

_FREQUENCY = (1.0, 1.0, 0.3, 0.03, 0.01, 0.005, 0.002)


@lru_cache(maxsize=8192)
def _share(words: frozenset[str], common: frozenset[str]) -> float:
    return min(1.0, sum(_frequency(word, common) for word in words))


def _frequency(word: str, common: frozenset[str]) -> float:
    """A guess how often a word stands at a place: short and common words are everywhere."""
    if word == ANY:
        return 1.0
    if word in common:
        return 0.1 if len(word) < 5 else 0.05
    return _FREQUENCY[min(max(map(len, word.split(ANY))), 6)] / 5


def _either(branches: Sequence[_Part]) -> _Part:
    if len(branches) == 1:
        return branches[0]
    return _Part(
        tuple(atoms for branch in branches for atoms in branch.branches),
        _merged([row for branch in branches for row in branch.rows]),
        fixed=all(branch.fixed for branch in branches),
        gap=any(branch.gap for branch in branches),
    )


def _in_order(parts: Sequence[_Part], source: str) -> _Part:
    solid = [place for place, part in enumerate(parts) if not part.optional and not part.zero_width]
    if not solid:
        raise PatternError(f"nothing but gaps and optional words in {source!r}")
    if len(parts) == 1:
        return parts[0]
    head = solid[0]
    written: list[str] = []
    rows: tuple[Row, ...] = ((),)
    for place, part in enumerate(parts):
        if part.zero_width:
            written.append(part.expression)
        elif part.optional:
            inside = part.expression + _BETWEEN if place < head else _BETWEEN + part.expression
            written.append(f"(?:{inside})?")
        else:
            if place != head:
                written.append(_BETWEEN)
            written.extend(part.atoms)
        if part.gap or (part.optional and part.rows == (_WHATEVER,)):
            rows = tuple(map(_let_in, rows))
        if part.rows and not (part.optional and part.rows == (_WHATEVER,)):
            ways = (*part.rows, ()) if part.optional else part.rows
            rows = _merged([row + way for row in rows for way in ways])
    return _Part(
        (tuple(written),),
        rows,
        any(parts[place].fixed for place in solid),
        gap=any(part.gap for part in parts[: head + 1]),
    )


def compile_pattern(source: str, vocabulary: Vocabulary) -> CompiledPattern:
    """Turn one pattern into a regular expression over folded text and the words that its matches hold.

    Args:
        source: The pattern, in the language described at the head of this module.
        vocabulary: The word classes and paradigms of its language.

    Raises:
        PatternError: The pattern cannot be read, refers to an unknown class, or holds no fixed string to look for.
    """
    if "\t" in source or "\n" in source:
        raise PatternError(f"a pattern stands on one line, with blanks between its words: {source!r}")
    parser = _Parser(source, vocabulary)
    part = parser.parse()
    if not part.fixed:
        raise PatternError(f"{source!r} holds no fixed word to look for")
    if not all(part.rows):
        raise PatternError(f"{source!r} may match a sign alone, without a word")
    rows = tuple(dict.fromkeys(_most_telling(row, vocabulary.common) for row in part.rows))
    expression = rf"(?<!\w){part.expression}(?!\w)"
    return CompiledPattern(source.encode(), expression.encode(), parser.at_start, parser.exact, rows)
