"""The desk itself: whether it answers, whose token asks, who works here."""

from django.db import connection
from django.http import HttpRequest
from ninja import Router

from amends import __version__
from amends.desk.api import shapes, showing
from amends.desk.api.door import acting, token_in
from amends.desk.api.operations.asking import Token, answers
from amends.desk.people.authority import require
from amends.desk.people.models import Person

__all__ = ["router"]

router = Router(tags=["The desk"])


@router.get("/health", auth=None, response={200: shapes.Health}, operation_id="health")
def health(request: HttpRequest) -> shapes.Health:
    """Whether the desk answers, its database with it. It needs no token."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return shapes.Health(status="ok", version=__version__)


@router.get("/me", auth=Token(), response=answers(shapes.Me), operation_id="me")
def me(request: HttpRequest) -> shapes.Me:
    """The token that asks: whose it is, what it may be used for, when it ends."""
    token = token_in(request)
    return shapes.Me(
        person=showing.person(token.person),
        language=token.person.language,
        name=token.name,
        prefix=token.prefix,
        scopes=token.scopes,
        per_minute=token.per_minute,
        expires_at=token.expires_at,
    )


@router.get("/people", auth=Token("cases:read"), response=answers(shapes.PersonList), operation_id="list_people")
def list_people(request: HttpRequest) -> shapes.PersonList:
    """Who works at the desk, with the numbers by which cases and promises are given to them."""
    require(acting(request), "people.see")
    rows = Person.objects.filter(is_active=True).order_by("name", "pk")
    return shapes.PersonList(items=[showing.person(row) for row in rows])
