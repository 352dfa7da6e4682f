"""`amends schema`: the JSON Schema of the output."""

import click

from amends.cli.language import TranslatedCommand, messages_option

__all__ = ["schema"]


@click.command(cls=TranslatedCommand)
@messages_option()
def schema() -> None:
    """Print the JSON Schema of the output of 'amends check --format json' and '--format jsonl'."""
    from importlib.resources import files

    from amends.cli.output import write

    write([files("amends").joinpath("schema.json").read_text(encoding="utf-8")], people=False)
