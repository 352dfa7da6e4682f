"""The list, one advocate, what is done with them, the settings."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from amends.desk.advocates import services
from amends.desk.advocates.forms import (
    AgreeForm,
    DeedForm,
    LaterForm,
    NeverForm,
    PraiseForm,
    RewardForm,
    SaidForm,
    SettingsForm,
)
from amends.desk.advocates.listing import SHOWN, Show, thanks_owed
from amends.desk.advocates.listing import listed as listed_rows
from amends.desk.advocates.models import Advocate, Reward, Sign
from amends.desk.causes.services import may_ask_advocate
from amends.desk.customers.merging import standing
from amends.desk.customers.models import Customer
from amends.desk.customers.services import find_by_contact
from amends.desk.errors import WrongInput
from amends.desk.pages.asking import acting, tell
from amends.desk.people.authority import may, require
from amends.desk.people.models import Person
from amends.desk.remedies.money import in_a_sentence
from amends.desk.remedies.services import remedy_settings

_PAGE = 50
_MOST_OWED = 20


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Whom to thank, who might be asked, who speaks for us, who is left in peace."""
    require(acting(request), "advocate.see")
    return _list(request, PraiseForm(), 200)


@require_POST
def heard(request: HttpRequest) -> HttpResponse:
    """Somebody of ours heard praise."""
    person = acting(request)
    require(person, "advocate.suggest")
    form = PraiseForm(request.POST)
    if form.is_valid():
        value = form.cleaned_data["contact"]
        customer = find_by_contact("mail" if "@" in value else "phone", value)
        try:
            if customer is None or customer.erased_at is not None:
                raise WrongInput(_("No customer is known by this. Make them known under Customers first."), "contact")
            services.write_praise_down(person, customer, form.cleaned_data["words"])
        except WrongInput as error:
            tell(form, error)
        else:
            return redirect("advocates:advocate", customer.public_id)
    return _list(request, form, 422)


@require_safe
def advocate(request: HttpRequest, public_id: str) -> HttpResponse:
    """One of them: why, what they agreed to, what they did, when we thanked them."""
    require(acting(request), "advocate.see")
    return _page(request, _found(public_id), "", None)


@require_POST
def do(request: HttpRequest, public_id: str, act: str) -> HttpResponse:
    """Do one thing; the name of it stands in the address."""
    person = acting(request)
    if act not in _ACTS:
        raise Http404
    authority, make, work, done = _ACTS[act]
    require(person, authority)
    row = _found(public_id)
    form = make(row, request.POST) if make else None
    if form is None or form.is_valid():
        try:
            work(person, row, form.cleaned_data if form else {})
        except WrongInput as error:
            if form is None:
                messages.warning(request, error.words)
                return redirect("advocates:advocate", public_id)
            tell(form, error)
        else:
            messages.success(request, done())
            return redirect("advocates:advocate", public_id)
    return _page(request, _found(public_id), act, form)


@require_POST
def sign(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether what was heard is praise."""
    person = acting(request)
    row = get_object_or_404(Sign.objects.select_related("advocate__customer"), pk=pk)
    services.judge_praise(person, row, praise=request.POST.get("praise") == "yes")
    messages.success(request, _("Saved."))
    return redirect("advocates:advocate", row.advocate.customer.public_id)


@require_POST
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """A reward was not given after all."""
    person = acting(request)
    row = get_object_or_404(Reward.objects.select_related("advocate__customer"), pk=pk)
    services.drop_reward(person, row)
    messages.success(request, _("Saved."))
    return redirect("advocates:advocate", row.advocate.customer.public_id)


@require_http_methods(["GET", "POST"])
def settings_page(request: HttpRequest) -> HttpResponse:
    """Seen by all; changed by the owner."""
    person = acting(request)
    require(person, "advocate.settings" if request.method == "POST" else "advocate.see")
    rules = services.advocate_settings()
    form = SettingsForm(request.POST or None, initial={"per_year": rules.per_year, "thank_months": rules.thank_months})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_settings(person, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("advocates:settings")
    may_edit = may(person, "advocate.settings")
    for field in form.fields.values():
        field.disabled = not may_edit
    context = {"form": form, "may_edit": may_edit, "left": _left(), "currency": remedy_settings().currency}
    return render(request, "advocates/settings.html", context, status=422 if form.errors else 200)


def _said(words: Any) -> Callable[..., forms.Form]:
    return lambda row, data=None: SaidForm(data, label=words())


_Make = Callable[..., forms.Form]
_Work = Callable[[Person, Advocate, dict[str, Any]], Any]
_ACTS: Mapping[str, tuple[str, _Make | None, _Work, Callable[[], str]]] = {
    "take-up": (
        "advocate.decide",
        None,
        lambda person, row, _data: services.take_up(person, row),
        lambda: _("You take care of them. Ask in your own words, and write down here what was said."),
    ),
    "later": (
        "advocate.decide",
        lambda row, data=None: LaterForm(data),
        lambda person, row, data: services.not_now(person, row, **data),
        lambda: _("Kept quiet until then."),
    ),
    "never": (
        "advocate.decide",
        lambda row, data=None: NeverForm(data),
        lambda person, row, data: services.never(person, row, **data),
        lambda: _("They are never asked."),
    ),
    "ask": (
        "advocate.ask",
        _said(lambda: _("How you asked, in your words")),
        lambda person, row, data: services.ask(person, row, **data),
        lambda: _("Saved."),
    ),
    "agree": (
        "advocate.ask",
        lambda row, data=None: AgreeForm(data),
        lambda person, row, data: services.agree(person, row, **data),
        lambda: _("Saved. Thank them soon."),
    ),
    "decline": (
        "advocate.withdraw",
        _said(lambda: _("In their own words")),
        lambda person, row, data: services.decline(person, row, **data),
        lambda: _("Saved. They are not asked again."),
    ),
    "change": (
        "advocate.ask",
        lambda row, data=None: AgreeForm(data, initial={"agreed_to": row.agreed_to}),
        lambda person, row, data: services.change_consent(person, row, **data),
        lambda: _("Saved."),
    ),
    "withdraw": (
        "advocate.withdraw",
        _said(lambda: _("In their own words")),
        lambda person, row, data: services.withdraw(person, row, **data),
        lambda: _("Saved. Nothing is asked of them any more."),
    ),
    "thank": (
        "advocate.thank",
        _said(lambda: _("How you thanked them, in your words")),
        lambda person, row, data: services.thank(person, row, **data),
        lambda: _("Saved."),
    ),
    "deed": (
        "advocate.note",
        lambda row, data=None: DeedForm(data, of=row),
        lambda person, row, data: services.add_deed(person, row, **data),
        lambda: _("Saved. Thank them soon."),
    ),
    "reward": (
        "advocate.reward",
        lambda row, data=None: RewardForm(data, left=_left()),
        lambda person, row, data: services.reward(person, row, **data),
        lambda: _("Saved."),
    ),
    "keep": (
        "advocate.thank",
        None,
        lambda person, row, _data: services.take_care(person, row),
        lambda: _("You take care of them."),
    ),
}
"""Name to: the act of authority, its form, what it does, what is said afterwards."""

_IN_STATE: Mapping[str, tuple[str, ...]] = {
    "found": ("take-up", "later", "never"),
    "later": ("take-up", "later", "never"),
    "lapsed": ("never",),
    "taken-up": ("ask", "agree", "later", "never"),
    "asked": ("agree", "decline", "withdraw"),
    "agreed": ("thank", "deed", "reward", "change", "withdraw"),
}


def _found(public_id: str) -> Advocate:
    rows = Advocate.objects.select_related("customer", "keeper").filter(customer__erased_at=None)
    return get_object_or_404(rows, customer=standing(get_object_or_404(Customer, public_id=public_id)))


def _left() -> str:
    return in_a_sentence(services.left_of_year(), remedy_settings().currency)


def _list(request: HttpRequest, form: PraiseForm, status: int) -> HttpResponse:
    asked = request.GET.get("show", "")
    show: Show = next((one for one in SHOWN if one == asked), "next")
    page = max(1, int(request.GET["page"])) if request.GET.get("page", "").isdecimal() else 1
    begin = (min(page, 10_000) - 1) * _PAGE
    rows = list(listed_rows(show)[begin : begin + _PAGE + 1])
    context = {
        "show": show,
        "tabs": [
            ("next", _("Who might be asked")),
            ("speaking", _("Who speaks for us")),
            ("quiet", _("Left in peace")),
        ],
        "rows": rows[:_PAGE],
        "more": len(rows) > _PAGE,
        "page": page,
        "owed": thanks_owed()[:_MOST_OWED] if show == "next" and page == 1 else [],
        "form": form,
    }
    return render(request, "advocates/list.html", context, status=status)


def _page(request: HttpRequest, row: Advocate, act: str, form: forms.Form | None) -> HttpResponse:
    person = acting(request)
    shown = {}
    askable = may_ask_advocate(row.customer)
    for name in _IN_STATE.get(row.state, ()):
        authority, make, _work, _done = _ACTS[name]
        if not may(person, authority) or (not askable and name in ("take-up", "ask", "agree")):
            continue
        shown[name] = form if name == act and form is not None else make(row) if make else None
    for name, one in shown.items():
        if one is not None:
            one.auto_id = f"{name}-%s"
    context = {
        "advocate": row,
        "customer": row.customer,
        "askable": askable,
        "act": act,
        "acts": shown,
        "signs": row.signs.exclude(standing="none").select_related("case", "message", "person"),
        "consents": row.consents.select_related("person"),
        "thanks": row.thanks.select_related("person"),
        "deeds": row.deeds.select_related("person"),
        "rewards": row.rewards.select_related("person"),
        "currency": remedy_settings().currency,
        "last_case": row.customer.cases.exclude(state="set-aside").order_by("-created_at").first(),
        "may_judge": may(person, "advocate.confirm"),
        "may_reward": may(person, "advocate.reward"),
        "may_keep": may(person, "advocate.thank") and row.keeper_id != person.pk,
    }
    return render(request, "advocates/advocate.html", context, status=422 if act else 200)
