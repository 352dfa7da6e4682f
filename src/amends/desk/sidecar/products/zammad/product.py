"""Zammad: a webhook called by a trigger, internal articles through its API.

Source: Zammad's documentation of webhooks and of ticket articles. Tellings are signed with HMAC-SHA1 of the body.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from amends.archive.readers.values import plain, read_moment, rich
from amends.desk.cases.models import Channel
from amends.desk.sidecar.asking import Api
from amends.desk.sidecar.product import (
    Came,
    Nothing,
    Product,
    Told,
    Who,
    Words,
    data_in,
    found,
    hmac_of,
    part,
    parts,
    required_id,
    same,
)

__all__ = ["PRODUCT", "Zammad"]

_SIDES = {"customer": "customer", "agent": "ours"}
_CHANNELS = {
    "email": Channel.MAIL.value,
    "web": Channel.FORM.value,
    "phone": Channel.CALL.value,
    "twitter status": Channel.SOCIAL.value,
    "facebook feed post": Channel.SOCIAL.value,
    "facebook feed comment": Channel.SOCIAL.value,
}


class Zammad(Product):
    """Zammad, one's own or hosted."""

    name = "zammad"
    label = "Zammad"
    address_help = _("Such as https://help.yourshop.example")
    secret_help = _("Write it into the webhook in Zammad as “HMAC SHA1 Signature Token”.")
    token_help = _("A token with the permission “ticket.agent”, made in an agent's profile under Token Access.")
    hook_help = _("In Zammad under Manage, Webhook; then call it from a trigger whose condition is “Article: created”.")
    headers = ("x-hub-signature", "x-zammad-delivery", "x-zammad-trigger")
    makes_secret = True

    def check(self, came: Came, secret: str, now: datetime) -> None:
        """The signature of the body. It signs no moment: the same body is taken once."""
        same(f"sha1={hmac_of(secret, came.body, 'sha1').hex()}", came.headers.get("x-hub-signature", ""))

    def read(self, came: Came, api: Api) -> Told | Nothing:
        """One article."""
        data = data_in(came.body)
        ticket, article = part(data, "ticket"), part(data, "article")
        if not article:
            return Nothing()
        id = required_id(ticket.get("id") or article.get("ticket_id"), "ticket")
        role = _name(article.get("sender")).casefold()
        body = article.get("body")
        text = rich(body) if "html" in plain(article.get("content_type")) else plain(body)
        if role not in _SIDES or not text:
            return Nothing()
        side = "note" if article.get("internal") is True else _SIDES[role]
        known = part(ticket, "customer")
        words = Words(
            required_id(article.get("id"), "article"),
            side,  # type: ignore[arg-type]
            text,
            read_moment(article.get("created_at")),
            _who(part(article, "created_by")),
        )
        return Told(
            id,
            [words],
            _who(known),
            plain(ticket.get("title")),
            _CHANNELS.get(_name(article.get("type")).casefold(), Channel.CHAT.value),
            f"{api.address}/#ticket/zoom/{id}",
        )

    def post(self, api: Api, conversation: str, text: str) -> str:
        """An internal article."""
        article = {
            "ticket_id": int(conversation) if conversation.isdigit() else conversation,
            "subject": "Amends",
            "body": text,
            "content_type": "text/plain",
            "type": "note",
            "sender": "Agent",
            "internal": True,
        }
        return plain(api.post("/api/v1/ticket_articles", article).get("id"))

    def find(self, api: Api, conversation: str, marker: str) -> str:
        """Among all articles of the ticket."""
        articles = parts(api.get(f"/api/v1/ticket_articles/by_ticket/{conversation}"))
        return found(marker, {plain(one.get("id")): plain(one.get("body")) for one in articles})

    def who_am_i(self, api: Api) -> str:
        """The token's owner."""
        user = api.get("/api/v1/users/me")
        return _who(user).name if isinstance(user, dict) else ""

    def signs_in(self, token: str, options: Mapping[str, str]) -> Mapping[str, str]:
        """Zammad's own scheme."""
        return {"Authorization": f"Token token={token}"}


def _name(value: Any) -> str:
    """The name of a sender or a type, which older versions tell as an object."""
    return plain(value.get("name") if isinstance(value, dict) else value)


def _who(user: Mapping[str, Any]) -> Who:
    name = " ".join(filter(None, (plain(user.get("firstname")), plain(user.get("lastname")))))
    return Who(plain(user.get("id")), name, plain(user.get("email")), plain(user.get("mobile") or user.get("phone")))


PRODUCT = Zammad()
