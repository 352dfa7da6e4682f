"""Settings of the business, time limits, what was changed, and removing the demonstration."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from amends.desk.deadlines.models import Profile
from amends.desk.deadlines.services import change_profile
from amends.desk.errors import WrongInput
from amends.desk.house.forms import HouseForm, ProfileForm
from amends.desk.house.models import DeskLog
from amends.desk.house.services import change_house, house
from amends.desk.pages.asking import acting, tell
from amends.desk.people.authority import may, require


@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """The business: seen by all, changed by the owner."""
    person = acting(request)
    row = house()
    names = ("name", "language", "country", "time_zone", "first_word_hours", "profile")
    form = HouseForm(request.POST or None, initial={name: getattr(row, name) for name in names})
    may_edit = may(person, "house.edit")
    if request.method == "POST" and form.is_valid():
        values = {**form.cleaned_data, "country": form.cleaned_data["country"].strip().upper()}
        try:
            change_house(person, **values)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("house:settings")
    if not may_edit:
        for field in form.fields.values():
            field.disabled = True
    context = {"form": form, "may_edit": may_edit, "profiles": Profile.objects.prefetch_related("limits")}
    return render(request, "house/settings.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """One profile of time limits, or a new one."""
    person = acting(request)
    require(person, "deadlines.edit")
    row = get_object_or_404(Profile, pk=pk) if pk else Profile()
    initial: dict[str, object] = {"name": row.name, "country": row.country}
    if pk:
        for limit in row.limits.all():
            initial |= {limit.what: limit.amount, f"{limit.what}_unit": limit.unit}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            change_profile(person, row, name=data["name"], country=data["country"], limits=form.limits())
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("house:settings")
    context = {"form": form, "profile": row}
    return render(request, "house/profile.html", context, status=422 if form.errors else 200)


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """What was changed at the desk, besides cases."""
    require(acting(request), "people.see")
    entries = DeskLog.objects.select_related("person")[:200]
    return render(request, "house/log.html", {"entries": entries})


@require_http_methods(["GET", "POST"])
def demo(request: HttpRequest) -> HttpResponse:
    """Ask whether to remove the demonstration, and remove it."""
    person = acting(request)
    require(person, "demo.remove")
    if request.method == "POST":
        from amends.desk.demonstration.services import remove

        remove(person)
        messages.success(request, _("The demonstration is gone. The desk is yours, and empty."))
        return redirect("cases:inbox" if not person.demo else "people:sign-in")
    return render(request, "house/demo.html")
