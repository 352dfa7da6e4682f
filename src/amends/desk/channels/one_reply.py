"""Places where a review has room for one reply of ours: posted once, found again after a crash, changed by the next."""

from collections.abc import Callable, Iterator, Sequence

from django.utils.translation import gettext as _

from amends.desk.cases.models import Case
from amends.desk.channels.kinds import Keep, Refused, limit_of, measure_of
from amends.desk.composer.advising import Advice, Adviser

__all__ = ["post_one", "reply_id", "too_long"]


def reply_id(review: str) -> str:
    """The id under which the reply to a review is known here."""
    return f"{review}/reply"


def post_one(
    to: str,
    parts: Sequence[str],
    done: Sequence[str],
    keep: Keep,
    *,
    standing: Callable[[], str | None],
    post: Callable[[str], None],
) -> None:
    """Post the one reply, unless it stands there.

    Args:
        to: The id of the review.
        parts: What is to be posted: one part.
        done: What stands there already.
        keep: Is told that it stands there.
        standing: The words of the reply that stands there now; None when the review itself is gone.
        post: Posts or replaces the reply.

    Raises:
        Refused: There is more than one part, or the review is gone.
    """
    if done:
        return
    if len(parts) != 1:
        raise Refused(_("There is room for one short reply there. Write it shorter."))
    stands = standing()
    if stands is None:
        raise Refused(_("What this answers was deleted."))
    if _bare(stands) != _bare(parts[0]):
        post(parts[0])
    keep(reply_id(to))


def too_long(case: Case) -> Adviser | None:
    """A word to the writer of an answer that is longer than the one reply may be; nothing in other cases."""
    if case.channel != "review":
        return None
    from amends.desk.channels.services import target_of

    target = target_of(case)
    kind = target.channel.of_kind if target is not None else None
    if target is None or kind is None or not getattr(kind, "one_reply", False):
        return None
    limit, measure, place = limit_of(kind, target.channel), measure_of(kind), kind.label

    def advise(text: str) -> Iterator[Advice]:
        if limit is not None and measure(text.strip()) > limit:
            words = _("%(place)s has room for one reply of %(most)s characters. In public this is too long.")
            yield Advice(words % {"place": place, "most": limit})

    return advise


def _bare(words: str) -> str:
    """Words without what services change by themselves: blanks and ends of lines."""
    return " ".join(words.split())
