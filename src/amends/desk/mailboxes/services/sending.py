"""Having a mailbox send, and giving it further addresses."""

import ipaddress
import re
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from amends.desk.errors import WrongInput
from amends.desk.house.services import log
from amends.desk.intake.mail.ours import base_address
from amends.desk.intake.models import Alias, Mailbox
from amends.desk.intake.services.mailboxes import MailboxTrouble
from amends.desk.mailboxes.models import Sending
from amends.desk.mailboxes.trouble import code_of, detail_of
from amends.desk.mailboxes.ways_out import route_through
from amends.desk.outbox.delivery import sign_in_only
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting
from amends.desk.sealed import SealError
from amends.desk.states import lock

__all__ = ["FIELDS", "prepared_sending", "save_sending", "set_aliases", "try_sending"]

FIELDS = ("on", "host", "port", "security", "user", "keeps_sent", "sent_folder")
"""What can be set, besides the secret."""

_HOST = re.compile(r"[A-Za-z0-9.:-]{1,253}")
_MOST_ALIASES = 50


def prepared_sending(acting: Acting, mailbox: Mailbox, *, secret: str = "", **values: Any) -> Sending:
    """How a mailbox sends, with new settings, checked and not saved.

    A stored password stays when none is given, but only for the same server and user: it is never sent to another one.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: A value is not possible.
        TypeError: There is no such field.
    """
    require(acting, "mailbox.edit")
    if unknown := values.keys() - set(FIELDS):
        raise TypeError(f"not to be changed here: {', '.join(sorted(unknown))}")
    sending = Sending.objects.filter(mailbox=mailbox).first() or Sending()
    sending.mailbox = mailbox
    before = _where(sending)
    for name, value in values.items():
        setattr(sending, name, value.strip() if isinstance(value, str) else value)
    if secret:
        sending.secret = secret
    elif _where(sending) != before:
        sending.secret = ""
    _check(sending, given=bool(secret))
    return sending


def save_sending(acting: Acting, sending: Sending) -> Sending:
    """Store what was prepared.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "mailbox.edit")
    with transaction.atomic():
        lock(sending.mailbox)
        sending.trouble = sending.trouble_detail = ""
        sending.failing_since = None
        sending.save()
        after = {name: getattr(sending, name) for name in FIELDS}
        log(acting, f"mailbox {sending.mailbox_id}", "mailbox.sending-changed", after=after)
    return sending


def try_sending(acting: Acting, sending: Sending) -> None:
    """Sign in at the mail server once; nothing is sent.

    Raises:
        NotAllowed: The acting one may not.
        MailboxTrouble: It does not work; the words of its code are in `mailboxes.trouble`.
    """
    require(acting, "mailbox.edit")
    try:
        sign_in_only(route_through(sending))
    except Exception as error:
        token = sending.mailbox.sign_in == Mailbox.SignIn.OAUTH
        raise MailboxTrouble(code_of(error, token=token), detail_of(error)) from error


def set_aliases(acting: Acting, mailbox: Mailbox, text: str) -> list[str]:
    """Give a mailbox its further addresses, in place of those it has.

    Args:
        acting: Who does it.
        mailbox: The mailbox into which their mail comes.
        text: Addresses, one on each line.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: One is no address, or belongs to another mailbox.
    """
    require(acting, "mailbox.edit")
    wanted = list(dict.fromkeys(base_address(line)[0] for line in text.replace(",", " ").split()))
    if len(wanted) > _MOST_ALIASES:
        raise WrongInput(_("Up to %(number)d addresses are possible.") % {"number": _MOST_ALIASES}, "aliases")
    for address in wanted:
        name, _at, domain = address.partition("@")
        if not name or "." not in domain or len(address) > 254 or not address.isprintable() or "@" in domain:
            raise WrongInput(_("“%(address)s” is no mail address.") % {"address": address[:100]}, "aliases")
    taken = Mailbox.objects.filter(address__in=wanted).first()
    other = Alias.objects.filter(address__in=wanted).exclude(mailbox=mailbox).first()
    if taken or other:
        raise WrongInput(_("“%(address)s” belongs to a mailbox here already.") % {"address": taken or other}, "aliases")
    try:
        with transaction.atomic():
            lock(mailbox)
            before = list(mailbox.aliases.values_list("address", flat=True))
            mailbox.aliases.exclude(address__in=wanted).delete()
            for address in wanted:
                Alias.objects.get_or_create(address=address, mailbox=mailbox)
            if sorted(wanted) != sorted(before):
                subject = f"mailbox {mailbox.pk}"
                log(acting, subject, "mailbox.aliases", before={"addresses": before}, after={"addresses": wanted})
    except IntegrityError as error:
        raise WrongInput(_("One of these belongs to a mailbox here already."), "aliases") from error
    return wanted


def _where(sending: Sending) -> tuple[object, ...]:
    return sending.host.casefold(), sending.port, sending.security, sending.user


def _check(sending: Sending, *, given: bool) -> None:
    if not _HOST.fullmatch(sending.host):
        raise WrongInput(_("Write the name of the server, such as smtp.provider.example."), "host")
    if not 0 < sending.port < 65536:
        raise WrongInput(_("A port is a number from 1 to 65535; usual are 587 and 465."), "port")
    if sending.security == "none" and not _on_this_machine(sending.host):
        raise WrongInput(_("The password would cross the network for all to read. Choose TLS or STARTTLS."), "security")
    mailbox = sending.mailbox
    if mailbox.sign_in == Mailbox.SignIn.OAUTH or not sending.user or given:
        return
    try:
        has_secret = bool(sending.secret) or (sending.user == mailbox.user and bool(mailbox.secret))
    except SealError:
        has_secret = False
    if not has_secret:
        raise WrongInput(_("Write the password. It is needed anew when server or user change."), "secret")


def _on_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"
