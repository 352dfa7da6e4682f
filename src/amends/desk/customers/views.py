"""The list of customers, one customer, changing what is known."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from amends.desk.customers.forms import ContactForm, CustomerForm
from amends.desk.customers.models import Customer
from amends.desk.customers.services import add_contact, change_customer, create_customer
from amends.desk.errors import WrongInput
from amends.desk.house.models import DeskLog
from amends.desk.pages.asking import acting, tell
from amends.desk.people.authority import may, require

_PER_PAGE = 50


@require_safe
def customers(request: HttpRequest) -> HttpResponse:
    """All customers, by name, with a search."""
    require(acting(request), "customer.see")
    sought = request.GET.get("q", "").strip()
    found = Customer.objects.filter(erased_at=None)
    if sought:
        matches = Q(name__icontains=sought) | Q(contacts__normalised__icontains=sought.casefold())
        found = found.filter(matches).distinct()
    page = Paginator(
        found.annotate(case_count=Count("cases", distinct=True)).order_by("name", "pk"), _PER_PAGE
    ).get_page(request.GET.get("page"))
    return render(request, "customers/list.html", {"page": page, "sought": sought})


@require_http_methods(["GET", "POST"])
def customer(request: HttpRequest, public_id: str) -> HttpResponse:
    """One customer: who they are, where they are reached, their history with us."""
    person = acting(request)
    require(person, "customer.see")
    row = get_object_or_404(Customer, public_id=public_id)
    form = CustomerForm(request.POST or None, initial={name: getattr(row, name) for name in CustomerForm.base_fields})
    if request.method == "POST" and form.is_valid():
        try:
            change_customer(person, row, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("customers:customer", row.public_id)
    return _page(request, row, form, ContactForm(), 422 if form.errors else 200)


@require_POST
def contact(request: HttpRequest, public_id: str) -> HttpResponse:
    """Add where else a customer can be reached."""
    row = get_object_or_404(Customer, public_id=public_id)
    form = ContactForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            add_contact(
                acting(request), row, data["kind"], data["value"], network=data["network"], private=data["private"]
            )
        except WrongInput as error:
            tell(form, error)
        else:
            return redirect("customers:customer", row.public_id)
    initial = {name: getattr(row, name) for name in CustomerForm.base_fields}
    return _page(request, row, CustomerForm(initial=initial), form, 422)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A customer who is not known yet."""
    person = acting(request)
    require(person, "customer.create")
    form = CustomerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            row = create_customer(person, name=data["name"], language=data["language"])
            change_customer(person, row, **data)
        except WrongInput as error:
            tell(form, error)
        else:
            return redirect("customers:customer", row.public_id)
    return render(request, "customers/new.html", {"form": form}, status=422 if form.errors else 200)


def _page(
    request: HttpRequest, row: Customer, form: CustomerForm, contact_form: ContactForm, status: int
) -> HttpResponse:
    person = acting(request)
    context = {
        "customer": row,
        "form": form,
        "contact_form": contact_form,
        "cases": row.cases.order_by("-created_at"),
        "entries": DeskLog.objects.select_related("person").filter(subject=f"customer {row.public_id}")[:100],
        "may_export": may(person, "customer.export"),
        "may_erase": may(person, "customer.erase"),
    }
    return render(request, "customers/customer.html", context, status=status)
