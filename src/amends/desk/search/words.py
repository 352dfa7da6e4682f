"""Words as they are searched for: folded, with their plain forms beside them, and what somebody asks for.

A text and a question go the same way, so that they meet: both are folded (`amends.text.normalise`: no case, no
diacritics, no niqqud), cut into words, and of each word that may be an inflected one a *plain form* is kept too. In
the five languages written from left to right that is the word without its ending; the endings are those of all five
together, as nobody says in which language they search. In Hebrew it is the word without its one or two prefix
letters (ה ב ל מ ש ו כ). Plain forms are marked by "=", which no word holds.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from amends.text.normalise import normalise

__all__ = ["GAP", "Form", "Marker", "Question", "Term", "plain_forms", "question", "words_of"]

GAP = "="
"""Stands between two texts of a case, so that no phrase reaches from one into the next."""

_LONGEST_WORD = 60
_MOST_TERMS = 12
_MOST_WORDS_IN_TERM = 20
_LONGEST_QUESTION = 1_000

_WORD = re.compile(r"[^\W_]+")
_ASKED = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')
_FINALS = str.maketrans("ךםןףץ", "כמנפצ")
_HEBREW = re.compile(r"[א-ת]+\Z")
_PREFIXES = frozenset("הבלמשוכ")
_SECOND = {"ו": "הבלמשכ", "ש": "הבלמכ", "כ": "ש", "מ": "הש", "ל": "כ"}
_TWO_PREFIXES = frozenset(first + second for first, seconds in _SECOND.items() for second in seconds)
_HEBREW_ENDINGS = ("ות", "ימ", "ה", "ת")

# Folded, of nouns and adjectives first of all, and of the commonest forms of verbs.
_ENDINGS_OF = {
    "en": "s es ed d ing ies ied y e",
    "lt": "a ai ais am ame ams as au e ei em emis ems es ese i ia iai iais iam iame iams ias ies im imi imis ims io "
    "iomis ios iose is iu iui iuose jau jo o oje om omis oms os ose u ui uje umi umis uose us yje ys yse eje",
    "hr": "a ama e ega em emu eva evi i ih im ima o og oga oj om omu ov ova ove ovi ovima u",
    "et": "a ad ade aga aks al ale alt asse ast at ate d de dele e ed ede ega eks el ele elt esse est et ete ga i id "
    "ide idele ides idest iga iks il ile ilt ina isse ist it ite ks l le lt na ni sse st t te test u ud ude uga uks ul "
    "ule ult usse ust ut ute",
    "sk": "a ach am ami e eho ej emu ho i iach iam ie ii ia iu mi mu o och om ou ov u y ych ym ymi",
}
_ENDINGS = frozenset(ending for endings in _ENDINGS_OF.values() for ending in endings.split())
_LONGEST_ENDING = max(map(len, _ENDINGS))
_LEAST_LEFT = 3
_SOFT = str.maketrans("kpt", "gbd")


@dataclass(frozen=True, slots=True)
class Form:
    """Words that must stand one after the other.

    Attributes:
        words: Folded words, or one plain form with its "=".
        begins: Whether the last one may go on.
    """

    words: tuple[str, ...]
    begins: bool = False

    def places(self, written: Sequence[str]) -> list[tuple[int, int]]:
        """Where the form stands among words: index of its first word and of the one after its last."""
        size = len(self.words)
        *fixed, last = self.words
        return [
            (at, at + size)
            for at in range(len(written) - size + 1)
            if (written[at + size - 1].startswith(last) if self.begins else written[at + size - 1] == last)
            and all(written[at + number] == word for number, word in enumerate(fixed))
        ]


@dataclass(frozen=True, slots=True)
class Term:
    """One of the things asked for.

    Attributes:
        forms: One of them has to be there.
        excluded: None of them may be there.
    """

    forms: tuple[Form, ...]
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody searches for: all of its terms.

    Attributes:
        terms: Those that have to be there and those that must not.
        nothing: Words were written, and none of them is one that can be looked for ("%", "?!").
    """

    terms: tuple[Term, ...]
    nothing: bool = False

    @property
    def wanted(self) -> tuple[Term, ...]:
        """The terms that have to be there."""
        return tuple(term for term in self.terms if not term.excluded)

    @property
    def unwanted(self) -> tuple[Term, ...]:
        """The terms that must not be there."""
        return tuple(term for term in self.terms if term.excluded)

    def fits(self, words: Sequence[str]) -> bool:
        """Whether words as `words_of` gives them have all that is wanted and nothing else; what an index does."""
        return not self.nothing and all(
            any(form.places(words) for form in term.forms) != term.excluded for term in self.terms
        )


class Marker:
    """Finds in texts where the wanted words of a question stand. One for many texts: what it learns of a word it keeps.

    Args:
        question: What was asked.
    """

    def __init__(self, question: Question) -> None:
        forms = [form for term in question.wanted for form in term.forms]
        self._begun = tuple(
            form.words[0] for form in forms if form.begins and len(form.words) == 1 and not _is_plain(form)
        )
        self._whole = frozenset(form.words[0] for form in forms if not form.begins and len(form.words) == 1)
        self._begun_plain = tuple(form.words[0] for form in forms if form.begins and _is_plain(form))
        self._phrases = tuple(form for form in forms if len(form.words) > 1)
        self._known: dict[str, bool] = {}

    def hits(self, text: str) -> list[tuple[int, int]]:
        """Where the words stand.

        Args:
            text: As it was written.

        Returns:
            Spans of code points of `text`, in order, none reaching into another.
        """
        folded = normalise(text)
        shown = folded.text.translate(_FINALS)
        spans = [match.span() for match in _WORD.finditer(shown) if self._is_wanted(match[0])]
        if self._phrases:
            found = [(match[0][:_LONGEST_WORD], match.span()) for match in _WORD.finditer(shown)]
            written = [word for word, _span in found]
            for form in self._phrases:
                spans += [(found[begin][1][0], found[end - 1][1][1]) for begin, end in form.places(written)]
        merged: list[tuple[int, int]] = []
        for begin, end in sorted(folded.span(*span) for span in spans):
            if merged and begin < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end))
            else:
                merged.append((begin, end))
        return merged

    def _is_wanted(self, written: str) -> bool:
        known = self._known.get(written)
        if known is None:
            word = written[:_LONGEST_WORD]
            plain = plain_forms(word)
            known = self._known[written] = (
                word.startswith(self._begun)
                or word in self._whole
                or not self._whole.isdisjoint(plain)
                or any(form.startswith(self._begun_plain) for form in plain)
            )
        return known


def _is_plain(form: Form) -> bool:
    return form.words[0].startswith(GAP)


def words_of(texts: Iterable[str]) -> list[str]:
    """The words of several texts as an index keeps them: in order, then the plain forms of all, each once.

    Args:
        texts: As they were written. Nothing of a text can be mistaken for syntax: words are letters and digits alone.
    """
    kept: list[str] = []
    for text in texts:
        if not text:
            continue
        if kept:
            kept.append(GAP)
        kept += _words(text)
    plain = {form for word in set(kept) if word != GAP for form in plain_forms(word)}
    return [*kept, *((GAP, *sorted(plain)) if plain else ())]


def question(asked: str) -> Question:
    """Read what somebody typed: words, "quoted phrases", -words that must not be there.

    Whatever is typed has a meaning; nothing is an error. Of very long questions the beginning counts.

    Args:
        asked: As it was typed.
    """
    terms: list[Term] = []
    for minus, quoted, bare in _ASKED.findall(asked[:_LONGEST_QUESTION]):
        words = tuple(_words(quoted or bare)[:_MOST_WORDS_IN_TERM])
        if words:
            forms = (Form(words),) if quoted else _forms(words)
            terms.append(Term(forms, bool(minus)))
    kept = tuple(dict.fromkeys(terms[:_MOST_TERMS]))
    return Question(kept, nothing=not kept and bool(asked.strip()))


@lru_cache(maxsize=50_000)
def plain_forms(word: str) -> tuple[str, ...]:
    """The plain forms under which a word of a text is kept besides itself, each with its "="; often none.

    Args:
        word: Folded.
    """
    if _HEBREW.match(word):
        left = _without_prefix(word)
        roots = [root for one in (word, *left) if (root := _without_hebrew_ending(one)) != one]
        return tuple(dict.fromkeys(GAP + one for one in (*left, *roots)))
    endless = _without_ending(word)
    if not endless and _softened(word) == word:
        return ()
    return tuple(
        dict.fromkeys(GAP + _softened(plain) for plain in (word, *endless) if plain != word or word[-1] in "kpt")
    )


def _words(text: str) -> list[str]:
    return [word[:_LONGEST_WORD] for word in _WORD.findall(normalise(text).text.translate(_FINALS))]


def _forms(words: tuple[str, ...]) -> tuple[Form, ...]:
    """What a bare word may look like in a text. Parts of one word ("tom@mail", "don't") stand one after the other."""
    # Of one or two letters nearly everything begins with, and who types them means them.
    forms = [Form(words, begins=len(words) > 1 or len(words[0]) >= _LEAST_LEFT)]
    if len(words) == 1:
        word = words[0]
        if _HEBREW.match(word):
            # Shortened to the end it would stand for half the dictionary: three letters have to fit whole.
            for left in (word, *_without_prefix(word)):
                for root in dict.fromkeys((left, _without_hebrew_ending(left))):
                    begins = len(root) > _LEAST_LEFT or (root == word and len(word) == _LEAST_LEFT)
                    forms += [Form((root,), begins), Form((GAP + root,), begins)]
        else:
            for plain in (word, *_without_ending(word)):
                forms += [Form((plain,)), Form((GAP + _softened(plain),))]
    return tuple(dict.fromkeys(forms))


def _without_ending(word: str) -> list[str]:
    """The word without the longest ending that may be one, and without its last letter when that may be one too: the
    longest of one language can hide a shorter one of another. At least three letters stay."""
    size = len(word)
    if size <= _LEAST_LEFT or not word.isalpha():
        return []
    for length in range(min(_LONGEST_ENDING, size - _LEAST_LEFT), 0, -1):
        if word[-length:] in _ENDINGS:
            left = [word[:-length]]
            if length > 1 and word[-1] in _ENDINGS:
                left.append(word[:-1])
            return left
    return []


def _softened(plain: str) -> str:
    """An Estonian word ends strongly in one case and weakly in the next (kook, koogi): both end alike here."""
    return plain[:-1] + plain[-1].translate(_SOFT) if plain.isalpha() else plain


def _without_prefix(word: str) -> list[str]:
    """What is left of a Hebrew word when its first letter, or its first two, are prefixes: two letters, or three."""
    left = []
    if len(word) >= _LEAST_LEFT and word[0] in _PREFIXES:
        left.append(word[1:])
    if len(word) >= _LEAST_LEFT + 2 and word[:2] in _TWO_PREFIXES:
        left.append(word[2:])
    return left


def _without_hebrew_ending(word: str) -> str:
    for ending in _HEBREW_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEAST_LEFT:
            return word[: -len(ending)]
    return word
