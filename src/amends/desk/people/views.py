"""Signing in and out, joining, one's own page, the page of people."""

import time
from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from amends.desk.errors import WrongInput
from amends.desk.house.services import house
from amends.desk.pages.asking import acting, address_of, tell
from amends.desk.people import openid, services
from amends.desk.people.authority import may, require
from amends.desk.people.forms import (
    AccountForm,
    CodeForm,
    FirstOwnerForm,
    ForgottenForm,
    InvitationForm,
    MeForm,
    NewPasswordForm,
    PasswordForm,
    SignInForm,
    TeamForm,
)
from amends.desk.people.models import OneTimeLink, Person, Team
from amends.desk.people.roles import Role
from amends.desk.people.signing_in import SignInRefused, check_code, check_password, forgive

_PENDING = "second_factor_for"
_PENDING_SECONDS = 600
_NEW_KEY = "second_factor_key"
_ONWARD = "onward"


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Mail address and password; then the second factor, when there is one."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(_destination(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = check_password(form.cleaned_data["email"], form.cleaned_data["password"], address_of(request))
        except SignInRefused as error:
            form.add_error(None, error.words)
        else:
            return _let_in(request, person)
    context = {"form": form, "needs_owner": services.needs_first_owner(), "next": request.GET.get("next", "")}
    return render(request, "people/sign_in.html", context | _provider(), status=422 if form.errors else 200)


@login_not_required
@never_cache
@require_safe
def provider(request: HttpRequest) -> HttpResponse:
    """To the provider of OpenID Connect, and back to `provided`."""
    request.session[_ONWARD] = request.GET.get("next", "")
    try:
        return openid.begin(request, settings.PUBLIC_URL + reverse("people:provided"))
    except SignInRefused as error:
        return _refused(request, error)


@login_not_required
@never_cache
@require_safe
def provided(request: HttpRequest) -> HttpResponse:
    """Back from the provider: who it is."""
    onward = request.session.pop(_ONWARD, "")
    try:
        person = openid.complete(request)
    except SignInRefused as error:
        return _refused(request, error)
    return _let_in(request, person, onward)


def _refused(request: HttpRequest, error: SignInRefused) -> HttpResponse:
    form = SignInForm()
    context = {"form": form, "refused": error.words, "needs_owner": services.needs_first_owner()} | _provider()
    return render(request, "people/sign_in.html", context, status=403)


def _provider() -> dict[str, Any]:
    return {"provider": settings.OIDC_NAME if settings.OIDC_ISSUER else "", "provider_alone": settings.OIDC_ONLY}


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """The code of the second factor."""
    pending = request.session.get(_PENDING) or {}
    person = Person.objects.filter(pk=pending.get("person") or 0, is_active=True).first()
    if person is None or time.time() - pending.get("at", 0) > _PENDING_SECONDS:
        return redirect("people:sign-in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            check_code(person, form.cleaned_data["code"], address_of(request))
        except SignInRefused as error:
            form.add_error("code", error.words)
        else:
            del request.session[_PENDING]
            return _enter(request, person, pending.get("next", ""))
    return render(request, "people/second_factor.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    logout(request)
    return redirect("people:sign-in")


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def first_owner(request: HttpRequest, token: str) -> HttpResponse:
    """The page of the first start: the owner's account and the name of the business."""
    services.link_for(token, OneTimeLink.Purpose.FIRST_OWNER)
    form = FirstOwnerForm(request.POST or None, initial={"language": get_language()})
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        business = data.pop("business")
        try:
            person = services.create_first_owner(token, **data)
        except WrongInput as error:
            tell(form, error)
        else:
            from amends.desk.house.services import change_house

            change_house(person, name=business)
            return _enter(request, person, reverse("house:settings"))
    return render(request, "people/first_owner.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """An invited person chooses a password."""
    link = services.link_for(token, OneTimeLink.Purpose.INVITATION)
    initial = {"name": link.name, "language": get_language(), "time_zone": house().time_zone}
    form = AccountForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            person = services.accept_invitation(token, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            return _enter(request, person, "")
    return render(request, "people/join.html", {"form": form, "link": link}, status=422 if form.errors else 200)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link for a new password; the answer is the same whether there is such a person or not."""
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.ask_new_password(form.cleaned_data["email"])
        return render(request, "people/forgotten_done.html")
    return render(request, "people/forgotten.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def new_password(request: HttpRequest, token: str) -> HttpResponse:
    """A new password by the link that was mailed."""
    services.link_for(token, OneTimeLink.Purpose.NEW_PASSWORD)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_new_password(token, form.cleaned_data["password"])
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Your password is changed. Sign in with the new one."))
            return redirect("people:sign-in")
    return render(request, "people/new_password.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """One's own page."""
    person = acting(request)
    values = {name: getattr(person, name) for name in ("name", "language", "time_zone", "theme")}
    form = MeForm(request.POST or None, initial=values)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_own_page(person, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("people:me")
    context = {"form": form, "password_form": PasswordForm(), "person": person}
    return render(request, "people/me.html", context, status=422 if form.errors else 200)


@never_cache
@sensitive_post_parameters("old", "new")
@require_POST
def own_password(request: HttpRequest) -> HttpResponse:
    """Change one's own password."""
    person = acting(request)
    form = PasswordForm(request.POST)
    if form.is_valid():
        try:
            services.change_password(person, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            update_session_auth_hash(request, person)
            messages.success(request, _("Your password is changed. Other devices are signed out."))
            return redirect("people:me")
    values = {name: getattr(person, name) for name in ("name", "language", "time_zone", "theme")}
    context = {"form": MeForm(initial=values), "password_form": form, "person": person}
    return render(request, "people/me.html", context, status=422)


@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End all sessions but this one."""
    person = services.end_all_sessions(acting(request))
    update_session_auth_hash(request, person)
    messages.success(request, _("Other devices are signed out."))
    return redirect("people:me")


@never_cache
@require_http_methods(["GET", "POST"])
def second_factor_on(request: HttpRequest) -> HttpResponse:
    """Set up a second factor: scan a picture, write the first code, keep the recovery codes."""
    person = acting(request)
    form = CodeForm(request.POST or None)
    key = request.session.get(_NEW_KEY, "")
    if request.method == "POST" and key and form.is_valid():
        try:
            codes = services.confirm_second_factor(person, key, form.cleaned_data["code"])
        except WrongInput as error:
            tell(form, error)
        else:
            del request.session[_NEW_KEY]
            return render(request, "people/recovery_codes.html", {"codes": codes})
    if not key:
        key, _address = services.begin_second_factor(person)
        request.session[_NEW_KEY] = key
    address = services.second_factor_address(person, key)
    picture = segno.make(address).svg_data_uri(scale=5, border=2)
    context = {"form": form, "picture": picture, "key": " ".join(key[at : at + 4] for at in range(0, len(key), 4))}
    return render(request, "people/second_factor_on.html", context, status=422 if form.errors else 200)


@require_POST
@sensitive_post_parameters("password")
def second_factor_off(request: HttpRequest) -> HttpResponse:
    """Sign in without a second factor again."""
    try:
        services.drop_second_factor(acting(request), password=request.POST.get("password", ""))
    except WrongInput as error:
        messages.error(request, error.words)
    else:
        messages.success(request, _("Signing in asks for your password alone now."))
    return redirect("people:me")


@never_cache
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Who works here, invitations, teams."""
    return _people_page(request, InvitationForm(), TeamForm())


@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody; the link is shown once, besides being mailed."""
    form = InvitationForm(request.POST)
    if form.is_valid():
        try:
            token = services.invite(acting(request), **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            address = request.build_absolute_uri(reverse("people:join", args=[token]))
            return _people_page(request, InvitationForm(), TeamForm(), invited=form.cleaned_data["email"], link=address)
    return _people_page(request, form, TeamForm(), status=422)


@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Another role, or in and out of the desk."""
    person = get_object_or_404(Person, pk=pk)
    asked = request.POST.get("do", "")
    try:
        if asked == "deactivate":
            services.deactivate(acting(request), person)
        elif asked == "reactivate":
            services.reactivate(acting(request), person)
        else:
            services.change_role(acting(request), person, request.POST.get("role", ""))
    except WrongInput as error:
        messages.error(request, error.words)
    else:
        messages.success(request, _("Saved."))
    return redirect("people:list")


@require_POST
def save_team(request: HttpRequest) -> HttpResponse:
    """A new team, or another name for one."""
    form = TeamForm(request.POST)
    if form.is_valid():
        team = Team.objects.filter(pk=request.POST.get("team") or 0).first()
        try:
            services.save_team(acting(request), team, form.cleaned_data["name"])
        except WrongInput as error:
            tell(form, error)
        else:
            return redirect("people:list")
    return _people_page(request, InvitationForm(), form, status=422)


def _people_page(
    request: HttpRequest, invitation: InvitationForm, team: TeamForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    person = acting(request)
    require(person, "people.see")
    context = {
        "people": Person.objects.select_related("team").order_by("-is_active", "name"),
        "open_invitations": OneTimeLink.objects.filter(
            purpose=OneTimeLink.Purpose.INVITATION, used_at=None, revoked_at=None
        ),
        "teams": Team.objects.all(),
        "roles": Role.choices,
        "invitation": invitation,
        "team_form": team,
        "may_invite": may(person, "people.invite"),
        "may_change": may(person, "people.change-role"),
        "may_edit_team": may(person, "people.edit-team"),
        **more,
    }
    return render(request, "people/people.html", context, status=status)


def _let_in(request: HttpRequest, person: Person, onward: str | None = None) -> HttpResponse:
    """Sign in, or ask for the second factor first."""
    onward = request.GET.get("next", "") if onward is None else onward
    if person.has_second_factor:
        request.session.cycle_key()
        request.session[_PENDING] = {"person": person.pk, "at": time.time(), "next": onward}
        return redirect("people:second-factor")
    return _enter(request, person, onward)


def _enter(request: HttpRequest, person: Person, onward: str) -> HttpResponse:
    forgive(person.email)
    login(request, person, backend="amends.desk.people.signing_in.PersonBackend")
    return HttpResponseRedirect(_safe(request, onward) or reverse("cases:inbox"))


def _destination(request: HttpRequest) -> str:
    return _safe(request, request.GET.get("next", "")) or reverse("cases:inbox")


def _safe(request: HttpRequest, address: str) -> str:
    """The address when it is one of this desk, else ""."""
    fine = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if fine else ""
