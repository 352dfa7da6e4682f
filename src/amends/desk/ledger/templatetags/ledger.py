"""The promises of a case, and one promise with what can be done with it."""

from typing import Any

from django import forms, template
from django.utils import timezone

from amends.desk.cases.models import Case
from amends.desk.ledger.forms import BrokenForm, DangerForm, KeepForm, NoteForm, PromiseForm, ReleaseForm
from amends.desk.ledger.models import Promise
from amends.desk.ledger.services import last_word_since
from amends.desk.people.authority import may

__all__ = ["promise_card", "promises_of", "register"]

register = template.Library()


@register.inclusion_tag("ledger/parts/of_case.html", takes_context=True)
def promises_of(context: template.Context, case: Case) -> dict[str, Any]:
    """The promises of a case, each with what can be done with it, and a form to write one down."""
    rows = Promise.objects.filter(case=case).select_related("owner", "message", "case")
    form = PromiseForm(prefix="new", initial={"owner": case.assignee_id or getattr(context.get("user"), "pk", None)})
    return {
        "case": case,
        "promises": rows,
        "form": form,
        "user": context.get("user"),
        "request": context.get("request"),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("ledger/parts/promise.html", takes_context=True)
def promise_card(
    context: template.Context,
    promise: Promise,
    kind: str = "",
    form: forms.Form | None = None,
    link: bool = True,
) -> dict[str, Any]:
    """One promise with what can be done with it.

    Args:
        context: The page's.
        promise: The promise.
        kind: Which of its forms was sent and is shown again.
        form: That form, with its errors.
        link: Whether its act leads to its own page.
    """
    made = {
        "keep": KeepForm(prefix=f"keep-{promise.pk}"),
        "danger": DangerForm(prefix=f"danger-{promise.pk}"),
        "broken": BrokenForm(prefix=f"broken-{promise.pk}"),
        "release": ReleaseForm(prefix=f"release-{promise.pk}"),
        "reopen": NoteForm(prefix=f"reopen-{promise.pk}"),
        "correct": PromiseForm.of(promise, f"correct-{promise.pk}"),
    }
    if kind and form is not None:
        made[kind] = form
    word = promise.words_owed.filter(done_at=None).first()
    user: Any = context.get("user")
    request: Any = context.get("request")
    return {
        "promise": promise,
        "case": promise.case,
        "forms": made,
        "kind": kind,
        "link": link,
        "word": word,
        "said": last_word_since(promise.case, word.asked_at) if word else None,
        "late": promise.due_at is not None and promise.due_at < timezone.now(),
        "may_release": may(user, "promise.release"),
        "back": f"{request.path}#promise-{promise.pk}",
        "csrf_token": context.get("csrf_token"),
    }
