"""Tables with columns of any name, and the two layouts that are known by theirs."""

import csv
import io
from datetime import UTC, datetime

import pytest
from archive_samples import brief, items_of, read_bytes
from hypothesis import given
from hypothesis import strategies as st

from amends.archive.mail import Address
from amends.archive.message import Message, Unreadable
from amends.archive.readers import Context
from amends.archive.readers.values import read_date, read_moment
from amends.archive.threads import threads


def table(*rows: list[object], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    made = io.StringIO()
    csv.writer(made, delimiter=delimiter).writerows(rows)
    return made.getvalue().encode(encoding)


def messages(data: bytes, **columns: str) -> list[Message]:
    found = read_bytes(data, context=Context(columns=columns))
    assert [one for one in found if isinstance(one, Unreadable)] == []
    return [one for one in found if isinstance(one, Message)]


PLAIN = [
    ["Ticket ID", "Created At", "From", "Email", "Direction", "Subject", "Message Body"],
    ["48213", "2025-02-11T13:05:00+02:00", "Fay Moore", "fay@mail.example", "incoming", "Parcel", "It never\ncame."],
    ["48213", "2025-02-11 12:00", "Tom", "tom@shop.example", "outgoing", "Re: Parcel", "We lost it."],
]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1257"])
def test_columns_with_usual_names(delimiter: str, encoding: str) -> None:
    rows = [
        *PLAIN,
        ["48214", "2025-02-12", "Ona", "ona@mail.example", "in", "", "Užsakymas neatėjo, kodėl niekas neatsako?"],
    ]
    first, second, third = messages(table(*rows, delimiter=delimiter, encoding=encoding))
    assert (first.side, first.text, first.thread) == ("customer", "It never\ncame.", "48213")
    assert first.author == Address("Fay Moore", "fay@mail.example")
    assert first.sent == datetime(2025, 2, 11, 11, 5, tzinfo=UTC)
    assert (second.side, second.sent) == ("ours", datetime(2025, 2, 11, 12, tzinfo=UTC))
    assert third.text == "Užsakymas neatėjo, kodėl niekas neatsako?"
    assert [one.place for one in (first, second, third)] == ["-:2", "-:4", "-:5"]


def test_columns_that_somebody_names() -> None:
    data = table(["A", "B", "who"], ["It never came.", "11. 2. 2025 13:05", "Fay"], ["We lost it.", "x", "Shop"])
    first, second = messages(data, text="a", sent="B", author="who")
    assert (first.text, first.author.name) == ("It never came.", "Fay")
    assert first.sent == datetime(2025, 2, 11, 13, 5, tzinfo=UTC)
    assert second.sent is None


def test_without_a_column_for_the_text_it_is_asked_for(tmp_path) -> None:
    (tmp_path / "a.csv").write_bytes(table(["A", "B"], ["1", "2"]))
    (one,) = items_of(tmp_path / "a.csv")
    assert isinstance(one, Unreadable)
    assert "--map text=COLUMN" in one.reason
    assert "A, B" in one.reason


@pytest.mark.parametrize(
    ("column", "value", "side"),
    [
        ("inbound", "True", "customer"), ("inbound", "0", "ours"), ("incoming", "yes", "customer"),
        ("is_agent", "1", "ours"), ("is_agent", "false", "customer"), ("direction", "in", "customer"),
        ("direction", "OUT", "ours"), ("role", "end-user", "customer"), ("role", "Agent", "ours"),
        ("side", "customer", "customer"), ("side", "klientas", "customer"), ("side", "לקוחה", "customer"),
        ("side", "tvrtka", "ours"), ("side", "?", "unknown"), ("inbound", "", "unknown"),
    ],
)  # fmt: skip
def test_whose_a_row_is(column: str, value: str, side: str) -> None:
    (one,) = messages(table(["text", column], ["It never came.", value]))
    assert one.side == side


def test_reviews_with_our_answer_in_the_same_row() -> None:
    rows = [
        ["id", "Review", "Stars", "Date", "Reviewer", "Response", "Response date"],
        ["r1", "It never came.", "1", "2025-02-11", "Fay", "We lost it.", "2025-02-12"],
        ["r2", "", "5", "2025-02-11", "Bob", "", ""],
    ]
    found = messages(table(*rows))
    assert [(one.side, one.text, one.rating) for one in found] == [
        ("customer", "It never came.", 1.0),
        ("ours", "We lost it.", None),
        ("unknown", "", 5.0),
    ]
    assert all(one.channel == "review" and one.public for one in found)
    assert found[1].sent == datetime(2025, 2, 12, tzinfo=UTC)
    assert sorted(len(thread.messages) for thread in threads(found)) == [1, 2]


def test_the_channel_is_told_or_given() -> None:
    data = table(["text", "channel"], ["x", "WhatsApp"], ["y", "telex"])
    assert [one.channel for one in messages(data)] == ["chat", "other"]
    found = read_bytes(data, context=Context(channel="call"))
    assert [one.channel for one in found if isinstance(one, Message)] == ["call", "call"]


def test_markup_in_a_text_is_read() -> None:
    (one,) = messages(table(["text"], ["<p>It never <b>came</b>.</p><p>Fay &amp; Bob</p>"]))
    assert one.text == "It never came.\n\nFay & Bob"


def test_rows_that_are_wrong_stop_nothing() -> None:
    data = b'id,text\n1,good\n2\n3,"un\x00closed"\n\n4,too,many\n5,""\n6,last\n'
    found = read_bytes(data)
    assert [one.text for one in found if isinstance(one, Message)] == ["good", "unclosed", "last"]
    assert [one.place for one in found if isinstance(one, Unreadable)] == ["-:3", "-:6", "-:7"]


def test_a_quotation_mark_that_was_never_closed() -> None:
    data = b'id,text\n1,good\n2,"never closed\n' + b"3,swallowed\n" * 120_000
    found = read_bytes(data)
    assert isinstance(found[0], Message)
    assert any(isinstance(one, Unreadable) for one in found)
    assert len(found) > 3


TWITTER = [
    ["tweet_id", "author_id", "inbound", "created_at", "text", "response_tweet_id", "in_response_to_tweet_id"],
    [
        "2",
        "115712",
        "True",
        "Tue Oct 31 22:11:45 +0000 2017",
        "@shop @fay it never came &amp; nobody answers",
        "1",
        "3.0",
    ],
    ["1", "shop", "False", "Tue Oct 31 22:12:47 +0000 2017", "@115712 We lost it.", "", "2"],
]


def test_customer_support_on_twitter() -> None:
    first, second = messages(table(*TWITTER))
    assert (first.side, first.text) == ("customer", "@shop @fay it never came & nobody answers")
    assert first.author == Address("115712", "@115712")
    assert [one.name for one in first.recipients] == ["shop", "fay"]
    assert first.answers == ("twitter:3",)
    assert (first.public, first.channel) == (True, "social")
    assert second.side == "ours"
    assert second.sent == datetime(2017, 10, 31, 22, 12, 47, tzinfo=UTC)
    assert len(threads([second, first])) == 1


PLAY_COLUMNS = (
    "Package Name", "Reviewer Language", "Review Submit Date and Time", "Star Rating", "Review Title", "Review Text",
    "Developer Reply Date and Time", "Developer Reply Text", "Review Link",
)  # fmt: skip
FIRST = "https://play.example/console?p=shop.app&reviewid=gp:1"
SECOND = "https://play.example/x#ReviewDetailsPlace:p=shop.app&reviewid=gp:2"
MOMENT = "2025-02-11T11:05:00Z"
PLAY = [
    list(PLAY_COLUMNS),
    ["shop.app", "en", MOMENT, "1", "null", "It never came.", "2025-02-12T11:05:00Z", "Menu -&gt; We lost it.", FIRST],
    ["shop.app", "en", MOMENT, "5", "Good", "", "", "", SECOND],
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_google_play(encoding: str) -> None:
    found = messages(table(*PLAY, encoding=encoding))
    assert [(one.side, one.text, one.rating, one.id) for one in found] == [
        ("customer", "It never came.", 1.0, "play:gp:1"),
        ("ours", "Menu -> We lost it.", None, "play:gp:1/reply"),
        ("customer", "", 5.0, "play:gp:2"),
    ]
    assert found[0].subject == ""
    assert found[2].subject == "Good"
    assert found[0].sent == datetime(2025, 2, 11, 11, 5, tzinfo=UTC)
    assert sorted(len(thread.messages) for thread in threads(found)) == [1, 2]


def test_parquet(tmp_path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        "text": ["It never came.", "We lost it.", None],
        "side": ["customer", "business", "customer"],
        "sent_at": pa.array([datetime(2025, 2, 11, 11, 5, tzinfo=UTC), None, None], pa.timestamp("us", "UTC")),
        "ticket": [48213, 48213, 48214],
        "unused": [[1], [2], [3]],
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    found = items_of(tmp_path / "a.parquet")
    assert brief(found[:2]) == [("customer", "It never came."), ("ours", "We lost it.")]
    assert found[0].sent == datetime(2025, 2, 11, 11, 5, tzinfo=UTC)
    assert isinstance(found[2], Unreadable)
    assert len(threads(found[:2])) == 1
    assert brief(read_bytes((tmp_path / "a.parquet").read_bytes())[:2]) == brief(found[:2])
    (wrong,) = read_bytes((tmp_path / "a.parquet").read_bytes()[:-10])
    assert isinstance(wrong, Unreadable)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2025-02-11T13:05:00+02:00", datetime(2025, 2, 11, 11, 5, tzinfo=UTC)),
        ("2025-02-11", datetime(2025, 2, 11, tzinfo=UTC)),
        ("2025/2/11 11:05", datetime(2025, 2, 11, 11, 5, tzinfo=UTC)),
        ("11.02.2025 11:05", datetime(2025, 2, 11, 11, 5, tzinfo=UTC)),
        ("11. 2. 2025.", datetime(2025, 2, 11, tzinfo=UTC)),
        ("1739271900", datetime(2025, 2, 11, 11, 5, tzinfo=UTC)),
        (1739271900, datetime(2025, 2, 11, 11, 5, tzinfo=UTC)),
        (1739271900000, datetime(2025, 2, 11, 11, 5, tzinfo=UTC)),
        ("1739271900000000", datetime(2025, 2, 11, 11, 5, tzinfo=UTC)),
        ("2025-02-11 11:05:00 UTC", datetime(2025, 2, 11, 11, 5, tzinfo=UTC)),
        ("Tue, 11 Feb 2025 13:05:00 +0200", datetime(2025, 2, 11, 11, 5, tzinfo=UTC)),
        ("02/11/2025", None), ("11", None), (0, None), ("", None), (None, None), (True, None), ("soon", None),
        (10**30, None), (float("inf"), None),
    ],
)  # fmt: skip
def test_moments(value: object, expected: datetime | None) -> None:
    assert read_moment(value) == expected


cell = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.lists(cell, min_size=1, max_size=4), max_size=6))
def test_any_table_is_read_to_its_end(rows: list[list[str]]) -> None:
    found = read_bytes(table(["text", "sent", "side"], *rows, ["the last", "", ""]))
    assert isinstance(found[-1], Message)
    assert found[-1].text == "the last"
    assert all(isinstance(one, Message | Unreadable) for one in found)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_to_their_end(data: bytes) -> None:
    for one in read_bytes(b"text,sent\n" + data):
        assert one.place


@pytest.mark.parametrize(
    ("told", "moment", "order"),
    [
        ("13/04/2025", datetime(2025, 4, 13, tzinfo=UTC), "day"),
        ("04/13/2025 1:05 PM", datetime(2025, 4, 13, 13, 5, tzinfo=UTC), "month"),
        ("3/4/25, 12:05 a.m.", datetime(2025, 4, 3, 0, 5, tzinfo=UTC), "either"),
        ("05/05/2025 23:59:60", datetime(2025, 5, 5, 23, 59, 59, tzinfo=UTC), ""),
        ("2025/04/13", datetime(2025, 4, 13, tzinfo=UTC), ""),
        ("2025-04-13", datetime(2025, 4, 13, tzinfo=UTC), ""),
        ("31/31/2025", None, ""), ("30/02/2025", None, ""), ("1/2", None, ""), ("a/b/c", None, ""), (None, None, ""),
        ("03/04/2025 25:00", None, ""), ("03/04/1801", None, ""),
    ],
)  # fmt: skip
def test_dates_with_slashes(told: object, moment: datetime | None, order: str) -> None:
    assert read_date(told) == (moment, order)
