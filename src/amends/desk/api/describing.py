"""The API as a whole: its operations, what becomes of their errors, and the OpenAPI document that describes them."""

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import translation
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from amends import __version__
from amends.desk.api.door import opened
from amends.desk.api.operations import cases, customers, desk, messages, promises, reading
from amends.desk.api.problems import CONTENT_TYPE, Problem, answer
from amends.desk.errors import DeskError

__all__ = ["api", "document", "patterns"]

_ABOUT = """Cases, messages, promises and the checker, for programs.

Every request carries a token in the header `Authorization: Bearer amends_...`. A token belongs to a person and can do
no more than that person may. Moments are RFC 3339 with an offset, spans are code points unless `utf16` is asked for.
Errors are problem details (RFC 9457)."""
_PROBLEM_REF = {"$ref": "#/components/schemas/ProblemOut"}
_FROM_ANY = (405, 413, 415)


api = NinjaAPI(
    title="Amends",
    version=__version__,
    description=_ABOUT,
    docs_url=None,
    openapi_url=None,
    urls_namespace="api-operations",
)
for _router in (desk.router, reading.router, cases.router, messages.router, promises.router, customers.router):
    api.add_router("", _router)


@api.exception_handler(DeskError)
def _refused(request: HttpRequest, error: DeskError) -> HttpResponse:
    return answer(error)


@api.exception_handler(Problem)
def _problem(request: HttpRequest, error: Problem) -> HttpResponse:
    return answer(error)


@api.exception_handler(HttpError)
def _not_read(request: HttpRequest, error: HttpError) -> HttpResponse:
    # The library raises these for a body that is no JSON.
    words = _("The body is no JSON that can be read.") if error.status_code == 400 else str(error)
    if error.status_code == 400:
        return answer(Problem(422, words, [("body", words)]))
    return answer(Problem(error.status_code, words))


@api.exception_handler(ValidationError)
def _wrong(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [(_field_of(one), str(one.get("msg", "")).removeprefix("Value error, ")) for one in error.errors]
    words = _("Look at: %(fields)s.") % {"fields": ", ".join(dict.fromkeys(field for field, _words in errors))}
    return answer(Problem(422, words, errors))


@api.exception_handler(Exception)
def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    # The door writes it into the log and answers in plain words.
    raise error


def patterns() -> list[URLPattern]:
    """The addresses of the operations, each behind the door."""
    found = []
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern) and pattern.name != "api-root":
            pattern.callback = opened(pattern.callback, keeps=True)
            found.append(pattern)
    return [*found, path("<path:rest>", opened(_nowhere))]


def _nowhere(request: HttpRequest, rest: str) -> HttpResponse:
    raise Problem(404, _("There is nothing at this address. /api/openapi.json lists what there is."))


@cache
def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document, in English whoever asks."""
    with translation.override("en"):
        made = json.loads(json.dumps(api.get_openapi_schema(path_prefix="api/")))
    made["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    made["servers"] = [{"url": settings.PUBLIC_URL}]
    core = _core_shapes()
    if twice := core.keys() & made["components"]["schemas"].keys():
        raise ValueError(f"two shapes have one name: {', '.join(sorted(twice))}")
    made["components"]["schemas"] |= core
    schemes = made["components"].setdefault("securitySchemes", {})
    schemes["Token"] = {"type": "http", "scheme": "bearer", "description": "A token made in the settings of the desk."}
    for operation in _operations(made):
        operation["responses"] = dict(sorted(_finished(operation).items()))
    return _put_in_place(made)  # type: ignore[no-any-return]


def _operations(made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in made["paths"].values():
        yield from methods.values()


def _finished(operation: dict[str, Any]) -> dict[str, Any]:
    """The answers of an operation, with what the door may answer for any of them."""
    responses = {str(status): shape for status, shape in operation["responses"].items()}
    more = _FROM_ANY if "requestBody" in operation else (405,)
    for status in more:
        responses.setdefault(str(status), {"content": {}})
    for code, shape in responses.items():
        if int(code) >= 400:
            shape["description"] = _DESCRIPTIONS[int(code)]
            shape["content"] = {CONTENT_TYPE: {"schema": _PROBLEM_REF}}
            if code == "429":
                shape["headers"] = {
                    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}, "required": True}
                }
    return responses


_DESCRIPTIONS = {
    400: "The request cannot be read.",
    401: "There is no token, or it does not work any more.",
    403: "The token or its person may not do this.",
    404: "There is no such thing.",
    405: "This address takes other methods.",
    409: "It does not fit what is there, or somebody was faster.",
    412: "It was changed since the ETag was given.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "Something given cannot be used; `errors` names the field.",
    429: "The token's limit is reached.",
}


def _core_shapes() -> dict[str, Any]:
    """The core's schema of a review and its parts, under names of this document."""
    schema = json.loads(files("amends").joinpath("schema.json").read_text(encoding="utf-8"))
    text = json.dumps({_core_name(name): shape for name, shape in schema["$defs"].items()})
    for name in schema["$defs"]:
        text = text.replace(f'"#/$defs/{name}"', f'"#/components/schemas/{_core_name(name)}"')
    shapes: dict[str, Any] = json.loads(text)
    return shapes


def _core_name(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_")) if name != "review" else "Review"


def _put_in_place(value: Any) -> Any:
    """The document with references where the operations only name a shape of the core."""
    if isinstance(value, dict):
        if "x-shape" in value:
            return {"$ref": f"#/components/schemas/{value['x-shape']}"}
        return {name: _put_in_place(one) for name, one in value.items()}
    return [_put_in_place(one) for one in value] if isinstance(value, list) else value


def _field_of(error: dict[str, Any]) -> str:
    """The name of a field as the caller knows it: "customer.value", "limit", "Idempotency-Key"."""
    # The library begins with where a value was sent and, for bodies, its own parameter's name, and names the kinds of
    # value that it tried; what is left are names of ours and places in lists.
    where = [str(part) for part in error.get("loc", ())]
    skipped = 2 if where[:1] == ["body"] and len(where) > 1 else 1
    known = _field_names()
    if error.get("type") in ("extra_forbidden", "missing"):
        return ".".join(where[skipped:]) or "body"
    return ".".join(part for part in where[skipped:] if part in known or part.isdigit()) or "body"


@cache
def _field_names() -> frozenset[str]:
    made = document()
    bodies = {field for shape in made["components"]["schemas"].values() for field in shape.get("properties", ())}
    return frozenset(bodies | {one["name"] for each in _operations(made) for one in each.get("parameters", ())})
