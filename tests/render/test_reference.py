import re
from pathlib import Path

import pytest

from amends.checker.catalogue import CONCEPTS
from amends.render.reference import main, pages, plain

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


@pytest.mark.parametrize("name", sorted(pages()))
def test_the_committed_pages_are_up_to_date(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == pages()[name], (
        "write the pages anew: python -m amends.render.reference docs/reference"
    )


def test_the_command_writes_the_pages(tmp_path: Path) -> None:
    assert main([str(tmp_path / "new")]) == 0
    assert {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "new").iterdir()} == pages()


def test_the_command_wants_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("label", CONCEPTS)
def test_every_label_is_explained_whole(label: str) -> None:
    concept = CONCEPTS[label]
    everything = "\n".join(pages().values())
    for part in (concept.what, concept.why, concept.way_out, concept.better):
        assert part in everything
        assert part in plain(concept)


def test_links_of_the_index_lead_to_headings() -> None:
    written = pages()
    links = re.findall(r"\]\((\S+\.md)#(\S+)\)", written["index.md"])
    assert len(links) == len(CONCEPTS)
    for page, anchor in links:
        headings = re.findall(r"^## (.+)$", written[page], re.MULTILINE)
        anchors = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
        assert anchor in anchors
