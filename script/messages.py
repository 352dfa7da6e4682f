"""Collects the messages from the source, brings the file of each language up to date, and compiles it.

usage: script/messages [extract] [update] [compile] [LANGUAGE ...]

`script/messages` sets up what this needs and runs it; without a step it does all three, without a language it does
them for all. The files are `src/amends/locale/amends.pot` (all messages, in English), and for each language
`LC_MESSAGES/amends.po` (for translators) and `.mo` (what the program reads). A language is compiled once nothing is
missing in it; until then the program speaks English in its place.
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
_STEPS = ("extract", "update", "compile")
_AS_WRITTEN = "Keep the line breaks, the blanks and the commands; translate what is said about them."


def po_file(language: str) -> Path:
    """The file of a language's translators."""
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
    catalogue = Catalog(project="Amends", version="0", fuzzy=False, creation_date=_NO_DATE, revision_date=_NO_DATE)
    catalogue.header_comment = (
        "# The messages of Amends. How to word them: docs/explanation/terms.md.\n"
        "# Written by script/messages from the source."
    )
    for text, file, comment in _collected():
        catalogue.add(text, locations=[(f"src/amends/{file}", 1)], auto_comments=[comment] if comment else [])
    return catalogue


def read(language: str) -> Catalog:
    """The messages of a language as its translators have written them."""
    with po_file(language).open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def updated(language: str) -> Catalog:
    """The messages of a language, with those that are new and without those that are gone."""
    if po_file(language).exists():
        catalogue = read(language)
    else:
        catalogue = Catalog(locale=language, domain=DOMAIN, project="Amends", version="0", fuzzy=False)
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


def unfinished(catalogue: Catalog) -> list[Message]:
    """The messages that have no translation yet, only part of one, or one that nobody has confirmed."""
    return [one for one in catalogue if one.id and (one.fuzzy or not all(strings(one)))]


def strings(one: Message) -> tuple[str, ...]:
    """The translations of a message: one, or as many as the language has plural forms."""
    return tuple(one.string) if isinstance(one.string, list | tuple) else (one.string,)


def _replace(path: Path, content: bytes) -> None:
    """Write a file in one go, and only if that changes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.read_bytes() == content:
        return
    new = path.with_name(f".{path.name}.new")
    new.write_bytes(content)
    new.replace(path)


def main(arguments: list[str]) -> int:
    """Do what is asked, all of it when nothing is; the process's exit status."""
    steps = {one for one in arguments if one not in LANGUAGES} or set(_STEPS)
    languages = [one for one in LANGUAGES[1:] if one in arguments] or LANGUAGES[1:]
    if not steps <= set(_STEPS):
        print(__doc__, file=sys.stderr)
        return 2
    if "extract" in steps:
        _replace(TEMPLATE, written(template()))
    for language in languages if steps != {"extract"} else ():
        path = po_file(language)
        if "update" in steps:
            _replace(path, written(updated(language)))
        missing = unfinished(updated(language))
        if "compile" in steps and path.exists() and not missing:
            _replace(path.with_suffix(".mo"), compiled(read(language)))
        print(f"{language}: {len(missing)} messages without a translation" + ", not compiled" * bool(missing))
        for one in missing:
            print(f"  {one.id}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
