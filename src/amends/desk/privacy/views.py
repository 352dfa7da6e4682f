"""Pages of what is kept: export and erasure of a customer, and the rules."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from amends.desk.customers.merging import standing
from amends.desk.customers.models import Customer
from amends.desk.errors import WrongInput
from amends.desk.pages.asking import acting, tell
from amends.desk.people.authority import may, require
from amends.desk.privacy import keeping
from amends.desk.privacy.erasing import erase_customer
from amends.desk.privacy.forms import EraseForm, RulesForm
from amends.desk.privacy.models import Kind
from amends.desk.privacy.taking_out import export_customer


@require_POST
def export(request: HttpRequest, public_id: str) -> FileResponse:
    """Everything about a customer as one file."""
    customer = standing(get_object_or_404(Customer, public_id=public_id))
    content = export_customer(acting(request), customer)
    day = timezone.localdate().isoformat()
    response = FileResponse(content, as_attachment=True, filename=f"customer-{customer.public_id}-{day}.zip")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@never_cache
@require_http_methods(["GET", "POST"])
def erase(request: HttpRequest, public_id: str) -> HttpResponse:
    """Erase a customer, after a look at what goes."""
    person = acting(request)
    require(person, "customer.erase")
    customer = standing(get_object_or_404(Customer, public_id=public_id))
    form = EraseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            erase_customer(person, customer, reason=form.cleaned_data["reason"])
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Erased. The log keeps that it happened, and nothing else."))
            return redirect("customers:customer", customer.public_id)
    context = {"customer": customer, "form": form, "cases": customer.cases.count()}
    return render(request, "privacy/erase.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """For how long what is kept, and what would go. "Show what would go" changes nothing."""
    person = acting(request)
    require(person, "keeping.preview")
    form = RulesForm(request.POST or None, initial=keeping.rules())
    shown: list[keeping.Preview] = []
    if request.method == "POST" and form.is_valid():
        if request.POST.get("do") == "save":
            try:
                keeping.change_rules(person, form.cleaned_data)
            except WrongInput as error:
                tell(form, error)
            else:
                messages.success(request, _("Saved. What is older goes within the hour."))
                return redirect("privacy:rules")
        else:
            shown = keeping.preview(person, form.cleaned_data)
    names = dict(Kind.choices)
    context = {
        "form": form,
        "may_edit": may(person, "keeping.edit"),
        "asked": request.method == "POST" and form.is_valid(),
        "shown": [(names[Kind(one.kind)], one) for one in shown],
    }
    return render(request, "privacy/rules.html", context, status=422 if form.errors else 200)
