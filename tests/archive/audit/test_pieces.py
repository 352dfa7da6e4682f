"""The small parts of an audit: masks, thanks, near copies, durations, figures that add up, the report, comparing."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from audit_samples import SMALL, talk, write
from hypothesis import given
from hypothesis import strategies as st

from amends.archive.audit import AuditError, Options, compare, compared_page, read_summary, report, run
from amends.archive.audit.copies import HASHES, families, signatures
from amends.archive.audit.figures import Figures
from amends.archive.audit.masking import Mask, is_name
from amends.archive.audit.schema import reference
from amends.archive.audit.words import duration
from amends.archive.gratitude import thanks
from amends.archive.mail import Address
from amends.messages import LANGUAGES, use

# ---- masks


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to fay.moore+x@mail.example.", "Write to …@…."),
        ("@harbour please help", "@… please help"),
        ("Call +370 612 34567 or 040-123-456.", "Call … or …."),
        ("Order 48213 for 12.50 € on 11.02.2025 at 13:05", "Order … for 12.50 € on 11.02.2025 at 13:05"),
        ("See https://shop.example/48213?x=1 now", "See … now"),
        ("Fay waited, and FAY's stove is Moore's.", "… waited, and …'s stove is …'s."),
        ("Fayette is another town", "Fayette is another town"),
        ("Dear Winnie, we lost it.", "Dear …, we lost it."),
        ("Hi Winnie: We lost it.", "Hi …: We lost it."),
        ("Gerbiama Onute Kalnyte,\nmes pametėme.", "Gerbiama …,\nmes pametėme."),
        ("Sveiki, Ona!", "Sveiki, …!"),
        ("שלום דנה,\nאיבדנו.", "שלום …,\nאיבדנו."),
        ("Hi. We do our best.", "Hi. We do our best."),
        ("Hello, We lost it.", "Hello, We lost it."),
        ("Dear customer, we lost it.", "Dear customer, we lost it."),
        ("", ""),
    ],
)
def test_what_tells_who_somebody_is_goes(text: str, masked: str) -> None:
    assert (
        Mask([Address("Fay Moore", "fay@mail.example"), Address("Customer Support", "help@shop.example")])(text)
        == masked
    )


@given(st.text(max_size=200), st.text(max_size=30), st.text(max_size=30))
def test_any_text_can_be_masked_and_masked_again(text: str, name: str, address: str) -> None:
    mask = Mask([Address(name, address)])
    assert "fay@mail.example" not in mask(text + " fay@mail.example")
    mask(mask(text))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Fay Moore", True),
        ("דנה לוי", True),
        ("fay", False),
        ("115712", False),
        ("Customer Support", False),
        ("", False),
    ],
)
def test_names_of_people(text: str, told: bool) -> None:
    assert is_name(text) == told


# ---- thanks


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Thank you so much!", "en"), ("It works now, brilliant.", "en"), ("Ačiū, viskas gerai", "lt"),
        ("Aciu!", "lt"), ("Hvala vam, riješeno", "hr"), ("תודה רבה, מעולה!", "he"), ("והמון תודה", "he"),
        ("Suur tänu, kõik korras", "et"), ("Ďakujem pekne", "sk"), ("thanks!", "lt"),
    ],
)  # fmt: skip
def test_thanks_and_praise(text: str, language: str) -> None:
    assert thanks(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my order? Thanks in advance.", "en"), ("Thanks for nothing", "en"), ("No thanks.", "en"),
        ("I am not happy with it", "en"), ("Iš anksto ačiū", "lt"), ("Unaprijed hvala", "hr"), ("תודה מראש", "he"),
        ("Ette tänades", "et"), ("Vopred ďakujem", "sk"), ("When do you open?", "en"), ("", None),
    ],
)  # fmt: skip
def test_what_only_sounds_like_thanks(text: str, language: str | None) -> None:
    assert not thanks(text, language)


# ---- near copies


def family_of(*texts: str) -> list[int]:
    rows = [np.frombuffer(told or bytes(4 * HASHES), dtype="<u4") for told in signatures(texts)]
    return families(np.stack(rows)).tolist()


SCRIPT = (
    "We are sorry that you have trouble with the app on your telephone. Please clear the cache and start it again, {}."
)


def test_near_copies() -> None:
    others = ["The stove leaves our shop tomorrow at nine, and Tom calls you before he rings the bell.", "Thank you!"]
    assert family_of(SCRIPT.format("Ada"), others[0], SCRIPT.format("Bea"), others[1], SCRIPT.format("48213")) == [
        0,
        -1,
        0,
        -1,
        0,
    ]


def test_two_alike_are_no_family_and_larger_ones_come_first() -> None:
    other = "Your invoice was wrong: we charged the delivery twice, and we have paid one of them back today, {}."
    texts = [*(other.format(n) for n in "ab"), *(SCRIPT.format(n) for n in "abc")]
    assert family_of(*texts) == [-1, -1, 0, 0, 0]
    texts = [*(SCRIPT.format(n) for n in "abc"), *(other.format(n) for n in "abcd")]
    assert family_of(*texts) == [1, 1, 1, 0, 0, 0, 0]
    assert families(np.zeros((0, HASHES), dtype="<u4")).tolist() == []


# ---- figures


def test_durations_as_people_say_them() -> None:
    told = [duration(seconds) for seconds in (None, 5, 300, 3600 * 5, 86400 * 9)]
    assert told == ["–", "at once", "5 minutes", "5 hours", "9 days"]


ROW = {
    "sent": None,
    "channel": "email",
    "language": "en",
    "kind": "late",
    "verdict": "full",
    "faults": ["but"],
    "score": 80,
}
REVIEWS = st.builds(
    lambda **changed: {**ROW, "components": ["repair"], "empty_promises": 0, **changed},
    verdict=st.sampled_from(["none", "partial", "full", "unread"]),
    to_complaint=st.booleans(),
    channel=st.sampled_from(["email", "chat"]),
    score=st.integers(0, 100),
)


@given(st.lists(REVIEWS, max_size=8), st.integers(0, 8))
def test_figures_of_parts_add_up_to_those_of_the_whole(rows: list[dict[str, Any]], cut: int) -> None:
    whole, first, second = Figures(), Figures(), Figures()
    for place, row in enumerate(rows):
        whole.review(row, "w")
        (first if place < cut else second).review(row, "w")
    first.add(Figures.from_plain(second.to_plain()))
    assert first.told() == whole.told()
    assert first.told("channel", "chat") == whole.told("channel", "chat")


# ---- the report


class Page(HTMLParser):
    """What a page holds."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


@pytest.fixture(scope="module")
def summary(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    hostile = (
        '<script>alert(1)</script><img src="https://evil.example/x.gif" onerror="x"> the stove never came, really bad!'
    )
    folder = tmp_path_factory.mktemp("report")
    talks = [*SMALL, talk("x", ("customer", hostile, 300), customer="mal")]
    return run(Options((str(write(folder / "talks.jsonl", talks)),), names=True), folder / "out")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_holds_all_it_needs_and_nothing_runs(summary: dict[str, Any], language: str) -> None:
    with use(language):
        html = report(summary)
    page = Page(html)
    assert not {"script", "iframe", "img", "link", "object", "form"} & set(page.tags)
    names = {name for name, _ in page.attributes}
    assert not {"src", "onerror", "onclick"} & names
    assert all(value.startswith("#") for name, value in page.attributes if name == "href" and value)
    assert "url(" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert f'<html lang="{language}" dir="{"rtl" if language == "he" else "ltr"}">' in html
    links = {value[1:] for name, value in page.attributes if name == "href" and value}
    assert links <= {value for name, value in page.attributes if name == "id"}


def test_every_chart_has_its_numbers(summary: dict[str, Any]) -> None:
    html = report(summary)
    for row in re.findall(r"<tr>.*?</tr>", html):
        if 'class="chart"' in row:
            assert re.search(r">[\d.,\u00a0]+%?<", row)
    assert "left:" not in html
    assert "right:" not in html


# ---- comparing


def test_before_and_after(tmp_path: Path) -> None:
    poor = [talk(str(n), ("customer", SMALL[0]["messages"][0]["text"], n), customer=f"c{n}") for n in range(40)]
    good = [{**SMALL[0], "id": str(n), "customer": {"name": "", "address": f"c{n}@mail.example"}} for n in range(40)]
    for name, talks in (("before", poor), ("after", good)):
        run(Options((str(write(tmp_path / f"{name}.jsonl", talks)),)), tmp_path / name)
    before, after = (read_summary(tmp_path / name) for name in ("before", "after"))
    changes = {row.name: row.change for row in compare(before, after)}
    assert changes["answered by a person"] == "better"
    assert changes["thanked afterwards"] == "better"
    assert {row.change for row in compare(after, before) if row.name == "answered by a person"} == {"worse"}
    assert "better" not in {row.change for row in compare(after, after)}
    assert Page(compared_page(compare(before, after))).tags.count("tr") > 10


def test_a_small_difference_may_be_chance(tmp_path: Path) -> None:
    run(Options((str(write(tmp_path / "a.jsonl", SMALL)),)), tmp_path / "a")
    run(Options((str(write(tmp_path / "b.jsonl", SMALL[1:])),)), tmp_path / "b")
    rows = compare(read_summary(tmp_path / "a"), read_summary(tmp_path / "b"))
    assert {row.change for row in rows} <= {"same", "unclear"}


def test_what_is_no_audit_says_so(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="holds no audit"):
        read_summary(tmp_path)
    (tmp_path / "summary.json").write_text('{"version": 0}')
    with pytest.raises(AuditError, match="another version"):
        read_summary(tmp_path)


def test_the_page_about_the_tables_is_newest() -> None:
    page = Path(__file__).resolve().parents[3] / "docs" / "reference" / "audit-tables.md"
    assert page.read_text(encoding="utf-8") == reference()
