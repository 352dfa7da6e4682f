"""Promises found in whole replies."""

from datetime import date, datetime
from typing import Any

import pytest

import amends
from amends.promises import Later, Promise, follow

SENT = datetime(2026, 3, 3, 9, 15)


def promised(text: str, **context: object) -> list[Promise]:
    return amends.promises(text, sent=SENT, **context)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("language", "reply", "due"),
    [
        ("en", "I'm sorry we sent the wrong size.\nI will call you on Friday.", date(2026, 3, 6)),
        ("lt", "Atsiprašau, kad pavėlavome.\nRytoj jums paskambinsiu.", date(2026, 3, 4)),
        ("hr", "Žao mi je što smo zakasnili.\nSutra ću vas nazvati.", date(2026, 3, 4)),
        ("he", "אני מצטערת על האיחור שלנו.\nאתקשר אליך מחר.", date(2026, 3, 4)),
        ("et", "Vabandan, et me hilinesime.\nHelistan teile homme.", date(2026, 3, 4)),
        ("sk", "Mrzí ma, že sme meškali.\nZajtra Vám zavolám.", date(2026, 3, 4)),
    ],
)
def test_a_promise_is_found_with_its_place_and_its_day(language: str, reply: str, due: date) -> None:
    found = promised(reply, language=language)
    assert [promise.due for promise in found] == [due]
    promise = found[0]
    assert reply[promise.start : promise.end] == promise.quote
    assert promise.quote in reply.splitlines()[1]


def test_what_was_done_is_no_promise() -> None:
    assert promised("I refunded the £12 this morning. Sorry that we overcharged you.", language="en") == []


def test_an_offer_that_commits_us_is_one_and_has_no_moment_of_its_own() -> None:
    found = promised("Send me the receipt and I'll refund you within two days.", language="en")
    assert len(found) == 1
    assert found[0].conditional
    assert found[0].due is None


def test_who_promises_is_told() -> None:
    assert promised("I will call you tomorrow.", language="en")[0].who == "I"
    assert promised("We will send you a new one tomorrow.", language="en")[0].who == "we"


def test_the_act_is_told_without_the_words_of_time() -> None:
    found = promised("I will call you tomorrow.", language="en")[0]
    assert found.act == "I will call you"
    assert found.when == "tomorrow"


def test_a_time_of_day_alone_belongs_to_the_day_spoken_of_before() -> None:
    found = promised("I will bring the new door on Friday. I will be with you at 8.30am.", language="en")
    assert [promise.due for promise in found] == [date(2026, 3, 6), datetime(2026, 3, 6, 8, 30)]


def test_a_day_that_was_only_told_does_not_become_that_of_a_time_of_day() -> None:
    found = promised("The fair is on Saturday 14 March, we know. I will call you by 11.30.", language="en")
    assert [promise.due for promise in found] == [datetime(2026, 3, 3, 11, 30)]


@pytest.mark.parametrize(
    ("language", "reply", "dues"),
    [
        ("en", "I'll post the new kettle today and you will have it by Friday.", [date(2026, 3, 3), date(2026, 3, 6)]),
        ("lt", "Šiandien išsiųsime naują virdulį, o iki penktadienio jis bus pas jus.", [3, 6]),
        ("hr", "Danas šaljemo novo kuhalo, a do petka će biti kod vas.", [3, 6]),
        ("he", "היום אנחנו שולחים לך קומקום חדש, ועד יום שישי הוא יהיה אצלך.", [3, 6]),
        ("et", "Saadame teile täna uue veekeetja ja reedeks on see teil käes.", [3, 6]),
        ("sk", "Dnes Vám pošleme novú kanvicu a do piatka ju budete mať doma.", [3, 6]),
    ],
)
def test_two_commitments_of_a_sentence_keep_their_own_times(language: str, reply: str, dues: list[Any]) -> None:
    days = [date(2026, 3, one) if isinstance(one, int) else one for one in dues]
    assert [promise.due for promise in promised(reply, language=language)] == days


def test_a_commitment_does_not_take_the_time_of_what_was_done() -> None:
    found = promised("Your refund left us this morning, the bank will show it within five days.", language="en")
    assert [promise.due for promise in found] == [date(2026, 3, 8)]


@pytest.mark.parametrize(
    ("language", "reply"),
    [
        ("en", "If it is no better on Friday, tell me and I'll book a pickup and refund you in full."),
        ("lt", "Jei penktadienį ryšio dar nebus, parašykite, ir grąžinsime jums visus pinigus."),
        ("hr", "Ako u petak još ne bude radilo, javite se i vraćamo vam cijeli iznos."),
        ("he", "אם ביום שישי זה עדיין לא עובד, כתבו לי ואחזיר לכם את כל הסכום."),
        ("et", "Kui see reedel ikka ei tööta, andke teada ja maksame teile kogu raha tagasi."),
        ("sk", "Ak to v piatok stále nepôjde, napíšte nám a vrátime Vám celú sumu."),
    ],
)
def test_when_it_will_be_seen_is_not_until_when_it_is_kept(language: str, reply: str) -> None:
    (found,) = promised(reply, language=language)
    assert found.conditional
    assert found.due is None


def test_hebrew_joins_sentences_by_a_letter_that_stays_with_its_word() -> None:
    found = promised("אבדוק את ההזמנה שלכם היום ואחזיר לכם את הכסף עד יום שישי.", language="he")
    assert [promise.due for promise in found] == [date(2026, 3, 3), date(2026, 3, 6)]
    assert found[1].quote.startswith("ואחזיר")
    (held,) = promised(
        "קראתי את הפנייה שלכם, ואם ביום שישי זה עדיין לא יעבוד, כתבו לי ואחזיר לכם את הכסף.", language="he"
    )
    assert held.due is None


def test_the_words_of_a_condition_are_not_cut_apart() -> None:
    (found,) = promised("V prípade, že to v piatok stále nepôjde, napíšte nám a vrátime Vám celú sumu.", language="sk")
    assert found.due is None


@pytest.mark.parametrize(
    "reply",
    [
        "Send me the receipt and I'll refund you, hopefully within two days.",
        "If you send us the receipt, we will most likely refund you within five days.",
    ],
)
def test_what_waits_for_the_customer_has_no_moment_however_it_is_hoped_for(reply: str) -> None:
    assert [promise.due for promise in promised(reply, language="en")] == [None]


def test_what_we_expect_is_counted_from_now() -> None:
    (found,) = promised("I'll let you know here as soon as it's working, hopefully within two hours.", language="en")
    assert found.due == datetime(2026, 3, 3, 11, 15)


@pytest.mark.parametrize(
    ("language", "reply"),
    [
        ("en", "Please come on Friday, I'll open early for you. I'll give you the €85 back on the spot."),
        ("sk", "Príďte v piatok, otvorím kvôli Vám skôr. Tých 85 eur Vám vrátim na mieste."),
    ],
)
def test_on_the_spot_is_when_they_meet(language: str, reply: str) -> None:
    assert [promise.due for promise in promised(reply, language=language)] == [date(2026, 3, 6)] * 2


def test_the_zone_of_the_business_decides_what_today_is() -> None:
    late = datetime.fromisoformat("2026-03-03T23:30+00:00")
    found = amends.promises("I will call you tomorrow.", sent=late, zone="Europe/Vilnius", language="en")
    assert found[0].due == date(2026, 3, 5)


def test_without_the_moment_of_sending_nothing_is_computed() -> None:
    assert amends.promises("I will call you tomorrow.", language="en")[0].due is None


@pytest.mark.parametrize("wrong", [{"country": "XX"}, {"zone": "Mars/Olympus"}])
def test_an_unknown_country_or_zone_is_an_error(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong.values()))):
        promised("I will call you tomorrow.", language="en", **wrong)


def test_a_language_that_is_not_recognised_promises_nothing() -> None:
    assert promised("qwx zzk prr") == []


class TestFollowing:
    """What became of a promise."""

    promise = promised("We will send you the right kettle by Friday.", language="en")

    def outcome(self, *later: Later, now: datetime | None = None) -> str:
        return follow(self.promise, later, now=now)[0].outcome

    def test_our_report_in_time_keeps_it(self) -> None:
        refund = promised("I will refund the €12 postage by Friday.", language="en")
        report = Later("I have refunded the €12 postage today.", datetime(2026, 3, 5, 9), True, "en")
        assert follow(refund, [report])[0].outcome == "kept"

    def test_the_customers_word_after_the_due_moment_makes_it_late(self) -> None:
        thanks = Later("The kettle came today, thank you very much.", datetime(2026, 3, 9, 9), False, "en")
        assert self.outcome(thanks) == "late"

    def test_a_complaint_after_the_due_moment_makes_it_broken(self) -> None:
        again = Later("Still no kettle. This is a joke, nobody answers.", datetime(2026, 3, 9, 9), False, "en")
        assert self.outcome(again) == "broken"

    def test_a_complaint_before_the_due_moment_breaks_nothing(self) -> None:
        early = Later("Still no kettle. This is a joke, nobody answers.", datetime(2026, 3, 4, 9), False, "en")
        assert self.outcome(early) == "open"

    def test_a_question_says_nothing(self) -> None:
        question = Later("When is the kettle coming?", datetime(2026, 3, 4, 9), False, "en")
        assert self.outcome(question) == "open"

    def test_a_new_moment_overtakes_it(self) -> None:
        moved = Later("We will send you the kettle on Monday.", datetime(2026, 3, 5, 9), True, "en")
        assert self.outcome(moved) == "overtaken"

    def test_silence_is_not_seen_and_not_broken(self) -> None:
        other = Later("Thanks for the invoice.", datetime(2026, 3, 20, 9), False, "en")
        assert self.outcome(other) == "not seen"
        assert self.outcome(now=datetime(2026, 3, 5)) == "open"


@pytest.mark.parametrize(
    ("language", "reply", "act"),
    [
        ("en", "I'll ring you on Thursday by 5pm.", "I'll ring you"),
        ("lt", "Paskambinsiu jums iki ketvirtadienio.", "Paskambinsiu jums"),
        ("hr", "Nazvat ću vas u četvrtak do 17 sati.", "Nazvat ću vas"),
        ("sk", "Zavolám vám vo štvrtok do 17:00.", "Zavolám vám"),
        ("he", "אתקשר אליך ביום חמישי עד השעה 17:00.", "אתקשר אליך"),
        ("et", "Helistan teile neljapäeval hiljemalt kell 17.", "Helistan teile"),
    ],
)
def test_the_act_is_told_without_the_words_that_lead_to_its_time(language, reply, act):
    (found,) = amends.promises(reply, sent=datetime(2026, 3, 3, 9), language=language)
    assert found.act == act
