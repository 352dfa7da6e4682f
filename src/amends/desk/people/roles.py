"""Roles of people, and who else may act."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from amends.desk.people.models import Person

__all__ = ["CLOCK", "CUSTOMER", "DESK", "INTAKE", "Acting", "Machine", "Role", "acting_words", "person_of"]


class Role(models.TextChoices):
    """What a person is trusted with; see `authority`."""

    OWNER = "owner", _("Owner")
    LEAD = "lead", _("Lead")
    AGENT = "agent", _("Agent")
    JUNIOR = "junior", _("Junior")


@dataclass(frozen=True, slots=True)
class Machine:
    """Something that acts without a person of ours.

    Attributes:
        name: What the log calls it.
        role: What `authority` knows it by: "machine" or "customer".
    """

    name: str
    role: str = "machine"


DESK = Machine("desk")
CLOCK = Machine("clock")
INTAKE = Machine("intake")
CUSTOMER = Machine("customer", "customer")

Acting: TypeAlias = "Person | Machine"
"""Who acts: the first argument of every service."""


def person_of(acting: Acting) -> "Person | None":
    """The person who acts, or None for a machine or a customer."""
    return None if isinstance(acting, Machine) else acting


def acting_words(acting: Acting) -> str:
    """What the log calls the one who acts: "person", or a machine's name."""
    return acting.name if isinstance(acting, Machine) else "person"
