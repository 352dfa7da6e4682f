"""Cutting an answer into parts: within the limit, nothing lost, no word cut that fits."""

import re

from hypothesis import given
from hypothesis import strategies as st

from amends.desk.channels.parting import SHORTEST_LIMIT, part

ANY = st.text(max_size=1500)
WORDS = st.lists(st.text(st.characters(categories=["L", "P"]), min_size=1, max_size=30), max_size=120).map(" ".join)
LIMITS = st.integers(SHORTEST_LIMIT, 400)
NUMBER = re.compile(r" \((\d+)/(\d+)\)\Z")


def without_numbers(parts):
    return parts if len(parts) == 1 else [NUMBER.sub("", one) for one in parts]


@given(ANY, LIMITS)
def test_nothing_is_lost_and_all_fit(text, limit):
    parts = part(text, limit)
    assert all(len(one) <= limit for one in parts)
    assert "".join("".join(without_numbers(parts)).split()) == "".join(text.split())


@given(WORDS, LIMITS)
def test_no_word_is_cut_that_fits(text, limit):
    assert [word for one in without_numbers(part(text, limit)) for word in one.split()] == text.split()


@given(WORDS, LIMITS)
def test_another_way_to_count(text, limit):
    parts = part(text, limit, lambda words: len(words.encode()))
    assert all(len(one.encode()) <= limit or len(one) <= 12 for one in parts)


def test_it_is_cut_where_a_reader_pauses():
    text = (
        "We are sorry. We forgot your cake on Saturday.\n\nYour money is on its way back to you. It arrives tomorrow."
    )
    assert part(text, 70) == [
        "We are sorry. We forgot your cake on Saturday. (1/2)",
        "Your money is on its way back to you. It arrives tomorrow. (2/2)",
    ]
    assert part("  short  ", 70) == ["short"]
    assert part("", 70) == []
    assert part("a " * 500, None) == [("a " * 500).strip()]


def test_a_sign_of_several_is_not_cut():
    family = "\U0001f469\u200d\U0001f467"
    assert all(not one.startswith("\u200d") for one in part("x" * 50 + family * 30, SHORTEST_LIMIT))
