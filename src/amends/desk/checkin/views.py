"""The settings page of the check-in, with what came of it."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from amends.desk.checkin.forms import SettingsForm
from amends.desk.checkin.models import CheckIn
from amends.desk.checkin.services import change_settings, check_in_settings, figures
from amends.desk.errors import WrongInput
from amends.desk.pages.asking import acting, tell
from amends.desk.people.authority import may, require


@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Whether and when customers are asked."""
    person = acting(request)
    require(person, "promise.see")
    rules = check_in_settings()
    initial = {"on": rules.on, "days": rules.days, "silent_days": rules.silent_days}
    form = SettingsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_settings(person, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("checkin:settings")
    counts = figures(timezone.now() - timedelta(days=365))
    context = {
        "form": form,
        "may_edit": may(person, "checkin.edit"),
        "figures": [(label, counts[value]) for value, label in CheckIn.State.choices if counts[value]],
    }
    return render(request, "checkin/settings.html", context, status=422 if form.errors else 200)
