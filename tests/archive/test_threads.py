"""Which messages belong together, whatever order they come in."""

import pickle
import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amends.archive.mail import Address
from amends.archive.message import Message
from amends.archive.threads import Thread, ThreadBuilder, threads

SHOP, FAY, BOB = "hello@shop.example", "fay@mail.example", "bob@mail.example"
NOON = datetime(2025, 2, 11, 12, tzinfo=UTC)
_count = iter(range(10**9))


def message(
    id: str = "",
    *,
    sender: str = FAY,
    to: tuple[str, ...] = (SHOP,),
    subject: str = "",
    hours: float | None = 0,
    answers: tuple[str, ...] = (),
    thread: str = "",
    text: str = "",
    place: str = "",
) -> Message:
    return Message(
        id=id,
        thread=thread,
        answers=answers,
        channel="email",
        public=False,
        side="ours" if sender == SHOP else "customer",
        author=Address("", sender),
        recipients=tuple(Address("", one) for one in to),
        sent=NOON + timedelta(hours=hours) if hours is not None else None,
        subject=subject,
        text=text or f"words of {id}",
        place=place or f"box:{next(_count)}",
    )


def together(*messages: Message) -> list[list[str]]:
    """The ids in each thread."""
    return [[one.id for one in thread.messages] for thread in threads(messages)]


def test_headers_tie() -> None:
    assert together(
        message("a", subject="Parcel"),
        message("b", sender=SHOP, to=(FAY,), hours=1, answers=("a",), subject="Another subject"),
        message("c", hours=2, answers=("a", "b")),
        message("d", sender=BOB, hours=3),
    ) == [["a", "b", "c"], ["d"]]


def test_the_order_of_reading_does_not_matter_and_that_of_sending_is_kept() -> None:
    late, early = message("b", hours=5, answers=("a",)), message("a", hours=1)
    assert together(late, early) == together(early, late) == [["a", "b"]]


def test_a_message_that_is_missing_still_ties_those_that_name_it() -> None:
    assert together(message("b", answers=("a",)), message("c", hours=1, answers=("a",))) == [["b", "c"]]


def test_what_the_source_puts_together_belongs_together() -> None:
    assert together(
        message("a", thread="t1"), message("b", thread="t1", hours=1), message("c", thread="t2", hours=2)
    ) == [
        ["a", "b"],
        ["c"],
    ]


@pytest.mark.parametrize("prefix", ["Re:", "Ats:", "Odg:", "תשובה:", "Vastus:", "Odp:", "AW:"])
def test_an_answer_without_headers_is_tied_by_subject_and_people(prefix: str) -> None:
    question = message("a", subject="Parcel 48213")
    answer = message("b", sender=SHOP, to=(FAY,), subject=f"{prefix} PARCEL 48213", hours=20)
    assert together(question, answer) == [["a", "b"]]


@pytest.mark.parametrize(
    "other",
    [
        # Another customer under the same subject.
        message("b", sender=SHOP, to=(BOB,), subject="Re: Parcel", hours=20),
        # Another subject.
        message("b", sender=SHOP, to=(FAY,), subject="Re: Bill", hours=20),
        # It does not say that it is an answer.
        message("b", subject="Parcel", hours=20),
        # Too long ago.
        message("b", sender=SHOP, to=(FAY,), subject="Re: Parcel", hours=24 * 120),
    ],
)
def test_an_equal_subject_alone_ties_nothing(other: Message) -> None:
    assert together(message("a", subject="Parcel"), other) == [["a"], ["b"]]


def test_no_subject_ties_nothing() -> None:
    assert together(message("a"), message("b", sender=SHOP, to=(FAY,), subject="Re:", hours=1)) == [["a"], ["b"]]


def test_headers_that_lead_nowhere_leave_it_to_the_subject() -> None:
    answer = message("b", sender=SHOP, to=(FAY,), subject="Re: Parcel", hours=2, answers=("lost",))
    assert together(message("a", subject="Parcel"), answer) == [["a", "b"]]


def test_an_answer_goes_to_the_latest_conversation_of_the_two() -> None:
    first, second = message("a", subject="Parcel"), message("b", subject="Parcel", hours=24 * 40)
    answer = message("c", sender=SHOP, to=(FAY,), subject="Re: Parcel", hours=24 * 41)
    assert together(first, second, answer) == [["a"], ["b", "c"]]


def test_the_number_of_a_case_in_the_subject_ties() -> None:
    assert together(message("a", subject="[#48213] Broken"), message("b", subject="[#48213] Broken", hours=9)) == [
        ["a", "b"]
    ]


def test_copies_come_once() -> None:
    inbox, sent = (
        message("a", text="Hello", place="inbox:0"),
        message("a", text="Hello\n-- \nlist footer", place="sent:9"),
    )
    (thread,) = threads([inbox, sent])
    assert len(thread.messages) == len(thread.copies) == 1
    assert {thread.messages[0].place, thread.copies[0].place} == {"inbox:0", "sent:9"}
    assert threads([sent, inbox]) == [thread]


def test_copies_without_an_id_agree_in_their_words() -> None:
    same = message(text="Hello", subject="Parcel")
    (thread,) = threads([same, same._replace(place="sent:9", subject="Re: Parcel")])
    assert len(thread.copies) == 1
    assert len(threads([same, same._replace(place="sent:9", text="Hello?")])) == 2


def test_reviews_that_say_the_same_are_no_copies() -> None:
    review = message(sender="", to=(), hours=None, text="good", place="reviews.csv:2")
    assert len(threads([review, review._replace(place="reviews.csv:3")])) == 2
    assert len(threads([review, review])) == 1


def test_an_id_that_everybody_uses_ties_nobody() -> None:
    people = [f"c{number}@mail.example" for number in range(6)]
    found = threads([message("1@localhost", sender=one, subject="x", hours=n) for n, one in enumerate(people)])
    assert len(found) == 6
    assert len({thread.id for thread in found}) == 6


def test_answers_to_a_message_that_went_to_many_are_conversations_of_their_own() -> None:
    people = [f"c{number}@mail.example" for number in range(6)]
    news = message("news", sender=SHOP, to=(), subject="We are closed")
    questions = [message(f"q{n}", sender=one, answers=("news",), hours=1 + n) for n, one in enumerate(people)]
    answers = [
        message(f"r{n}", sender=SHOP, to=(one,), answers=("news", f"q{n}"), hours=20 + n)
        for n, one in enumerate(people)
    ]
    assert together(news, *questions, *answers) == [["news"], *([f"q{n}", f"r{n}"] for n in range(6))]


def test_two_people_of_one_family_stay_in_one_conversation() -> None:
    both = message("b", sender=BOB, to=(SHOP, FAY), answers=("a",), hours=1)
    assert together(message("a"), both, message("c", sender=SHOP, to=(FAY, BOB), answers=("b",), hours=2)) == [
        ["a", "b", "c"]
    ]


def test_messages_without_a_moment_come_last() -> None:
    assert together(message("b", hours=None, answers=("a",)), message("a")) == [["a", "b"]]


def test_nothing_gives_nothing() -> None:
    assert threads([]) == []
    assert ThreadBuilder().threads().ids == []


def test_more_can_be_added_afterwards() -> None:
    builder = ThreadBuilder()
    builder.add(message("a"))
    name = builder.threads().ids
    builder.add(message("b", answers=("a",), hours=1))
    found = builder.threads()
    assert found.ids == name
    assert found.place.tolist() == [0, 1]


def test_numbers_made_elsewhere_are_the_same() -> None:
    given_messages = [message("a", to=(SHOP, BOB)), message("b", answers=("a", "z")), message("c", answers=("b",))]
    here, first, second = ThreadBuilder(), ThreadBuilder(), ThreadBuilder()
    for one in given_messages:
        here.add(one)
    first.add(given_messages[0])
    second.add(given_messages[1])
    second.add(given_messages[2])
    first.extend(pickle.loads(pickle.dumps(second)))
    assert [*map(list, first.threads())] == [*map(list, here.threads())]


subjects = st.sampled_from(["", "Parcel", "Re: Parcel", "Fwd: Parcel", "Bill", "AW: Bill", "[#48213] Bill"])
ids = st.sampled_from(["", "a", "b", "c", "d", "e"])
some_messages = st.lists(
    st.builds(
        message,
        ids,
        sender=st.sampled_from([SHOP, FAY, BOB, ""]),
        to=st.lists(st.sampled_from([SHOP, FAY, BOB]), max_size=2).map(tuple),
        subject=subjects,
        hours=st.one_of(st.none(), st.integers(0, 4000)),
        answers=st.lists(ids.filter(bool), max_size=2).map(tuple),
        thread=st.sampled_from(["", "", "t1", "t2"]),
        text=st.sampled_from(["one", "two", "three"]),
    ),
    max_size=14,
)


@given(some_messages, st.randoms(use_true_random=False))
def test_any_order_gives_the_same_threads(given_messages: list[Message], chance: random.Random) -> None:
    shuffled = list(given_messages)
    chance.shuffle(shuffled)
    assert threads(shuffled) == threads(given_messages)


@given(some_messages)
def test_nothing_is_lost_and_nothing_doubled(given_messages: list[Message]) -> None:
    found: list[Thread] = threads(given_messages)
    places = [one.place for thread in found for one in (*thread.messages, *thread.copies)]
    assert sorted(places) == sorted(one.place for one in given_messages)
    assert all(thread.messages for thread in found)
    assert len({thread.id for thread in found}) == len(found)
