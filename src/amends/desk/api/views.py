"""The page of the API for people, its document for programs, and the settings page of tokens."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from amends.desk.api.describing import document
from amends.desk.api.forms import TokenForm
from amends.desk.api.models import ApiToken
from amends.desk.api.problems import KINDS
from amends.desk.api.scopes import SCOPES
from amends.desk.api.services import make_token, revoke_token, tokens_seen_by
from amends.desk.errors import NotFound, WrongInput
from amends.desk.pages.asking import acting, tell
from amends.desk.people.authority import may

_MOST_SHOWN = 200


@login_not_required
@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """The OpenAPI document. It holds nothing of this desk but its address."""
    response = JsonResponse(document())
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """What programs can ask, for people to read."""
    made = document()
    context = {
        "groups": _groups(made),
        "scopes": SCOPES.items(),
        "kinds": KINDS.items(),
        "version": made["info"]["version"],
    }
    return render(request, "api/about.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own tokens, and for an owner everybody's; a new one is shown once."""
    person = acting(request)
    rows = tokens_seen_by(person)
    form, secret, made = TokenForm(person, request.POST or None), "", None
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = make_token(person, **form.cleaned_data)
        except WrongInput as error:
            tell(form, error)
        else:
            form = TokenForm(person)
    context: dict[str, Any] = {
        "form": form,
        "secret": secret,
        "made": made,
        "tokens": rows[:_MOST_SHOWN],
        "all": may(person, "api.all-tokens"),
        "scopes": SCOPES,
    }
    return render(request, "api/tokens.html", context, status=422 if form.errors else 200)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a token."""
    token = ApiToken.objects.select_related("person").filter(pk=pk).first()
    if token is None:
        raise NotFound(_("There is no such token."))
    revoke_token(acting(request), token)
    messages.success(request, _("The token has ended. What used it is answered with 401 from now on."))
    return redirect("api:tokens")


def _groups(made: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """The operations by subject, as the page shows them."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for address, methods in made["paths"].items():
        for method, operation in methods.items():
            shown = {
                "method": method.upper(),
                "address": address,
                "name": operation["operationId"],
                "words": operation.get("description", "").replace("`", ""),
                "parameters": [one for one in operation.get("parameters", ()) if one["in"] != "path"],
                "fields": _fields(made, operation),
            }
            groups.setdefault(operation["tags"][0], []).append(shown)
    return list(groups.items())


def _fields(made: dict[str, Any], operation: dict[str, Any]) -> list[tuple[str, bool]]:
    """The fields of an operation's body, and whether each is needed."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    shape = made["components"]["schemas"].get(name, {})
    return [(field, field in shape.get("required", ())) for field in shape.get("properties", {})]
