"""Our own addresses: those of the mailboxes, and further ones whose mail comes into them."""

from collections.abc import Iterable, Iterator

from amends.desk.cases.models import Case, Message
from amends.desk.intake.models import Alias, Mailbox

__all__ = ["base_address", "mailbox_of", "which_are_ours", "written_to"]

_LOOKED_AT = 5
"""Of the customer's messages so many of the latest are looked at."""


def base_address(address: str) -> tuple[str, str]:
    """An address without what stands behind "+", in small letters, and what stood there."""
    name, _at, domain = address.strip().casefold().rpartition("@")
    plain, _plus, tag = name.partition("+")
    return f"{plain}@{domain}", tag


def which_are_ours(addresses: Iterable[str]) -> set[str]:
    """Those of some addresses that are ours, without what stands behind "+"."""
    wanted = {base_address(address)[0] for address in addresses}
    ours = set(Mailbox.objects.filter(address__in=wanted).values_list("address", flat=True))
    return ours | set(Alias.objects.filter(address__in=wanted).values_list("address", flat=True))


def mailbox_of(address: str) -> Mailbox | None:
    """The mailbox into which mail to an address comes, listened to or not; None when it is not ours."""
    base, _tag = base_address(address.replace("\0", ""))
    found = Mailbox.objects.filter(address=base).first()
    return found or Mailbox.objects.filter(aliases__address=base).first()


def written_to(case: Case) -> tuple[Mailbox, str] | None:
    """The address of ours to which a customer wrote last, and its mailbox; None when no mail of theirs shows one."""
    said = Message.objects.filter(case=case, direction=Message.Direction.IN, channel="mail", automatic=False)
    for message in said.select_related("raw").order_by("-sent_at", "-pk")[:_LOOKED_AT]:
        for address in _recipients(message):
            mailbox = mailbox_of(address)
            if mailbox is not None:
                return mailbox, base_address(address)[0]
        mailbox = _came_in_by(message)
        if mailbox is not None:
            # Our address stood in no header, as in a blind copy.
            return mailbox, mailbox.address
    return None


def _recipients(message: Message) -> Iterator[str]:
    for field in ("to", "cc"):
        for _name, address in message.recipients.get(field, ()):
            yield address
    handed = message.raw.envelope.get("to", ()) if message.raw is not None else ()
    yield from (str(address) for address in handed if isinstance(handed, list))


def _came_in_by(message: Message) -> Mailbox | None:
    name = message.raw.mailbox if message.raw is not None else ""
    kind, _blank, number = name.partition(" ")
    return Mailbox.objects.filter(pk=number).first() if kind == "mailbox" and number.isdecimal() else None
