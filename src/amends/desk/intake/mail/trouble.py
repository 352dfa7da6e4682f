"""What goes wrong between the desk and a mail server, as codes that are stored and as words that say what to do."""

import imaplib
import socket
import ssl
from collections.abc import Callable, Mapping

from django.utils.translation import gettext as _
from imap_tools.errors import MailboxFolderSelectError, MailboxLoginError, MailboxStarttlsError

from amends.desk.sealed import SealError

__all__ = ["FolderGone", "NoAccess", "NotSafe", "code_of", "detail_of", "waits_long", "words_of"]

_LONGEST_DETAIL = 300
_PASSWORD_CODES = frozenset(
    {"lapsed", "client", "sign-in", "token", "sealed", "certificate", "no-starttls", "not-safe"}
)


class FolderGone(Exception):  # noqa: N818 - it says what happened
    """The server has no such folder."""


class NotSafe(Exception):  # noqa: N818 - it says what happened
    """The password would go over the network in the clear."""


class NoAccess(Exception):  # noqa: N818 - it says what happened
    """There is no access token to sign in with.

    Attributes:
        code: "lapsed" when a person has to connect the mailbox again, "client" when the provider does not take the
            desk's own id and secret, "provider" when its sign-in service is away.
        detail: The provider's own words.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail)
        self.code = code


def code_of(error: BaseException, *, sign_in: str = "password") -> str:
    """What went wrong, as a code.

    Args:
        error: What was raised.
        sign_in: How the desk signs in: a refused token is another trouble than a refused password.
    """
    if isinstance(error, NoAccess):
        return error.code
    if isinstance(error, NotSafe):
        return "not-safe"
    if isinstance(error, SealError):
        return "sealed"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "certificate"
    if isinstance(error, ssl.SSLError):
        return "no-tls"
    if isinstance(error, socket.gaierror):
        return "no-such-server"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    if isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, MailboxLoginError):
        return "token" if sign_in == "oauth" else "sign-in"
    if isinstance(error, MailboxStarttlsError):
        return "no-starttls"
    if isinstance(error, (FolderGone, MailboxFolderSelectError)):
        return "no-folder"
    if isinstance(error, imaplib.IMAP4.abort):
        return "no-starttls" if "TLS not supported" in str(error) else "cut-off"
    if isinstance(error, imaplib.IMAP4.error):
        return _of_words(str(error), sign_in)
    if isinstance(error, (ConnectionError, EOFError)):
        return "cut-off"
    if isinstance(error, OSError):
        return "network"
    return "other"


def detail_of(error: BaseException) -> str:
    """The server's own words, one line; never what we sent to it."""
    said = error.args[0] if error.args else ""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)
    return " ".join(words.split())[:_LONGEST_DETAIL].replace("\0", "")


def waits_long(code: str) -> bool:
    """Whether trying again soon would do harm: a server may lock an account after some wrong passwords."""
    return code in _PASSWORD_CODES


def words_of(code: str) -> str:
    """What is wrong and what to do, in the active language; "" for no trouble."""
    if not code:
        return ""
    return _WORDS.get(code, _WORDS["other"])()


def _of_words(words: str, sign_in: str) -> str:
    lower = words.casefold()
    if "authenticat" in lower or "login" in lower or "credential" in lower or "password" in lower:
        return "token" if sign_in == "oauth" else "sign-in"
    if "starttls" in lower or "tls" in lower:
        return "no-starttls"
    if "bye" in lower or "eof" in lower:
        return "cut-off"
    return "not-imap"


_WORDS: Mapping[str, Callable[[], str]] = {
    "lapsed": lambda: _("The provider has ended the desk's access. Connect the mailbox again."),
    "client": lambda: _(
        "The provider does not take the client id and secret. Look them up there; a secret may have run out."
    ),
    "provider": lambda: _("The provider's sign-in service does not answer. The desk tries again by itself."),
    "not-safe": lambda: _(
        "The password would cross the network for all to read. Choose TLS, or STARTTLS; “none” is for a server on this "
        "machine."
    ),
    "sealed": lambda: _(
        "The stored password cannot be opened: the desk's secret key has changed. Write the password anew."
    ),
    "certificate": lambda: _(
        "The server's certificate is not valid for this name. Check the name of the server; your provider's help page "
        "says how it is written."
    ),
    "no-tls": lambda: _(
        "The server does not speak TLS at this port. Usual are port 993 with TLS, and port 143 with STARTTLS."
    ),
    "no-such-server": lambda: _("There is no server of this name. Check how it is written."),
    "refused": lambda: _(
        "The server does not answer at this port. Usual are port 993 with TLS, and 143 with STARTTLS."
    ),
    "timeout": lambda: _("The server did not answer in time. Check name and port, and that no firewall is in between."),
    "sign-in": lambda: _(
        "The server does not take this user name with this password. Many providers want an app password, or IMAP to "
        "be switched on in the settings of the mailbox first."
    ),
    "token": lambda: _("The server does not take the access token. It may have run out; put in a new one."),
    "no-starttls": lambda: _("The server does not offer STARTTLS. Choose TLS with port 993."),
    "no-folder": lambda: _("There is no folder of this name. The usual one is INBOX."),
    "cut-off": lambda: _("The server ended the connection. The desk tries again by itself."),
    "not-imap": lambda: _("The answer is not that of an IMAP server. Check the port, and that IMAP is switched on."),
    "network": lambda: _("The network does not reach the server. The desk tries again by itself."),
    "other": lambda: _("Something went wrong that the desk does not know. The server's words below may help."),
}
