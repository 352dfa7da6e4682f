"""The clock: one worker a row, failures pushed on, nothing stops the others."""

import threading
from datetime import timedelta

import pytest
from django.db.models import Q
from django.utils import timezone

from amends.desk import health
from amends.desk.cases.models import RawMessage
from amends.desk.cases.services import keep_raw
from amends.desk.clock import failing, registry
from amends.desk.clock.loop import Clock, run_due
from amends.desk.clock.models import RegularWork, WorkTrouble
from amends.desk.clock.registry import DueRows, Regular
from amends.desk.people.roles import INTAKE


@pytest.fixture
def only(monkeypatch):
    """Nothing is registered but what the test registers."""
    monkeypatch.setattr(registry, "_registered", {})

    def register(entry):
        registry._registered[entry.name] = entry

    return register


def waiting(now):
    return Q(state="waiting")


def raws(count):
    return [keep_raw(INTAKE, "test", f"message {number}".encode())[0] for number in range(count)]


def mark_read(row):
    row.refresh_from_db()
    row.move_to("read")
    row.save()


def test_due_rows_are_worked_on_once(db, only):
    rows = raws(5)
    seen = []

    def work(row):
        seen.append(row.pk)
        mark_read(row)

    only(DueRows("test", RawMessage, waiting, work))
    assert run_due() == 5
    assert run_due() == 0
    assert seen == [row.pk for row in rows]


def test_one_bad_row_never_stops_the_others_and_is_tried_again_later(db, only):
    bad, good = raws(2)
    tries = []

    def work(row):
        if row.pk == bad.pk:
            tries.append(row.pk)
            raise ValueError("this one is broken")
        mark_read(row)

    only(DueRows("test", RawMessage, waiting, work))
    now = timezone.now()
    run_due(now)
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.state, bad.state, bad.tries) == ("read", "waiting", 1)
    assert "this one is broken" in bad.problem
    run_due(now + timedelta(seconds=5))
    assert len(tries) == 1
    run_due(now + timedelta(minutes=1))
    bad.refresh_from_db()
    assert bad.tries == 2
    assert bad.lease_until - (now + timedelta(minutes=1)) > timedelta(seconds=15)


def test_work_that_changes_nothing_is_not_done_for_ever(db, only):
    raws(1)
    calls = []
    only(DueRows("test", RawMessage, waiting, lambda row: calls.append(row.pk)))
    run_due()
    assert len(calls) == 1


def test_a_row_under_somebody_elses_lease_is_left_alone_until_it_ends(db, only):
    (row,) = raws(1)
    now = timezone.now()
    RawMessage.objects.update(lease_until=now + timedelta(minutes=5), lease_holder="a worker that died")
    only(DueRows("test", RawMessage, waiting, mark_read))
    assert run_due(now) == 0
    assert run_due(now + timedelta(minutes=6)) == 1
    row.refresh_from_db()
    assert (row.state, row.lease_holder) == ("read", "")


def test_regular_work_is_done_when_due_and_again_after_its_interval(db, only):
    done = []
    only(Regular("test.regular", timedelta(hours=1), lambda: done.append(1)))
    now = timezone.now()
    run_due(now)
    run_due(now + timedelta(minutes=30))
    assert len(done) == 1
    run_due(now + timedelta(hours=1, minutes=1))
    assert len(done) == 2


def test_regular_work_that_fails_is_tried_again(db, only):
    def work():
        raise OSError("away")

    only(Regular("test.regular", timedelta(hours=1), work))
    now = timezone.now()
    run_due(now)
    row = RegularWork.objects.get()
    assert (row.tries, row.done_at) == (1, None)
    assert row.lease_until > now


def test_two_kinds_of_work_cannot_share_a_name(only):
    only(Regular("test.twice", timedelta(hours=1), print))
    with pytest.raises(ValueError, match=r"test\.twice"):
        registry.every("test.twice", timedelta(hours=2))(repr)


def no_such_column(now):
    return Q(no_such_field=1)


@pytest.fixture
def fresh_memory():
    failing.forget()
    yield
    failing.forget()


def test_work_that_cannot_be_looked_for_keeps_no_other_waiting(db, only, fresh_memory):
    raws(2)
    only(DueRows("test.broken", RawMessage, no_such_column, mark_read))
    only(DueRows("test.good", RawMessage, waiting, mark_read))
    assert run_due() == 2
    assert not RawMessage.objects.filter(state="waiting").exists()


def test_a_row_that_cannot_be_read_keeps_the_rows_behind_it_not_waiting(db, only, fresh_memory, monkeypatch):
    bad, good = raws(2)
    as_always = RawMessage.from_db

    def from_db(using, names, values):
        row = as_always(using, names, values)
        if row.pk == bad.pk:
            raise ValueError("its secret cannot be opened")
        return row

    monkeypatch.setattr(RawMessage, "from_db", from_db)
    only(DueRows("test", RawMessage, waiting, mark_read))
    assert Clock().look() == 2
    monkeypatch.undo()
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.state, bad.state, bad.tries) == ("read", "waiting", 1)
    assert "cannot be opened" in bad.problem


def test_rows_taken_together_are_done_alone_when_one_of_them_spoils_it(db, only, fresh_memory):
    bad, good = raws(2)

    def work(row):
        if row.pk == bad.pk:
            raise ValueError("this one is broken")
        mark_read(row)

    def together(rows):
        for row in rows:
            work(row)
        return {}

    only(DueRows("test", RawMessage, waiting, work, together=together))
    assert run_due() == 2
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.state, good.lease_until) == ("read", None)
    assert (bad.state, bad.tries) == ("waiting", 1)


def tracebacks(caplog):
    return [record for record in caplog.records if record.exc_info]


def test_the_same_failure_is_written_out_once_and_then_counted(db, only, fresh_memory, caplog):
    only(DueRows("test.broken", RawMessage, no_such_column, mark_read))
    clock = Clock()
    for _look in range(25):
        clock.look()
    assert len(tracebacks(caplog)) == 1
    assert [record.args[1] for record in caplog.records if not record.exc_info] == [10]


def test_many_rows_with_one_flaw_are_written_out_once(db, only, fresh_memory, caplog):
    raws(5)

    def work(row):
        raise OSError(f"away, row {row.pk}")

    only(DueRows("test", RawMessage, waiting, work))
    run_due()
    assert len(tracebacks(caplog)) == 1
    assert set(RawMessage.objects.values_list("tries", flat=True)) == {1}


def test_the_doctor_tells_what_keeps_failing_and_is_silent_when_it_works(db, only, fresh_memory):
    only(DueRows("test.broken", RawMessage, no_such_column, mark_read))
    only(Regular("test.regular", timedelta(hours=1), failing_once := FailingOnce()))
    now = timezone.now()
    run_due(now)
    failing.forget()  # The doctor is another process.
    told = [trouble.words for trouble in health.examine() if trouble.gravity == "error"]
    assert any(words.startswith("test.broken (finding) has failed 1 times") for words in told)
    assert any("what is due cannot be found (FieldError" in words for words in told)
    assert any(words.startswith("test.regular has failed 1 times") and "away" in words for words in told)
    registry._registered["test.broken"] = DueRows("test.broken", RawMessage, waiting, mark_read)
    run_due(now + timedelta(hours=2))
    assert failing_once.times == 2
    assert not WorkTrouble.objects.exists()


class FailingOnce:
    times = 0

    def __call__(self):
        self.times += 1
        if self.times == 1:
            raise OSError("away")


@pytest.mark.django_db(transaction=True)
def test_several_workers_share_rows_without_doing_one_twice(only):
    raws(40)
    seen = []

    def work(row):
        seen.append(row.pk)
        mark_read(row)

    only(DueRows("test", RawMessage, waiting, work))
    clocks = [Clock() for _number in range(3)]

    def run(clock):
        from django.db import connection

        try:
            while clock.look():
                pass
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[clock]) for clock in clocks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(seen) == sorted(set(seen))
    assert RawMessage.objects.filter(state="read").count() == len(seen) == 40


@pytest.mark.django_db(transaction=True)
def test_a_stopped_clock_ends_after_the_row_at_hand(only):
    raws(10)
    clock = Clock()
    seen = []

    def work(row):
        seen.append(row.pk)
        mark_read(row)
        clock.stop()

    only(DueRows("test", RawMessage, waiting, work))
    thread = threading.Thread(target=clock.run)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()
    assert len(seen) == 1
