"""The list of customers, one customer, changing what is known."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from amends.desk.customers.forms import ContactForm, CustomerForm, SameForm
from amends.desk.customers.merging import merge, merged_names, perhaps_the_same, standing, take_apart
from amends.desk.customers.models import ContactPoint, Customer, Merger
from amends.desk.customers.services import add_contact, change_customer, create_customer
from amends.desk.errors import WrongInput
from amends.desk.house.models import DeskLog
from amends.desk.pages.asking import acting, tell
from amends.desk.people.authority import may, require

_PER_PAGE = 50
_SHOWN = 5


@require_safe
def customers(request: HttpRequest) -> HttpResponse:
    """All customers, by name, with a search."""
    require(acting(request), "customer.see")
    sought = request.GET.get("q", "").strip()
    found = Customer.objects.filter(erased_at=None, merged_into=None)
    if sought:
        found = found.filter(_matches(sought)).distinct()
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
    if row.merged_into is not None:
        return redirect("customers:customer", standing(row).public_id)
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
    row = standing(get_object_or_404(Customer, public_id=public_id))
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


@require_safe
def same(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who may be the same person: by name or phone, or as sought."""
    require(acting(request), "customer.merge")
    row = standing(get_object_or_404(Customer, public_id=public_id))
    sought = request.GET.get("q", "").strip()
    others = perhaps_the_same(row)
    if sought:
        found = Customer.objects.filter(_matches(sought), erased_at=None, merged_into=None, demo=row.demo)
        others = list(found.exclude(pk=row.pk).distinct().order_by("name", "pk")[:_PER_PAGE])
    return render(request, "customers/same.html", {"customer": row, "others": others, "sought": sought})


@require_http_methods(["GET", "POST"])
def compare(request: HttpRequest, public_id: str, other_id: str) -> HttpResponse:
    """Two customers beside each other, and putting them together."""
    person = acting(request)
    require(person, "customer.merge")
    kept = standing(get_object_or_404(Customer, public_id=public_id))
    gone = standing(get_object_or_404(Customer, public_id=other_id))
    if kept == gone:
        return redirect("customers:customer", kept.public_id)
    form = SameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            merge(person, kept, gone, reason=form.cleaned_data["reason"])
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Put together."))
            return redirect("customers:customer", kept.public_id)
    two = [(one, _contacts(one), one.cases.order_by("-created_at")[:_SHOWN]) for one in (kept, gone)]
    context = {"customer": kept, "other": gone, "two": two, "form": form}
    return render(request, "customers/compare.html", context, status=422 if form.errors else 200)


@require_POST
def apart(request: HttpRequest, public_id: str, merger: int) -> HttpResponse:
    """Make two customers of one again."""
    row = standing(get_object_or_404(Customer, public_id=public_id))
    try:
        other = take_apart(acting(request), get_object_or_404(Merger, pk=merger, kept=row))
    except WrongInput as error:
        messages.error(request, error.words)
        return redirect("customers:customer", row.public_id)
    messages.success(request, _("Taken apart again."))
    return redirect("customers:customer", other.public_id)


def _matches(sought: str) -> Q:
    return Q(name__icontains=sought) | Q(contacts__normalised__icontains=sought.casefold())


def _contacts(row: Customer) -> list[ContactPoint]:
    """Where a customer is reached, each once: a phone can stand with both of two who were put together."""
    return list({(one.kind, one.network, one.normalised): one for one in row.contacts.all()}.values())


def _page(
    request: HttpRequest, row: Customer, form: CustomerForm, contact_form: ContactForm, status: int
) -> HttpResponse:
    person = acting(request)
    may_merge = may(person, "customer.merge") and row.erased_at is None
    subjects = [f"customer {one.public_id}" for one in (row, *merged_names(row))]
    context = {
        "customer": row,
        "contacts": _contacts(row),
        "may_merge": may_merge,
        "alike": perhaps_the_same(row) if may_merge else [],
        "mergers": row.mergers.filter(undone_at=None).select_related("gone", "person"),
        "form": form,
        "contact_form": contact_form,
        "cases": row.cases.order_by("-created_at"),
        "entries": DeskLog.objects.select_related("person").filter(subject__in=subjects)[:100],
        "may_export": may(person, "customer.export"),
        "may_erase": may(person, "customer.erase"),
    }
    return render(request, "customers/customer.html", context, status=status)
