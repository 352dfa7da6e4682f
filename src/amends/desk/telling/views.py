"""How I am told, and how a team is told."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from amends.desk.errors import NotFound, WrongInput
from amends.desk.pages.asking import acting, tell
from amends.desk.people.authority import may, require
from amends.desk.people.models import Person
from amends.desk.telling import services
from amends.desk.telling.forms import QuietForm, SlackForm, TeamSlackForm
from amends.desk.telling.models import Delivery, How, Way
from amends.desk.telling.services.choosing import kinds_for, own_ways, push_public_key, team_ways

_LONGEST_SUBSCRIPTION = 4_000
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """How I am told: which kinds by which ways, quiet hours, my browsers and Slack addresses."""
    person = acting(request)
    form = None
    if request.method == "POST":
        form = QuietForm(request.POST)
        if form.is_valid():
            chosen = {kind.name: request.POST.getlist(f"kind-{kind.name}") for kind in kinds_for(person)}
            try:
                services.choose(person, chosen=chosen, **form.cleaned_data)
            except WrongInput as error:
                tell(form, error)
            else:
                messages.success(request, _("Saved."))
                return redirect("telling:mine")
    return _mine(request, person, form)


@never_cache
@require_POST
def slack(request: HttpRequest) -> HttpResponse:
    """A Slack address of my own."""
    person = acting(request)
    form = SlackForm(request.POST)
    if form.is_valid():
        try:
            services.add_slack(person, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Added. Send a test to see whether it arrives."))
            return redirect("telling:mine")
    return _mine(request, person, None, form)


@never_cache
@require_POST
def browser(request: HttpRequest) -> JsonResponse:
    """This browser shall show notifications: what it gave when it subscribed."""
    person = acting(request)
    given = request.POST.get("subscription", "")
    try:
        found = json.loads(given) if len(given) <= _LONGEST_SUBSCRIPTION else {}
        keys = found["keys"]
        values = {"address": found["endpoint"], "p256dh": keys["p256dh"], "auth": keys["auth"]}
        if not all(isinstance(value, str) for value in values.values()):
            raise TypeError
    except (ValueError, TypeError, KeyError, RecursionError):
        values = {"address": "", "p256dh": "", "auth": ""}
    try:
        services.add_push(person, name=_browser_name(request.headers.get("User-Agent", "")), **values)
    except WrongInput as error:
        return JsonResponse({"words": error.words}, status=error.status)
    messages.success(request, _("Added. Send a test to see whether it arrives."))
    return JsonResponse({})


@require_POST
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Try a way, switch it, remove it."""
    person = acting(request)
    way = Way.objects.exclude(state=Way.State.REMOVED).exclude(how=How.MAIL).filter(pk=pk).first()
    # Whose it is decides whether it is there at all; what may be done with it the service says.
    if way is None or way.person_id not in (None, person.pk):
        raise NotFound(_("This is not there any more."))
    do = request.POST.get("do", "")
    if do == "remove":
        services.remove_way(person, way)
        messages.success(request, _("Removed."))
    elif do == "test":
        services.test_way(person, way)
        messages.success(request, _("A test is on its way. Look again in a few seconds."))
    elif do in ("on", "off"):
        services.switch(person, way, on=do == "on")
    return redirect("telling:mine" if way.person_id else "telling:team")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: HttpRequest) -> HttpResponse:
    """Slack addresses of teams, and whether words may leave."""
    person = acting(request)
    require(person, "telling.edit")
    form = TeamSlackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.add_team_slack(person, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Added. Send a test to see whether it arrives."))
            return redirect("telling:team")
    context = {
        "form": form,
        "ways": team_ways(),
        "with_words": services.telling_settings().with_words,
        "may_allow": may(person, "telling.allow-words"),
    }
    return render(request, "telling/team.html", context, status=422 if form.errors else 200)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def team_way(request: HttpRequest, pk: int) -> HttpResponse:
    """What one of them is told of."""
    person = acting(request)
    require(person, "telling.edit")
    way = team_ways().filter(pk=pk).first()
    if way is None:
        raise NotFound(_("This is not there any more."))
    form = TeamSlackForm(request.POST or None, way=way)
    if request.method == "POST" and form.is_valid():
        try:
            services.change_team_slack(person, way, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("telling:team")
    context = {"form": form, "way": way}
    return render(request, "telling/team_way.html", context, status=422 if form.errors else 200)


@require_POST
def words(request: HttpRequest) -> HttpResponse:
    """Whether names and words may stand in push and Slack."""
    services.allow_words(acting(request), allowed=bool(request.POST.get("allowed")))
    messages.success(request, _("Saved."))
    return redirect("telling:team")


def _mine(
    request: HttpRequest, person: Person, form: QuietForm | None, slack_form: SlackForm | None = None
) -> HttpResponse:
    require(person, "telling.choose")
    preferences = services.preferences_of(person)
    wrong = bool((form and form.errors) or (slack_form and slack_form.errors))
    if form is None:
        names = ("quiet_from", "quiet_until", "urgent_passes")
        form = QuietForm(initial={name: getattr(preferences, name) for name in names})
        chosen = services.chosen_ways(person)
    else:
        chosen = {kind.name: frozenset(request.POST.getlist(f"kind-{kind.name}")) for kind in kinds_for(person)}
    ways = list(own_ways(person))
    context: dict[str, Any] = {
        "form": form,
        "slack_form": slack_form or SlackForm(),
        "hows": How.choices,
        "kinds": [
            (kind, [(how, words, how in chosen[kind.name]) for how, words in How.choices]) for kind in kinds_for(person)
        ],
        "ways": ways,
        "waiting": Delivery.objects.filter(way__person=person, due_at__gt=timezone.now()).count(),
        "zone": services.zone_of(person).key,
        "push_key": push_public_key(),
    }
    return render(request, "telling/mine.html", context, status=422 if wrong else 200)


def _browser_name(agent: str) -> str:
    """What to call a browser, such as "Firefox, Linux"."""
    name = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((system for system in _SYSTEMS if system in agent), "")
    return ", ".join(part for part in (name, system.replace("Macintosh", "Mac")) if part)
