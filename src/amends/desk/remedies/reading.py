"""What a reply says of remedies, sentence by sentence: pure reading, no database."""

from dataclasses import dataclass
from decimal import Decimal

from amends.desk.remedies.cues import LEAVES_OPEN, NAMES, SAYS_NO
from amends.desk.remedies.money import Amount, amounts_in
from amends.text import fold, sentences

__all__ = ["Named", "named_in"]

_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Named:
    """One sentence that names a remedy or an amount.

    Attributes:
        kinds: Kinds that it names.
        amounts: Amounts in it.
        settled: Whether it says so as a matter of fact: it neither says no, nor asks, nor leaves it open.
        start, end: Code point offsets.
    """

    kinds: frozenset[str]
    amounts: tuple[Amount, ...]
    settled: bool
    start: int
    end: int

    def tells_of(self, kind: str, amount: Decimal | None) -> bool:
        """Whether it names what was decided: the amount, or the kind where that is no money."""
        if amount is not None:
            return any(one.value == amount for one in self.amounts)
        return kind in self.kinds


def named_in(text: str) -> list[Named]:
    """The sentences of a reply that name a remedy or an amount, in their order.

    Args:
        text: Plain text; of a very long one the first 20,000 characters are read.
    """
    text = text[:_LONGEST]
    amounts = list(amounts_in(text))
    found = []
    for start, end in sentences(text):
        folded = fold(text[start:end])
        kinds = frozenset(kind for kind, shape in NAMES.items() if shape.search(folded))
        inside = tuple(one for one in amounts if start <= one.start < end)
        if kinds or inside:
            open_ended = text[start:end].rstrip().endswith("?") or bool(LEAVES_OPEN.search(folded))
            found.append(Named(kinds, inside, not open_ended and not SAYS_NO.search(folded), start, end))
    return found
