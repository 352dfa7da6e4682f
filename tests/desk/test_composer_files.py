"""Files that go with a reply: put to the draft, taken out, sent, brought back, erased."""

import json
import zipfile

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from amends.desk import backup, health, store
from amends.desk.composer.models import Draft, ReplyFile
from amends.desk.composer.services import (
    add_files,
    approve,
    attaching,
    draft_of,
    keep_draft,
    remove_file,
    send,
    send_back,
    undo,
)
from amends.desk.errors import NotAllowed, WrongInput
from amends.desk.outbox.models import OutgoingMessage
from amends.desk.portal.services import issue
from amends.desk.privacy.erasing import erase_customer
from amends.desk.privacy.taking_out import export_customer

GOOD = (
    "Dear Rūta,\n\nI am sorry that the cake did not come on Saturday. I forgot to put your order on the list. "
    "I will bring you a new one tomorrow by 5 pm."
)
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489") + b"\0" * 40
LATIN = "Kava su šlagom: 3,50 €\r\n".encode("cp1250")


def upload(name="cake.png", content=PNG, kind="image/png"):
    return SimpleUploadedFile(name, content, kind)


@pytest.fixture
def drafted(make_case, agent):
    return keep_draft(agent, make_case(), "reply", text=GOOD)


def later(**parts):
    return timezone.now() + timezone.timedelta(**parts)


def names(rows):
    return [row.name for row in rows.all()]


def test_files_leave_with_the_mail_byte_for_byte(drafted, agent, run_clock):
    add_files(agent, drafted, [upload(), upload("sąskaita 2031.txt", LATIN, "text/plain")])
    send(agent, drafted)
    run_clock(later(seconds=12))
    message = drafted.case.messages.get(direction="out")
    assert names(message.attachments) == ["cake.png", "sąskaita 2031.txt"]
    [sent] = mail.outbox
    parts = [part for part in sent.message().walk() if part.get_content_disposition() == "attachment"]
    assert [(part.get_filename(), part.get_payload(decode=True)) for part in parts] == [
        ("cake.png", PNG), ("sąskaita 2031.txt", LATIN),
    ]  # fmt: skip
    assert sent.message().get_content_type() == "multipart/mixed"
    assert not ReplyFile.objects.exists()
    assert drafted.case.log.get(act="reply.written").after["files"] == ["cake.png", "sąskaita 2031.txt"]


def test_a_second_sending_takes_no_file_along(drafted, agent, run_clock):
    add_files(agent, drafted, [upload()])
    send(agent, drafted)
    run_clock(later(seconds=12))
    keep_draft(agent, drafted.case, "reply", text=GOOD)
    send(agent, draft_of(agent, drafted.case, "reply"))
    run_clock(later(seconds=30))
    assert [len(sent.attachments) for sent in mail.outbox] == [1, 0]


def test_undo_and_sending_back_keep_them(make_case, junior, agent):
    draft = keep_draft(junior, make_case(), "reply", text=GOOD)
    add_files(junior, draft, [upload()])
    reply = send(junior, draft)
    assert (names(reply.files), names(draft.files)) == (["cake.png"], [])
    send_back(agent, reply, "Name the day.")
    assert names(Draft.objects.get(person=junior).files) == ["cake.png"]
    again = send(junior, Draft.objects.get(person=junior))
    approve(agent, again)
    undo(junior, again)
    assert names(Draft.objects.get(person=junior).files) == ["cake.png"]


def test_names_are_made_safe_and_types_are_sniffed(drafted, agent):
    page = b"<html><script>alert(1)</script>"
    made = add_files(agent, drafted, [upload("../../etc/pass\u202ewd.png", page, "image/png")])
    assert (made[0].name, made[0].content_type) == ("pass_wd.png", "text/html")


@pytest.mark.parametrize(
    "files",
    [
        [upload(content=b"")],
        [upload(f"{number}.png") for number in range(attaching.MOST_FILES + 1)],
    ],
)
def test_what_cannot_go_is_refused_and_nothing_of_it_is_kept(drafted, agent, files):
    with pytest.raises(WrongInput):
        add_files(agent, drafted, files)
    assert not ReplyFile.objects.exists()


def test_all_together_are_limited_too(drafted, agent, monkeypatch):
    monkeypatch.setattr(attaching, "MOST_BYTES", 2 * len(PNG))
    add_files(agent, drafted, [upload("one.png"), upload("two.png")])
    with pytest.raises(WrongInput):
        add_files(agent, drafted, [upload("three.png")])
    assert names(drafted.files) == ["one.png", "two.png"]


def test_a_single_file_is_limited(drafted, agent, settings):
    settings.LARGEST_UPLOAD = len(PNG) - 1
    with pytest.raises(WrongInput):
        add_files(agent, drafted, [upload()])


def test_more_than_can_go_after_an_undo_is_said_before_sending(drafted, agent, monkeypatch):
    add_files(agent, drafted, [upload("one.png")])
    reply = send(agent, drafted)
    keep_draft(agent, drafted.case, "reply", text="One more thing.")
    add_files(agent, draft_of(agent, drafted.case, "reply"), [upload("two.png")])
    draft = undo(agent, reply)
    monkeypatch.setattr(attaching, "MOST_FILES", 1)
    with pytest.raises(WrongInput):
        send(agent, draft)
    remove_file(agent, draft, draft.files.first().pk)
    assert names(send(agent, draft).files) == ["two.png"]


def test_what_is_taken_out_is_gone_from_the_store_unless_somebody_else_names_it(
    make_case, drafted, agent, django_capture_on_commit_callbacks
):
    other = keep_draft(agent, make_case(), "reply", text=GOOD)
    [mine] = add_files(agent, drafted, [upload()])
    [theirs] = add_files(agent, other, [upload()])
    with django_capture_on_commit_callbacks(execute=True):
        remove_file(agent, drafted, mine.pk)
    assert store.read(theirs.content_hash) == PNG
    with django_capture_on_commit_callbacks(execute=True):
        remove_file(agent, other, theirs.pk)
    with pytest.raises(store.StoreError):
        store.read(theirs.content_hash)


def test_only_its_writer_touches_a_draft(drafted, agent, lead):
    with pytest.raises(NotAllowed):
        add_files(lead, drafted, [upload()])
    [file] = add_files(agent, drafted, [upload()])
    with pytest.raises(NotAllowed):
        remove_file(lead, drafted, file.pk)


def test_a_public_answer_takes_none(make_case, agent):
    draft = keep_draft(agent, make_case(channel="review"), "public", text=GOOD)
    with pytest.raises(WrongInput):
        add_files(agent, draft, [upload()])


def test_a_missing_file_keeps_half_a_letter_from_leaving(drafted, agent, run_clock):
    [file] = add_files(agent, drafted, [upload()])
    send(agent, drafted)
    store.remove(file.content_hash)
    run_clock(later(seconds=12))
    message = drafted.case.messages.get(direction="out")
    assert (message.delivery, mail.outbox) == ("failed", [])
    assert "missing" in OutgoingMessage.objects.get(message=message).problem


def test_the_customer_fetches_it_from_their_page(drafted, agent, run_clock, client):
    add_files(agent, drafted, [upload()])
    reply = send(agent, drafted)
    at = f"/c/{issue(agent, drafted.case)}/"
    key = reply.files.get().pk
    assert "cake.png" not in client.get(at).content.decode()
    run_clock(later(seconds=12))
    page = client.get(at).content.decode()
    assert "cake.png" in page
    key = drafted.case.messages.get(direction="out").attachments.get().pk
    answer = client.get(f"{at}files/{key}")
    assert b"".join(answer.streaming_content) == PNG


def test_erasing_takes_files_of_drafts_and_replies_along(make_case, junior, lead, django_capture_on_commit_callbacks):
    case = make_case()
    draft = keep_draft(junior, case, "reply", text=GOOD)
    [sent] = add_files(junior, draft, [upload()])
    send(junior, draft)
    [begun] = add_files(junior, draft_of(junior, case, "reply"), [upload("list.txt", b"eggs, flour", "text/plain")])
    with django_capture_on_commit_callbacks(execute=True):
        erase_customer(lead, case.customer, reason="asked for it")
    assert not ReplyFile.objects.exists()
    for file in (sent, begun):
        with pytest.raises(store.StoreError):
            store.read(file.content_hash)


def test_asking_for_a_second_look_leaves_no_name_behind_after_erasing(make_case, junior, lead):
    case = make_case()
    send(junior, keep_draft(junior, case, "reply", text=GOOD))
    assert OutgoingMessage.objects.filter(purpose="second-look", text__contains=case.customer.name).exists()
    erase_customer(lead, case.customer, reason="asked for it")
    assert set(OutgoingMessage.objects.filter(purpose="second-look").values_list("text", "subject")) == {("", "")}


def test_the_export_holds_them(drafted, agent, lead):
    [file] = add_files(agent, drafted, [upload()])
    with zipfile.ZipFile(export_customer(lead, drafted.case.customer)) as archive:
        assert archive.read(f"files/replyfile-{file.pk}-cake.png") == PNG
        assert [row["name"] for row in json.loads(archive.read("composer-replyfile.json"))] == ["cake.png"]


@pytest.mark.django_db(transaction=True)
def test_backup_and_doctor_know_them(drafted, agent, tmp_path):
    [file] = add_files(agent, drafted, [upload()])
    summary = backup.make(tmp_path / "backup.tar.gz")
    assert (summary.files, summary.missing) == (1, ())
    store.remove(file.content_hash)
    assert any("1 stored files are missing" in trouble.words for trouble in health.examine())


class TestPages:
    @pytest.fixture
    def at(self, drafted):
        return lambda name: reverse(f"composer:{name}", args=[drafted.case.public_id, "reply"])

    def test_without_scripts_a_file_goes_with_the_form_and_can_be_taken_out(self, drafted, agent, signed_in, at):
        browser = signed_in(agent)
        form = {"text": GOOD, "revision": drafted.revision, "do": "check", "files": upload()}
        page = browser.post(at("compose"), form, follow=True).content.decode()
        file = ReplyFile.objects.get()
        assert "cake.png" in page
        assert f'value="detach-{file.pk}"' in page
        form = {"text": GOOD, "revision": drafted.revision + 1, "do": f"detach-{file.pk}"}
        assert "cake.png" not in browser.post(at("compose"), form, follow=True).content.decode()

    def test_a_file_chosen_right_before_sending_goes_too(self, drafted, agent, signed_in, at):
        form = {"text": GOOD, "revision": drafted.revision, "do": "send", "files": upload()}
        page = signed_in(agent).post(at("compose"), form, follow=True).content.decode()
        assert names(drafted.case.replies.get().files) == ["cake.png"]
        assert "cake.png" in page

    def test_with_scripts_the_part_comes_back_alone(self, drafted, agent, signed_in, at):
        browser = signed_in(agent)
        answer = browser.post(at("files"), {"files": upload()}, headers={"HX-Request": "true"})
        assert (answer.status_code, "cake.png" in answer.content.decode()) == (200, True)
        refused = browser.post(at("files"), {"files": upload("none.png", b"")}, headers={"HX-Request": "true"})
        assert (refused.status_code, "none.png" in refused.content.decode()) == (422, True)
        gone = browser.post(at("files"), {"remove": ReplyFile.objects.get().pk}, headers={"HX-Request": "true"})
        assert "cake.png" not in gone.content.decode()

    def test_words_are_kept_when_a_file_is_refused(self, drafted, agent, signed_in, at):
        form = {"text": "New words.", "revision": drafted.revision, "do": "send", "files": upload("none.png", b"")}
        page = signed_in(agent).post(at("compose"), form, follow=True).content.decode()
        assert "New words." in page
        assert "is empty" in page
        assert not drafted.case.replies.exists()

    def test_who_reads_a_reply_opens_its_files_and_a_draft_is_its_writers(
        self, make_case, agent, junior, lead, signed_in, client
    ):
        draft = keep_draft(junior, make_case(), "reply", text=GOOD)
        [file] = add_files(junior, draft, [upload("page.html", b"<html><script>1</script>", "text/html")])
        address = reverse("composer:file", args=[file.pk])
        assert signed_in(junior).get(address).status_code == 200
        assert signed_in(lead).get(address).status_code == 404
        assert client.get(address).status_code == 302
        send(junior, draft)
        answer = signed_in(lead).get(address)
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Content-Type"] == "application/octet-stream"
