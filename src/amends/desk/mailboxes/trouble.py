"""What goes wrong in sending through a mailbox, as codes that are stored and as words that say what to do."""

import smtplib
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _

from amends.desk.intake.mail import trouble as reading

__all__ = ["code_of", "detail_of", "words_of"]

_LONGEST_DETAIL = 300


def code_of(error: BaseException, *, token: bool = False) -> str:
    """What went wrong, as a code.

    Args:
        error: What was raised.
        token: Whether the desk signs in with an access token.
    """
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "token" if token else "sign-in"
    if isinstance(error, smtplib.SMTPSenderRefused):
        return "sender"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "smtp-sign-in" if "AUTH" in str(error) else "no-starttls"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "cut-off"
    if isinstance(error, smtplib.SMTPException):
        return "smtp"
    return reading.code_of(error)


def detail_of(error: BaseException) -> str:
    """The server's own words, one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return " ".join(f"{error.smtp_code} {words}".replace("\0", "").split())[:_LONGEST_DETAIL]
    return reading.detail_of(error)


def words_of(code: str) -> str:
    """What is wrong and what to do, in the active language; "" for no trouble."""
    found = _WORDS.get(code)
    return found() if found is not None else reading.words_of(code)


_WORDS: Mapping[str, Callable[[], str]] = {
    "token": lambda: _(
        "The server does not take the access token. The desk gets a new one; when that does not help, see whether IMAP "
        "and sending are allowed for this account."
    ),
    "sender": lambda: _(
        "The server does not let this mailbox send from this address. Allow it in the mailbox's settings, or take the "
        "address away here."
    ),
    "smtp-sign-in": lambda: _("The server takes no sign-in at this port. Usual is port 587 with STARTTLS."),
    "smtp": lambda: _("The server does not take mail now. The desk tries again by itself."),
    "refused": lambda: _("The server does not answer at this port. Usual are 587 with STARTTLS, and 465 with TLS."),
    "no-tls": lambda: _("The server does not speak TLS at this port. Usual are 465 with TLS, and 587 with STARTTLS."),
    "no-starttls": lambda: _("The server does not offer STARTTLS. Choose TLS with port 465."),
    "not-signed": lambda: _("A post came without the right password or signature, and was refused."),
    "not-read": lambda: _("A post could not be read. It is kept; after an update of the desk it can be read again."),
}
