"""SARIF and GitHub annotations: what their readers rely on."""

import json
import re
from typing import Any
from urllib.parse import unquote

import pytest

from amends.checker.catalogue import CONCEPTS
from amends.checker.review import Finding, Review
from amends.render import Checked, NotChecked, Result, renderer


def sarif(results: list[Result]) -> dict[str, Any]:
    run: dict[str, Any] = json.loads("".join(renderer("sarif")(results)))["runs"][0]
    return run


def annotations(results: list[Result]) -> list[tuple[str, dict[str, str], str]]:
    """GitHub's own reading of workflow commands (actions/runner, ActionCommand)."""
    found = []
    for line in "".join(renderer("github")(results)).splitlines():
        match = re.fullmatch(r"::(\w+) ([^:]*)::(.*)", line)
        assert match, line
        pairs = dict(pair.split("=", 1) for pair in match[2].split(","))
        plain = {key: unquote(value) for key, value in pairs.items()}
        found.append((match[1], plain, unquote(match[3])))
    return found


def region_text(text: str, region: dict[str, int]) -> str:
    """The words of a region, cut out as an editor does that counts in UTF-16."""
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    units = [line.encode("utf-16-le", "surrogatepass") for line in lines]
    first, last = region["startLine"] - 1, region["endLine"] - 1
    start, end = 2 * (region["startColumn"] - 1), 2 * (region["endColumn"] - 1)
    if first == last:
        return units[first][start:end].decode("utf-16-le")
    return b"".join([units[first][start:], *units[first + 1 : last], units[last][:end]]).decode("utf-16-le")


def test_sarif_regions_cut_out_the_words(poor: Review) -> None:
    run = sarif([Checked(poor, "poor.txt")])
    assert len(run["results"]) == len(poor.findings)
    for result, finding in zip(run["results"], poor.findings, strict=True):
        places = [*result["locations"], *result.get("relatedLocations", [])]
        regions = [place["physicalLocation"]["region"] for place in places if "region" in place["physicalLocation"]]
        assert [region_text(poor.text, region) for region in regions] == poor.quotes(finding.spans)
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"] == finding.label


def test_sarif_columns_count_utf16_units() -> None:
    review = Review("😀 sorry, but", "en", (), (Finding("but", ((2, 12),), "error"),), (), "partial")
    region = sarif([Checked(review, "a.txt")])["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert (region["startColumn"], region["endColumn"]) == (4, 14)


def test_sarif_fixes_replace_the_right_words(poor: Review) -> None:
    (fixed,) = [result for result in sarif([Checked(poor, "poor.txt")])["results"] if "fixes" in result]
    (change,) = fixed["fixes"][0]["artifactChanges"]
    (replacement,) = change["replacements"]
    assert region_text(poor.text, replacement["deletedRegion"]) == "We would like to apologise"
    assert replacement["insertedContent"] == {"text": "We apologise"}


def test_sarif_has_a_rule_for_each_fault() -> None:
    rules = [rule["id"] for rule in sarif([])["tool"]["driver"]["rules"]]
    assert rules == [concept.id for concept in CONCEPTS.values() if concept.kind != "component"]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("a folder/ünï 100%.txt", "a%20folder/%C3%BCn%C3%AF%20100%25.txt"),
        ("/tmp/a.txt", "file:///tmp/a.txt"),
        ("c:d.txt", "c%3Ad.txt"),
        ("\udcff.txt", "%FF.txt"),
        (None, "stdin"),
    ],
)
def test_sarif_names_files_as_uris(full: Review, file: str | None, uri: str) -> None:
    assert sarif([Checked(full, file)])["properties"]["replies"][0]["uri"] == uri


def test_sarif_tells_what_could_not_be_read() -> None:
    (invocation,) = sarif([NotChecked("there is no such file.", "a.txt")])["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "there is no such file."


def test_records_and_mails_have_no_columns_of_their_own(poor: Review) -> None:
    results: list[Result] = [Checked(poor, "a.jsonl", 3, "x", placed=False), Checked(poor, "m.eml", placed=False)]
    for result in sarif(results)["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert place.get("region") == ({"startLine": 3} if place["artifactLocation"]["uri"] == "a.jsonl" else None)
        assert "fixes" not in result
    assert all("col" not in properties for _, properties, _ in annotations(results))


def test_annotations_are_escaped_as_github_reads_them(poor: Review) -> None:
    found = annotations([Checked(poor, "a,b:c%.txt")])
    assert all(properties["file"] == "a,b:c%.txt" for _, properties, _ in found)
    name, properties, message = found[3]
    assert name == "warning"
    assert '"refunded: done.\r\n"' in message
    assert properties["title"] == "Sells what is owed as a gift (favour)"


def test_a_place_over_several_lines_has_no_columns() -> None:
    review = Review("a\nb\nc", "en", (), (Finding("but", ((0, 3),), "note"),), (), "partial")
    ((name, properties, _),) = annotations([Checked(review, "a.txt")])
    assert name == "notice"
    assert (properties["line"], properties["endLine"]) == ("1", "2")
    assert not {"col", "endColumn"} & set(properties)


def test_one_annotation_tells_what_is_missing(full: Review) -> None:
    ((name, properties, message),) = annotations([Checked(full, "a.txt")])
    assert (name, properties["line"]) == ("notice", "1")
    assert message.startswith("Keeps it from happening again: ")
