"""The gateway in front of a made-up model: what goes through, what is written again, what is handed over.

    python examples/guard/gateway_walkthrough.py

Starts a made-up model's server and `amends gateway` on free ports of this machine, asks four questions as any program
would, shows what came back, and ends both. Needs amends[gateway].
"""

import json
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

GOOD = "I am sorry. We sent you the wrong lamp on Monday, and that was our mistake. Which lamp did you order?"
STOCK = "We apologise for any inconvenience this may have caused. Thank you for your patience."
REFUND = "I am sorry that you are still waiting. I have refunded you in full."
FEEDBACK = re.compile(r"^1\. ", re.MULTILINE)


class MadeUpModel(BaseHTTPRequestHandler):
    """A server that speaks the chat protocol and writes better once it is told what to change."""

    def do_POST(self) -> None:
        """Answer a request for a chat answer."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        words = [message["content"] for message in asked["messages"] if message["role"] == "user"]
        told = FEEDBACK.search(words[-1]) is not None
        text = REFUND if "refund" in words[0] else GOOD if told or "please" in words[0] else STOCK
        data, kind = self._stream(text) if asked.get("stream") else self._whole(text)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _whole(self, text: str) -> tuple[bytes, str]:
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        return json.dumps({"object": "chat.completion", "choices": [choice]}).encode(), "application/json"

    def _stream(self, text: str) -> tuple[bytes, str]:
        pieces: list[dict[str, Any]] = [
            {"delta": {"content": f"{word} "}, "finish_reason": None} for word in text.split()
        ]
        pieces.append({"delta": {}, "finish_reason": "stop"})
        events = [json.dumps({"object": "chat.completion.chunk", "choices": [{"index": 0, **one}]}) for one in pieces]
        return "".join(f"data: {one}\n\n" for one in [*events, "[DONE]"]).encode(), "text/event-stream"

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def ask(address: str, message: str, *, stream: bool = False) -> None:
    """Ask as any program would, and show what came back."""
    body = {"model": "made-up", "messages": [{"role": "user", "content": message}], "stream": stream}
    # What the caller knows goes along in a field of its own; the model's server does not see it.
    response = httpx.post(f"{address}/chat/completions", json={**body, "amends": {"fault": "team"}}, timeout=60)
    if stream:
        events = [json.loads(line[6:]) for line in response.text.splitlines() if line.startswith("data: {")]
        text = "".join(event["choices"][0]["delta"].get("content", "") for event in events)
        reason = events[-1]["choices"][0]["finish_reason"]
    else:
        choice = response.json()["choices"][0]
        text, reason = choice["message"]["content"], choice["finish_reason"]
    print(f"asked{' for a stream' if stream else ''}: {message}")
    print(f"came:  {text}")
    told = [f"{name}: {response.headers[name]}" for name in ("Amends-Ruling", "Amends-Attempts", "Amends-Handed-Over")]
    print(f"       HTTP {response.status_code}, finish_reason {reason}, {', '.join(told)}\n")


def main() -> None:
    """The walk."""
    model = ThreadingHTTPServer(("127.0.0.1", 0), MadeUpModel)
    threading.Thread(target=model.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    upstream = f"http://127.0.0.1:{model.server_address[1]}/v1"
    command = [sys.executable, "-c", "from amends.cli import main; main()", "gateway"]
    gateway = subprocess.Popen(
        [*command, "--upstream", upstream, "--port", "0", "--language", "en", "--again", "1"],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert gateway.stderr is not None
        found = next(filter(None, (re.search(r"http://127\.0\.0\.1:\d+/v1", line) for line in gateway.stderr)), None)
        if found is None:
            raise SystemExit("The gateway did not start; run `amends gateway --upstream …` to see why.")
        threading.Thread(target=gateway.stderr.read, daemon=True).start()
        ask(found[0], "Could somebody please look why the wrong lamp came on Monday?")
        ask(found[0], "The wrong lamp came on Monday!")
        ask(found[0], "The wrong lamp came on Monday!", stream=True)
        ask(found[0], "Where is the refund for my lamp?")
    finally:
        gateway.terminate()
        gateway.wait(30)
        model.shutdown()


if __name__ == "__main__":
    main()
