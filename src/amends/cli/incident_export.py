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
  amends incident-export ovens-3f9a2c /srv/www/ovens      one page, as it is now
  amends incident-export --all /srv/www/incidents         each public page, in a folder of its own
""",
)
@click.argument("slug", required=False)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--all", "everything", is_flag=True, help="All public pages, each in a folder of its name.")
def incident_export(slug: str | None, folder: Path, everything: bool) -> int:
    """Write the public page of incident SLUG into FOLDER, as files for any web server.

    They need nothing but each other. The page is written as it is now: call it again after an update.
    """
    if bool(slug) == everything:
        raise CommandError(translated("Name the page, as it stands in its address behind /i/, or write --all."))
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
            written = write_folder(DESK, row, folder / row.slug if everything else folder)
            write([f"{path}\n" for path in written])
    except DeskError as error:
        raise CommandError(error.words) from error
    except OSError as error:
        raise CommandError(
            translated("{folder} cannot be written to ({problem}).", folder=folder, problem=error.strerror or "?")
        ) from error
    return 0
