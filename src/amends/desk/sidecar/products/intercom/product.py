"""Intercom: webhooks of conversation topics, notes through its API.

Source: Intercom's documentation of webhooks, notifications and conversations. Tellings are signed with HMAC-SHA1 of the
body, with the app's client secret.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from amends.archive.readers.values import plain, read_moment, rich
from amends.desk.cases.models import Channel
from amends.desk.sidecar.asking import Api, Trouble
from amends.desk.sidecar.product import (
    Came,
    Nothing,
    Product,
    Told,
    Who,
    Words,
    as_page,
    data_in,
    found,
    hmac_of,
    part,
    parts,
    required_id,
    same,
)

__all__ = ["PRODUCT", "Intercom"]

_TOPICS = frozenset({
    "conversation.user.created", "conversation.user.replied", "conversation.admin.replied",
    "conversation.admin.noted", "conversation.admin.single.created", "conversation.admin.closed",
})  # fmt: skip
_SIDES = {"user": "customer", "lead": "customer", "contact": "customer", "admin": "ours", "bot": "ours", "team": "ours"}
_CHANNELS = {
    "email": Channel.MAIL.value,
    "facebook": Channel.SOCIAL.value,
    "twitter": Channel.SOCIAL.value,
    "instagram": Channel.SOCIAL.value,
    "phone_call": Channel.CALL.value,
}
_VERSION = "2.11"


class Intercom(Product):
    """Intercom."""

    name = "intercom"
    label = "Intercom"
    address = "https://api.intercom.io"
    address_help = _("https://api.intercom.io; in Europe https://api.eu.intercom.io")
    secret_help = _("The client secret of your app, in Intercom's Developer Hub under Basic information.")
    token_help = _("The access token of your app, in the Developer Hub under Authentication.")
    hook_help = _(
        "In Intercom's Developer Hub, in your app under Webhooks, with the topics conversation.user.created, "
        "conversation.user.replied, conversation.admin.replied and conversation.admin.noted."
    )
    headers = ("x-hub-signature",)

    def check(self, came: Came, secret: str, now: datetime) -> None:
        """The signature of the body. It signs no moment: the same body is taken once."""
        same(f"sha1={hmac_of(secret, came.body, 'sha1').hex()}", came.headers.get("x-hub-signature", ""))

    def read(self, came: Came, api: Api) -> Told | Nothing:
        """How the conversation began, and the parts that came along."""
        data = data_in(came.body)
        item = part(data, "data", "item")
        if plain(data.get("topic")) not in _TOPICS or not item:
            return Nothing()
        id = required_id(item.get("id"), "conversation")
        source = part(item, "source") or part(item, "conversation_message")
        begin = {**source, "created_at": item.get("created_at"), "part_type": "comment"}
        followed = parts(part(item, "conversation_parts").get("conversation_parts"))
        words = [one for entry in [begin, *followed] if (one := _words(entry)) is not None]
        author = part(source, "author")
        theirs = _SIDES.get(plain(author.get("type")).casefold()) == "customer"
        contacts = parts(part(item, "contacts").get("contacts")) or parts(item.get("contacts"))
        customer = author if theirs else part(item, "user") or (contacts[0] if contacts else {})
        return Told(
            id,
            words,
            _who(customer),
            rich(source.get("subject")),
            _CHANNELS.get(plain(source.get("type")).casefold(), Channel.CHAT.value),
            _page(data, item, id),
        )

    def customer(self, api: Api, who: Who) -> Who:
        """A conversation that we began tells its contact's id alone."""
        if who.mail or who.name or not who.id:
            return who
        try:
            answer = api.get(f"/contacts/{required_id(who.id, 'contact')}")
        except Exception as error:
            if isinstance(error, Trouble):
                return who
            raise
        return _who(answer) if isinstance(answer, dict) else who

    def post(self, api: Api, conversation: str, text: str) -> str:
        """A note in the name of the token's owner."""
        note = {"message_type": "note", "type": "admin", "admin_id": self._me(api)[0], "body": as_page(text)}
        answer = api.post(f"/conversations/{conversation}/reply", note)
        return found_part(answer, text)

    def find(self, api: Api, conversation: str, marker: str) -> str:
        """Among the parts of the conversation."""
        data = api.get(f"/conversations/{conversation}")
        entries = parts(part(data, "conversation_parts").get("conversation_parts")) if isinstance(data, dict) else []
        return found(marker, {plain(one.get("id")): plain(one.get("body")) for one in entries})

    def who_am_i(self, api: Api) -> str:
        """The token's owner."""
        return self._me(api)[1]

    def signs_in(self, token: str, options: Mapping[str, str]) -> Mapping[str, str]:
        """The token, and the version of the API that this was written for."""
        return {"Authorization": f"Bearer {token}", "Intercom-Version": _VERSION}

    def _me(self, api: Api) -> tuple[str, str]:
        answer = api.get("/me")
        id = plain(answer.get("id")) if isinstance(answer, dict) else ""
        if not id:
            raise Trouble("refused", "Intercom does not say whose token it is")
        return id, plain(answer.get("name"))


def found_part(answer: Mapping[str, Any], text: str) -> str:
    """The id of the note among what Intercom answers: the whole conversation."""
    entries = parts(part(answer, "conversation_parts").get("conversation_parts"))
    last_line = text.rstrip().rpartition("\n")[2]
    return next((plain(one.get("id")) for one in reversed(entries) if last_line in plain(one.get("body"))), "")


def _words(entry: Mapping[str, Any]) -> Words | None:
    author = part(entry, "author")
    role = plain(author.get("type")).casefold()
    side = _SIDES.get(role)
    text = rich(entry.get("body"))
    if side is None or not text or not plain(entry.get("id")):
        return None
    if plain(entry.get("part_type")).startswith("note"):
        side = "note"
    at = read_moment(entry.get("created_at"))
    return Words(plain(entry["id"]), side, text, at, _who(author), automatic=role == "bot")  # type: ignore[arg-type]


def _who(user: Mapping[str, Any]) -> Who:
    return Who(*(plain(user.get(name)) for name in ("id", "name", "email", "phone")))


def _page(data: Mapping[str, Any], item: Mapping[str, Any], id: str) -> str:
    told = plain(part(item, "links").get("conversation_web"))
    host = urlsplit(told).hostname or "" if told.startswith("https://") else ""
    if host == "intercom.com" or host.endswith((".intercom.com", ".intercom.io")):
        return told[:500]
    app = plain(data.get("app_id"))
    return f"https://app.intercom.com/a/inbox/{app}/inbox/conversation/{id}" if app.isalnum() else ""


PRODUCT = Intercom()
