"""The link to the customer's page in mail to customers: put in as the mail leaves, so that its secret lies nowhere."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from amends.desk.customers.models import ContactPoint
from amends.desk.house.services import log
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.authority import require
from amends.desk.people.roles import DESK, Acting
from amends.desk.portal.models import PortalSettings
from amends.desk.portal.services import PLACE, language_of, standing_address
from amends.desk.states import lock
from amends.messages import RIGHT_TO_LEFT

__all__ = [
    "change_portal_settings",
    "links_are_sent",
    "portal_settings",
    "put_foot",
    "put_in_place",
    "reached_from_outside",
]

_HERE = ("127.0.0.1", "localhost", "::1")
_BODY_ENDS = "</body>"


def portal_settings() -> PortalSettings:
    """The settings; the defaults while nobody has changed them."""
    return PortalSettings.objects.filter(pk=1).first() or PortalSettings(pk=1)


def change_portal_settings(acting: Acting, *, link_in_mail: bool) -> PortalSettings:
    """Change how customers get to their pages.

    Raises:
        NotAllowed: Only leads and the owner may.
    """
    require(acting, "portal.edit")
    with transaction.atomic():
        PortalSettings.objects.get_or_create(pk=1)
        row = lock(PortalSettings(pk=1))
        before = row.link_in_mail
        if before != link_in_mail:
            row.link_in_mail = link_in_mail
            row.save()
            log(acting, "portal", "portal.changed", before={"link": before}, after={"link": link_in_mail})
    return row


def reached_from_outside() -> bool:
    """Whether links in mail lead anywhere but to this machine."""
    return urlsplit(settings.PUBLIC_URL).hostname not in _HERE


def links_are_sent() -> bool:
    """Whether mail to customers ends with the link to their page: it is wished, and it would lead there."""
    return reached_from_outside() and portal_settings().link_in_mail


def put_foot(row: OutgoingMessage, text: str, html: str) -> tuple[str, str]:
    """Put the sentence with the link under a reply or an acknowledgement as it leaves.

    An acknowledgement to an address that nobody has proved, as a form names it, gets none: the page holds what came in,
    and a stranger could have it sent to anybody.
    """
    message = row.message
    if message is None or not links_are_sent() or message.case.customer.erased_at is not None:
        return text, html
    case = message.case
    if row.purpose == "acknowledgement" and not _proved(row):
        return text, html
    language = row.language or language_of(case)
    with override(language):
        words = _("Your page with us: what we said and promised, and a place to answer or ask. It is for you alone.")
        address = standing_address(DESK, case)
        foot = render_to_string(
            "portal/mail/foot.html",
            {"words": words, "address": address, "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr"},
        )
    begin, end, rest = html.rpartition(_BODY_ENDS)
    return f"{text.rstrip()}\n\n--\n{words}\n{address}\n", f"{begin}{foot}{end}{rest}" if end else html


def put_in_place(row: OutgoingMessage, text: str, html: str) -> tuple[str, str]:
    """Put the address of the page where `services.PLACE` stands."""
    if row.message is None or PLACE not in text + html:
        return text, html
    address = standing_address(DESK, row.message.case)
    return text.replace(PLACE, address), html.replace(PLACE, address)


def _proved(row: OutgoingMessage) -> bool:
    """Whether all receivers are addresses that this customer has written from."""
    assert row.message is not None
    known = set(
        ContactPoint.objects.filter(
            customer=row.message.case.customer_id, kind=ContactPoint.Kind.MAIL, verified_at__isnull=False
        ).values_list("value", flat=True)
    )
    return all(address.casefold() in {one.casefold() for one in known} for address in row.to)
