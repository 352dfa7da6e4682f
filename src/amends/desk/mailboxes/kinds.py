"""Mail providers that post to us, each understood by django-anymail.

Every post shows a password (HTTP basic) that is the business's own; Mailgun and SendGrid sign besides.
"""

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from anymail.webhooks.amazon_ses import AmazonSESInboundWebhookView, AmazonSESTrackingWebhookView
from anymail.webhooks.base import AnymailBaseWebhookView
from anymail.webhooks.mailgun import MailgunInboundWebhookView, MailgunTrackingWebhookView
from anymail.webhooks.mailjet import MailjetInboundWebhookView, MailjetTrackingWebhookView
from anymail.webhooks.postmark import PostmarkInboundWebhookView, PostmarkTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridInboundWebhookView, SendGridTrackingWebhookView
from anymail.webhooks.sparkpost import SparkPostInboundWebhookView, SparkPostTrackingWebhookView

__all__ = ["DOORS", "KINDS", "USER", "Kind", "is_amazons", "reader"]

USER = "amends"
"""The user name in the address that a provider is given."""
DOORS = ("inbound", "tracking")
_AMAZONS = re.compile(r"sns\.[a-z0-9-]{1,40}\.amazonaws\.com(?:\.cn)?")


class _WithoutClient:
    """Amazon's views without their client: nothing is fetched from Amazon while a post is read."""

    def __init__(self, **kwargs: Any) -> None:
        self.auto_confirm_enabled = False
        self.session_params: dict[str, Any] = {}
        self.client_params: dict[str, Any] = {}
        AnymailBaseWebhookView.__init__(self, **kwargs)


class _AmazonInbound(_WithoutClient, AmazonSESInboundWebhookView):  # type: ignore[misc]
    """Mail by Amazon SES, whole in the post."""


class _AmazonTracking(_WithoutClient, AmazonSESTrackingWebhookView):  # type: ignore[misc]
    """What became of mail by Amazon SES."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One provider.

    Attributes:
        name: What it is called.
        views: Anymail's view for each door.
        keys: For each door the name under which anymail wants the key of the signature; none when nothing is signed.
        must_sign: Whether it always signs, so that there has to be a key.
    """

    name: str
    views: Mapping[str, type[AnymailBaseWebhookView]]
    keys: Mapping[str, str]
    must_sign: bool = False


def _kind(name: str, inbound: Any, tracking: Any, /, *, must_sign: bool = False, **keys: str) -> Kind:
    return Kind(name, {"inbound": inbound, "tracking": tracking}, keys, must_sign)


KINDS: Mapping[str, Kind] = {
    "amazon-ses": _kind("Amazon SES", _AmazonInbound, _AmazonTracking),
    "mailgun": _kind(
        "Mailgun",
        MailgunInboundWebhookView,
        MailgunTrackingWebhookView,
        must_sign=True,
        inbound="webhook_signing_key",
        tracking="webhook_signing_key",
    ),
    "mailjet": _kind("Mailjet", MailjetInboundWebhookView, MailjetTrackingWebhookView),
    "postmark": _kind("Postmark", PostmarkInboundWebhookView, PostmarkTrackingWebhookView),
    "sendgrid": _kind(
        "SendGrid",
        SendGridInboundWebhookView,
        SendGridTrackingWebhookView,
        tracking="tracking_webhook_verification_key",
    ),
    "sparkpost": _kind("SparkPost", SparkPostInboundWebhookView, SparkPostTrackingWebhookView),
}


def reader(kind: str, door: str, *, password: str, key: str = "") -> AnymailBaseWebhookView:
    """Anymail's view that checks and reads the posts of a provider.

    Args:
        kind: A key of `KINDS`.
        door: One of `DOORS`.
        password: What the provider shows with each post.
        key: With what it signs.

    Raises:
        KeyError: There is no such kind or door.
        ValueError: The key is none.
    """
    known = KINDS[kind]
    more = {known.keys[door]: key} if key and door in known.keys else {}
    with warnings.catch_warnings():
        # Anymail says of some providers that it cannot try them any more.
        warnings.simplefilter("ignore")
        return known.views[door](webhook_secret=[f"{USER}:{password}"], **more)


def is_amazons(host: str) -> bool:
    """Whether a server is Amazon's notification service: the only one whose addresses in a post are called."""
    return _AMAZONS.fullmatch(host) is not None
