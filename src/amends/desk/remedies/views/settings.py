"""What each role may give, budgets, currency; tills."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from amends.desk.errors import WrongInput
from amends.desk.pages.asking import acting, tell
from amends.desk.people.authority import may, require
from amends.desk.people.models import Team
from amends.desk.people.roles import Role
from amends.desk.remedies import services
from amends.desk.remedies.forms import AuthorityForm, BudgetForm, SettingsForm, TillForm
from amends.desk.remedies.models import Budget, Till

__all__ = ["settings_page", "tills"]


@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Seen by all, so that everybody knows what they may give; changed by the owner. Each form is saved by itself."""
    person = acting(request)
    require(person, "remedy.see")
    asked = request.POST.get("form", "")
    may_edit = may(person, "remedy.edit-limits")
    if request.method == "POST":
        require(person, "remedy.edit-limits")
    rules = services.remedy_settings()
    general = SettingsForm(
        request.POST if asked == "general" else None,
        initial={
            "currency": rules.currency,
            "rates": "\n".join(f"{code} {rate}" for code, rate in sorted(rules.rates.items())),
            "voucher_days": rules.voucher_days,
            "approval_hours": rules.approval_hours,
        },
    )
    roles = [
        (role, AuthorityForm(services.authority_of(role.value), request.POST if asked == role.value else None))
        for role in Role
    ]
    teams: list[Team | None] = [None, *Team.objects.all()]
    stored = {row.team_id: row.per_month for row in Budget.objects.all()}
    budgets = [
        (
            team,
            _budget_name(team),
            BudgetForm(
                request.POST if asked == _budget_name(team) else None,
                initial={"per_month": stored.get(team.pk if team else None)},
                prefix=_budget_name(team),
            ),
        )
        for team in teams
    ]
    every: list[forms.Form] = [general, *(one for _role, one in roles), *(one for _team, _name, one in budgets)]
    bound = next((form for form in every if form.is_bound), None)
    if bound is not None and bound.is_valid():
        try:
            if bound is general:
                services.change_settings(person, **general.cleaned_data)
            for role, authority in roles:
                if authority is bound:
                    services.change_authority(person, role.value, **authority.values)
            for team, _name, budget in budgets:
                if budget is bound:
                    services.set_budget(person, team, budget.cleaned_data["per_month"])
        except WrongInput as error:
            tell(bound, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(reverse("remedies:limits:settings") + f"#{asked}")
    if not may_edit:
        for form in every:
            for field in form.fields.values():
                field.disabled = True
    context = {
        "general": general,
        "roles": roles,
        "budgets": budgets,
        "may_edit": may_edit,
        "may_edit_tills": may(person, "till.edit"),
        "currency": rules.currency,
    }
    return render(request, "remedies/settings.html", context, status=422 if bound is not None else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def tills(request: HttpRequest) -> HttpResponse:
    """Devices that may redeem vouchers: made, with their link shown once, and ended."""
    person = acting(request)
    require(person, "till.edit")
    form = TillForm(request.POST if request.POST.get("do") == "make" else None)
    address = ""
    if request.method == "POST" and request.POST.get("do") == "revoke":
        key = request.POST.get("till", "")
        services.revoke_till(person, get_object_or_404(Till, pk=int(key) if key.isdecimal() else 0))
        messages.success(request, _("The device may not be used any more."))
        return redirect("remedies:limits:tills")
    if form.is_bound and form.is_valid():
        try:
            _till, token = services.make_till(person, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            address = settings.PUBLIC_URL + reverse("remedies:till-begin", args=[token])
            form = TillForm()
    context = {"form": form, "tills": Till.objects.select_related("created_by"), "address": address}
    return render(request, "remedies/tills.html", context, status=422 if form.errors else 200)


def _budget_name(team: Team | None) -> str:
    return f"budget-{team.pk}" if team else "budget"
