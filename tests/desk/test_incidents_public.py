"""What the world sees of an incident: page, feed, subscribing, files."""

import re
import zipfile
from datetime import timedelta
from io import BytesIO
from xml.etree import ElementTree

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from amends.desk.errors import NotFound
from amends.desk.incidents import exporting
from amends.desk.incidents.models import Subscriber
from amends.desk.incidents.services import opening, publishing, subscribing, writing
from amends.desk.people.roles import DESK

APOLOGY = (
    "On Saturday morning our ovens failed and your bread came late. That is our fault. We are sorry: you stood before "
    "a closed door. We have repaired both ovens and check them every morning now. <script>x</script>"
)
HEBREW = "בשבת בבוקר התנורים שלנו התקלקלו והלחם שלכם הגיע באיחור. זו אשמתנו. אנחנו מצטערים. תיקנו את שני התנורים."


@pytest.fixture
def incident(business, lead):
    row = opening.open_incident(lead, title="Ovens down", since=timezone.now() - timedelta(hours=6), fault="system")
    for language, text in (("en", APOLOGY), ("he", HEBREW)):
        words = writing.writing_of(lead, row, "page", language)
        writing.keep(lead, words, subject=f"Ovens {language}", text=text, happened="Both.", reason="Read by two.")
        publishing.publish_page(lead, words)
    row.refresh_from_db()
    return row


def publish(person, incident, **texts):
    row = publishing.draft_update(person, incident)
    for language, text in texts.items():
        writing.keep(person, writing.writing_of(person, incident, "update", language, row), text=text, reason="Read.")
    return publishing.publish_update(person, row, next_by=timezone.now() + timedelta(hours=4))


def read(address, **headers):
    return Client().get(address, **headers)


def test_the_page_needs_no_account_and_sets_no_cookie(incident):
    answer = read(f"/i/{incident.slug}/")
    assert answer.status_code == 200
    assert not answer.cookies
    page = answer.content.decode()
    assert "our ovens failed" in page
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "max-age" in answer.headers["Cache-Control"]
    assert "Accept-Language" in answer.headers["Vary"]


def test_the_readers_language_is_chosen_and_the_others_linked(incident):
    hebrew = read(f"/i/{incident.slug}/", HTTP_ACCEPT_LANGUAGE="he-IL,en;q=0.5").content.decode()
    assert '<html lang="he" dir="rtl">' in hebrew
    assert f'href="/i/{incident.slug}/en/"' in hebrew
    english = read(f"/i/{incident.slug}/", HTTP_ACCEPT_LANGUAGE="fr,hr;q=0.8").content.decode()
    assert '<html lang="en" dir="ltr">' in english
    assert read(f"/i/{incident.slug}/he/").headers["Content-Language"] == "he"
    assert read(f"/i/{incident.slug}/lt/").status_code == 404


def test_nothing_is_public_before_it_is_published(business, lead):
    row = opening.open_incident(lead, title="Secret", since=timezone.now())
    for address in (f"/i/{row.slug}/", f"/i/{row.slug}/en/feed.xml", "/i/nothing/"):
        assert read(address).status_code == 404
    assert Client().post(f"/i/{row.slug}/subscribe", {"address": "a@mail.example"}).status_code == 404


def test_an_update_shows_when_the_next_one_follows(incident, lead):
    publish(lead, incident, en="The first oven works.")
    page = read(f"/i/{incident.slug}/en/").content.decode()
    assert "The first oven works." in page
    assert "The next update follows by" in page
    hebrew = read(f"/i/{incident.slug}/he/").content.decode()
    assert 'lang="en">The first oven works.' in hebrew


def test_the_feed_is_atom(incident, lead):
    publish(lead, incident, en="The first oven works.")
    answer = read(f"/i/{incident.slug}/en/feed.xml")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.content)
    spaces = {"a": "http://www.w3.org/2005/Atom"}
    titles = [entry.findtext("a:title", namespaces=spaces) for entry in root.findall("a:entry", spaces)]
    assert len(titles) == 2
    assert titles[1] == "Ovens en"


def ask(incident, address="Reader@mail.example", language="en"):
    return Client(enforce_csrf_checks=True).post(
        f"/i/{incident.slug}/subscribe", {"address": address, "language": language}
    )


def links_in(text):
    return re.findall(r"https?://[^/\s]+(/i/\S+)", text)


def test_updates_by_mail_are_asked_for_twice_and_end_with_one_press(incident, lead, run_clock):
    assert ask(incident).status_code == 200
    ask(incident)
    run_clock()
    [question] = mail.outbox
    [yes] = [link for link in links_in(question.body) if "/yes/" in link]
    publish(lead, incident, en="Too early for the reader.")
    run_clock()
    assert len(mail.outbox) == 1
    assert read(yes).status_code == 200
    assert not Subscriber.objects.filter(confirmed_at__isnull=False).exists()
    assert Client(enforce_csrf_checks=True).post(yes).status_code == 200
    publish(lead, incident, en="The second oven works.")
    assert subscribing.mail_some() == 1
    assert subscribing.mail_some() == 0
    run_clock()
    [_question, update] = mail.outbox
    assert "The second oven works." in update.body
    assert update.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    [leaving] = links_in(update.extra_headers["List-Unsubscribe"].strip("<>"))
    assert read(leaving).status_code == 200
    assert Subscriber.objects.exists()
    answer = Client(enforce_csrf_checks=True).post(leaving, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert not answer.cookies
    assert not Subscriber.objects.exists()
    assert Client().post(leaving).status_code == 200


def test_links_of_others_and_old_ones_do_nothing(incident):
    ask(incident)
    row = Subscriber.objects.get()
    token = subscribing.token_of(row, "yes")
    changed = token[:-1] + ("1" if token.endswith("0") else "0")
    for wrong in (changed, subscribing.token_of(row, "no"), "1-", "x", f"999-{token}"):
        with pytest.raises(NotFound):
            subscribing.confirm(incident, wrong)
    Subscriber.objects.update(asked_at=timezone.now() - timedelta(days=4))
    with pytest.raises(NotFound):
        subscribing.confirm(incident, token)
    assert subscribing.forget_unconfirmed() == 1


def test_whoever_asks_learns_nothing_of_others(incident):
    first = ask(incident).content
    subscribing.confirm(incident, subscribing.token_of(Subscriber.objects.get(), "yes"))
    assert ask(incident).content == first
    assert Client().post(f"/i/{incident.slug}/subscribe", {"address": "no address"}).status_code == 422


def test_nobody_floods(incident):
    codes = [ask(incident, f"r{number}@mail.example").status_code for number in range(22)]
    assert codes[0] == 200
    assert codes[-1] == 429


def test_programs_that_fill_every_field_are_left_alone(incident):
    form = {"address": "bot@mail.example", "website": "https://spam.example"}
    assert Client().post(f"/i/{incident.slug}/subscribe", form).status_code == 200
    assert not Subscriber.objects.exists()


def test_the_files_stand_alone(incident, lead, tmp_path):
    publish(lead, incident, en="The first oven works.", he="התנור הראשון עובד.")
    files = exporting.files_of(DESK, incident)
    assert set(files) == {"index.html", "he.html", "page.css", "feed-en.xml", "feed-he.xml"}
    for name in ("index.html", "he.html"):
        local = re.findall(r'(?:href|src|action)="(?!https?:|data:)([^"#]+)"', files[name])
        assert local
        assert set(local) <= set(files)
        assert "<form" not in files[name]
    written = exporting.write_folder(DESK, incident, tmp_path / "site")
    assert {path.name for path in written} == set(files)
    assert {path.name for path in (tmp_path / "site").iterdir()} == set(files)


def test_the_files_come_as_a_zip(incident, junior, signed_in):
    answer = signed_in(junior).get(f"/incidents/{incident.public_id}/files.zip")
    with zipfile.ZipFile(BytesIO(answer.content)) as archive:
        assert f"{incident.slug}/index.html" in archive.namelist()
    assert Client().get(f"/incidents/{incident.public_id}/files.zip").status_code == 302


def test_the_command_writes_the_files(incident, tmp_path, monkeypatch):
    from click.testing import CliRunner

    from amends.cli import incident_export as command

    monkeypatch.setattr(command, "_start_django", lambda _port: None)
    done = CliRunner().invoke(
        command.incident_export, [str(tmp_path / "one"), "--page", incident.slug], standalone_mode=False
    )
    assert done.return_value == 0
    assert (tmp_path / "one" / "index.html").exists()
    done = CliRunner().invoke(command.incident_export, [str(tmp_path / "all")], standalone_mode=False)
    assert (tmp_path / "all" / incident.slug / "he.html").exists()
    wrong = [str(tmp_path), "--page", "nothing"]
    assert CliRunner().invoke(command.incident_export, wrong).exit_code == 2
