"""An advocate and two candidates of the demonstration business, made through the services of this room."""

from datetime import timedelta
from decimal import Decimal

from amends.desk.advocates import services
from amends.desk.advocates.models import Advocate, AdvocateSettings, Sign, Use
from amends.desk.customers.services import create_customer
from amends.desk.people.authority import require
from amends.desk.people.models import Person
from amends.desk.people.roles import CLOCK, INTAKE, Acting

__all__ = ["show", "take_away"]

_BUDGET = Decimal(300)


def show(acting: Acting) -> None:
    """One who speaks for us, and who is found besides. Does nothing when there are any, or no demonstration is loaded.

    Raises:
        NotAllowed: The acting one may not load the demonstration.
    """
    require(acting, "demo.load")
    people = {one.email.partition("@")[0]: one for one in Person.objects.filter(demo=True)}
    if Advocate.objects.exists() or not {"olga", "lena", "ana"} <= people.keys():
        return
    services.find_recovered(CLOCK)
    services.find_praise(CLOCK)
    _found_then()
    olga, lena, ana = (people[name] for name in ("olga", "lena", "ana"))
    if not services.advocate_settings().per_year:
        services.change_settings(olga, per_year=_BUDGET, thank_months=6)
    today = services.today()
    heard = create_customer(INTAKE, name="Marta Kask", language="et", demo=True)
    services.write_praise_down(lena, heard, "Teie linad on kõige pehmemad, mis mul on olnud.")
    speaking = create_customer(INTAKE, name="Eleanor Finch", language="en", demo=True)
    row = services.write_praise_down(ana, speaking, "I tell everybody at the choir where these towels are from.")
    services.take_up(ana, row)
    services.ask(
        ana,
        row,
        words="You said such kind things about the towels. May we quote them on our page, with your first name?",
        day=today - timedelta(days=230),
    )
    services.agree(
        ana,
        row,
        agreed_to=[Use.QUOTE, Use.TRY],
        words="Of course, and send me the new colours, I like to try them.",
        day=today - timedelta(days=228),
    )
    services.thank(ana, row, words="A card by hand, with thanks from all of us.", day=today - timedelta(days=200))
    services.add_deed(ana, row, use=Use.TRY, words="She washed the new green six times.", day=today - timedelta(days=9))
    services.reward(
        ana,
        row,
        what="Two hand towels in the new green",
        why="For six careful washes and a page of notes",
        cost=Decimal("28.00"),
        day=today - timedelta(days=6),
    )


def take_away(acting: Acting) -> None:
    """The budget goes with the made-up advocates, where nobody else has any.

    Raises:
        NotAllowed: The acting one may not.
    """
    require(acting, "demo.remove")
    if not Advocate.objects.filter(customer__demo=False).exists():
        AdvocateSettings.objects.filter(pk=1, per_year=_BUDGET).update(per_year=0)


def _found_then() -> None:
    """Who was found when a case ended was found at that time: a half year lies behind the made-up business."""
    for sign in Sign.objects.filter(advocate__customer__demo=True, kind=Sign.Kind.RECOVERED):
        Advocate.objects.filter(pk=sign.advocate_id).update(found_at=sign.moment)
