"""Answers where the world reads: posted by a program where a channel has one, else by a person by hand.

A channel registers how it posts; the composer asks it when a public answer's moment has come. Nothing is ever posted
twice without a person's word: before a program begins, that is stored, and when nobody can say how it ended, a person
looks.

A channel that finds out by itself what became of a post registers a carrier instead: it is given the message as the
outbox is given a mail, in the transaction in which the message is made, and brings it there in its own time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from amends.desk.cases.models import Case, Message

__all__ = [
    "ADDRESS_HEADER",
    "CanPost",
    "Carry",
    "NotPosted",
    "Post",
    "PostIt",
    "TryLater",
    "carrier_for",
    "checked_address",
    "last_public",
    "poster_for",
    "register_carrier",
    "register_poster",
    "where_they_wrote",
]

ADDRESS_HEADER = "address"
"""The key in `Message.headers` under which a channel keeps where in public a message stands, an http(s) address."""
_LONGEST = 2_000


class NotPosted(Exception):  # noqa: N818 - it says what happened
    """A poster raises it when it was refused for good and surely does not stand there: a person posts it then.

    The message is for people and says why.
    """


class TryLater(Exception):  # noqa: N818 - it says what happened
    """A poster raises it when surely nothing was posted, and it may well work later: a limit of requests, a server that
    does not answer.
    """


@dataclass(frozen=True, slots=True)
class Post:
    """A public answer as a poster gets it.

    Attributes:
        case: Whose answer it is.
        text: Its words.
        language: ISO 639-1 code, or "".
        answers: The customer's public message that it answers; None when the case has none.
        once: Names this answer for good, for services that take such a key against doubles.
    """

    case: Case
    text: str
    language: str
    answers: Message | None
    once: str


CanPost = Callable[[Case], bool]
"""Whether a poster can answer in a case: it is of its channel, and the account is set up. Be quick; no network."""
PostIt = Callable[[Post], str]
"""Posts, and gives the address at which the answer stands, or "" when the channel has none.

Raises:
    NotPosted: It was refused for good.
    TryLater: Nothing was posted, and it may work later.
    Exception: Anything else means that nobody knows whether it stands there.
"""

Carry = Callable[[Message], None]
"""Takes a message over that is to stand where the world reads, in the transaction in which it was made. It sets how far
its delivery got, and its address once it stands there.
"""

_posters: list[tuple[str, CanPost, PostIt]] = []
_carriers: list[tuple[str, CanPost, Carry]] = []


def register_poster(channel: str, can_post: CanPost, post: PostIt) -> None:
    """Let a program post the public answers of a channel; call it in the app's `AppConfig.ready`.

    Args:
        channel: A value of `cases.Channel`, such as "social" or "review"; several posters may share one.
        can_post: Whether it can in a case.
        post: Posts.
    """
    if (channel, can_post, post) not in _posters:
        _posters.append((channel, can_post, post))


def poster_for(case: Case, channel: str) -> PostIt | None:
    """What posts the answers of a case; None when a person does."""
    return next((post for of, can_post, post in _posters if of == channel and can_post(case)), None)


def register_carrier(channel: str, can_carry: CanPost, carry: Carry) -> None:
    """Let a room bring the public answers of a channel to where they belong; call it in the app's `AppConfig.ready`.

    Args:
        channel: A value of `cases.Channel`; several carriers may share one, and they go before posters.
        can_carry: Whether it can in a case.
        carry: Takes a message over.
    """
    if (channel, can_carry, carry) not in _carriers:
        _carriers.append((channel, can_carry, carry))


def carrier_for(case: Case, channel: str) -> Carry | None:
    """What brings the public answers of a case to where they belong; None when nothing does."""
    return next((carry for of, can_carry, carry in _carriers if of == channel and can_carry(case)), None)


def where_they_wrote(case: Case) -> str:
    """The address at which the customer wrote in public last; "" when it is not known."""
    message = last_public(case)
    return checked_address(str(message.headers.get(ADDRESS_HEADER, ""))) if message else ""


def last_public(case: Case) -> Message | None:
    """The customer's last message that the world can read, or that came where the world reads."""
    said = case.messages.filter(direction=Message.Direction.IN, automatic=False).order_by("-sent_at", "-pk")
    return said.filter(public=True).first() or said.filter(channel__in=("social", "review")).first()


def checked_address(address: str) -> str:
    """An address that may stand in a link: http or https, with a host; "" for anything else."""
    address = address.strip()
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return ""
    plain = not any(sign.isspace() or ord(sign) < 32 for sign in address)
    return address if parts.scheme in ("http", "https") and host and plain and len(address) <= _LONGEST else ""
