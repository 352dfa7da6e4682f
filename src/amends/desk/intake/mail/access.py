"""What the desk signs in with at a mail server: the stored password, or what a source of access tokens gives.

A room that keeps tokens fresh registers itself here; the intake asks it at each new connection.
"""

from typing import Protocol

from amends.desk.intake.models import Mailbox

__all__ = ["Access", "has_access", "register_access", "secret_of", "stamp_of", "was_refused"]


class Access(Protocol):
    """A source of access tokens."""

    def gives(self, mailbox: Mailbox) -> bool:
        """Whether it is this source that a mailbox signs in by."""

    def secret_of(self, mailbox: Mailbox) -> str:
        """A token that is valid now.

        Raises:
            trouble.NoAccess: There is none.
            sealed.SealError: The stored one cannot be opened.
        """

    def stamp_of(self, mailbox: Mailbox) -> object:
        """Something that is another thing as soon as there is another token."""

    def refused(self, mailbox: Mailbox) -> None:
        """Be told that a mail server did not take the token, so that the next one is new."""


_sources: list[Access] = []


def register_access(source: Access) -> None:
    """Add a source; call it in the app's `AppConfig.ready`."""
    if source not in _sources:
        _sources.append(source)


def has_access(mailbox: Mailbox) -> bool:
    """Whether a source gives a mailbox its tokens, so that it needs no stored secret."""
    return _source_of(mailbox) is not None


def secret_of(mailbox: Mailbox) -> str:
    """The password or token to sign in with.

    Raises:
        trouble.NoAccess: There is no token.
        sealed.SealError: The stored secret cannot be opened.
    """
    source = _source_of(mailbox)
    return mailbox.secret if source is None else source.secret_of(mailbox)


def stamp_of(mailbox: Mailbox) -> object:
    """Something that changes with the token; None when the secret is a stored one."""
    source = _source_of(mailbox)
    return None if source is None else source.stamp_of(mailbox)


def was_refused(mailbox: Mailbox) -> bool:
    """Tell the source that a token was refused; False when the secret is a stored one."""
    source = _source_of(mailbox)
    if source is None:
        return False
    source.refused(mailbox)
    return True


def _source_of(mailbox: Mailbox) -> Access | None:
    if mailbox.sign_in != Mailbox.SignIn.OAUTH or mailbox.pk is None:
        return None
    return next((source for source in _sources if source.gives(mailbox)), None)
