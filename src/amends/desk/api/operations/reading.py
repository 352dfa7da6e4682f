"""Reading texts: check, hear, promises, guard. Nothing is stored.

What the core gives is sent as it is: checking it once more against the document would cost as much as the reading. That
it fits the document is tested.
"""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from ninja import Router

from amends.checker.catalogue import COMPONENTS, CONCEPTS
from amends.desk.api import shapes
from amends.desk.api.door import acting, token_in
from amends.desk.api.operations.asking import Token, answers, case_at
from amends.desk.cases.models import Case
from amends.desk.composer.situation import kept_situation_of
from amends.desk.house.models import House
from amends.desk.house.services import house
from amends.desk.people.authority import require
from amends.text import utf16_spans

__all__ = ["router"]

router = Router(tags=["Reading texts"])


@router.post("/check", auth=Token("check"), response=answers(shapes.ReviewOut, also=(404,)), operation_id="check")
def check(request: HttpRequest, body: shapes.Check) -> JsonResponse:
    """Check a reply before it is sent: what it holds, what spoils it, what is missing.

    With `case`, what that case knows (the customer's words and name, who failed) is used where you say nothing else.
    With `promises`, what it promises is read as well, as `promises-in-text` does it.
    """
    import amends

    require(acting(request), "message.draft")
    business = _house(request)
    known = _known(_case(request, body.case), body)
    review = amends.check(
        body.text,
        language=body.language,
        jurisdiction=body.jurisdiction or business.country or None,
        vocabulary=business.vocabulary or None,
        **known,
    )
    told = review.to_dict(utf16=body.utf16)
    if body.promises:
        told["promises"] = _promises(request, body, sent=timezone.now())
    return JsonResponse(told)


@router.get("/parts", auth=Token("check"), response=answers(shapes.Parts), operation_id="parts")
def parts(request: HttpRequest) -> shapes.Parts:
    """The parts of a sincere apology by the labels that a review uses, with their names for people."""
    return shapes.Parts(
        parts=[shapes.Part(label=label, title=CONCEPTS[label].in_language().title) for label in COMPONENTS]
    )


@router.post("/hear", auth=Token("check"), response=answers(shapes.HearingOut), operation_id="hear")
def hear(request: HttpRequest, body: shapes.Hear) -> JsonResponse:
    """Hear a customer's words: is it a complaint, how grave, what do they ask for."""
    import amends

    require(acting(request), "message.draft")
    return JsonResponse(amends.hear(body.text, language=body.language, channel=body.channel).to_dict())


@router.post(
    "/promises-in-text", auth=Token("check"), response=answers(shapes.TextPromises), operation_id="promises_in_text"
)
def promises_in_text(request: HttpRequest, body: shapes.PromisesInText) -> JsonResponse:
    """What a reply promises, and until when, by the house's calendar and clock."""
    require(acting(request), "message.draft")
    return JsonResponse({"promises": _promises(request, body, sent=body.sent_at or timezone.now())})


@router.post("/guard", auth=Token("check"), response=answers(shapes.RulingOut, also=(404,)), operation_id="guard")
def guard(request: HttpRequest, body: shapes.Guard) -> JsonResponse:
    """May a reply that software wrote go to a customer? pass, rewrite-needed (with what to change), or hold.

    Send `reply` with what you know of its case. A reply that is to be rewritten comes with `feedback` for its writer.
    """
    import amends

    require(acting(request), "message.draft")
    business = _house(request)
    known = _known(_case(request, body.case), body)
    ruling = amends.guard(
        body.reply,
        language=body.language,
        vocabulary=business.vocabulary or None,
        may_promise=body.may_promise,
        confirmed=body.confirmed,
        first=body.first,
        sent=timezone.now(),
        country=business.country or None,
        zone=business.time_zone,
        **known,
    )
    return JsonResponse(ruling.to_dict(utf16=body.utf16))


def _house(request: HttpRequest) -> House:
    """The business, as the middleware has read it for this request."""
    return getattr(request, "house", None) or house()


def _case(request: HttpRequest, public_id: str | None) -> Case | None:
    if public_id is None:
        return None
    token_in(request, "cases:read")
    require(acting(request), "case.see")
    return case_at(request, public_id)


def _promises(
    request: HttpRequest, body: shapes.Check | shapes.PromisesInText, *, sent: datetime
) -> list[dict[str, Any]]:
    """What a text promises, by the house's calendar and clock."""
    import amends

    business = _house(request)
    found = amends.promises(
        body.text,
        sent=sent,
        country=business.country or None,
        zone=business.time_zone,
        language=body.language,
        channel=body.channel,
    )
    told = [promise.to_dict() for promise in found]
    if body.utf16:
        for one, span in zip(told, utf16_spans(body.text, [tuple(one["span"]) for one in told]), strict=True):
            one["span"] = list(span)
    return told


def _known(case: Case | None, body: shapes.Check | shapes.Guard) -> dict[str, Any]:
    """What is known of a reply's case: as the caller says, else as the case says."""
    at = kept_situation_of(case) if case is not None else None
    return {
        "complaint": body.complaint or (at.complaint if at else None) or None,
        "name": body.name or (at.customer.name if at else None) or None,
        "fault": body.fault.value if body.fault else (case.fault if case else None),
        "channel": body.channel,
    }
