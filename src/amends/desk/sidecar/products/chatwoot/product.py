"""Chatwoot: account webhooks of `message_created`, private notes through its application API.

Source: Chatwoot's documentation of webhooks and of messages. Tellings are signed with HMAC-SHA256 of "timestamp.body".
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from amends.archive.readers.values import plain, read_moment
from amends.desk.cases.models import Channel
from amends.desk.sidecar.asking import Api
from amends.desk.sidecar.product import (
    Came,
    Field,
    Nothing,
    Product,
    Told,
    Who,
    Words,
    check_fresh,
    data_in,
    found,
    from_seconds,
    hmac_of,
    part,
    parts,
    required_id,
    same,
)

__all__ = ["PRODUCT", "Chatwoot"]

_CHANNELS = {
    "channel::email": Channel.MAIL.value,
    "channel::facebookpage": Channel.SOCIAL.value,
    "channel::instagram": Channel.SOCIAL.value,
    "channel::twitterprofile": Channel.SOCIAL.value,
}
_SIDES = {"incoming": "customer", "0": "customer", "outgoing": "ours", "1": "ours"}
_PROGRAMS = ("agent_bot", "captain_assistant")
_MOST_PAGES = 5


class Chatwoot(Product):
    """Chatwoot, in the cloud or one's own."""

    name = "chatwoot"
    label = "Chatwoot"
    address_help = _("Such as https://app.chatwoot.com")
    secret_help = _("Chatwoot shows it when the webhook is made.")
    token_help = _("The access token in the profile of an agent, best of one of its own.")
    hook_help = _("In Chatwoot under Settings, Integrations, Webhooks, with the event “Message created”.")
    fields = (Field("account", _("Account"), _("The number behind /accounts/ in Chatwoot's address."), digits=True),)
    headers = ("x-chatwoot-signature", "x-chatwoot-timestamp", "x-chatwoot-delivery")

    def check(self, came: Came, secret: str, now: datetime) -> None:
        """The signature, and the moment that it signs."""
        stamp = came.headers.get("x-chatwoot-timestamp", "")
        wanted = hmac_of(secret, stamp.encode("utf-8", "replace") + b"." + came.body, "sha256").hex()
        same(f"sha256={wanted}", came.headers.get("x-chatwoot-signature", ""))
        check_fresh(from_seconds(stamp), now)

    def read(self, came: Came, api: Api) -> Told | Nothing:
        """One message."""
        data = data_in(came.body)
        if data.get("event") != "message_created":
            return Nothing()
        kind = plain(data.get("message_type")).casefold()
        text = plain(data.get("content"))
        if kind not in _SIDES or not text:
            return Nothing()
        conversation = part(data, "conversation")
        id = required_id(conversation.get("id"), "conversation")
        sender, contact = part(data, "sender"), part(conversation, "meta", "sender")
        side = "note" if data.get("private") is True else _SIDES[kind]
        words = Words(
            required_id(data.get("id"), "message"),
            side,  # type: ignore[arg-type]
            text,
            read_moment(data.get("created_at")),
            _who(sender),
            automatic=plain(sender.get("type")).casefold() in _PROGRAMS,
        )
        channel = plain(conversation.get("channel")).casefold()
        return Told(
            id,
            [words],
            _who(contact or (sender if side == "customer" else {})),
            plain(part(conversation, "additional_attributes").get("mail_subject")),
            _CHANNELS.get(channel, Channel.CHAT.value),
            f"{api.address}/app/accounts/{api.options.get('account', '')}/conversations/{id}",
        )

    def post(self, api: Api, conversation: str, text: str) -> str:
        """A private message."""
        content = {"content": text, "message_type": "outgoing", "private": True}
        return plain(api.post(self._messages(api, conversation), content).get("id"))

    def find(self, api: Api, conversation: str, marker: str) -> str:
        """Among the latest messages, some pages back."""
        before = ""
        for _page in range(_MOST_PAGES):
            query = {"before": before} if before else {}
            answer = api.get(self._messages(api, conversation), **query)
            messages = parts(answer.get("payload")) if isinstance(answer, dict) else []
            if id := found(marker, {plain(one.get("id")): plain(one.get("content")) for one in messages}):
                return id
            numbers = [int(plain(one["id"])) for one in messages if plain(one.get("id")).isdigit()]
            if not numbers:
                return ""
            before = str(min(numbers))
        return ""

    def who_am_i(self, api: Api) -> str:
        """The profile of the token's owner."""
        profile = api.get("/api/v1/profile")
        return plain(profile.get("name")) if isinstance(profile, dict) else ""

    def signs_in(self, token: str, options: Mapping[str, str]) -> Mapping[str, str]:
        """Chatwoot's own header."""
        return {"api_access_token": token}

    def _messages(self, api: Api, conversation: str) -> str:
        return f"/api/v1/accounts/{api.options.get('account', '')}/conversations/{conversation}/messages"


def _who(sender: Mapping[str, Any]) -> Who:
    names = ("id", "name", "email", "phone_number")
    return Who(*(plain(sender.get(name)) for name in names))


PRODUCT = Chatwoot()
