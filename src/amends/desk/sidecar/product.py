"""What a product of another desk is to the side-car: how its tellings are signed and read, how a note is posted there.

Each product is a folder of `products` with a module `product` that holds `PRODUCT`; nothing else names it.
"""

import hashlib
import hmac
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any, Literal

from django.utils.functional import Promise as Lazy

from amends.archive.readers.values import plain
from amends.desk.cases.models import Channel
from amends.desk.sidecar.asking import Api

__all__ = [
    "CLOCKS_DIFFER",
    "Came",
    "Field",
    "Nothing",
    "Product",
    "Refused",
    "Told",
    "Unreadable",
    "Who",
    "Words",
    "as_page",
    "check_fresh",
    "data_in",
    "found",
    "from_seconds",
    "hmac_of",
    "part",
    "parts",
    "required_id",
    "same",
    "stands_in",
]

CLOCKS_DIFFER = timedelta(minutes=5)
"""How old a signed moment may be."""

Side = Literal["customer", "ours", "note", "draft"]


class Refused(Exception):  # noqa: N818 - it says what happened
    """It is not surely from the other desk. The message is a code: "unsigned", "wrong" or "old"."""


class Unreadable(Exception):  # noqa: N818 - it says what happened
    """It cannot be read. The message says why, in English."""


@dataclass(frozen=True, slots=True)
class Field:
    """Something that a product needs to know besides its address, its secret and its token.

    Attributes:
        name: Its key in `Connection.options`.
        label, help: For people.
        digits: Whether it is a number.
    """

    name: str
    label: str | Lazy
    help: str | Lazy = ""
    digits: bool = False


@dataclass(frozen=True, slots=True)
class Came:
    """A telling as it came.

    Attributes:
        headers: Its headers, names in small letters.
        body: Its bytes.
    """

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody over there; each "" when it is not known."""

    id: str = ""
    name: str = ""
    mail: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Something that was said in a conversation.

    Attributes:
        id: Its id over there, unique in the conversation.
        side: The customer; ours, to the customer; a note among us; a draft of ours.
        text: Plain text.
        at: When it was said; None when it is not told.
        author: Who said it.
        automatic: Whether a program said it.
        twin: Under which other id the same words may be told.
        asked: Whether somebody asked that they be checked.
    """

    id: str
    side: Side
    text: str
    at: datetime | None = None
    author: Who = Who()
    automatic: bool = False
    twin: str = ""
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What a telling says of one conversation.

    Attributes:
        conversation: Its id over there.
        words: What was said, in any order; what is known already is left out later.
        customer: Whose conversation it is, as far as it is told.
        subject: Its subject.
        channel: A value of `Channel`.
        address: Its page over there, for people of ours.
    """

    conversation: str
    words: Sequence[Words]
    customer: Who = field(default_factory=Who)
    subject: str = ""
    channel: str = Channel.CHAT.value
    address: str = ""


@dataclass(frozen=True, slots=True)
class Nothing:
    """A telling of something that the side-car has nothing to do with, such as a ticket given to somebody else."""


class Product(ABC):
    """One product.

    Attributes:
        name: The name of its folder.
        label: What its makers call it.
        address: Where it is for everybody; "" when each business has its own.
        address_help, secret_help, token_help, hook_help: What to write, and where to find it over there.
        fields: What else it needs to know.
        headers: Headers of its tellings that are kept, names in small letters.
        calls: Whether a telling says only that there is something new, which is then asked for. Such tellings look
            alike, so that each is taken.
        makes_secret: Whether the secret is made here and written in over there; else it is made over there.
    """

    name: str
    label: str
    address: str = ""
    address_help: str | Lazy = ""
    secret_help: str | Lazy = ""
    token_help: str | Lazy = ""
    hook_help: str | Lazy = ""
    fields: Sequence[Field] = ()
    headers: Sequence[str] = ()
    calls: bool = False
    makes_secret: bool = False

    @abstractmethod
    def check(self, came: Came, secret: str, now: datetime) -> None:
        """Make sure that a telling is from the other desk, in a time that tells nothing about the secret.

        Raises:
            Refused: It is not, or too old.
        """

    @abstractmethod
    def read(self, came: Came, api: Api) -> Told | Nothing:
        """What a telling says.

        Args:
            came: The telling, checked already.
            api: To ask for what it leaves out.

        Raises:
            Unreadable: It cannot be read.
            asking.Trouble: What it leaves out cannot be had now.
        """

    @abstractmethod
    def post(self, api: Api, conversation: str, text: str) -> str:
        """Post a private note, and give its id over there.

        Raises:
            asking.Trouble: It was not taken, or nobody knows.
        """

    @abstractmethod
    def find(self, api: Api, conversation: str, marker: str) -> str:
        """The id of the note with a marker, "" when none stands there.

        Raises:
            asking.Trouble: It cannot be said now.
        """

    @abstractmethod
    def who_am_i(self, api: Api) -> str:
        """Whose name the notes will bear; changes nothing over there.

        Raises:
            asking.Trouble: The token is not accepted, or nobody answers.
        """

    @abstractmethod
    def signs_in(self, token: str, options: Mapping[str, str]) -> Mapping[str, str]:
        """The headers by which the other desk knows us."""

    def customer(self, api: Api, who: Who) -> Who:
        """A customer with name and address, when a telling holds no more than an id."""
        del api
        return who


_MARKER = re.compile(r"\[amends ([2-9a-z]{10})\]")


def stands_in(text: str) -> str:
    """The marker of one of our notes in a text, "" when there is none."""
    match = _MARKER.search(text)
    return match.group(1) if match else ""


def found(marker: str, notes: Mapping[str, str]) -> str:
    """The id of the note with a marker.

    Args:
        marker: Of the note.
        notes: Ids to words, HTML or plain.
    """
    return next((id for id, text in notes.items() if f"[amends {marker}]" in text), "")


def hmac_of(secret: str, signed: bytes, algorithm: str) -> bytes:
    """The HMAC of some bytes."""
    return hmac.new(secret.encode(), signed, getattr(hashlib, algorithm)).digest()


def same(wanted: str, given: str) -> None:
    """Go on only if two signatures are the same; takes as long whatever they are.

    Raises:
        Refused: They differ, or none was given.
    """
    if not given:
        raise Refused("unsigned")
    if not hmac.compare_digest(wanted.encode(), given.encode("utf-8", "replace")):
        raise Refused("wrong")


def check_fresh(moment: datetime | None, now: datetime) -> None:
    """Go on only if a signed moment is near: what somebody recorded cannot be told again.

    Raises:
        Refused: It is too old, or lies ahead, or cannot be read.
    """
    if moment is None or abs(now - moment) > CLOCKS_DIFFER:
        raise Refused("old")


def data_in(body: bytes) -> dict[str, Any]:
    """The JSON object that a telling is.

    Raises:
        Unreadable: It is none.
    """
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"This is no JSON: {str(error)[:100]}") from None
    if not isinstance(data, dict):
        raise Unreadable("This is JSON, but no object.")
    return data


def part(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """An object within an object; an empty one when it is not there."""
    value: Any = data
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def parts(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; none when it is no list."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def required_id(value: Any, what: str) -> str:
    """An id over there.

    Raises:
        Unreadable: There is none, or it is nothing that may stand in an address.
    """
    id = plain(value)
    if not re.fullmatch(r"[\w.-]{1,80}", id) or id.startswith("."):
        raise Unreadable(f"It does not say which {what} it is about.")
    return id


def from_seconds(text: str) -> datetime | None:
    """A moment from whole seconds since 1970; None when it is none."""
    if not re.fullmatch(r"[0-9]{1,11}", text):
        return None
    return datetime.fromtimestamp(int(text), UTC)


def as_page(text: str) -> str:
    """A note as HTML, for products whose notes are HTML."""
    paragraphs = [escape(one).replace("\n", "<br>") for one in text.split("\n\n") if one.strip()]
    return "".join(f'<p dir="auto">{one}</p>' for one in paragraphs)
