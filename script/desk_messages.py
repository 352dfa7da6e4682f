"""Collects the desk's messages from its Python files and templates, updates each language's file, compiles it.

usage: python script/desk_messages.py [LANGUAGE ...]

The files are `src/amends/desk/locale/django.pot` (all messages, in English), and for each language
`LC_MESSAGES/django.po` (for translators) and `.mo` (what Django reads). It does what `makemessages` and
`compilemessages` do, without the tools of GNU gettext: Django turns a template into Python, Babel reads that. What is
not translated yet is shown in English.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings

from amends.messages import LANGUAGES

DESK = Path(__file__).parent.parent / "src" / "amends" / "desk"
FOLDER = DESK / "locale"
DOMAIN = "django"
WIDTH = 120
HEADER = "# The messages of the desk. How to word them: docs/explanation/terms.md."
KEYWORDS: dict[str, Any] = {
    "_": None,
    "_now": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# Dates and versions of tools would change the files when no message does.
_VOLATILE = ("POT-Creation-Date", "PO-Revision-Date", "Generated-By")
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
_SKIPPED = frozenset({"migrations", "locale", "__pycache__"})


def sources() -> Iterator[tuple[Path, str]]:
    """Each file that can hold messages, with its content as Python."""
    from django.utils.translation.template import templatize

    for path in sorted(DESK.rglob("*")):
        if _SKIPPED & set(path.relative_to(DESK).parts):
            continue
        if path.suffix == ".py":
            yield path, path.read_text(encoding="utf-8")
        elif path.suffix in (".html", ".txt") and "templates" in path.parts:
            # What was markup is filling now; its indentation would be none to Python.
            code = templatize(path.read_text(encoding="utf-8"), origin=str(path.relative_to(DESK)))
            yield path, "".join(line.lstrip(" \t") for line in code.splitlines(keepends=True))


def collected() -> Catalog:
    """All messages of the source."""
    catalogue = Catalog(domain=DOMAIN, project="amends", charset="utf-8", creation_date=_NO_DATE)
    catalogue.header_comment = HEADER
    for path, code in sources():
        place = path.relative_to(DESK).as_posix()
        for _line, text, comments, context in extract(
            "python", BytesIO(code.encode()), keywords=KEYWORDS, comment_tags=("Translators:",)
        ):
            singular = text[0] if isinstance(text, tuple) else text
            if not singular:
                continue
            # Babel takes any "%" for a place to fill in; Django's templates write it twice.
            catalogue.add(text, locations=[(place, 0)], auto_comments=comments, context=context)
    for message in catalogue:
        message.locations = sorted({(place, 0) for place, _line in message.locations})
    return catalogue


def updated(language: str, template: Catalog) -> Catalog:
    """The catalogue of a language with all messages of the template; its translations are kept."""
    file = FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    if file.exists():
        with file.open("rb") as stream:
            catalogue = read_po(stream, locale=language, domain=DOMAIN)
    else:
        catalogue = Catalog(locale=language, domain=DOMAIN, project="amends", charset="utf-8")
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    catalogue.header_comment = HEADER
    return catalogue


def write(catalogue: Catalog, file: Path) -> None:
    """Write a catalogue for translators, without anything that changes when no message does."""
    buffer = BytesIO()
    write_po(buffer, catalogue, width=WIDTH, sort_output=True, include_lineno=False)
    lines = buffer.getvalue().decode().splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(tuple(f'"{name}' for name in _VOLATILE))]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(kept), encoding="utf-8")


def problems(catalogue: Catalog) -> Iterator[str]:
    """What is wrong with translations: a place to fill in that is missing, or one too many."""
    for message in catalogue:
        if isinstance(message, Message) and message.id and any(_strings(message)):
            for error in message.check(catalogue):
                yield f"{catalogue.locale}: {message.id!r}: {error}"


def main(arguments: list[str]) -> int:
    """Do it, and say how much is translated."""
    settings.configure(USE_I18N=False)
    django.setup()
    chosen = arguments or [language for language in LANGUAGES if language != "en"]
    template = collected()
    write(template, FOLDER / f"{DOMAIN}.pot")
    wrong = []
    for language in chosen:
        catalogue = updated(language, template)
        file = FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"
        write(catalogue, file)
        with file.with_suffix(".mo").open("wb") as stream:
            write_mo(stream, catalogue)
        done = sum(1 for message in catalogue if message.id and all(_strings(message)))
        print(f"{language}: {done} of {len(template)} translated")
        wrong.extend(problems(catalogue))
    for problem in wrong:
        print(problem, file=sys.stderr)
    return 1 if wrong else 0


def _strings(message: Message) -> tuple[str, ...]:
    found = message.string or ""
    return found if isinstance(found, tuple) else (found,)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
