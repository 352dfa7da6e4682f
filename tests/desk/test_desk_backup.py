"""Backups: all of it comes back, from a desk that runs; a damaged or foreign file changes nothing."""

import json
import os
import stat
import tarfile
import threading
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from amends.desk import backup, store
from amends.desk.backup import BackupError
from amends.desk.cases.models import Attachment, Case, RawMessage
from amends.desk.cases.services import attach, keep_raw, receive
from amends.desk.health import check_setup, examine
from amends.desk.locking import AlreadyRunningError, running
from amends.desk.people.models import Person
from amends.desk.people.roles import INTAKE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def filled(make_case, first_message, agent):
    """A case with an attachment and a large raw message, and a person with a sealed secret."""
    case = make_case(subject="Kept 🙂 שלום", text="Line one\nline\ttwo\\ \x1a")
    attach(first_message(case), name="photo.png", content=b"picture" * 1000)
    keep_raw(INTAKE, "m", b"r" * 300_000)
    keep_raw(INTAKE, "m", bytes(range(256)))
    agent.totp_secret = "ABCDEFGH"
    agent.save()
    return case


def errors_of_data():
    """What the doctor finds wrong with the data; the settings of the tests are not those of a desk."""
    about_settings = {trouble.words for trouble in check_setup()}
    found = [trouble.words for trouble in examine() if trouble.gravity == "error"]
    return [words for words in found if words not in about_settings]


def empty_everything():
    call_command("flush", interactive=False, verbosity=0)
    for name in list(store.every_hash()):
        store.remove(name)


def test_everything_comes_back(filled, agent, tmp_path):
    target = tmp_path / "desk.backup"
    made = backup.make(target)
    assert (made.rows, made.files, made.missing) == (1, 2, ())
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    empty_everything()
    restored = backup.restore(target)
    assert (restored.rows, restored.files) == (1, 2)
    case = Case.objects.get()
    assert (case.public_id, case.subject) == (filled.public_id, "Kept 🙂 שלום")
    assert case.messages.get().text == "Line one\nline\ttwo\\ \x1a"
    assert store.read(Attachment.objects.get().content_hash) == b"picture" * 1000
    assert sorted(len(row.raw()) for row in RawMessage.objects.all()) == [256, 300_000]
    assert Person.objects.get(pk=agent.pk).totp_secret == "ABCDEFGH"
    # New rows do not collide with those that came back.
    receive(INTAKE, case, text="And now?", channel="mail")
    assert errors_of_data() == []


def test_data_that_is_there_is_replaced_only_when_asked(filled, make_case, tmp_path):
    target = tmp_path / "desk.backup"
    backup.make(target)
    make_case(subject="Later")
    with pytest.raises(BackupError, match="--replace"):
        backup.restore(target)
    assert Case.objects.count() == 2
    backup.restore(target, replace=True)
    assert [case.subject for case in Case.objects.all()] == ["Kept 🙂 שלום"]


def test_a_backup_is_never_overwritten_and_never_half(filled, tmp_path):
    target = tmp_path / "desk.backup"
    target.write_bytes(b"something else")
    with pytest.raises(BackupError, match="overwritten"):
        backup.make(target)
    assert target.read_bytes() == b"something else"
    with pytest.raises(BackupError, match="cannot be written"):
        backup.make(tmp_path / "no" / "such" / "folder")
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("cut", [0, 10, 0.5, 0.98])
def test_a_damaged_backup_changes_nothing(filled, tmp_path, cut):
    target = tmp_path / "desk.backup"
    backup.make(target)
    content = target.read_bytes()
    target.write_bytes(content[: int(len(content) * cut) if isinstance(cut, float) else cut])
    with pytest.raises(BackupError):
        backup.restore(target, replace=True)
    assert Case.objects.get().subject == "Kept 🙂 שלום"


def test_other_files_and_newer_backups_are_refused(filled, tmp_path):
    other = tmp_path / "other"
    other.write_bytes(os.urandom(2_000))
    with pytest.raises(BackupError, match="no backup"):
        backup.restore(other, replace=True)
    with pytest.raises(BackupError, match="not there"):
        backup.restore(tmp_path / "nothing", replace=True)
    for change in ({"format": 99}, {"migrations": [["cases", "9999_from_the_future"]]}, {"database": "oracle"}):
        newer = tmp_path / "newer"
        with tarfile.open(newer, "w:gz") as archive:
            manifest = {
                "format": 1,
                "database": connection.vendor,
                "migrations": [],
                "made_at": "",
                "cases": 0,
            } | change
            content = json.dumps(manifest).encode()
            member = tarfile.TarInfo("manifest.json")
            member.size = len(content)
            archive.addfile(member, BytesIO(content))
        with pytest.raises(BackupError):
            backup.restore(newer, replace=True)
    assert Case.objects.count() == 1


def test_nothing_is_written_outside_our_folders(filled, tmp_path):
    target = tmp_path / "desk.backup"
    backup.make(target)
    evil = tmp_path / "evil.backup"
    outside = tmp_path / "outside"
    with tarfile.open(target) as source, tarfile.open(evil, "w:gz") as archive:
        for member in source:
            archive.addfile(member, source.extractfile(member))
        for name in (f"../../../../..{outside}", str(outside), "store/../../outside", "tables/people_person.copy.sh"):
            member = tarfile.TarInfo(name)
            member.size = 4
            archive.addfile(member, BytesIO(b"evil"))
        link = tarfile.TarInfo("store/" + "a" * 64)
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    backup.restore(evil, replace=True)
    assert not outside.exists()
    assert not store.path_of("a" * 64).exists()


def test_a_running_desk_is_backed_up_but_not_restored(filled, tmp_path):
    target = tmp_path / "desk.backup"
    with running(Path(settings.DATA)):
        backup.make(target)
        with pytest.raises(AlreadyRunningError):
            backup.restore(target, replace=True)


def test_a_backup_made_while_people_write_is_whole(make_case, make_customer, tmp_path):
    customer = make_customer()
    stop = threading.Event()
    problems = []

    def write():
        try:
            while not stop.is_set():
                case = make_case(customer, text="", subject="written meanwhile")
                message = receive(INTAKE, case, text="x", channel="mail")
                attach(message, name="a", content=os.urandom(64))
        except Exception as error:
            problems.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(3):
            assert backup.make(tmp_path / f"{number}").missing == ()
    finally:
        stop.set()
        thread.join(30)
    assert problems == []
    empty_everything()
    restored = backup.restore(tmp_path / "2")
    assert Case.objects.count() == restored.rows
    assert all(store.read(name) for name in Attachment.objects.values_list("content_hash", flat=True))


def test_the_doctor_sees_what_is_missing(filled):
    assert errors_of_data() == []
    store.remove(Attachment.objects.get().content_hash)
    words = " ".join(trouble.words for trouble in examine())
    assert "1 stored files are missing" in words
