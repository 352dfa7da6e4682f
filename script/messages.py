"""Collects the messages from the source, brings the file of each language up to date, and compiles it.

`script/messages` sets up what this needs and runs it. The files are `src/amends/locale/amends.pot` (all messages, in
English), `<language>/LC_MESSAGES/amends.po` (for translators) and `.mo` (what the program reads).
"""

import ast
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

import amends.cli
from amends.checker.catalogue import CONCEPTS
from amends.cli.language import CLICK_MESSAGES, paragraphs
from amends.messages import DOMAIN, FOLDER, LANGUAGES
from amends.text.language import language_names

SOURCE = FOLDER.parent
TEMPLATE = FOLDER / f"{DOMAIN}.pot"
CALLS = {"message": 1, "translated": 1, "counted": 2}
"""What marks a message in the source: a call of one of these, with so many texts."""
WIDTH = 120

# Dates and versions of tools would change the files when no message does.
_VOLATILE = ("POT-Creation-Date", "PO-Revision-Date", "Generated-By")
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)

_KINDS = {"component": "a part of an apology", "fault": "a fault", "whole-reply": "a fault of the whole reply"}
_EXAMPLE = (
    "Do not translate this example: write one of your own, as people in your country really write to customers. "
    "It shows the same thing; what it is about is up to you."
)
_FIELDS = {
    "title": "its short name",
    "what": "when it is given",
    "why": "one plain sentence why it helps or hurts",
    "way_out": "one thing that the writer can do; to the writer, as a question or an invitation",
    "poor": f"the poor example, or what is mistaken for this part. {_EXAMPLE}",
    "better": f"the better example, the poor one mended. {_EXAMPLE}",
    "sources": "where it comes from; keep names, numbers and years",
}
_AS_WRITTEN = "Keep the line breaks, the blanks and the commands; translate what is said about them."


def _po_file(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def _collected() -> Iterator[tuple[str | tuple[str, str], str, str]]:
    """Every message, with the file that it is from and a comment for translators."""
    for concept in CONCEPTS.values():
        for field, comment in _FIELDS.items():
            text = getattr(concept, field)
            if field == "sources" and not any(word.isalpha() and word.islower() for word in text.split()):
                continue
            yield text, "checker/catalogue.py", f"{concept.id}, {_KINDS[concept.kind]}: {comment}"
    group = amends.cli.main
    context = click.Context(group)
    for name in ("", *group.list_commands(context)):
        command = group.get_command(context, name) if name else group
        assert command is not None
        where = f"cli/{name or '__init__'}.py"
        for text in (command.help, command.epilog):
            for piece, as_written in paragraphs(text or ""):
                yield piece, where, _AS_WRITTEN if as_written else ""
        for parameter in command.params:
            text = parameter.help if isinstance(parameter, click.Option) else None
            if text and text not in CLICK_MESSAGES:
                yield text, where, "what an option is for"
    for text in CLICK_MESSAGES:
        yield text, "cli/language.py", "from the library that reads the command line; {name!r} is set in quotes"
    for name in language_names():
        yield name, "text/language.py", "the name of a language, alone and in its basic form"
    for path in sorted(SOURCE.rglob("*.py")):
        for found in _marked(ast.parse(path.read_text(encoding="utf-8"))):
            yield found, path.relative_to(SOURCE).as_posix(), ""


def _marked(tree: ast.AST) -> Iterator[str | tuple[str, str]]:
    """The texts in calls that mark messages, in the order of the source; those within other strings too."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            texts = [
                one.value
                for one in node.args[: CALLS[node.func.id]]
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            if len(texts) == CALLS[node.func.id]:
                yield (texts[0], texts[1]) if len(texts) > 1 else texts[0]
        yield from _marked(node)


def template() -> Catalog:
    """All messages of the source."""
    catalogue = Catalog(
        project="Amends", version="0", fuzzy=False, creation_date=_NO_DATE, revision_date=_NO_DATE
    )
    catalogue.header_comment = (
        "# The messages of Amends. How to word them: docs/explanation/terms.md.\n"
        "# Written by script/messages from the source."
    )
    for text, file, comment in _collected():
        catalogue.add(text, locations=[(f"src/amends/{file}", 1)], auto_comments=[comment] if comment else [])
    return catalogue


def updated(language: str) -> Catalog:
    """The messages of a language, with those that are new and without those that are gone."""
    path = _po_file(language)
    if path.exists():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language, domain=DOMAIN)
    else:
        catalogue = Catalog(locale=language, domain=DOMAIN, project="Amends", fuzzy=False)
    catalogue.update(template(), no_fuzzy_matching=True)
    catalogue.header_comment = "# The messages of Amends. How to word them: docs/explanation/terms.md."
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """A catalogue as a file for translators; the same messages always give the same bytes."""
    buffer = BytesIO()
    write_po(buffer, catalogue, width=WIDTH, ignore_obsolete=True, include_lineno=False, sort_output=False)
    lines = buffer.getvalue().split(b"\n")
    return b"\n".join(line for line in lines if not line.startswith(tuple(b'"' + name.encode() for name in _VOLATILE)))


def compiled(catalogue: Catalog) -> bytes:
    """A catalogue as the program reads it."""
    catalogue.creation_date = catalogue.revision_date = _NO_DATE
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def untranslated(catalogue: Catalog) -> list[Message]:
    """The messages that have no translation yet, or only part of one."""
    return [
        one
        for one in catalogue
        if one.id and not (all(one.string) if isinstance(one.string, list | tuple) else one.string)
    ]


def main(arguments: list[str]) -> int:
    """Do what is asked, all of it when nothing is; the process's exit status."""
    steps = set(arguments) or {"extract", "update", "compile"}
    if not steps <= {"extract", "update", "compile"}:
        print(__doc__, file=sys.stderr)
        return 2
    if "extract" in steps:
        TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
        TEMPLATE.write_bytes(written(template()))
    for language in LANGUAGES[1:]:
        path = _po_file(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = updated(language)
        if "update" in steps:
            path.write_bytes(written(catalogue))
        if "compile" in steps:
            with path.open("rb") as file:
                path.with_suffix(".mo").write_bytes(compiled(read_po(file, locale=language, domain=DOMAIN)))
        missing = untranslated(catalogue)
        print(f"{language}: {len(missing)} messages without a translation")
        for one in missing:
            print(f"  {one.id}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
