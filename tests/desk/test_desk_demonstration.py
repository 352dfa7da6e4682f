"""The demonstration comes, is marked, and goes without a trace; what is not made up stays."""

from amends.desk.cases.models import Case, CaseLog, Message
from amends.desk.customers.models import Customer
from amends.desk.demonstration.services import load, remove
from amends.desk.demonstration.stories import PASSWORD, PEOPLE, STORIES
from amends.desk.health import examine
from amends.desk.house.services import house
from amends.desk.ledger.models import Promise
from amends.desk.people.models import Person


def test_it_is_loaded_once_in_six_languages_and_every_state_of_interest(db):
    assert load() is True
    assert load() is False
    assert Case.objects.filter(subject__in=[story.subject for story in STORIES]).count() == len(STORIES)
    assert set(Case.objects.values_list("language", flat=True)) >= {"en", "lt", "hr", "he", "et", "sk"}
    assert set(Case.objects.values_list("state", flat=True)) >= {
        "new",
        "waiting-for-us",
        "waiting-for-customer",
        "recovered",
        "closed-silent",
        "set-aside",
    }
    assert set(Promise.objects.values_list("state", flat=True)) == {"open", "kept", "late", "broken"}
    assert not Customer.objects.filter(demo=False).exists()


def test_it_never_comes_where_there_are_cases(make_case):
    make_case()
    assert load() is False
    assert house().demo is False


def test_quotes_of_promises_stand_where_they_say(db):
    load()
    for promise in Promise.objects.exclude(message=None).exclude(start=None):
        assert promise.message.text[promise.start : promise.end] == promise.quote


def test_its_pages_are_marked_and_its_people_can_sign_in(db, client):
    load()
    assert "olga@demo.example" in client.get("/sign-in/").content.decode()
    client.post("/sign-in/", {"email": PEOPLE[0].email, "password": PASSWORD})
    assert "This is a demonstration." in client.get("/").content.decode()


def test_what_people_add_beside_it_stays(db, make_person, make_case):
    load()
    owner = make_person("owner")
    kept = make_case(subject="A real one")
    remove(owner)
    assert list(Case.objects.values_list("pk", flat=True)) == [kept.pk]
    assert not Customer.objects.filter(demo=True).exists()
    assert not Person.objects.filter(demo=True, is_active=True).exists()
    assert set(Message.objects.values_list("case", flat=True)) == {kept.pk}
    assert set(CaseLog.objects.values_list("case", flat=True)) == {kept.pk}
    assert not Promise.objects.exists()
    assert house().demo is False


def test_only_the_owner_removes_it_from_the_page(db, client, make_person, signed_in):
    load()
    assert signed_in(make_person("agent")).post("/settings/demonstration/").status_code == 403
    assert house().demo is True
    made_up_owner = Person.objects.get(email=PEOPLE[0].email)
    assert signed_in(made_up_owner).post("/settings/demonstration/").status_code == 302
    assert house().demo is False
    assert not Case.objects.exists()


def test_the_doctor_warns_of_it_at_a_public_address(db, settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    load()
    assert "everybody knows" not in " ".join(trouble.words for trouble in examine())
    settings.ALLOWED_HOSTS = ["desk.bakery.example"]
    assert "everybody knows" in " ".join(trouble.words for trouble in examine())
