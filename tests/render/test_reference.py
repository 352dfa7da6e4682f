import re
from pathlib import Path

import pytest

from amends.checker.catalogue import CONCEPTS
from amends.messages import languages_spoken, use
from amends.render.reference import folder_of, main, pages, plain

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


def pages_in(language: str) -> dict[str, str]:
    with use(language):
        return pages()


@pytest.mark.parametrize(
    ("language", "name"), [(language, name) for language in languages_spoken() for name in sorted(pages())]
)
def test_the_committed_pages_are_up_to_date(language: str, name: str) -> None:
    assert (folder_of(language, FOLDER) / name).read_text(encoding="utf-8") == pages_in(language)[name], (
        "write the pages anew: python -m amends.render.reference docs/reference"
    )


def test_no_page_is_left_of_a_language_that_is_not_translated() -> None:
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} == set(languages_spoken()) - {"en"}


def test_the_command_writes_the_pages(tmp_path: Path) -> None:
    assert main([str(tmp_path / "new")]) == 0
    for language in languages_spoken():
        folder = folder_of(language, tmp_path / "new")
        written = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()}
        assert written == pages_in(language)


def test_the_command_writes_the_pages_of_one_language(tmp_path: Path, catalogues) -> None:
    title = "מוכר כמתנה את מה שמגיע ללקוח"
    catalogues("he", {"Sells what is owed as a gift": title, "Faults": "פגמים"})
    assert main([str(tmp_path / "new"), "--language", "he"]) == 0
    (folder,) = (tmp_path / "new").iterdir()
    assert folder.name == "he"
    assert {path.name for path in folder.iterdir()} == set(pages())
    for path in folder.iterdir():
        _, opening, body = path.read_text(encoding="utf-8").partition('<div dir="rtl">\n\n# ')
        assert opening
        assert body.endswith("\n</div>\n")
    assert f"## `favour` {title}\n" in (folder / "faults.md").read_text(encoding="utf-8")
    index = (folder / "index.md").read_text(encoding="utf-8")
    assert "[English](../index.md)" in index
    assert "## [פגמים](faults.md)" in index


def test_pages_of_a_language_link_to_those_of_the_others(catalogues) -> None:
    assert "](" not in pages()["index.md"].partition("## ")[0]
    for language in ("he", "et"):
        catalogues(language, {})
    assert "[עברית](he/index.md) · [Eesti](et/index.md)\n" in pages()["index.md"]
    assert "[English](../index.md) · [עברית](../he/index.md)\n" in pages_in("et")["index.md"]


def test_the_command_refuses_other_languages(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--language", "de"]) == 2
    assert "'de'" in capsys.readouterr().err


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


@pytest.mark.parametrize("language", languages_spoken())
def test_links_of_the_index_lead_to_headings(language: str) -> None:
    written = pages_in(language)
    links = re.findall(r"\]\((\S+\.md)#(\S+)\)", written["index.md"])
    assert len(links) == len(CONCEPTS)
    for page, anchor in links:
        headings = re.findall(r"^## (.+)$", written[page], re.MULTILINE)
        anchors = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
        assert anchor in anchors
