"""Writing down a call in two steps: the words, then reading them back to whoever said them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from amends.desk.cases.models import Case
from amends.desk.errors import WrongInput
from amends.desk.intake.by_hand.forms import READ_BACK, WrittenDownForm
from amends.desk.intake.services.writing_down import known_caller, open_stories, write_down_word
from amends.desk.pages.asking import acting, tell
from amends.desk.people.authority import require

__all__ = ["write_down"]


@require_http_methods(["GET", "HEAD", "POST"])
def write_down(request: HttpRequest) -> HttpResponse:
    """The words; then, with them all in the page, reading back; then the case."""
    person = acting(request)
    require(person, "message.write-down")
    case = _case(request.POST.get("into") or request.GET.get("case", ""))
    initial = {"known": case is not None, **{name: request.GET[name] for name in ("channel",) if name in request.GET}}
    if request.method != "POST":
        return _words(request, WrittenDownForm(initial=initial), case)
    form = WrittenDownForm(request.POST, initial=initial)
    if "change" in request.POST or not form.is_valid():
        if "change" in request.POST:
            form = WrittenDownForm(initial={**initial, **request.POST.dict()})
        return _words(request, form, case, 422 if form.errors else 200)
    if "read_back" not in request.POST:
        return _read_back(request, form, case)
    try:
        story = case or _story(request, form)
        message = write_down_word(person, case=story, read_back=request.POST["read_back"], **form.cleaned_data)
    except WrongInput as error:
        tell(form, error)
        return _read_back(request, form, case, 422) if error.field == "read_back" else _words(request, form, case, 422)
    messages.success(request, _("It is written down, in their words."))
    return redirect("cases:case", message.case.public_id)


def _words(request: HttpRequest, form: WrittenDownForm, case: Case | None, status: int = 200) -> HttpResponse:
    return render(request, "intake/write_down.html", {"form": form, "into": case}, status=status)


def _read_back(request: HttpRequest, form: WrittenDownForm, case: Case | None, status: int = 200) -> HttpResponse:
    data = form.cleaned_data
    customer = case.customer if case else known_caller(data["mail"], data["phone"])
    context: dict[str, Any] = {
        "form": form,
        "into": case,
        "known": customer,
        "stories": () if case else open_stories(customer),
        "answers": READ_BACK,
        "words": data["text"],
        "language": data["language"],
    }
    return render(request, "intake/read_back.html", context, status=status)


def _story(request: HttpRequest, form: WrittenDownForm) -> Case | None:
    """The case that was chosen on the second page: one of the caller's own, or none."""
    chosen = request.POST.get("story", "")
    customer = known_caller(form.cleaned_data["mail"], form.cleaned_data["phone"])
    return next((story for story in open_stories(customer) if story.public_id == chosen), None)


def _case(public_id: str) -> Case | None:
    return get_object_or_404(Case.objects.select_related("customer"), public_id=public_id) if public_id else None
