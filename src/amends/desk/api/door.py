"""The door of the API: every request comes through here before it is read.

It knows nobody by a cookie: a token in the header is the only way in, so that no other site's page can make a
signed-in browser speak to it.
"""

import hashlib
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header

from amends import messages as core_messages
from amends.desk.api.models import ApiToken, KeptAnswer
from amends.desk.api.problems import Problem, answer
from amends.desk.api.services import spend, token_of
from amends.desk.cases.models import Case
from amends.desk.errors import DeskError
from amends.desk.people.models import Person

__all__ = ["LARGEST", "about", "acting", "opened", "token_in"]

logger = logging.getLogger(__name__)

LARGEST = 512 * 1024
"""Bytes of a request's body."""
_KEY_LENGTH = 128
_KEPT_HEADERS = ("Content-Type", "Location", "ETag")
_WITH_BODY = ("POST", "PATCH", "PUT")

View = Callable[..., HttpResponse]


def opened(view: View, *, keeps: bool = False) -> View:
    """A view of the API behind the door.

    Args:
        view: It finds the token with `token_in` and asks for its scopes.
        keeps: Whether a POST that creates something is answered alike when it comes again with its Idempotency-Key.
    """

    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.api_token = None  # type: ignore[attr-defined]
        request.api_case = None  # type: ignore[attr-defined]
        language = _asked_language(request)
        with translation.override(language), core_messages.use(language):
            try:
                token = _token(request)
                request.api_token = token  # type: ignore[attr-defined]
                if token is not None and not _asked_for(request):
                    language = token.person.language
                with translation.override(language), core_messages.use(language):
                    response = _answered(view, request, token, keeps, args, kwargs)
            except (Problem, DeskError) as error:
                response = answer(error)
            response.headers["Content-Language"] = language
            response.headers.setdefault("Cache-Control", "no-store")
            return response

    # What stands in for both: no cookie is ever looked at.
    door.csrf_exempt = True  # type: ignore[attr-defined]
    door.login_required = False  # type: ignore[attr-defined]
    return door


def token_in(request: HttpRequest, scope: str = "") -> ApiToken:
    """The token of a request.

    Args:
        request: The request.
        scope: What it must allow; "" when any token will do.

    Raises:
        Problem: There is none that works, or it does not allow this.
    """
    token: ApiToken | None = getattr(request, "api_token", None)
    if token is None:
        words = _(
            "Send a token that works in the header: Authorization: Bearer amends_… Tokens are made in the settings."
        )
        raise Problem(401, words, headers={"WWW-Authenticate": 'Bearer realm="amends"'})
    if scope and scope not in token.scopes:
        raise Problem(
            403,
            _("This token does not allow it: it lacks “%(scope)s”. Make one that has it.") % {"scope": scope},
            headers={"WWW-Authenticate": f'Bearer realm="amends", error="insufficient_scope", scope="{scope}"'},
        )
    return token


def acting(request: HttpRequest) -> Person:
    """The person whose token it is: the first argument of every service.

    Raises:
        Problem: There is no token.
    """
    return token_in(request).person


def about(request: HttpRequest, case: Case) -> Case:
    """Note whose case a request is about, so that what is kept of it goes when the customer is erased."""
    request.api_case = case  # type: ignore[attr-defined]
    return case


def _token(request: HttpRequest) -> ApiToken | None:
    scheme, _blank, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "bearer":
        return None
    token = token_of(secret.strip())
    if token is not None:
        spend(token)
    return token


def _answered(
    view: View, request: HttpRequest, token: ApiToken | None, keeps: bool, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> HttpResponse:
    _check_body(request)
    key = request.headers.get("Idempotency-Key", "")
    if token is not None and keeps and key and request.method == "POST":
        return _once(view, request, token, key, args, kwargs)
    return _called(view, request, args, kwargs)


def _called(view: View, request: HttpRequest, args: tuple[Any, ...], kwargs: dict[str, Any]) -> HttpResponse:
    try:
        response = view(request, *args, **kwargs)
    except (Problem, DeskError) as error:
        return answer(error)
    except Exception:
        if settings.DEBUG:
            raise
        logger.exception("a request to the API failed: %s %s", request.method, request.path)
        return answer(Problem(500, _("Nothing was changed. The desk's log says more; try again later.")))
    if response.status_code == 405:
        words = _("This address takes: %(methods)s.") % {"methods": response.headers.get("Allow", "")}
        return answer(Problem(405, words, headers={"Allow": response.headers.get("Allow", "")}))
    return response


def _once(
    view: View, request: HttpRequest, token: ApiToken, key: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> HttpResponse:
    """What a request does and that it was done are one transaction, so that a second one finds both or neither."""
    if len(key) > _KEY_LENGTH or not key.isascii() or not key.isprintable():
        words = _("Choose a key of at most %(most)d plain characters, such as a UUID.") % {"most": _KEY_LENGTH}
        raise Problem(422, words, [("Idempotency-Key", words)])
    request_hash = _hash_of(request)
    with transaction.atomic():
        kept = _first_with(token, key, request_hash)
        if kept is None:
            return _given_before(token, key, request_hash)
        response = _called(view, request, args, kwargs)
        if response.status_code >= 300:
            # Nothing was done. The caller may mend the request and send it again with the same key.
            transaction.set_rollback(True)
            return response
        kept.status = response.status_code
        kept.headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        kept.body = response.content.decode()
        kept.case = getattr(request, "api_case", None)
        kept.save()
    return response


def _first_with(token: ApiToken, key: str, request_hash: str) -> KeptAnswer | None:
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(token=token, key=key, request_hash=request_hash)
    except IntegrityError:
        return None


def _given_before(token: ApiToken, key: str, request_hash: str) -> HttpResponse:
    kept = KeptAnswer.objects.filter(token=token, key=key).first()
    if kept is None:
        raise Problem(409, _("This request is being worked on. Ask again in a moment."))
    if kept.request_hash != request_hash:
        words = _("This key was used for another request. Choose a new one.")
        raise Problem(422, words, [("Idempotency-Key", words)])
    response = HttpResponse(kept.body, status=kept.status)
    for name, value in kept.headers.items():
        response.headers[name] = value
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _check_body(request: HttpRequest) -> None:
    if request.method not in _WITH_BODY:
        return
    length = request.headers.get("Content-Length", "0") or "0"
    too_large = Problem(413, _("Send at most %(most)d kB at once.") % {"most": LARGEST // 1024})
    if not length.isascii() or not length.isdigit() or int(length) > LARGEST:
        raise too_large
    try:
        body = request.body
    except RequestDataTooBig:
        raise too_large from None
    except UnreadablePostError:
        raise Problem(400, _("The request ended too early. Send it again.")) from None
    if len(body) > LARGEST:
        raise too_large
    if body and request.content_type not in ("application/json", "application/merge-patch+json"):
        raise Problem(415, _("Send JSON, with the header Content-Type: application/json."))


def _hash_of(request: HttpRequest) -> str:
    digest = hashlib.sha256()
    for part in (request.method or "", request.get_full_path()):
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    digest.update(request.body)
    return digest.hexdigest()


def _asked_for(request: HttpRequest) -> bool:
    return bool(request.headers.get("Accept-Language", "").strip(" *"))


def _asked_language(request: HttpRequest) -> str:
    known = dict(settings.LANGUAGES)
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()[:200]):
        if (base := code.partition("-")[0]) in known:
            return base
    return settings.LANGUAGE_CODE
