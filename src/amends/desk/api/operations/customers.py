"""Customers: one of them, finding by a contact, changing what is known."""

from typing import Annotated

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router

from amends.desk.api import shapes, showing
from amends.desk.api.door import acting
from amends.desk.api.operations.asking import AtId, Token, answers, plain_text, the
from amends.desk.customers.merging import standing
from amends.desk.customers.models import Customer
from amends.desk.customers.services import change_customer as change
from amends.desk.customers.services import find_by_contact
from amends.desk.intake.taking_in import plain
from amends.desk.people.authority import require

__all__ = ["router"]

router = Router(tags=["Customers"])


@router.get(
    "/customers", auth=Token("customers:read"), response=answers(shapes.CustomerList), operation_id="find_customer"
)
def find_customer(
    request: HttpRequest,
    kind: Annotated[shapes.ContactKind, Query(description="What the value is.")],
    value: Annotated[str, Query(min_length=1, max_length=320, description="The contact as the customer writes it.")],
    network: Annotated[str, Query(max_length=32, description="For a handle: where.")] = "",
) -> shapes.CustomerList:
    """The customer to whom a contact leads: a list of one, or an empty one."""
    require(acting(request), "customer.see")
    found = find_by_contact(kind.value, plain(value), plain(network))
    return shapes.CustomerList(items=[showing.customer(found)] if found else [])


@router.get(
    "/customers/{public_id}",
    auth=Token("customers:read"),
    response=answers(shapes.CustomerOut, also=(404,)),
    operation_id="get_customer",
)
def get_customer(request: HttpRequest, public_id: AtId) -> shapes.CustomerOut:
    """One customer."""
    require(acting(request), "customer.see")
    return showing.customer(_found(public_id))


@router.patch(
    "/customers/{public_id}",
    auth=Token("customers:write"),
    response=answers(shapes.CustomerOut, also=(404,)),
    operation_id="change_customer",
)
def change_customer(request: HttpRequest, public_id: AtId, body: shapes.CustomerChange) -> shapes.CustomerOut:
    """Change what is known of a customer."""
    values = body.model_dump(exclude_unset=True, mode="json")
    row = change(acting(request), _found(public_id), **plain_text(values, *values))
    return showing.customer(row)


def _found(public_id: str) -> Customer:
    row: Customer = the(Customer.objects.filter(public_id=public_id), _("There is no such customer."))
    return standing(row)
