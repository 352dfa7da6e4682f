"""A made-up model's server on a real port of this machine."""

import json
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

GOOD = "I am sorry. We packed the wrong lamp on Monday; that was my mistake. Which colour did you order?"
BAD = "We apologise for any inconvenience this may have caused. As a one-time courtesy we will refund you."


def whole(text: str | None, **more: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": text, **more}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "model": "made-up",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12},
    }


def chunks(text: str, *, size: int = 7, finished: bool = True) -> bytes:
    def event(delta: dict[str, Any], finish: str | None = None) -> bytes:
        body = {
            "id": "chatcmpl-2",
            "object": "chat.completion.chunk",
            "model": "made-up",
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }
        return b"data: " + json.dumps(body).encode() + b"\n\n"

    pieces = [event({"content": text[at : at + size]}) for at in range(0, len(text), size)]
    end = [event({}, "stop"), b"data: [DONE]\n\n"] if finished else []
    return b"".join([event({"role": "assistant", "content": ""}), *pieces, *end])


@dataclass
class Reply:
    """What the made-up server answers once."""

    body: bytes
    status: int = 200
    kind: str = "application/json"
    wait: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)


def said(text: str | None, **more: Any) -> Reply:
    return Reply(json.dumps(whole(text, **more)).encode())


def streamed(text: str, **more: Any) -> Reply:
    return Reply(chunks(text, **more), kind="text/event-stream")


class Model:
    """A server that answers what a test has laid out, the last one again and again, and keeps what it was asked."""

    def __init__(self) -> None:
        self.replies: list[Reply] = [said(GOOD)]
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.headers: list[dict[str, str]] = []
        model = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                model.paths.append(self.path)
                model.headers.append({name.lower(): value for name, value in self.headers.items()})
                if data:
                    model.asked.append(json.loads(data))
                reply = model.replies.pop(0) if len(model.replies) > 1 else model.replies[0]
                time.sleep(reply.wait)
                try:
                    self.send_response(reply.status)
                    self.send_header("Content-Type", reply.kind)
                    self.send_header("Content-Length", str(len(reply.body)))
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(reply.body)
                except OSError:
                    pass

            do_GET = do_POST = do_DELETE = _answer  # noqa: N815

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
