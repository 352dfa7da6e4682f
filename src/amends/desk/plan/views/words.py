"""Words of the house: proposed, edited, tried, switched on."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from amends.desk.cases.models import Message
from amends.desk.errors import WrongInput
from amends.desk.house.services import house
from amends.desk.pages.asking import acting, tell
from amends.desk.people.authority import require
from amends.desk.plan import services
from amends.desk.plan.forms import KindForm, WordsForm
from amends.desk.plan.models import WordsTrial
from amends.desk.plan.vocabulary import as_lines, proposal

__all__ = ["edit", "propose", "switch_off", "switch_on", "trial"]


def _page(request: HttpRequest, form: WordsForm, kinds: KindForm) -> HttpResponse:
    context = {
        "form": form,
        "kinds": kinds,
        "in_use": house().vocabulary,
        "trials": WordsTrial.objects.select_related("person", "on_by")[:10],
    }
    wrong = bool(form.errors or kinds.errors)
    return render(request, "plan/words.html", context, status=422 if wrong else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """The words, as they were written last; sent, they are tried."""
    person = acting(request)
    require(person, "words.edit")
    last = WordsTrial.objects.first()
    in_use = house().vocabulary
    # Lines that were written are kept as they were, with their forms together.
    text = last.text if last and (last.pairs == in_use or not in_use) else as_lines(in_use)
    initial = {"text": text, "kind": last.kind if last else ""}
    form = WordsForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.try_out(person, form.cleaned_data["text"], kind=form.cleaned_data["kind"])
        except WrongInput as error:
            tell(form, error)
        else:
            return redirect("plan:words:trial", row.pk)
    return _page(request, form, KindForm(initial=initial))


@never_cache
@require_safe
def propose(request: HttpRequest) -> HttpResponse:
    """The words that are usual for a kind of business, in the house's language, to be edited and tried."""
    require(acting(request), "words.edit")
    kinds = KindForm(request.GET)
    if not kinds.is_valid():
        return _page(request, WordsForm(initial={"text": as_lines(house().vocabulary)}), kinds)
    kind = kinds.cleaned_data["kind"]
    form = WordsForm(initial={"text": proposal(kind, house().language), "kind": kind})
    return _page(request, form, kinds)


@never_cache
@require_safe
def trial(request: HttpRequest, pk: int) -> HttpResponse:
    """What a trial found, and only here the words are switched on."""
    require(acting(request), "words.edit")
    row = get_object_or_404(WordsTrial.objects.select_related("person", "on_by"), pk=pk)
    numbers = [one["message"] for one in row.examples]
    known = Message.objects.select_related("case").in_bulk(numbers)
    examples = [(known[one["message"]], one["marks"]) for one in row.examples if one["message"] in known]
    newest = WordsTrial.objects.first() == row
    context = {"trial": row, "examples": examples, "newest": newest, "is_on": house().vocabulary == row.pairs}
    return render(request, "plan/trial.html", context)


@require_POST
def switch_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the checker use the words of a trial."""
    person = acting(request)
    require(person, "words.edit")
    services.switch_on(person, get_object_or_404(WordsTrial, pk=pk))
    messages.success(request, _("Switched on. Replies are checked for these words from now on."))
    return redirect("plan:words:edit")


@require_POST
def switch_off(request: HttpRequest) -> HttpResponse:
    """Have the checker use no words of the house."""
    services.switch_off(acting(request))
    messages.success(request, _("Switched off."))
    return redirect("plan:words:edit")
