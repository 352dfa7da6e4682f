"""`amends incident-export`: an incident's public page as files that stay up when the desk is down."""

from pathlib import Path

import click

from amends.cli.desk import _PORT, _start_django
from amends.cli.language import TranslatedCommand
from amends.cli.output import CommandError, write
from amends.messages import translated

__all__ = ["incident_export"]


@click.command(
    cls=TranslatedCommand,
    epilog="""\b
Examples:
  amends incident-export /srv/www/incidents                      each public page, in a folder of its name
  amends incident-export /srv/www/ovens --page ovens-3f9a2c      one of them
""",
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--page", "slug", help="Only this one: its name as it stands in its address behind /i/.")
def incident_export(folder: Path, slug: str | None) -> int:
    """Write the public pages of incidents into FOLDER, as files for any web server.

    The files need nothing but each other. They hold what is public now: call it again after an update.
    """
    _start_django(_PORT)
    from amends.desk.errors import DeskError
    from amends.desk.incidents.exporting import write_folder
    from amends.desk.incidents.models import Incident
    from amends.desk.people.roles import DESK

    rows = Incident.objects.filter(published_at__isnull=False)
    if slug:
        rows = rows.filter(slug=slug)
        if not rows:
            raise CommandError(translated("There is no public page named {slug}.", slug=slug))
    try:
        for row in rows:
            written = write_folder(DESK, row, folder if slug else folder / row.slug)
            write([f"{path}\n" for path in written])
    except DeskError as error:
        raise CommandError(error.words) from error
    except OSError as error:
        raise CommandError(
            translated("{folder} cannot be written to ({problem}).", folder=folder, problem=error.strerror or "?")
        ) from error
    return 0
