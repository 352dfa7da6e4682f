"""A small server that behaves as the REST API of Mastodon 4 is documented, as far as the desk asks it.

Written from https://docs.joinmastodon.org/; its payloads are of our own making.
"""

import html
import json
import re
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

US = {"id": "109", "acct": "bakery", "username": "bakery", "display_name": "Corner Bakery", "followers_count": 900}
RUTA = {"id": "7001", "acct": "ruta@elsewhere.example", "display_name": "Rūta K.", "followers_count": 420}
TOM = {"id": "7002", "acct": "tom", "display_name": "", "followers_count": 12}
TOKEN = "tok-secret"
ALL = frozenset({"read:notifications", "read:search", "read:statuses", "write:statuses"})


class Mastodon:
    """What the server knows, and what people do on it."""

    def __init__(self):
        self.statuses, self.notifications, self.keys = {}, [], {}
        self.rights, self.limit, self.old = set(ALL), 500, False
        self.asked, self.fail, self.lose = [], {}, 0
        self.number = 112_000_000_000_000_000

    def next_id(self):
        self.number += 1
        return str(self.number)

    def say(self, account, words, to=None, visibility="public", mention=True, at=None, **more):
        """Somebody posts; it mentions us unless told otherwise."""
        key = self.next_id()
        status = {
            "id": key,
            "created_at": (at or datetime.now(UTC)).isoformat().replace("+00:00", "Z"),
            "edited_at": None,
            "in_reply_to_id": to,
            "visibility": visibility,
            "language": "en",
            "url": f"https://mastodon.example/@{account['acct']}/{key}",
            "uri": f"https://mastodon.example/statuses/{key}",
            "content": self.shown(("@bakery " if mention else "") + words),
            "spoiler_text": "",
            "reblogs_count": 0,
            "favourites_count": 0,
            "account": account,
        } | more
        self.statuses[key] = status
        if mention:
            self.notify("mention", status)
        return key

    def notify(self, kind, status):
        self.notifications.append({"id": self.next_id(), "type": kind, "account": status["account"], "status": status})

    def shown(self, words):
        """As the server lays text out: paragraphs, links, mentions."""
        parts = []
        for paragraph in words.split("\n\n"):
            text = html.escape(paragraph, quote=False)
            text = re.sub(r"https?://(\S{1,20})(\S*)|@(\w+)(?:@[\w.]+)?", self.linked, text)
            parts.append("<p>" + text.replace("\n", "<br>") + "</p>")
        return "".join(parts)

    def linked(self, found):
        beginning, rest, name = found.groups()
        if name:
            return f'<span class="h-card"><a href="https://x.example/{name}">@<span>{name}</span></a></span>'
        hidden = '<span class="invisible">'
        return f'<a href="{found[0]}">{hidden}https://</span><span>{beginning}</span>{hidden}{rest}</span></a>'

    def edit(self, key, words):
        self.statuses[key]["content"] = self.shown("@bakery " + words)
        self.statuses[key]["edited_at"] = datetime.now(UTC).isoformat().replace("+00:00", "Z")

    def delete(self, key):
        del self.statuses[key]
        self.notifications = [one for one in self.notifications if one["status"]["id"] != key]

    @property
    def ours(self):
        return [one for one in self.statuses.values() if one["account"]["id"] == US["id"]]

    def answer(self, method, path, query, form, headers):
        """Status, data, further headers."""
        self.asked.append((method, path, query))
        for prefix, (status, data, more) in self.fail.items():
            if path.startswith(prefix):
                return status, data, more
        if path == "/api/v2/instance":
            return (
                200,
                {"domain": "mastodon.example", "configuration": {"statuses": {"max_characters": self.limit}}},
                {},
            )
        if path == "/api/v1/accounts/lookup":
            known = query["acct"][0] == "bakery"
            return (200, US, {}) if known else (404, {"error": "Record not found"}, {})
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"error": "The access token is invalid"}, {}
        needed = {
            "/api/v1/notifications": "read:notifications",
            "/api/v2/search": "read:search",
        }.get(path, "write:statuses" if method == "POST" else "read:statuses")
        if needed not in self.rights:
            return 403, {"error": "This action is outside the authorized scopes"}, {}
        return self.signed_in(method, path, query, form, headers)

    def signed_in(self, method, path, query, form, headers):
        if path == "/api/v1/notifications":
            found = [one for one in self.notifications if one["type"] in query.get("types[]", ["mention"])]
            return 200, self.page(found, query), {}
        if path == "/api/v2/search":
            wanted = query["q"][0].strip('"').lower()
            public = [one for one in self.statuses.values() if one["visibility"] == "public"]
            return 200, {"statuses": self.page([one for one in public if wanted in one["content"].lower()], query)}, {}
        if path == "/api/v1/statuses" and method == "GET":
            if self.old:
                return 404, {"error": "Not Found"}, {}
            return 200, [self.statuses[key] for key in query["id[]"] if key in self.statuses], {}
        if path == "/api/v1/statuses":
            return self.post(form, headers.get("Idempotency-Key", ""))
        key, _slash, what = path.removeprefix("/api/v1/statuses/").partition("/")
        if key not in self.statuses:
            return 404, {"error": "Record not found"}, {}
        if what == "context":
            below = {key}
            found = []
            for status in self.statuses.values():
                if status["in_reply_to_id"] in below:
                    below.add(status["id"])
                    found.append(status)
            return 200, {"ancestors": [], "descendants": found}, {}
        return 200, self.statuses[key], {}

    def page(self, found, query):
        limit = int(query.get("limit", ["20"])[0])
        found = sorted(found, key=lambda one: int(one["id"]))
        if "min_id" in query:
            found = [one for one in found if int(one["id"]) > int(query["min_id"][0])][:limit]
        else:
            found = found[-limit:]
        return found[::-1]

    def post(self, form, once):
        words = form["status"][0]
        counted = re.sub(r"https?://\S+", "x" * 23, re.sub(r"@(\w+)@[\w.]+", r"@\1", words))
        if len(counted) > self.limit:
            return 422, {"error": "Validation failed: Text character limit exceeded"}, {}
        to = form.get("in_reply_to_id", [None])[0]
        if to is not None and to not in self.statuses:
            return 404, {"error": "The post you are trying to reply to does not appear to exist."}, {}
        if once not in self.keys:
            key = self.say(US, words, to=to, visibility=form["visibility"][0], mention=False)
            self.keys[once] = key
        if self.lose:
            self.lose -= 1
            return None
        return 200, self.statuses[self.keys[once]], {}


class _Handler(BaseHTTPRequestHandler):
    def do(self):
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        said = self.server.mastodon.answer(
            self.command, parts.path, parse_qs(parts.query), parse_qs(body), dict(self.headers)
        )
        if said is None:
            # The line breaks before the answer is there.
            self.close_connection = True
            return
        status, data, more = said
        content = data if isinstance(data, bytes) else json.dumps(data, default=str).encode()
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do  # noqa: N815

    def log_message(self, *_some):
        pass


def serve(mastodon):
    """Start it; gives the server, to be shut down, with its `address`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.mastodon = mastodon
    server.address = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server


def long_ago():
    return datetime.now(UTC) - timedelta(days=30)
