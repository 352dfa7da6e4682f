"""What each renderer makes of the same results.

AMENDS_NEW_SNAPSHOTS=1 writes the snapshots anew; read the difference.
"""

import os
from pathlib import Path

import pytest

import amends
from amends.render import FORMATS, Result, renderer

SNAPSHOTS = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize("form", [*FORMATS, "colour"])
def test_output_is_that_of_the_snapshot(form: str, results: list[Result]) -> None:
    shown = renderer("text" if form == "colour" else form, width=80, colour=form == "colour")
    output = "".join(shown(results)).replace(f'"version": "{amends.__version__}"', '"version": "VERSION"')
    snapshot = SNAPSHOTS / f"{form}.snapshot"
    if os.environ.get("AMENDS_NEW_SNAPSHOTS"):
        snapshot.write_bytes(output.encode())
    assert output == snapshot.read_bytes().decode()


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ValueError, match="text, json, jsonl, sarif, github"):
        renderer("xml")
