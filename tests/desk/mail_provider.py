"""A provider of mailboxes of our own on this machine: it authorises with PKCE, gives tokens, and takes mail by SMTP."""

import base64
import hashlib
import json
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session

from amends.desk.mailboxes import providers

__all__ = ["AuthorisationServer", "SmtpServer", "authorisation_server", "smtp_server"]


class AuthorisationServer(ThreadingHTTPServer):
    """What a test sets decides what it answers; what it was asked is kept."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        self.codes: dict[str, dict[str, str]] = {}
        self.access: set[str] = set()
        self.refresh: set[str] = set()
        self.asked: list[dict[str, str]] = []
        self.lasts = 3600
        self.rotates = False
        self.gives_refresh = True
        self.says: tuple[int, bytes] | None = None
        self.lock = threading.Lock()
        self.hold: threading.Event | None = None

    def agree(self, question: str) -> dict[str, str]:
        """What a person does in the browser; gives the parameters with which the browser comes back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(question).query).items()}
        code = secrets.token_hex(8)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def revoke_all(self) -> None:
        self.access.clear()
        self.refresh.clear()


class _Asked(BaseHTTPRequestHandler):
    server: AuthorisationServer

    def do_GET(self) -> None:
        """Introspection, as a mail server asks for it: Authorization: Bearer TOKEN."""
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token in self.server.access:
            self._answer({"active": True, "username": "hello@bakery.example", "email": "hello@bakery.example"})
        else:
            self._answer({"error": "invalid_token"}, 401)

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        asked = {name: values[0] for name, values in form.items()}
        with self.server.lock:
            self.server.asked.append({"path": self.path, **asked})
        if self.server.hold is not None:
            self.server.hold.wait(10)
        if self.server.says is not None:
            status, body = self.server.says
            self._send(status, body)
        elif self.path == "/revoke":
            self.server.refresh.discard(asked.get("token", ""))
            self.server.access.clear()
            self._answer({})
        elif (asked.get("client_id"), asked.get("client_secret")) != ("desk", "a copper kettle"):
            self._answer({"error": "invalid_client", "error_description": "unknown client"}, 401)
        elif asked["grant_type"] == "authorization_code":
            self._begin(asked)
        else:
            self._go_on(asked)

    def _begin(self, asked: dict[str, str]) -> None:
        question = self.server.codes.pop(asked["code"], None)
        proof = base64.urlsafe_b64encode(hashlib.sha256(asked["code_verifier"].encode()).digest()).rstrip(b"=")
        right = question is not None and proof.decode() == question["code_challenge"]
        if not right or question is None or asked["redirect_uri"] != question["redirect_uri"]:
            self._answer({"error": "invalid_grant"}, 400)
            return
        self._tokens(new_refresh=self.server.gives_refresh)

    def _go_on(self, asked: dict[str, str]) -> None:
        if asked["refresh_token"] not in self.server.refresh:
            self._answer({"error": "invalid_grant", "error_description": "Token has been expired or revoked."}, 400)
            return
        if self.server.rotates:
            self.server.refresh.discard(asked["refresh_token"])
        self._tokens(new_refresh=self.server.rotates)

    def _tokens(self, *, new_refresh: bool) -> None:
        token = secrets.token_hex(16)
        self.server.access.add(token)
        answer: dict[str, Any] = {"access_token": token, "token_type": "Bearer", "expires_in": self.server.lasts}
        if new_refresh:
            answer["refresh_token"] = secrets.token_hex(16)
            self.server.refresh.add(answer["refresh_token"])
        self._answer(answer)

    def _answer(self, data: Any, status: int = 200) -> None:
        self._send(status, json.dumps(data).encode())

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def authorisation_server(monkeypatch: Any, **more: Any) -> Iterator[AuthorisationServer]:
    """The server, in place of Google's and Microsoft's; `more` are further fields of `Provider`."""
    server = AuthorisationServer()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for key, known in list(providers.PROVIDERS.items()):
        tenant = "/{tenant}" if known.has_tenants else ""
        ours = replace(
            known,
            authorise=f"{server.address}{tenant}/authorize",
            token=f"{server.address}{tenant}/token",
            revoke=known.revoke and f"{server.address}/revoke",
            **more,
        )
        monkeypatch.setitem(providers.PROVIDERS, key, ours)
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class SmtpServer:
    """Takes mail from whoever signs in, by XOAUTH2 with one of the tokens, or by password."""

    def __init__(self, tokens: set[str] | None = None, password: str = "") -> None:
        self.tokens, self.password = tokens, password
        self.taken: list[Envelope] = []
        self.refuses_sender = False

    async def auth_XOAUTH2(self, server: Any, args: list[str]) -> AuthResult:  # noqa: N802 - aiosmtpd's name
        said = base64.b64decode(args[1]).decode() if len(args) > 1 else ""
        token = said.partition("auth=Bearer ")[2].strip("\1")
        if said.startswith("user=") and self.tokens is not None and token in self.tokens:
            return AuthResult(success=True)
        # As Gmail does: the reason in a challenge, which is to be answered with nothing.
        answer = await server.challenge_auth(base64.b64encode(b'{"status":"400"}'), encode_to_b64=False)
        assert not answer
        return AuthResult(success=False, handled=False)

    def __call__(self, server: Any, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        right = bool(self.password) and data.password.decode() == self.password
        return AuthResult(success=right, handled=False)

    async def handle_MAIL(self, server: Any, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        if self.refuses_sender:
            return "550 5.7.60 not allowed to send as this sender"
        envelope.mail_from = address
        return "250 ok"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope)
        return "250 taken"


@contextmanager
def smtp_server(tokens: set[str] | None = None, password: str = "") -> Iterator[tuple[SmtpServer, int]]:
    """The server and its port."""
    handler = SmtpServer(tokens, password)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    door = Controller(
        handler,
        hostname="127.0.0.1",
        port=port,
        authenticator=handler,
        auth_required=True,
        auth_require_tls=False,
        auth_exclude_mechanism=["PLAIN"] if tokens is not None and not password else None,
    )
    door.start()
    try:
        yield handler, port
    finally:
        door.stop()
