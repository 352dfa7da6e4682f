"""A file of reviews: columns found or named, taken in once, resumed, our replies in it, rows that cannot be read."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from amends.desk import store
from amends.desk.cases.models import Case
from amends.desk.channels import services
from amends.desk.channels.models import Answer, Channel, HeardItem
from amends.desk.channels.reviewfile.channel import KIND
from amends.desk.channels.reviewfile.form import ReviewFileForm
from amends.desk.composer.services import keep_draft, posted, send
from amends.desk.errors import WrongInput

COMPLAINT = "The cake I ordered never came. I am very disappointed, the party was ruined."
TABLE = f"""Review ID;Stars;Reviewer;Review;Date;Owner reply
a1;1;Rūta;"{COMPLAINT}";2026-10-29 10:00;
a2;5;Jonas;Best bread in town, thank you!;2026-10-28;
a3;2;Ona;;2026-10-27;
a4;1;Tomas;"The bread was mouldy.";2026-10-20;We are sorry, we have returned your money.
"""


def form_of(content, channel=None, **values):
    file = {"file": SimpleUploadedFile("reviews.csv", content)} if content is not None else {}
    return ReviewFileForm(values, file, channel=channel)


def listen(channel, run_clock, looks=4):
    for _look in range(looks):
        Channel.objects.update(look_at=timezone.now(), lease_until=None)
        run_clock()
    channel.refresh_from_db()


@pytest.fixture
def bring(business, lead):
    def bring(content, **values):
        form = form_of(content, **values)
        assert form.is_valid(), form.errors
        return services.add_channel(lead, KIND, "Old reviews", form)

    return bring


def test_rows_become_cases_and_the_file_is_not_kept(bring, run_clock):
    channel = bring(TABLE.encode())
    file = channel.settings["file"]
    assert store.path_of(file).exists()
    listen(channel, run_clock)
    assert channel.last_trouble == "" and not store.path_of(file).exists()
    by_name = {case.customer.name: case for case in Case.objects.all()}
    assert set(by_name) == {"Rūta", "Jonas", "Ona", "Tomas"}
    assert by_name["Jonas"].state == "set-aside"
    assert by_name["Ona"].state == "new", "two stars without words are a complaint"
    assert by_name["Rūta"].channel == "review"
    told = by_name["Tomas"].messages.order_by("sent_at", "pk")
    assert [one.direction for one in told] == ["in", "out"]
    assert by_name["Tomas"].state == "waiting-for-customer"
    assert by_name["Rūta"].messages.get().headers["written"].startswith("2026-10-29T10:00")


def test_the_next_file_brings_only_what_is_new(bring, run_clock, lead):
    channel = bring(TABLE.encode())
    listen(channel, run_clock)
    again = form_of((TABLE + "a5;1;Vita;It was burnt and nobody cared.;2026-10-30;\n").encode(), channel=channel)
    assert again.is_valid(), again.errors
    services.change_channel(lead, channel, "Old reviews", again)
    listen(channel, run_clock)
    assert Case.objects.count() == 5
    same = form_of(None, channel=channel)
    assert same.is_valid(), "no file needs to be brought to change the rest"
    services.change_channel(lead, channel, "Renamed", same)
    listen(channel, run_clock)
    assert Case.objects.count() == 5 and channel.last_trouble == ""


def test_rows_without_numbers_are_known_by_what_they_say(bring, run_clock, lead):
    table = "text,stars\nThe cake never came and I am angry.,1\nThe cake never came and I am angry.,1\nStale bread.,2\n"
    channel = bring(table.encode("utf-16"))
    listen(channel, run_clock)
    assert Case.objects.count() == 2
    services.change_channel(lead, channel, "Again", _valid(form_of(table.encode(), channel=channel)))
    listen(channel, run_clock)
    assert Case.objects.count() == 2


def _valid(form):
    assert form.is_valid(), form.errors
    return form


def test_a_long_file_goes_on_where_it_stopped(bring, monkeypatch):
    lines = "".join(f"{n},1,Number {n} was stale.\n" for n in range(1_203))
    channel = bring(("id,stars,text\n" + lines).encode())
    with monkeypatch.context() as patch:
        services.look(channel)
        patch.setattr(HeardItem.objects, "bulk_create", lambda rows: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            services.look(channel)
    channel.refresh_from_db()
    assert (HeardItem.objects.count(), channel.cursor["row"]) == (500, 500)
    services.look(channel)
    services.look(channel)
    channel.refresh_from_db()
    assert HeardItem.objects.count() == 1_203 and channel.cursor["done"]
    assert store.path_of(channel.settings["file"]).exists()
    services.look(channel)
    assert not store.path_of(channel.settings["file"]).exists()


def test_columns_of_any_name_can_be_named(bring, business, lead, run_clock):
    table = "nr,Balai,Ką parašė,Kas\n1,1,Tortas neatvyko. Labai nusivyliau.,Rūta\n".encode()
    unknown = form_of(table)
    assert unknown.is_valid()
    with pytest.raises(WrongInput) as error:
        services.add_channel(lead, KIND, "Reviews", unknown)
    # Said to somebody at a form: which columns there are, and no option of a command line.
    assert "nr, Balai, Ką parašė, Kas" in error.value.words
    assert "--" not in error.value.words
    assert not Channel.objects.exists()
    channel = bring(table, text_column="Ką parašė", rating_column="balai", author_column="Kas", id_column="nr")
    listen(channel, run_clock)
    assert Case.objects.get().customer.name == "Rūta"
    assert HeardItem.objects.get().remote_id == "id:1"


@pytest.mark.parametrize("content", [b"PK\x03\x04\x14\x00\x06\x00\x08\x00workbook\xff\xfe", bytes(range(256)) * 20])
def test_a_file_that_is_no_table_is_called_so(content, bring):
    with pytest.raises(WrongInput) as error:
        bring(content)
    assert "no table of text" in error.value.words
    assert "CSV" in error.value.words
    assert not Channel.objects.exists()


def test_a_table_without_rows_is_refused_and_not_called_unknown(bring):
    with pytest.raises(WrongInput) as error:
        bring(b"id,stars,text\n")
    assert "No review was found" in error.value.words
    assert "columns are" not in error.value.words


def test_google_plays_own_files_are_known(bring, run_clock):
    head = (
        "Package Name,Star Rating,Review Title,Review Text,Review Submit Date and Time,Review Link,"
        "Developer Reply Date and Time,Developer Reply Text"
    )
    row = "lt.bakery,1,Bad,The app lost my order and nobody answers.,2026-10-29T10:00:00Z,,,"
    channel = bring(f"{head}\n{row}\n".encode("utf-16"))
    listen(channel, run_clock)
    message = Case.objects.get().messages.get()
    assert "The app lost my order" in message.text and message.headers["rating"] == "1"


def test_a_row_that_cannot_be_read_stops_no_other(bring, run_clock):
    channel = bring(b"id,stars,text\n1,1,Stale bread and no word of regret.\n2,,\n3,1,one,too,many\n4,2,Cold soup.\n")
    listen(channel, run_clock)
    assert Case.objects.count() == 2
    assert HeardItem.objects.filter(state="unreadable").exclude(words="").count() == 2


def test_a_file_that_is_gone_is_said(bring, run_clock):
    channel = bring(TABLE.encode())
    store.remove(channel.settings["file"])
    listen(channel, run_clock, looks=1)
    assert channel.last_trouble and channel.what_to_do and channel.look_at > timezone.now() + timedelta(hours=20)


@pytest.mark.parametrize("content", [b"", b"\0\0\0", b"one\ntwo\n", "שם;עיר\nרותי;חיפה\n".encode()])
def test_a_file_without_reviews_is_refused(content, business, lead):
    form = form_of(content)
    if form.is_valid():
        with pytest.raises(WrongInput):
            services.add_channel(lead, KIND, "Reviews", form)
    assert not Channel.objects.exists()
    assert not any(store.every_hash())


def test_a_file_is_needed(business):
    assert "file" in form_of(None).errors


def test_a_reply_that_comes_later_is_ours(bring, run_clock, lead):
    channel = bring(TABLE.encode())
    listen(channel, run_clock)
    answered = TABLE.replace("2026-10-29 10:00;\n", "2026-10-29 10:00;We are sorry. We bake it anew.\n")
    services.change_channel(lead, channel, "Again", _valid(form_of(answered.encode(), channel=channel)))
    listen(channel, run_clock)
    case = Case.objects.get(customer__name="Rūta")
    assert case.messages.get(direction="out").text == "We are sorry. We bake it anew."
    assert Case.objects.count() == 4


def test_moments_stand_for_missing_dates(bring, run_clock):
    channel = bring(b"stars,text\n1,Stale bread and no word of regret.\n")
    listen(channel, run_clock)
    brought = datetime.fromisoformat(channel.settings["brought_at"])
    assert Case.objects.get().messages.get().sent_at == brought.astimezone(UTC)


def test_an_answer_is_copied_posted_by_hand_and_not_taken_in_again_with_the_next_file(bring, run_clock, lead, agent):
    channel = bring(TABLE.encode())
    listen(channel, run_clock)
    case = Case.objects.get(customer__name="Rūta")
    text = "Rūta, your cake did not come. That was our failure, and I am sorry. We have returned the 42 € today."
    reply = send(agent, keep_draft(agent, case, "public", text=text, reason="It is a test."))
    run_clock(reply.not_before + timedelta(seconds=1))
    reply.refresh_from_db()
    assert reply.state == "to-post" and not Answer.objects.exists()
    posted(agent, reply)
    answered = TABLE.replace("2026-10-29 10:00;\n", f'2026-10-29 10:00;"{text}"\n')
    services.change_channel(lead, channel, "Again", _valid(form_of(answered.encode(), channel=channel)))
    listen(channel, run_clock)
    assert case.messages.filter(direction="out").count() == 1
    assert HeardItem.objects.get(remote_id="id:a1/reply").message == case.messages.get(direction="out")
