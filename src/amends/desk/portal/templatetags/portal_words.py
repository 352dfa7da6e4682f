"""Where a promise stands, as a sentence for the customer."""

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from amends.desk.portal.shown import ShownPromise

__all__ = ["days_left", "register", "where_it_stands"]

register = template.Library()


@register.filter
def where_it_stands(promise: ShownPromise) -> str:
    """One sentence: by when it is kept, or what became of it. Sentences are whole, as dates bend in many languages."""
    when = date_format(timezone.localtime(promise.at), "DATE_FORMAT") if promise.at else ""
    if promise.standing == "kept":
        return _("Kept on %(day)s") % {"day": when}
    if promise.standing == "late":
        return _("Done on %(day)s, later than we promised") % {"day": when}
    if promise.standing == "broken":
        return _("We did not keep this.")
    if promise.standing == "released":
        return _("You told us that you do not need this any more.")
    return _still_open(promise)


def _still_open(promise: ShownPromise) -> str:
    late = promise.standing == "overdue"
    if promise.due_day is not None:
        day = {"day": f"{date_format(promise.due_day, 'l')}, {date_format(promise.due_day, 'DATE_FORMAT')}"}
        if late:
            return _("This is late: it was due by the end of %(day)s, and it is still ours to do.") % day
        return _("Due by the end of %(day)s") % day
    if promise.due_at is not None:
        moment = {"time": date_format(timezone.localtime(promise.due_at), "DATETIME_FORMAT")}
        if late:
            return _("This is late: it was due by %(time)s, and it is still ours to do.") % moment
        return _("Due by %(time)s") % moment
    return _("We named no day for this.")


@register.filter
def days_left(promise: ShownPromise) -> str:
    """How far off an open promise is: today, tomorrow, in so many days; "" when it names no moment or has passed."""
    if promise.standing != "open" or promise.due_at is None:
        return ""
    days = (timezone.localdate(promise.due_at) - timezone.localdate()).days
    if days <= 0:
        return _("today")
    if days == 1:
        return _("tomorrow")
    return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}
