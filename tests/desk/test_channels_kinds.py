"""What every kind of channel must have and do, whatever it is: run over each kind that is found."""

from datetime import timedelta
from pathlib import Path

import pytest
from django import forms
from django.utils import timezone

from amends.desk import channels
from amends.desk.cases.models import Case, Message
from amends.desk.channels import services
from amends.desk.channels.kinds import ChannelForm, Private, Raw, Unreadable, kinds, limit_of, measure_of
from amends.desk.channels.models import Channel, HeardItem

DOCS = Path(__file__).parents[2] / "docs"
FOLDER = Path(channels.__file__).parent

pytestmark = pytest.mark.parametrize("kind", kinds().values(), ids=kinds().keys())


def fixtures(kind, ending=""):
    found = [path for path in sorted((FOLDER / kind.name / "fixtures").glob("*")) if path.is_file()]
    return [path for path in found if (f".{ending}." in path.name if ending else ".broken." not in path.name)]


@pytest.fixture
def channel(kind, business):
    return Channel.objects.create(kind=kind.name, name="Ours")


def store(channel, *paths):
    """As if a look had brought these files, each under the id of what it holds."""
    from amends.desk.channels.kinds import Page

    raws = []
    for path in paths:
        content = path.read_bytes()
        heard = list(channel.of_kind.read(content))
        raws.append(Raw(heard[0].id if len(heard) == 1 else path.name.partition(".")[0], content))
    return services.take_hook(channel, Page(tuple(raws)))


def test_it_has_all_that_belongs_to_it(kind):
    assert (FOLDER / kind.name / "channel.py").is_file()
    assert issubclass(kind.form, ChannelForm)
    form = kind.form()
    for name in kind.form.secrets:
        widget = form.fields[name].widget
        assert not getattr(widget, "render_value", False), "a secret is never shown again"
        assert isinstance(widget, (forms.PasswordInput, forms.Textarea, forms.FileInput))
    assert str(kind.label) and kind.icon
    assert kind.every >= timedelta(seconds=30)
    assert (DOCS / kind.docs).is_file(), "each kind has a page that a shop owner can follow"
    assert kind.docs in (DOCS / "README.md").read_text(encoding="utf-8")
    assert fixtures(kind), "each kind brings fixtures"


def test_its_limit_leaves_room(kind):
    channel = Channel(kind=kind.name)
    limit = limit_of(kind, channel)
    if kind.can_answer or isinstance(kind, Private):
        assert limit is None or limit >= 100
        assert measure_of(kind)("a" * 10) >= 1


def test_fixtures_are_read(kind):
    for path in fixtures(kind):
        for heard in kind.read(path.read_bytes()):
            assert heard.id
            assert heard.gone or heard.words or heard.rating is not None, path.name
            assert heard.moment.tzinfo is not None and heard.moment.utcoffset() == timedelta()
            assert heard.rating is None or 1 <= heard.rating <= 5
            assert heard.reach >= 0
            assert not heard.address or heard.address.startswith(("https://", "http://"))
            assert "<" not in heard.words or "</" not in heard.words, f"{path.name}: words are plain text"
        assert list(kind.read(path.read_bytes())) == list(kind.read(path.read_bytes())) or any(
            one.gone for one in kind.read(path.read_bytes())
        ), "parsing is pure"


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe\0", b"[]", b'"x"', b"{}", b"<html></html>", b"null", b"[" * 9999])
def test_hostile_bytes_are_unreadable_or_nothing(kind, raw):
    try:
        assert not [one for one in kind.read(raw) if not one.id]
    except Unreadable as error:
        assert error.words


def test_broken_fixtures_are_shown_as_such(kind, channel, run_clock):
    for path in fixtures(kind, "broken"):
        with pytest.raises(Unreadable):
            list(kind.read(path.read_bytes()))


def test_what_it_heard_is_taken_in_once(kind, channel, run_clock):
    paths = fixtures(kind)
    first = store(channel, *paths)
    assert first
    run_clock(timezone.now() + timedelta(minutes=1))
    assert not HeardItem.objects.filter(state="waiting").exists()
    assert not HeardItem.objects.filter(state="unreadable").exists()
    counted = (Case.objects.count(), Message.objects.count(), HeardItem.objects.count())
    assert Case.objects.exists()
    assert store(channel, *paths) == 0
    run_clock(timezone.now() + timedelta(minutes=2))
    assert (Case.objects.count(), Message.objects.count(), HeardItem.objects.count()) == counted


def test_an_edit_comes_into_the_same_case(kind, channel, run_clock):
    edited = fixtures(kind, "edited")
    for after in edited:
        before = after.with_name(after.name.replace(".edited.", ".first."))
        store(channel, before)
        run_clock(timezone.now() + timedelta(minutes=1))
        cases = Case.objects.count()
        messages = Message.objects.filter(direction="in").count()
        store(channel, after)
        run_clock(timezone.now() + timedelta(minutes=2))
        assert Case.objects.count() == cases
        assert Message.objects.filter(direction="in").count() == messages + 1


def test_its_form_says_what_is_wrong(kind, lead, signed_in, business):
    page = signed_in(lead).post(f"/settings/channels/add/{kind.name}/", {"name": ""})
    assert page.status_code == 422
    assert not Channel.objects.exists()
    assert signed_in(lead).get(f"/settings/channels/add/{kind.name}/").status_code == 200
