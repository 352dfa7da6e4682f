"""`amends explain`: the reference of a component or a fault."""

import click

from amends.cli.language import TranslatedCommand, messages_option
from amends.messages import translated

__all__ = ["explain"]


@click.command(
    cls=TranslatedCommand,
    epilog="""\b
Examples:
  amends explain                        all labels
  amends explain favour                 one of them
  amends explain favour --format markdown
  amends explain --language he favour
""",
)
@click.argument("label", required=False)
@messages_option("--language")
@click.option(
    "--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", help="The form of output."
)
def explain(label: str | None, form: str) -> None:
    """Explain LABEL: what it is, why it helps or hurts, what to do, and an example. Without LABEL, list all."""
    from amends.cli.output import write

    shown = _list(form) if label is None else _one(label, form)
    write([_laid_out(shown) if form == "text" else shown], people=form == "text")


def _laid_out(text: str) -> str:
    """A text for the terminal, with what it needs to run from right to left where it does."""
    from amends.cli.output import page_width
    from amends.render.direction import dressed

    return dressed(text, page_width())


def _one(label: str, form: str) -> str:
    from amends.checker.catalogue import CONCEPTS
    from amends.cli.output import CommandError, page_width
    from amends.configuration import did_you_mean, no_such_label
    from amends.render import reference

    titles = {concept.title.casefold(): concept for concept in CONCEPTS.values()}
    titles |= {concept.in_language().title.casefold(): concept for concept in CONCEPTS.values()}
    wanted = label.strip().casefold()
    concept = CONCEPTS.get(wanted) or titles.get(wanted)
    if concept is None:
        meant = did_you_mean(wanted, CONCEPTS) or _mentions(wanted)
        raise CommandError(no_such_label(label, meant))
    if form == "markdown":
        return reference.markdown(concept, level=1)
    if form == "json":
        return _json(reference.as_dict(concept))
    return reference.plain(concept, page_width())


def _mentions(word: str) -> str:
    """A question that names the labels whose text has the word: many look for 'goodwill' who mean 'favour'."""
    from amends.checker.catalogue import CONCEPTS

    least = 3
    if len(word) < least:
        return ""
    found = [
        concept.id
        for concept in CONCEPTS.values()
        for shown in (concept, concept.in_language())
        if word in f"{shown.title} {shown.what} {shown.poor}".casefold()
    ]
    labels = list(dict.fromkeys(found))[:3]
    if not labels:
        return ""
    return " " + translated("Did you mean one of these: {labels}?", labels=", ".join(map(repr, labels)))


def _list(form: str) -> str:
    import textwrap

    from amends.checker.catalogue import CONCEPTS
    from amends.cli.output import page_width
    from amends.render import reference

    if form == "markdown":
        return reference.pages()["index.md"]
    if form == "json":
        return _json([reference.as_dict(concept) for concept in CONCEPTS.values()])
    width = max(map(len, CONCEPTS)) + 2
    lines: list[str] = []
    for kind, (title, what) in reference.KINDS.items():
        lines += [translated(title), *textwrap.wrap(translated(what), page_width()), ""]
        lines += [
            f"  {concept.id:<{width}}{concept.in_language().title}"
            for concept in CONCEPTS.values()
            if concept.kind == kind
        ]
        lines.append("")
    return "\n".join([*lines, translated("'amends explain LABEL' tells more about one."), ""])


def _json(value: object) -> str:
    from amends.render.structured import dump

    return dump(value, indent=2) + "\n"
