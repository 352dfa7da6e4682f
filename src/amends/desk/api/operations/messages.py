"""What is said in a case: reading it, adding what came in, notes, proposed replies, sending."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Router, Status

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
    person_at,
    the,
)
from amends.desk.api.paging import USUAL, page_of
from amends.desk.api.services import add_received, propose, send_reply
from amends.desk.cases.services import add_note
from amends.desk.composer import services as composer
from amends.desk.composer.checking import check_reply
from amends.desk.composer.models import Kind, Reply
from amends.desk.composer.situation import situation_of
from amends.desk.people.authority import require

__all__ = ["router"]

router = Router(tags=["Messages"])


@router.get(
    "/cases/{public_id}/messages",
    auth=Token("messages:read"),
    response=answers(shapes.MessageList, also=(404,)),
    operation_id="list_messages",
)
def list_messages(
    request: HttpRequest, public_id: AtId, cursor: Cursor = "", limit: Limit = USUAL
) -> shapes.MessageList:
    """What was said in a case, and our notes; the oldest first."""
    require(acting(request), "case.see")
    case = case_at(request, public_id)
    found, more = page_of(case.messages.prefetch_related("author", "attachments"), ("sent_at", "pk"), cursor, limit)
    return shapes.MessageList(items=[showing.message(row, case.public_id) for row in found], next_cursor=more)


@router.post(
    "/cases/{public_id}/messages",
    auth=Token("messages:write"),
    response=answers(shapes.MessageOut, 201, also=(404, 409)),
    operation_id="add_message",
)
def add_message(
    request: HttpRequest,
    response: HttpResponse,
    public_id: AtId,
    body: shapes.NewMessage,
    idempotency_key: OnceKey = "",
) -> Status[shapes.MessageOut]:
    """Add what the customer said, in their words. It is heard, and the case waits for us."""
    case = case_at(request, public_id)
    row = add_received(
        acting(request),
        case,
        text=body.text,
        channel=body.channel.value,
        sent_at=body.sent_at,
        language=body.language or "",
        subject=body.subject,
    )
    created(response, f"/api/cases/{case.public_id}/messages")
    return Status(201, showing.message(row, case.public_id))


@router.post(
    "/cases/{public_id}/notes",
    auth=Token("messages:write"),
    response=answers(shapes.MessageOut, 201, also=(404, 409)),
    operation_id="add_note",
)
def write_note(
    request: HttpRequest,
    response: HttpResponse,
    public_id: AtId,
    body: shapes.NewNote,
    idempotency_key: OnceKey = "",
) -> Status[shapes.MessageOut]:
    """Write a note that stays inside the house."""
    case = case_at(request, public_id)
    row = add_note(acting(request), case, body.text)
    created(response, f"/api/cases/{case.public_id}/messages")
    return Status(201, showing.message(row, case.public_id))


@router.post(
    "/cases/{public_id}/drafts",
    auth=Token("messages:write"),
    response=answers(shapes.DraftOut, 201, also=(404, 409)),
    operation_id="propose_reply",
)
def propose_reply(
    request: HttpRequest,
    response: HttpResponse,
    public_id: AtId,
    body: shapes.NewDraft,
    idempotency_key: OnceKey = "",
) -> Status[shapes.DraftOut]:
    """Propose a reply. It lies in a person's composer, checked; nothing is sent before they have read it.

    Words that the person has begun are not overwritten.
    """
    case, person = case_at(request, public_id), acting(request)
    writer = person_at(body.person, "person") or person
    draft = propose(person, case, body.kind.value, text=body.text, subject=body.subject, writer=writer)
    checked = check_reply(draft.text, situation_of(case), kind=draft.kind, writer=str(writer.pk))
    page = showing.page("cases:case", case.public_id)
    created(response, page)
    shown = shapes.DraftOut(
        case=case.public_id,
        kind=Kind(draft.kind),
        person=showing.person(writer),
        subject=draft.subject,
        text=draft.text,
        revision=draft.revision,
        review=checked.review.to_dict(),
        page=f"{page}#answer",
    )
    return Status(201, shown)


@router.post(
    "/cases/{public_id}/replies",
    auth=Token("messages:send"),
    response=answers(shapes.ReplyOut, 201, also=(404, 409)),
    operation_id="send_reply",
)
def send(
    request: HttpRequest,
    response: HttpResponse,
    public_id: AtId,
    body: shapes.NewReply,
    idempotency_key: OnceKey = "",
) -> Status[shapes.ReplyOut]:
    """Send a reply as from the composer.

    What the composer would stop is stopped here too: errors need a `reason`, and a reply of somebody new, or after a
    second failure, has the state "approval" until a second person has read it. Ten seconds it can be taken back.
    """
    case = case_at(request, public_id)
    row = send_reply(
        acting(request),
        case,
        body.kind.value,
        text=body.text,
        subject=body.subject,
        reason=body.reason,
        send_at=body.send_at,
    )
    created(response, f"/api/replies/{row.pk}")
    return Status(201, showing.reply(row))


@router.get(
    "/replies/{number}",
    auth=Token("messages:read"),
    response=answers(shapes.ReplyOut, also=(404,)),
    operation_id="get_reply",
)
def get_reply(request: HttpRequest, number: AtNumber) -> shapes.ReplyOut:
    """How far a reply has got."""
    require(acting(request), "case.see")
    return showing.reply(_found(request, number))


@router.post(
    "/replies/{number}/undo",
    auth=Token("messages:send"),
    response=answers(shapes.ReplyOut, also=(404, 409)),
    operation_id="undo_reply",
)
def undo_reply(request: HttpRequest, number: AtNumber) -> shapes.ReplyOut:
    """Take a reply back that has not left; it is its writer's draft again."""
    row = _found(request, number)
    composer.undo(acting(request), row)
    return showing.reply(row)


def _found(request: HttpRequest, number: int) -> Reply:
    rows = Reply.objects.select_related("case__customer", "author").filter(pk=number)
    row: Reply = the(rows, _("There is no such reply."))
    about(request, row.case)
    return row
