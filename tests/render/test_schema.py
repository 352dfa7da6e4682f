"""The published schema against what is really written."""

import json
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import amends
from amends.checker.catalogue import COMPONENTS, CONCEPTS
from amends.checker.review import SCHEMA_VERSION, Review
from amends.render import Checked, Result, renderer

SCHEMA: dict[str, Any] = json.loads(files("amends").joinpath("schema.json").read_text(encoding="utf-8"))
REPLIES = [
    "We would like to apologise for any inconvenience this may have caused.",
    "Dear Ana, I am sorry. I forgot to post your shoes; they left this morning. Thank you for your understanding.",
    "Our shop opens at nine on Monday.",
    "Sehr geehrte Frau Meier, wir bitten um Entschuldigung für die Verspätung Ihrer Bestellung.",
    "",
    "We are sorry \ud800 if that upset you 😀",
]


def validator(name: str | None = None) -> Draft202012Validator:
    schema = SCHEMA if name is None else {**SCHEMA, "anyOf": [{"$ref": f"#/$defs/{name}"}]}
    return Draft202012Validator(schema)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("utf16", [False, True])
def test_real_reviews_follow_the_schema(reply: str, utf16: bool) -> None:
    review = amends.check(reply, name="Ana", channel="private", fault="team", complaint="The shoes I bought are late.")
    validator("review").validate(review.to_dict(utf16=utf16))


def test_all_results_follow_the_schema(results: list[Result]) -> None:
    written = json.loads("".join(renderer("json")(results)))
    lines = [json.loads(line) for line in "".join(renderer("jsonl")(results)).splitlines()]
    assert written == lines
    assert len(lines) == len(results)
    for line in lines:
        validator().validate(line)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("score", 101),
        ("verdict", "good"),
        ("version", SCHEMA_VERSION + 1),
        ("components", {"politeness": []}),
        ("faults", {"apology": []}),
        ("extra", 1),
        ("missing", [{"label": "repair"}]),
    ],
)
def test_the_schema_refuses_what_is_wrong(full: Review, key: str, value: object) -> None:
    (line,) = renderer("jsonl")([Checked(full, "a.txt")])
    record = json.loads(line)
    assert validator().is_valid(record)
    assert not validator().is_valid({**record, key: value})


def test_the_schema_knows_the_labels_and_the_version() -> None:
    definitions = SCHEMA["$defs"]
    assert definitions["component_label"]["enum"] == list(COMPONENTS)
    assert set(definitions["fault_label"]["enum"]) == set(CONCEPTS) - set(COMPONENTS)
    assert definitions["review"]["properties"]["version"]["const"] == SCHEMA_VERSION


def test_lone_surrogates_are_written_so_that_any_program_can_read_them() -> None:
    review = Review("a\ud800b😀", "en", verdict="none")
    (line,) = renderer("jsonl")([Checked(review, None, 1, "\udfff")])
    assert json.loads(line.encode("utf-8"))["id"] == "\udfff"


def test_no_results_are_an_empty_array() -> None:
    assert json.loads("".join(renderer("json")([]))) == []
