"""The public page as files that stand alone: they can be put on any web server and stay up when the desk is down."""

import io
import zipfile
from pathlib import Path

from django.contrib.staticfiles import finders
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.errors import NotFound
from amends.desk.incidents.models import Incident
from amends.desk.incidents.public import address_of, feed_of, languages_of, page_of, render_page
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting

__all__ = ["files_of", "write_folder", "zip_of"]

_STYLES = "incidents/public.css"


def files_of(acting: Acting, incident: Incident) -> dict[str, str]:
    """The files by name: a page and a feed for each language, `index.html` in the first one, and the style.

    Raises:
        NotAllowed: The acting one may not.
        NotFound: There is no public page.
    """
    require(acting, "incident.export")
    languages = languages_of(incident)
    if not languages:
        raise NotFound(_("This incident has no public page."))
    now = timezone.now()
    files = {"page.css": _styles()}
    for language in languages:
        page = page_of(incident, language, now)
        first = language == languages[0]
        names = {code: "index.html" if code == languages[0] else f"{code}.html" for code in languages}
        content = render_page(
            incident,
            page,
            styles="page.css",
            feed=f"feed-{language}.xml",
            addresses=[(code, name, names[code]) for code, name in page.others],
            live_page=address_of(incident, language),
        )
        files["index.html" if first else f"{language}.html"] = content
        files[f"feed-{language}.xml"] = feed_of(incident, page, f"feed-{language}.xml")
    return files


def zip_of(acting: Acting, incident: Incident) -> bytes:
    """The files in one zip.

    Raises:
        NotAllowed: The acting one may not.
        NotFound: There is no public page.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files_of(acting, incident).items():
            archive.writestr(f"{incident.slug}/{name}", content)
    return packed.getvalue()


def write_folder(acting: Acting, incident: Incident, folder: Path) -> list[Path]:
    """Write the files into a folder, each in one step, so that a web server never reads half of one.

    Returns:
        The files.

    Raises:
        NotAllowed: The acting one may not.
        NotFound: There is no public page.
        OSError: The folder cannot be written to.
    """
    files = files_of(acting, incident)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in files.items():
        draft = folder / f".{name}.new"
        draft.write_text(content, encoding="utf-8")
        written.append(draft.replace(folder / name))
    return written


def _styles() -> str:
    found = finders.find(_STYLES)
    if not isinstance(found, str):
        raise FileNotFoundError(_STYLES)
    return Path(found).read_text(encoding="utf-8")
