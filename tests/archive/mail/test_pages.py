"""Mails in HTML: their words, and a page that does no harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mail_samples import page

from amends.archive.mail import parse, safe_page
from amends.archive.mail.pages import page_text
from amends.text import zones


def words(html: str) -> str:
    return page_text(html)[0]


def test_lines_and_paragraphs_as_they_are_shown() -> None:
    html = "A<br>B<p>C</p>D<ul><li>x<li>y</ul><table><tr><td>1<td>2</tr><tr><td>3</table><h2>E</h2>F"
    assert words(html) == "A\nB\n\nC\n\nD\n\n- x\n- y\n\n1\t2\n3\n\nE\n\nF"


def test_blanks_as_they_are_shown() -> None:
    assert words("<p>one\n   two&nbsp; <b> three</b>\tfour &amp; five</p>") == "one two three four & five"
    assert words("<pre>a\n  b</pre>") == "a\n  b"


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">see inside</div>',
        '<span style="font-size:0;DISPLAY : none">see inside</span>',
        "<p hidden>see inside</p>",
        "<style>see inside</style>",
        "<script>see inside</script>",
        "<title>see inside</title>",
        "<!-- see inside -->",
        '<div style="mso-hide:all">see inside</div>',
    ],
)
def test_what_is_not_shown_is_not_read(hidden: str) -> None:
    assert words(f"<html><body>{hidden}<p>It came.</p></body></html>") == "It came."


@pytest.mark.parametrize(
    "quoted",
    [
        "<blockquote>{}</blockquote>",
        '<div class="gmail_quote"><blockquote class="gmail_quote">{}</blockquote></div>',
        '<div class="yahoo_quoted">{}</div>',
        '<hr><div id="divRplyFwdMsg"><b>Von:</b> Fay</div><div>{}</div>',
        '<div style="border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><b>Od:</b> Fay</div><p>{}</p>',
    ],
)
def test_quoted_mail_is_marked(quoted: str) -> None:
    html = "<div>We lost it.</div>" + quoted.format("<p>Where is it?</p><p>Fay</p>")
    text = words(html)
    assert "> Where is it?" in text
    assert [text[zone.start : zone.end].strip() for zone in zones(text) if zone.kind == "author"] == ["We lost it."]


def test_quotes_within_quotes() -> None:
    assert words("a<blockquote>b<blockquote>c</blockquote>d</blockquote>e") == "a\n>\n> b\n> >\n> > c\n>\n> d\n\ne"


def test_hebrew_pages() -> None:
    html = '<div dir="rtl">שלום <bdi>48213</bdi>,<br>ההזמנה <b>לא</b> הגיעה.</div>'
    assert words(html) == "שלום 48213,\nההזמנה לא הגיעה."
    assert safe_page(html) == html
    assert parse(page(html)).html.count('dir="rtl"') == 1


def test_something_that_was_never_closed_swallows_nothing() -> None:
    text, parsed = page_text("<title>It never came. <p>Fay")
    assert text.split() == ["It", "never", "came.", "Fay"]
    assert not parsed
    assert "It never came." in safe_page("<title>It never came. <p>Fay")


@pytest.mark.parametrize(
    "harmful",
    [
        "<script>alert(1)</script>",
        '<img src="x" onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href=" java&#10;script:alert(1)">x</a>',
        '<a href="data:text/html,alert(1)">x</a>',
        '<svg><a xlink:href="javascript:alert(1)">x</a></svg>',
        '<iframe src="https://evil.example"></iframe>',
        '<form action="https://evil.example"><input name="password"></form>',
        '<base href="https://evil.example">',
        '<meta http-equiv="refresh" content="0;url=https://evil.example">',
        '<link rel="stylesheet" href="https://evil.example">',
        '<p style="position:fixed;top:0;background:url(https://evil.example)">x</p>',
        '<img src="https://evil.example/seen.gif">',
        '<img srcset="https://evil.example/seen.gif 1x">',
        '<video src="https://evil.example/seen.mp4">',
        '<table background="https://evil.example/seen.gif"><tr><td>x</table>',
        '<math><mtext><style><img src="x" onerror="alert(1)"></style></mtext></math>',
        '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
        '<div id="inbox" class="button primary">x</div>',
    ],
)
def test_a_page_that_is_shown_does_nothing(harmful: str) -> None:
    shown = safe_page(f"<p>Before</p>{harmful}<p>After</p>").lower()
    assert "before" in shown
    for word in ("script", "evil.example", "onerror", "position", "url(", "<input", "<form", "class=", "id="):
        assert word not in shown


def test_what_does_no_harm_stays() -> None:
    link, picture = '<a href="https://shop.example/48213">it</a>', '<img src="cid:pic@mail.example">'
    shown = safe_page(f'<p style="text-align:right">See {link}{picture}</p>')
    assert 'href="https://shop.example/48213"' in shown
    assert "noopener" in shown
    assert "nofollow" in shown
    assert 'src="cid:pic@mail.example"' in shown
    assert "text-align:right" in shown


TANGLED = {
    "formatting": "".join(f"<b a={number}><p>" for number in range(20_000)),
    "formatting, closed": "".join(f"<b a={number}><p>" for number in range(9_000)) + "</b>" * 9_000,
    "blocks": "<div>" * 200_000,
    "lists": "<ul><li>" * 100_000,
    "ends": "</p>" * 300_000,
    "attributes": "<i " + " ".join(f"a{number}=1" for number in range(100_000)) + ">",
    "unknown": "".join(f"<x{number}>" for number in range(100_000)),
    "titles": "<title>" * 100_000,
    "comments": "<!--" * 200_000,
}


@pytest.mark.parametrize("name", TANGLED)
def test_pages_made_to_keep_a_parser_busy_still_give_their_words(name: str) -> None:
    """Each of them takes a parser minutes; that this test ends is what it shows."""
    found = parse(page("It never came. " + TANGLED[name]))
    assert found.text.startswith("It never came.")
    assert found.html.count("It never came.") == 1


@given(st.text(alphabet="<>/ab p=\"'!-&;divtrbloqu\n ", max_size=200))
def test_any_page_gives_text_and_a_harmless_page(html: str) -> None:
    text, _ = page_text(html)
    text.encode("utf-8")
    shown = safe_page(html)
    assert "<script" not in shown
    assert safe_page(shown) == shown
