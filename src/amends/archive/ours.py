"""What in an archive is ours: by what somebody says, or by who takes part in most conversations."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from amends.archive.mail import Address
from amends.archive.message import Message, Side
from amends.messages import translated
from amends.text import fold

__all__ = ["Ours", "find_ours", "with_side"]

_FREE_MAIL = Path(__file__).with_name("free_mail.toml")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_DOMAIN = re.compile(r"@?((?:[\w-]+\.)+[\w-]{2,})")
# Folders of what was sent, as mail programs call them in the six languages.
_SENT_FOLDER = re.compile(
    r"(?:^|[/\\.\]])(?:sent(?: items| mail| messages)?|issiusti(?: laiskai| elementai)?|issiusta|poslano|poslane poruke"
    r"|saadetud(?: kirjad)?|odoslane(?: polozky)?|odoslana posta|(?:פריטים|הודעות) שנשלחו|דואר יוצא|נשלח(?:ו)?"
    r"|gesendet(?:e objekte)?|envoyes)(?:[/\\.:]|$)"
)
# Who takes part in so large a share of the messages, with at least so many others, is the business.
_LEAST_SHARE = 0.4
_FEWEST_OTHERS = 3


@cache
def _free_mail() -> frozenset[str]:
    import tomllib

    lists = tomllib.loads(_FREE_MAIL.read_text(encoding="utf-8")).values()
    return frozenset(domain for one in lists for domain in one.split())


class Ours(NamedTuple):
    """Who writes for the business.

    Attributes:
        addresses: Whole addresses, in small letters.
        domains: Domains of which every address is ours, in small letters.
        names: Names and handles, folded, for sources without addresses.
    """

    addresses: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    @classmethod
    def read(cls, given: Iterable[str]) -> "Ours":
        """What a person wrote: addresses, domains ("shop.example" or "@shop.example"), names or handles.

        Raises:
            ValueError: One of them is empty, or a domain at which anybody can have an address.
        """
        addresses, domains, names = set(), set(), set()
        for one in given:
            text = one.strip()
            if not text:
                raise ValueError(translated("--ours needs an address, a domain or a name."))
            domain = _DOMAIN.fullmatch(text)
            if _ADDRESS.fullmatch(text) is not None:
                addresses.add(text.casefold())
            elif domain is not None:
                found = domain[1].casefold()
                if found in _free_mail():
                    raise ValueError(
                        translated("anybody can have an address at {domain}; give your own as a whole.", domain=found)
                    )
                domains.add(found)
            else:
                names.add(fold(text.removeprefix("@")).strip())
        return cls(frozenset(addresses), frozenset(domains), frozenset(names))

    def __bool__(self) -> bool:
        return bool(self.addresses or self.domains or self.names)

    def has(self, who: Address) -> bool:
        """Whether somebody writes for the business."""
        key = who.key
        if key and (key in self.addresses or who.domain in self.domains):
            return True
        return bool(self.names) and bool({fold(who.name).strip(), fold(key.removeprefix("@")).strip()} & self.names)

    def joined(self, other: "Ours") -> "Ours":
        """Both together."""
        return Ours(self.addresses | other.addresses, self.domains | other.domains, self.names | other.names)


def with_side(message: Message, ours: Ours) -> Message:
    """The message with its side, where its source did not say: ours, or the customer's if it is known who we are."""
    if message.side != "unknown" or not ours:
        return message
    side: Side = "ours" if ours.has(message.author) else "customer"
    return message._replace(side=side)


def find_ours(messages: Iterable[Message]) -> Ours:
    """Tell from a sample of messages who the business is.

    It is who sends what lies in a folder of sent mail, and who takes part in a large share of the messages with many
    different people; with them all others at their domain, unless anybody can have an address there.

    Args:
        messages: Messages whose side is unknown are looked at, the others are not. Some thousand are enough.

    Returns:
        Nobody, where that cannot be told.
    """
    others: dict[str, set[str]] = {}
    present: Counter[str] = Counter()
    sent: Counter[str] = Counter()
    count = 0
    for message in messages:
        if message.side != "unknown" or message.automatic:
            continue
        author = message.author.key
        recipients = {one.key for one in message.recipients if one.key} - {author}
        if not author or not recipients:
            continue
        count += 1
        present.update({author, *recipients})
        for one in recipients:
            others.setdefault(author, set()).add(one)
            others.setdefault(one, set()).add(author)
        if _SENT_FOLDER.search(fold(message.place.rpartition(":")[0])):
            sent[author] += 1
    addresses = {one for one, times in sent.items() if times >= _FEWEST_OTHERS}
    by_domain: dict[str, set[str]] = {}
    for one, people in others.items():
        by_domain.setdefault(one.rpartition("@")[2], set()).update(people)
        if len(people) >= _FEWEST_OTHERS and present[one] >= _LEAST_SHARE * count:
            addresses.add(one)
    free = _free_mail()
    domains = {one.rpartition("@")[2] for one in addresses}
    # A business whose people each write under their own name: the domain as a whole meets the condition.
    at_domain: Counter[str] = Counter()
    for one, times in present.items():
        at_domain[one.rpartition("@")[2]] += times
    for domain, people in by_domain.items():
        outside = {one for one in people if not one.endswith("@" + domain)}
        if domain not in free and len(outside) >= _FEWEST_OTHERS and at_domain[domain] >= _LEAST_SHARE * count:
            domains.add(domain)
    domains -= free
    if len(domains) > 1:
        # Two that meet the condition are the business and a partner that is in copy of everything, or two of its own
        # domains; both are kept only if what was sent from here says so, or neither stands out.
        domains = {one for one in domains if any(address.endswith("@" + one) for address in sent)} or domains
    return Ours(frozenset(addresses), frozenset(domains))
