"""What a kind of channel is, and which kinds there are.

A kind is a folder in this package with a module `channel` that holds one object, `KIND`. The folder brings its client,
its parsing, its form, its fixtures and its page of documentation; kinds are found by walking the package, so that a
new one touches nothing else.

Each file in its folder `fixtures` is one raw thing, as `Kind.read` is given it. Two editions of the same thing are
`NAME.first.json` and `NAME.edited.json`, with the same id and other words; `NAME.broken.json` cannot be read.
"""

import logging
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

from django import forms
from django.http import HttpRequest
from django.utils.functional import Promise as Lazy

if TYPE_CHECKING:
    from amends.desk.channels.models import Channel

__all__ = [
    "ChannelForm",
    "ChannelTrouble",
    "Heard",
    "Hooked",
    "Keep",
    "Kind",
    "Limited",
    "Page",
    "Placed",
    "Private",
    "Raw",
    "Refused",
    "Unreadable",
    "kind_of",
    "kinds",
    "limit_of",
    "measure_of",
    "place_of",
]


logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that somebody wrote, as parsed.

    Attributes:
        id: The other side's id, unique within the channel.
        words: Plain text; "" when there is only a rating.
        moment: When it was written, aware, UTC.
        author: Stable id of the author at the other side, "" when there is none. It becomes the contact point.
        author_name: As the author is shown.
        address: Where it can be read, "" when nowhere.
        language: ISO 639-1 code as the other side says, None when it does not.
        thread: Id of what it answers or belongs to; "" when it begins something.
        public: Whether the world can read it.
        rating: Stars, 1 to 5.
        reach: How many people it may have reached: followers, boosts; 0 when not known. It feeds urgency.
        ours: Whether we wrote it ourselves.
        gone: Whether it was deleted at the other side; then the words may be "".
        edited: When it was changed last.
    """

    id: str
    words: str
    moment: datetime
    author: str = ""
    author_name: str = ""
    address: str = ""
    language: str | None = None
    thread: str = ""
    public: bool = True
    rating: int | None = None
    reach: int = 0
    ours: bool = False
    gone: bool = False
    edited: datetime | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes of one thing, as they came; stored before anybody tries to read them.

    Attributes:
        id: The other side's id.
        content: What `Kind.read` is given; at most 256 KiB.
        version: Names this edition of it, at most 64 characters: the same id and version are taken in once. By
            default the hash of the content. Give one when the bytes hold what changes with every look, such as counts.
    """

    id: str
    content: bytes
    version: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """What one look gave, oldest first.

    Attributes:
        items: What came.
        cursor: Where to go on, plain data; stored in the same transaction as the items.
        more: Whether there is more at once.
    """

    items: tuple[Raw, ...] = ()
    cursor: Mapping[str, Any] = field(default_factory=dict)
    more: bool = False


class ChannelTrouble(Exception):  # noqa: N818 - it says what happened
    """The other side cannot be asked, or does not do what it is asked; it is tried again later.

    Args:
        words: What is wrong, for people, translated, without secrets.
        again_after: How long to wait, when the other side says so.
        what_to_do: What a person can do, translated; "" when it passes by itself.
    """

    def __init__(self, words: str, again_after: timedelta | None = None, what_to_do: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.again_after = again_after
        self.what_to_do = what_to_do


class Refused(Exception):  # noqa: N818 - it says what happened
    """The other side does not take an answer, now or later; surely nothing more was posted than was kept.

    Args:
        words: Why, for people, translated.
    """

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Unreadable(Exception):  # noqa: N818 - it says what happened
    """Bytes that cannot be parsed; they stay, shown as such.

    Args:
        words: Why, for people, translated.
    """

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class ChannelForm(forms.Form):
    """Settings and secrets of a channel. A kind's form inherits it and declares its fields.

    A secret that is left empty when a channel is changed stays as it was; secrets are never shown again.

    Attributes:
        secrets: Names of the fields that are secrets; they are kept sealed, the others in `Channel.settings`.
    """

    secrets: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, channel: "Channel | None" = None, **kwargs: Any) -> None:
        """Show a channel's settings, or an empty form."""
        if channel is not None:
            kwargs["initial"] = {**channel.settings, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        kept = channel.secret_values if channel is not None else {}
        for name in self.secrets:
            self.fields[name].required = self.fields[name].required and name not in kept

    def confirm(self, settings: dict[str, Any], secrets: Mapping[str, str]) -> dict[str, Any]:
        """Ask the other side whether the settings are right; called before they are stored.

        Args:
            settings: Those of the form.
            secrets: Those of the form, with those kept before.

        Returns:
            The settings to store, with what was learnt, such as the name of our account.

        Raises:
            ChannelTrouble: They are not; the words are shown in the form.
        """
        return settings


Keep = Callable[[str], None]
"""Called with the other side's id of a part as soon as it stands there."""


class Kind(Protocol):
    """A kind of channel.

    Attributes:
        name: Of its folder: "mastodon".
        label: For people.
        icon: A name in `pages/parts/icon.html`.
        docs: Its page in the documentation, such as "how-to/mastodon.md".
        limit: The most characters of one answer; None without a limit. See `Limited` for one that the server sets.
        can_answer: Whether answers are posted by the desk; else a person posts them.
        every: How often it looks when all is well.
        form: Its settings and secrets.
    """

    name: str
    label: str | Lazy
    icon: str
    docs: str
    limit: int | None
    can_answer: bool
    every: timedelta
    form: type[ChannelForm]

    def look(self, channel: "Channel") -> Page:
        """Ask the other side for what is new since `channel.cursor`; outside of any transaction.

        Raises:
            ChannelTrouble: It cannot be asked.
        """
        ...

    def read(self, raw: bytes) -> Sequence[Heard]:
        """Parse bytes; pure.

        Raises:
            Unreadable: They cannot be parsed.
        """
        ...

    def answer(self, channel: "Channel", to: str, parts: Sequence[str], done: Sequence[str], keep: Keep) -> str | None:
        """Post an answer part by part; outside of any transaction.

        Args:
            channel: Where.
            to: The id of what is answered.
            parts: All parts, each within the limit.
            done: The ids of the parts that stand there already, the first ones.
            keep: To be called after each part. When the answer to a post was lost, the kind finds out by itself, by an
                idempotency key or by looking, whether it stands there.

        Returns:
            The address at which the answer begins; None or "" when it has none.

        Raises:
            ChannelTrouble: It is tried again later.
            Refused: It is not taken, now or later.
        """
        ...


@runtime_checkable
class Limited(Protocol):
    """A kind whose server sets the limit, or that counts in its own way; optional."""

    def limit_of(self, channel: "Channel") -> int | None:
        """The most that one part may measure, with what the kind puts before it taken off."""
        ...

    def measure(self, text: str) -> int:
        """How long a text is, as the other side counts."""
        ...


@runtime_checkable
class Private(Protocol):
    """A kind that can write to somebody so that nobody else reads it; optional. Arguments and errors as `answer`."""

    def whisper(self, channel: "Channel", to: str, parts: Sequence[str], done: Sequence[str], keep: Keep) -> str | None:
        """Write privately to whoever wrote `to`."""
        ...


@runtime_checkable
class Hooked(Protocol):
    """A kind that is told by the other side; optional. Its address is `Channel.hook_address`."""

    def hook(self, channel: "Channel", request: HttpRequest) -> Page | None:
        """What a request brings, its signature checked; None when it is to be answered with 403."""
        ...


@runtime_checkable
class Placed(Protocol):
    """A kind that says what sort of place it is; optional.

    Attributes:
        place: A value of `cases.Channel`: "social" or "review".
    """

    place: str


@cache
def kinds() -> Mapping[str, Kind]:
    """All kinds by their names, found by walking this package."""
    import amends.desk.channels as package

    found: dict[str, Kind] = {}
    for module in pkgutil.iter_modules(package.__path__):
        folder = f"{package.__name__}.{module.name}"
        if module.ispkg and any(one.name == "channel" for one in pkgutil.iter_modules(import_module(folder).__path__)):
            try:
                kind: Kind = import_module(f"{folder}.channel").KIND
            except ImportError:
                # A library that is missing takes away the kind that needs it, and no other.
                logger.exception("the kind of channel in %s cannot be used", folder)
            else:
                found[kind.name] = kind
    return found


def kind_of(name: str) -> Kind | None:
    """A kind by its name; None when its folder is not there any more."""
    return kinds().get(name)


def limit_of(kind: Kind, channel: "Channel") -> int | None:
    """The most that one part of an answer may measure in a channel; None without a limit."""
    return kind.limit_of(channel) if isinstance(kind, Limited) else kind.limit


def measure_of(kind: Kind) -> Callable[[str], int]:
    """How a kind counts the length of a text: in characters if it does not say."""
    return kind.measure if isinstance(kind, Limited) else len


def place_of(kind: Kind, heard: Heard) -> str:
    """The value of `cases.Channel` for what was heard: a review when it has a rating, unless the kind says."""
    if isinstance(kind, Placed):
        return kind.place
    return "social" if heard.rating is None else "review"
