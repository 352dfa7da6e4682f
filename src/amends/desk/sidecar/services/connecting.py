"""Connecting other desks, and how they do."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from amends.desk.clock.loop import nudge
from amends.desk.errors import NotFound, WrongInput
from amends.desk.house.services import log
from amends.desk.outward import NotThereError, checked_address
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.sealed import SealError
from amends.desk.sidecar.asking import Api, Trouble
from amends.desk.sidecar.models import Connection, Delivery, Note
from amends.desk.sidecar.product import Product
from amends.desk.sidecar.products import all_products
from amends.desk.states import lock
from amends.messages import LANGUAGES

__all__ = [
    "add_connection",
    "api_of",
    "change_connection",
    "new_secret_for",
    "product_of",
    "remove_connection",
    "switch",
    "try_out",
    "went_well",
    "went_wrong",
]

_MOST = 20


def product_of(connection: Connection) -> Product:
    """The product of a connection.

    Raises:
        NotFound: This version of the desk has it no more.
    """
    product = all_products().get(connection.product)
    if product is None:
        raise NotFound(_("This product cannot be connected."))
    return product


def api_of(connection: Connection) -> Api:
    """To speak with a connected desk.

    Raises:
        SealError: The stored token cannot be opened.
    """
    product = product_of(connection)
    options = {name: str(value) for name, value in connection.options.items()}
    return Api(connection.address, product.signs_in(connection.token, options), options)


def add_connection(
    acting: Person,
    product: str,
    *,
    name: str,
    address: str,
    token: str,
    secret: str = "",
    options: Mapping[str, str] | None = None,
    language: str = "",
    check_all: bool = False,
) -> tuple[Connection, str]:
    """Connect another desk.

    Args:
        acting: Who does it.
        product: The name of a product.
        name: What the connection is called.
        address: Where the other desk is.
        token: With what notes are posted.
        secret: What its webhooks are signed with; made here when it is empty and the product takes one of ours.
        options: What the product needs besides.
        language: Of the notes; "" for that of the house.
        check_all: Whether replies where nothing was complained of are checked too.

    Returns:
        The connection, and the secret when it was made here: it is shown once.

    Raises:
        NotAllowed: Only the owner may.
        NotFound: There is no such product.
        WrongInput: A value is not possible.
    """
    require(acting, "sidecar.edit")
    found = all_products().get(product)
    if found is None:
        raise NotFound(_("This product cannot be connected."))
    values = _checked(found, name, address, options or {}, language)
    if not token.strip():
        raise WrongInput(_("Write the token: without it no notes can be posted."), "token")
    if Connection.objects.exclude(state=Connection.State.REMOVED).count() >= _MOST:
        raise WrongInput(_("There are many connections. Remove those that nobody uses any more first."))
    made = secrets.token_urlsafe(32) if found.makes_secret and not secret.strip() else ""
    with transaction.atomic():
        connection = Connection.objects.create(
            **values,
            product=product,
            secret=made or secret.strip(),
            token=token.strip(),
            check_all=check_all,
            created_by=acting,
        )
        log(acting, _subject(connection), "sidecar.added", after=_as_data(connection))
    return connection, made


def change_connection(
    acting: Person,
    connection: Connection,
    *,
    name: str,
    address: str,
    token: str = "",
    secret: str = "",
    options: Mapping[str, str] | None = None,
    language: str = "",
    check_all: bool = False,
) -> Connection:
    """Change a connection. A secret or token that is empty stays as it is.

    Raises:
        NotAllowed: Only the owner may.
        WrongInput: A value is not possible.
    """
    require(acting, "sidecar.edit")
    values = _checked(product_of(connection), name, address, options or {}, language)
    with transaction.atomic():
        lock(connection)
        before = _as_data(connection)
        for field, value in values.items():
            setattr(connection, field, value)
        connection.check_all = check_all
        fields = [*values, "check_all"]
        for field, given in (("token", token.strip()), ("secret", secret.strip())):
            if given:
                setattr(connection, field, given)
                fields.append(field)
        _forget_trouble(connection)
        connection.save(update_fields=[*fields, *_HEALTH])
        log(
            acting,
            _subject(connection),
            "sidecar.changed",
            before=before,
            after=_as_data(connection) | {"secrets": sorted({"token", "secret"} & set(fields))},
        )
    transaction.on_commit(nudge)
    return connection


def new_secret_for(acting: Person, connection: Connection) -> str:
    """Another secret of our making; the one before ends at once.

    Returns:
        The secret, which is shown once.

    Raises:
        NotAllowed: Only the owner may.
    """
    require(acting, "sidecar.edit")
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        lock(connection)
        connection.secret = secret
        connection.save(update_fields=["secret"])
        log(acting, _subject(connection), "sidecar.new-secret", after={"name": connection.name})
    return secret


def switch(acting: Person, connection: Connection, *, on: bool) -> Connection:
    """Switch a connection on or off. While it is off nothing is taken in; notes wait.

    Raises:
        NotAllowed: Only the owner may.
        WrongMove: It was removed.
    """
    require(acting, "sidecar.edit")
    to = Connection.State.ON if on else Connection.State.OFF
    with transaction.atomic():
        lock(connection)
        if connection.state != to:
            connection.move_to(to)
            _forget_trouble(connection)
            connection.save(update_fields=["state", *_HEALTH])
            act = "sidecar.on" if on else "sidecar.off"
            log(acting, _subject(connection), act, after={"name": connection.name})
    transaction.on_commit(nudge)
    return connection


def remove_connection(acting: Person, connection: Connection) -> None:
    """Remove a connection, with its secrets, what it told and the notes that wait. Cases stay.

    Raises:
        NotAllowed: Only the owner may.
        WrongMove: It was removed already.
    """
    require(acting, "sidecar.edit")
    with transaction.atomic():
        lock(connection)
        connection.move_to(Connection.State.REMOVED)
        # The row stays, as conversations of cases refer to it.
        connection.secret = connection.token = ""
        connection.save(update_fields=["state", "secret", "token"])
        Delivery.objects.filter(connection=connection).delete()
        Note.objects.filter(connection=connection, state=Note.State.WAITING).delete()
        log(acting, _subject(connection), "sidecar.removed", before=_as_data(connection))


def try_out(acting: Person, connection: Connection) -> str:
    """Ask the other desk who we are there; nothing is changed.

    Returns:
        In whose name the notes will be written.

    Raises:
        NotAllowed: Only leads and the owner may.
        Trouble: It does not work.
    """
    require(acting, "sidecar.see")
    try:
        name = product_of(connection).who_am_i(api_of(connection))
    except SealError as error:
        raise Trouble("sealed", "") from error
    except Trouble as trouble:
        went_wrong(connection, trouble)
        raise
    went_well(connection)
    return name


_HEALTH = ("trouble", "trouble_words", "trouble_since", "failures", "paused_until")


def went_well(connection: Connection, **more: Any) -> None:
    """The other desk did what it was asked."""
    _forget_trouble(connection)
    Connection.objects.filter(pk=connection.pk).update(**{name: getattr(connection, name) for name in _HEALTH}, **more)


def went_wrong(connection: Connection, trouble: Trouble) -> None:
    """The other desk did not do what it was asked; its page says so."""
    connection.trouble, connection.trouble_words = trouble.code, trouble.words[:300]
    connection.trouble_since = connection.trouble_since or timezone.now()
    connection.failures += 1
    names = ("trouble", "trouble_words", "trouble_since", "failures")
    Connection.objects.filter(pk=connection.pk).update(**{name: getattr(connection, name) for name in names})


def _forget_trouble(connection: Connection) -> None:
    connection.trouble = connection.trouble_words = ""
    connection.trouble_since = connection.paused_until = None
    connection.failures = 0


def _checked(product: Product, name: str, address: str, options: Mapping[str, str], language: str) -> dict[str, Any]:
    name = " ".join(name.split())[:80]
    if not name:
        raise WrongInput(_("Write a name, so that you know it again."), "name")
    address = (address.strip() or product.address).rstrip("/")
    try:
        parts = checked_address(address)
    except NotThereError as error:
        raise WrongInput(_("Nothing can be asked there: %(why)s.") % {"why": error}, "address") from error
    if len(address) > 300 or parts.query:
        raise WrongInput(_("Write the beginning of the address alone, without a question mark."), "address")
    if parts.scheme != "https" and not settings.WEBHOOKS_TO_PRIVATE:
        raise WrongInput(_("Write an address with https: the token would travel open."), "address")
    if language not in ("", *LANGUAGES):
        raise WrongInput(_("Choose one of the list."), "language")
    kept = {}
    for field in product.fields:
        value = str(options.get(field.name, "")).strip()[:200]
        if not value or not value.isprintable() or (field.digits and not (value.isascii() and value.isdigit())):
            words = _("Write a number.") if field.digits else _("Fill this in.")
            raise WrongInput(words, field.name)
        kept[field.name] = value
    return {"name": name, "address": address, "options": kept, "language": language}


def _as_data(connection: Connection) -> dict[str, object]:
    names = ("product", "name", "address", "options", "language", "check_all")
    return {name: getattr(connection, name) for name in names}


def _subject(connection: Connection) -> str:
    return f"sidecar {connection.pk}"
