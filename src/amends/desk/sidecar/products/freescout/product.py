"""FreeScout with its module "API & Webhooks": webhooks that hold the whole conversation, notes through its API.

Source: FreeScout's documentation of the API and of webhooks. Tellings are signed with base64 of HMAC-SHA1 of the body.
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from amends.archive.readers.values import plain, read_moment, rich
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
    as_page,
    data_in,
    found,
    hmac_of,
    part,
    parts,
    required_id,
    same,
)

__all__ = ["PRODUCT", "FreeScout"]

_SIDES = {"customer": "customer", "message": "ours", "note": "note"}
_CHANNELS = {"email": Channel.MAIL.value, "phone": Channel.CALL.value, "chat": Channel.CHAT.value}


class FreeScout(Product):
    """FreeScout, one's own."""

    name = "freescout"
    label = "FreeScout"
    address_help = _("Such as https://help.yourshop.example")
    secret_help = _("FreeScout shows it under Manage, API & Webhooks, as the secret key of webhooks.")
    token_help = _("The API key under Manage, API & Webhooks.")
    hook_help = _(
        "In FreeScout under Manage, API & Webhooks, with the events convo.created, convo.customer.reply.created, "
        "convo.agent.reply.created and convo.note.created."
    )
    fields = (Field("user", _("Number of the user"), _("In whose name the notes are written."), digits=True),)
    headers = ("x-freescout-signature", "x-freescout-event")

    def check(self, came: Came, secret: str, now: datetime) -> None:
        """The signature of the body. It signs no moment: the same body is taken once."""
        wanted = base64.b64encode(hmac_of(secret, came.body, "sha1")).decode()
        same(wanted, came.headers.get("x-freescout-signature", ""))

    def read(self, came: Came, api: Api) -> Told | Nothing:
        """All threads of the conversation."""
        data = data_in(came.body)
        threads = parts(part(data, "_embedded").get("threads"))
        if not threads:
            return Nothing()
        id = required_id(data.get("id"), "conversation")
        words = [one for thread in threads if (one := _words(thread)) is not None]
        return Told(
            id,
            words,
            _who(part(data, "customer")),
            plain(data.get("subject")),
            _CHANNELS.get(plain(data.get("type")).casefold(), Channel.MAIL.value),
            f"{api.address}/conversation/{id}",
        )

    def post(self, api: Api, conversation: str, text: str) -> str:
        """A thread that is a note."""
        user = api.options.get("user", "")
        note = {"type": "note", "text": as_page(text), "user": int(user) if user.isdigit() else user}
        answer = api.post(f"/api/conversations/{conversation}/threads", note)
        return plain(answer.get("id")) or answer["headers"].get("resource-id", "")

    def find(self, api: Api, conversation: str, marker: str) -> str:
        """Among all threads of the conversation."""
        data = api.get(f"/api/conversations/{conversation}", embed="threads")
        threads = parts(part(data, "_embedded").get("threads")) if isinstance(data, dict) else []
        return found(marker, {plain(one.get("id")): plain(one.get("body")) for one in threads})

    def who_am_i(self, api: Api) -> str:
        """The user in whose name the notes are written."""
        user = api.get(f"/api/users/{api.options.get('user', '')}")
        return _who(user).name if isinstance(user, dict) else ""

    def signs_in(self, token: str, options: Mapping[str, str]) -> Mapping[str, str]:
        """FreeScout's own header."""
        return {"X-FreeScout-API-Key": token}


def _words(thread: Mapping[str, Any]) -> Words | None:
    side = _SIDES.get(plain(thread.get("type")).casefold())
    state = plain(thread.get("state")).casefold()
    text = rich(thread.get("body"))
    if side is None or state not in ("", "published", "draft") or not text:
        return None
    id = required_id(thread.get("id"), "thread")
    if state == "draft":
        if side != "ours":
            return None
        # A draft is written on under the same id.
        side, id = "draft", f"{id}.{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:16]}"
    author = part(thread, "createdBy") or part(thread, "customer")
    at = read_moment(thread.get("createdAt"))
    return Words(id, side, text, at, _who(author))  # type: ignore[arg-type]


def _who(user: Mapping[str, Any]) -> Who:
    name = " ".join(filter(None, (plain(user.get("firstName")), plain(user.get("lastName")))))
    return Who(plain(user.get("id")), name, plain(user.get("email")), plain(user.get("phone")))


PRODUCT = FreeScout()
