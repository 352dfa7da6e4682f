"""The gateway as a WSGI application."""

import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from amends.guarding.gateway.asking import Asked, Refusal, Settings, TooLongError, Upstream
from amends.guarding.gateway.chat import (
    FIELD,
    BadAnswerError,
    BadRequestError,
    Request,
    hand_over,
    hand_over_stream,
    request_of,
    told,
)
from amends.messages import LANGUAGES, translated, use

__all__ = ["Gateway"]

_CHAT = "/chat/completions"
_VERSION = "/v1"
_HEALTH = "/amends/health"
_MODELS = "/models"
_MOST_BYTES = 50_000_000
# RFC 9110, section 7.6.1, and what the client library decides itself.
_OWN_HEADERS = frozenset(
    {
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade", "host", "content-length", "content-encoding", "accept-encoding", "date",
        "server",
    }
)  # fmt: skip

_log = logging.getLogger("amends.gateway")

StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Headers = list[tuple[str, str]]


class Gateway:
    """The application. Safe for several threads.

    Nothing of what is said, and no header, is logged: only what was ruled, why by its labels, and how long it took.
    """

    def __init__(self, settings: Settings, *, connections: int = 100) -> None:
        """Make ready; nothing is sent yet.

        Args:
            settings: How to behave.
            connections: How many requests may be under way at once.
        """
        self.settings = settings
        self.upstream = Upstream(settings, connections=connections)

    def close(self) -> None:
        """Close the connections to the upstream."""
        self.upstream.close()

    def __call__(self, environ: Mapping[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        with use(self.settings.messages):
            try:
                status, headers, body = self._answered(environ)
            except Exception as error:
                # What the guard cannot rule on, whatever the cause, is not let through.
                _log.exception("the guard failed: %s", type(error).__name__)
                words = translated("Something went wrong inside the guard, so it lets nothing through.")
                status, headers, body = _error(500, "guard_failed", words)
        headers.append(("Content-Length", str(len(body))))
        start_response(f"{status} {_phrase(status)}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _answered(self, environ: Mapping[str, Any]) -> tuple[int, Headers, bytes]:
        path = environ.get("PATH_INFO", "")
        method = environ["REQUEST_METHOD"]
        if path == _HEALTH:
            return _json(200, {"status": "ok"})
        path = path.removeprefix(_VERSION) if path.startswith(_VERSION + "/") else path
        if not path.startswith("/") or ".." in path.split("/"):
            return _error(404, "not_found", translated("There is nothing at this address."))
        try:
            if path == _CHAT and method == "POST":
                return self._guarded(environ, path)
            if (method == "GET" and _within(path, _MODELS)) or any(_within(path, one) for one in self.settings.also):
                return self._passed_on(environ, path)
        except BadRequestError as error:
            return _error(400, "invalid_request_error", str(error))
        except BadAnswerError as error:
            _log.warning("upstream: %s", type(error).__name__)
            return _error(502, "upstream_error", str(error))
        except TooLongError:
            _log.warning("upstream: too long")
            return _error(502, "upstream_error", translated("The model's server sent too much."))
        except httpx.TimeoutException:
            _log.warning("upstream: silent for too long")
            return _error(504, "upstream_timeout", translated("The model's server was silent for too long."))
        except httpx.HTTPError as error:
            # Its message may hold the address, and an address may hold a secret.
            _log.warning("upstream: %s", type(error).__name__)
            return _error(502, "upstream_error", translated("The model's server cannot be reached."))
        return _error(
            403,
            "not_guarded",
            translated("The guard cannot rule on what comes from this address, so it lets nothing through."),
        )

    def _passed_on(self, environ: Mapping[str, Any], path: str) -> tuple[int, Headers, bytes]:
        body = _body(environ)
        came = self.upstream.send(environ["REQUEST_METHOD"], _with_query(path, environ), _sent_on(environ), body)
        return came.status, _given_back(came.headers), came.body

    def _guarded(self, environ: Mapping[str, Any], path: str) -> tuple[int, Headers, bytes]:
        start = time.monotonic()
        request = request_of(_body(environ))
        came = self.upstream.ask(_with_query(path, environ), _sent_on(environ), request)
        if isinstance(came, Refusal):
            _log.info("upstream refused: %d, %d ms", came.status, _since(start))
            return came.status, _given_back(came.headers), came.body
        about = told(came.rulings, came.attempts, handed_over=not came.passed)
        labels = sorted({f"{reason['kind']}:{reason['label'] or ''}".rstrip(":") for reason in about["reasons"]})
        _log.info(
            "%s after %d, %d ms%s",
            about["ruling"],
            came.attempts,
            _since(start),
            f" ({', '.join(labels)})" if labels else "",
        )
        markers = [
            ("Amends-Ruling", about["ruling"]),
            ("Amends-Attempts", str(came.attempts)),
            ("Amends-Handed-Over", "no" if came.passed else "yes"),
        ]
        if came.passed:
            headers = [*_given_back(came.headers), *markers]
            if came.answer.body is None:
                return 200, headers, came.answer.events
            return (
                200,
                headers,
                json.dumps({**came.answer.body, FIELD: about}).encode(),
            )
        return self._handed_over(came, about, markers, _language(request, self.settings), stream=request.stream)

    def _handed_over(
        self, came: Asked, about: dict[str, Any], markers: Headers, language: str | None, *, stream: bool
    ) -> tuple[int, Headers, bytes]:
        if self.settings.hand_over == "error":
            words = translated("No answer passed the guard: a person has to answer.")
            status, headers, body = _error(422, "amends_held", words, about)
            return status, headers + markers, body
        text = self.settings.hand_over_text
        if text is None:
            with use(language or "en"):
                text = translated("A person has to answer this, so I am not answering it myself.")
        made = (text, self.settings.finish_reason, came.answer.model, about)
        if stream:
            kind = ("Content-Type", "text/event-stream; charset=utf-8")
            return 200, [kind, ("Cache-Control", "no-cache"), *markers], hand_over_stream(*made)
        status, headers, body = _json(200, hand_over(*made))
        return status, headers + markers, body


def _language(request: Request, settings: Settings) -> str | None:
    language = request.context(settings.context).get("language")
    return language if language in LANGUAGES else None


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")


def _since(start: float) -> int:
    return round(1000 * (time.monotonic() - start))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Other"


def _json(status: int, content: Mapping[str, Any]) -> tuple[int, Headers, bytes]:
    return status, [("Content-Type", "application/json")], json.dumps(content).encode()


def _error(status: int, kind: str, words: str, about: Mapping[str, Any] | None = None) -> tuple[int, Headers, bytes]:
    """An error in the protocol's own form."""
    content: dict[str, Any] = {"error": {"message": words, "type": kind, "param": None, "code": kind}}
    return _json(status, {**content, FIELD: about} if about is not None else content)


def _body(environ: Mapping[str, Any]) -> bytes:
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        length = 0
    if length > _MOST_BYTES:
        raise BadRequestError(translated("The request is too long."))
    data: bytes = environ["wsgi.input"].read(length) if length > 0 else b""
    return data


def _with_query(path: str, environ: Mapping[str, Any]) -> str:
    # WSGI gives the path decoded, as Latin-1.
    written = quote(path.encode("latin-1", "replace"), safe="/:@!$&'()*+,;=~-._")
    query = environ.get("QUERY_STRING")
    return f"{written}?{query}" if query else written


def _sent_on(environ: Mapping[str, Any]) -> dict[str, str]:
    """The headers of the request that go on to the upstream, the caller's key among them."""
    found = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    if environ.get("CONTENT_TYPE"):
        found["content-type"] = environ["CONTENT_TYPE"]
    named = {name.strip().lower() for name in found.get("connection", "").split(",")}
    return {name: value for name, value in found.items() if name not in _OWN_HEADERS and name not in named}


def _given_back(headers: httpx.Headers) -> Headers:
    """The headers of the upstream that go back to the caller."""
    return [
        (name, value)
        for name, value in headers.multi_items()
        if name.lower() not in _OWN_HEADERS and not name.lower().startswith("amends-")
    ]
