"""What the API refuses, as problem details (RFC 9457) in plain words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext_lazy as _

from amends.desk.errors import DeskError

__all__ = ["CONTENT_TYPE", "KINDS", "Problem", "TooManyRequests", "answer"]

CONTENT_TYPE = "application/problem+json"

KINDS: Mapping[int, tuple[str, Lazy]] = {
    400: ("not-understood", _("The request cannot be read")),
    401: ("no-token", _("A token is needed")),
    403: ("not-allowed", _("This is not allowed")),
    404: ("not-found", _("There is no such thing")),
    405: ("method", _("This address takes other methods")),
    409: ("conflict", _("It does not fit what is there")),
    410: ("gone", _("It is not kept any more")),
    412: ("changed", _("It was changed in the meantime")),
    413: ("too-large", _("The request is too large")),
    415: ("media-type", _("The request must be JSON")),
    422: ("wrong-input", _("Something given cannot be used")),
    429: ("too-many", _("Too many requests")),
    500: ("failed", _("Something went wrong here")),
    501: ("not-there", _("This desk does not have it")),
}
"""Status to the kind of problem, which ends its `type`, and its title."""


@dataclass
class Problem(Exception):  # noqa: N818 - the word of the standard
    """A request is refused.

    Attributes:
        status: The HTTP status.
        detail: What happened and what to do.
        errors: For wrong input: each field with what is wrong with it.
        headers: Further headers of the answer.
    """

    status: int
    detail: str
    errors: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] | None = None


class TooManyRequests(Problem):
    """The token's limit is reached.

    Attributes:
        wait: Seconds until the next request may come.
    """

    def __init__(self, detail: str, wait: int) -> None:
        super().__init__(429, detail, headers={"Retry-After": str(wait)})
        self.wait = wait


def answer(error: Problem | DeskError) -> HttpResponse:
    """The answer that says what is refused."""
    if isinstance(error, DeskError):
        field = getattr(error, "field", "")
        error = Problem(error.status, error.words, [(field, error.words)] if field else [])
    kind, title = KINDS.get(error.status, KINDS[400])
    data: dict[str, Any] = {
        "type": f"/api/#{kind}",
        "title": str(title),
        "status": error.status,
        "detail": error.detail,
    }
    if error.errors:
        data["errors"] = [{"field": field, "detail": words} for field, words in error.errors]
    response = JsonResponse(data, status=error.status, content_type=CONTENT_TYPE)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response
