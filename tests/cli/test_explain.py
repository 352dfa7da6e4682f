import json

import pytest

from amends.checker.catalogue import CONCEPTS


@pytest.mark.parametrize("label", ["favour", "FAVOUR", "Sells what is owed as a gift"])
def test_a_label_is_explained(run, label: str) -> None:
    result = run("explain", label)
    assert result.exit_code == 0
    assert result.stdout.startswith("favour: Sells what is owed as a gift\n")
    told = " ".join(result.stdout.split())
    for part in (CONCEPTS["favour"].why, CONCEPTS["favour"].way_out, "G4.6"):
        assert part in told


def test_without_a_label_all_are_listed(run) -> None:
    listed = run("explain").stdout.split()
    assert set(CONCEPTS) <= set(listed)


def test_markdown_and_json_hold_the_same(run) -> None:
    assert run("explain", "repair", "--format", "markdown").stdout.startswith("# `repair` Puts it right\n")
    assert json.loads(run("explain", "repair", "--format", "json").stdout)["way_out"] == CONCEPTS["repair"].way_out
    assert [entry["label"] for entry in json.loads(run("explain", "--format", "json").stdout)] == list(CONCEPTS)
    assert run("explain", "--format", "markdown").stdout.count("](") > len(CONCEPTS)


@pytest.mark.parametrize(("typed", "meant"), [("favor", "'favour'"), ("signature", "'but'"), ("warehouse?", "")])
def test_a_typo_gets_a_suggestion(run, typed: str, meant: str) -> None:
    result = run("explain", typed)
    assert result.exit_code == 2
    assert meant in result.stderr
    assert ("Did you mean" in result.stderr) == bool(meant)


def test_the_schema_is_printed(run) -> None:
    assert json.loads(run("schema").stdout)["$defs"]["finding"]["type"] == "object"
