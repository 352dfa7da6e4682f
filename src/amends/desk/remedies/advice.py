"""What research says of the remedy that would help here. Advice, with its source; nothing follows from it by itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from amends.desk.cases.models import Case, Message
from amends.desk.remedies.models import Kind, Remedy
from amends.desk.remedies.money import amounts_in, in_a_sentence, in_cents

__all__ = ["Facts", "Note", "advise", "facts_of"]

HAESEVOETS = "Haesevoets, Van Hiel, Pandelaere, Bostyn & De Cremer 2017"
ROSCHK = "Roschk & Gelbrich 2014"
MAXHAM = "Maxham & Netemeyer 2002"

_MOST = Decimal("1.5")
_MONEY = frozenset({"billing", "missing"})
_FLAWED = frozenset({"broken", "wrong", "quality"})
_SERVICE = frozenset({"late", "access"})
_NEGLECT = frozenset({"rude", "unanswered", "promise-broken", "information"})
_MESSAGES_READ = 6


@dataclass(frozen=True, slots=True)
class Note:
    """One piece of advice, with the study that it rests on."""

    words: str
    source: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the advice is reckoned from.

    Attributes:
        kinds, stakes: Hearing's words.
        price: What was paid for the thing, as far as the customer or the outline names it; None while not known.
        currency: Of the price; the house's when the words do not say.
        given: What remedies of the case come to already, in that currency.
        failure_number: 1 for the customer's first failure with us.
    """

    kinds: frozenset[str]
    stakes: frozenset[str]
    price: Decimal | None
    currency: str
    given: Decimal
    failure_number: int


def facts_of(case: Case, remedies: Sequence[Remedy], currency: str) -> Facts:
    """What is known of a case.

    The price is taken to be the largest amount that the customer or the outline names: what was paid for is what hurts.

    Args:
        case: Which.
        remedies: All of the case.
        currency: The house's.
    """
    said = case.messages.filter(direction=Message.Direction.IN, automatic=False).order_by("-sent_at", "-pk")
    texts = [message.words for message in said[:_MESSAGES_READ]]
    outline = getattr(case, "outline", None)
    if outline is not None:
        texts += [outline.perceived, outline.record]
    amounts = [amount for text in texts for amount in amounts_in(text)]
    largest = max(amounts, key=lambda one: one.value, default=None)
    of_price = (largest.currency if largest else "") or currency
    given = sum(
        (one.amount for one in remedies if one.state in Remedy.GRANTED and one.amount and one.currency == of_price),
        Decimal(0),
    )
    return Facts(
        frozenset(case.kinds),
        frozenset(case.stakes),
        largest.value if largest and largest.value > 0 else None,
        of_price,
        given,
        case.failure_number,
    )


def advise(facts: Facts, *, kind: str = "", amount: Decimal | None = None, currency: str = "") -> list[Note]:
    """Advice for a case, and for what is being offered when it is known.

    Args:
        facts: What is known of the case.
        kind: A value of `Kind`, or "".
        amount, currency: What is being offered, when it is money.
    """
    return [*_how_much(facts, amount, currency), *_in_kind(facts, kind), *_second(facts)]


def _how_much(facts: Facts, amount: Decimal | None, currency: str) -> Iterable[Note]:
    if facts.price is None:
        if facts.kinds & (_MONEY | _FLAWED | _SERVICE):
            yield Note(
                _("About what they paid is a good measure; more than one and a half times as much adds nothing."),
                HAESEVOETS,
            )
        return
    most = in_cents(facts.price * _MOST)
    known = {"price": in_a_sentence(facts.price, facts.currency), "most": in_a_sentence(most, facts.currency)}
    comparable = amount is not None and currency in ("", facts.currency)
    together = facts.given + (amount or 0)
    if comparable and together > most:
        yield Note(
            _(
                "Together with this they get %(together)s. The case names %(price)s: beyond about %(most)s (150 %%) "
                "more money adds nothing. Would a personal word say more?"
            )
            % {**known, "together": in_a_sentence(together, facts.currency)},
            HAESEVOETS,
        )
    else:
        yield Note(
            _("The case names %(price)s. About that much helps; beyond about %(most)s (150 %%) more adds nothing.")
            % known,
            HAESEVOETS,
        )


def _in_kind(facts: Facts, kind: str) -> Iterable[Note]:
    if facts.kinds & _MONEY or "money" in facts.stakes:
        yield Note(_("They lost money: give money back, at once rather than later."), ROSCHK)
    if facts.kinds & _FLAWED:
        yield Note(_("What they got was not right: exchange it for one that is."), ROSCHK)
    if facts.kinds & _SERVICE:
        yield Note(_("What we do for them did not go well: do it again, and well."), ROSCHK)
    if facts.kinds & _NEGLECT:
        if kind in (Kind.REFUND, Kind.CREDIT, Kind.VOUCHER) and not facts.kinds & _MONEY:
            yield Note(
                _("They were left without attention. Money alone does not say that: ring them, or write by hand, too."),
                ROSCHK,
            )
        else:
            yield Note(
                _("They were left without attention: give attention. A call or a personal word comes first."), ROSCHK
            )


def _second(facts: Facts) -> Iterable[Note]:
    if facts.failure_number > 1:
        yield Note(
            _("Not their first failure with us. A good remedy does not mend a second one alone: speak with them."),
            MAXHAM,
        )
