"""The first look at a sentence: it lets everything pass that matches, and little else."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from amends.checker.engine import Engine
from amends.checker.pack import load_pack
from amends.checker.patterns import PatternError, Vocabulary, compile_pattern
from amends.checker.sieve import Layout, Sieve
from amends.text import fold
from amends.text.matchers import best_matcher

WORDS = Vocabulary(
    classes={"we": ["we", "our team", "the [whole] staff"], "late": ["late", "de*ed", "not on time", "over-due"]},
    paradigms={"noun": ["", "s", "-bed"]},
    prefixes="xy",
)
PIECES = [
    "we", "sorry", "par*", "*cel", "p*l", "so-*", "*-so", "€", "€*", "day+noun", "@we", "@late", "(a|the b|the b c)",
    "[very]", "[very very]", "[_]", "_", "#", "..", "...", "-(not|never)", "<sorry>", "[so|not _]", "^", "$", "?",
]  # fmt: skip
SAID = [
    "we", "our", "team", "the", "whole", "staff", "late", "delayed", "not", "on", "time", "over-due", "sorry", "parcel",
    "xsorry", "xyparcel", "so-and-so", "€", "€5", "day", "days", "day-bed", "a", "b", "c", "very", "don't", "3.50", "5",
    "never",
]  # fmt: skip


def sieve_of(pattern: str) -> tuple[Sieve, "re.Pattern[str]", bool]:
    compiled = compile_pattern(pattern, WORDS)
    sieve = Sieve(Layout.of([(7, row) for row in compiled.rows]), best_matcher(), WORDS.prefixes)
    return sieve, re.compile(compiled.expression), compiled.at_start


@given(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map(" ".join),
    st.lists(
        st.tuples(st.sampled_from(SAID), st.sampled_from([" ", ", ", " - ", "? ", "! ", " '"])), min_size=1, max_size=12
    ).map(lambda words: "".join(word + behind for word, behind in words)),
)
@example("sorry *-so", "sorry so-and-so")
@example("€* 5 sorry", "€5 5 sorry")
@example("we .. ?", "we very very late?")
@example("_ sorry", "don't sorry")
def test_what_matches_passes(pattern: str, text: str) -> None:
    try:
        sieve, expression, at_start = sieve_of(pattern)
    except PatternError:
        return
    folded = fold(text)
    if (expression.match if at_start else expression.search)(folded):
        assert sieve.passing(folded, 0, len(folded)) == [7]


def test_order_distance_and_questions_are_seen() -> None:
    def passes(pattern: str, text: str) -> bool:
        return bool(sieve_of(pattern)[0].passing(text, 0, len(text)))

    assert passes("we sorry", "so we sorry")
    assert not passes("we sorry", "sorry we")
    assert not passes("we sorry", "we are sorry")
    assert passes("we .. sorry", "we are sorry")
    assert passes("we sorry ?", "we sorry, dear?")
    assert not passes("we sorry ?", "we sorry")
    assert not passes("we late days", "we late late day")


def test_few_patterns_are_tried_in_vain() -> None:
    engine = Engine(load_pack("en"))
    text = fold("I read your order off the wrong line of the sheet, and the cake went out with another name on it")
    sieve = engine._sieve
    assert 0 < len(sieve.passing(text, 0, len(text))) < len(engine.pack.patterns) / 20
