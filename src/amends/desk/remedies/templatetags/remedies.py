"""The remedies of a case, and one remedy with what can be done with it."""

from decimal import Decimal
from typing import Any

from django import forms, template
from django.utils import timezone

from amends.desk.cases.models import Case, Message
from amends.desk.people.authority import may
from amends.desk.people.models import Person
from amends.desk.remedies import services
from amends.desk.remedies.advice import advise, facts_of
from amends.desk.remedies.causes import cause_words
from amends.desk.remedies.codes import grouped
from amends.desk.remedies.forms import DecisionForm, FinishForm, NoteForm, OfferForm, TellForm, WhyForm
from amends.desk.remedies.models import Remedy
from amends.desk.remedies.money import amounts_in, money_words

__all__ = ["register", "remedies_of", "remedy_card"]

register = template.Library()


@register.inclusion_tag("remedies/parts/panel.html", takes_context=True)
def remedies_of(context: template.Context, case: Case) -> dict[str, Any]:
    """The remedies of a case with what can be done, a form for another one, and advice beside it."""
    rows = list(
        Remedy.objects.filter(case=case)
        .select_related("proposed_by", "asked_by", "decided_by", "doer", "promise", "voucher", "proof_file")
        .order_by("pk")
    )
    for row in rows:
        row.case = case
    currency = services.remedy_settings().currency
    return {
        "case": case,
        "remedies": rows,
        "form": OfferForm(prefix="remedy"),
        "advice": advise(facts_of(case, rows, currency)),
        "user": context.get("user"),
        "request": context.get("request"),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("remedies/parts/remedy.html", takes_context=True)
def remedy_card(
    context: template.Context,
    remedy: Remedy,
    kind: str = "",
    form: forms.Form | None = None,
    link: bool = True,
) -> dict[str, Any]:
    """One remedy with what can be done with it.

    Args:
        context: The page's.
        remedy: Which.
        kind: Which of its forms was sent and is shown again.
        form: That form, with its errors.
        link: Whether its name leads to its own page.
    """
    user: Any = context.get("user")
    request: Any = context.get("request")
    person = getattr(user, "_wrapped", user)
    state = remedy.state
    made: dict[str, forms.Form] = {}
    passed: tuple[services.Passed, ...] = ()
    may_settle = False
    own = person is not None and getattr(person, "pk", 0) in (remedy.proposed_by_id, remedy.asked_by_id)
    if state == "proposed":
        passed = services.passed_by(person, remedy, timezone.now()) if isinstance(person, Person) else ()
        made["decide"] = WhyForm(prefix=f"decide-{remedy.pk}")
        made["change"] = OfferForm.of(remedy, f"change-{remedy.pk}")
        for name in ("reason", "why_again"):
            del made["change"].fields[name]
    elif state == "waiting" and isinstance(person, Person) and may(person, "remedy.approve") and not own:
        may_settle = person.role == "owner" or services.may_decide(person, remedy)
        passed = services.passed_by(person, remedy, timezone.now())
        made["approve"] = DecisionForm(prefix=f"approve-{remedy.pk}")
    if (state == "decided") or (state == "done" and remedy.told_at is None):
        said = _words_that_tell(remedy)
        initial = {"message": said.pk, "promise": _promise_in(remedy, said)} if said else {}
        made["tell"] = TellForm(remedy, prefix=f"tell-{remedy.pk}", initial=initial)
    if state in ("decided", "told"):
        made["finish"] = FinishForm(remedy, prefix=f"finish-{remedy.pk}")
    if state in ("proposed", "waiting", "decided", "told"):
        made["withdraw"] = NoteForm(prefix=f"withdraw-{remedy.pk}")
    if state == "done":
        made["reopen"] = NoteForm(prefix=f"reopen-{remedy.pk}")
    if state == "told" and remedy.promise is not None and remedy.promise.is_overdue:
        made["broken"] = NoteForm(prefix=f"broken-{remedy.pk}")
    if kind and form is not None:
        made[kind] = form
    currency = services.remedy_settings().currency
    return {
        "remedy": remedy,
        "case": remedy.case,
        "forms": made,
        "kind": kind,
        "link": link,
        "own": own,
        "passed": [one.words(currency) for one in passed],
        "may_settle": may_settle,
        "twin": services.twin_of(remedy) if state in ("proposed", "waiting") else None,
        "cause": cause_words(remedy.cause),
        "code": grouped(remedy.voucher.code) if remedy.voucher is not None else "",
        "cost": money_words(remedy.cost, currency) if remedy.amount is None or remedy.currency != currency else "",
        "paid": money_words(remedy.paid, remedy.currency if remedy.is_money else currency),
        "request": request,
        "back": f"{request.path}#remedy-{remedy.pk}" if link else request.path,
        "csrf_token": context.get("csrf_token"),
    }


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """An amount for people."""
    return money_words(amount, currency)


def _words_that_tell(remedy: Remedy) -> Message | None:
    """Our last words since the decision that name the amount: they most likely told the customer."""
    if remedy.amount is None or remedy.decided_at is None:
        return None
    said = remedy.case.messages.filter(
        direction=Message.Direction.OUT, automatic=False, sent_at__gte=remedy.decided_at
    ).order_by("-sent_at", "-pk")[:5]
    for message in said:
        if any(one.value == remedy.amount for one in amounts_in(message.text)):
            return message
    return None


def _promise_in(remedy: Remedy, message: Message) -> int | None:
    """The promise that was found in those words and names the amount."""
    for promise in message.promises.filter(remedy=None).order_by("pk"):
        if any(one.value == remedy.amount for one in amounts_in(f"{promise.act}\n{promise.quote}")):
            return promise.pk
    return None
