"""Words, addresses, ids and parameters in headers, as standards have them and as programs write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_samples import mail

from amends.archive.mail import Address, parse
from amends.archive.mail.headers import addresses, ids, moment, parameters, words


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("=?utf-8?B?xaEgxb4=?=", "š ž"),
        ("=?UTF-8?Q?U=C5=BEsakymas_48213?=", "Užsakymas 48213"),
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
        ("plain =?utf-8?q?a?= between =?utf-8?q?b?= end", "plain a between b end"),
        # A character begins in one word and ends in the next.
        ("=?utf-8?B?xQ==?=\r\n =?utf-8?B?oQ==?=", "š"),
        ("=?utf-8?Q?=C5?= =?UTF-8?Q?=A1?=", "š"),
        ("=?iso-8859-8-i?B?+ezl7Q==?=", "שלום"),
        ("=?windows-1257?Q?=F0=FE?=", "šž"),
        ("=?utf-8*lt?Q?=C5=A1?=", "š"),
        ("=?utf-8?Q?blanks that are not allowed=21?=", "blanks that are not allowed!"),
        ('"=?utf-8?Q?quoted?="', '"quoted"'),
        ("=?x-unheard-of?Q?kettle?=", "kettle"),
        ("=?utf-8?B?a2V0dGxl!?=", "kettle"),
        ("=?utf-8?B?a2V0dGxlc?=", "kettle"),
        ("=?utf-8?Q?cut off", "=?utf-8?Q?cut off"),
        ("=?utf-8?Q?=E2=80=AEevil=E2=80=AC?=", "evil"),
        ("tab\tand\x07bell", "tab and bell"),
        ("", ""),
    ],
)
def test_words(value: str, shown: str) -> None:
    assert parse(mail(Subject=value)).subject == shown


def test_words_that_are_not_ascii_and_say_nothing() -> None:
    assert parse(mail(Subject="Užsakymas".encode())).subject == "Užsakymas"
    lithuanian = "Užsakymas neatėjo, jau dvi savaitės".encode("windows-1257")
    assert parse(mail(Subject=lithuanian)).subject == "Užsakymas neatėjo, jau dvi savaitės"
    hebrew = "ההזמנה שלי לא הגיעה".encode("windows-1255")
    assert parse(mail(Subject=hebrew, Content_Type="text/plain; charset=windows-1255")).subject == "ההזמנה שלי לא הגיעה"


def test_no_header_can_be_smuggled_in() -> None:
    raw = mail(
        Subject="=?utf-8?Q?Parcel=0D=0ABcc:_everyone@evil.example?=",
        From="=?utf-8?Q?Fay=0ABcc:_x@evil.example?= <fay@mail.example>",
    )
    found = parse(raw)
    assert found.subject == "Parcel Bcc: everyone@evil.example"
    assert found.sender == Address("Fay Bcc: x@evil.example", "fay@mail.example")
    assert found.bcc == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("fay@mail.example", [("", "fay@mail.example")]),
        ("<fay@mail.example>", [("", "fay@mail.example")]),
        ("Fay Moore <fay@mail.example>", [("Fay Moore", "fay@mail.example")]),
        ('"Moore, Fay" <fay@mail.example>', [("Moore, Fay", "fay@mail.example")]),
        ("Moore, Fay <fay@mail.example>, b@x.example", [("Moore, Fay", "fay@mail.example"), ("", "b@x.example")]),
        ("fay@mail.example (Fay Moore)", [("Fay Moore", "fay@mail.example")]),
        ('"Fay \\"the cook\\" Moore" <fay@mail.example>', [('Fay "the cook" Moore', "fay@mail.example")]),
        ("=?utf-8?Q?Moore=2C_Fay?= <fay@mail.example>", [("Moore, Fay", "fay@mail.example")]),
        ("'Fay' <fay@mail.example>", [("Fay", "fay@mail.example")]),
        ('"fay@mail.example" <fay@mail.example>', [("", "fay@mail.example")]),
        ('"boss@shop.example" <x@evil.example>', [("boss@shop.example", "x@evil.example")]),
        # What is within a name never becomes an address of its own.
        ("=?utf-8?q?boss=40shop.example=2C?= <x@evil.example>", [("boss@shop.example", "x@evil.example")]),
        ("=?utf-8?q?Moore,_Fay:?= <fay@mail.example>", [("Moore, Fay:", "fay@mail.example")]),
        ("a@x.example; b@x.example", [("", "a@x.example"), ("", "b@x.example")]),
        ("a@x.example b@x.example", [("", "a@x.example"), ("", "b@x.example")]),
        ("A <a@x.example> B <b@x.example>", [("A B", "a@x.example"), ("", "b@x.example")]),
        ("Friends: a@x.example, b@x.example;", [("", "a@x.example"), ("", "b@x.example")]),
        ("undisclosed-recipients:;", []),
        ("<@relay.example:fay@mail.example>", [("", "fay@mail.example")]),
        ("Fay <mailto:fay@mail.example>", [("Fay", "fay@mail.example")]),
        ("fay@mail.example <>", [("", "fay@mail.example")]),
        ("fay@[127.0.0.1]", [("", "fay@[127.0.0.1]")]),
        (", ,", []),
        ("", []),
    ],
)
def test_addresses(value: str, expected: list[tuple[str, str]]) -> None:
    assert parse(mail(Cc=value)).cc == tuple(Address(*one) for one in expected)


def test_what_is_no_address_is_told() -> None:
    found, wrong = addresses(b"Mail System <>, fay at mail.example, fay@mail.example")
    assert found == [Address("", "fay@mail.example")]
    assert wrong == ["Mail System", "fay at mail.example"]


def test_addresses_compare_without_regard_to_capitals() -> None:
    one = Address("Fay", "Fay@Mail.Example")
    assert (one.key, one.domain) == ("fay@mail.example", "mail.example")


@given(st.lists(st.sampled_from(["a@x.example", "Fay <b@x.example>", '"M, F" <c@x.example>']), max_size=6))
def test_as_many_addresses_as_were_written(written: list[str]) -> None:
    found, wrong = addresses(", ".join(written).encode())
    assert len(found) == len(written)
    assert wrong == []


@given(st.binary(max_size=300))
def test_headers_of_any_bytes_are_lines_that_can_be_shown(value: bytes) -> None:
    value = value.replace(b"\r", b"").replace(b"\n", b"")
    shown = [words(value), *parameters(value)[1].values(), *ids(value)]
    found, wrong = addresses(value)
    shown += [*wrong, *(text for one in found for text in one)]
    for line in shown:
        line.encode("utf-8")
        assert not set(line) & set("\r\n\x00\x1b\x85\u2028\u202e")
    assert all("@" in one.address for one in found)
    moment(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<a@x.example> <b@x.example>", ("a@x.example", "b@x.example")),
        ("<a@x.example>\r\n\t<a@x.example>", ("a@x.example",)),
        ("<a@x.\r\n example>", ("a@x.example",)),
        ("a@x.example", ("a@x.example",)),
        ('Your message of "Tue" <a@x.example>', ("a@x.example",)),
        ("no id at all", ()),
    ],
)
def test_ids(value: str, expected: tuple[str, ...]) -> None:
    assert parse(mail(References=value)).references == expected


def test_a_long_conversation_keeps_its_beginning_and_its_end() -> None:
    found = ids(b" ".join(b"<%d@x.example>" % number for number in range(1000)))
    assert found[0] == "0@x.example"
    assert found[-1] == "999@x.example"
    assert len(found) <= 200


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ('attachment; filename="bill.pdf"', "bill.pdf"),
        ("attachment; filename=bill for you.pdf", "bill for you.pdf"),
        ("attachment; filename*=utf-8''s%C4%85skaita.pdf", "sąskaita.pdf"),
        ("attachment; filename*=utf-8''s%C4%85skaita.pdf; filename=saskaita.pdf", "sąskaita.pdf"),
        ("attachment; filename*0*=utf-8''s%C4; filename*1*=%85skaita; filename*2=.pdf", "sąskaita.pdf"),
        ('attachment; filename*0="a long na"; filename*1="me.pdf"', "a long name.pdf"),
        ('attachment; filename="=?utf-8?B?c8SFc2thaXRhLnBkZg==?="', "sąskaita.pdf"),
        ('attachment; filename="sąskaita.pdf"', "sąskaita.pdf"),
        ("attachment; filename*=x-unheard-of''bill%2Epdf", "bill.pdf"),
        ('attachment; filename="bill\\".pdf', 'bill".pdf'),
    ],
)
def test_names_of_files(value: str, name: str) -> None:
    assert parameters(value.encode())[1]["filename"] == name


def test_parameters_without_their_semicolon() -> None:
    assert parameters(b"text/plain charset=utf-8") == ("text/plain", {"charset": "utf-8"})
    assert parameters(b"TEXT / Html;;charset = 'x' ") == ("text/html", {"charset": "'x'"})
