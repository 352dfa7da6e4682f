"""The reference of components and faults: for the terminal, and as pages of the documentation.

The catalogue is the one source. `python -m amends.render.reference docs/reference` writes the pages anew, those of
every language that is translated; with `--language he` those of one.
"""

import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from amends.checker.catalogue import CONCEPTS, Concept
from amends.checker.scoring import COMPONENT_WEIGHTS, FAULT_COSTS
from amends.messages import (
    LANGUAGES,
    NAMES,
    RIGHT_TO_LEFT,
    current_language,
    languages_spoken,
    message,
    percent,
    translated,
    use,
)

__all__ = ["KINDS", "as_dict", "folder_of", "main", "markdown", "pages", "plain"]

KINDS: dict[str, tuple[str, str]] = {
    "component": (
        message("Components"),
        message("The parts of a sincere apology. The more of them a reply holds, the higher its score."),
    ),
    "fault": (
        message("Faults"),
        message("What spoils a reply in one place. Each kind of fault takes away a share of the score, once."),
    ),
    "whole-reply": (
        message("Faults of the whole reply"),
        message(
            "What spoils a reply as a whole; some are looked for only when the complaint, the customer's name or "
            "earlier replies are given."
        ),
    ),
}
"""For each kind of concept, its title and what it is, in English."""

_PAGES = {"component": "components.md", "fault": "faults.md", "whole-reply": "whole-reply.md"}
_NOTE = "<!-- Written by `python -m amends.render.reference docs/reference` from the catalogue. Edit that. -->\n"
_FAULT_WORDS = (message("Why it hurts"), message("The way out"), message("Poor"), message("Better"))
_WORDS = {
    "component": (message("Why it helps"), message("To add it"), message("This is not it"), message("This is")),
    "fault": _FAULT_WORDS,
    "whole-reply": _FAULT_WORDS,
}


def _words(concept: Concept) -> tuple[str, ...]:
    """The headings of why, way out, poor and better."""
    return tuple(translated(word) for word in _WORDS[concept.kind])


def _weight(concept: Concept) -> str:
    """What it does to the score, with the usual weights."""
    if concept.kind == "component":
        share = COMPONENT_WEIGHTS.get(concept.id, 0.0) / sum(COMPONENT_WEIGHTS.values())
        return translated("Adds up to {share} of the score.", share=percent(share))
    return translated("Takes away {share} of the score.", share=percent(FAULT_COSTS.get(concept.id, 0.0)))


def _sources(concept: Concept) -> str:
    return translated("Sources: {sources}.", sources=concept.sources)


def markdown(concept: Concept, level: int = 2) -> str:
    """One concept in Markdown, in the current language.

    Args:
        concept: What to tell about.
        level: The level of its heading.
    """
    concept = concept.in_language()
    why, way_out, poor, better = _words(concept)
    return (
        f"{'#' * level} `{concept.id}` {concept.title}\n\n"
        f"{concept.what}\n\n"
        f"**{why}.** {concept.why}\n\n"
        f"**{way_out}.** {concept.way_out}\n\n"
        f"| {poor} | {better} |\n|---|---|\n| {_cell(concept.poor)} | {_cell(concept.better)} |\n\n"
        f"{_weight(concept)} {_sources(concept)}\n"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def plain(concept: Concept, width: int | None = None) -> str:
    """One concept for the terminal, in the current language.

    Args:
        concept: What to tell about.
        width: Columns of the page; None not to break lines.
    """
    concept = concept.in_language()
    why, way_out, poor, better = _words(concept)
    rows = [(why, concept.why), (way_out, concept.way_out), (poor, concept.poor), (better, concept.better)]
    column = max(len(name) for name, _ in rows) + 2
    lines = [
        f"{concept.id}: {concept.title}",
        "",
        *_wrapped(concept.what, "", width),
        "",
        *(line for name, text in rows for line in _wrapped(text, f"{name + ':':<{column}}", width)),
        "",
        *_wrapped(f"{_weight(concept)} {_sources(concept)}", "", width),
        "",
    ]
    return "\n".join(lines)


def _wrapped(text: str, head: str, width: int | None) -> list[str]:
    """A text in lines, those after the first indented as far as its head goes."""
    if width is None:
        return [head + text]
    return textwrap.wrap(text, width, initial_indent=head, subsequent_indent=" " * len(head))


def as_dict(concept: Concept) -> dict[str, str]:
    """One concept as plain data, in the current language."""
    concept = concept.in_language()
    return {
        "label": concept.id,
        "kind": concept.kind,
        "title": concept.title,
        "what": concept.what,
        "why": concept.why,
        "way_out": concept.way_out,
        "poor": concept.poor,
        "better": concept.better,
        "sources": concept.sources,
    }


def pages() -> dict[str, str]:
    """The pages of the documentation in the current language: file name -> Markdown."""
    written = {"index.md": _page(_index())}
    for kind, (title, what) in KINDS.items():
        concepts = [concept for concept in CONCEPTS.values() if concept.kind == kind]
        body = "\n".join(markdown(concept) for concept in concepts)
        written[_PAGES[kind]] = _page(f"# {translated(title)}\n\n{translated(what)}\n\n{body}")
    return written


def _page(body: str) -> str:
    """A whole page; one that runs from right to left says so."""
    if current_language() in RIGHT_TO_LEFT:
        body = f'<div dir="rtl">\n\n{body}\n</div>\n'
    return f"{_NOTE}\n{body}"


def _index() -> str:
    parts = [f"# {translated('What Amends looks for')}\n"]
    if others := _other_languages():
        parts.append(f"{others}\n")
    for kind, (title, what) in KINDS.items():
        parts.append(
            f"## [{translated(title)}]({_PAGES[kind]})\n\n{translated(what)}\n\n| {translated('label')} | |\n|---|---|"
        )
        rows = [
            f"| [`{concept.id}`]({_PAGES[kind]}#{_anchor(concept)}) | {_cell(concept.what)} |"
            for concept in (one.in_language() for one in CONCEPTS.values())
            if concept.kind == kind
        ]
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


def _other_languages() -> str:
    """Links to the same page in each other language that is translated; empty where there is none."""
    here = current_language()
    up = "" if here == "en" else "../"
    return " · ".join(
        f"[{NAMES[other]}]({up}{'' if other == 'en' else other + '/'}index.md)"
        for other in languages_spoken()
        if other != here
    )


def folder_of(language: str, folder: Path) -> Path:
    """Where the pages of a language stand: English in the folder itself, each other language in one of its own.

    Args:
        language: One of `amends.messages.LANGUAGES`.
        folder: The folder of the reference.
    """
    return folder if language == "en" else folder / language


def _anchor(concept: Concept) -> str:
    """The anchor that GitHub and GitLab give the concept's heading."""
    heading = f"{concept.id} {concept.title}".lower()
    return "".join(sign for sign in heading if sign.isalnum() or sign in " -").replace(" ", "-")


def main(arguments: Sequence[str]) -> int:
    """Write the pages of all languages that are translated, or of the one asked for; the process's exit status."""
    import argparse

    parser = argparse.ArgumentParser(prog="python -m amends.render.reference", description=main.__doc__)
    parser.add_argument("folder", type=Path, help="the folder of the reference; languages have folders in it")
    parser.add_argument("--language", choices=LANGUAGES, help="write the pages of this language only")
    try:
        asked = parser.parse_args(arguments)
    except SystemExit as wrong:
        return int(wrong.code or 0)
    for language in [asked.language] if asked.language else languages_spoken():
        folder = folder_of(language, asked.folder)
        folder.mkdir(parents=True, exist_ok=True)
        with use(language):
            for name, text in pages().items():
                (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
