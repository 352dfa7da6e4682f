"""Issuing, opening, renewing and revoking links to a customer's page."""

import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import override

from amends.desk.cases.models import Case, Channel, Message
from amends.desk.cases.services import add_note, log, record_out
from amends.desk.customers.models import ContactPoint
from amends.desk.errors import NotFound, WrongInput
from amends.desk.house.services import house
from amends.desk.outbox.services import new_mail_id, queue
from amends.desk.people.authority import require
from amends.desk.people.roles import DESK, Acting, person_of
from amends.desk.portal.models import CustomerLink
from amends.desk.states import lock
from amends.desk.tokens import hashed, new_token

__all__ = [
    "LASTS",
    "PAGE_LINK",
    "PLACE",
    "address_of",
    "case_of",
    "issue",
    "language_of",
    "mail_address_of",
    "mail_link",
    "renew",
    "revoke",
    "standing_address",
]

LASTS = timedelta(days=180)
PAGE_LINK = "page-link"
"""Purpose of mails that bring the link to a customer's page and nothing else."""
PLACE = "[[page]]"
"""Stands in a mail where the address of the page is put as it leaves."""
_SALT = "amends.desk.portal.standing-link"


def issue(acting: Acting, case: Case, *, made_for: str = "person", lasts: timedelta = LASTS) -> str:
    """A new link to the page of a case.

    Returns:
        Its secret, which is stored nowhere: it can be given away now and never shown again.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "link.issue")
    token, token_hash = new_token()
    with transaction.atomic():
        link = CustomerLink.objects.create(
            case=case,
            token_hash=token_hash,
            made_for=made_for,
            created_by=person_of(acting),
            expires_at=timezone.now() + lasts,
        )
        log(acting, case, "link.issued", after={"link": link.pk, "for": made_for, "until": link.expires_at})
    return token


def standing_address(acting: Acting, case: Case) -> str:
    """The address of the link that all mails of a case carry: one at a time, renewed while we write to each other.

    Its secret is made from the desk's own key and a number in the row, so that it lies nowhere and is the same in each
    mail. A link that has expired, or was ended, or whose key is gone, is followed by another one. Call it as the mail
    leaves, outside of its transaction.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "link.issue")
    with transaction.atomic():
        lock(case)
        now = timezone.now()
        link = CustomerLink.objects.filter(case=case, revoked_at=None).exclude(nonce="").first()
        token = _secret_of(link) if link is not None and link.works else ""
        if link is not None and not token:
            CustomerLink.objects.filter(pk=link.pk).update(revoked_at=now)
            link = None
        if link is None:
            nonce = secrets.token_hex(16)
            token = _derived(nonce, settings.SECRET_KEY)
            link = CustomerLink.objects.create(
                case=case, token_hash=hashed(token), nonce=nonce, made_for="mail", expires_at=now + LASTS
            )
            log(acting, case, "link.issued", after={"link": link.pk, "for": "mail", "until": link.expires_at})
        elif link.expires_at < now + LASTS / 2:
            link.expires_at = now + LASTS
            link.save(update_fields=["expires_at"])
            log(acting, case, "link.renewed", after={"link": link.pk, "until": link.expires_at})
    return address_of(token)


def _secret_of(link: CustomerLink) -> str:
    """The secret of a standing link, made anew; "" when the key that it was made with is gone."""
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        token = _derived(link.nonce, key)
        if constant_time_compare(hashed(token), link.token_hash):
            return token
    return ""


def _derived(nonce: str, key: str) -> str:
    digest = salted_hmac(_SALT, nonce, secret=key, algorithm="sha256").digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def address_of(token: str) -> str:
    """The full address of a link."""
    return f"{settings.PUBLIC_URL}/c/{token}/"


def case_of(token: str) -> tuple[Case, CustomerLink]:
    """The case of a link's secret.

    Raises:
        NotFound: The link never was, is over, or was revoked.
    """
    link = CustomerLink.objects.select_related("case__customer").filter(token_hash=hashed(token)).first()
    if link is None or not link.works or link.case.customer.erased_at is not None:
        raise NotFound(
            _("This link does not work any more. Answer the last mail you had from us and we send a new one.")
        )
    now = timezone.now()
    if link.last_used_at is None or now - link.last_used_at > timedelta(minutes=5):
        CustomerLink.objects.filter(pk=link.pk).update(last_used_at=now)
    return link.case, link


def revoke(acting: Acting, link: CustomerLink) -> CustomerLink:
    """End a link at once.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "link.revoke")
    with transaction.atomic():
        if CustomerLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now()):
            link.refresh_from_db()
            log(acting, link.case, "link.revoked", after={"link": link.pk})
    return link


def language_of(case: Case) -> str:
    """The language in which the customer of a case reads: theirs, else that of the case, else the house's."""
    return case.customer.language or case.language or house().language


def mail_address_of(case: Case) -> str:
    """The mail address at which we know the customer: one they wrote from; the one of this case first. "" for none."""
    known = case.customer.contacts.filter(kind=ContactPoint.Kind.MAIL, verified_at__isnull=False)
    here = known.filter(messages__case=case).order_by("-messages__sent_at").first()
    contact = here or known.order_by("-verified_at", "-pk").first()
    return contact.value if contact else ""


def mail_link(acting: Acting, case: Case, *, made_for: str = "person") -> str:
    """Send the customer a link to their page, to the known address only.

    Returns:
        The address it goes to.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: No address of theirs is known.
    """
    require(acting, "link.issue")
    address = mail_address_of(case)
    if not address or case.customer.erased_at is not None:
        raise WrongInput(_("We know no mail address of this customer. Give them the link in another way."))
    business = house()
    language = language_of(case)
    with transaction.atomic(), override(language):
        lock(case)
        subject = _("Your page at %(house)s") % {"house": business}
        context = {
            "name": case.customer.name,
            "subject": case.subject,
            "house": business,
            # The secret is put in as the mail leaves; what is kept of it holds this in its place.
            "address": PLACE,
            "until": timezone.localdate(timezone.now() + LASTS / 2),
        }
        text = render_to_string("portal/mail/link.txt", context).strip() + "\n"
        mail_id = new_mail_id()
        message = record_out(
            DESK,
            case,
            text=text.replace(PLACE, _("(the link to your page)")),
            channel=Channel.MAIL,
            automatic=True,
            delivery=Message.Delivery.WAITING,
            subject=subject,
            mail_id=mail_id,
            recipients={"to": [[case.customer.name, address]]},
            language=language,
            headers={"purpose": PAGE_LINK},
        )
        queue(
            acting,
            purpose=PAGE_LINK,
            to=[address],
            subject=subject,
            text=text,
            headers={"Auto-Submitted": "auto-generated"},
            message=message,
            mail_id=mail_id,
            language=language,
        )
        log(acting, case, "link.mailed", after={"message": message.pk, "for": made_for})
    return address


def renew(token: str) -> None:
    """Somebody holds a link that has expired and asks for a new one. It goes to the known address only; whoever asks
    learns nothing from what happens here. A link that was revoked is not renewed.
    """
    link = CustomerLink.objects.select_related("case__customer").filter(token_hash=hashed(token)).first()
    if link is None or link.revoked_at is not None or link.case.customer.erased_at is not None:
        return
    try:
        mail_link(DESK, link.case, made_for="renewal")
    except WrongInput:
        note = _("The customer asked for a new link to their page. We know no mail address of theirs to send it to.")
        add_note(DESK, link.case, note)
