"""Who the business is: as somebody says, or as an archive shows."""

import pytest
from mail_samples import mail

from amends.archive.mail import Address
from amends.archive.message import Message
from amends.archive.ours import Ours, find_ours
from amends.archive.readers import Context, read
from amends.archive.readers.mails import from_mail


def letter(sender: str, *to: str, place: str = "box:0") -> Message:
    from amends.archive.mail import parse

    return from_mail(parse(mail(From=sender, To=", ".join(to))), place)


def test_what_somebody_says() -> None:
    ours = Ours.read(["Hello@Shop.example", "@bakery.example", "inn.example", "@harbour", "Harbour Café"])
    assert ours.has(Address("", "hello@shop.example"))
    assert not ours.has(Address("", "fay@shop.example"))
    assert ours.has(Address("", "Anybody@Bakery.Example"))
    assert ours.has(Address("", "a@inn.example"))
    assert not ours.has(Address("", "a@notinn.example"))
    assert ours.has(Address("harbour cafe", ""))
    assert ours.has(Address("x", "@harbour"))
    assert not ours.has(Address("", ""))


@pytest.mark.parametrize("given", ["", "  ", "gmail.com", "@inbox.lt"])
def test_what_nobody_can_mean(given: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Ours.read([given])


def test_the_mailbox_that_everybody_writes_to() -> None:
    mails = [letter(f"c{n}@mail{n}.example", "hello@shop.example") for n in range(6)]
    mails += [letter("tom@shop.example", f"c{n}@mail{n}.example") for n in range(6)]
    ours = find_ours(mails)
    assert ours.domains == {"shop.example"}
    assert ours.has(Address("", "tom@shop.example"))
    assert not ours.has(Address("", "c1@mail1.example"))


def test_a_business_with_an_address_like_everybodys() -> None:
    mails = [letter(f"c{n}@gmail.com", "harbour.shop@gmail.com") for n in range(6)]
    mails += [letter("harbour.shop@gmail.com", f"c{n}@gmail.com") for n in range(6)]
    ours = find_ours(mails)
    assert ours.addresses == {"harbour.shop@gmail.com"}
    assert not ours.has(Address("", "c1@gmail.com"))


@pytest.mark.parametrize(
    "folder", ["Sent", "mail/Sent Items/cur", ".Išsiųsta/cur", "Poslano.mbox", "פריטים שנשלחו", "Saadetud"]
)
def test_what_lies_in_the_folder_of_sent_mail_is_ours(folder: str) -> None:
    place = f"archive/{folder}/1:0"
    mails = [letter("ana@inbox.lt", f"c{n}@mail{n}.example", place=place) for n in range(3)]
    assert find_ours(mails).addresses == {"ana@inbox.lt"}


def test_where_nobody_stands_out_nobody_is_ours() -> None:
    assert not find_ours([letter(f"a{n}@x{n}.example", f"b{n}@y{n}.example") for n in range(20)])
    assert not find_ours([])


def test_readers_tell_it_for_the_whole_archive(tmp_path) -> None:
    for n in range(5):
        (tmp_path / f"{n}in.eml").write_bytes(mail(From=f"c{n}@mail{n}.example"))
        (tmp_path / f"{n}out.eml").write_bytes(mail(From="hello@shop.example", To=f"c{n}@mail{n}.example"))
    found = [one.side for one in read([str(tmp_path)]) if isinstance(one, Message)]
    assert found == ["customer", "ours"] * 5
    context = Context(ours=Ours.read(["mail1.example"]))
    found = [one.side for one in read([str(tmp_path)], context) if isinstance(one, Message)]
    assert found.count("ours") == 1
