"""Results to render, built by hand so that no rule and no model can change them."""

import pytest

from amends.checker.review import Component, Finding, Fix, Missing, Review
from amends.render import Checked, NotChecked, Result


def spans(text: str, *quotes: str) -> tuple[tuple[int, int], ...]:
    return tuple((text.index(quote), text.index(quote) + len(quote)) for quote in quotes)


@pytest.fixture
def poor() -> Review:
    text = (
        "Dear customer 😀,\r\n\r\nWe would like to apologise for any trouble this may have caused.\r\n"
        "As a courtesy, 100% of it is refunded: done.\r\n"
    )
    (meta,) = spans(text, "We would like to apologise")
    return Review(
        text,
        "en",
        (
            Component("apology", spans(text, "We would like to apologise")),
            Component("repair", spans(text, "100% of it is refunded")),
        ),
        (
            Finding("meta-apology", (meta,), "warning", "meta.like", Fix(*meta, "We apologise")),
            Finding("conditional", spans(text, "apologise for any trouble"), "error", "if.any"),
            Finding("hedged-fact", spans(text, "any trouble this may have"), "error"),
            Finding("favour", spans(text, "As a courtesy", "refunded: done.\r\n"), "warning"),
            Finding("favour", spans(text, "courtesy"), "note", None, None, "The word: courtesy, to be exact."),
            Finding("no-name", (), "note"),
        ),
        (Missing("responsibility"), Missing("names-offence")),
        "non-apology",
        12,
    )


@pytest.fixture
def full() -> Review:
    text = "Ana, I am sorry: I sent you the left shoe twice. The right one leaves today."
    return Review(
        text,
        "en",
        (
            Component("apology", spans(text, "I am sorry")),
            Component("responsibility", spans(text, "I sent you the left shoe twice")),
            Component("repair", spans(text, "The right one leaves today.")),
        ),
        (),
        (Missing("prevention"),),
        "full",
        74,
    )


@pytest.fixture
def hebrew() -> Review:
    text = "שלום רב, אנו מתנצלים אם נפגעת."
    return Review(
        text,
        "he",
        (Component("apology", spans(text, "אנו מתנצלים")),),
        (Finding("conditional", spans(text, "מתנצלים אם נפגעת"), "error"),),
        (Missing("responsibility"),),
        "non-apology",
        9,
    )


@pytest.fixture
def results(poor: Review, full: Review, hebrew: Review) -> list[Result]:
    return [
        Checked(poor, "replies/poor.txt"),
        Checked(full, None, dismissed=2),
        Checked(hebrew, "archive.jsonl", 1, "a-1", placed=False),
        Checked(Review("Liebe Frau Meier", None, reason="unsupported"), "mail.eml", placed=False),
        NotChecked("there is no 'reply'.", "archive.jsonl", 2, True, 7),
        NotChecked("there is no such file.", "lost, and: found.txt"),
    ]
