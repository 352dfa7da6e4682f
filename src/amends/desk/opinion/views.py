"""Asking for a second opinion, using it, and setting it up."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from amends.desk.cases.models import Case
from amends.desk.composer import services as composer
from amends.desk.composer.checking import plain
from amends.desk.composer.models import Kind
from amends.desk.composer.services.drafting import LONGEST
from amends.desk.errors import NotFound, WrongInput, WrongMove
from amends.desk.opinion import services
from amends.desk.opinion.forms import OpinionForm
from amends.desk.pages.asking import acting, by_htmx, tell
from amends.desk.people.authority import require
from amends.text import sentences

_MOST_SENTENCES = 60


@never_cache
@require_POST
def ask(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """Ask about what is being written. A browser without scripts gets a page, and its words are kept as a draft."""
    person = acting(request)
    require(person, "opinion.ask")
    case = _found(public_id, kind)
    text = plain(request.POST.get("text", ""))[:LONGEST]
    if not by_htmx(request):
        try:
            composer.keep_draft(person, case, kind, text=text)
        except (WrongInput, WrongMove) as error:
            messages.error(request, error.words)
            return redirect(_answer_at(case, kind))
    context: dict[str, Any] = {"case": case, "kind": kind, "model": services.opinion_settings().model, "text": text}
    status = 200
    try:
        if request.POST.get("opinion") == "rewording":
            span = _sentence(text, request.POST)
            if span is None and not by_htmx(request):
                spans = sentences(text)[:_MOST_SENTENCES]
                context["choices"] = [(start, end, text[start:end]) for start, end in spans]
            else:
                context["rewording"] = services.ask_rewording(person, case, text, span or (0, 0), kind)
        else:
            context["questions"] = services.ask_questions(person, case, text, kind)
    except WrongInput as error:
        context["trouble"], status = error.words, 422
    template = "opinion/parts/said.html" if by_htmx(request) else "opinion/said.html"
    return render(request, template, context, status=status)


@require_POST
def use(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """Put a rewording into the kept draft, as somebody pressed the button; for browsers without scripts."""
    person = acting(request)
    case = _found(public_id, kind)
    old, new = plain(request.POST.get("old", "")), plain(request.POST.get("new", ""))[:LONGEST]
    kept = composer.draft_of(person, case, kind)
    if not old or kept.text.count(old) != 1:
        messages.error(request, _("Your words have changed since. Nothing was put in."))
        return redirect(_answer_at(case, kind))
    try:
        composer.keep_draft(person, case, kind, text=kept.text.replace(old, new), revision=kept.revision)
    except (WrongInput, WrongMove) as error:
        messages.error(request, error.words)
    return redirect(_answer_at(case, kind))


@never_cache
@sensitive_post_parameters("key")
@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Whom a second opinion is asked of."""
    person = acting(request)
    require(person, "opinion.edit")
    row = services.opinion_settings()
    form = OpinionForm(request.POST or None, initial={"address": row.address, "model": row.model})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_settings(person, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("opinion:settings")
    context = {"form": form, "row": row}
    return render(request, "opinion/settings.html", context, status=422 if form.errors else 200)


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Switch it off, or try it."""
    person = acting(request)
    if request.POST.get("do") == "off":
        services.switch_off(person)
        messages.success(request, _("Nobody is asked any more."))
    else:
        try:
            said = services.try_out(person)
        except WrongInput as error:
            messages.error(request, error.words)
        else:
            messages.success(request, _("It answers: %(words)s") % {"words": said})
    return redirect("opinion:settings")


def _sentence(text: str, given: Any) -> tuple[int, int] | None:
    """The sentence that is meant: chosen on the page, marked in the field, or the one with the cursor in it."""
    first, _comma, last = given.get("sentence", "").partition(",")
    chosen = [sentence for sentence in sentences(text) if f"{sentence[0]},{sentence[1]}" == f"{first},{last}"]
    if chosen:
        return chosen[0]
    begin, end = _code_points(text, given.get("start", "")), _code_points(text, given.get("end", ""))
    if begin is None or end is None:
        return None
    touched = [(start, stop) for start, stop in sentences(text) if start < max(end, begin + 1) and begin <= stop]
    marked = [(start, stop) for start, stop in touched if begin < stop]
    touched = marked if begin < end else touched[-1:]
    return (touched[0][0], touched[-1][1]) if touched else None


def _code_points(text: str, offset: str) -> int | None:
    """An offset as browsers count, in code points."""
    if not offset.isascii() or not offset.isdigit() or len(offset) > 7:
        return None
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * int(offset)]
    return len(units.decode("utf-16-le", "ignore"))


def _answer_at(case: Case, kind: str) -> str:
    query = f"?answer={kind}" if kind != Kind.REPLY else ""
    return f"{reverse('cases:case', args=[case.public_id])}{query}#answer"


def _found(public_id: str, kind: str) -> Case:
    if kind not in Kind.values:
        raise NotFound(_("There is nothing at this address. It may have moved, or it is not for you to see."))
    return get_object_or_404(Case.objects.select_related("customer"), public_id=public_id)
