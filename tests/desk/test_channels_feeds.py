"""Feeds from a server of our own: taken in once, only when changed, redirects, trouble, hostile bytes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from standing_in import standing_in

from amends.desk.cases.models import Case
from amends.desk.channels import services
from amends.desk.channels.feeds.channel import KIND
from amends.desk.channels.feeds.form import FeedForm
from amends.desk.channels.feeds.parsing import entries
from amends.desk.channels.kinds import ChannelTrouble, Unreadable
from amends.desk.channels.models import Channel, HeardItem
from amends.desk.errors import WrongInput

COMPLAINT = "The cake I ordered never came. I am very disappointed, the party was ruined. I want my money back."
NOW = datetime(2031, 5, 2, 12, tzinfo=UTC)

RSS = f"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Reviews</title>
<language>en-gb</language><link>https://reviews.example/</link><description>Reviews</description>
<item><guid isPermaLink="false">r-2</guid><title>Lovely</title><link>https://reviews.example/2</link>
<description>The best bread in town, thank you!</description><pubDate>Wed, 30 Apr 2031 10:00:00 GMT</pubDate></item>
<item><guid isPermaLink="false">r-1</guid><title>Never again, Corner Bakery</title><link>/1</link>
<description>short</description><content:encoded><![CDATA[<p>{COMPLAINT}</p><script>alert(1)</script>]]></content:encoded>
<author>ruta@mail.example (Rūta)</author><pubDate>Tue, 29 Apr 2031 10:00:00 GMT</pubDate></item>
</channel></rss>""".encode()

ATOM = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:im="http://itunes.apple.com/rss" xml:lang="lt"><title>x</title>
<entry><id>tag:1</id><title>Bad</title><content type="html">&lt;b&gt;{COMPLAINT}&lt;/b&gt;</content>
<link href="https://reviews.example/a1"/><author><name>Rūta</name><uri>https://reviews.example/u/ruta</uri></author>
<im:rating>1</im:rating><published>2031-04-29T10:00:00Z</published><updated>2031-04-30T10:00:00Z</updated></entry>
</feed>""".encode()


def heard(content):
    found = entries(content, "https://reviews.example/feed", NOW)
    return [one for raw in found for one in KIND.read(raw.content)]


def test_entries_of_rss_oldest_first():
    first, second = heard(RSS)
    assert first.id == "r-1" and first.words == f"Never again, Corner Bakery\n\n{COMPLAINT}"
    assert first.moment == datetime(2031, 4, 29, 10, tzinfo=UTC)
    assert first.address == "https://reviews.example/1", "a link that is not whole is made so"
    assert (first.author_name, first.author, first.language) == ("Rūta", "ruta@mail.example", "en-gb")
    assert (second.id, second.rating) == ("r-2", None)


def test_entries_of_atom_with_stars():
    (one,) = heard(ATOM)
    assert (one.id, one.rating, one.author) == ("tag:1", 1, "https://reviews.example/u/ruta")
    assert one.words == f"Bad\n\n{COMPLAINT}"
    assert one.edited == datetime(2031, 4, 30, 10, tzinfo=UTC)


def test_other_encodings_and_broken_feeds_are_read_as_far_as_they_go():
    hebrew = (
        '<?xml version="1.0" encoding="windows-1255"?><rss><channel><item><title>לא הגיע</title></item></channel></rss>'
    )
    (one,) = heard(hebrew.encode("cp1255"))
    assert one.words == "לא הגיע" and one.moment == NOW
    assert heard(RSS[: RSS.index(b"<item><guid", 400)])[0].id == "r-2"


@pytest.mark.parametrize("content", [b"", b"<html><body>Hello</body></html>", b"{}", b"\xff\xfe\0", b"/etc/passwd"])
def test_what_is_no_feed_is_a_trouble(content):
    with pytest.raises(ChannelTrouble):
        heard(content)


def test_xhtml_entities_of_html_and_older_formats():
    xhtml = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><content type="xhtml">'
        '<div xmlns="http://www.w3.org/1999/xhtml"><p>Stale&nbsp;bread.</p><p>5 &lt; 6, shame on <b>you</b>.</p></div>'
        "</content></entry></feed>"
    )
    assert heard(xhtml.encode())[0].words == "Stale\xa0bread.\n\n5 < 6, shame on you."
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>All</title></channel>'
        '<item rdf:about="https://reviews.example/7"><title>Cold</title><dc:creator>Ona</dc:creator>'
        "<dc:date>2026-04-18T09:00:00+03:00</dc:date></item></rdf:RDF>"
    )
    (one,) = heard(rdf.encode())
    assert (one.id, one.author_name, one.words) == ("https://reviews.example/7", "Ona", "Cold")
    assert one.moment == datetime(2026, 4, 18, 6, tzinfo=UTC)


def test_entities_do_not_grow_and_open_no_files():
    bomb = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    bomb += b'<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    bomb += b'<rss version="2.0"><channel><item><title>&j;&f;</title></item></channel></rss>'
    with pytest.raises(ChannelTrouble):
        heard(bomb)


@given(st.binary(max_size=300))
def test_whatever_comes_is_a_feed_or_a_trouble(content):
    try:
        heard(b'<rss version="2.0"><channel><item><title>' + content)
    except (ChannelTrouble, Unreadable) as error:
        assert error.words


@pytest.fixture
def site(settings):
    settings.WEBHOOKS_TO_PRIVATE = True
    with standing_in() as server:
        server.content, server.edition = RSS, '"1"'

        def feed(asked):
            if asked.headers.get("if-none-match") == server.edition:
                return 304, b""
            return 200, server.content, {"Content-Type": "application/rss+xml", "ETag": server.edition}

        server.routes["GET /feed"] = feed
        server.routes["GET /old"] = lambda _asked: (301, b"", {"Location": f"{server.address}/feed"})
        yield server


@pytest.fixture
def channel(site, business, lead):
    form = FeedForm({"address": f"{site.address}/old", "names": ""})
    assert form.is_valid(), form.errors
    return services.add_channel(lead, KIND, "Reviews", form)


def listen(channel, run_clock):
    Channel.objects.update(look_at=timezone.now(), lease_until=None)
    run_clock()
    run_clock(timezone.now() + timedelta(seconds=2))
    channel.refresh_from_db()


def test_a_feed_becomes_cases_once_and_is_fetched_only_when_it_changed(site, channel, run_clock):
    listen(channel, run_clock)
    assert {case.state for case in Case.objects.all()} == {"new", "set-aside"}
    listen(channel, run_clock)
    assert site.asked[-1].headers["if-none-match"] == '"1"'
    Channel.objects.update(cursor={})
    listen(channel, run_clock)
    assert HeardItem.objects.count() == Case.objects.count() == 2
    case = Case.objects.get(state="new")
    assert case.messages.get().headers["address"] == f"{site.address}/1"
    site.content, site.edition = RSS.replace(COMPLAINT.encode(), COMPLAINT.encode() + b" Call me."), '"2"'
    listen(channel, run_clock)
    assert case.messages.count() == 2 and Case.objects.count() == 2


def test_only_entries_with_our_names(site, channel, run_clock):
    Channel.objects.update(settings={"address": f"{site.address}/feed", "names": "corner bakery\nAnother"})
    channel.refresh_from_db()
    listen(channel, run_clock)
    assert HeardItem.objects.get().remote_id == "r-1"


@pytest.mark.parametrize("status", [404, 410, 429, 503])
def test_trouble_is_said_and_nothing_is_lost(site, channel, run_clock, status):
    site.routes["GET /feed"] = lambda _asked: (status, b"", {"Retry-After": "7200"})
    listen(channel, run_clock)
    assert channel.last_trouble and not HeardItem.objects.exists()
    if status == 429:
        assert channel.look_at > timezone.now() + timedelta(minutes=110)


def test_a_feed_leads_to_no_place_inside(site, channel, run_clock, settings):
    settings.WEBHOOKS_TO_PRIVATE = False
    listen(channel, run_clock)
    assert channel.last_trouble
    asked = len(site.asked)
    listen(channel, run_clock)
    assert len(site.asked) == asked


def test_an_endless_answer_is_not_read_to_its_end(site, channel, run_clock):
    site.routes["GET /feed"] = lambda _asked: (200, b"x" * (5 * 1024 * 1024))
    listen(channel, run_clock)
    assert "4 MB" in channel.last_trouble


def test_an_address_without_a_feed_is_not_added(site, business, lead):
    site.routes["GET /page"] = lambda _asked: (200, b"<html><body>Hello</body></html>", {"Content-Type": "text/html"})
    form = FeedForm({"address": f"{site.address}/page", "names": ""})
    assert form.is_valid()
    with pytest.raises(WrongInput):
        services.add_channel(lead, KIND, "Reviews", form)
    assert not Channel.objects.exists()
