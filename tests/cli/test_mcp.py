"""`amends mcp`, spoken to by the client of the official SDK over standard input and output."""

import asyncio
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("mcp.server.mcpserver", reason="the extra 'mcp' is not installed")
pytest.importorskip("httpx", reason="the extra 'mcp' is not installed")

from mcp import Client, StdioServerParameters

TOKEN = "amends_not-a-real-token-4711"
COMPLAINT = "You sent me the wrong lamp on Monday, and nobody answers the phone."


class StandIn:
    """A server that answers as the desk's API does: `POST /api/cases`, a bearer token, problem details, keys."""

    def __init__(self) -> None:
        self.opened: dict[str, dict[str, Any]] = {}
        self.refusal: tuple[int, dict[str, Any]] | None = None
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, content = stand_in.answer(self.path, dict(self.headers), body)
                data = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json" if status < 300 else "application/problem+json")
                self.send_header("Content-Length", str(len(data)))
                if status == 302:
                    self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, path: str, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if path != "/api/cases":
            return 404, {"title": "There is no such thing", "status": 404}
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, {"title": "A token is needed", "status": 401, "detail": "Send a token that works."}
        if self.refusal is not None:
            return self.refusal
        case = self.opened.setdefault(
            headers["Idempotency-Key"],
            {
                "id": f"case{len(self.opened)}",
                "state": "new",
                "page": f"{self.url}/cases/case{len(self.opened)}",
                "asked": body,
            },
        )
        return 201, case


@pytest.fixture
def desk() -> Iterator[StandIn]:
    made = StandIn()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join(5)


@pytest.fixture
def talk(tmp_path: Path) -> Callable[..., Any]:
    """Starts `amends mcp` and lets a conversation run with it."""

    def run(conversation: Callable[[Client], Any], *arguments: str, **environment: str) -> Any:
        known = {name: os.environ[name] for name in ("XDG_CACHE_HOME", "AMENDS_CACHE") if name in os.environ}
        parameters = StdioServerParameters(
            command=sys.executable,
            args=["-c", "from amends.cli import main; main()", "mcp", *arguments],
            env={**known, **environment},
            cwd=tmp_path,
        )

        async def talking() -> Any:
            async with asyncio.timeout(60), Client(parameters) as client:
                return await conversation(client)

        # In a thread of its own, as the browser's loop may run in this one.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, talking()).result()

    return run


def result(called: Any) -> dict[str, Any]:
    assert not called.is_error, called.content
    return called.structured_content


def refusal(called: Any) -> str:
    assert called.is_error
    return called.content[0].text


def test_it_reads_hears_lists_promises_and_guards(talk) -> None:
    async def conversation(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"check", "hear", "promises", "guard"}
        assert all(tool.description and tool.annotations.read_only_hint for tool in tools.values())
        assert client.server_info.name == "amends"

        review = result(await client.call_tool("check", {"reply": "We are sorry if this upset you.", "fault": "team"}))
        assert "conditional" in review["faults"]

        heard = result(await client.call_tool("hear", {"message": COMPLAINT}))
        assert heard["complaint"] is True

        listed = result(
            await client.call_tool(
                "promises",
                {"reply": "I will write to you by Friday.", "sent": "2026-03-02T09:00:00", "language": "en-GB"},
            )
        )
        assert [promise["due"] for promise in listed["promises"]] == ["2026-03-06"]

        held = {"reply": "I have refunded 28 €.", "complaint": COMPLAINT, "language": "en"}
        ruling = result(await client.call_tool("guard", held))
        assert ruling["ruling"] == "hold"
        assert ruling["feedback"]
        allowed = result(await client.call_tool("guard", {**held, "may_promise": ["remedy"]}))
        assert allowed["ruling"] == "pass"

    talk(conversation)


def test_wrong_arguments_are_told_and_it_goes_on(talk) -> None:
    async def conversation(client: Client) -> None:
        assert "channel" in refusal(await client.call_tool("check", {"reply": "Hello", "channel": "loud"}))
        assert "zone is the name of a time zone" in refusal(
            await client.call_tool("promises", {"reply": "I will write to you by Friday.", "zone": "Nowhere/Else"})
        )
        assert refusal(await client.call_tool("check", {"reply": "a" * 100_001}))
        assert result(await client.call_tool("check", {"reply": "We open at nine, on all days."}))["verdict"] == "none"

    talk(conversation)


def test_many_calls_at_once_are_answered_alike(talk) -> None:
    async def conversation(client: Client) -> None:
        replies = ["We are sorry if this upset you.", "Mistakes were made.", "We open at nine."] * 5
        calls = [client.call_tool("check", {"reply": reply, "language": "en"}) for reply in replies]
        scores = [(result(one)["score"], sorted(result(one)["faults"])) for one in await asyncio.gather(*calls)]
        assert scores == scores[:3] * 5

    talk(conversation)


def test_its_policy_comes_from_a_file(talk, tmp_path: Path) -> None:
    (tmp_path / "guard.toml").write_text('may-promise = ["time"]\n', encoding="utf-8")

    async def conversation(client: Client) -> None:
        asked = {"reply": "I will write to you by Friday.", "language": "en"}
        assert result(await client.call_tool("guard", asked))["ruling"] == "pass"

    talk(conversation, "--policy", "guard.toml")


def test_a_case_is_opened_at_the_desk_once(talk, desk) -> None:
    asked = {
        "text": COMPLAINT,
        "customer_name": "Ada Okoro",
        "contact_kind": "mail",
        "contact": "ada@customer.example",
        "language": "en",
    }

    async def conversation(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert tools["open_case"].annotations.read_only_hint is False
        case = result(await client.call_tool("open_case", asked))
        assert case == {"id": "case0", "state": "new", "page": f"{desk.url}/cases/case0"}
        assert result(await client.call_tool("open_case", asked)) == case
        assert result(await client.call_tool("open_case", {**asked, "text": "Another thing."}))["id"] == "case1"

    talk(conversation, AMENDS_DESK_URL=desk.url + "/", AMENDS_DESK_TOKEN=TOKEN)
    assert next(case["asked"] for case in desk.opened.values()) == {
        "customer": {"name": "Ada Okoro", "kind": "mail", "value": "ada@customer.example"},
        "channel": "chat",
        "text": COMPLAINT,
        "subject": "",
        "language": "en",
    }


def test_a_contact_reaches_the_desk_also_when_nobody_said_what_it_is(talk, desk) -> None:
    async def conversation(client: Client) -> None:
        for number, contact in enumerate(("ada@customer.example", "+370 600 00000", "")):
            result(await client.call_tool("open_case", {"text": f"Complaint {number}.", "contact": contact}))

    talk(conversation, AMENDS_DESK_URL=desk.url, AMENDS_DESK_TOKEN=TOKEN)
    assert [case["asked"]["customer"] for case in desk.opened.values()] == [
        {"name": "", "kind": "mail", "value": "ada@customer.example"},
        {"name": "", "kind": "phone", "value": "+370 600 00000"},
        {"name": ""},
    ]


def test_what_the_desk_says_against_it_is_told(talk, desk) -> None:
    desk.refusal = (
        422,
        {
            "title": "x",
            "detail": "Something given cannot be used.",
            "errors": [{"field": "text", "detail": "Too long."}],
        },
    )

    async def conversation(client: Client) -> None:
        told = refusal(await client.call_tool("open_case", {"text": COMPLAINT}))
        assert "Something given cannot be used. (text: Too long.)" in told
        assert "contact" in refusal(await client.call_tool("open_case", {"text": "x", "contact_kind": "mail"}))
        desk.refusal = (302, {})
        assert "HTTP 302" in refusal(await client.call_tool("open_case", {"text": COMPLAINT}))

    talk(conversation, AMENDS_DESK_URL=desk.url, AMENDS_DESK_TOKEN=TOKEN)


def test_a_token_that_does_not_work_and_a_desk_that_is_gone_are_told_without_the_token(talk, desk) -> None:
    async def conversation(client: Client) -> str:
        return refusal(await client.call_tool("open_case", {"text": COMPLAINT}))

    told = talk(conversation, AMENDS_DESK_URL=desk.url, AMENDS_DESK_TOKEN="wrong-one")
    assert "Send a token that works." in told
    assert "wrong-one" not in told
    gone = talk(conversation, AMENDS_DESK_URL="http://127.0.0.1:9", AMENDS_DESK_TOKEN=TOKEN)
    assert "cannot be reached" in gone
    assert TOKEN not in gone


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"AMENDS_DESK_URL": "https://desk.example"}, "AMENDS_DESK_TOKEN is not set"),
        ({"AMENDS_DESK_TOKEN": TOKEN}, "AMENDS_DESK_URL is not set"),
        ({"AMENDS_DESK_URL": "desk", "AMENDS_DESK_TOKEN": TOKEN}, "AMENDS_DESK_URL: an address like"),
        ({"AMENDS_DESK_URL": "https://a:b@desk.example", "AMENDS_DESK_TOKEN": TOKEN}, "an address like"),
        ({"AMENDS_DESK_URL": "http://desk.example", "AMENDS_DESK_TOKEN": TOKEN}, "https is needed"),
        (
            {"AMENDS_DESK_URL": "https://desk.example", "AMENDS_DESK_TOKEN": "a b"},
            "AMENDS_DESK_TOKEN: this is no token",
        ),
    ],
)
def test_an_environment_that_cannot_be_used_is_told_in_one_line(run, monkeypatch, environment, told: str) -> None:
    for name in ("AMENDS_DESK_URL", "AMENDS_DESK_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    done = run("mcp")
    assert done.exit_code == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
    assert TOKEN not in done.stderr


def test_a_policy_that_is_not_there_is_told(run) -> None:
    done = run("mcp", "--policy", "none.toml")
    assert done.exit_code == 2
    assert "none.toml: cannot be read" in done.stderr
