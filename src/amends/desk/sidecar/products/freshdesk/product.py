"""Freshdesk: an automation that calls a webhook with the ticket's number; what was said is asked for by its API.

Source: Freshdesk's documentation of automations, tickets and conversations. Freshdesk signs nothing: the secret stands
in a header of its own, and a telling holds no more than a number, so that one told again brings nothing new.
"""

import base64
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from amends.archive.mail.headers import addresses
from amends.archive.readers.values import plain, read_moment, rich
from amends.desk.cases.models import Channel
from amends.desk.sidecar.asking import Api, Trouble
from amends.desk.sidecar.product import (
    Came,
    Nothing,
    Product,
    Told,
    Unreadable,
    Who,
    Words,
    as_page,
    data_in,
    found,
    part,
    parts,
    same,
)

__all__ = ["PRODUCT", "Freshdesk"]

_NUMBER = re.compile(r"\D{0,20}(\d{1,15})\D{0,20}")
_CHANNELS = {
    "1": Channel.MAIL.value,
    "2": Channel.FORM.value,
    "3": Channel.CALL.value,
    "5": Channel.SOCIAL.value,
    "6": Channel.SOCIAL.value,
    "10": Channel.MAIL.value,
}
_BY_US = "10"
_AT_ONCE = 100
_MOST_PAGES = 10


class Freshdesk(Product):
    """Freshdesk."""

    name = "freshdesk"
    label = "Freshdesk"
    address_help = _("Such as https://yourshop.freshdesk.com")
    secret_help = _("Write it into the webhook in Freshdesk as the custom header X-Amends-Secret.")
    token_help = _("The API key in the profile of an agent.")
    hook_help = _(
        "In Freshdesk under Admin, Automations: rules for new tickets and for ticket updates (reply sent, note added) "
        'that trigger a webhook, with the JSON content {"ticket_id": "{{ticket.id}}"}.'
    )
    headers = ("x-amends-secret",)
    calls = True
    makes_secret = True

    def check(self, came: Came, secret: str, now: datetime) -> None:
        """The secret itself."""
        same(secret, came.headers.get("x-amends-secret", ""))

    def read(self, came: Came, api: Api) -> Told | Nothing:
        """The ticket with its conversations, asked for."""
        data = data_in(came.body)
        number = part(data, "freshdesk_webhook").get("ticket_id") or data.get("ticket_id")
        match = _NUMBER.fullmatch(plain(number))
        if match is None:
            raise Unreadable("It does not say which ticket it is about.")
        id = match.group(1)
        ticket = api.get(f"/api/v2/tickets/{id}", include="requester")
        if not isinstance(ticket, dict):
            raise Trouble("broken", "the answer is no ticket")
        customer = _who(part(ticket, "requester"))
        words = []
        source = plain(ticket.get("source"))
        if text := plain(ticket.get("description_text")) or rich(ticket.get("description")):
            at = read_moment(ticket.get("created_at"))
            words.append(Words("description", "ours" if source == _BY_US else "customer", text, at, customer))
        for one in self._conversations(api, id):
            text = plain(one.get("body_text")) or rich(one.get("body"))
            if not text or not plain(one.get("id")):
                continue
            side = "customer" if one.get("incoming") is True else "ours"
            if one.get("private") is True:
                side = "note"
            words.append(
                Words(
                    plain(one["id"]),
                    side,  # type: ignore[arg-type]
                    text,
                    read_moment(one.get("created_at")),
                    customer if side == "customer" else _from(one),
                )
            )
        channel = _CHANNELS.get(source, Channel.CHAT.value)
        return Told(id, words, customer, plain(ticket.get("subject")), channel, f"{api.address}/a/tickets/{id}")

    def post(self, api: Api, conversation: str, text: str) -> str:
        """A private note."""
        note = {"body": as_page(text), "private": True}
        return plain(api.post(f"/api/v2/tickets/{conversation}/notes", note).get("id"))

    def find(self, api: Api, conversation: str, marker: str) -> str:
        """Among the conversations of the ticket."""
        notes = self._conversations(api, conversation)
        return found(marker, {plain(one.get("id")): plain(one.get("body_text") or one.get("body")) for one in notes})

    def who_am_i(self, api: Api) -> str:
        """The key's owner."""
        answer = api.get("/api/v2/agents/me")
        return plain(part(answer, "contact").get("name")) if isinstance(answer, dict) else ""

    def signs_in(self, token: str, options: Mapping[str, str]) -> Mapping[str, str]:
        """The key as a user without a password to speak of."""
        return {"Authorization": f"Basic {base64.b64encode(f'{token}:X'.encode()).decode()}"}

    def _conversations(self, api: Api, ticket: str) -> list[dict[str, Any]]:
        every: list[dict[str, Any]] = []
        for page in range(1, _MOST_PAGES + 1):
            some = parts(api.get(f"/api/v2/tickets/{ticket}/conversations", per_page=_AT_ONCE, page=page))
            every += some
            if len(some) < _AT_ONCE:
                break
        return every


def _who(user: Mapping[str, Any]) -> Who:
    phone = plain(user.get("mobile") or user.get("phone"))
    return Who(plain(user.get("id")), plain(user.get("name")), plain(user.get("email")), phone)


def _from(conversation: Mapping[str, Any]) -> Who:
    sender, _wrong = addresses(plain(conversation.get("from_email")).encode("utf-8", "replace"))
    first = sender[0] if sender else None
    return Who(plain(conversation.get("user_id")), first.name if first else "", first.address if first else "")


PRODUCT = Freshdesk()
