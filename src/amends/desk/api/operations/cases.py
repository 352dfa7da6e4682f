"""Cases: the list, one of them, opening, giving, moving, the outline, the log."""

from typing import Annotated, Literal

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Status

from amends.desk.api import shapes, showing
from amends.desk.api.door import about, acting
from amends.desk.api.operations.asking import (
    AtId,
    Cursor,
    IfMatch,
    Limit,
    OnceKey,
    Token,
    answers,
    case_at,
    created,
    message_of,
    person_at,
)
from amends.desk.api.paging import USUAL, page_of
from amends.desk.api.problems import Problem
from amends.desk.api.services import open_with_words
from amends.desk.cases import services
from amends.desk.cases.listing import Asked, find
from amends.desk.cases.models import Case, Outline
from amends.desk.cases.models.case import Channel
from amends.desk.customers.merging import standing
from amends.desk.customers.models import Customer
from amends.desk.customers.services import create_customer, find_or_create
from amends.desk.errors import WrongInput
from amends.desk.intake.taking_in import plain
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.states import lock

__all__ = ["router"]

router = Router(tags=["Cases"])

_BY_UPDATE = ("-updated_at", "-pk")
_ORDERS = {"ours": ("place", "pk"), "over": ("-closed_at", "-pk")}


@router.get("/cases", auth=Token("cases:read"), response=answers(shapes.CaseList), operation_id="list_cases")
def list_cases(
    request: HttpRequest,
    view: Annotated[
        Literal["ours", "customer", "over", "aside", "all"],
        Query(description="Those that wait for us, for the customer, are over, set aside, or all."),
    ] = "all",
    whose: Annotated[Literal["", "mine", "nobody", "team"], Query(description="Whose; all if absent.")] = "",
    channel: Annotated[Channel | Literal[""], Query()] = "",
    language: Annotated[Literal["", "en", "lt", "hr", "he", "et", "sk"], Query()] = "",
    kind: Annotated[str, Query(pattern=r"^[a-z-]{0,40}$", description="A kind of complaint as hearing names it.")] = "",
    customer: Annotated[str, Query(pattern=r"^[0-9a-z]{0,12}$", description="The public name of a customer.")] = "",
    q: Annotated[str, Query(max_length=200, description="Words to find.")] = "",
    cursor: Cursor = "",
    limit: Limit = USUAL,
) -> shapes.CaseList:
    """Cases, page by page.

    Those that wait for us come in the order of the inbox, the most hurt and longest waiting first; those that are over
    by when they ended; all others by their last change, the newest first.
    """
    person = acting(request)
    require(person, "case.see")
    words = " ".join(plain(q).split())
    asked = Asked(view=view, whose=whose, channel=str(channel), language=language, kind=kind, words=words)
    rows = find(asked, person).prefetch_related("customer", "assignee", "team")
    if customer:
        known = Customer.objects.filter(public_id=customer).first()
        rows = rows.filter(customer=standing(known)) if known else rows.none()
    found, more = page_of(rows, _ORDERS.get(view, _BY_UPDATE), cursor, limit)
    return shapes.CaseList(items=[showing.case(row) for row in found], next_cursor=more)


@router.post(
    "/cases",
    auth=Token("cases:write"),
    response=answers(shapes.CaseOut, 201, also=(404, 409)),
    operation_id="open_case",
)
def open_case(
    request: HttpRequest, response: HttpResponse, body: shapes.NewCase, idempotency_key: OnceKey = ""
) -> Status[shapes.CaseOut]:
    """Open a case with what the customer said, or, where we knew first, without."""
    person = acting(request)
    with transaction.atomic():
        row = open_with_words(
            person,
            _customer(person, body.customer),
            channel=body.channel.value,
            text=body.text,
            subject=body.subject,
            language=body.language or "",
            sent_at=body.sent_at,
            opened_by_us=body.opened_by_us,
        )
    about(request, row)
    created(response, f"/api/cases/{row.public_id}")
    return Status(201, showing.case(row))


@router.get(
    "/cases/{public_id}",
    auth=Token("cases:read"),
    response=answers(shapes.CaseOut, also=(404,)),
    operation_id="get_case",
)
def get_case(request: HttpRequest, public_id: AtId) -> shapes.CaseOut:
    """One case."""
    require(acting(request), "case.see")
    return showing.case(case_at(request, public_id))


@router.post(
    "/cases/{public_id}/assign",
    auth=Token("cases:write"),
    response=answers(shapes.CaseOut, also=(404,)),
    operation_id="assign_case",
)
def assign_case(request: HttpRequest, public_id: AtId, body: shapes.Assign) -> shapes.CaseOut:
    """Give a case to somebody, or to nobody."""
    row = services.assign(acting(request), case_at(request, public_id), person_at(body.person, "person"))
    return showing.case(row)


@router.post(
    "/cases/{public_id}/move",
    auth=Token("cases:write"),
    response=answers(shapes.CaseOut, also=(404, 409)),
    operation_id="move_case",
)
def move_case(request: HttpRequest, public_id: AtId, body: shapes.Move) -> shapes.CaseOut:
    """Move a case: work on it, wait, close, set aside, take up again; recovered by the customer's own word alone."""
    person, row = acting(request), case_at(request, public_id)
    if body.to == "set-aside":
        services.set_aside(person, row, body.why.value if body.why else "", note=body.note)
    elif body.to == "closed-silent":
        services.close_silent(person, row, note=body.note)
    elif body.to == "recovered":
        if body.word is None:
            raise WrongInput(_("Only the customer can say so. Name the message of theirs that does."), "word")
        services.record_recovery(person, row, message_of(row, body.word, "word"), note=body.note)
    elif body.to == "again":
        again = services.take_up_set_aside if row.state == Case.State.SET_ASIDE else services.take_up_again
        again(person, row, note=body.note)
    else:
        services.move(person, row, body.to, note=body.note)
    return showing.case(row)


@router.get(
    "/cases/{public_id}/outline",
    auth=Token("cases:read"),
    response=answers(shapes.OutlineOut, also=(404,)),
    operation_id="get_outline",
)
def get_outline(request: HttpRequest, response: HttpResponse, public_id: AtId) -> shapes.OutlineOut:
    """The outline of a case."""
    require(acting(request), "case.see")
    shown = showing.outline(case_at(request, public_id))
    response.headers["ETag"] = showing.outline_tag(shown)
    return shown


@router.patch(
    "/cases/{public_id}/outline",
    auth=Token("cases:write"),
    response=answers(shapes.OutlineOut, also=(404, 409, 412)),
    operation_id="change_outline",
)
def change_outline(
    request: HttpRequest, response: HttpResponse, public_id: AtId, body: shapes.OutlineChange, if_match: IfMatch = ""
) -> shapes.OutlineOut:
    """Change fields of the outline: all of them, or none when somebody else changed one in the meantime.

    Send `seen` with the stamps of the fields from which you began, or If-Match with the ETag of the whole.
    """
    person, row = acting(request), case_at(request, public_id)
    require(person, "case.outline")
    with transaction.atomic():
        lock(row)
        tag = showing.outline_tag(showing.outline(row))
        if if_match.strip() not in ("", "*") and tag not in [one.strip() for one in if_match.split(",")]:
            words = _(
                "Somebody changed the outline in the meantime. Read it again and send what is still to be changed."
            )
            raise Problem(412, words)
        for field in Outline.FIELDS:
            text = getattr(body, field)
            if text is not None:
                services.change_outline(person, row, field, text, seen=body.seen.get(field))  # type: ignore[call-overload]
        if body.fault is not None:
            services.change_fault(person, row, body.fault.value)
    shown = showing.outline(Case.objects.get(pk=row.pk))
    response.headers["ETag"] = showing.outline_tag(shown)
    return shown


@router.get(
    "/cases/{public_id}/log",
    auth=Token("cases:read"),
    response=answers(shapes.LogList, also=(404,)),
    operation_id="list_log",
)
def list_log(request: HttpRequest, public_id: AtId, cursor: Cursor = "", limit: Limit = USUAL) -> shapes.LogList:
    """What was done in a case: who, when, what, before and after; the oldest first."""
    require(acting(request), "case.see")
    rows = case_at(request, public_id).log.prefetch_related("person")
    found, more = page_of(rows, ("at", "pk"), cursor, limit)
    return shapes.LogList(items=[showing.log_entry(row) for row in found], next_cursor=more)


def _customer(person: Person, wanted: shapes.CustomerRef) -> Customer:
    if wanted.id is not None:
        found = Customer.objects.filter(public_id=wanted.id).first()
        if found is None:
            raise WrongInput(_("There is no such customer."), "customer.id")
        return standing(found)
    language = wanted.language or ""
    if wanted.kind is not None:
        if not wanted.value.strip():
            raise WrongInput(_("Write the mail address, the phone number or the name on a network."), "customer.value")
        return find_or_create(
            person, wanted.kind.value, wanted.value, network=wanted.network, name=wanted.name, language=language
        )[0]
    if wanted.value.strip():
        # Else the only way to reach the customer would be lost without a word.
        raise WrongInput(_("Say what kind of contact this is."), "customer.kind")
    if not wanted.name.strip():
        raise WrongInput(_("Say who it is: an id, a contact, or at least a name."), "customer")
    return create_customer(person, name=wanted.name, language=language)
