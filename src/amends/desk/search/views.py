"""Pages of saved views, and acts on several cases of the inbox."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from amends.desk.cases.listing import asked_from, find
from amends.desk.errors import NotFound, WrongInput
from amends.desk.pages.asking import acting, tell
from amends.desk.people.authority import may, require
from amends.desk.search import saving
from amends.desk.search.forms import SaveForm
from amends.desk.search.models import SavedView
from amends.desk.search.several import on_several

_COUNTED_TO = 100
_MOST_COUNTED = 12
_LEFT_SHOWN = 5


@require_safe
def saved(request: HttpRequest) -> HttpResponse:
    """All views that somebody sees, to rename, order and remove."""
    return _page(request)


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Save the filter that is shown."""
    person = acting(request)
    form = SaveForm(request.POST)
    if form.is_valid():
        asked = asked_from(QueryDict(form.cleaned_data["asked"]))
        try:
            saving.keep_view(person, form.cleaned_data["name"], asked, shared=form.cleaned_data["shared"])
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("The view is saved."))
            return redirect(f"{reverse('cases:inbox')}?{asked.address}")
    return _page(request, form)


@require_POST
def change(request: HttpRequest, public_id: str) -> HttpResponse:
    """Rename, move or remove a view."""
    person = acting(request)
    view = get_object_or_404(SavedView, public_id=public_id)
    if not view.shared and view.person_id != person.pk:
        # That somebody has a view of their own is nobody else's business.
        raise NotFound(_("This view is not there any more."))
    act = request.POST.get("act", "")
    try:
        if act == "rename":
            saving.rename_view(person, view, request.POST.get("name", ""))
        elif act in ("earlier", "later"):
            saving.move_view(person, view, earlier=act == "earlier")
        elif act == "remove":
            saving.remove_view(person, view)
        else:
            raise WrongInput(_("Choose one of the list."))
    except WrongInput as error:
        messages.error(request, error.words)
    return redirect("search:views")


@require_safe
def counts(request: HttpRequest) -> HttpResponse:
    """How many cases each saved view has, for those whose counting is cheap; the inbox asks for it when it is shown."""
    person = acting(request)
    require(person, "case.see")
    counted: list[tuple[SavedView, int]] = []
    for view in saving.views_of(person):
        asked = saving.asked_by(view)
        if asked.is_cheap and len(counted) < _MOST_COUNTED:
            counted.append((view, find(asked, person).order_by()[:_COUNTED_TO].count()))
    return render(request, "search/parts/counts.html", {"counted": counted, "counted_to": _COUNTED_TO})


@require_POST
def several(request: HttpRequest) -> HttpResponse:
    """One act on several cases."""
    person = acting(request)
    act = request.POST.get("act", "")
    value = request.POST.get(act, "") if act in ("assign", "team", "set-aside") else ""
    try:
        outcome = on_several(person, request.POST.getlist("case"), act, value)
    except WrongInput as error:
        messages.error(request, error.words)
    else:
        if count := len(outcome.done):
            messages.success(request, ngettext("%(n)d case done.", "%(n)d cases done.", count) % {"n": count})
        for case, words in outcome.left[:_LEFT_SHOWN]:
            messages.error(request, f"{case.customer}: {words}" if case else words)
        if (more := len(outcome.left) - _LEFT_SHOWN) > 0:
            words = ngettext("%(n)d more case stayed as it was.", "%(n)d more cases stayed as they were.", more)
            messages.error(request, words % {"n": more})
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = reverse("cases:inbox")
    return redirect(back)


def _page(request: HttpRequest, form: SaveForm | None = None) -> HttpResponse:
    person = acting(request)
    require(person, "case.see")
    rows = list(saving.views_of(person).select_related("person"))
    context = {
        "shared": [(view, saving.asked_by(view)) for view in rows if view.shared],
        "own": [(view, saving.asked_by(view)) for view in rows if not view.shared],
        "may_share": may(person, "view.share"),
        "form": form,
    }
    return render(request, "search/views.html", context, status=422 if form is not None else 200)
