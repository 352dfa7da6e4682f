"""Posting to Slack's incoming webhooks and their like, and to the push services of browsers."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from amends.desk.house.services import house
from amends.desk.outward import NotReachedError, NotThereError, post
from amends.desk.telling.models import Delivery, TellingSettings, Way
from amends.desk.telling.web_push import LONGEST, WrongKeysError, authorization, sealed_for
from amends.desk.telling.wording import address_of, digest_lines, head_of, line_of
from amends.messages import RIGHT_TO_LEFT

__all__ = ["Posted", "post_push", "post_slack"]

_GONE = (404, 410)
_REFUSED = (400, 413)
_KEPT_FOR = 24 * 3600
"""Seconds for which a push service keeps what it cannot hand over at once."""
_LONGEST_LINE = 200
_MOST_LINES = 20


@dataclass(frozen=True, slots=True)
class Posted:
    """What came of it.

    Attributes:
        good: It arrived.
        gone: There is nothing at this address any more.
        refused: This message was not taken, whatever comes next.
        wait: Seconds that the other side asks us to wait.
        words: What went wrong.
    """

    good: bool
    gone: bool = False
    refused: bool = False
    wait: int = 0
    words: str = ""


def post_slack(way: Way, rows: Sequence[Delivery], head: str) -> Posted:
    """Post to an incoming webhook in Slack's manner, which Mattermost, Rocket.Chat and Zulip take too.

    Args:
        way: Where.
        rows: What; several stand below each other.
        head: A line before them, "" for none.
    """
    with translation.override(_language(way)):
        lines = [
            f"*{_plain(kind)}* {_plain(words)} <{address}|{_('Open')}>".replace("  ", " ")
            for kind, words, address in digest_lines(rows[:_MOST_LINES], with_words=_with_words())
        ]
    body = json.dumps({"text": "\n".join([*([_plain(head)] if head else []), *lines])}, ensure_ascii=False)
    return _answer(way, body.encode(), {"Content-Type": "application/json; charset=utf-8"})


def post_push(way: Way, rows: Sequence[Delivery], head: str) -> Posted:
    """Post one notification to the push service of a browser, sealed for that browser."""
    language = _language(way)
    with_words = _with_words()
    first = rows[0]
    with translation.override(language):
        if len(rows) == 1:
            title, body, address = head_of(first), line_of(first, with_words=with_words), address_of(first)
        else:
            counted = Counter(head_of(row) for row in rows)
            title, address = head, f"{settings.PUBLIC_URL}/"
            body = "\n".join(f"{kind} ({count})" if count > 1 else kind for kind, count in counted.most_common(6))
    told = {
        "title": title[:_LONGEST_LINE],
        "body": body[:_LONGEST_LINE],
        "address": address,
        # A second of the same takes the place of the first.
        "tag": f"amends-{first.pk}",
        "language": language,
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
    }
    content = json.dumps(told, ensure_ascii=False).encode()[:LONGEST]
    try:
        headers = {
            "Authorization": authorization(_push_key(), way.address, _contact()),
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(_KEPT_FOR),
            "Urgency": "high" if any(row.notice.urgent for row in rows) else "normal",
        }
        return _answer(way, sealed_for(way.keys, content), headers)
    except WrongKeysError:
        return Posted(False, gone=True, words="the browser's keys are none")


def _answer(way: Way, body: bytes, headers: dict[str, str]) -> Posted:
    try:
        answer = post(way.address, body, headers)
    except NotThereError as error:
        return Posted(False, gone=True, words=str(error))
    except NotReachedError as error:
        return Posted(False, words=str(error))
    if 200 <= answer.status < 300:
        return Posted(True)
    if answer.status in _GONE:
        with translation.override(_language(way)):
            words = _("Nothing is at this address any more (%(status)s).") % {"status": answer.status}
        return Posted(False, gone=True, words=words)
    return Posted(
        False,
        refused=answer.status in _REFUSED,
        wait=answer.retry_after or 0,
        words=f"{answer.status} {answer.beginning}".strip(),
    )


def _language(way: Way) -> str:
    return way.person.language if way.person is not None else house().language


def _with_words() -> bool:
    return TellingSettings.objects.filter(pk=1, with_words=True).exists()


def _push_key() -> str:
    from amends.desk.telling.services.choosing import push_key

    return push_key()


def _contact() -> str:
    """Whom a push service may write to: it wants an address, and looks at it only when something is wrong."""
    if settings.PUBLIC_URL.startswith("https://"):
        return str(settings.PUBLIC_URL)
    return f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}"


def _plain(words: str) -> str:
    """Words that Slack shows as they are: the three signs that it asks to be written otherwise, and no mark-up."""
    shown = " ".join(words.split())[:_LONGEST_LINE]
    shown = shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return shown.translate({ord(sign): None for sign in "*_~`|"})
