"""Promises: the list, recording, correcting, settling."""

from datetime import date, datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from amends.desk.api import shapes, showing
from amends.desk.api.door import about, acting
from amends.desk.api.operations.asking import (
    AtId,
    AtNumber,
    Cursor,
    Limit,
    OnceKey,
    Token,
    answers,
    case_at,
    created,
    message_of,
    person_at,
    the,
)
from amends.desk.api.paging import USUAL, page_of
from amends.desk.errors import WrongInput
from amends.desk.ledger import services
from amends.desk.ledger.models import Promise, PromiseState
from amends.desk.people.authority import require

__all__ = ["router"]

router = Router(tags=["Promises"])


@router.get(
    "/promises", auth=Token("promises:read"), response=answers(shapes.PromiseList), operation_id="list_promises"
)
def list_promises(
    request: HttpRequest,
    state: Annotated[PromiseState | Literal[""], Query(description="All if absent.")] = "",
    case: Annotated[str, Query(pattern=r"^[0-9a-z]{0,12}$", description="The public name of a case.")] = "",
    owner: Annotated[int, Query(ge=0, le=2**53 - 1, description="The number of who keeps it; 0 for all.")] = 0,
    cursor: Cursor = "",
    limit: Limit = USUAL,
) -> shapes.PromiseList:
    """Promises, page by page, the newest first."""
    require(acting(request), "promise.see")
    rows = Promise.objects.prefetch_related("case", "owner")
    if state:
        rows = rows.filter(state=state)
    if case:
        rows = rows.filter(case__public_id=case)
    if owner:
        rows = rows.filter(owner=owner)
    found, more = page_of(rows, ("-pk",), cursor, limit)
    return shapes.PromiseList(items=[showing.promise(row) for row in found], next_cursor=more)


@router.get(
    "/promises/{number}",
    auth=Token("promises:read"),
    response=answers(shapes.PromiseOut, also=(404,)),
    operation_id="get_promise",
)
def get_promise(request: HttpRequest, number: AtNumber) -> shapes.PromiseOut:
    """One promise."""
    require(acting(request), "promise.see")
    return showing.promise(_found(request, number))


@router.post(
    "/cases/{public_id}/promises",
    auth=Token("promises:write"),
    response=answers(shapes.PromiseOut, 201, also=(404, 409)),
    operation_id="record_promise",
)
def record_promise(
    request: HttpRequest,
    response: HttpResponse,
    public_id: AtId,
    body: shapes.NewPromise,
    idempotency_key: OnceKey = "",
) -> Status[shapes.PromiseOut]:
    """Record a promise that was made to the customer of a case."""
    case = case_at(request, public_id)
    row = services.record(
        acting(request),
        case,
        act=body.act,
        owner=person_at(body.owner, "owner"),
        due=_due(body.due_day, body.due_at),
        quote=body.quote,
        message=message_of(case, body.message),
        conditional=bool(body.condition),
        condition=body.condition,
        confirmed=True,
    )
    created(response, f"/api/promises/{row.pk}")
    return Status(201, showing.promise(row))


@router.patch(
    "/promises/{number}",
    auth=Token("promises:write"),
    response=answers(shapes.PromiseOut, also=(404,)),
    operation_id="correct_promise",
)
def correct_promise(request: HttpRequest, number: AtNumber, body: shapes.Correct) -> shapes.PromiseOut:
    """Correct an open promise."""
    row, given = _found(request, number), body.model_fields_set
    before = row.due_day or row.due_at
    services.correct(
        acting(request),
        row,
        act=body.act or row.act,
        owner=person_at(body.owner, "owner") if "owner" in given else row.owner,
        due=_due(body.due_day, body.due_at) if given & {"due_day", "due_at"} else before,
        condition=row.condition if body.condition is None else body.condition,
        note=body.note,
    )
    return showing.promise(row)


@router.post(
    "/promises/{number}/keep",
    auth=Token("promises:write"),
    response=answers(shapes.PromiseOut, also=(404, 409)),
    operation_id="keep_promise",
)
def keep_promise(request: HttpRequest, number: AtNumber, body: shapes.Keep) -> shapes.PromiseOut:
    """What was promised is done; whether in time or late follows from when."""
    row = _found(request, number)
    services.keep(
        acting(request),
        row,
        evidence=body.evidence,
        message=message_of(row.case, body.message),
        kept_at=body.kept_at,
    )
    return showing.promise(row)


@router.post(
    "/promises/{number}/break",
    auth=Token("promises:write"),
    response=answers(shapes.PromiseOut, also=(404, 409)),
    operation_id="break_promise",
)
def break_promise(request: HttpRequest, number: AtNumber, body: shapes.Break) -> shapes.PromiseOut:
    """It was not kept."""
    return showing.promise(services.break_promise(acting(request), _found(request, number), note=body.note))


@router.post(
    "/promises/{number}/release",
    auth=Token("promises:write"),
    response=answers(shapes.PromiseOut, also=(404, 409)),
    operation_id="release_promise",
)
def release_promise(request: HttpRequest, number: AtNumber, body: shapes.Release) -> shapes.PromiseOut:
    """The customer lets us off, in their own words."""
    row = _found(request, number)
    message = message_of(row.case, body.message)
    return showing.promise(services.release(acting(request), row, evidence=body.evidence, message=message))


def _due(day: date | None, moment: datetime | None) -> date | datetime | None:
    if day is not None and moment is not None:
        raise WrongInput(_("Name a day or a moment, not both."), "due_at")
    return day or moment


def _found(request: HttpRequest, number: int) -> Promise:
    rows = Promise.objects.select_related("case__customer", "owner").filter(pk=number)
    row: Promise = the(rows, _("There is no such promise."))
    about(request, row.case)
    return row
