"""What the composer says of remedies, in six languages; and advice from research."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from amends.checker import check
from amends.desk.composer.advising import advice_for
from amends.desk.composer.models import Draft
from amends.desk.composer.services import send
from amends.desk.errors import WrongInput
from amends.desk.remedies import services
from amends.desk.remedies.advice import Facts, advise
from amends.desk.remedies.money import amounts_in
from amends.desk.remedies.reading import named_in
from amends.desk.remedies.services import Offer

D = Decimal

PROMISED = {
    "en": "We will refund you 160 € by Friday.",
    "lt": "Iki penktadienio grąžinsime Jums 160 €.",
    "hr": "Do petka ćemo Vam vratiti 160 €.",
    "he": "עד יום שישי נחזיר לך 160 ₪.",
    "et": "Tagastame Teile reedeks raha 160 €.",
    "sk": "Do piatku Vám vrátime 160 €.",
}
NOT_PROMISED = {
    "en": ["We cannot refund you 160 €.", "I asked whether we can refund 160 €.", "May we refund you 160 €?"],
    "lt": ["Negalime grąžinti 160 €.", "Paprašiau, kad patvirtintų pinigų grąžinimą."],
    "hr": ["Ne možemo vratiti 160 €.", "Pitam hoće li odobriti povrat novca."],
    "he": ["לא נוכל להחזיר לך 160 ₪.", "ביקשתי אישור להחזר של 160 ₪."],
    "et": ["Me ei saa raha tagastada.", "Küsisin, kas võime raha tagasi maksta."],
    "sk": ["Nemôžeme Vám vrátiť 160 €.", "Overujem, či Vám vrátime peniaze."],
}


@pytest.fixture
def case(make_case):
    return make_case(text="The cake of 48.00 € never came.", kinds=["missing"])


@pytest.fixture
def waiting(case, agent, lead):
    return services.propose(agent, case, Offer("refund", amount=D(160)), reason="It was her wedding.")


def said(case, text):
    return [(one.words.replace("\N{NO-BREAK SPACE}", " "), one.stops) for one in advice_for(case, text)]


def test_without_remedies_there_is_nothing_to_say(case):
    assert said(case, "We will refund you 160 € by Friday.") == []


def test_what_is_decided_and_not_told_is_called_to_mind(case, agent):
    services.propose(agent, case, Offer("refund", amount=D("24.90")))
    (words, stops), *rest = said(case, "")
    assert "Refund 24.90 €" in words
    assert not stops
    assert not rest
    assert said(case, "We pay back 24,90 € by Friday.") == []


def test_told_it_is_not_called_to_mind_any_more(case, agent):
    row = services.propose(agent, case, Offer("replacement", what="A new cake", cost=D(20)))
    assert len(said(case, "")) == 1
    assert said(case, "We send a replacement on Friday.") == []
    services.tell(agent, row, due=date(2031, 5, 2))
    assert said(case, "") == []


def test_a_surprise_may_stay_one(case, agent):
    services.propose(agent, case, Offer("gesture", what="Flowers", cost=D(12)))
    assert "keep it as a surprise" in said(case, "")[0][0]


def test_another_amount_than_decided_is_asked_about_and_stops_nothing(case, agent):
    services.propose(agent, case, Offer("refund", amount=D("24.90")))
    found = said(case, "We refund you 29.40 € by Friday.")
    assert [stops for _words, stops in found] == [False, False]
    assert "29.40 €" in found[0][0]
    # The price that the customer named gives nothing, so long as no remedy is named beside it.
    assert len(said(case, "You paid 48.00 € for the cake. We pay back 24.90 € by Friday.")) == 0
    assert len(said(case, "We refund the 48.00 € by Friday, and 24.90 € is on its way.")) == 1


def test_two_amounts_may_stand_as_their_sum(case, agent):
    services.propose(agent, case, Offer("refund", amount=D(20), for_what="the cake"))
    services.propose(agent, case, Offer("refund", amount=D(5), for_what="the candles"))
    assert all("25" not in words or "Which one" not in words for words, _stops in said(case, "We refund you 25 €."))


@pytest.mark.parametrize("language", sorted(PROMISED))
def test_what_waits_is_not_promised(language, case, waiting):
    found = said(case, PROMISED[language])
    assert found[0][1], PROMISED[language]
    assert "waits for approval" in found[0][0]


@pytest.mark.parametrize("language", sorted(NOT_PROMISED))
def test_saying_no_or_leaving_it_open_stops_nothing(language, case, waiting):
    for text in NOT_PROMISED[language]:
        assert not any(stops for _words, stops in said(case, text)), text


def test_what_was_refused_is_not_promised_and_not_sent(case, waiting, agent, lead):
    services.refuse(lead, waiting, words="Offer a new cake.")
    draft = Draft.objects.create(case=case, person=agent, kind="reply", text="I am sorry. I will refund you 160 €.")
    with pytest.raises(WrongInput, match="refused"):
        send(agent, draft)


def test_only_an_idea_stops_nothing(case, agent):
    services.propose(agent, case, Offer("refund", amount=D(20)), decide=False)
    found = said(case, "We will refund you 20 € by Friday.")
    assert [stops for _words, stops in found] == [False]


def test_what_is_decided_beside_what_waits_may_be_promised(case, waiting, agent):
    services.propose(agent, case, Offer("refund", amount=D(20)), why_again="At once, for the candles")
    assert not any(stops for _words, stops in said(case, "We will refund you 20 € by Friday."))
    assert any(stops for _words, stops in said(case, "We will refund you 160 € by Friday."))


def test_the_composer_shows_it(case, waiting, agent, signed_in):
    page = signed_in(agent).post(reverse("composer:check", args=[case.public_id, "reply"]), {"text": PROMISED["en"]})
    assert "still waits for approval" in page.content.decode()


@pytest.mark.parametrize(
    ("words", "value", "currency"),
    [
        ("24,90 €", "24.90", "EUR"),
        ("€1,234.50", "1234.50", "EUR"),
        ("1.234,50 EUR", "1234.50", "EUR"),
        ("£15", "15.00", "GBP"),
        ("120 ₪", "120.00", "ILS"),
        ("$7.5", "7.50", "USD"),
    ],
)
def test_amounts_are_read_as_people_write_them(words, value, currency):
    (found,) = amounts_in(f"You paid {words} for it.")
    assert (found.value, found.currency, found.words) == (D(value), currency, words)


def test_hostile_texts_are_read_in_little_time():
    for text in ("refund " * 3_000, "1" * 20_000, "pay " * 5_000, "€" * 20_000, "grazin " * 3_000, "\u05d0" * 20_000):
        assert isinstance(named_in(text), list)


def facts(**more):
    values = {"price": None, "currency": "EUR", "given": D(0), "failure_number": 1, "stakes": frozenset()} | more
    return Facts(kinds=frozenset(values.pop("kinds", ())), **values)


def sources(notes):
    return [note.source.split()[0].strip(",") for note in notes]


def test_about_the_price_and_never_far_above():
    (note,) = advise(facts(price=D(48)), amount=D(40), currency="EUR")
    assert "72.00" in note.words
    (note,) = advise(facts(price=D(48), given=D(40)), amount=D(40), currency="EUR")
    assert "personal word" in note.words
    (note,) = advise(facts(price=D(48)), amount=D(400), currency="USD")
    assert "personal word" not in note.words


def test_money_for_money_and_attention_for_neglect():
    assert "money back" in advise(facts(kinds={"billing"}, price=D(5)))[1].words
    assert "attention" in advise(facts(kinds={"rude"}))[0].words
    assert "Money alone" in advise(facts(kinds={"unanswered"}), kind="voucher")[0].words
    assert "exchange" in advise(facts(kinds={"broken"}, price=D(5)))[1].words
    assert advise(facts()) == []


def test_a_second_failure_goes_to_a_person():
    assert sources(advise(facts(failure_number=2))) == ["Maxham"]


def test_the_texts_of_the_room_themselves_call_nothing_a_courtesy(case, agent):
    for kind in ("refund", "credit", "voucher"):
        row = services.propose(agent, case, Offer(kind, amount=D(5)))
        labels = {finding.label for finding in check(services.told_words(row), language="en").findings}
        assert "favour" not in labels
