"""Updates by mail: asked for, confirmed by the link in a mail, ended with one press and no signing in (RFC 8058)."""

import hmac
import secrets
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import override

from amends.desk.composer.services.leaving import letter
from amends.desk.errors import NotFound, WrongInput
from amends.desk.house.services import house
from amends.desk.incidents.models import Incident, Subscriber, Update, WritingKind
from amends.desk.incidents.public import address_of, best_language
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.outbox.services import queue
from amends.desk.people.roles import CLOCK, DESK
from amends.desk.states import lock
from amends.messages import LANGUAGES

__all__ = ["ask", "confirm", "forget_unconfirmed", "leave", "mail_some", "token_of"]

CONFIRMED_WITHIN = timedelta(days=3)
_ASKED_AGAIN_AFTER = timedelta(hours=1)
_AT_ONCE = 200


def ask(incident: Incident, address: str, language: str) -> None:
    """Somebody wants updates: a mail asks whether it was they. Whoever asks learns nothing of others from it.

    Args:
        incident: With a public page.
        address: As typed.
        language: In which they read.

    Raises:
        NotFound: There is no page.
        WrongInput: It is no mail address.
    """
    if incident.published_at is None:
        raise NotFound(_("There is no such page."))
    address = address.strip()
    try:
        validate_email(address)
    except ValidationError:
        raise WrongInput(_("This does not look like a mail address."), "address") from None
    if len(address) > 320:
        raise WrongInput(_("This does not look like a mail address."), "address")
    language = language if language in LANGUAGES else incident.language
    now = timezone.now()
    with transaction.atomic():
        row, made = Subscriber.objects.get_or_create(
            incident=incident,
            address_key=incident.address_key(address),
            defaults={"address": address, "language": language, "key": secrets.token_hex(16)},
        )
        lock(row)
        if row.confirmed_at is not None or (not made and now - row.asked_at < _ASKED_AGAIN_AFTER):
            return
        row.asked_at, row.language = now, language
        row.save()
        _mail_question(row)


def confirm(incident: Incident, token: str) -> Subscriber:
    """They said yes.

    Raises:
        NotFound: The link is not ours, or its time is over.
    """
    with transaction.atomic():
        row = lock(_of_token(incident, "yes", token))
        if row.confirmed_at is None:
            if timezone.now() - row.asked_at > CONFIRMED_WITHIN:
                raise NotFound(_("This link is too old. Ask for the updates once more."))
            row.confirmed_at = timezone.now()
            row.save()
    return row


def leave(incident: Incident, token: str) -> None:
    """They want no more; nothing of them is kept. Doing it twice is the same as once."""
    try:
        row = _of_token(incident, "no", token)
    except NotFound:
        return
    row.delete()


def token_of(row: Subscriber, what: str) -> str:
    """The secret of a link.

    Args:
        row: Whose.
        what: "yes" or "no".
    """
    return f"{row.pk}-{_signature(row, what, settings.SECRET_KEY)}"


def mail_some(most: int = _AT_ONCE) -> int:
    """Queue mail about updates, each subscriber once; killed midway, the next look goes on where this stopped.

    Returns:
        How many were queued.
    """
    count = 0
    for update in Update.objects.filter(mailed_to__isnull=False).select_related("incident"):
        with transaction.atomic():
            lock(update)
            if update.mailed_to is None:
                continue
            rows = list(
                Subscriber.objects.filter(
                    incident=update.incident,
                    pk__gt=update.mailed_to,
                    confirmed_at__isnull=False,
                    confirmed_at__lte=update.published_at,
                ).order_by("pk")[:most]
            )
            for row in rows:
                _mail_update(update, row)
            update.mailed_to = rows[-1].pk if len(rows) == most else None
            update.save()
            count += len(rows)
    return count


def forget_unconfirmed() -> int:
    """Delete those who were asked and never said yes.

    Returns:
        How many.
    """
    old = Subscriber.objects.filter(confirmed_at=None, asked_at__lt=timezone.now() - CONFIRMED_WITHIN)
    return old.delete()[0]


def _of_token(incident: Incident, what: str, token: str) -> Subscriber:
    number, _dash, signature = token.partition("-")
    row = None
    if number.isascii() and number.isdigit() and len(number) < 16:
        row = Subscriber.objects.filter(pk=int(number), incident=incident).first()
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if row is None or not any(
        hmac.compare_digest(_signature(row, what, key).encode(), signature.encode("utf-8", "replace")) for key in keys
    ):
        raise NotFound(_("This link does not work any more. Ask for the updates once more."))
    return row


def _signature(row: Subscriber, what: str, secret: str) -> str:
    said = f"{what} {row.pk} {row.key}"
    return salted_hmac("amends.desk.incidents.subscriber", said, secret=secret, algorithm="sha256").hexdigest()


def _mail_question(row: Subscriber) -> None:
    business = house()
    with override(row.language):
        context = {
            "house": business,
            "page": address_of(row.incident, row.language),
            "yes": f"{settings.PUBLIC_URL}/i/{row.incident.slug}/yes/{token_of(row, 'yes')}",
        }
        queue(
            DESK,
            purpose="updates-asked",
            to=[row.address],
            subject=_("Do you want our updates by mail?"),
            text=render_to_string("incidents/mail/asked.txt", context).strip() + "\n",
            headers={"Auto-Submitted": "auto-generated"},
            language=row.language,
        )


def _mail_update(update: Update, row: Subscriber) -> None:
    incident = update.incident
    texts = {one.language: one for one in update.writings.filter(kind=WritingKind.UPDATE, published__isnull=False)}
    language = best_language([row.language], list(texts), incident.language)
    words = texts[language].published["text"]
    leaving = f"{settings.PUBLIC_URL}/i/{incident.slug}/no/{token_of(row, 'no')}"
    with override(language):
        context = {
            "house": house(),
            "words": words,
            "next_by": update.next_by,
            "page": address_of(incident, language),
            "leaving": leaving,
        }
        text = render_to_string("incidents/mail/update.txt", context).strip() + "\n"
        queue(
            CLOCK,
            purpose="incident-update",
            to=[row.address],
            subject=_("Update: %(headline)s") % {"headline": _headline(incident, language)},
            text=text,
            html=letter(text, language),
            headers={
                "List-Unsubscribe": f"<{leaving}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "Precedence": "list",
                "Auto-Submitted": "auto-generated",
            },
            once=f"incident update {update.pk} {row.pk}",
            language=language,
            lane=OutgoingMessage.Lane.BULK,
        )


def _headline(incident: Incident, language: str) -> str:
    rows = incident.writings.filter(kind=WritingKind.PAGE, published__isnull=False)
    pages = {one.language: one.published["subject"] for one in rows}
    return pages.get(language) or pages.get(incident.language) or str(house())
