"""Which of our languages a text is written in.

The small words of a language decide nearly always, and at once. Only where they do not is the statistical model of
py3langid asked, which takes memory and half a second to load; it is imported at that moment and not before.
"""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from amends.text.normalise import fold
from amends.text.tables import LANGUAGES, TableError, table

__all__ = ["Identified", "Reason", "identify", "language_names"]

Reason = Literal["script", "words", "model", "unsupported", "too short"]


class Identified(NamedTuple):
    """What a text is written in.

    Attributes:
        language: one of `amends.text.tables.LANGUAGES`; None when it is none of them or cannot be told.
        confidence: from 0 to 1, how sure that is; for an unsupported language, how sure it is that one.
        reason: what decided: the "script", its small "words", the "model"; or why there is no answer: the language
            is "unsupported", or the text is "too short" and holds no evidence.
        looks_like: the English name of the language, also of an unsupported one; None when nothing can be told.
    """

    language: str | None
    confidence: float
    reason: Reason
    looks_like: str | None


# The beginning tells the language; what follows would only cost time.
_LONGEST_SAMPLE: Final = 1500
_MOST_WORDS: Final = 150
_NOISE = re.compile(r"https?://\S+|www\.\S+|\S*@\S+|#\w+|&\w{2,6};")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_LAST_LATIN: Final = "ɏ"
_NOT_LATIN = re.compile(f"[^\x00-{_LAST_LATIN}]")
# Short answers ("thank you", "we got your message") come again and again.
_LONGEST_REMEMBERED: Final = 120
_NEIGHBOURS = Path(__file__).parent / "languages" / "neighbours.toml"

# What a letter counts that tells a language from its neighbours.
_LETTER_WEIGHT: Final = 0.8
# So much more must the small words say for the best language than for the next, and so much at all, to decide alone.
_DECISIVE: Final = 2.0
_MARGIN: Final = 1.6
# The part of the words that a language should explain: a few foreign words do not make a text foreign.
_COVERAGE: Final = 0.12
# A text of so few words without a single known one is "too short".
_FEW_WORDS: Final = 2
# How much one small word counts against the model's probabilities (as a logarithm).
_WORD_AGAINST_MODEL: Final = 1.2
_LEAST_CONFIDENCE: Final = 0.3

# The languages that the model chooses from, with the names of those that have no table here. Serbian and Bosnian in
# Latin letters are read with the Croatian table.
# Pairs that short texts do not tell apart, ours second.
_NEAR: Final = {"cs": "sk", "sl": "hr", "lv": "lt", "fi": "et"}
_NEAR_ENOUGH: Final = 0.05
_READ_AS: Final[dict[str, str]] = {"bs": "hr", "sr": "hr"}
_MODEL_NAMES: Final[dict[str, str]] = {
    "ru": "Russian", "uk": "Ukrainian", "be": "Belarusian", "bg": "Bulgarian", "mk": "Macedonian", "el": "Greek",
    "ar": "Arabic", "fa": "Persian", "hi": "Hindi", "zh": "Chinese", "ja": "Japanese", "ko": "Korean", "th": "Thai",
    "vi": "Vietnamese", "ka": "Georgian", "hy": "Armenian", "sq": "Albanian", "ca": "Catalan", "is": "Icelandic",
    "sr": "Serbian", "bs": "Bosnian",
}  # fmt: skip


class _Knowledge(NamedTuple):
    """The small words of all languages that we know."""

    weights: dict[str, tuple[tuple[str, float], ...]]
    letters: dict[str, tuple[str, ...]]
    names: dict[str, str]


def _neighbours() -> dict[str, tuple[str, frozenset[str], str]]:
    """Code -> name, folded words and letters of the languages that we do not support."""
    import tomllib

    found = {}
    for code, entry in tomllib.loads(_NEIGHBOURS.read_text(encoding="utf-8")).items():
        if set(entry) != {"name", "letters", "words"} or not all(isinstance(value, str) for value in entry.values()):
            message = f"{_NEIGHBOURS.name}: {code}: exactly name, letters and words are expected"
            raise TableError(message)
        if code in LANGUAGES:
            message = f"{_NEIGHBOURS.name}: {code}: there is a table {code}.toml now; take this section out"
            raise TableError(message)
        found[code] = (entry["name"], frozenset(fold(entry["words"]).split()), entry["letters"])
    return found


@cache
def _knowledge() -> _Knowledge:
    neighbours = _neighbours()
    words = {code: frozenset(table(code).function_words) for code in LANGUAGES}
    words.update((code, entry[1]) for code, entry in neighbours.items())
    owners: dict[str, list[str]] = {}
    for code, entries in words.items():
        for entry in entries:
            owners.setdefault(entry, []).append(code)
    # What many languages share says little for each.
    weights = {word: tuple((code, 1 / len(codes)) for code in codes) for word, codes in owners.items()}
    letters: dict[str, list[str]] = {}
    known = [(code, table(code).letters) for code in LANGUAGES]
    for code, those in [*known, *((code, entry[2]) for code, entry in neighbours.items())]:
        for letter in those:
            letters.setdefault(letter, []).append(code)
    names = {code: table(code).name for code in LANGUAGES}
    names.update(_MODEL_NAMES)
    names.update((code, entry[0]) for code, entry in neighbours.items())
    return _Knowledge(weights, {letter: tuple(codes) for letter, codes in letters.items()}, names)


def language_names() -> tuple[str, ...]:
    """The English names of all languages that `identify` can tell, in alphabetical order."""
    return tuple(sorted(set(_knowledge().names.values())))


def identify(text: str) -> Identified:
    """Tell which of our languages a text is written in.

    Names, links, handles, addresses and single words of another language do not count. Diacritics may be missing.

    Args:
        text: any string; only its beginning is looked at, a sentence is enough.
    """
    if len(text) <= _LONGEST_REMEMBERED:
        return _remembered(text)
    return _identified(text[:_LONGEST_SAMPLE])


def _identified(sample: str) -> Identified:
    """Tell the language of the beginning of a text, see `identify`."""
    if "@" in sample or "#" in sample or "&" in sample or "://" in sample or "www." in sample:
        sample = _NOISE.sub(" ", sample)
    folded = fold(sample)
    words = _WORD.findall(folded)[:_MOST_WORDS]
    if not words:
        return Identified(None, 0.0, "too short", None)
    knowledge = _knowledge()
    get = knowledge.weights.get
    scores: dict[str, float] = {}
    for word in words:
        owners = get(word)
        if owners is not None:
            for code, weight in owners:
                scores[code] = scores.get(code, 0.0) + weight
    if not sample.isascii():
        if _NOT_LATIN.search(folded) is not None:
            hebrew = sum("א" <= word[0] <= "ת" for word in words)
            if (hebrew and hebrew * 3 >= len(words)) or hebrew > len(words) - hebrew:
                return Identified("he", hebrew / len(words), "script", knowledge.names["he"])
            other = sum(word[0] > _LAST_LATIN for word in words) - hebrew
            if other * 2 > len(words):
                return _in_another_script(sample)
        spoken = {code for code, score in scores.items() if score}
        for letter in set(_NOT_ASCII.findall(sample.lower())):
            codes = knowledge.letters.get(letter, ())
            for code in codes:
                # A foreign name does not bring its language along: a letter counts where words speak for it too.
                if code in spoken or not spoken:
                    scores[code] = scores.get(code, 0.0) + _LETTER_WEIGHT / len(codes)
    return _decide(sample, words, scores)


_remembered = lru_cache(maxsize=4096)(_identified)


def _decide(sample: str, words: list[str], scores: dict[str, float]) -> Identified:
    """Weigh what the words say; ask the model where that is not enough."""
    best, best_score, second_score = "", 0.0, 0.0
    for code, score in scores.items():
        if score > best_score:
            best, best_score, second_score = code, score, best_score
        elif score > second_score:
            second_score = score
    names = _knowledge().names
    count = len(words)
    if best_score >= _DECISIVE and best_score >= _MARGIN * second_score + 0.3 and best_score >= _COVERAGE * count:
        confidence = best_score / (best_score + second_score)
        if best in LANGUAGES:
            return Identified(best, confidence, "words", names[best])
        return Identified(None, confidence, "unsupported", names[best])
    if count <= _FEW_WORDS:
        # For a model so little text is noise.
        ours = max(LANGUAGES, key=lambda code: scores.get(code, 0.0))
        score = scores.get(ours, 0.0)
        if score <= 0:
            if best:
                return Identified(None, 0.5, "unsupported", names[best])
            return Identified(None, 0.0, "too short", None)
        # In doubt between one of ours and its neighbour, ours: the reply came to us.
        if score >= best_score * 0.5:
            return Identified(ours, score / (score + second_score or 1.0), "words", names[ours])
        return Identified(None, best_score / (best_score + second_score), "unsupported", names[best])
    return _ask_model(sample, scores)


def _ask_model(sample: str, scores: dict[str, float]) -> Identified:
    """Weigh the model's probabilities together with the words' evidence."""
    ranked: dict[str, float] = dict(_model().rank(sample))
    combined: dict[str, float] = {}
    looks: dict[str, str] = {}
    for code, probability in ranked.items():
        read_as = _READ_AS.get(code, code)
        combined[read_as] = combined.get(read_as, 0.0) + probability
        looks.setdefault(read_as, code)
    for code in combined:
        combined[code] = max(combined[code], 1e-6) * 2.718281828 ** (
            _WORD_AGAINST_MODEL * min(scores.get(code, 0.0), 20)
        )
    total = sum(combined.values())
    best = max(combined, key=lambda code: combined[code])
    near = _NEAR.get(best)
    if near and scores.get(near, 0.0) >= scores.get(best, 0.0) and combined[near] >= _NEAR_ENOUGH * combined[best]:
        # Both languages could have written it, and the reply came to us.
        best = near
    confidence = combined[best] / total
    names = _knowledge().names
    if best not in LANGUAGES:
        return Identified(None, confidence, "unsupported", names[best])
    if confidence < _LEAST_CONFIDENCE and not scores.get(best):
        return Identified(None, confidence, "too short", None)
    return Identified(best, confidence, "model", names[best])


def _in_another_script(sample: str) -> Identified:
    """Name the language of a text that is neither in Latin nor in Hebrew letters."""
    for code, probability in _model().rank(sample):
        if code not in LANGUAGES and code in _MODEL_NAMES:
            return Identified(None, float(probability), "unsupported", _MODEL_NAMES[code])
    return Identified(None, 0.0, "unsupported", None)


@cache
def _model() -> Any:
    """The model of py3langid, restricted to the languages that customers of ours may write."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    model.set_languages({*LANGUAGES, *_MODEL_NAMES, *_neighbours()})
    return model
