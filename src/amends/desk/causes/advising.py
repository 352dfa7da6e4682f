"""What this room says while a reply is written: a recurrence, the same words again, a letter copied from an earlier
failure. Asked at every pause in typing: a few look-ups by index, the rest is kept."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable

from django.db.models import Count, Max
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from amends.desk.cases.models import Case, Message
from amends.desk.causes.copying import Written
from amends.desk.causes.models import Recurrence
from amends.desk.causes.services.telling import said_before
from amends.desk.composer.advising import Advice

__all__ = ["copies", "recurrences"]

_MOST_KEPT = 64
_MOST_READ = 200
_APOLOGY = "apology"

_Key = tuple[str, int, int]
_kept: "OrderedDict[_Key, tuple[tuple[int, int], Written]]" = OrderedDict()
_keeping = threading.Lock()


def recurrences(case: Case, text: str) -> Iterable[Advice]:
    """It was told that this will not happen again: what is different now, and not the same words once more.

    Nothing of any other customer is quoted.
    """
    row = Recurrence.objects.filter(case=case).exclude(state=Recurrence.State.WITHDRAWN).select_related("cause").first()
    if row is None:
        return
    since = date_format(localtime(row.told_at), "DATE_FORMAT")
    if row.told_to:
        words = ngettext(
            "Since %(since)s %(count)d customer has been told that this will not happen again. "
            "Say what is different now.",
            "Since %(since)s %(count)d customers have been told that this will not happen again. "
            "Say what is different now.",
            row.told_to,
        ) % {"since": since, "count": row.told_to}
    else:
        words = _("On %(since)s everybody was told that this will not happen again. Say what is different now.")
        words %= {"since": since}
    yield Advice(words, address=reverse("causes:cause", args=[row.cause_id]), address_words=_("The cause"))
    if not text.strip():
        return
    told = said_before(row.cause, case.created_at, but=case)
    counted = told.order_by().aggregate(count=Count("pk"), last=Max("pk"))
    if not counted["count"]:
        return
    written = _written(
        ("told", row.cause_id, case.pk),
        (counted["count"], counted["last"]),
        lambda: told.order_by("-at").values_list("quote", flat=True)[:_MOST_READ],
    )
    if again := written.repeats(text):
        words = _("“%(words)s” was said before, nearly in these words, and it happened again. Say it in new ones.")
        yield Advice(words % {"words": _short(again)})


def copies(case: Case, text: str) -> Iterable[Advice]:
    """To a customer whom we have hurt before: no near copy of what we wrote then."""
    if not text.strip():
        return
    before = Message.objects.filter(
        case__customer=case.customer_id, direction=Message.Direction.OUT, automatic=False
    ).exclude(case=case)
    counted = before.order_by().aggregate(count=Count("pk"), last=Max("pk"))
    if not counted["count"]:
        return
    written = _written(
        ("customer", case.customer_id, case.pk),
        (counted["count"], counted["last"]),
        lambda: [
            message.text
            for message in before.order_by("-sent_at")[:_MOST_READ]
            # What was never checked, as words brought in from elsewhere, may be an apology too.
            if message.review is None or _APOLOGY in message.review.get("components", {})
        ],
    )
    if written.nearly_copied(text):
        yield Advice(
            _(
                "This is nearly what we wrote to this customer after an earlier failure. They have read it once. "
                "Write it anew: what happened this time, and what is different now."
            ),
            stops=True,
        )


def _written(key: _Key, state: tuple[int, int], texts: Callable[[], Iterable[str]]) -> Written:
    """What was written before, read again only when something has come or gone."""
    with _keeping:
        found = _kept.get(key)
        if found is not None and found[0] == state:
            _kept.move_to_end(key)
            return found[1]
    fresh = Written(texts())
    with _keeping:
        _kept[key] = (state, fresh)
        while len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return fresh


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 90 else text[:89].rstrip() + "…"
