"""Exports of help desks and of reviews: who said what, when, and what is no message."""

import json
from datetime import UTC, datetime

import pytest
from archive_samples import brief, items_of, notes, read_bytes, read_records
from hypothesis import given
from hypothesis import strategies as st

from amends.archive.mail import Address
from amends.archive.message import LeftOut, Message, Unreadable
from amends.archive.threads import threads

OWN = {
    "id": "48213",
    "channel": "email",
    "subject": "Parcel",
    "customer": {"name": "Fay Moore", "address": "fay@mail.example"},
    "messages": [
        {"id": "1", "at": "2025-02-11T13:05:00+02:00", "from": "customer", "text": "It never came."},
        {"id": "2", "at": "2025-02-11T14:00:00+02:00", "from": "business", "author": "Tom", "text": "We lost it."},
        {"id": "3", "at": 1739300000, "from": "business", "text": "We got your mail.", "automatic": True},
    ],
}
ZENDESK = {
    "id": 48213,
    "subject": "Parcel",
    "description": "It never came.",
    "requester_id": 7,
    "via": {"channel": "email"},
    "created_at": "2025-02-11T11:05:00Z",
    "satisfaction_rating": {"score": "bad", "comment": "Still not here."},
    "updated_at": "2025-02-14T11:05:00Z",
    "comments": [
        {
            "id": 1,
            "author_id": 7,
            "plain_body": "It never came.",
            "public": True,
            "created_at": "2025-02-11T11:05:00Z",
            "via": {"channel": "email", "source": {"from": {"address": "fay@mail.example", "name": "Fay"}, "to": {}}},
        },
        {
            "id": 2,
            "author_id": 9,
            "plain_body": "Who had this one?",
            "public": False,
            "created_at": "2025-02-11T11:20:00Z",
        },
        {
            "id": 3,
            "author_id": 9,
            "html_body": "<p>We <b>lost</b> it.</p>",
            "public": True,
            "created_at": "2025-02-11T12:00:00Z",
        },
    ],
}
INTERCOM = {
    "type": "conversation",
    "id": "48213",
    "created_at": 1739271900,
    "source": {
        "type": "email",
        "id": "s1",
        "subject": "<p>Parcel</p>",
        "body": "<p>It never came.</p>",
        "author": {"type": "user", "id": "u1", "name": "Fay", "email": "fay@mail.example"},
    },
    "conversation_parts": {
        "conversation_parts": [
            {"part_type": "assignment", "body": None, "created_at": 1739271901, "author": {"type": "bot", "id": "b"}},
            {
                "part_type": "comment",
                "body": "We will look.",
                "created_at": 1739271905,
                "author": {"type": "bot", "id": "b"},
            },
            {
                "part_type": "note",
                "body": "Who had it?",
                "created_at": 1739271910,
                "author": {"type": "admin", "id": "a"},
            },
            {
                "part_type": "close",
                "body": "<p>We lost it.</p>",
                "created_at": 1739275000,
                "author": {"type": "admin", "id": "a", "name": "Tom"},
            },
        ]
    },
    "conversation_rating": {"rating": 2, "remark": "Slow.", "created_at": 1739279000},
}
FRESHDESK = {
    "id": 48213,
    "subject": "Parcel",
    "description_text": "It never came.",
    "requester_id": 7,
    "requester": {"name": "Fay", "email": "fay@mail.example"},
    "source": 1,
    "status": 5,
    "created_at": "2025-02-11T11:05:00Z",
    "conversations": [
        {"id": 1, "body_text": "Who had it?", "private": True, "incoming": False, "source": 2, "user_id": 9},
        {
            "id": 2,
            "body_text": "We lost it.",
            "private": False,
            "incoming": False,
            "source": 0,
            "from_email": "Shop <hello@shop.example>",
            "to_emails": ["fay@mail.example"],
            "created_at": "2025-02-11T12:00:00Z",
        },
        {
            "id": 3,
            "body_text": "And now?",
            "private": False,
            "incoming": True,
            "source": 0,
            "created_at": "2025-02-12T12:00:00Z",
        },
    ],
}


def chatwoot(kind: object, text: str, **more: object) -> dict[str, object]:
    return {
        "event": "message_created",
        "id": more.pop("id", 1),
        "content": text,
        "message_type": kind,
        "private": False,
        "created_at": "2025-02-11T11:05:00Z",
        "sender": {"id": 3, "name": "Fay", "email": "fay@mail.example", "type": "contact"},
        "inbox": {"id": 1, "name": "Site"},
        "conversation": {"id": 48213, "channel": "Channel::WebWidget", "status": "open", "messages": []},
        "account": {"id": 1},
        **more,
    }


def zammad(sender: str, body: str, **more: object) -> dict[str, object]:
    return {
        "ticket": {"id": 5, "number": "48213", "title": "Parcel", "customer": {"email": "fay@mail.example"}},
        "article": {
            "id": more.pop("id", 1),
            "from": "Fay Moore <fay@mail.example>" if sender == "Customer" else "Shop <hello@shop.example>",
            "to": "hello@shop.example" if sender == "Customer" else "fay@mail.example",
            "body": body,
            "content_type": "text/plain",
            "sender": sender,
            "type": "email",
            "internal": False,
            "created_at": "2025-02-11T11:05:00.000Z",
            **more,
        },
    }


def google(comment: str, stars: str = "ONE", **more: object) -> dict[str, object]:
    return {
        "reviewId": "r1",
        "reviewer": {"displayName": "Fay M"},
        "starRating": stars,
        "comment": comment,
        "createTime": "2025-02-11T11:05:00.123456Z",
        "updateTime": "2025-02-11T11:05:00.123456Z",
        **more,
    }


@pytest.mark.parametrize("lines", [True, False], ids=["lines", "list"])
def test_our_own_layout(lines: bool) -> None:
    found = read_records(
        OWN, {"id": "2", "customer": "Bob", "messages": [{"from": "customer", "text": "Hi"}]}, lines=lines
    )
    assert brief(found) == [
        ("customer", "It never came."),
        ("ours", "We lost it."),
        ("ours", "We got your mail."),
        ("customer", "Hi"),
    ]
    first, second, third, fourth = (one for one in found if isinstance(one, Message))
    assert first.author == Address("Fay Moore", "fay@mail.example")
    assert first.sent == datetime(2025, 2, 11, 11, 5, tzinfo=UTC)
    assert (first.channel, first.subject, first.public) == ("email", "Parcel", False)
    assert (second.author, second.recipients) == (Address("Tom", ""), (Address("Fay Moore", "fay@mail.example"),))
    assert third.automatic
    assert fourth.author == Address("Bob", "")
    assert [len(thread.messages) for thread in threads([first, second, third, fourth])] == [3, 1]
    assert len({one.place for one in (first, second, third, fourth)}) == 4


@pytest.mark.parametrize("lines", [True, False], ids=["lines", "list"])
def test_zendesk(lines: bool) -> None:
    found = read_records(ZENDESK, lines=lines)
    assert brief(found) == [("customer", "It never came."), ("ours", "We lost it."), ("customer", "Still not here.")]
    first, second, rating = (one for one in found if isinstance(one, Message))
    assert first.author == Address("Fay", "fay@mail.example")
    assert first.subject == "Parcel"
    assert second.sent == datetime(2025, 2, 11, 12, tzinfo=UTC)
    assert rating.rating == 1
    assert len(notes(found)) == 1
    assert len(threads([first, second, rating])) == 1


def test_zendesk_where_it_is_known_who_is_staff() -> None:
    partner = {
        "id": 4,
        "author_id": 8,
        "plain_body": "My wife says Friday.",
        "public": True,
        "created_at": "2025-02-12",
    }
    ticket = {**ZENDESK, "comments": [*ZENDESK["comments"], partner], "satisfaction_rating": None}
    users = [{"id": 9, "name": "Tom", "email": "tom@shop.example", "role": "agent"}]
    users += [{"id": 8, "name": "Bob", "email": "bob@mail.example", "role": "end-user"}]
    document = {"users": users, "tickets": [ticket], "count": 1, "next_page": None}
    assert brief(read_bytes(json.dumps(document).encode()))[-1] == ("customer", "My wife says Friday.")
    assert brief(read_bytes(json.dumps(document, indent=1).encode()))[-1] == ("customer", "My wife says Friday.")
    assert brief(read_records(ticket))[-1] == ("ours", "My wife says Friday.")


def test_zendesk_users_in_a_file_of_their_own(tmp_path) -> None:
    (tmp_path / "tickets.jsonl").write_text(json.dumps({**ZENDESK, "requester_id": 99}))
    (tmp_path / "users.json").write_text(json.dumps({"users": [{"id": 9, "email": "t@shop.example", "role": "admin"}]}))
    assert [side for side, _ in brief(items_of(tmp_path))][:2] == ["customer", "ours"]


def test_zendesk_without_comments_gives_the_description() -> None:
    ticket = {key: value for key, value in ZENDESK.items() if key not in ("comments", "satisfaction_rating")}
    assert brief(read_records(ticket)) == [("customer", "It never came.")]


def test_intercom() -> None:
    found = read_records(INTERCOM)
    assert brief(found) == [
        ("customer", "It never came."),
        ("ours", "We will look."),
        ("ours", "We lost it."),
        ("customer", "Slow."),
    ]
    messages = [one for one in found if isinstance(one, Message)]
    assert [bool(one.automatic) for one in messages] == [False, True, False, False]
    assert messages[0].subject == "Parcel"
    assert messages[0].author == Address("Fay", "fay@mail.example")
    assert messages[2].recipients == (Address("Fay", "fay@mail.example"),)
    assert messages[3].rating == 2
    assert len(notes(found)) == 1
    assert len(threads(messages)) == 1


def test_freshdesk() -> None:
    found = read_records(FRESHDESK)
    assert brief(found) == [("customer", "It never came."), ("ours", "We lost it."), ("customer", "And now?")]
    messages = [one for one in found if isinstance(one, Message)]
    assert messages[1].author == Address("Shop", "hello@shop.example")
    assert messages[2].author == Address("Fay", "fay@mail.example")
    assert len(notes(found)) == 1
    assert len(threads(messages)) == 1


def test_chatwoot_webhooks() -> None:
    found = read_records(
        chatwoot("incoming", "It never came."),
        chatwoot("outgoing", "We lost it.", id=2, sender={"id": 1, "name": "Tom", "type": "user"}),
        chatwoot("outgoing", "Who had it?", id=3, private=True),
        chatwoot("template", "How did we do?", id=4),
        chatwoot("activity", "Tom closed this.", id=5),
        chatwoot("outgoing", "I am a bot.", id=6, sender={"id": 2, "type": "agent_bot"}),
    )
    assert brief(found) == [
        ("customer", "It never came."),
        ("ours", "We lost it."),
        ("ours", "How did we do?"),
        ("ours", "I am a bot."),
    ]
    messages = [one for one in found if isinstance(one, Message)]
    assert [bool(one.automatic) for one in messages] == [False, False, True, True]
    assert {one.channel for one in messages} == {"chat"}
    assert len(notes(found)) == 1
    assert len(threads(messages)) == 1


def test_chatwoot_conversations_with_numbers_for_words() -> None:
    nested = [
        {"id": 1, "content": "It never came.", "message_type": 0, "created_at": 1739271900},
        {"id": 2, "content": "We lost it.", "message_type": 1, "created_at": 1739275000, "private": False},
        {"id": 3, "content": "closed", "message_type": 2, "created_at": 1739275001},
    ]
    conversation = {
        "id": 7,
        "channel": "Channel::Email",
        "messages": nested,
        "meta": {"sender": {"id": 3, "name": "Fay"}},
    }
    found = read_records(conversation)
    assert brief(found) == [("customer", "It never came."), ("ours", "We lost it.")]
    assert all(one.sent is not None and one.channel == "email" for one in found if isinstance(one, Message))


def test_zammad() -> None:
    found = read_records(
        zammad("Customer", "It never came.", message_id="<one@mail.example>"),
        zammad(
            "Agent", "<div>We <b>lost</b> it.</div>", id=2, content_type="text/html", in_reply_to="<one@mail.example>"
        ),
        zammad("Agent", "Who had it?", id=3, internal=True),
        zammad("System", "We got your mail.", id=4),
    )
    assert brief(found) == [("customer", "It never came."), ("ours", "We lost it."), ("ours", "We got your mail.")]
    messages = [one for one in found if isinstance(one, Message)]
    assert messages[0].id == "one@mail.example"
    assert messages[0].author == Address("Fay Moore", "fay@mail.example")
    assert [bool(one.automatic) for one in messages] == [False, False, True]
    assert len(notes(found)) == 1


def test_zammad_leaves_out_what_is_nothing() -> None:
    assert brief(read_records({"ticket": {"id": 5}, "article": {"body": "It never came.", "sender": "Customer"}})) == [
        ("customer", "It never came.")
    ]


def test_google_reviews() -> None:
    reply = {"comment": "We lost it.", "updateTime": "2025-02-12T11:05:00Z"}
    found = read_records(google("It never came.", reviewReply=reply), google("", "FIVE", reviewId="r2"))
    assert brief(found) == [("customer", "It never came."), ("ours", "We lost it."), ("customer", "")]
    messages = [one for one in found if isinstance(one, Message)]
    assert [one.rating for one in messages] == [1, None, 5]
    assert all(one.public and one.channel == "review" for one in messages)
    assert messages[0].author == Address("Fay M", "")
    assert sorted(len(thread.messages) for thread in threads(messages)) == [1, 2]


@pytest.mark.parametrize(
    "comment",
    [
        "(Translated by Google) It never came.\n\n(Original)\nNeatėjo.",
        "Neatėjo.\n\n(Translated by Google)\nIt never came.",
    ],
)
def test_google_reviews_in_the_words_of_the_customer(comment: str) -> None:
    assert brief(read_records(google(comment))) == [("customer", "Neatėjo.")]


@pytest.mark.parametrize("key", ["reviews", "tickets", "conversations"])
def test_lists_within_a_document(key: str) -> None:
    document = json.dumps({"count": 2, key: [google("one"), google("two", reviewId="r2")], "next": None}, indent=2)
    assert [text for _, text in brief(read_bytes(document.encode()))] == ["one", "two"]
    assert [text for _, text in brief(read_bytes(json.dumps(json.loads(document)).encode()))] == ["one", "two"]


def test_different_products_in_one_file() -> None:
    found = read_records(
        OWN, ZENDESK, INTERCOM, FRESHDESK, chatwoot("incoming", "x"), zammad("Customer", "y"), google("z")
    )
    assert len(brief(found)) == 3 + 3 + 4 + 3 + 1 + 1 + 1


def test_one_bad_line_stops_nothing() -> None:
    good = json.dumps(google("good")).encode()
    bad = [
        b"nope",
        b"{",
        b"[1, 2]",
        b'"x"',
        b"[" * 100_000,
        b'{"unheard": "of", "of": ["x"]}',
        b"\xff\xfe{",
        b'{"a": NaN',
    ]
    found = read_bytes(b"\n".join([good, *bad, b"", good.replace(b"r1", b"r2")]) + b"\n")
    assert [one.text for one in found if isinstance(one, Message)] == ["good", "good"]
    wrong = [one for one in found if isinstance(one, Unreadable)]
    assert [one.place for one in wrong] == [f"-:{number}" for number in range(2, 2 + len(bad))]
    assert all(one.reason for one in wrong)


def test_a_document_that_was_cut_off() -> None:
    text = json.dumps([google(f"review {number}", reviewId=str(number)) for number in range(50)])
    found = read_bytes(text[:-200].encode())
    texts = [one.text for one in found if isinstance(one, Message)]
    assert texts == [f"review {number}" for number in range(len(texts))]
    assert len(texts) in (48, 49)
    assert isinstance(found[-1], Unreadable)


def test_records_that_changed_their_shape() -> None:
    strange = [
        {**ZENDESK, "comments": [5, None, {"id": 1, "author_id": 7, "plain_body": ["a"], "via": "mail"}]},
        {**INTERCOM, "source": [1], "conversation_parts": [1]},
        {**FRESHDESK, "conversations": {"a": 1}},
        {**OWN, "customer": 5, "messages": [{"text": {"a": 1}}]},
        {**zammad("Customer", "x"), "ticket": {"customer": 5}},
        google("x", reviewer="Fay"),
        chatwoot("incoming", "x", sender="Fay"),
    ]
    found = read_records(*strange, google("the last"))
    assert [one.text for one in found if isinstance(one, Message)][-1] == "the last"
    assert all(one.reason for one in found if isinstance(one, Unreadable | LeftOut))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
records = st.sampled_from(
    [OWN, ZENDESK, INTERCOM, FRESHDESK, chatwoot("incoming", "x"), zammad("Agent", "x"), google("x", reviewReply={})]
)


@given(records, st.data())
def test_nothing_in_a_record_raises(record: dict[str, object], data: st.DataObject) -> None:
    changed = json.loads(json.dumps(record))
    place = changed
    for _ in range(data.draw(st.integers(1, 3))):
        key = data.draw(st.sampled_from(sorted(place)))
        if isinstance(place[key], dict) and place[key] and data.draw(st.booleans()):
            place = place[key]
        elif (
            isinstance(place[key], list) and place[key] and isinstance(place[key][0], dict) and data.draw(st.booleans())
        ):
            place = place[key][0]
        else:
            place[key] = data.draw(anything)
            break
    found = read_records(changed, google("the last", reviewId="last"))
    assert isinstance(found[-1], Message)
    assert found[-1].text == "the last"
    for one in found:
        if isinstance(one, Message):
            json.dumps([one.id, one.thread, one.text, one.subject, *one.author], allow_nan=False).encode()


def test_memory_does_not_grow_with_a_document(tmp_path) -> None:
    import tracemalloc

    from amends.archive.readers import Context, items, pieces

    file = tmp_path / "large.json"
    record = json.dumps(google("words " * 300))
    with file.open("w") as writing:
        writing.write('{"reviews": [' + record)
        for _ in range(10_000):
            writing.write(",\n" + record)
        writing.write("]}")
    context = Context()
    tracemalloc.start()
    count = sum(1 for piece in pieces([str(file)], context) for _ in items(piece, context))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 10_001
    assert peak < 6_000_000
