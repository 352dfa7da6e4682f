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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from amends.text import fold

__all__ = ["WHOLE", "CompiledPattern", "PatternError", "Vocabulary", "compile_pattern"]

# Between two words of a pattern: blanks, a comma, a quotation mark, a dash, at most four characters together.
_BETWEEN = r"[^\w!?]{1,4}"
WHOLE = "\x1f"
"""Ends an anchor that is a whole word; other anchors may be a part of one."""

_TOKEN = re.compile(r"\s*(\.\.\.|\.\.|[()\[\]<>|^$#_]|\?(?!\S)|-\(|@[\w-]+|[^\s()\[\]<>|]+)")
_MOST_ANCHORS = 400
_DEEPEST_CLASS = 8


class PatternError(ValueError):
    """A pattern that cannot be read; the message says which part and why."""


@dataclass(frozen=True, slots=True)
class CompiledPattern:
    """One pattern, ready to match.

    Attributes:
        source: The pattern as written in the pack.
        expression: A regular expression over folded text, as text: most patterns of a pack are never tried.
        anchors: Folded strings of which at least one is part of every match; whole words end in `WHOLE`.
        at_start: Whether the pattern only matches at the beginning of a sentence.
        exact: Whether words with exact diacritics make it match on the accented text instead of the folded one.
        inside: Whether an anchor may stand inside a word, behind a prefix or a ``*``.
        besides: Sets of folded words; a sentence that matches holds at least one whole word of each.
        firsts: Folded words with one of which every match begins, unless it begins with one of `stems`; both are
            empty when a match may begin otherwise.
        stems: Beginnings of words, likewise.
    """

    source: str
    expression: str
    anchors: tuple[str, ...]
    at_start: bool
    exact: bool
    inside: bool
    besides: tuple[frozenset[str], ...] = ()
    firsts: frozenset[str] = frozenset()
    stems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What patterns of one language may refer to.

    Attributes:
        classes: Word classes: name to entries, each a pattern itself.
        paradigms: Endings: name to the endings, "" for the bare stem.
        prefixes: Letters that attach to the front of a word in this language's writing (Hebrew).
        common: Folded function words: as anchors they would announce a pattern in every sentence.
        parsed: Word classes that have been read already, by name.
    """

    classes: Mapping[str, Sequence[str]]
    paradigms: Mapping[str, Sequence[str]]
    prefixes: str = ""
    common: frozenset[str] = frozenset()
    parsed: "dict[str, tuple[_Part, bool, bool]]" = field(default_factory=dict, compare=False, repr=False)


_Atoms = tuple[str, ...]
"""A sequence of smallest expressions: escaped characters, separators, groups."""


@dataclass(slots=True)
class _Part:
    """A piece of a pattern.

    Attributes:
        branches: The ways it may be written.
        anchors: Strings of which one is part of every match; None when there are none.
        optional: Whether it may be absent.
        zero_width: Whether it looks without taking anything in.
        words: Whole words of which one is part of every match; None when there are none.
        besides: For a sequence, the words of its other parts.
        firsts: Words (ending in `WHOLE`) and beginnings of words of which one begins every match; None when they
            cannot be listed.
    """

    branches: tuple[_Atoms, ...]
    anchors: tuple[str, ...] | None
    optional: bool = False
    zero_width: bool = False
    words: frozenset[str] | None = None
    besides: tuple[frozenset[str], ...] = ()
    firsts: frozenset[str] | None = None

    @classmethod
    def of(cls, expression: str, anchors: tuple[str, ...] | None = None, *, zero_width: bool = False) -> "_Part":
        """A part of one expression that is not looked into."""
        return cls(((expression,),), anchors, zero_width=zero_width)

    @property
    def atoms(self) -> _Atoms:
        """The part as one sequence; several ways become one group."""
        return self.branches[0] if len(self.branches) == 1 else (_group(self.branches),)

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
        self.inside = False

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
        return _in_order(parts, self.source, self.vocabulary.common)

    def element(self, token: str) -> _Part:
        if token == "(":
            return self.alternatives(")")
        if token == "[":
            inside = self.alternatives("]")
            return _Part(inside.branches, None, optional=True, firsts=inside.firsts)
        if token == "<":
            inside = self.alternatives(">")
            group = ((f"({inside.expression})",),)
            return _Part(group, inside.anchors, inside.optional, words=inside.words, firsts=inside.firsts)
        if token == "-(":
            inside = self.alternatives(")")
            return _Part.of(rf"(?!{_BETWEEN}{inside.expression}(?!\w))", zero_width=True)
        if token in (")", "]", ">"):
            raise PatternError(f"unexpected {token!r} in {self.source!r}")
        if token in ("..", "..."):
            most = 4 if token == ".." else 10
            return _Part.of(rf"(?:{_BETWEEN}\w{{1,40}}){{0,{most}}}?", zero_width=True)
        if token in ("_", "*"):
            return _Part.of(r"[\w']+")
        if token == "#":
            return _Part.of(r"[\d.,:/]*\d[\d.,:/]*")
        if token == "^":
            if self.place != 1 or self.depth:
                raise PatternError(f"'^' stands only at the beginning of a pattern: {self.source!r}")
            self.at_start = True
            return _Part.of(r"[^\w]*", zero_width=True)
        if token == "?":
            if self.place < len(self.tokens):
                raise PatternError(f"'?' ends a pattern; write [word] for a word that may be absent: {self.source!r}")
            return _Part.of(r"(?=[^?]*\?[^\w]*\Z)", zero_width=True)
        if token == "$":
            return _Part.of(r"(?=[^\w]*\Z)", zero_width=True)
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
            branches, exact, inside = [], False, False
            for entry in entries:
                inner = _Parser(entry, self.vocabulary, self.depth + 1)
                branches.append(inner.parse())
                exact |= inner.exact
                inside |= inner.inside
            known = self.vocabulary.parsed[name] = (_either(branches), exact, inside)
        part, exact, inside = known
        self.exact |= exact
        self.inside |= inside
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
            plain = frozenset(forms) if all(map(str.isalnum, forms)) else None
            branches = tuple(self.prefixed(_letters(form)) for form in forms)
            firsts = frozenset(form + WHOLE for form in plain) if plain is not None else None
            return _Part(branches, (_common_start(forms),), words=plain, firsts=firsts)
        before, after = written.startswith("*"), written.endswith("*")
        core = written.strip("*")
        if "*" in core:
            return self.word_with_gap(token, core, exact=exact, before=before, after=after)
        self.inside |= before
        literal = core.lower() if exact else fold(core)
        if "?" in literal or "!" in literal:
            raise PatternError(f"'{token}': '?' and '!' are no part of a word (in {self.source!r})")
        if not literal:
            raise PatternError(f"'{token}' holds no letter (in {self.source!r})")
        atoms = ((r"\w*",) if before else ()) + _letters(literal) + ((r"\w*",) if after else ())
        runs = [] if before or after else re.findall(r"\w+", fold(core))
        if not runs:
            begins = None if before else re.match(r"\w+", fold(core))
            firsts = frozenset([begins[0]]) if begins else None
            return _Part((atoms if before else self.prefixed(atoms),), (fold(core),), firsts=firsts)
        word = max(runs, key=len)
        first = frozenset([runs[0] + WHOLE]) if fold(core).startswith(runs[0]) else None
        return _Part((self.prefixed(atoms),), (word + WHOLE,), words=frozenset([word]), firsts=first)

    def word_with_gap(self, token: str, core: str, *, exact: bool, before: bool, after: bool) -> _Part:
        """A word of which the beginning and the end are given, such as ``ne*ėme``."""
        pieces = [piece.lower() if exact else fold(piece) for piece in core.split("*") if piece]
        anchor = max(map(fold, pieces), key=len)
        if len(anchor) < 2:
            raise PatternError(f"'{token}' says too little of the word (in {self.source!r})")
        self.inside |= before or anchor != fold(pieces[0])
        atoms: _Atoms = (r"\w*",) if before else ()
        for number, piece in enumerate(pieces):
            atoms += ((r"\w*",) if number else ()) + _letters(piece)
        atoms += (r"\w*",) if after else ()
        firsts = None if before else frozenset([fold(pieces[0])])
        return _Part((atoms if before else self.prefixed(atoms),), (anchor,), firsts=firsts)

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


def _letters(literal: str) -> _Atoms:
    return tuple(map(re.escape, literal))


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


def _common_start(forms: Sequence[str]) -> str:
    first, last = min(forms), max(forms)
    length = 0
    while length < min(len(first), len(last)) and first[length] == last[length]:
        length += 1
    return first[:length]


def _either(branches: Sequence[_Part]) -> _Part:
    if len(branches) == 1:
        return branches[0]
    anchors: list[str] | None = []
    for branch in branches:
        if branch.anchors is None or anchors is None:
            anchors = None
        else:
            anchors.extend(branch.anchors)
    unique = tuple(dict.fromkeys(anchors)) if anchors is not None else None
    ways = tuple(atoms for branch in branches for atoms in branch.branches)
    words = _union([branch.words for branch in branches])
    return _Part(ways, unique, words=words, firsts=_union([branch.firsts for branch in branches]))


def _union(sets: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    """All words of some sets; None when one of them cannot be listed."""
    known = [one for one in sets if one is not None]
    return frozenset().union(*known) if len(known) == len(sets) else None


def _in_order(parts: Sequence[_Part], source: str, common: frozenset[str]) -> _Part:
    solid = [place for place, part in enumerate(parts) if not part.optional and not part.zero_width]
    if not solid:
        raise PatternError(f"nothing but gaps and optional words in {source!r}")
    if len(parts) == 1:
        return parts[0]
    head = solid[0]
    written: list[str] = []
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
    fixed = [parts[place] for place in solid]
    known = [part for part in fixed if part.anchors and len(part.anchors) <= _MOST_ANCHORS]
    best = min(known, key=lambda part: _frequency(part.anchors or (), common)) if known else None
    others = [part.words for part in fixed if part is not best and part.words]
    others.sort(key=lambda words: _frequency(tuple(words), common))
    rarest = best.words if best is not None and best.words else (others[0] if others else None)
    beginning = [part for part in parts[: head + 1] if not _looks_ahead(part)]
    firsts = _union([part.firsts for part in beginning])
    anchors = best.anchors if best else None
    return _Part((tuple(written),), anchors, words=rarest, besides=tuple(others[:2]), firsts=firsts)


def _looks_ahead(part: _Part) -> bool:
    return part.zero_width and part.expression.startswith("(?!")


_FREQUENCY = (1.0, 1.0, 0.3, 0.03, 0.01, 0.005, 0.002)


def _frequency(anchors: Sequence[str], common: frozenset[str]) -> float:
    """A guess how often one of some anchors stands in a sentence: short and common words are everywhere."""
    return sum(
        (1.0 if len(anchor) < 5 else 0.05) if anchor in common else _FREQUENCY[min(len(anchor), 6)]
        for anchor in (anchor.removesuffix(WHOLE) for anchor in anchors)
    )


def compile_pattern(source: str, vocabulary: Vocabulary) -> CompiledPattern:
    """Turn one pattern into a regular expression over folded text and the anchors that announce it.

    Args:
        source: The pattern, in the language described at the head of this module.
        vocabulary: The word classes and paradigms of its language.

    Raises:
        PatternError: The pattern cannot be read, refers to an unknown class, or holds no fixed string to look for.
    """
    parser = _Parser(source, vocabulary)
    part = parser.parse()
    if part.anchors is None or not all(part.anchors):
        raise PatternError(f"{source!r} holds no fixed word to look for")
    expression = rf"(?<!\w){part.expression}(?!\w)"
    beginnings = (not parser.at_start and part.firsts) or frozenset()
    firsts = frozenset(word[:-1] for word in beginnings if word.endswith(WHOLE))
    stems = tuple(sorted(word for word in beginnings if not word.endswith(WHOLE)))
    return CompiledPattern(
        source, expression, part.anchors, parser.at_start, parser.exact, parser.inside, part.besides, firsts, stems
    )
