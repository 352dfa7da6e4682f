"""Three matchers, one answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amends.checker.engine import Engine
from amends.checker.pack import available_languages, load_pack
from amends.text import normalise
from amends.text.matchers import MATCHERS, Matcher, best_matcher

REPLIES = [
    "I'm so sorry, but our records show that it was delivered.",
    "We would like to apologise if this upset you. A mix-up occurred at the depot.",
    "Sorry 🙏🏽 for the wait — we lost your parcel; a new one leaves today.",
    "Atsiprašome, įvyko klaida. Žao nam je ako ste čekali. אנו מתנצלים על אי הנוחות.",
    "Sor\ud800ry \udfff sorry",
    "",
]


def every_way(literals: list[str], text: str) -> list[set[tuple[int, int, int]]]:
    return [set(matcher(literals).scan(text)) for matcher in MATCHERS.values()]


@given(
    st.lists(st.text("abאé ", min_size=1, max_size=4), min_size=1, max_size=6, unique=True),
    st.text("abאé 😀", max_size=30),
)
def test_all_matchers_find_every_occurrence(literals: list[str], text: str) -> None:
    expected = {
        (index, at, at + len(literal))
        for index, literal in enumerate(literals)
        for at in range(len(text))
        if text.startswith(literal, at)
    }
    for found in every_way(literals, text):
        assert found == expected


@pytest.mark.parametrize("language", available_languages())
@settings(deadline=None)
@given(st.sampled_from(REPLIES), st.sampled_from(REPLIES))
def test_a_pack_matches_the_same_with_every_matcher(language: str, one: str, other: str) -> None:
    text = normalise(f"{one} {other}")
    spans = [(0, len(text.text))]
    pack = load_pack(language)
    results = [_engine(language, name).hits(text, spans) for name in MATCHERS]
    assert all([hit.rule.id for hit in hits] == [hit.rule.id for hit in results[0]] for hits in results)
    assert {hit.rule.id for hit in results[0]} <= {rule.id for rule in pack.rules}


_made: dict[tuple[str, str], Engine] = {}


def _engine(language: str, matcher: str) -> Engine:
    key = (language, matcher)
    if key not in _made:
        _made[key] = Engine(load_pack(language), MATCHERS[matcher])
    return _made[key]


def test_the_best_matcher_is_one_of_them() -> None:
    assert best_matcher() in MATCHERS.values()
    chosen: type[Matcher] = best_matcher()
    assert chosen(["ab"]).scan("xabx") == [(0, 1, 3)]
