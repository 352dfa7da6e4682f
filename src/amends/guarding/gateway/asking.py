"""Asks the model, rules on what it answers, and asks again with what has to change."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import httpx

from amends.guarding.gateway.chat import Answer, BadAnswerError, Request, answer_of, asked_again, streamed_answer
from amends.guarding.guard import guard
from amends.guarding.policy import Policy
from amends.guarding.ruling import Ruling

__all__ = ["Asked", "Refusal", "Settings", "TooLongError", "Upstream"]

_MOST_BYTES = 16_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """How the gateway behaves.

    Attributes:
        upstream: The address of the model's server up to and with its version: "https://models.example/v1".
        again: How many times the model is asked again after its first answer.
        hand_over: What the caller gets when no answer passes: an "answer" with HTTP 200, or an "error" with HTTP 422.
        hand_over_text: The text of that answer; a plain sentence in the customer's language if not given.
        finish_reason: The `finish_reason` of that answer.
        timeout: Seconds that the model's server may be silent.
        policy: What makes an answer wait.
        context: What holds for every request that does not say otherwise, as arguments of `amends.guard`.
        also: Paths after the version that are passed on although nothing is ruled there, such as "/embeddings".
        messages: The language in which the model is told what to change, and the caller why; of
            `amends.messages.LANGUAGES`.
    """

    upstream: str
    again: int = 2
    hand_over: Literal["answer", "error"] = "answer"
    hand_over_text: str | None = None
    finish_reason: str = "content_filter"
    timeout: float = 120.0
    policy: Policy = field(default_factory=Policy)
    context: Mapping[str, Any] = field(default_factory=dict)
    also: frozenset[str] = frozenset()
    messages: str = "en"


class TooLongError(Exception):
    """The upstream sent more than a gateway should hold in memory."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The upstream's answer when it is none: its status, its headers and its body, as they came."""

    status: int
    headers: httpx.Headers
    body: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking.

    Attributes:
        answer: The last answer.
        headers: The headers that came with it.
        rulings: One for each choice of the last answer that has a text.
        attempts: How many times the model was asked.
    """

    answer: Answer
    headers: httpx.Headers
    rulings: tuple[Ruling, ...]
    attempts: int

    @property
    def passed(self) -> bool:
        """Whether the answer may be let through."""
        return all(ruling.passed for ruling in self.rulings)


class Upstream:
    """The model's server. Safe for several threads."""

    def __init__(self, settings: Settings, *, connections: int = 100) -> None:
        """Make ready to ask; nothing is sent yet.

        Args:
            settings: How to behave.
            connections: How many requests may be under way at once.
        """
        self.settings = settings
        self.base = settings.upstream.rstrip("/")
        self._client = httpx.Client(
            timeout=httpx.Timeout(settings.timeout, connect=min(settings.timeout, 10.0)),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
            follow_redirects=False,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Refusal:
        """Pass a request on as it is, and give back what came.

        Raises:
            httpx.HTTPError: The server cannot be reached, or is silent for too long.
            TooLongError: Its answer is longer than a gateway holds.
        """
        with self._client.stream(method, self.base + path, headers=dict(headers), content=body) as response:
            return Refusal(response.status_code, response.headers, _read(response))

    def ask(self, path: str, headers: Mapping[str, str], request: Request) -> Asked | Refusal:
        """Ask until an answer passes, or as often as the settings allow.

        Args:
            path: Path and query after the version.
            headers: Those that are passed on.
            request: What is asked.

        Returns:
            What came of it; the upstream's refusal when it refuses the first time. When asking again fails in any way,
            the answer before it stands, which did not pass.

        Raises:
            httpx.HTTPError: The server cannot be reached, or is silent for too long.
            TooLongError: Its answer is longer than a gateway holds.
            BadAnswerError: Its answer cannot be read.
        """
        came = self._answer(path, headers, request.body)
        if isinstance(came, Refusal):
            return came
        asked = self._ruled(came, request, 1)
        while not asked.passed and asked.attempts <= self.settings.again:
            failing = [ruling for ruling in asked.rulings if not ruling.passed]
            if not all(ruling.mendable for ruling in failing):
                break
            ruling = failing[0]
            body = asked_again(request.body, ruling.review.text, ruling.feedback)
            better = self._another(path, headers, body)
            if better is None:
                # The caller gets the hand-over: an answer that failed is there, and why.
                return replace(asked, attempts=asked.attempts + 1)
            asked = self._ruled(better, request, asked.attempts + 1)
        return asked

    def _another(
        self, path: str, headers: Mapping[str, str], body: Mapping[str, Any]
    ) -> tuple[Answer, httpx.Headers] | None:
        """Another answer; None when asking for it fails in any way."""
        try:
            came = self._answer(path, headers, body)
        except (httpx.HTTPError, TooLongError, BadAnswerError):
            return None
        return None if isinstance(came, Refusal) else came

    def _ruled(self, came: tuple[Answer, httpx.Headers], request: Request, attempts: int) -> Asked:
        answer, headers = came
        context = request.context(self.settings.context)
        rulings = tuple(guard(text, **context, policy=self.settings.policy) for text in answer.texts if text.strip())
        return Asked(answer, headers, rulings, attempts)

    def _answer(
        self, path: str, headers: Mapping[str, str], body: Mapping[str, Any]
    ) -> tuple[Answer, httpx.Headers] | Refusal:
        came = self.send("POST", path, headers, json.dumps(body).encode())
        if not 200 <= came.status < 300:
            return came
        streamed = came.headers.get("content-type", "").startswith("text/event-stream")
        return (streamed_answer if streamed else answer_of)(came.body), came.headers


def _read(response: httpx.Response) -> bytes:
    pieces: list[bytes] = []
    size = 0
    for piece in response.iter_bytes():
        size += len(piece)
        if size > _MOST_BYTES:
            raise TooLongError
        pieces.append(piece)
    return b"".join(pieces)
