"""What the operations have in common: the scope they need, the answers they give, the rows they find."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Header, Path, Query
from ninja.security.http import HttpAuthBase

from amends.desk.api.door import about, token_in
from amends.desk.api.models import ApiToken
from amends.desk.api.shapes import ProblemOut
from amends.desk.cases.models import Case, Message
from amends.desk.errors import NotFound, WrongInput
from amends.desk.people.models import Person

__all__ = [
    "AtId",
    "AtNumber",
    "Cursor",
    "IfMatch",
    "Limit",
    "OnceKey",
    "Token",
    "answers",
    "case_at",
    "created",
    "message_of",
    "person_at",
    "plain_text",
    "the",
]

Row = TypeVar("Row", bound=Model)

AtId = Annotated[str, Path(pattern=r"^[0-9a-z]{1,12}$", description="The public name of a case or customer.")]
AtNumber = Annotated[int, Path(ge=1, le=2**53 - 1)]
Cursor = Annotated[str, Query(max_length=500, description="`next_cursor` of the page before; absent for the first.")]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
OnceKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{0,128}$",
        description="Chosen by you, such as a UUID. For a day the same request with the same key is done once and "
        "answered alike.",
    ),
]
IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        max_length=128,
        description="The ETag from which you began; then nothing newer is overwritten.",
    ),
]


class Token(HttpAuthBase):
    """Asks for a token, and for a scope of it."""

    openapi_scheme: str = "bearer"

    def __init__(self, scope: str = "") -> None:
        self.scope = scope
        super().__init__()

    def __call__(self, request: HttpRequest) -> ApiToken:
        """The token.

        Raises:
            Problem: There is none, or it lacks the scope.
        """
        return token_in(request, self.scope)


def answers(shape: Any, status: int = 200, *, also: tuple[int, ...] = ()) -> dict[int, Any]:
    """What an operation answers: its own shape, and the problems that any operation may have.

    Args:
        shape: The shape of what went well.
        status: Its status.
        also: Further statuses of problems.
    """
    problems = dict.fromkeys(sorted({401, 403, 422, 429, *also}), ProblemOut)
    return {status: shape, **problems}


def created(response: HttpResponse, address: str) -> None:
    """Say in an answer where the new thing is."""
    response.headers["Location"] = address


def case_at(request: HttpRequest, public_id: str) -> Case:
    """A case by its public name, with its customer.

    Raises:
        NotFound: There is none.
    """
    row = Case.objects.select_related("customer", "assignee", "team").filter(public_id=public_id).first()
    if row is None:
        raise NotFound(_("There is no such case."))
    return about(request, row)


def the(rows: Any, words: str) -> Any:
    """The first of some rows.

    Raises:
        NotFound: There is none; with these words.
    """
    row = rows.first()
    if row is None:
        raise NotFound(words)
    return row


def person_at(number: int | None, field: str) -> Person | None:
    """Somebody who works here, by number.

    Raises:
        WrongInput: There is nobody with this number.
    """
    if number is None:
        return None
    found = Person.objects.filter(pk=number, is_active=True).first()
    if found is None:
        raise WrongInput(_("Nobody who works here has this number."), field)
    return found


def message_of(case: Case, number: int | None, field: str = "message") -> Message | None:
    """A message of a case, by number.

    Raises:
        WrongInput: It is not in this case.
    """
    if number is None:
        return None
    found = case.messages.filter(pk=number).first()
    if found is None:
        raise WrongInput(_("There is no such message in this case."), field)
    return found


def plain_text(values: Mapping[str, Any], *names: str) -> dict[str, str]:
    """Those of some optional values that are given, as plain strings."""
    return {name: str(values[name]) for name in names if values.get(name) is not None}
