"""Providers whose mailboxes are connected by OAuth 2: their addresses, and the least rights for reading and sending.

Sources: Google, "Gmail IMAP, POP, and SMTP" (the one scope for IMAP and SMTP is https://mail.google.com/) and "Using
OAuth 2.0 for Web Server Applications"; Microsoft, "Authenticate an IMAP, POP or SMTP connection using OAuth" and
"Microsoft identity platform and OAuth 2.0 authorization code flow".
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["PROVIDERS", "Provider", "is_tenant", "provider_of"]

_TENANT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,98}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider.

    Attributes:
        name: What people call its mailboxes.
        authorise, token, revoke: Its addresses, with "{tenant}" where it has directories; `revoke` is "" without one.
        scope: The rights that are asked for.
        asks: Further parameters of the question.
        imap, smtp: Server, port and security.
        keeps_sent: A value of `models.SentFolder`.
        has_tenants: Whether it has directories.
        docs: The page of our documentation, such as "docs/how-to/connect-gmail.md".
    """

    name: str
    authorise: str
    token: str
    revoke: str
    scope: str
    imap: tuple[str, int, str]
    smtp: tuple[str, int, str]
    docs: str
    keeps_sent: str = "server"
    has_tenants: bool = False
    asks: Mapping[str, str] = field(default_factory=dict)


PROVIDERS: dict[str, Provider] = {
    "google": Provider(
        name="Gmail",
        authorise="https://accounts.google.com/o/oauth2/v2/auth",
        token="https://oauth2.googleapis.com/token",
        revoke="https://oauth2.googleapis.com/revoke",
        scope="https://mail.google.com/",
        # Without these Google gives no refresh token, or only the first time.
        asks={"access_type": "offline", "prompt": "consent"},
        imap=("imap.gmail.com", 993, "tls"),
        smtp=("smtp.gmail.com", 587, "starttls"),
        docs="docs/how-to/connect-gmail.md",
    ),
    "microsoft": Provider(
        name="Microsoft 365",
        authorise="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
        token="https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
        revoke="",
        scope=("https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access"),
        imap=("outlook.office365.com", 993, "tls"),
        smtp=("smtp.office365.com", 587, "starttls"),
        has_tenants=True,
        docs="docs/how-to/connect-microsoft-365.md",
    ),
}


def provider_of(key: str) -> Provider:
    """A provider by its key.

    Raises:
        KeyError: There is none.
    """
    return PROVIDERS[key]


def is_tenant(text: str) -> bool:
    """Whether a text can be the name or number of a directory, and nothing that would change the address around it."""
    return _TENANT.fullmatch(text) is not None
