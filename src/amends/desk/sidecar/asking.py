"""Speaking with another desk: its answers as data, its refusals as codes that say what to do."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from amends.desk.outward import NotReachedError, NotThereError, Said, ask

__all__ = ["Api", "Trouble"]

_LONGEST = 4 * 1024 * 1024
_SECONDS = 15.0


class Trouble(Exception):  # noqa: N818 - it says what happened
    """The other desk did not do what it was asked.

    Attributes:
        code: "unreached", "inside" (an address in our own network), "refused" (the token), "missing", "limited",
            "broken" (a fault over there), "wrong" (it does not like what we ask).
        words: What it said, without secrets.
        retry_after: Seconds it asks us to wait.
    """

    def __init__(self, code: str, words: str, retry_after: int | None = None) -> None:
        super().__init__(f"{code}: {words}")
        self.code = code
        self.words = words
        self.retry_after = retry_after


class Api:
    """The interface of another desk.

    Attributes:
        address: Where it is, without a slash at the end.
        options: What the product was told besides.
    """

    def __init__(self, address: str, headers: Mapping[str, str], options: Mapping[str, str]) -> None:
        """Speak with a desk.

        Args:
            address: Where it is.
            headers: By which it knows us.
            options: What the product was told besides.
        """
        self.address = address.rstrip("/")
        self.options = options
        self._headers = dict(headers)

    def get(self, path: str, **query: object) -> Any:
        """Ask for something.

        Raises:
            Trouble: It was not given.
        """
        return self._data(self._asked("GET", path + (f"?{urlencode(query)}" if query else ""), None))

    def post(self, path: str, data: Mapping[str, Any], *, method: str = "POST") -> Any:
        """Post something, and give what is answered; the headers of the answer stand under "headers".

        Raises:
            Trouble: It was not taken, or nobody knows.
        """
        said = self._asked(method, path, json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"))
        try:
            answered = json.loads(said.body)
        except ValueError:
            # It was taken, whatever it says of it.
            answered = {}
        return {**(answered if isinstance(answered, dict) else {}), "headers": said.headers}

    def _asked(self, method: str, path: str, body: bytes | None) -> Said:
        try:
            said = ask(
                method,
                self.address + path,
                body=body,
                headers={"Accept": "application/json", "Content-Type": "application/json", **self._headers},
                seconds=_SECONDS,
                most=_LONGEST,
            )
        except NotThereError as error:
            raise Trouble("inside", str(error)) from error
        except NotReachedError as error:
            raise Trouble("unreached", str(error)) from error
        if 200 <= said.status < 300:
            return said
        words = f"{said.status} {_shown(said.body)}".strip()
        if said.status in (401, 403):
            raise Trouble("refused", words)
        if said.status in (404, 410):
            raise Trouble("missing", words)
        if said.status == 429:
            raise Trouble("limited", words, said.retry_after)
        raise Trouble("broken" if said.status >= 500 else "wrong", words, said.retry_after)

    def _data(self, said: Said) -> Any:
        try:
            return json.loads(said.body)
        except (ValueError, RecursionError) as error:
            raise Trouble("broken", "the answer is no JSON, or longer than 4 MB") from error


def _shown(body: bytes) -> str:
    text = body[:400].decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()[:200]
