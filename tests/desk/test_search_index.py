"""The index: what is found, in which database rows it stands, and that what is erased is found no more."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations import Migration
from django.db.models import CharField, TextField
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amends.desk import backup, health
from amends.desk.cases.listing import Asked, find, page_of
from amends.desk.cases.models import Attachment, Case, Message
from amends.desk.cases.services import (
    add_event,
    add_note,
    change_outline,
    close_silent,
    open_case,
    receive,
    record_out,
    remove_event,
)
from amends.desk.customers.models import ContactPoint, Customer
from amends.desk.customers.services import add_contact, change_customer
from amends.desk.people.roles import CLOCK, INTAKE
from amends.desk.privacy.erasing import blank_case, erase_customer
from amends.desk.search import indexing
from amends.desk.search.apps import put_triggers_back, take_triggers_away
from amends.desk.search.index import index_of
from amends.desk.search.models import CaseWords, Changed
from amends.desk.search.words import question, words_of

HOSTILE = (
    '"',
    '"""',
    "'",
    "*",
    "NEAR(a b)",
    "a AND",
    "OR OR",
    "NOT",
    "words : x",
    "search_fts MATCH 'x'",
    "{a b}: c",
    "^a",
    "a + b",
    "--",
    "-",
    "- -",
    "((((",
    "))))",
    "a\0b",
    "\0",
    "%",
    "_",
    "\\",
    "';DROP TABLE cases_case;--",
    "a & b | !c <-> d:*",
    ":*",
    "<->",
    "=tort",
    "x" * 10_000,
    "a " * 5_000,
    '"' * 10_000,
    "-a " * 3_000,
    "\ud800",
    "‮abc",
    "😀",
)


@pytest.fixture
def found(agent):
    """`found("words")` gives the subjects of what a search among all cases finds."""

    def search(words, **asked):
        return sorted(case.subject for case in find(Asked(view=asked.pop("view", "all"), words=words, **asked), agent))

    return search


def test_every_kind_of_words_is_found(make_case, make_customer, found, agent, first_message):
    customer = make_customer(name="Žydrė Šimkutė", mail="zydre@mail.example")
    add_contact(INTAKE, customer, "phone", "+370 612 34567")
    case = make_case(customer, subject="Sheet", text="The pillow is torn.")
    make_case(subject="Another", text="Nothing of it.")
    record_out(agent, case, text="We sew it tomorrow.", channel="mail")
    add_note(agent, case, "Ring her brother.")
    change_outline(agent, case, "cause", "The needle was blunt.")
    add_event(agent, case, words="Bought at the fair")
    Attachment.objects.create(message=first_message(case), name="photograph-of-it.png")
    change_customer(agent, customer, notes="Likes marzipan")
    for words in (
        "torn",
        "pillows",
        "sheet",
        "simkute zydre",
        "zydre@mail.example",
        "61234567",
        "+370 612 34567",
        "0 612 34567".removeprefix("0 "),
        "sewed",
        "brother",
        "needle",
        "fair",
        "photograph",
        "marzipan",
        case.public_id,
        case.public_id.upper(),
        "torn needle brother",
        '"blunt" torn -fish',
    ):
        assert found(words) == ["Sheet"], words
    assert found("torn fish") == []


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_questions_are_questions(words, make_case, agent):
    make_case(subject="Something")
    for case in find(Asked(view="all", words=words), agent)[:5]:
        assert case.subject == "Something"
    page_of(find(Asked(words=words), agent), 1, words=words)


def test_what_changes_is_found_anew_at_once(make_case, make_customer, found, agent):
    customer = make_customer(name="Ana")
    case = make_case(customer, subject="One", text="blue")
    assert found("blue") == ["One"]
    Message.objects.filter(case=case).update(text="green", own_text="")
    assert found("blue") == []
    assert found("green") == ["One"]
    change_customer(agent, customer, notes="amber")
    change_customer(agent, customer, name="Bea", notes="ivory")
    assert (found("amber"), found("ivory bea")) == ([], ["One"])
    Case.objects.filter(pk=case.pk).update(subject="Two")
    assert (found("one"), found("two")) == ([], ["Two"])
    event = add_event(agent, case, words="Purple")
    assert found("purple") == ["Two"]
    remove_event(agent, event)
    assert found("purple") == []
    add_contact(INTAKE, customer, "phone", "+370 5678912")
    assert found("5678912") == ["Two"]
    ContactPoint.objects.filter(customer=customer).delete()
    assert found("5678912") == []


def test_a_message_that_moves_to_another_case_moves_in_the_index(make_case, found):
    one, other = make_case(subject="One", text="violet"), make_case(subject="Other", text="")
    assert found("violet") == ["One"]
    Message.objects.filter(case=one).update(case=other)
    assert found("violet") == ["Other"]


def test_what_does_not_change_words_costs_nothing(make_case, found, agent):
    case = make_case(subject="One")
    found("one")
    case.severity = 50
    case.save()
    Message.objects.filter(case=case).update(received_at=timezone.now())
    assert not Changed.objects.exists()
    assert CaseWords.objects.filter(pk=case.pk).exists()


def test_who_is_erased_is_in_no_index_at_once(make_case, make_customer, found, lead, agent):
    customer = make_customer(name="Secretname", mail="secretname@mail.example")
    case = make_case(customer, subject="Secretsubject", text="Secretwords")
    make_case(subject="Other", text="Other words")
    change_outline(agent, case, "cause", "Secretcause")
    assert found("secretwords secretcause secretname") == ["Secretsubject"]
    erase_customer(lead, customer, reason="asked by mail")
    # Before anything is read anew.
    assert not CaseWords.objects.filter(pk=case.pk).exists()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT count(*) FROM search_fts WHERE search_fts MATCH 'secretwords'")
            assert cursor.fetchone()[0] == 0
    indexing.catch_up()
    for words in ("secretname", "secretsubject", "secretwords", "secretcause"):
        assert found(words) == []
    kept = list(CaseWords.objects.values_list("words", flat=True))
    assert kept
    assert not any("secret" in words for words in kept)


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL tidies up by itself")
def test_tidying_takes_erased_words_out_of_the_file(make_case, make_customer, found, lead):
    customer = make_customer(name="Zanzibarium")
    for number in range(30):
        make_case(customer, subject=f"Case {number}", text="Zanzibarium")
    found("zanzibarium")
    erase_customer(lead, customer, reason="asked by mail")
    indexing.catch_up()
    indexing.tidy_up()
    with connection.cursor() as cursor:
        cursor.execute("SELECT block FROM search_fts_data")
        assert not any(b"zanzibar" in bytes(row[0]) for row in cursor.fetchall())


def test_a_case_that_is_blanked_leaves_the_index(make_case, found, agent):
    case = make_case(subject="Magenta", text="ochre")
    record_out(agent, case, text="I am sorry.", channel="mail")
    case.refresh_from_db()
    close_silent(agent, case)
    assert found("magenta ochre") == ["Magenta"]
    blank_case(CLOCK, case)
    assert found("magenta") == found("ochre") == []


def test_a_case_that_is_deleted_leaves_the_index(make_case, found):
    case = make_case(subject="Magenta", text="")
    found("magenta")
    case.log.all().delete()
    Case.objects.filter(pk=case.pk).delete()
    assert not CaseWords.objects.exists()
    assert found("magenta") == []


def test_a_change_that_is_rolled_back_changes_nothing(make_case, found):
    from django.db import transaction

    case = make_case(subject="One", text="blue")
    assert found("blue") == ["One"]
    try:
        with transaction.atomic():
            Message.objects.filter(case=case).update(text="green")
            raise RuntimeError
    except RuntimeError:
        pass
    assert found("blue") == ["One"]
    assert found("green") == []


def test_search_is_narrowed_by_view_and_filters_and_ordered_newest_first(make_case, found, agent):
    theirs = make_case(subject="Theirs", text="spoon", severity=10)
    record_out(agent, theirs, text="I am sorry.", channel="mail")
    make_case(subject="A", text="spoon", channel="review", severity=90)
    make_case(subject="B", text="spoon", severity=10)
    assert found("spoon", view="ours") == ["A", "B"]
    assert found("spoon", channel="review") == ["A"]
    assert found("-spoon") == []
    assert found("-fork", view="ours") == ["A", "B"]
    in_order = [case.subject for case in find(Asked(view="ours", words="spoon"), agent)]
    assert in_order == ["B", "A"]


def test_the_clock_reads_and_mends(make_case, found, agent, run_clock):
    case = make_case(subject="One", text="blue")
    assert Changed.objects.exists()
    run_clock()
    assert not Changed.objects.exists()
    CaseWords.objects.all().delete()
    assert indexing.forgotten() == 1
    run_clock(timezone.now() + timedelta(days=2))
    run_clock(timezone.now() + timedelta(days=3))
    assert indexing.forgotten() == 0
    assert CaseWords.objects.filter(pk=case.pk).exists()


def test_a_backlog_is_read_in_pieces_and_a_page_does_not_wait_for_all(make_case, make_customer, found):
    customer = make_customer()
    for number in range(5):
        make_case(customer, subject=f"Number {number}", text="lilac")
    assert indexing.refresh(limit=3)
    assert Changed.objects.exists()
    assert indexing.catch_up() >= 1
    assert len(found("lilac")) == 5


@pytest.mark.parametrize("foreseen", [True, False])
def test_triggers_come_back_after_a_migration(foreseen, make_case, found, transactional_db):
    make_case(subject="One", text="blue")
    found("blue")
    if foreseen:
        take_triggers_away(plan=[(Migration("0009_more", "cases"), False)])
        before, after = Message._meta.get_field("subject"), CharField(max_length=900, blank=True)
        after.set_attributes_from_name("subject")
        with connection.schema_editor() as editor:
            editor.alter_field(Message, before, after)
            editor.alter_field(Message, after, before)
    else:
        field = TextField(default="")
        field.set_attributes_from_name("made_for_a_test")
        with connection.schema_editor() as editor:
            editor.add_field(Message, field)
            editor.remove_field(Message, field)
    put_triggers_back()
    assert found("blue") == ["One"]
    Message.objects.update(text="green")
    assert (found("blue"), found("green")) == ([], ["One"])


def test_migrating_away_and_back(make_case, agent, transactional_db):
    from django.core.management import call_command

    make_case(subject="One", text="blue")
    call_command("migrate", "search", "zero", verbosity=0)
    try:
        Message.objects.update(text="green")
    finally:
        call_command("migrate", "search", verbosity=0)
    assert [case.subject for case in find(Asked(words="green"), agent)] == ["One"]


def test_a_restored_desk_finds_what_it_found(make_case, make_customer, found, transactional_db, tmp_path):
    make_case(make_customer(name="Ana"), subject="One", text="blue")
    found("blue")
    make_case(make_customer(name="Bea"), subject="Two", text="indigo")  # Still to be read.
    target = tmp_path / "desk.backup"
    backup.make(target)
    Message.objects.update(text="green")
    assert found("green") == ["One", "Two"]
    backup.restore(target, replace=True)
    indexing.catch_up()
    assert (found("blue"), found("indigo"), found("green")) == (["One"], ["Two"], [])
    assert found("ana") == ["One"]
    assert not [trouble for trouble in health.examine() if "damaged" in trouble.words or "point to" in trouble.words]


LATIN = ("torta", "torte", "tortom", "šalta", "saltas", "salta", "õun", "ouna", "a", "ab", "abc", "12", "123", "12a")
HEBREW = ("עוגה", "העוגה", "בעוגות", "שלום", "הדג", "דג")
WORDS = st.sampled_from((*LATIN, *HEBREW, "tom@mail.example"))
TEXTS = st.lists(WORDS, max_size=6).map(" ".join)
ASKED = st.lists(
    st.one_of(
        WORDS,
        WORDS.map(lambda word: f"-{word}"),
        st.lists(WORDS, min_size=1, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    ),
    min_size=1,
    max_size=3,
).map(" ".join)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4), asked=ASKED)
def test_the_database_finds_exactly_what_the_words_say(texts, asked, db):
    CaseWords.objects.all().delete()
    rows = [(number, 1, words_of(pair)) for number, pair in enumerate(texts, 1)]
    index = index_of(connection)
    index.write(rows)
    read = question(asked)
    expected = {number for number, _customer, words in rows if read.fits(words)}
    matching = index.matching(read)
    if matching is None:
        got = set(CaseWords.objects.exclude(pk__in=index.unwanted(read)).values_list("pk", flat=True))
    else:
        got = set(CaseWords.objects.filter(pk__in=matching).values_list("pk", flat=True))
    assert got == expected


def test_very_long_cases_are_read(make_case, found, agent):
    case = make_case(subject="Long", text="")
    receive(INTAKE, case, text=" ".join(f"word{number}" for number in range(30_000)), channel="mail")
    receive(INTAKE, case, text="x" * 100_000 + " last", channel="mail")
    receive(INTAKE, case, text="spoon " * 20_000, channel="mail")
    assert found("word11 spoon") == ["Long"]
    rows, _more = page_of(find(Asked(view="all", words="spoon"), agent), 1, words="spoon")
    assert sum(len(piece.text) for piece in rows[0].passage) < 400


def test_a_customers_many_cases_are_found_by_the_new_name(make_customer, found, agent):
    customer = make_customer(name="Old")
    for number in range(3):
        open_case(INTAKE, customer, channel="mail", subject=f"Case {number}")
    assert len(found("old")) == 3
    change_customer(agent, customer, name="Brandnew")
    assert len(found("brandnew")) == 3
    assert Customer.objects.count() == 1
