"""From a Mastodon status, as JSON, to what was heard. Source: https://docs.joinmastodon.org/entities/Status/."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from amends.archive.mail.pages import page_text
from amends.desk.channels.kinds import Heard, Raw, Unreadable

__all__ = ["full_name", "gone", "plain_words", "raw_of", "read", "without_names"]

A_BOOST_REACHES = 100
"""How many readers a boost is taken to bring; followers of those who boost are not told."""
_PUBLIC = ("public", "unlisted")
_MENTIONS_FIRST = re.compile(r"^(?:@[\w.-]+(?:@[\w.-]+)?[\s:,]+)+")
_KEPT = (
    "id", "created_at", "edited_at", "in_reply_to_id", "visibility", "language", "url", "uri", "content",
    "spoiler_text", "reblogs_count",
)  # fmt: skip
_KEPT_OF_ACCOUNT = ("id", "acct", "display_name", "url", "followers_count")


def raw_of(status: Mapping[str, Any], *, account: str, domain: str) -> Raw:
    """A status as it is stored: what is read of it and no more, beside who we are.

    Args:
        status: As the server gives it.
        account: The id of our own account.
        domain: Of our server, for names of its own accounts.
    """
    author = status.get("account") or {}
    kept = {name: status.get(name) for name in _KEPT}
    kept["account"] = {name: author.get(name) for name in _KEPT_OF_ACCOUNT}
    content = json.dumps({"status": kept, "we": account, "domain": domain}, ensure_ascii=False, sort_keys=True)
    boosts = _count(status.get("reblogs_count"))
    # Counts change all the time: only when the boosts have doubled is it worth another look.
    version = f"{status.get('edited_at') or ''}/{boosts.bit_length()}"
    return Raw(str(status.get("id", "")), content.encode(), version)


def gone(remote_id: str) -> Raw:
    """That a status is not there any more."""
    return Raw(remote_id, json.dumps({"gone": remote_id}).encode(), "gone")


def read(raw: bytes) -> list[Heard]:
    """What a stored status says.

    Raises:
        Unreadable: It is none.
    """
    try:
        data = json.loads(raw)
        if isinstance(data, dict) and data.get("gone"):
            return [Heard(str(data["gone"]), "", datetime.now(UTC), gone=True)]
        status = data["status"]
        author = status["account"]
        moment = datetime.fromisoformat(str(status["created_at"]))
        edited = datetime.fromisoformat(str(status["edited_at"])) if status.get("edited_at") else None
        identity = str(status["id"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable(_("This is no post as Mastodon gives them.")) from error
    if not identity:
        raise Unreadable(_("This is no post as Mastodon gives them."))
    name = full_name(str(author.get("acct") or ""), str(data.get("domain") or ""))
    return [
        Heard(
            id=identity,
            words=_words(status),
            moment=_aware(moment),
            author=name,
            author_name=str(author.get("display_name") or "") or name,
            address=str(status.get("url") or status.get("uri") or ""),
            language=status.get("language") or None,
            thread=str(status.get("in_reply_to_id") or ""),
            public=status.get("visibility") in _PUBLIC,
            reach=_count(author.get("followers_count")) + A_BOOST_REACHES * _count(status.get("reblogs_count")),
            ours=bool(data.get("we")) and str(author.get("id")) == str(data["we"]),
            edited=_aware(edited) if edited else None,
        )
    ]


def full_name(acct: str, domain: str) -> str:
    """An account's name with its server: accounts of our own server come without."""
    return f"@{acct}" if "@" in acct or not domain or not acct else f"@{acct}@{domain}"


def plain_words(content: str) -> str:
    """The words of a status without the names that it begins with."""
    text, _parsed = page_text(content)
    return without_names(text)


def without_names(words: str) -> str:
    """A text without the names of accounts that it begins with."""
    return _MENTIONS_FIRST.sub("", words.strip()).strip()


def _words(status: Mapping[str, Any]) -> str:
    warning = str(status.get("spoiler_text") or "").strip()
    words = plain_words(str(status.get("content") or ""))
    return "\n\n".join(part for part in (warning, words) if part)


def _aware(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _count(value: object) -> int:
    return max(value, 0) if isinstance(value, int) else 0
