"""Remedies of the demonstration business, made through the services of this room."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from amends.desk.cases.models import Case
from amends.desk.errors import DeskError
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import Acting
from amends.desk.remedies import services
from amends.desk.remedies.models import Remedy
from amends.desk.remedies.services import Offer

__all__ = ["show"]


def show(acting: Acting) -> None:
    """A few remedies in every state. Does nothing when there are any, or no demonstration is loaded.

    Raises:
        NotAllowed: The acting one may not load the demonstration.
    """
    require(acting, "demo.load")
    people = {one.email.partition("@")[0]: one for one in Person.objects.filter(demo=True)}
    if Remedy.objects.exists() or not {"lena", "ana", "jonas"} <= people.keys():
        return
    case_of: dict[str, Case] = {}
    for case in Case.objects.filter(customer__demo=True).exclude(state=Case.State.SET_ASIDE).order_by("pk"):
        contact = case.customer.contacts.filter(kind="mail").first()
        case_of.setdefault(contact.value.partition("@")[0] if contact else "", case)
    if not {"harriet", "kadri", "noa", "ruta", "yossi", "zuzana"} <= case_of.keys():
        return
    lena, ana, jonas = (people[name] for name in ("lena", "ana", "jonas"))
    today = timezone.localdate()
    told = services.propose(
        ana, case_of["yossi"], Offer("refund", amount=Decimal("104.50"), for_what="the second charge")
    )
    services.tell(ana, told, due=today + timedelta(days=5))
    done = services.propose(
        lena, case_of["kadri"], Offer("replacement", what="Four towels, washed without scent", cost=Decimal("31.50"))
    )
    services.tell(lena, done, due=today + timedelta(days=2))
    services.finish(lena, done, proof="Parcel RR 4471 902, handed over at the counter of the post")
    services.propose(ana, case_of["noa"], Offer("voucher", amount=Decimal(20), for_what="sending the set back"))
    services.propose(
        ana,
        case_of["harriet"],
        Offer("refund", amount=Decimal(240), for_what="two sets that come after the opening"),
        reason="Her guest house opens on the first of the month, and two of the twelve sets will not be there.",
    )
    services.propose(
        jonas,
        case_of["ruta"],
        Offer(
            "gesture",
            what="A lavender bag, sewn in the workshop, with a note by hand",
            cost=Decimal(6),
            idea="She waited for a call that never came. Ring her first; then this comes by post the next day.",
            doer=jonas,
            by=today + timedelta(days=3),
        ),
        decide=False,
    )
    refused = services.propose(
        jonas, case_of["zuzana"], Offer("refund", amount=Decimal(60)), reason="One pillowcase of the set is missing."
    )
    try:
        services.refuse(lena, refused, words="Send her the pillowcase today; it is on the shelf.")
    except DeskError:
        # The owner has changed the limits since; it goes on waiting.
        return
