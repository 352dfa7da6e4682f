"""What requests and answers of the chat protocol hold: reading them, and writing those that we make ourselves.

The protocol is that of `POST /v1/chat/completions`, as OpenAI publishes it and many servers speak it.
"""

import json
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from amends.checker.check import CHANNELS
from amends.checker.scoring import FAULT_PARTIES
from amends.guarding.policy import PROMISE_KINDS
from amends.guarding.ruling import Ruling
from amends.messages import translated
from amends.text import identify

__all__ = [
    "FIELD",
    "Answer",
    "BadAnswerError",
    "BadRequestError",
    "Request",
    "answer_of",
    "asked_again",
    "hand_over",
    "hand_over_stream",
    "request_of",
    "streamed_answer",
    "told",
]

FIELD = "amends"
"""The field of a request that tells the guard what is known, and of an answer that tells what was ruled."""

_SURE_OF_LANGUAGE = 0.8
_LONGEST_COMPLAINT = 20_000
_ENOUGH = 1_000
_DONE = "[DONE]"


class BadRequestError(ValueError):
    """A request that cannot be understood; the message says what is wrong."""


class BadAnswerError(ValueError):
    """An answer of the upstream that cannot be understood, and so is not let through."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request for an answer.

    Attributes:
        body: What is sent on: the request without our field.
        told: What the caller knows about the customer's case, as arguments of `amends.guard`.
        seen: What the conversation shows of it, the same way.
        stream: Whether the caller wants the answer as a stream.
    """

    body: dict[str, Any]
    told: dict[str, Any]
    seen: dict[str, Any]
    stream: bool

    def context(self, house: Mapping[str, Any]) -> dict[str, Any]:
        """All that is known: what the caller tells goes before what holds for the house, that before what is seen."""
        return {**self.seen, **house, **self.told}


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model answered.

    Attributes:
        texts: The text of each choice; empty where a choice only calls tools.
        body: The answer as it came, when it did not come as a stream.
        events: The stream's events as they came, when it did.
        model: The model's name, as the upstream told it.
    """

    texts: tuple[str, ...]
    body: dict[str, Any] | None = None
    events: bytes = b""
    model: str = ""


def request_of(data: bytes) -> Request:
    """Read a request.

    What the caller knows may stand in the field `amends`; what does not is taken from the conversation: the complaint
    is what the customer has written, its language the one in which to answer, and the first answer is the first.

    Args:
        data: Its body.

    Raises:
        BadRequestError: It is no request for a chat answer.
    """
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(translated("The request is no JSON.")) from error
    if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
        raise BadRequestError(translated("The request has no list 'messages'."))
    known = body.pop(FIELD, None)
    told = _context(known) if known is not None else {}
    messages = [message for message in body["messages"] if isinstance(message, dict)]
    written = "\n\n".join(filter(None, (text_of(one.get("content")) for one in messages if one.get("role") == "user")))
    # What was written last counts most.
    written = written[-_LONGEST_COMPLAINT:]
    answered = any(one.get("role") == "assistant" and text_of(one.get("content")).strip() for one in messages)
    seen: dict[str, Any] = {"complaint": written, "first": not answered}
    theirs = identify(written[-_ENOUGH:])
    if theirs.language and theirs.confidence >= _SURE_OF_LANGUAGE:
        seen["language"] = theirs.language
    return Request(body, told, seen, body.get("stream") is True)


def _context(known: object) -> dict[str, Any]:
    """What the caller tells the guard, when all of it can be used."""
    if not isinstance(known, dict):
        raise BadRequestError(translated("'{key}' is not an object.", key=FIELD))
    texts = ("complaint", "name", "fault", "channel", "language")
    for key, value in known.items():
        name = f"{FIELD}.{key}"
        if key in texts:
            if not isinstance(value, str):
                raise BadRequestError(translated("'{key}' is not a text.", key=name))
        elif key == "first":
            if not isinstance(value, bool):
                raise BadRequestError(translated("'{key}' is neither true nor false.", key=name))
        elif key == "may_promise":
            if not isinstance(value, bool) and not (
                isinstance(value, list) and all(isinstance(one, str) and one in PROMISE_KINDS for one in value)
            ):
                kinds = ", ".join(PROMISE_KINDS)
                raise BadRequestError(
                    translated("'{key}' is true, false or a list of {choices}.", key=name, choices=kinds)
                )
        elif key == "confirmed":
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                raise BadRequestError(translated("'{key}' is not a list of texts.", key=name))
        else:
            raise BadRequestError(translated("'{key}' is nothing that the guard knows.", key=name))
    for key, choices in (("fault", FAULT_PARTIES), ("channel", CHANNELS)):
        if key in known and known[key] not in choices:
            name = f"{FIELD}.{key}"
            raise BadRequestError(
                translated(
                    "'{key}' is one of {choices}, not '{value}'.",
                    key=name,
                    choices=", ".join(choices),
                    value=known[key],
                )
            )
    return dict(known)


def text_of(content: object) -> str:
    """The text of a message's content: a string, or a list of parts of which some are text."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    parts = [part.get("text") or part.get("refusal") for part in content if isinstance(part, dict)]
    return "\n".join(part for part in parts if isinstance(part, str))


def _shown(message: Mapping[str, Any]) -> str:
    """All that a customer would read or hear of a message."""
    audio = message.get("audio")
    pieces = [text_of(message.get("content")), message.get("refusal")]
    if isinstance(audio, dict):
        pieces.append(audio.get("transcript"))
    return "\n".join(piece for piece in pieces if isinstance(piece, str) and piece)


def answer_of(data: bytes) -> Answer:
    """Read an answer that came whole.

    Raises:
        BadAnswerError: It holds no choices that can be read.
    """
    try:
        body = json.loads(data)
        messages = [choice["message"] for choice in body["choices"]]
        texts = tuple(_shown(message) for message in messages)
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise BadAnswerError(translated("The model's server gave an answer that cannot be read.")) from error
    return Answer(texts, body, model=_name(body))


@dataclass(slots=True)
class _Choice:
    """One choice of a stream, put together from its pieces."""

    content: list[str] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)
    transcript: list[str] = field(default_factory=list)
    finished: bool = False

    def text(self) -> str:
        return "\n".join(filter(None, map("".join, (self.content, self.refusal, self.transcript))))


def streamed_answer(data: bytes) -> Answer:
    """Read an answer that came as a stream of events.

    Raises:
        BadAnswerError: An event cannot be read, tells of an error, or the stream ends before every choice has.
    """
    choices: dict[int, _Choice] = {}
    model = ""
    try:
        for payload in _payloads(data):
            body = json.loads(payload)
            if body.get("error"):
                raise BadAnswerError(translated("The model's server broke off its answer with an error."))
            model = model or _name(body)
            for piece in body.get("choices") or ():
                choice = choices.setdefault(int(piece.get("index") or 0), _Choice())
                delta = piece.get("delta") or piece.get("message") or {}
                choice.content.append(text_of(delta.get("content")))
                choice.refusal.append(text_of(delta.get("refusal")))
                choice.transcript.append(text_of((delta.get("audio") or {}).get("transcript")))
                choice.finished = choice.finished or piece.get("finish_reason") is not None
    except BadAnswerError:
        raise
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise BadAnswerError(translated("The model's server gave an answer that cannot be read.")) from error
    if not choices or not all(choice.finished for choice in choices.values()):
        raise BadAnswerError(translated("The model's server broke off in the middle of its answer."))
    return Answer(tuple(choices[index].text() for index in sorted(choices)), events=data, model=model)


def _payloads(data: bytes) -> Iterator[str]:
    """The data of each event of a stream, all of it: what follows the end would be let through with the rest."""
    gathered: list[str] = []
    for line in [*data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n").split("\n"), ""]:
        if line.startswith("data:"):
            gathered.append(line[5:].removeprefix(" "))
        elif not line and gathered:
            payload, gathered = "\n".join(gathered), []
            if payload.strip() != _DONE:
                yield payload


def _name(body: Mapping[str, Any]) -> str:
    name = body.get("model")
    return name if isinstance(name, str) else ""


def asked_again(body: Mapping[str, Any], reply: str, feedback: str) -> dict[str, Any]:
    """The request that asks once more: the reply that failed and what has to change are put after the conversation."""
    # As the user: not every model takes a system message in the middle, and every one takes turns.
    turns = [{"role": "assistant", "content": reply}, {"role": "user", "content": feedback}]
    return {**body, "messages": [*body["messages"], *turns]}


def told(rulings: Sequence[Ruling], attempts: int, *, handed_over: bool) -> dict[str, Any]:
    """What the caller is told about the rulings, as the value of our field."""
    grave = [ruling for ruling in rulings if not ruling.passed]
    outcome = "hold" if any(one.outcome == "hold" for one in grave) else grave[0].outcome if grave else "pass"
    return {
        "ruling": outcome,
        "attempts": attempts,
        "handed_over": handed_over,
        "reasons": [
            {"kind": reason.kind, "label": reason.label, "outcome": reason.outcome, "words": reason.words}
            for ruling in grave
            for reason in ruling.reasons
        ],
    }


def hand_over(text: str, finish_reason: str, model: str, about: Mapping[str, Any]) -> dict[str, Any]:
    """An answer of ours in the place of the model's."""
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    return {**_head("chat.completion", model), "choices": [choice], "usage": usage, FIELD: dict(about)}


def hand_over_stream(text: str, finish_reason: str, model: str, about: Mapping[str, Any]) -> bytes:
    """The same as a stream."""
    head = _head("chat.completion.chunk", model)
    said = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
    end: dict[str, Any] = {"index": 0, "delta": {}, "finish_reason": finish_reason}
    chunks = ({**head, "choices": [said]}, {**head, "choices": [end], FIELD: dict(about)})
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks) + b"data: [DONE]\n\n"


def _head(kind: str, model: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-amends-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": model}
