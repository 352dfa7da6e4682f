"""One question to an OpenAI-compatible service, limited in time and size. What comes back is a stranger's text."""

import json
import re
import threading
import time
import unicodedata

from django.conf import settings
from django.utils.translation import gettext as _

from amends.desk.opinion.models import OpinionSettings
from amends.desk.outward import NotReachedError, NotThereError, Said, ask

__all__ = ["AskFailedError", "ask_model"]

SECONDS = 25.0
_MOST_BYTES = 256 * 1024
_LONGEST = 4_000
_MOST_TOKENS = 1_500
_AT_ONCE = 3
_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c\ufeff\u200b")
"""Signs that turn the direction of what follows, or are not seen."""

# A slow service must not hold up the threads that serve everybody else.
_free = threading.BoundedSemaphore(_AT_ONCE)


class AskFailedError(Exception):
    """It did not work.

    Attributes:
        words: For the person who asked.
        detail: For the log; no key and no text of a case.
    """

    def __init__(self, words: str, detail: str) -> None:
        super().__init__(detail)
        self.words = words
        self.detail = detail


def ask_model(row: OpinionSettings, messages: list[dict[str, str]]) -> str:
    """Ask, and give back the plain text of the answer.

    Raises:
        AskFailedError: It did not work, or took too long, or what came is no answer.
    """
    if not _free.acquire(blocking=False):
        raise AskFailedError(_("Several are asking at this moment. Try again in a minute."), "too many at once")
    try:
        said = _post(row, messages, "max_tokens")
        if said.status == 400 and b"max_completion_tokens" in said.body:
            said = _post(row, messages, "max_completion_tokens")
    finally:
        _free.release()
    if said.status != 200:
        raise AskFailedError(_refusal(said.status) % {"status": said.status}, f"status {said.status}")
    if not said.whole:
        raise AskFailedError(_("What came back is far too long, so it was thrown away."), "answer too long")
    return _content(said.body)


def _post(row: OpinionSettings, messages: list[dict[str, str]], limit: str) -> Said:
    body = {"model": row.model, "messages": messages, limit: _MOST_TOKENS, "stream": False}
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if row.key:
        headers["Authorization"] = f"Bearer {row.key}"
    begin = time.monotonic()
    try:
        said = ask(
            "POST",
            f"{row.address}/chat/completions",
            body=json.dumps(body).encode(),
            headers=headers,
            seconds=SECONDS,
            most=_MOST_BYTES,
            inside=settings.OPINION_TO_PRIVATE,
        )
    except (NotReachedError, NotThereError) as error:
        raise AskFailedError(_("The model could not be asked: %(why)s.") % {"why": error}, str(error)) from error
    if time.monotonic() - begin >= SECONDS - 0.05:
        # It was cut off while it spoke.
        why = f"no answer within {SECONDS:g} seconds"
        raise AskFailedError(_("The model could not be asked: %(why)s.") % {"why": why}, why)
    return said


def _refusal(status: int) -> str:
    if status in (401, 403):
        return _("The service does not take the key (%(status)s). The owner can write it anew in the settings.")
    if status == 404:
        return _("The service knows no such address or model (%(status)s). The owner can look at the settings.")
    if status == 429:
        return _("The service asks us to wait (%(status)s). Try again in a minute.")
    return _("The service could not answer (%(status)s). Try again later, or go on without it.")


def _content(body: bytes) -> str:
    try:
        content = json.loads(body)["choices"][0]["message"]["content"]
    except (ValueError, TypeError, LookupError, RecursionError):
        content = None
    if isinstance(content, list):
        parts = (part.get("text") for part in content if isinstance(part, dict))
        content = "".join(part for part in parts if isinstance(part, str))
    text = _plain(content) if isinstance(content, str) else ""
    if not text:
        raise AskFailedError(_("What came back is no answer. Try again, or go on without it."), "no answer in it")
    return text


def _plain(content: str) -> str:
    """Without what the model thought aloud, and without signs that are not seen or turn the text around."""
    text = _THINKING.sub("", content[: 10 * _LONGEST]).replace("\r\n", "\n")
    shown = (
        sign if sign == "\n" or (unicodedata.category(sign) not in ("Cc", "Cs", "Co") and sign not in _TURNING) else " "
        for sign in text
    )
    return "".join(shown).strip()[:_LONGEST].strip()
