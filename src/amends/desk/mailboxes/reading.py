"""From what a provider posted to a raw mail of the intake, or to what became of a mail of ours."""

import hashlib
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from email.policy import compat32
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import requests
from anymail.signals import AnymailInboundEvent, AnymailTrackingEvent, EventType
from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError, transaction
from django.utils import timezone

from amends.archive.mail import DeliveryReport, Recipient
from amends.desk.cases.models import Message
from amends.desk.cases.services import keep_raw, log
from amends.desk.clock.loop import nudge
from amends.desk.intake.mail.bounces import mark_returned
from amends.desk.intake.mail.ours import mailbox_of
from amends.desk.intake.models import Mailbox
from amends.desk.mailboxes.kinds import is_amazons, reader
from amends.desk.mailboxes.models import MailEvent, MailProvider, ProviderPost
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.people.roles import INTAKE
from amends.desk.sealed import SealError
from amends.desk.states import lock

__all__ = ["as_request", "read_post"]

logger = logging.getLogger(__name__)

_LONGEST_ID = 200
_LONGEST_WORDS = 300
_SECONDS = 10
_BY_ADDRESS = timedelta(days=5)
"""A report without an id of ours belongs to the last mail to this address, when that is no older."""
_FAILED = frozenset({EventType.BOUNCED, EventType.REJECTED, EventType.FAILED})


def as_request(content: bytes, content_type: str, headers: dict[str, str] | None = None) -> WSGIRequest:
    """A post as Django's request, made from its bytes, for anymail to check and to read.

    Args:
        content: The body.
        content_type: As it was posted.
        headers: Further headers, as `Authorization` and those of signatures.
    """
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "SERVER_NAME": "desk",
        "SERVER_PORT": "443",
        "wsgi.url_scheme": "https",
        "wsgi.input": BytesIO(content),
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(content)),
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in (headers or {}).items()},
    }
    request = WSGIRequest(environ)
    # Read already; what a form of ours may hold is another limit than that of a mail with pictures.
    request._body = content
    return request


def read_post(post: ProviderPost) -> None:
    """Read one post, once; what cannot be read is kept, and said in the provider's health."""
    provider = MailProvider.objects.get(pk=post.provider_id)
    content = bytes(post.content)
    try:
        if provider.kind == "amazon-ses" and _confirmed(content):
            events: list[Any] = []
        else:
            view = reader(provider.kind, post.door, password=provider.password, key=provider.key)
            events = view.parse_events(as_request(content, post.content_type))
        with transaction.atomic():
            if lock(post).state != ProviderPost.State.WAITING:
                return
            for event in events:
                _take(provider, event)
            post.move_to(ProviderPost.State.READ)
            post.content = b""
            post.save()
    except (DatabaseError, requests.RequestException, SealError, OSError):
        raise
    except Exception as error:
        # Whatever a stranger's program wrote: it stays as it came, and a person is told.
        logger.warning("a post of mail provider %s could not be read: %s", provider.pk, type(error).__name__)
        with transaction.atomic():
            if lock(post).state == ProviderPost.State.WAITING:
                post.move_to(ProviderPost.State.UNREADABLE)
                post.problem = f"{type(error).__name__}: {' '.join(str(error).split())}"[:_LONGEST_WORDS]
                post.save()
                MailProvider.objects.filter(pk=provider.pk).update(
                    trouble="not-read", trouble_detail=post.problem, trouble_at=timezone.now()
                )
        return
    nudge()


def _take(provider: MailProvider, event: Any) -> None:
    """Do what one event asks for, unless it was told before."""
    if isinstance(event, AnymailInboundEvent):
        raw = _bytes_of(event.message)
        key, what = event.event_id or hashlib.sha256(raw).hexdigest(), "inbound"
    else:
        key, what = _key_of(event), str(event.event_type)
    key = str(key)[:_LONGEST_ID]
    _row, new = MailEvent.objects.get_or_create(provider=provider, key=key, defaults={"what": what[:24]})
    if not new:
        return
    if isinstance(event, AnymailInboundEvent):
        _take_mail(provider, event, raw)
    else:
        _take_report(event)


def _take_mail(provider: MailProvider, event: AnymailInboundEvent, raw: bytes) -> None:
    to = str(event.message.envelope_recipient or "")[:320].replace("\0", "")
    known = {
        "from": str(event.message.envelope_sender or "")[:320].replace("\0", ""),
        "to": [to] if to else [],
        "arrived": timezone.now().isoformat(),
    }
    mailbox = mailbox_of(to) if to else None
    keep_raw(INTAKE, mailbox.raw_name if mailbox is not None else f"provider {provider.pk}", raw, envelope=known)
    if mailbox is not None:
        Mailbox.objects.filter(pk=mailbox.pk).update(last_mail_at=timezone.now())


def _take_report(event: AnymailTrackingEvent) -> None:
    """What became of a mail of ours goes to its case; what is about none of ours changes nothing."""
    what = event.event_type
    if what not in _FAILED | {EventType.DEFERRED, EventType.DELIVERED, EventType.COMPLAINED}:
        return
    message = _message_of(event, guess=what in _FAILED)
    if message is None:
        return
    words = " ".join(str(event.mta_response or event.description or "").split())[:_LONGEST_WORDS]
    address = str(event.recipient or "")[:320]
    if what in _FAILED or what == EventType.DEFERRED:
        action = "failed" if what in _FAILED else "delayed"
        if what == EventType.DEFERRED and message.delivery == Message.Delivery.BOUNCED:
            return
        mark_returned(INTAKE, message, DeliveryReport((Recipient(address, action, "", words),), None))
        return
    case = lock(message.case)
    act = "message.delivered" if what == EventType.DELIVERED else "message.called-spam"
    log(INTAKE, case, act, after={"message": message.pk, "to": address, "words": words})


def _message_of(event: AnymailTrackingEvent, *, guess: bool) -> Message | None:
    """Our message that an event is about: by any of the ids that it names, else by the address, if we may guess."""
    ids = [one if one.startswith("<") else f"<{one}>" for one in _ids_of(event)]
    ours = Message.objects.filter(direction=Message.Direction.OUT).select_related("case__customer")
    found = ours.filter(mail_id__in=ids).order_by("-pk").first() if ids else None
    if found is not None or not guess or not event.recipient:
        return found
    since = (event.timestamp or timezone.now()) - _BY_ADDRESS
    sent = OutgoingMessage.objects.filter(state="sent", sent_at__gte=since).exclude(message=None).order_by("-sent_at")
    wanted = str(event.recipient).casefold()
    row = next((row for row in sent[:500] if wanted in [address.casefold() for address in row.to]), None)
    return ours.filter(pk=row.message_id).first() if row is not None and row.message_id else None


def _ids_of(event: AnymailTrackingEvent) -> Iterator[str]:
    """The Message-IDs that an event names: providers give their own, and many ours besides."""
    said = _inside(event.esp_event)
    mail = _inside(said.get("mail"))
    common = _inside(mail.get("commonHeaders"))
    headers = [one for one in mail.get("headers") or () if isinstance(one, dict)]
    candidates = [
        event.message_id,
        said.get("smtp-id"),
        said.get("message-id"),
        common.get("messageId"),
        *(one.get("value") for one in headers if str(one.get("name", "")).casefold() == "message-id"),
    ]
    return (one.strip() for one in candidates if isinstance(one, str) and one.strip() and len(one) <= 250)


def _inside(told: object) -> dict[str, Any]:
    return told if isinstance(told, dict) else {}


def _key_of(event: AnymailTrackingEvent) -> str:
    told = event.event_id
    about = f"{event.event_type} {event.message_id} {event.recipient} {event.timestamp}"
    if told:
        # One notification may be about several people.
        about = f"{told} {event.recipient}"
    return hashlib.sha256(about.encode("utf-8", "replace")).hexdigest()


def _bytes_of(message: Any) -> bytes:
    """A mail as bytes. One with headers that the strict policy cannot write is written by the lenient one."""
    try:
        return bytes(message.as_bytes())
    except Exception:
        return bytes(message.as_bytes(policy=compat32))


def _confirmed(content: bytes) -> bool:
    """Agree that Amazon's notification service posts here, when it asks; False when the post is another one.

    Raises:
        requests.RequestException: It does not answer; the clock tries again.
    """
    said = json.loads(content)
    if not isinstance(said, dict) or said.get("Type") != "SubscriptionConfirmation":
        return False
    parts = urlsplit(str(said.get("SubscribeURL", "")))
    if parts.scheme != "https" or parts.port not in (None, 443) or not is_amazons(parts.hostname or ""):
        raise ValueError("the address to agree at is none of Amazon's")
    requests.get(parts.geturl(), timeout=_SECONDS, allow_redirects=False).raise_for_status()
    return True
