"""What this room says while a reply is written: a recurrence, the same words again, a letter copied from an earlier
failure."""

from collections.abc import Iterable
from functools import cache

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from amends.desk.cases.models import Case, Message
from amends.desk.causes.copying import Written
from amends.desk.causes.models import Recurrence
from amends.desk.causes.services.telling import said_before
from amends.desk.composer.advising import Advice, Adviser

__all__ = ["copies", "recurrences"]

_MOST_READ = 200
_APOLOGY = "apology"


def recurrences(case: Case) -> Adviser | None:
    """It was told that this will not happen again: what is different now, and not the same words once more.

    Nothing of any other customer is quoted.
    """
    row = Recurrence.objects.filter(case=case).exclude(state=Recurrence.State.WITHDRAWN).select_related("cause").first()
    if row is None:
        return None
    told = cache(
        lambda: Written(
            said_before(row.cause, case.created_at, but=case)
            .order_by("-at")
            .values_list("quote", flat=True)[:_MOST_READ]
        )
    )

    def advise(text: str) -> Iterable[Advice]:
        yield Advice(
            _told_already(row), address=reverse("causes:cause", args=[row.cause_id]), address_words=_("The cause")
        )
        if text.strip() and (again := told().repeats(text)):
            words = _("“%(words)s” was said before, nearly in these words, and it happened again. Say it in new ones.")
            yield Advice(words % {"words": _short(again)})

    return advise


def _told_already(row: Recurrence) -> str:
    since = date_format(localtime(row.told_at), "DATE_FORMAT")
    if not row.told_to:
        words = _("On %(since)s everybody was told that this will not happen again. Say what is different now.")
        return words % {"since": since}
    return ngettext(
        "Since %(since)s %(count)d customer has been told that this will not happen again. Say what is different now.",
        "Since %(since)s %(count)d customers have been told that this will not happen again. "
        "Say what is different now.",
        row.told_to,
    ) % {"since": since, "count": row.told_to}


def copies(case: Case) -> Adviser | None:
    """To a customer whom we have hurt before: no near copy of what we wrote then."""
    before = Message.objects.filter(
        case__customer=case.customer_id, direction=Message.Direction.OUT, automatic=False
    ).exclude(case=case)
    texts = [
        text
        for text, review in before.order_by("-sent_at").values_list("text", "review")[:_MOST_READ]
        # What was never checked, as words brought in from elsewhere, may be an apology too.
        if review is None or _APOLOGY in review.get("components", {})
    ]
    if not texts:
        return None
    written = cache(lambda: Written(texts))

    def advise(text: str) -> Iterable[Advice]:
        if text.strip() and written().nearly_copied(text):
            yield Advice(
                _(
                    "This is nearly what we wrote to this customer after an earlier failure. They have read it once. "
                    "Write it anew: what happened this time, and what is different now."
                ),
                stops=True,
            )

    return advise


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 90 else text[:89].rstrip() + "…"
