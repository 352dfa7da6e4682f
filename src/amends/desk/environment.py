"""Typed settings from the environment. A wrong one stops the start, with its name and what to do."""

import contextlib
import ipaddress
import os
import secrets
import zoneinfo
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

__all__ = ["Environment", "SettingError"]

_TRUE = frozenset({"1", "yes", "true", "on"})
_FALSE = frozenset({"0", "no", "false", "off"})
_SHORTEST_KEY = 32
_OWNER_ONLY = 0o600
_FOLDER_OWNER_ONLY = 0o700


class SettingError(Exception):
    """A setting is wrong; the message names it and says what to write."""


class Environment:
    """Reads settings by name and type from a mapping such as `os.environ`. Empty counts as not given."""

    def __init__(self, variables: Mapping[str, str] | None = None) -> None:
        """Choose where to read.

        Args:
            variables: Names to values; `os.environ` if not given.
        """
        self._variables = os.environ if variables is None else variables

    def text(self, name: str, default: str = "") -> str:
        """A text without blanks around it."""
        return self._variables.get(name, "").strip() or default

    def flag(self, name: str, default: bool = False) -> bool:
        """Yes or no.

        Raises:
            SettingError: It is neither.
        """
        given = self.text(name).casefold()
        if not given:
            return default
        if given in _TRUE | _FALSE:
            return given in _TRUE
        raise SettingError(f"{name}: write yes or no, not {given!r}.")

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """A whole number within bounds.

        Raises:
            SettingError: It is none, or out of bounds.
        """
        given = self.text(name)
        if not given:
            return default
        try:
            value = int(given)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise SettingError(f"{name}: write a whole number from {least} to {most}, not {given!r}.")
        return value

    def one_of(self, name: str, choices: Sequence[str], default: str) -> str:
        """One of several words.

        Raises:
            SettingError: It is another.
        """
        given = self.text(name, default)
        if given not in choices:
            raise SettingError(f"{name}: write one of {', '.join(choices)}, not {given!r}.")
        return given

    def several(self, name: str) -> list[str]:
        """Texts, parted by commas."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def time_zone(self, name: str, default: str) -> str:
        """The name of a time zone, as "Europe/Vilnius".

        Raises:
            SettingError: There is no such zone.
        """
        given = self.text(name, default)
        try:
            zoneinfo.ZoneInfo(given)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise SettingError(f"{name}: write a time zone such as Europe/Vilnius, not {given!r}.") from error
        return given

    def address(self, name: str, default: str) -> SplitResult:
        """A web address of http or https, without a path.

        Raises:
            SettingError: It is none.
        """
        given = self.text(name, default).rstrip("/")
        advice = f"{name}: write the public address of the desk, such as https://desk.example.org, not {given!r}."
        try:
            parts = urlsplit(given)
            known = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
        except ValueError as error:
            raise SettingError(advice) from error
        if not known or parts.path or parts.query or parts.fragment or parts.username:
            raise SettingError(advice)
        return parts

    def issuer(self, name: str) -> str:
        """The address of a provider of OpenID Connect as it names itself, or "".

        Raises:
            SettingError: It is none, or passwords would travel open to it.
        """
        given = self.text(name)
        if not given:
            return ""
        advice = f"{name}: write the issuer's address as the provider shows it, such as https://login.example.org."
        try:
            parts = urlsplit(given)
            here = parts.hostname in ("127.0.0.1", "localhost", "::1")
            fine = parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and here))
        except ValueError as error:
            raise SettingError(advice) from error
        if not fine or parts.query or parts.fragment or parts.username:
            raise SettingError(advice)
        return given

    def ip_address(self, name: str) -> str:
        """The address of one machine, or "".

        Raises:
            SettingError: It is none.
        """
        given = self.text(name)
        if not given:
            return ""
        try:
            return str(ipaddress.ip_address(given))
        except ValueError as error:
            raise SettingError(
                f"{name}: write the IP address of your proxy, such as 127.0.0.1, not {given!r}."
            ) from error

    def listening_at(self, name: str) -> tuple[str, int] | None:
        """Where a server of ours listens: host and port, or None when it does not.

        Raises:
            SettingError: It is no host with a port.
        """
        given = self.text(name)
        if not given:
            return None
        host, _colon, port = given.rpartition(":")
        host = host.strip("[]")
        if not host or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
            raise SettingError(f"{name}: write an address and a port, such as 127.0.0.1:2525, not {given!r}.")
        return host, int(port)

    def folder(self, name: str, default: Path) -> Path:
        """A folder of our own, made when it is not there, readable by its owner alone.

        Raises:
            SettingError: It cannot be made or is no folder.
        """
        path = Path(self.text(name) or default).expanduser().resolve()
        try:
            path.mkdir(parents=True, exist_ok=True, mode=_FOLDER_OWNER_ONLY)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SettingError(
                f"{name}: the folder {path} cannot be made ({reason}). Name one you may write to."
            ) from error
        return path

    def secret_key(self, name: str, kept_in: Path) -> str:
        """A secret: given, or kept in a file that is made at the first start and readable by its owner alone.

        Args:
            name: The setting.
            kept_in: The file.

        Raises:
            SettingError: It is too short to be safe, or the file cannot be read or made.
        """
        given = self.text(name)
        if given:
            if len(given) < _SHORTEST_KEY:
                raise SettingError(f"{name}: write at least {_SHORTEST_KEY} characters that nobody can guess.")
            return given
        try:
            return _kept_secret(kept_in)
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise SettingError(
                f"{name}: {kept_in} cannot be used ({reason}). Mend its rights or set {name}."
            ) from error


def _kept_secret(file: Path) -> str:
    if not file.exists():
        # Two processes may start at once: each writes a file of its own, and linking lets only the first one win.
        draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as stream:
                stream.write(secrets.token_urlsafe(64))
                stream.flush()
                os.fsync(stream.fileno())
            with contextlib.suppress(FileExistsError):
                os.link(draft, file)
        finally:
            draft.unlink(missing_ok=True)
    key = file.read_text(encoding="ascii").strip()
    if len(key) < _SHORTEST_KEY:
        raise SettingError(f"AMENDS_SECRET_KEY: {file} is empty or damaged. Bring it back from a backup.")
    return key
