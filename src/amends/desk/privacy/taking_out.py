"""Everything about a customer, to be given to them: one zip of JSON files and their attachments.

Which rows belong to a customer is found by following the foreign keys that lead to them, so that an app that comes
later is in the export without anybody having to think of it.
"""

import json
import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone

from amends.desk import store
from amends.desk.cases.models import Attachment, Message, RawMessage
from amends.desk.customers.merging import merged_names
from amends.desk.customers.models import Customer
from amends.desk.house.models import DeskLog
from amends.desk.house.services import log
from amends.desk.people.authority import require
from amends.desk.people.models import OneTimeLink, Person, Team
from amends.desk.people.roles import Acting

__all__ = ["LEFT_OUT", "export_customer", "paths_to", "rows_by", "rows_of"]

LEFT_OUT = frozenset({"token_hash", "nonce", "lease_until", "lease_holder", "tries", "problem", "content"})
"""Fields without anything about the customer; `content` of a raw mail stands beside the JSON as a file."""
_NOT_FOLLOWED: tuple[type[models.Model], ...] = (Person, Team, OneTimeLink)
_IN_MEMORY = 8 * 1024 * 1024


def paths_to(root: type[models.Model]) -> dict[type[models.Model], tuple[str, ...]]:
    """Each model of the desk whose rows hang on a row of another, with the lookups that lead there.

    Args:
        root: `Customer` or `Case`.
    """
    found: dict[type[models.Model], tuple[str, ...]] = {root: ("pk",)}
    ours = [model for model in apps.get_models() if model.__module__.startswith("amends.desk.")]
    changed = True
    while changed:
        changed = False
        for model in ours:
            if model in found or model in _NOT_FOLLOWED:
                continue
            paths = [
                field.name if target is root else f"{field.name}__{path}"
                for field in model._meta.concrete_fields
                if isinstance(field, models.ForeignKey) and (target := _target(field)) in found
                for path in found[target]
            ]
            if paths:
                found[model] = tuple(paths)
                changed = True
    # A raw mail is known by the messages that were read from it.
    found[RawMessage] = tuple(f"messages__{path}" for path in found[Message])
    return found


def rows_of(customer: Customer) -> Iterator[tuple[type[models.Model], models.QuerySet[Any]]]:
    """The rows that hang on a customer, model by model."""
    whose = [customer, *merged_names(customer)]
    for model, paths in paths_to(Customer).items():
        # What else hung on rows that were put together with this one has come over to it.
        yield (
            model,
            rows_by(model, paths, customer.pk)
            if model is not Customer
            else Customer.objects.filter(pk__in=[one.pk for one in whose]).order_by("pk"),
        )
    yield DeskLog, DeskLog.objects.filter(subject__in=[f"customer {one.public_id}" for one in whose]).order_by("pk")


def rows_by(model: type[models.Model], paths: tuple[str, ...], key: int) -> models.QuerySet[Any]:
    """The rows of a model that hang on a row, by the lookups of `paths_to`."""
    condition = models.Q()
    for path in paths:
        condition |= models.Q(**{path: key})
    return model._default_manager.filter(pk__in=model._default_manager.filter(condition).values("pk")).order_by("pk")


def export_customer(acting: Acting, customer: Customer) -> IO[bytes]:
    """All that is kept about a customer.

    Args:
        acting: Who takes it out.
        customer: Of whom.

    Returns:
        A zip, open at its beginning; it is gone when it is closed. One JSON file a kind of row, under `files/` the
        attachments by number and name, under `raw/` the mails as they came.

    Raises:
        NotAllowed: Only leads and the owner may.
    """
    require(acting, "customer.export")
    with transaction.atomic():
        log(acting, f"customer {customer.public_id}", "customer.exported")
        # Closed by whoever sends it.
        target = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            contents = []
            for model, rows in rows_of(customer):
                if not rows.exists():
                    continue
                name = f"{model._meta.app_label}-{model._meta.model_name}.json"
                archive.writestr(name, _as_json([_as_data(row) for row in rows.iterator(500)]))
                contents.append(name)
                if model is RawMessage:
                    _add_raw(archive, rows)
                elif any(field.name == "content_hash" for field in model._meta.concrete_fields):
                    _add_files(archive, rows, "" if model is Attachment else f"{model._meta.model_name}-")
            archive.writestr(
                "contents.json",
                _as_json({"customer": customer.public_id, "made_at": timezone.now(), "files": contents}),
            )
    target.seek(0)
    return target


def _target(field: models.ForeignKey[Any, Any]) -> type[models.Model]:
    model: type[models.Model] = field.remote_field.model
    return model


def _as_data(row: models.Model) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in row._meta.concrete_fields:
        if field.name in LEFT_OUT:
            continue
        value = getattr(row, field.attname)
        if isinstance(field, models.ForeignKey) and _target(field) is Person and value is not None:
            # Who of ours it was: by name, not by mail address.
            person = getattr(row, field.name)
            values[field.name] = person.name
            continue
        values[field.name] = value
    return values


def _add_files(archive: zipfile.ZipFile, rows: models.QuerySet[Any], kind: str) -> None:
    for row in rows.iterator(100):
        if row.content_hash and store.path_of(row.content_hash).is_file():
            name = getattr(row, "name", "file")
            with archive.open(f"files/{kind}{row.pk}-{name}", "w") as target:
                for piece in store.open_stored(row.content_hash):
                    target.write(piece)


def _add_raw(archive: zipfile.ZipFile, rows: models.QuerySet[Any]) -> None:
    for row in rows.iterator(50):
        try:
            archive.writestr(f"raw/{row.pk}.eml", row.raw())
        except store.StoreError:
            continue


def _as_json(data: Any) -> str:
    return json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
