"""The reference of components and faults: for the terminal, and as pages of the documentation.

The catalogue is the one source. `python -m amends.render.reference docs/reference` writes the pages anew.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from amends.checker.catalogue import CONCEPTS, Concept
from amends.checker.scoring import COMPONENT_WEIGHTS, FAULT_COSTS

__all__ = ["KINDS", "as_dict", "main", "markdown", "pages", "plain"]

KINDS: dict[str, tuple[str, str]] = {
    "component": (
        "Components",
        "The parts of a sincere apology. The more of them a reply holds, the higher its score.",
    ),
    "fault": (
        "Faults",
        "What spoils a reply in one place. Each kind of fault takes away a share of the score, once.",
    ),
    "whole-reply": (
        "Faults of the whole reply",
        "What spoils a reply as a whole; some are looked for only when the complaint, the customer's name or earlier "
        "replies are given.",
    ),
}
"""For each kind of concept, its title and what it is."""

_PAGES = {"component": "components.md", "fault": "faults.md", "whole-reply": "whole-reply.md"}
_NOTE = "<!-- Written by `python -m amends.render.reference docs/reference` from the catalogue. Edit that. -->\n"
_WORDS = {
    "component": ("Why it helps", "To add it", "This is not it", "This is"),
    "fault": ("Why it hurts", "The way out", "Poor", "Better"),
    "whole-reply": ("Why it hurts", "The way out", "Poor", "Better"),
}


def _weight(concept: Concept) -> str:
    """What it does to the score, with the usual weights."""
    if concept.kind == "component":
        share = COMPONENT_WEIGHTS.get(concept.id, 0.0) / sum(COMPONENT_WEIGHTS.values())
        return f"Adds up to {share:.0%} of the score"
    return f"Takes away {FAULT_COSTS.get(concept.id, 0.0):.0%} of the score"


def markdown(concept: Concept, level: int = 2) -> str:
    """One concept in Markdown.

    Args:
        concept: What to tell about.
        level: The level of its heading.
    """
    why, way_out, poor, better = _WORDS[concept.kind]
    return (
        f"{'#' * level} `{concept.id}` {concept.title}\n\n"
        f"{concept.what}\n\n"
        f"**{why}.** {concept.why}\n\n"
        f"**{way_out}.** {concept.way_out}\n\n"
        f"| {poor} | {better} |\n|---|---|\n| {_cell(concept.poor)} | {_cell(concept.better)} |\n\n"
        f"{_weight(concept)}. Sources: {concept.sources}.\n"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def plain(concept: Concept) -> str:
    """One concept for the terminal."""
    why, way_out, poor, better = _WORDS[concept.kind]
    rows = [(why, concept.why), (way_out, concept.way_out), (poor, concept.poor), (better, concept.better)]
    width = max(len(name) for name, _ in rows) + 2
    return "\n".join(
        [
            f"{concept.id}: {concept.title}",
            "",
            concept.what,
            "",
            *(f"{name + ':':<{width}}{text}" for name, text in rows),
            "",
            f"{_weight(concept)}. Sources: {concept.sources}.",
            "",
        ]
    )


def as_dict(concept: Concept) -> dict[str, str]:
    """One concept as plain data."""
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
    """The pages of the documentation: file name -> Markdown."""
    written = {"index.md": _index()}
    for kind, (title, what) in KINDS.items():
        concepts = [concept for concept in CONCEPTS.values() if concept.kind == kind]
        body = "\n".join(markdown(concept) for concept in concepts)
        written[_PAGES[kind]] = f"{_NOTE}\n# {title}\n\n{what}\n\n{body}"
    return written


def _index() -> str:
    parts = [_NOTE, "# What Amends looks for\n"]
    for kind, (title, what) in KINDS.items():
        parts.append(f"## [{title}]({_PAGES[kind]})\n\n{what}\n\n| label | |\n|---|---|")
        rows = [
            f"| [`{concept.id}`]({_PAGES[kind]}#{_anchor(concept)}) | {_cell(concept.what)} |"
            for concept in CONCEPTS.values()
            if concept.kind == kind
        ]
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


def _anchor(concept: Concept) -> str:
    """The anchor that GitHub and GitLab give the concept's heading."""
    heading = f"{concept.id} {concept.title}".lower()
    return "".join(sign for sign in heading if sign.isalnum() or sign in " -").replace(" ", "-")


def main(arguments: Sequence[str]) -> int:
    """Write the pages into the folder that is the one argument; the process's exit status."""
    if len(arguments) != 1:
        print("usage: python -m amends.render.reference FOLDER", file=sys.stderr)
        return 2
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
