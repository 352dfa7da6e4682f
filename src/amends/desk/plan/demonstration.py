"""A filled plan and words tried for the demonstration business. All made up; nothing is switched on."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from amends.desk.house.models import DeskLog
from amends.desk.house.services import house
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import Acting, Role
from amends.desk.plan import services
from amends.desk.plan.models import Drill, Part, PlanVersion, WordsTrial
from amends.desk.plan.vocabulary import Kind, proposal

__all__ = ["show", "take_away"]

_PLAN: Mapping[str, Mapping[str, Any]] = {
    Part.FIRST_HOUR: {
        "rows": [
            {"minute": 0, "step": "Whoever hears of it writes down what was said, word by word", "who": "Everybody"},
            {"minute": 5, "step": "Stop what hurts: halt the shipping, take the page down", "who": "Workshop or shop"},
            {
                "minute": 10,
                "step": "Ring the owner, else the deputy; one person leads now",
                "who": "Whoever heard",
            },
            {"minute": 20, "step": "Find out who is hurt: orders, parcels, days. Make the list", "who": "Lena"},
            {"minute": 30, "step": "Speak with the first who complained. Listen first", "who": "Who leads"},
            {"minute": 40, "step": "Put up a page: what we know, what we do, when we write again", "who": "Lena"},
            {"minute": 60, "step": "Look at the list together: who is told by whom, by when", "who": "Who leads"},
        ]
    },
    Part.PEOPLE: {
        "rows": [
            {
                "name": "Olga",
                "what_for": "Owner, leads",
                "phone": "+370 600 00001",
                "hours": "always",
                "deputy": "Lena, +370 600 00002",
            },
            {
                "name": "Lena",
                "what_for": "Customers, press",
                "phone": "+370 600 00002",
                "hours": "7–22",
                "deputy": "Ana, +370 600 00003",
            },
            {"name": "Laundry hall", "what_for": "Machines, scent", "phone": "+370 600 00010", "hours": "6–18"},
            {"name": "Mr Petraitis", "what_for": "Lawyer", "phone": "+370 600 00020", "hours": "Mon–Fri 9–17"},
        ]
    },
    Part.AUTHORITY: {
        "freely": "Say sorry. Send a new one today. Pay back what was charged wrongly. Stop a parcel.",
        "asks": "Lena: words to the press, a page that everyone can read. Olga: stopping a whole product.",
    },
    Part.WORDS: {
        "first_words": "Thank you for telling us. We sent you the wrong towels, and that is our mistake. Ana finds out "
        "today what happened and rings you by six this evening.",
        "never": "That it was the courier, the system or a colleague. That it is rare. “If”, and “but”.",
    },
    Part.LIMITS: {
        "promises": "No day that the workshop has not confirmed. No sum above one's own limit before somebody has "
        "agreed.",
        "stop": "When somebody may be harmed, whoever sees it stops it, and rings Olga afterwards.",
    },
}


def show(acting: Acting) -> None:
    """Write the plan and try words, unless there are any, or no demonstration is loaded.

    Raises:
        NotAllowed: The acting one may not load the demonstration.
    """
    require(acting, "demo.load")
    person = Person.objects.filter(demo=True, role=Role.OWNER).first()
    if person is None:
        return
    if not PlanVersion.objects.exists():
        for part, given in _PLAN.items():
            services.write_part(person, part, given)
    if not WordsTrial.objects.exists():
        services.try_out(person, proposal(Kind.SHOP, house().language), kind=Kind.SHOP)


def take_away(acting: Acting) -> None:
    """Take away what made-up people wrote; a plan that somebody real has gone on with stays whole.

    Raises:
        NotAllowed: The acting one may not remove the demonstration.
    """
    require(acting, "demo.remove")
    with transaction.atomic():
        Drill.objects.filter(started_by__demo=True).exclude(answers__person__demo=False).delete()
        WordsTrial.objects.filter(person__demo=True, on_at=None).delete()
        if not PlanVersion.objects.filter(person__demo=False).exists():
            # Made up altogether: querysets delete what rows refuse to.
            PlanVersion.objects.all().delete()
            DeskLog.objects.filter(subject="plan").delete()
