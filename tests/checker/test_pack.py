"""Packs: each rule's own sentences hold, and a wrong file says where."""

import re

import pytest

from amends.checker.engine import Engine, Hit, allowed
from amends.checker.pack import PackError, Rule, available_languages, load_pack, read_pack
from amends.text import normalise, sentences

RULES = [(language, rule) for language in available_languages() for rule in load_pack(language).rules]


def found_by(engine: Engine, rule: Rule, text: str) -> list[Hit]:
    folded = normalise(text)
    spans = [(folded.position(start), folded.position(end)) for start, end in sentences(text)]
    hits = engine.hits(folded, spans)
    held: list[dict[str, None]] = [{} for _ in spans]
    for hit in hits:
        if not hit.rule.conditional:
            held[hit.sentence].update(dict.fromkeys(hit.rule.labels))
    return [hit for hit in hits if hit.rule.id == rule.id and allowed(rule, hit.sentence, held)]


@pytest.fixture(scope="module")
def engines() -> dict[str, Engine]:
    return {language: Engine(load_pack(language)) for language in available_languages()}


@pytest.mark.parametrize(("language", "rule"), RULES, ids=[f"{language}:{rule.id}" for language, rule in RULES])
def test_a_rule_holds_for_its_own_sentences(engines: dict[str, Engine], language: str, rule: Rule) -> None:
    for sentence in rule.yes:
        assert found_by(engines[language], rule, sentence), f"{rule.place} should match: {sentence}"
    for sentence in rule.no:
        assert not found_by(engines[language], rule, sentence), f"{rule.place} should not match: {sentence}"


@pytest.mark.parametrize(("language", "rule"), RULES, ids=[f"{language}:{rule.id}" for language, rule in RULES])
def test_a_rule_shows_what_it_must_match(language: str, rule: Rule) -> None:
    assert rule.yes, f"{rule.place} has no sentence that must match"
    if rule.sure and load_pack(language).status == "stable":
        assert rule.no, f"{rule.place} decides by itself and has no sentence that must not match"


@pytest.mark.parametrize("language", available_languages())
def test_every_expression_of_a_pack_compiles(language: str) -> None:
    for rule in load_pack(language).rules:
        for pattern in (*rule.patterns, *rule.unless):
            re.compile(pattern.expression)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rules:\n  - id: a\n    label: apology\n", "x.yaml:2: the rule lacks 'match'"),
        ("rules:\n  - id: a\n    label: sorrow\n    match: [sorry]\n", "'sorrow' is no component"),
        (
            "rules:\n  - id: a\n    label: apology\n    match:\n      - sorry\n      - '@who'\n",
            "x.yaml:6: there is no word class",
        ),
        (
            "rules:\n  - id: a\n    label: apology\n    match: [sorry]\n    strengh: sure\n",
            "x.yaml:2: a rule has no 'strengh'",
        ),
        (
            "rules:\n  - id: a\n    label: apology\n    match: [sorry]\n    needs: {apology: [here]}\n",
            "'here' is no place",
        ),
        ("language:\n  status: begun\n", "x.yaml:2: 'status' is 'stable' or 'preview', not 'begun'"),
        ("rules: [a: b\n", "x.yaml:"),
        ("clases: {}\n", "x.yaml:1: 'clases' is none of"),
        ("classes: {a: [b]}\nclasses: {a: [b]}\n", "x.yaml:2: 'classes' is given twice"),
        (
            "rules:\n  - {id: a, label: apology, match: [x]}\n  - {id: a, label: apology, match: [x]}\n",
            "x.yaml:3: the rule id 'a' stands already at x.yaml:2",
        ),
        ("rules:\n  - {id: a, label: apology, match: [x], strength: big}\n", "'strength' is"),
        ("- a\n", "x.yaml:1: the file must hold"),
    ],
)
def test_a_wrong_pack_names_file_and_line(text: str, message: str) -> None:
    with pytest.raises(PackError) as caught:
        read_pack("xx", {"x.yaml": text})
    assert message in str(caught.value)


def test_an_unknown_language_names_those_that_there_are() -> None:
    with pytest.raises(PackError, match="en"):
        load_pack("tlh")


def test_needs_and_without_look_at_the_named_places() -> None:
    pack = read_pack(
        "xx",
        {
            "x.yaml": """
rules:
  - id: but
    label: but
    match: ["^ but"]
    needs: {apology: [previous]}
    without: {repair: [next]}
"""
        },
    )
    rule = pack.rules[0]
    apology: dict[str, None] = {"apology": None}
    repair: dict[str, None] = {"repair": None}
    assert allowed(rule, 1, [apology, {}, {}])
    assert not allowed(rule, 1, [{}, {}, {}])
    assert not allowed(rule, 0, [apology, apology, {}])
    assert not allowed(rule, 1, [apology, {}, repair])
    assert allowed(rule, 2, [{}, apology, {}])
