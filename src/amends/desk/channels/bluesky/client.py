"""Talking to a personal data server over XRPC, plain HTTP with JSON (https://atproto.com/specs/xrpc)."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from amends.desk.channels.bluesky.rich_text import link_facets
from amends.desk.channels.kinds import ChannelTrouble, Refused
from amends.desk.channels.outward import Reply, ask_json, refused

__all__ = ["AtProto", "Session", "answer_key", "parts_of"]

POST: Final = "app.bsky.feed.post"
_CHAT: Final = "did:web:api.bsky.chat#bsky_chat"
_AT_ONCE: Final = 25
"""How many posts or profiles can be asked for at once."""
_LETTERS: Final = "234567abcdefghijklmnopqrstuvwxyz"
"""The alphabet of record keys, in the order of their values (https://atproto.com/specs/tid)."""


@dataclass(frozen=True, slots=True)
class Session:
    """What signing in gives.

    Attributes:
        did: Who we are there.
        access: Token of some minutes or hours.
        refresh: Token of some weeks, good once, for the next two.
    """

    did: str = ""
    access: str = ""
    refresh: str = ""


class AtProto:
    """A signed-in account.

    Args:
        service: Where it lives: "https://bsky.social".
        user: Handle, such as shop.example, or DID.
        password: An app password.
        session: The one kept from before.
        keep: Is given each new session at once: the token for the next one is good only once.
    """

    def __init__(
        self, service: str, user: str, password: str, session: Session, keep: Callable[[Session], None]
    ) -> None:
        self._service = service.rstrip("/")
        self._user, self._password = user.removeprefix("@"), password
        self._session, self._keep = session, keep

    @property
    def did(self) -> str:
        """Who we are there."""
        if not self._session.did:
            self._sign_in()
        return self._session.did

    def get(self, method: str, *, to: str = "", **params: Any) -> dict[str, Any]:
        """Ask.

        Args:
            method: The name of an XRPC query.
            to: A service to which our server passes it on.
            params: Its parameters; a list gives several.

        Raises:
            ChannelTrouble: It is not answered.
        """
        return self._data(self._call("GET", method, to, params, None))

    def do(self, method: str, data: Mapping[str, Any], *, to: str = "") -> dict[str, Any]:
        """Have something done; arguments and errors as `get`."""
        return self._data(self._call("POST", method, to, {}, data))

    def posts(self, uris: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Posts with their counts by their addresses; those that are gone are missing."""
        found: dict[str, dict[str, Any]] = {}
        for start in range(0, len(uris), _AT_ONCE):
            answer = self.get("app.bsky.feed.getPosts", uris=list(uris[start : start + _AT_ONCE]))
            found.update((post["uri"], post) for post in _objects(answer, "posts") if isinstance(post.get("uri"), str))
        return found

    def followers(self, dids: Sequence[str]) -> dict[str, int]:
        """How many follow each."""
        found: dict[str, int] = {}
        for start in range(0, len(dids), _AT_ONCE):
            answer = self.get("app.bsky.actor.getProfiles", actors=list(dids[start : start + _AT_ONCE]))
            for profile in _objects(answer, "profiles"):
                count = profile.get("followersCount")
                if isinstance(profile.get("did"), str) and isinstance(count, int):
                    found[profile["did"]] = count
        return found

    def record(self, uri: str) -> dict[str, Any] | None:
        """A record with its "uri", "cid" and "value"; None when it is not there.

        Raises:
            ChannelTrouble: Nobody can tell.
        """
        repo, collection, key = parts_of(uri)
        reply = self._call(
            "GET", "com.atproto.repo.getRecord", "", {"repo": repo, "collection": collection, "rkey": key}, None
        )
        if reply.status in (400, 404) and _error(reply) in ("RecordNotFound", "InvalidRequest", "RepoNotFound"):
            return None
        return self._data(reply)

    def reply(self, to: str, parts: Sequence[str], done: Sequence[str], keep: Callable[[str], None]) -> None:
        """Answer a post, one part after the other, each below the one before.

        The key of each part comes out of what it answers and what it says: after a crash the same part has the same
        key, is found there, and is not posted again.

        Args:
            to: The address of the post.
            parts: All parts.
            done: The addresses of those that stand there.
            keep: Is told the address of each.

        Raises:
            ChannelTrouble: To be tried again.
            Refused: The post is not there any more.
        """
        asked = self.record(to)
        if asked is None:
            raise Refused(_("What this answers was deleted."))
        value = asked.get("value")
        above = value.get("reply") if isinstance(value, dict) else None
        root = above.get("root") if isinstance(above, dict) else None
        begin = _reference(root) if isinstance(root, dict) else _reference(asked)
        parent = _reference(asked)
        if done:
            last = self.record(done[-1])
            parent = _reference(last) if last is not None else parent
        for number in range(len(done), len(parts)):
            key = answer_key(to, parts, number)
            stands = self.record(f"at://{self.did}/{POST}/{key}")
            if stands is None:
                stands = self._post(key, parts[number], {"root": begin, "parent": parent})
            parent = _reference(stands)
            keep(parent["uri"])

    def whisper(self, to: str, words: str) -> str:
        """Write to somebody privately.

        Args:
            to: Their DID.
            words: At most 1000 graphemes.

        Returns:
            The id of the message.

        Raises:
            ChannelTrouble: To be tried again.
            Refused: They take no messages from us.
        """
        reply = self._call("GET", "chat.bsky.convo.getConvoForMembers", _CHAT, {"members": [to]}, None)
        if reply.status in (400, 403):
            raise Refused(_("This person takes no private messages from us there."))
        conversation = self._data(reply).get("convo")
        id = conversation.get("id") if isinstance(conversation, dict) else None
        if not isinstance(id, str):
            raise _nonsense()
        # A message has no key of its own: the last ones tell whether this one has arrived already.
        recent = self.get("chat.bsky.convo.getMessages", to=_CHAT, convoId=id, limit=20)
        for message in _objects(recent, "messages"):
            sender = message.get("sender")
            if message.get("text") == words and isinstance(sender, dict) and sender.get("did") == self.did:
                return str(message.get("id"))
        said: dict[str, Any] = {"text": words}
        if facets := link_facets(words):
            said["facets"] = facets
        sent = self.do("chat.bsky.convo.sendMessage", {"convoId": id, "message": said}, to=_CHAT)
        return str(sent.get("id", ""))

    def _post(self, key: str, words: str, reply: dict[str, Any]) -> dict[str, Any]:
        record: dict[str, Any] = {
            "$type": POST,
            "text": words,
            "createdAt": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "reply": reply,
        }
        if facets := link_facets(words):
            record["facets"] = facets
        return self.do(
            "com.atproto.repo.createRecord", {"repo": self.did, "collection": POST, "rkey": key, "record": record}
        )

    def _call(
        self, verb: str, method: str, to: str, params: Mapping[str, Any], data: Mapping[str, Any] | None
    ) -> Reply:
        if not self._session.access:
            self._sign_in()
        reply = self._once(verb, method, to, params, data)
        if reply.status == 401 or _error(reply) in ("ExpiredToken", "InvalidToken"):
            self._renew()
            reply = self._once(verb, method, to, params, data)
        return reply

    def _once(
        self, verb: str, method: str, to: str, params: Mapping[str, Any], data: Mapping[str, Any] | None
    ) -> Reply:
        headers = {"Authorization": f"Bearer {self._session.access}"}
        if to:
            headers["atproto-proxy"] = to
        return ask_json(verb, self._address(method), params=params, headers=headers, data=data)

    def _address(self, method: str) -> str:
        return f"{self._service}/xrpc/{method}"

    def _sign_in(self) -> None:
        reply = ask_json(
            "POST",
            self._address("com.atproto.server.createSession"),
            data={"identifier": self._user, "password": self._password},
        )
        if _error(reply) == "AuthFactorTokenRequired":
            raise ChannelTrouble(
                _("Bluesky asks for a second factor."),
                what_to_do=_("Use an app password: Settings, Privacy and security, App passwords."),
            )
        self._take(self._data(reply))

    def _renew(self) -> None:
        reply = ask_json(
            "POST",
            self._address("com.atproto.server.refreshSession"),
            headers={"Authorization": f"Bearer {self._session.refresh}"},
        )
        if reply.status in (400, 401):
            # Used already, or run out: the app password opens a new one.
            self._sign_in()
        else:
            self._take(self._data(reply))

    def _take(self, answer: Mapping[str, Any]) -> None:
        found = [answer.get(name) for name in ("did", "accessJwt", "refreshJwt")]
        if not all(isinstance(one, str) and one for one in found):
            raise _nonsense()
        self._session = Session(*map(str, found))
        self._keep(self._session)

    def _data(self, reply: Reply) -> dict[str, Any]:
        if reply.status in range(200, 300):
            return reply.data()
        said = reply.data().get("message")
        raise refused(reply, "Bluesky", words=said if isinstance(said, str) else _error(reply))


def parts_of(uri: str) -> tuple[str, str, str]:
    """Repository, collection and key of an address of a record: "at://did:plc:abc/app.bsky.feed.post/3k2a".

    Raises:
        Refused: It is no such address.
    """
    parts = uri.removeprefix("at://").split("/")
    if not uri.startswith("at://") or len(parts) != 3 or not all(parts):
        raise Refused(_("What this answers has no address at Bluesky."))
    return parts[0], parts[1], parts[2]


def answer_key(to: str, parts: Sequence[str], number: int) -> str:
    """The key of one part of an answer, the same each time it is asked for.

    A key is 53 bits of microseconds and 10 bits by chance, in 13 letters. Ours lies some seconds behind the moment of
    what it answers, as its own key tells it; which microsecond, comes out of the words.

    Args:
        to: The address of the post that is answered.
        parts: All parts of the answer.
        number: Which part.
    """
    digest = hashlib.sha256("\0".join((to, str(number), *parts)).encode("utf-8")).digest()
    chance = int.from_bytes(digest[:8], "big")
    base = _microseconds(to.rpartition("/")[2])
    moment = base + (number + 1) * 1_000_000 + (chance >> 10) % 1_000_000
    value = (moment << 10) | (chance & 0x3FF)
    letters = []
    for _letter in range(13):
        letters.append(_LETTERS[value & 31])
        value >>= 5
    return "".join(reversed(letters))


def _microseconds(key: str) -> int:
    """The moment in a key; that of 2024 where it holds none that can be."""
    usual = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp() * 1_000_000)
    if len(key) != 13 or any(letter not in _LETTERS for letter in key):
        return usual
    value = 0
    for letter in key:
        value = value << 5 | _LETTERS.index(letter)
    moment = (value & (1 << 63) - 1) >> 10
    latest = int((datetime.now(UTC) + timedelta(days=1)).timestamp() * 1_000_000)
    return moment if usual <= moment <= latest else usual


def _reference(record: Mapping[str, Any]) -> dict[str, str]:
    uri, cid = record.get("uri"), record.get("cid")
    if not isinstance(uri, str) or not isinstance(cid, str):
        raise _nonsense()
    return {"uri": uri, "cid": cid}


def _objects(answer: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = answer.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _error(reply: Reply) -> str:
    if reply.status in range(200, 300):
        return ""
    error = reply.data().get("error")
    return error if isinstance(error, str) else ""


def _nonsense() -> ChannelTrouble:
    return ChannelTrouble(_("Bluesky answered something that the desk does not understand."))
