"""Zendesk: webhooks that subscribe to "ticket created" and "comment added", internal notes through the tickets API.

Source: Zendesk's documentation of webhooks, their event types and signatures, and of tickets. Tellings are signed with
base64 of HMAC-SHA256 of the moment and the body, one behind the other.
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from amends.archive.readers.values import plain, read_moment
from amends.desk.cases.models import Channel
from amends.desk.sidecar.asking import Api, Trouble
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
    hmac_of,
    part,
    parts,
    required_id,
    same,
)

__all__ = ["PRODUCT", "Zendesk"]

_CREATED, _COMMENT = "zen:event-type:ticket.created", "zen:event-type:ticket.comment_added"
_CHANNELS = {
    "email": Channel.MAIL.value,
    "mail": Channel.MAIL.value,
    "web": Channel.FORM.value,
    "web_form": Channel.FORM.value,
    "voice": Channel.CALL.value,
    "phone": Channel.CALL.value,
    "facebook": Channel.SOCIAL.value,
    "twitter": Channel.SOCIAL.value,
}


class Zendesk(Product):
    """Zendesk Support."""

    name = "zendesk"
    label = "Zendesk"
    address_help = _("Such as https://yourshop.zendesk.com")
    secret_help = _("Zendesk shows it on the webhook's page: “Reveal secret”.")
    token_help = _("An API token, made in the Admin Center under Apps and integrations.")
    hook_help = _(
        "In Zendesk's Admin Center under Apps and integrations, Webhooks; subscribe it to the events “Ticket created” "
        "and “Comment added to ticket”."
    )
    fields = (Field("mail", _("Mail address of the agent"), _("In whose name the notes are written.")),)
    headers = ("x-zendesk-webhook-signature", "x-zendesk-webhook-signature-timestamp")

    def check(self, came: Came, secret: str, now: datetime) -> None:
        """The signature, and the moment that it signs."""
        stamp = came.headers.get("x-zendesk-webhook-signature-timestamp", "")
        signed = hmac_of(secret, stamp.encode("utf-8", "replace") + came.body, "sha256")
        same(base64.b64encode(signed).decode(), came.headers.get("x-zendesk-webhook-signature", ""))
        check_fresh(read_moment(stamp), now)

    def read(self, came: Came, api: Api) -> Told | Nothing:
        """A comment, or the description with which a ticket begins."""
        data = data_in(came.body)
        event, ticket = data.get("type"), part(data, "detail")
        if event not in (_CREATED, _COMMENT):
            return Nothing()
        id = required_id(ticket.get("id"), "ticket")
        requester = plain(ticket.get("requester_id"))
        at = read_moment(_shorter(plain(data.get("time"))))
        if event == _CREATED:
            text = plain(ticket.get("description"))
            theirs = plain(ticket.get("submitter_id")) in ("", requester)
            author = Who(requester if theirs else plain(ticket.get("submitter_id")))
            words = Words(_first(text), "customer" if theirs else "ours", text, at, author)
        else:
            comment = part(data, "event", "comment")
            text = plain(comment.get("body"))
            told = part(comment, "author")
            theirs = told.get("is_staff") is not True
            author = Who(plain(told.get("id")), plain(told.get("name")))
            side = "customer" if theirs else "ours"
            if comment.get("is_public") is False:
                side = "note"
            comment_id = required_id(comment.get("id"), "comment")
            words = Words(comment_id, side, text, at, author, twin=_first(text))  # type: ignore[arg-type]
        if not words.text:
            return Nothing()
        customer = words.author if words.side == "customer" and words.author.id == requester else Who(requester)
        return Told(
            id,
            [words],
            customer,
            plain(ticket.get("subject")),
            _CHANNELS.get(plain(part(ticket, "via").get("channel")).casefold(), Channel.CHAT.value),
            f"{api.address}/agent/tickets/{id}",
        )

    def customer(self, api: Api, who: Who) -> Who:
        """Zendesk tells the number alone; the name and address are asked for."""
        if not who.id.isdigit():
            return who
        try:
            answer = api.get(f"/api/v2/users/{who.id}.json")
        except Trouble:
            # They are known by their number then; who they are can be read in Zendesk.
            return who
        user = part(answer, "user") if isinstance(answer, dict) else {}
        return Who(who.id, plain(user.get("name")) or who.name, plain(user.get("email")), plain(user.get("phone")))

    def post(self, api: Api, conversation: str, text: str) -> str:
        """A comment that is not public."""
        content = {"ticket": {"comment": {"body": text, "public": False}}}
        answer = api.post(f"/api/v2/tickets/{conversation}.json", content, method="PUT")
        events = parts(part(answer, "audit").get("events"))
        return next((plain(one.get("id")) for one in events if one.get("type") == "Comment"), "")

    def find(self, api: Api, conversation: str, marker: str) -> str:
        """Among the hundred latest comments."""
        answer = api.get(f"/api/v2/tickets/{conversation}/comments.json", sort_order="desc", per_page=100)
        comments = parts(answer.get("comments")) if isinstance(answer, dict) else []
        return found(marker, {plain(one.get("id")): plain(one.get("body")) for one in comments})

    def who_am_i(self, api: Api) -> str:
        """The agent of the mail address; Zendesk answers strangers with an anonymous user."""
        answer = api.get("/api/v2/users/me.json")
        user = part(answer, "user") if isinstance(answer, dict) else {}
        if not plain(user.get("email")):
            raise Trouble("refused", "Zendesk knows nobody by this mail address and token")
        return plain(user.get("name"))

    def signs_in(self, token: str, options: Mapping[str, str]) -> Mapping[str, str]:
        """The agent's mail address and the token, as Zendesk wants them."""
        pair = f"{options.get('mail', '')}/token:{token}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def _first(text: str) -> str:
    """The id of the words with which a ticket begins: they are told as description and as comment."""
    folded = " ".join(text.split()).encode("utf-8", "replace")
    return f"first-{hashlib.sha256(folded).hexdigest()[:24]}"


def _shorter(moment: str) -> str:
    """A moment with no more than microseconds; Zendesk writes billionths."""
    head, point, tail = moment.partition(".")
    return f"{head}.{tail[:6]}Z" if point and tail.endswith("Z") and len(tail) > 7 else moment


PRODUCT = Zendesk()
