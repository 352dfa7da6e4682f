"""Checking a reply, as a caller sees it."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import amends
from amends.checker import FAULT_PARTIES, Checker, Review
from amends.checker.catalogue import COMPONENTS, FAULTS, WHOLE_REPLY

POOR = (
    "Dear Ms Okoro,\n\nWe would like to apologise for any inconvenience this may have caused. "
    "We are sorry if you felt let down, but our records show that it was delivered. "
    "As a gesture of goodwill we have credited £10. Thank you for your patience.\n\nKind regards,\nCustomer Relations"
)
GOOD = (
    "Dear Ms Okoro,\n\nI sent your kettle to the old address, although you had given us the new one. I am sorry. "
    "You waited in for it twice. A new one leaves today by courier and will be with you tomorrow before noon. "
    "From this week two of us read each address before a parcel is closed.\n\nJoe Marsh"
)


def labels(review: Review) -> set[str]:
    return {part.label for part in review.components} | {finding.label for finding in review.findings}


def test_a_poor_reply_is_shown_what_spoils_it() -> None:
    review = amends.check(POOR, fault="team")
    assert {"conditional", "vague-offence", "hedged-fact", "meta-apology", "feelings-shift", "but", "favour"} <= labels(
        review
    )
    assert "forced-closure" in labels(review)
    assert review.verdict == "non-apology"


def test_a_good_reply_is_shown_what_it_holds() -> None:
    review = amends.check(GOOD, fault="team", name="Okoro")
    held = {part.label for part in review.components}
    assert {"apology", "names-offence", "responsibility", "repair"} <= held
    assert review.score > amends.check(POOR).score
    assert not {finding.label for finding in review.findings if finding.severity == "error"}


def test_quotes_are_the_replys_own_words() -> None:
    review = amends.check(POOR)
    for part in (*review.components, *review.findings):
        for start, end in part.spans:
            assert 0 <= start < end <= len(POOR)
            assert POOR[start:end].strip()


def test_each_finding_tells_why_and_a_way_out() -> None:
    for finding in amends.check(POOR).findings:
        assert finding.title and finding.why.endswith(".") and finding.way_out


def test_a_fix_is_an_edit_that_mends() -> None:
    fixes = [finding.fix for finding in amends.check(POOR).findings if finding.label == "meta-apology" and finding.fix]
    assert fixes
    fix = fixes[0]
    mended = POOR[: fix.start] + fix.text + POOR[fix.end :]
    assert "We apologise for any inconvenience" in mended
    assert "meta-apology" not in labels(amends.check(mended))


def test_only_the_authors_words_are_judged() -> None:
    quotation = "On Mon, 3 Mar 2025 at 10:00, Ana wrote:\n> We are sorry if you feel that way.\n"
    quoted = "I sent it to the wrong address.\n\n" + quotation
    assert not {"conditional", "feelings-shift", "apology"} & labels(amends.check(quoted))
    repeated = 'You wrote "sorry if this upset you" on the card, and I read it out.'
    assert "conditional" not in labels(amends.check(repeated, complaint="They wrote sorry if this upset you."))


def test_severity_follows_fault() -> None:
    reply = "We are sorry if this upset you."
    by_fault = {
        fault: next(f.severity for f in amends.check(reply, fault=fault).findings if f.label == "conditional")
        for fault in ("team", "unknown", "nobody")
    }
    assert by_fault == {"team": "error", "unknown": "warning", "nobody": "note"}


def test_with_nobody_at_fault_an_admission_is_invented() -> None:
    reply = "You stood before a closed door. That was entirely our mistake, we let you down."
    found = {finding.label: finding.severity for finding in amends.check(reply, fault="nobody").findings}
    assert found.get("invented-admission") == "error"
    assert "invented-admission" not in labels(amends.check(reply, fault="team"))


def test_an_unsupported_language_is_said_and_nothing_is_found() -> None:
    review = amends.check(
        "Nous vous prions de bien vouloir accepter toutes nos excuses pour ce retard très regrettable."
    )
    assert review.verdict == "unread" and review.reason and not review.findings and not review.components
    assert amends.check("ok", language="tlh").reason


def test_wrong_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="fault is one of"):
        amends.check("Sorry.", fault="weather")
    with pytest.raises(ValueError, match="channel is one of"):
        amends.check("Sorry.", channel="fax")
    with pytest.raises(TypeError, match="text"):
        amends.check(None)  # type: ignore[arg-type]


def test_the_plain_form_names_known_labels_only() -> None:
    data = amends.check(POOR, fault="team").to_dict()
    assert set(data["components"]) <= set(COMPONENTS)
    assert set(data["faults"]) <= set(FAULTS) | set(WHOLE_REPLY)
    assert all(quote in POOR for quotes in data["components"].values() for quote in quotes)


def test_spans_in_utf16_units_point_at_the_same_words() -> None:
    text = "😀😀 We are sorry if this upset you."
    data = amends.check(text, language="en").to_dict(utf16=True)
    finding = next(one for one in data["findings"] if one["label"] == "conditional")
    start, end = finding["spans"][0]
    assert text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le") == finding["quotes"][0]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: text.replace("sorry", "so\u00adrry"),
        lambda text: text.replace(" ", "\u200f "),
        lambda text: text.replace("'", "’"),
        lambda text: text.replace(" ", "  "),
    ],
)
def test_how_it_is_typed_does_not_matter(change: object) -> None:
    assert callable(change)
    changed = amends.check(change(POOR), language="en")
    assert {"conditional", "but", "favour", "meta-apology"} <= labels(changed)


HOSTILE = [
    "",
    " ",
    "\x00",
    "sorry\x00if",
    "\ud800 sorry if \udfff",
    "\u0301" * 2000,
    ">" * 500 + " sorry",
    "\n".join(">" * depth + " sorry" for depth in range(200)),
    "a" * 20_000,
    "sorry if " * 2000,
    "we,we," * 3000,
    "Sorry\rif\r\nthis\u2028upset\u2029you\x85",
    "שלום sorry על ا Ꭰ 😀",
    "@" * 3000,
    "[" * 2000 + "]" * 2000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("language", [None, "en"])
def test_hostile_input_gets_an_answer(text: str, language: str | None) -> None:
    review = amends.check(text, language=language, complaint=text, name="X", vocabulary={"guest": "customer"})
    for part in (*review.components, *review.findings):
        for start, end in part.spans:
            assert 0 <= start <= end <= len(text)


@settings(deadline=None, max_examples=150)
@given(
    st.text(max_size=300),
    st.sampled_from([None, *FAULT_PARTIES]),
    st.lists(st.sampled_from(["sorry if", "we lost", " but ", "\n> ", "“", "’", "any inconvenience"]), max_size=5),
)
def test_every_span_is_a_range_of_the_original(text: str, fault: str | None, parts: list[str]) -> None:
    whole = text[: len(text) // 2] + " ".join(parts) + text[len(text) // 2 :]
    review = amends.check(whole, language="en", fault=fault)
    assert 0 <= review.score <= 100
    for part in (*review.components, *review.findings):
        for start, end in part.spans:
            assert 0 <= start < end <= len(whole)


def test_rules_alone_and_model_alone_can_be_asked_for() -> None:
    rules = Checker("en", model=False).review(POOR)
    model = Checker("en", rules=False).review(POOR)
    assert rules.findings and model.findings
    assert all(finding.rule for finding in rules.findings if finding.label in FAULTS)


def test_jurisdiction_informs_and_never_advises_to_drop_responsibility() -> None:
    review = amends.check(GOOD, jurisdiction="GB-SCT")
    assert review.information and "not legal advice" in review.information
    assert amends.check(GOOD, jurisdiction="zz").information is None


POLISH_GOOD = (
    "Szanowny Panie Janie,\n\nzgubiłam Pana paczkę: położyłam ją na złej palecie. Bardzo mi przykro. Czekał Pan na nią "
    "trzy dni. Jutro przed południem wysyłam nową lampę, a 40 zł za dostawę zwrócę dzisiaj. Od dziś każdą paletę "
    "sprawdzamy we dwoje. Czy wtorek Panu pasuje?\n\nAnna Wilk"
)


@pytest.mark.parametrize(
    ("reply", "verdict", "expected"),
    [
        (POLISH_GOOD, "full", {"apology", "names-offence", "responsibility", "repair", "prevention", "invitation"}),
        (
            "Chcielibyśmy przeprosić za wszelkie niedogodności. Doszło do pomyłki. Dziękujemy za wyrozumiałość.",
            "non-apology",
            {"meta-apology", "conditional", "vague-offence", "agentless", "forced-closure"},
        ),
        (
            "Przykro nam, że tak się Pani poczuła. Jednak powinna Pani była przeczytać opis.",
            "non-apology",
            {"feelings-shift", "but", "blame-customer"},
        ),
        ("Dzień dobry, sklep jest czynny w sobotę od 9 do 14.", "none", set()),
    ],
)
def test_polish_is_reviewed_by_rules_alone_and_says_that_it_is_a_preview(
    reply: str, verdict: str, expected: set[str]
) -> None:
    review = amends.check(reply)
    assert (review.language, review.verdict) == ("pl", verdict)
    assert expected <= labels(review)
    assert review.preview and review.to_dict()["preview"] is True


def test_a_finished_language_is_no_preview() -> None:
    assert not amends.check(GOOD).preview
