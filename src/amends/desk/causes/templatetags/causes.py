"""What the case page says of causes, likenesses, recurrence, second failures and telling first; one prevention."""

from dataclasses import dataclass
from typing import Any

from django import forms, template
from django.db.models import Q
from django.utils.translation import gettext as _

from amends.desk.cases.listing import KIND_WORDS, STAKE_WORDS
from amends.desk.cases.models import Case
from amends.desk.causes.forms import CheckForm, DoneForm, DropForm, PreventionForm, ToldByHandForm
from amends.desk.causes.models import CaseCause, Cause, Disclosure, Prevention, Recurrence, Similar
from amends.desk.causes.services import cause_settings
from amends.desk.people.authority import may

__all__ = ["causes_of", "prevention_card", "register", "stake_words"]

register = template.Library()

_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Shown:
    """A similar case as the panel shows it: why, with the words of this case first."""

    pair: Similar
    case: Case
    cause: Cause | None
    why: list[str]


@register.inclusion_tag("causes/parts/case_panel.html", takes_context=True)
def causes_of(context: template.Context, case: Case) -> dict[str, Any]:
    """The causes of a case, what is done about the main one, what resembles it. Rows only: nothing is reckoned here."""
    user: Any = context.get("user")
    links = list(case.cause_links.filter(until=None).select_related("cause"))
    main = next((link.cause for link in links if link.main), None)
    preventions = main.preventions.exclude(state=Prevention.State.DROPPED).select_related("owner") if main else []
    second = case.failure_number > 1
    return {
        "case": case,
        "links": links,
        "main": main,
        "preventions": preventions,
        "told": main.told.exclude(case=case).count() if main else 0,
        "recurrence": Recurrence.objects.filter(case=case)
        .exclude(state=Recurrence.State.WITHDRAWN)
        .select_related("cause", "prevention", "seen_by")
        .first(),
        "similar": _similar(case),
        "same": _named_the_same(case) if main is None else [],
        "second": second,
        "named": cause_settings().second_failures if second else None,
        "disclosure": Disclosure.objects.filter(case=case).select_related("teller").first()
        if case.opened_by_us
        else None,
        "told_form": ToldByHandForm(prefix="told"),
        "drop_form": DropForm(prefix="not-told"),
        "may_see": may(user, "recurrence.see"),
        "may_send": may(user, "message.send"),
        "csrf_token": context.get("csrf_token"),
        "request": context.get("request"),
    }


@register.inclusion_tag("causes/parts/prevention.html", takes_context=True)
def prevention_card(
    context: template.Context, prevention: Prevention, kind: str = "", form: forms.Form | None = None
) -> dict[str, Any]:
    """One prevention with what can be done with it.

    Args:
        context: The page's.
        prevention: The prevention.
        kind: Which form was sent and is shown again, such as "check-12".
        form: That form, with its errors.
    """
    number = prevention.pk
    made: dict[str, forms.Form] = {
        "change": PreventionForm.of(prevention, f"change-{number}"),
        "done": DoneForm(prefix=f"done-{number}"),
        "check": CheckForm(prefix=f"check-{number}"),
        "drop": DropForm(prefix=f"drop-{number}"),
    }
    what = kind.removesuffix(f"-{number}") if kind.endswith(f"-{number}") else ""
    if what in made and form is not None:
        made[what] = form
    return {
        "prevention": prevention,
        "forms": made,
        "kind": what,
        "against": prevention.recurrences.exclude(state=Recurrence.State.WITHDRAWN).count(),
        "may_plan": context.get("may_plan"),
        "may_check": context.get("may_check"),
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def stake_words(stake: str) -> str:
    """What is at stake, for people."""
    return str(STAKE_WORDS.get(stake, stake))


def _similar(case: Case) -> list[Shown]:
    pairs = Similar.objects.filter(Q(first=case) | Q(second=case), state=Similar.State.SUGGESTED)
    rows = list(pairs.select_related("first__customer", "second__customer")[: 3 * _SHOWN])
    mine = set(case.cause_links.filter(until=None).values_list("cause", flat=True))
    others = [(pair, pair.second if pair.first_id == case.pk else pair.first) for pair in rows]
    mains = {
        link.case_id: link.cause
        for link in CaseCause.objects.filter(
            case__in=[other.pk for _pair, other in others], until=None, main=True
        ).select_related("cause")
    }
    found = []
    for pair, other in others:
        cause = mains.get(other.pk)
        # What has the same cause already needs no asking.
        if other.state == Case.State.SET_ASIDE or (cause is not None and cause.pk in mine):
            continue
        found.append(Shown(pair, other, cause, _why(pair, first=pair.first_id == case.pk)))
    return found[:_SHOWN]


def _named_the_same(case: Case) -> list[Case]:
    """Cases of which somebody said that they have the same cause, as long as it has no name."""
    pairs = Similar.objects.filter(Q(first=case) | Q(second=case), state=Similar.State.SAME)
    return [
        pair.second if pair.first_id == case.pk else pair.first
        for pair in pairs.select_related("first__customer", "second__customer")[:_SHOWN]
    ]


def _why(pair: Similar, *, first: bool) -> list[str]:
    """What two cases share, in the reader's words; theirs stand in quotation marks, this case's first."""
    found = []
    for kind, values in pair.why:
        if kind == "words":
            found.append(_("nearly the same words"))
        elif kind == "subject":
            said = [(one, other) if first else (other, one) for one, other in values]
            words = [
                _said(one) if one.lower() == other.lower() else f"{_said(one)} – {_said(other)}" for one, other in said
            ]
            found.append(_("both speak of %(words)s") % {"words": ", ".join(words)})
        elif kind == "fact":
            found.append(_("both name %(facts)s") % {"facts": ", ".join(map(_said, values))})
        elif kind == "kind":
            kinds = ", ".join(str(KIND_WORDS.get(one, one)) for one in values)
            found.append(_("the same kind of failure: %(kinds)s") % {"kinds": kinds})
        elif kind == "day":
            found.append(_("they came within a day"))
    return found


def _said(words: str) -> str:
    """Words of a customer in quotation marks, kept from turning the direction of what stands around them."""
    return f"“\u2068{words}\u2069”"
