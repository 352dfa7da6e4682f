"""The settings pages of channels, and answers from the case page."""

from collections.abc import Mapping

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from amends.desk.cases.models import Case
from amends.desk.channels import services
from amends.desk.channels.forms import NameForm
from amends.desk.channels.kinds import ChannelForm, Hooked, kinds
from amends.desk.channels.models import Answer, Channel, HeardItem
from amends.desk.errors import NotFound, WrongInput
from amends.desk.pages.asking import acting, tell
from amends.desk.people.authority import may, require

_MOST_SHOWN = 30
_LARGEST_HOOK = 1 << 20


@never_cache
@require_safe
def channels(request: HttpRequest) -> HttpResponse:
    """All channels with their health, and the kinds that can be added."""
    person = acting(request)
    require(person, "channels.see")
    rows = Channel.objects.filter(removed_at=None).annotate(
        unreadable=Count("items", filter=Q(items__state=HeardItem.State.UNREADABLE))
    )
    context = {
        "channels": rows,
        "kinds": sorted(kinds().values(), key=lambda kind: str(kind.label)),
        "changes": may(person, "channels.change"),
    }
    return render(request, "channels/list.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """A new channel of a kind."""
    person = acting(request)
    require(person, "channels.change")
    of_kind = kinds().get(kind)
    if of_kind is None:
        raise NotFound(_("There is no such kind of channel."))
    name_form = NameForm(request.POST or None, initial={"name": of_kind.label})
    form = of_kind.form(request.POST or None, request.FILES or None)
    if request.method == "POST" and _valid(name_form, form):
        try:
            row = services.add_channel(person, of_kind, name_form.cleaned_data["name"], form)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("The channel is added. The desk looks into it now."))
            return redirect("channels:channel", row.public_id)
    return _page(request, {"kind": of_kind, "name_form": name_form, "form": form}, "channels/add.html")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def channel(request: HttpRequest, public_id: str) -> HttpResponse:
    """One channel: its health, what was heard, its form."""
    person = acting(request)
    row = _found(public_id)
    require(person, "channels.change" if request.method == "POST" else "channels.see")
    kind = row.of_kind
    name_form = NameForm(request.POST or None, initial={"name": row.name})
    form = kind.form(request.POST or None, request.FILES or None, channel=row) if kind is not None else None
    if request.method == "POST" and form is not None and _valid(name_form, form):
        try:
            services.change_channel(person, row, name_form.cleaned_data["name"], form)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("channels:channel", row.public_id)
    context = {
        "channel": row,
        "kind": kind,
        "name_form": name_form,
        "form": form,
        "changes": may(person, "channels.change"),
        "heard": row.items.select_related("case").exclude(state=HeardItem.State.OWN).order_by("-pk")[:_MOST_SHOWN],
        "hook_address": row.hook_address if isinstance(kind, Hooked) and may(person, "channels.change") else "",
    }
    return _page(request, context, "channels/channel.html")


@never_cache
@require_POST
def act(request: HttpRequest, public_id: str) -> HttpResponse:
    """Look now, switch it, remove it."""
    person, row = acting(request), _found(public_id)
    do = request.POST.get("do", "")
    try:
        if do == "look":
            services.look_now(person, row)
            messages.success(request, _("The desk is looking. See again in a few seconds."))
        elif do in ("on", "off"):
            services.switch(person, row, on=do == "on")
        elif do == "remove":
            services.remove_channel(person, row)
            messages.success(request, _("The channel is removed. Its cases are still here."))
            return redirect("channels:list")
    except WrongInput as error:
        messages.error(request, error.words)
    return redirect("channels:channel", row.public_id)


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Read something again that could not be read."""
    row = get_object_or_404(HeardItem.objects.select_related("channel"), pk=pk)
    services.read_again(acting(request), row)
    return redirect("channels:channel", row.channel.public_id)


@require_POST
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """An answer that was not posted: post it again, or say that it stands there."""
    row = get_object_or_404(Answer.objects.select_related("message__case", "channel"), pk=pk)
    try:
        if request.POST.get("do") == "posted":
            services.posted_by_hand(acting(request), row, request.POST.get("address", ""))
        else:
            services.post_again(acting(request), row)
    except WrongInput as error:
        messages.error(request, error.words)
    return redirect("cases:case", row.message.case.public_id)


@require_POST
def hand_over(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a case out of public view."""
    case = get_object_or_404(Case.objects.select_related("customer"), public_id=public_id)
    try:
        services.hand_over(acting(request), case)
    except WrongInput as error:
        messages.error(request, error.words)
    else:
        messages.success(request, _("The link to their page is on its way to them, as a private message."))
    return redirect("cases:case", case.public_id)


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def hook(request: HttpRequest, public_id: str, key: str) -> HttpResponse:
    """The other side tells us of something new."""
    row = Channel.objects.filter(public_id=public_id, removed_at=None, on=True).first()
    kind = row.of_kind if row is not None else None
    if row is None or not row.hook_key or not constant_time_compare(key, row.hook_key) or not isinstance(kind, Hooked):
        return HttpResponse(status=404, content_type="text/plain")
    if int(request.headers.get("Content-Length") or 0) > _LARGEST_HOOK:
        return HttpResponse(status=413, content_type="text/plain")
    page = kind.hook(row, request)
    if page is None:
        return HttpResponse(status=403, content_type="text/plain")
    services.take_hook(row, page)
    return HttpResponse(status=204)


def _valid(name_form: NameForm, form: ChannelForm) -> bool:
    # Both, so that all that is wrong is shown at once.
    return all([name_form.is_valid(), form.is_valid()])


def _page(request: HttpRequest, context: Mapping[str, object], template: str) -> HttpResponse:
    forms = [context["name_form"], context["form"]]
    wrong = any(getattr(form, "errors", None) for form in forms)
    return render(request, template, dict(context), status=422 if wrong else 200)


def _found(public_id: str) -> Channel:
    row = Channel.objects.filter(public_id=public_id, removed_at=None).first()
    if row is None:
        raise NotFound(_("There is no such channel."))
    return row
