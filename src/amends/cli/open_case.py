"""Opens a case at a desk, through the desk's HTTP API."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from amends.messages import translated

__all__ = ["ADDRESS", "TOKEN", "Desk", "DeskError", "desk_of"]

ADDRESS = "AMENDS_DESK_URL"
"""The variable of the environment that holds the desk's address."""

TOKEN = "AMENDS_DESK_TOKEN"
"""The variable of the environment that holds a token of the desk's API; it needs the scope `cases:write`."""

_SECONDS = 20.0
_LONGEST_ANSWER = 2_000
_HERE = ("localhost", "127.0.0.1", "::1")


class DeskError(Exception):
    """The desk cannot be used, or did not open the case; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk that cases can be opened at.

    Attributes:
        address: Up to its root, without a slash at the end.
        token: A secret; it is sent to the desk and nowhere else.
    """

    address: str
    token: str

    def __repr__(self) -> str:
        return f"Desk({self.address!r})"

    def open_case(
        self,
        text: str,
        *,
        channel: str,
        name: str = "",
        contact: tuple[str, str] | None = None,
        subject: str = "",
        language: str | None = None,
    ) -> dict[str, Any]:
        """Open a case with what a customer wrote.

        The same case opened twice on one day is one case: a caller who did not hear our answer may ask again.

        Args:
            text: The customer's own words.
            channel: Where they were said, one of the desk's channels.
            name: The customer's name.
            contact: A kind ("mail" or "phone") and its value.
            subject: A short title.
            language: ISO 639-1 code.

        Returns:
            The case's `id`, its `state`, and its `page` in the desk.

        Raises:
            DeskError: The desk cannot be reached, or refuses.
        """
        customer: dict[str, Any] = {"name": name}
        if contact is not None:
            customer |= {"kind": contact[0], "value": contact[1]}
        body: dict[str, Any] = {"customer": customer, "channel": channel, "text": text, "subject": subject}
        if language:
            body["language"] = language
        content = json.dumps(body, sort_keys=True).encode()
        day = datetime.now(UTC).date().isoformat().encode()
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": hashlib.sha256(day + content).hexdigest(),
        }
        try:
            # No redirect is followed: the token is for this address alone.
            response = httpx.post(
                f"{self.address}/api/cases", content=content, headers=headers, timeout=_SECONDS, follow_redirects=False
            )
        except httpx.HTTPError as error:
            raise DeskError(
                translated(
                    "The desk cannot be reached ({problem}). No case is known to be open; try again later.",
                    problem=type(error).__name__,
                )
            ) from error
        if response.status_code != 201:
            raise DeskError(_refusal(response))
        case = _object(response)
        if not isinstance(case.get("id"), str):
            raise DeskError(translated("The desk's answer cannot be read. Look there whether the case is open."))
        return {key: case[key] for key in ("id", "state", "page") if isinstance(case.get(key), str)}


def desk_of(environment: Mapping[str, str]) -> Desk | None:
    """The desk that the environment names; None when it names none.

    Args:
        environment: As `os.environ`.

    Raises:
        DeskError: Only one of the two variables is there, or the address cannot be used.
    """
    address, token = environment.get(ADDRESS, "").strip().rstrip("/"), environment.get(TOKEN, "").strip()
    if not address and not token:
        return None
    for name, value in ((ADDRESS, address), (TOKEN, token)):
        if not value:
            raise DeskError(translated("{name} is not set, and the desk needs both.", name=name))
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and not parts.username
    except ValueError:
        usable = False
    if not usable:
        raise DeskError(translated("{name}: an address like https://desk.example is expected.", name=ADDRESS))
    if parts.scheme == "http" and parts.hostname not in _HERE:
        raise DeskError(translated("{name}: https is needed, so that nobody on the way reads the token.", name=ADDRESS))
    if not token.isascii() or not token.isprintable() or " " in token:
        raise DeskError(translated("{name}: this is no token.", name=TOKEN))
    return Desk(address, token)


def _object(response: httpx.Response) -> dict[str, Any]:
    try:
        content = response.json()
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _refusal(response: httpx.Response) -> str:
    """What the desk says against it, in its own words (problem details, RFC 9457), else the status."""
    problem = _object(response)
    told = problem.get("detail") or problem.get("title")
    words = str(told)[:_LONGEST_ANSWER] if told else f"HTTP {response.status_code}"
    listed = problem.get("errors")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, dict) and one.get("field"):
            words += f" ({one['field']}: {str(one.get('detail', ''))[:_LONGEST_ANSWER]})"
    return translated("The desk did not open the case: {problem}", problem=words)
