"""The pattern language of the language packs: from a line that a native speaker can read to a regular expression.

A pattern is matched within one sentence of the folded text (lower case, no diacritics, see `amends.text`). Its words
stand in order; between two words there may be any punctuation.

=============  ======================================================================================
``sorry``      the word itself
``klaid*``     any word that begins so; ``*able`` any word that ends so
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
from dataclasses import dataclass

from amends.text import fold

__all__ = ["CompiledPattern", "PatternError", "Vocabulary", "compile_pattern"]

# Between two words of a pattern: blanks, a comma, a quotation mark, a dash, at most four characters together.
_BETWEEN = r"[^\w!?]{1,4}"
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
        anchors: Folded strings of which at least one is part of every match.
        at_start: Whether the pattern only matches at the beginning of a sentence.
        exact: Whether words with exact diacritics make it match on the accented text instead of the folded one.
    """

    source: str
    expression: str
    anchors: tuple[str, ...]
    at_start: bool
    exact: bool


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What patterns of one language may refer to.

    Attributes:
        classes: Word classes: name to entries, each a pattern itself.
        paradigms: Endings: name to the endings, "" for the bare stem.
        prefixes: Letters that attach to the front of a word in this language's writing (Hebrew).
    """

    classes: Mapping[str, Sequence[str]]
    paradigms: Mapping[str, Sequence[str]]
    prefixes: str = ""


@dataclass(slots=True)
class _Part:
    """A piece of a pattern: its expression, its anchors (None: no fixed string), whether it may be absent."""

    expression: str
    anchors: tuple[str, ...] | None
    optional: bool = False
    zero_width: bool = False


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
            return _Part(inside.expression, None, optional=True)
        if token == "<":
            inside = self.alternatives(">")
            return _Part(f"({inside.expression})", inside.anchors, inside.optional)
        if token == "-(":
            inside = self.alternatives(")")
            return _Part(rf"(?!{_BETWEEN}{inside.expression}(?!\w))", None, zero_width=True)
        if token in (")", "]", ">"):
            raise PatternError(f"unexpected {token!r} in {self.source!r}")
        if token in ("..", "..."):
            most = 4 if token == ".." else 10
            return _Part(rf"(?:{_BETWEEN}\w{{1,40}}){{0,{most}}}?", None, zero_width=True)
        if token in ("_", "*"):
            return _Part(r"[\w']+", None)
        if token == "#":
            return _Part(r"[\d.,:/]*\d[\d.,:/]*", None)
        if token == "^":
            if self.place != 1 or self.depth:
                raise PatternError(f"'^' stands only at the beginning of a pattern: {self.source!r}")
            self.at_start = True
            return _Part(r"[^\w]*", None, zero_width=True)
        if token == "?":
            if self.place < len(self.tokens):
                raise PatternError(f"'?' ends a pattern; write [word] for a word that may be absent: {self.source!r}")
            return _Part(r"(?=[^?]*\?[^\w]*\Z)", None, zero_width=True)
        if token == "$":
            return _Part(r"(?=[^\w]*\Z)", None, zero_width=True)
        if token.startswith("@"):
            return self.word_class(token[1:])
        return self.word(token)

    def word_class(self, name: str) -> _Part:
        entries = self.vocabulary.classes.get(name)
        if entries is None:
            raise PatternError(f"there is no word class '@{name}' (in {self.source!r})")
        if self.depth >= _DEEPEST_CLASS:
            raise PatternError(f"word class '@{name}' refers to itself")
        branches = []
        for entry in entries:
            inner = _Parser(entry, self.vocabulary, self.depth + 1)
            branches.append(inner.parse())
            self.exact |= inner.exact
        return _either(branches)

    def word(self, token: str) -> _Part:
        exact = token.startswith("=") and len(token) > 1
        if exact:
            self.exact = True
        # In "that's" and "we'll" the apostrophe stands between two words.
        written = (token[1:] if exact else token).lstrip("'")
        stem, plus, paradigm = written.partition("+")
        if plus and paradigm:
            endings = self.vocabulary.paradigms.get(paradigm)
            if endings is None:
                raise PatternError(f"there is no paradigm '{paradigm}' (in {self.source!r})")
            forms = sorted({fold(stem + ending) for ending in endings}, key=lambda form: (-len(form), form))
            return _Part(self.prefixed(_alternation(forms)), (_common_start(forms),))
        before, after = written.startswith("*"), written.endswith("*")
        core = written.strip("*")
        literal = core.lower() if exact else fold(core)
        if "?" in literal or "!" in literal:
            raise PatternError(f"'{token}': '?' and '!' are no part of a word (in {self.source!r})")
        if not literal:
            raise PatternError(f"'{token}' holds no letter (in {self.source!r})")
        expression = (r"\w*" if before else "") + re.escape(literal) + (r"\w*" if after else "")
        return _Part(expression if before else self.prefixed(expression), (fold(core),))

    def prefixed(self, expression: str) -> str:
        if not self.vocabulary.prefixes:
            return expression
        return f"(?:[{self.vocabulary.prefixes}]{{1,3}})?{expression}"


def _tokens(source: str) -> list[str]:
    tokens, place = [], 0
    while place < len(source.rstrip()):
        found = _TOKEN.match(source, place)
        if found is None:
            raise PatternError(f"cannot read {source[place:]!r} in {source!r}")
        tokens.append(found[1])
        place = found.end()
    return tokens


def _alternation(expressions: Sequence[str]) -> str:
    return "(?:" + "|".join(map(re.escape, expressions)) + ")"


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
    # Longer branches first, so that the marked words are the whole device and not its beginning.
    expressions = sorted((branch.expression for branch in branches), key=len, reverse=True)
    unique = tuple(dict.fromkeys(anchors)) if anchors is not None else None
    return _Part("(?:" + "|".join(expressions) + ")", unique)


def _in_order(parts: Sequence[_Part], source: str) -> _Part:
    solid = [place for place, part in enumerate(parts) if not part.optional and not part.zero_width]
    if not solid:
        raise PatternError(f"nothing but gaps and optional words in {source!r}")
    head = solid[0]
    written = []
    for place, part in enumerate(parts):
        if part.zero_width:
            written.append(part.expression)
        elif part.optional:
            inside = part.expression + _BETWEEN if place < head else _BETWEEN + part.expression
            written.append(f"(?:{inside})?")
        elif place == head:
            written.append(part.expression)
        else:
            written.append(_BETWEEN + part.expression)
    candidates = [parts[place].anchors for place in solid]
    known = [anchors for anchors in candidates if anchors and len(anchors) <= _MOST_ANCHORS]
    best = max(known, key=_worth) if known else None
    return _Part("".join(written), best)


def _worth(anchors: Sequence[str]) -> tuple[float, int]:
    """Rarer anchors first: length stands for rarity, many alternatives make a hit more likely."""
    return (min(map(len, anchors)) - len(anchors) / 8, max(map(len, anchors)))


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
    return CompiledPattern(source, expression, part.anchors, parser.at_start, parser.exact)
