"""One small incident for the demonstration: a page in two languages, updates, a few notes. All made up."""

from datetime import timedelta

from django.utils import timezone

from amends.desk.cases.models import Case
from amends.desk.incidents.models import Incident, Update
from amends.desk.incidents.services import noting, opening, publishing, recipients, writing
from amends.desk.outbox.made_up import MADE_UP_DOMAIN
from amends.desk.people.models import Person
from amends.desk.people.roles import Acting, Role, person_of

__all__ = ["show"]

_TITLE = "Towels dyed too dark"
_ENGLISH = (
    "Between Monday and Thursday we sent out towels that lose their colour in the first wash. That is our mistake: a "
    "dye bath was mixed twice as strong as it should be, and we did not wash a sample before packing. We are sorry: "
    "some of you pulled grey sheets and stained shirts out of the machine."
)
_ENGLISH_HAPPENED = "One bath of dark blue was twice as strong as written. Forty-six parcels left before we saw it."
_ENGLISH_DOING = (
    "We pay for every towel and for what it stained. Since Friday a towel of each bath is washed before anything of it "
    "is packed."
)
_HEBREW = (
    "בין יום שני ליום חמישי שלחנו מגבות שמאבדות צבע בכביסה הראשונה. זו הטעות שלנו: אמבט צבע אחד הוכן חזק פי שניים, ולא "
    "כיבסנו דוגמה לפני האריזה. אנחנו מצטערים: חלקכם הוצאתם מהמכונה סדינים אפורים וחולצות מוכתמות."
)
_NOTE = (
    "Dear {name},\n\nthe {towel} towels of your order {order} lose their colour in the first wash. That is our "
    "mistake: the dye was twice as strong as it should be, and we did not wash a sample before packing. I am sorry for "
    "every sheet that came grey out of your machine. Please keep the towels dry and apart. We have sent new ones to "
    "you today, and we pay back {amount} this week. If something was stained, answer this mail and we pay for it too."
    "\n\nOlga, Linen Harbour"
)
_PEOPLE = (
    "mail,name,language,order,towel,amount\n"
    f"mia@{MADE_UP_DOMAIN},Mia,en,LH-2041,dark blue,38 EUR\n"
    f"oskar@{MADE_UP_DOMAIN},Oskar,en,LH-2044,dark blue,19 EUR\n"
    f"petra@{MADE_UP_DOMAIN},Petra,en,LH-2052,dark blue,\n"
    f"noa@{MADE_UP_DOMAIN},נועה,he,LH-2057,dark blue,57 EUR\n"
)


def show(acting: Acting) -> None:
    """Open the incident, unless it is there; whoever acts is a person, or the demonstration's owner."""
    person = person_of(acting) or Person.objects.filter(demo=True, role=Role.OWNER).first()
    if person is None or Incident.objects.filter(title=_TITLE).exists():
        return
    now = timezone.now()
    incident = opening.open_incident(
        person,
        title=_TITLE,
        since=now - timedelta(days=4),
        happened=_ENGLISH_HAPPENED,
        cause="The recipe of the bath was read in the wrong unit. No sample was washed before packing.",
        fault="team",
        demo=True,
    )
    opening.link(person, incident, Case.objects.filter(customer__demo=True, kinds__icontains='"quality"')[:2])
    _page(person, incident, "en", "Towels that lose their colour", _ENGLISH, _ENGLISH_HAPPENED, _ENGLISH_DOING)
    _page(person, incident, "he", "מגבות שמאבדות צבע", _HEBREW, "", "")
    update = publishing.draft_update(person, incident)
    words = writing.writing_of(person, incident, "update", "en", update)
    writing.keep(
        person,
        words,
        text="Thirty-one of forty-six new parcels have left. The others wait for cloth that arrives tomorrow morning.",
        reason="The demonstration's own words.",
    )
    publishing.publish_update(person, update, next_by=now + timedelta(hours=20))
    Update.objects.filter(pk=update.pk).update(published_at=now - timedelta(hours=2))
    note = writing.writing_of(person, incident, "note", "en")
    writing.keep(
        person, note, subject="Your towels, order {order}", text=_NOTE, reason="The demonstration's own words."
    )
    noting.set_text(person, note)
    people = recipients.upload(person, incident, "parcels.csv", _PEOPLE.encode())
    recipients.take_list(person, people, people.mapping)
    noting.check_some(incident.sending)


def _page(
    person: Person, incident: Incident, language: str, subject: str, text: str, happened: str, doing: str
) -> None:
    row = writing.writing_of(person, incident, "page", language)
    writing.keep(
        person,
        row,
        subject=subject,
        text=text,
        happened=happened,
        doing=doing,
        reason="The demonstration's own words.",
    )
    publishing.publish_page(person, row)
