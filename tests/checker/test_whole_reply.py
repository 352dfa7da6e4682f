"""What only the whole reply shows."""

import amends
from amends.checker import EarlierReplies

COMPLAINT = "The kettle I bought on Saturday at your Leith shop leaks from the spout, I paid 49 pounds."


def whole(reply: str, **context: object) -> set[str]:
    return {finding.label for finding in amends.check(reply, language="en", **context).findings}  # type: ignore[arg-type]


def test_sympathy_without_owning() -> None:
    assert "regret-only" in whole("We are sorry to hear about your flight.")
    assert "regret-only" not in whole(
        "We are sorry. We cancelled your flight and told you too late, that was our mistake."
    )


def test_too_many_apologies() -> None:
    assert "over-apology" in whole(
        "I am sorry. We are very sorry for it. Once more, our sincere apologies. Sorry again!"
    )
    assert "over-apology" not in whole("I am sorry. Your new key is at the desk.")


def test_a_long_explanation() -> None:
    reply = (
        "The cake was late because the roads were icy. The cream had turned because the fridge van lost power. The "
        "candles were missing because the supplier sent half of the box. I am sorry."
    )
    assert "long-explanation" in whole(reply)


def test_a_private_reply_names_the_customer() -> None:
    assert "no-name" in whole("Dear customer, I lost your coat. I am sorry.", name="Ana Kovač")
    assert "no-name" not in whole("Dear Ms Kovac, I lost your coat. I am sorry.", name="Ana Kovač")
    assert "no-name" not in whole("I lost your coat. I am sorry.", name="Ana Kovač", channel="public")
    assert "no-name" not in whole("I lost your coat. I am sorry.")


def test_the_words_of_the_house() -> None:
    review = amends.check("Guests of our shop deserve better.", language="en", vocabulary={"guests": "customers"})
    finding = next(one for one in review.findings if one.label == "wrong-word")
    assert review.quotes(finding.spans) == ["Guests"]
    assert finding.fix is not None and finding.fix.text == "Customers"


def test_a_copy_of_an_earlier_reply() -> None:
    earlier = [
        "Dear Tom, thank you for your message. We have looked into the delay of order 4411 and we have passed your "
        "comments to the team that packs our parcels, who will take them on board for the future."
    ]
    copy = earlier[0].replace("Tom", "Lucy").replace("4411", "9002")
    assert "scripted" in whole(copy, earlier=earlier)
    assert "scripted" in whole(copy, earlier=EarlierReplies(earlier))
    assert "scripted" not in whole(
        "I forgot your cake, Lucy. It was your daughter's birthday, and I am sorry.", earlier=earlier
    )


def test_missing_the_point() -> None:
    assert "off-the-point" in whole("Thank you for reaching out. Your feedback matters to us.", complaint=COMPLAINT)
    assert "off-the-point" not in whole("A kettle should not leak. I am sorry.", complaint=COMPLAINT)
    assert "off-the-point" not in whole("Thank you for reaching out.", complaint="Bad!")


def test_facts_before_any_acknowledgement() -> None:
    facts_first = (
        "Our records show a signature at 9:04. As per our policy we cannot refund it. I am sorry for your wait."
    )
    assert "facts-first" in whole(facts_first)
    assert "facts-first" not in whole("I am sorry that you waited all morning. Our records show a signature at 9:04.")


def test_a_reply_in_another_language_than_the_complaint() -> None:
    lithuanian = "Laba diena, užsakiau virdulį prieš dvi savaites ir jo vis dar nėra. Kada galiu jo tikėtis?"
    assert "other-language" in whole("We are sorry that your kettle has not arrived.", complaint=lithuanian)
    assert "other-language" not in whole("We are sorry that your kettle has not arrived.", complaint=COMPLAINT)
