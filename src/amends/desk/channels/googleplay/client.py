"""Talking to the Play Developer interface (https://developers.google.com/android-publisher/reply-to-reviews)."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from amends.desk.channels.kinds import ChannelTrouble
from amends.desk.channels.newest_first import Entry
from amends.desk.channels.outward import Reply, ask_json, refused

__all__ = ["ADDRESS", "TOKENS", "PlayReviews", "comments", "signed"]

ADDRESS = "https://androidpublisher.googleapis.com/androidpublisher/v3/applications"
TOKENS = "https://oauth2.googleapis.com/token"
_SCOPE = "https://www.googleapis.com/auth/androidpublisher"
_PAGE = 100
_LASTS = 600


class PlayReviews:
    """The reviews of one app; Google shows those of the last week.

    Args:
        package: The app's name: "lt.example.orders".
        key: The JSON file of a service account, as Google gave it.
    """

    def __init__(self, package: str, key: str) -> None:
        self._package, self._key, self._access = package, key, ""

    def page(self, token: str | None) -> tuple[list[Entry], str | None]:
        """A page of reviews, those that were changed last first, and the token of the next."""
        answer = self._checked(self._call("GET", "reviews", params={"maxResults": _PAGE, "token": token}))
        found = [one for one in answer.get("reviews") or [] if isinstance(one, dict)]
        paging = answer.get("tokenPagination")
        onward = paging.get("nextPageToken") if isinstance(paging, dict) else None
        return [Entry(_changed(one), str(one.get("reviewId") or ""), one) for one in found], (
            onward if isinstance(onward, str) and onward else None
        )

    def review(self, id: str) -> dict[str, Any] | None:
        """A review; None when it is gone."""
        reply = self._call("GET", f"reviews/{id}")
        return None if reply.status in (404, 410) else self._checked(reply)

    def reply(self, id: str, words: str) -> None:
        """Set our reply to a review."""
        self._checked(self._call("POST", f"reviews/{id}:reply", data={"replyText": words}))

    def _call(self, method: str, path: str, **more: Any) -> Reply:
        if not self._access:
            self._sign_in()
        headers = {"Authorization": f"Bearer {self._access}"}
        return ask_json(method, f"{ADDRESS}/{self._package}/{path}", headers=headers, **more)

    def _sign_in(self) -> None:
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": signed(self._key)}
        reply = ask_json("POST", TOKENS, form=form)
        answer = reply.data()
        access = answer.get("access_token")
        if reply.status in (400, 401):
            raise ChannelTrouble(
                _("Google does not accept the key of this channel."),
                what_to_do=_("Make a new key for the service account, and enter it here."),
            )
        if reply.status not in range(200, 300) or not isinstance(access, str):
            raise refused(reply, "Google Play")
        self._access = access

    def _checked(self, reply: Reply) -> dict[str, Any]:
        if reply.status in range(200, 300):
            return reply.data()
        error = reply.data().get("error")
        said = error.get("message") if isinstance(error, dict) else None
        raise refused(reply, "Google Play", words=said if isinstance(said, str) else "")


def signed(key: str) -> str:
    """What a service account says about itself, signed (RFC 7523).

    Args:
        key: The JSON file of the account.

    Raises:
        ChannelTrouble: It is none.
    """
    try:
        account = json.loads(key)
        now = int(time.time())
        claims = {"iss": account["client_email"], "scope": _SCOPE, "aud": TOKENS, "iat": now, "exp": now + _LASTS}
        return jwt.encode({"alg": "RS256"}, claims, RSAKey.import_key(account["private_key"]))
    except (ValueError, KeyError, TypeError, JoseError, RecursionError) as error:
        # The words of the error may hold what was entered.
        raise ChannelTrouble(
            _("This is no key of a service account."), what_to_do=_("Paste the whole JSON file that Google gave you.")
        ) from error


def _changed(review: Mapping[str, Any]) -> str:
    moments = [one.get("lastModified") for one in comments(review, "userComment")]
    seconds = [int(one.get("seconds", 0)) for one in moments if isinstance(one, dict)]
    return datetime.fromtimestamp(max(seconds, default=0), UTC).isoformat()


def comments(review: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The comments of a review: "userComment" or "developerComment"."""
    found = review.get("comments")
    some = [one.get(name) for one in found if isinstance(one, dict)] if isinstance(found, list) else []
    return [one for one in some if isinstance(one, dict)]
