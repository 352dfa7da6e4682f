"""`amends explain`: the reference of a component or a fault."""

import click

__all__ = ["explain"]


@click.command(
    epilog="""\b
Examples:
  amends explain                        all labels
  amends explain favour                 one of them
  amends explain favour --format markdown
"""
)
@click.argument("label", required=False)
@click.option(
    "--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", help="The form of output."
)
def explain(label: str | None, form: str) -> None:
    """Explain LABEL: what it is, why it helps or hurts, what to do, and an example. Without LABEL, list all."""
    from amends.cli.output import write

    write([_list(form) if label is None else _one(label, form)], people=form == "text")


def _one(label: str, form: str) -> str:
    from amends.checker.catalogue import CONCEPTS
    from amends.cli.output import CommandError
    from amends.configuration import did_you_mean
    from amends.render import reference

    titles = {concept.title.casefold(): concept for concept in CONCEPTS.values()}
    wanted = label.strip().casefold()
    concept = CONCEPTS.get(wanted) or titles.get(wanted)
    if concept is None:
        meant = did_you_mean(wanted, CONCEPTS) or _mentions(wanted)
        raise CommandError(f"there is no label '{label}'.{meant} 'amends explain' lists all labels.")
    if form == "markdown":
        return reference.markdown(concept, level=1)
    if form == "json":
        return _json(reference.as_dict(concept))
    return reference.plain(concept)


def _mentions(word: str) -> str:
    """A question that names the labels whose text has the word: many look for 'goodwill' who mean 'favour'."""
    from amends.checker.catalogue import CONCEPTS

    least = 3
    if len(word) < least:
        return ""
    found = [
        concept.id
        for concept in CONCEPTS.values()
        if word in f"{concept.title} {concept.what} {concept.poor}".casefold()
    ]
    return f" Did you mean {' or '.join(repr(label) for label in found[:3])}?" if found else ""


def _list(form: str) -> str:
    from amends.checker.catalogue import CONCEPTS
    from amends.render import reference

    if form == "markdown":
        return reference.pages()["index.md"]
    if form == "json":
        return _json([reference.as_dict(concept) for concept in CONCEPTS.values()])
    width = max(map(len, CONCEPTS)) + 2
    lines: list[str] = []
    for kind, (title, what) in reference.KINDS.items():
        lines += [title, what, ""]
        lines += [f"  {concept.id:<{width}}{concept.title}" for concept in CONCEPTS.values() if concept.kind == kind]
        lines.append("")
    return "\n".join([*lines, "'amends explain LABEL' tells more about one.", ""])


def _json(value: object) -> str:
    from amends.render.structured import dump

    return dump(value, indent=2) + "\n"
