"""The list, one remedy, and what is done with it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from amends.desk.cases.models import Case
from amends.desk.errors import WrongInput
from amends.desk.pages.asking import acting, redirect_to, tell
from amends.desk.people.authority import may, require
from amends.desk.people.models import Person
from amends.desk.remedies import services
from amends.desk.remedies.advice import advise, facts_of
from amends.desk.remedies.forms import DecisionForm, FinishForm, ListForm, NoteForm, OfferForm, TellForm, WhyForm
from amends.desk.remedies.listing import as_csv, found
from amends.desk.remedies.models import Remedy
from amends.desk.remedies.services.doing import ProofFile

__all__ = ["add", "advice", "as_file", "decide_form", "listed", "remedy"]

_PAGE = 50
Done = Callable[[Person, Remedy], str]


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """All remedies, with filters."""
    person = acting(request)
    require(person, "remedy.see")
    form = ListForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    page = max(1, int(request.GET["page"])) if request.GET.get("page", "").isdecimal() else 1
    begin = (min(page, 10_000) - 1) * _PAGE
    # Not joined: a planner may begin with all cases and sort, instead of going along the index of the order.
    rows = found(asked, person).prefetch_related("case__customer", "decided_by", "promise")
    shown = list(rows[begin : begin + _PAGE + 1])
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "form": form,
        "rows": shown[:_PAGE],
        "more": len(shown) > _PAGE,
        "page": page,
        "query": query.urlencode(),
        "may_download": may(person, "remedy.see-budget"),
    }
    return render(request, "remedies/list.html", context)


@never_cache
@require_safe
def as_file(request: HttpRequest) -> StreamingHttpResponse:
    """The same as comma-separated values."""
    person = acting(request)
    require(person, "remedy.see-budget")
    form = ListForm(request.GET)
    lines = as_csv(found(form.cleaned_data if form.is_valid() else {}, person))
    response = StreamingHttpResponse((line.encode() for line in list(lines)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="remedies.csv"'
    return response


@require_safe
def remedy(request: HttpRequest, pk: int) -> HttpResponse:
    """One remedy."""
    require(acting(request), "remedy.see")
    return _page_of(request, _found(pk))


@require_POST
def add(request: HttpRequest, public_id: str) -> HttpResponse:
    """Propose a remedy for a case."""
    person = acting(request)
    case = get_object_or_404(Case.objects.select_related("customer", "team"), public_id=public_id)
    form = OfferForm(request.POST, prefix="remedy")
    if form.is_valid():
        data = form.cleaned_data
        idea_only = request.POST.get("do") == "idea"
        try:
            row = services.propose(
                person,
                case,
                form.offer,
                decide=not idea_only,
                reason=data["reason"],
                why_again=data["why_again"],
            )
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _words_for(row))
            return redirect_to(request, reverse("cases:case", args=[case.public_id]) + "#remedies")
    return render(request, "remedies/add.html", {"form": form, "case": case, **_advice(case, form)}, status=422)


@require_safe
def advice(request: HttpRequest, public_id: str) -> HttpResponse:
    """Advice from research for what is being typed."""
    require(acting(request), "remedy.see")
    case = get_object_or_404(Case, public_id=public_id)
    form = OfferForm(request.GET, prefix="remedy")
    form.is_valid()
    return render(request, "remedies/parts/advice.html", _advice(case, form))


@require_POST
def decide_form(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide what is proposed, or ask somebody else."""
    form = WhyForm(request.POST, prefix=f"decide-{pk}")

    def do(person: Person, row: Remedy) -> str:
        data = form.cleaned_data
        if request.POST.get("do") == "ask":
            services.ask(person, row, **data)
        else:
            services.decide(person, row, why_again=data["why_again"])
        return _words_for(row)

    return _act(request, pk, "decide", form, do)


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse on the desk."""
    form = DecisionForm(request.POST, prefix=f"approve-{pk}")

    def do(person: Person, row: Remedy) -> str:
        return settle(request, person, row, form)

    return _act(request, pk, "approve", form, do)


def settle(request: HttpRequest, person: Person, row: Remedy, form: forms.Form, link: Any = None) -> str:
    """Approve or refuse, as the pressed button says; the words for the person."""
    words = form.cleaned_data["words"]
    if request.POST.get("do") == "refuse":
        services.refuse(person, row, words=words, link=link)
        return _("Refused. Whoever asked hears of it.")
    services.approve(person, row, words=words, link=link)
    return _("Approved. Whoever asked hears of it.")


@require_POST
def told(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer knows."""
    row = _found(pk)
    form = TellForm(row, request.POST, prefix=f"tell-{pk}")

    def do(person: Person, one: Remedy) -> str:
        data = form.cleaned_data
        services.tell(
            person,
            one,
            act=data["act"],
            owner=data["owner"],
            due=data["day"],
            message=data["message"],
            promise=data["promise"],
        )
        return _("Noted. It stands among the promises until it is done.")

    return _act(request, pk, "tell", form, do)


@require_POST
def finish(request: HttpRequest, pk: int) -> HttpResponse:
    """It is done."""
    row = _found(pk)
    form = FinishForm(row, request.POST, request.FILES, prefix=f"finish-{pk}")

    def do(person: Person, one: Remedy) -> str:
        data = form.cleaned_data
        file = data["file"]
        if file is not None and file.size > settings.LARGEST_UPLOAD:
            raise WrongInput(_("The file is larger than the desk takes. Make it smaller."), "file")
        files = [ProofFile(file.name, file.read())] if file is not None else []
        services.finish(person, one, paid=data["paid"], proof=data["proof"], files=files, done_at=form.done_at)
        return _("Done, and noted with what shows it.")

    return _act(request, pk, "finish", form, do)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it back."""
    form = NoteForm(request.POST, prefix=f"withdraw-{pk}")

    def do(person: Person, row: Remedy) -> str:
        services.withdraw(person, row, why=form.cleaned_data["note"])
        return _("Withdrawn.")

    return _act(request, pk, "withdraw", form, do)


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """It was called done by mistake."""
    form = NoteForm(request.POST, prefix=f"reopen-{pk}")

    def do(person: Person, row: Remedy) -> str:
        services.reopen(person, row, note=form.cleaned_data["note"])
        return _("It is open again.")

    return _act(request, pk, "reopen", form, do)


@require_POST
def broken(request: HttpRequest, pk: int) -> HttpResponse:
    """What was told was not done in time."""
    form = NoteForm(request.POST, prefix=f"broken-{pk}")

    def do(person: Person, row: Remedy) -> str:
        services.break_remedy(person, row, note=form.cleaned_data["note"])
        return _("Noted as not kept. It can still be done late.")

    return _act(request, pk, "broken", form, do)


@require_POST
def changed(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is only proposed."""
    form = OfferForm(request.POST, prefix=f"change-{pk}")

    def do(person: Person, row: Remedy) -> str:
        services.change(person, row, form.offer)
        return _("Saved.")

    return _act(request, pk, "change", form, do)


def _words_for(row: Remedy) -> str:
    if row.state == Remedy.State.DECIDED:
        return _("Decided. Now tell the customer; it becomes a promise then.")
    if row.state == Remedy.State.WAITING:
        from amends.desk.remedies.services.approving import approvers_of

        if approvers_of(row):
            return _("Kept. Somebody who may decide it has been written to.")
        return _("Kept. Nobody else at the desk may decide so much; the owner can change the limits.")
    return _("Kept as an idea.")


def _advice(case: Case, form: OfferForm) -> dict[str, Any]:
    currency = services.remedy_settings().currency
    facts = facts_of(case, list(case.remedies.all()), currency)
    data = getattr(form, "cleaned_data", {})
    amount, kind = data.get("amount"), data.get("kind") or ""
    return {"advice": advise(facts, kind=kind, amount=amount, currency=data.get("currency") or currency)}


def _act(request: HttpRequest, pk: int, kind: str, form: forms.Form, do: Done) -> HttpResponse:
    """Do what a form asks, and go back; or show the remedy's page with what was wrong."""
    person = acting(request)
    row = _found(pk)
    if form.is_valid():
        try:
            words = do(person, row)
        except WrongInput as error:
            tell(form, error)
            row = _found(pk)
        else:
            messages.success(request, words)
            return redirect_to(request, _back(request, row))
    return _page_of(request, row, kind, form)


def _page_of(request: HttpRequest, row: Remedy, kind: str = "", form: forms.Form | None = None) -> HttpResponse:
    entries = row.case.log.filter(after__remedy=row.pk).select_related("person").order_by("-at", "-pk")
    context = {"remedy": row, "case": row.case, "kind": kind, "form": form, "entries": entries}
    return render(request, "remedies/remedy.html", context, status=422 if form is not None else 200)


def _found(pk: int) -> Remedy:
    rows = Remedy.objects.select_related(
        "case__customer", "case__team", "proposed_by", "asked_by", "decided_by", "promise", "spending", "voucher"
    )
    return get_object_or_404(rows, pk=pk)


def _back(request: HttpRequest, row: Remedy) -> str:
    asked = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure()):
        return asked
    return reverse("remedies:remedy", args=[row.pk])
