"""The desk for a server that passes on everything it is sent, as granian does: `amends desk --processes 4` uses it.

What the embedded server does by itself is done here: forwarding headers count only when the one trusted proxy sends
them, and a request that is larger than any upload may be is refused before it is read.
"""

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "amends.desk.settings")

from amends.desk.wsgi import application as _desk

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["application"]

_FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_PORT")


def application(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Answer a request."""
    from django.conf import settings

    if _length(environ) > settings.LARGEST_UPLOAD * 4:
        start_response("413 Content Too Large", [("Content-Type", "text/plain"), ("Connection", "close")])
        return [b"This is larger than the desk takes."]
    if settings.TRUSTED_PROXY and environ.get("REMOTE_ADDR") == settings.TRUSTED_PROXY:
        # The proxy puts the address that it saw behind whatever the visitor claimed.
        seen = environ.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
        if seen:
            environ["REMOTE_ADDR"] = seen
    else:
        for name in _FORWARDED:
            environ.pop(name, None)
    return _desk(environ, start_response)


def _length(environ: "dict[str, Any]") -> int:
    given = environ.get("CONTENT_LENGTH") or "0"
    return int(given) if given.isascii() and given.isdigit() else 0
