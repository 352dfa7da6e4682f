"""Asking and posting to an address that somebody typed in, without becoming their way into our own network.

The name is resolved once, every address it stands for is looked at, and the connection goes to exactly that address:
a name that means something else a moment later changes nothing. Redirects are not followed. The whole of it ends after
a few seconds, however slowly the other side speaks, and only the beginning of its answer is read.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import SplitResult, urlsplit

import urllib3
from django.conf import settings
from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_match_hostname import CertificateError

__all__ = ["Answer", "NotReachedError", "NotThereError", "Said", "ask", "checked_address", "post"]

CONNECT_SECONDS = 5.0
ALL_SECONDS = 10.0
_ANSWER_BYTES = 4_096
_LONGEST = 500
_LONGEST_ASKED = 8_000
_AGENT = "Amends-Webhooks/1"

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotThereError(Exception):
    """The address is none that we post to. The words say why, in the language that is active."""


class NotReachedError(Exception):
    """Nobody answered there, or not in time. The words say why, in the language that is active."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said.

    Attributes:
        status: The HTTP status.
        beginning: How its body begins.
        retry_after: Seconds it asks us to wait, None when it does not say.
    """

    status: int
    beginning: str
    retry_after: int | None


def checked_address(address: str, *, longest: int = _LONGEST, inside: bool | None = None) -> SplitResult:
    """An address that can be posted to, as far as can be told without asking anybody.

    Args:
        address: What somebody typed in.
        longest: How many characters it may have.
        inside: Whether it may lead into our own network; as the settings say for webhooks if not given.

    Raises:
        NotThereError: It is none, or inside our own network.
    """
    if len(address) > longest or not address.isascii() or any(sign <= " " for sign in address):
        raise NotThereError(_("write an address such as https://shop.example/hooks/amends"))
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise NotThereError(str(error)) from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise NotThereError(_("write an address that begins with https:// or http://"))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise NotThereError(_("write it without a user name, a password and a part behind #"))
    _refuse_ours_by_name(parts.hostname, settings.WEBHOOKS_TO_PRIVATE if inside is None else inside)
    return parts


@dataclass(frozen=True, slots=True)
class Said:
    """What the other side answered.

    Attributes:
        status: The HTTP status.
        headers: By their names in small letters; of several of one name the last.
        body: At most as many bytes as were asked for.
        whole: Whether that is all of it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool

    @property
    def retry_after(self) -> int | None:
        """Seconds it asks us to wait, None when it does not say."""
        return _seconds(self.headers.get("retry-after", ""))


def post(address: str, body: bytes, headers: dict[str, str], *, seconds: float = ALL_SECONDS) -> Answer:
    """Post some bytes of JSON.

    Args:
        address: Where.
        body: What.
        headers: Further headers.
        seconds: After how many seconds it is over, answered or not.

    Raises:
        NotThereError: The address is none that we post to.
        NotReachedError: Nobody answered there, or not in time.
    """
    headers = {"Content-Type": "application/json", **headers}
    said = ask("POST", address, body=body, headers=headers, seconds=seconds, most=_ANSWER_BYTES)
    return Answer(said.status, _plain(said.body), said.retry_after)


def ask(
    method: str,
    address: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    seconds: float = ALL_SECONDS,
    most: int = 1 << 20,
    inside: bool | None = None,
) -> Said:
    """Ask an address for something; redirects are not followed.

    Args:
        method: "GET", "POST" ...
        address: Where.
        body: What is sent with it.
        headers: Further headers.
        seconds: After how many seconds it is over, answered or not.
        most: Bytes of the answer that are read.
        inside: Whether it may lead into our own network; as the settings say for webhooks if not given.

    Raises:
        NotThereError: The address is none that we ask.
        NotReachedError: Nobody answered there, or not in time.
    """
    until = time.monotonic() + seconds
    inside = settings.WEBHOOKS_TO_PRIVATE if inside is None else inside
    parts = checked_address(address, longest=_LONGEST_ASKED, inside=inside)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    ip = _resolved(host, port, inside)
    timeout = min(CONNECT_SECONDS, seconds)
    connection: HTTPConnection
    if parts.scheme == "https":
        connection = HTTPSConnection(ip, port, timeout=timeout, server_hostname=host, assert_hostname=host)
    else:
        connection = HTTPConnection(ip, port, timeout=timeout)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.connect()
        # Connecting is over soon; an answer may take as long as there is time.
        connection.timeout = max(0.01, until - time.monotonic())
        with _Deadline(connection, until - time.monotonic()):
            connection.request(
                method,
                target,
                body=body,
                headers={
                    "Host": parts.netloc,
                    "User-Agent": _AGENT,
                    "Accept": "*/*",
                    "Accept-Encoding": "identity",
                    "Connection": "close",
                    **(headers or {}),
                },
                preload_content=False,
                decode_content=False,
            )
            answer = connection.getresponse()
            beginning = answer.read(most + 1)
            said = {name.lower(): value for name, value in answer.headers.items()}
            return Said(answer.status, said, beginning[:most], len(beginning) <= most)
    except (OSError, HTTPException, urllib3.exceptions.HTTPError, ValueError) as error:
        if time.monotonic() >= until - 0.05:
            raise NotReachedError(_("no answer within %(seconds)s seconds") % {"seconds": f"{seconds:g}"}) from error
        raise NotReachedError(_words_of(error)) from error
    finally:
        connection.close()


class _Deadline:
    """Ends a connection at a moment, even one that speaks a byte a second and so never times out."""

    def __init__(self, connection: HTTPConnection, seconds: float) -> None:
        self._connection = connection
        self._timer = threading.Timer(max(0.01, seconds), self._end)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._socket = self._connection.sock
        self._timer.start()

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()

    def _end(self) -> None:
        try:
            if self._socket is not None:
                self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def _resolved(host: str, port: int, allowed: bool) -> str:
    """The one address to connect to; refused when the name leads anywhere inside."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotReachedError(_("the name leads nowhere")) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses:
        raise NotReachedError(_("the name leads nowhere"))
    for one in addresses:
        if not allowed and not _is_outside(one):
            raise NotThereError(_("this leads into the desk's own network, where it asks and posts nothing"))
    return addresses[0]


def _refuse_ours_by_name(host: str, allowed: bool) -> None:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        inside = host == "localhost" or host.endswith((".localhost", ".local", ".internal"))
    else:
        inside = not _is_outside(host)
    if inside and not allowed:
        raise NotThereError(_("this leads into the desk's own network, where it asks and posts nothing"))


def _is_outside(address: str) -> bool:
    """Whether an address belongs to the public internet; those that wrap another one are judged by that."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if inner is not None:
            return _is_public(inner)
    return _is_public(ip)


def _is_public(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _plain(content: bytes) -> str:
    text = content.decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()[:200]


def _seconds(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 8 else None


def _words_of(error: BaseException) -> str:
    cause = error.__cause__ or error.__context__ or error
    if isinstance(cause, (ssl.SSLError, CertificateError)) or isinstance(error, urllib3.exceptions.SSLError):
        return _("the certificate was not accepted: %(problem)s") % {"problem": str(cause)[:200]}
    if isinstance(cause, ConnectionRefusedError):
        return _("nobody listens there: connection refused")
    if isinstance(cause, TimeoutError):
        return _("nobody answered in time")
    return _("the line broke: %(problem)s") % {"problem": type(cause).__name__}
