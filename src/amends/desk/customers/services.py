"""Customers: finding or making them, changing what is known."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.customers.models import ContactPoint, Customer, FormOfAddress, GenderedForm, Reach
from amends.desk.customers.reaching import normalised
from amends.desk.errors import WrongInput
from amends.desk.house.services import log
from amends.desk.people.authority import require
from amends.desk.people.roles import Acting
from amends.desk.states import lock
from amends.desk.unit import insert
from amends.messages import LANGUAGES

__all__ = [
    "add_contact",
    "change_customer",
    "contacts_of",
    "create_customer",
    "find_by_contact",
    "find_or_create",
]

_CHANGEABLE: dict[str, tuple[str, ...] | None] = {
    "name": None,
    "form_of_address": ("", *FormOfAddress.values),
    "gendered_form": ("", *GenderedForm.values),
    "language": ("", *LANGUAGES),
    "reach": ("", *Reach.values),
    "reach_words": None,
    "cares_about": None,
    "notes": None,
}


def find_by_contact(kind: str, value: str, network: str = "") -> Customer | None:
    """The customer whom a contact point leads to; with several for a phone, the one verified last."""
    contact = (
        ContactPoint.objects.select_related("customer")
        .filter(kind=kind, network=network, normalised=normalised(kind, value))
        .order_by("-verified_at", "-pk")
        .first()
    )
    return contact.customer if contact else None


def contacts_of(kind: str, wanted: Iterable[str], network: str = "") -> dict[str, ContactPoint]:
    """The contact points that are stored, with their customers, by their normalised form; of several the verified one.

    Args:
        kind: "mail", "phone" or "handle".
        wanted: Normalised forms.
        network: For handles.
    """
    rows = ContactPoint.objects.select_related("customer").filter(
        kind=kind, network=network, normalised__in=set(wanted)
    )
    found: dict[str, ContactPoint] = {}
    for row in rows.order_by("-verified_at", "pk"):
        found.setdefault(row.normalised, row)
    return found


def create_customer(acting: Acting, *, name: str = "", language: str = "", demo: bool = False) -> Customer:
    """A new customer.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "customer.create")
    with transaction.atomic():
        customer = Customer.objects.create(name=_short(name), language=language, demo=demo)
        _log_created(acting, customer)
    return customer


def find_or_create(
    acting: Acting,
    kind: str,
    value: str,
    *,
    network: str = "",
    name: str = "",
    language: str = "",
    verified: bool = False,
    known: Mapping[str, ContactPoint] | None = None,
) -> tuple[Customer, ContactPoint]:
    """The customer of a contact point, made when there is none.

    Args:
        acting: Who does it.
        kind: "mail", "phone" or "handle".
        value: The contact as written.
        network: For a handle.
        name: The name that came with it; kept when none is known.
        language: ISO 639-1 code, kept when none is known.
        verified: Whether they wrote from it, so that it is theirs.
        known: What `contacts_of` found for several of them in this transaction; else it is looked up here.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: The contact is empty or too long.
    """
    require(acting, "customer.create")
    _check_contact(kind, value)
    wanted = normalised(kind, value)
    for _attempt in range(2):
        contact = (contacts_of(kind, [wanted], network) if known is None else known).get(wanted)
        known = None
        if contact is not None:
            _complete(acting, contact, name, language, verified)
            return contact.customer, contact
        with transaction.atomic():
            try:
                with transaction.atomic():
                    customer = insert(Customer(name=_short(name), language=language))
                    contact = _new_contact(customer, kind, value, network=network, verified=verified)
            except IntegrityError:
                # Somebody else made the same one a moment ago: look again.
                continue
            _log_created(acting, customer)
            _log_contact(acting, contact)
            return customer, contact
    raise WrongInput(_("This address is being taken up by somebody else just now. Try again."))


def add_contact(
    acting: Acting,
    customer: Customer,
    kind: str,
    value: str,
    *,
    network: str = "",
    verified: bool = False,
    private: bool = False,
) -> ContactPoint:
    """Where else a customer can be reached.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: It is empty, too long, or belongs to another customer.
    """
    require(acting, "customer.edit")
    _check_contact(kind, value)
    existing = ContactPoint.objects.filter(kind=kind, network=network, normalised=normalised(kind, value))
    if (own := existing.filter(customer=customer).first()) is not None:
        return own
    if kind != ContactPoint.Kind.PHONE and existing.exists():
        raise WrongInput(_("This address is known already, with another customer."), "value")
    with transaction.atomic():
        contact = _new_contact(customer, kind, value, network=network, verified=verified, private=private)
        _log_contact(acting, contact)
    return contact


def change_customer(acting: Acting, customer: Customer, **values: str) -> Customer:
    """Change what is known of a customer.

    Args:
        acting: Who does it.
        customer: Whom.
        values: Fields to new values.

    Raises:
        NotAllowed: The acting one may not.
        WrongInput: A value is not possible.
        TypeError: There is no such field.
    """
    require(acting, "customer.edit")
    for name, value in values.items():
        if name not in _CHANGEABLE:
            raise TypeError(f"not to be changed here: {name}")
        choices = _CHANGEABLE[name]
        if choices is not None and value not in choices:
            raise WrongInput(_("Choose one of the list."), name)
    with transaction.atomic():
        lock(customer)
        if customer.erased_at is not None:
            raise WrongInput(_("This customer was erased; nothing is kept about them any more."))
        before: dict[str, Any] = {}
        for name, value in values.items():
            longest = getattr(Customer._meta.get_field(name), "max_length", None)
            fresh = value.strip()[:longest] if longest else value.strip()
            if getattr(customer, name) != fresh:
                before[name] = getattr(customer, name)
                setattr(customer, name, fresh)
        if before:
            customer.save()
            after = {name: getattr(customer, name) for name in before}
            log(acting, _subject(customer), "customer.changed", before=before, after=after)
    return customer


def _new_contact(
    customer: Customer, kind: str, value: str, *, network: str, verified: bool, private: bool = False
) -> ContactPoint:
    return insert(
        ContactPoint(
            customer=customer,
            kind=kind,
            network=network,
            value=value.strip(),
            normalised=normalised(kind, value),
            private=private,
            verified_at=timezone.now() if verified else None,
        )
    )


def _log_created(acting: Acting, customer: Customer) -> None:
    log(acting, _subject(customer), "customer.created", after={"name": customer.name})


def _log_contact(acting: Acting, contact: ContactPoint) -> None:
    after = {"kind": contact.kind, "value": contact.value}
    log(acting, _subject(contact.customer), "customer.contact-added", after=after)


def _complete(acting: Acting, contact: ContactPoint, name: str, language: str, verified: bool) -> None:
    """Keep what is new about a known customer; what is known already is not overwritten by what a message says."""
    customer = contact.customer
    fresh: dict[str, str] = {}
    if name.strip() and not customer.name:
        fresh["name"] = _short(name)
    if language and not customer.language:
        fresh["language"] = language
    if fresh and customer.erased_at is None:
        change_customer(acting, customer, **fresh)
    if verified and contact.verified_at is None:
        ContactPoint.objects.filter(pk=contact.pk, verified_at=None).update(verified_at=timezone.now())
        contact.refresh_from_db()


def _check_contact(kind: str, value: str) -> None:
    if kind not in ContactPoint.Kind.values:
        raise WrongInput(_("Choose one of the list."), "kind")
    plain = normalised(kind, value)
    if not plain or len(value.strip()) > 320 or len(plain) > 320:
        raise WrongInput(_("Write a mail address, a phone number or a name on a network."), "value")
    if kind == ContactPoint.Kind.MAIL and ("@" not in plain or any(sign in plain for sign in "\r\n \0<>,;")):
        raise WrongInput(_("This does not look like a mail address."), "value")


def _short(name: str) -> str:
    return " ".join(name.split())[:160]


def _subject(customer: Customer) -> str:
    return f"customer {customer.public_id}"
