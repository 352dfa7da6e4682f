"""Talking to App Store Connect (https://developer.apple.com/documentation/appstoreconnectapi/customer-reviews)."""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.utils.translation import gettext as _
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from amends.desk.channels.kinds import ChannelTrouble
from amends.desk.channels.newest_first import Entry
from amends.desk.channels.outward import Reply, ask_json, refused

__all__ = ["ADDRESS", "StoreReviews", "response_of", "signed"]

ADDRESS = "https://api.appstoreconnect.apple.com/v1"
_PAGE = 100
_LASTS = 900
"""Apple takes tokens that last twenty minutes at the most."""


class StoreReviews:
    """The reviews of one app.

    Args:
        app: The app's number at Apple.
        key: Issuer, number of the key, and the key itself as Apple gave it (PEM).
    """

    def __init__(self, app: str, key: tuple[str, str, str]) -> None:
        self._app, self._key = app, key

    def page(self, token: str | None) -> tuple[list[Entry], str | None]:
        """A page of reviews, the newest first, each with our response in it, and the token of the next."""
        params = {"sort": "-createdDate", "limit": _PAGE, "include": "response", "cursor": token}
        answer = self._checked(self._call("GET", f"apps/{self._app}/customerReviews", params=params))
        responses = {str(one.get("id")): one for one in _objects(answer, "included")}
        found = []
        for review in _objects(answer, "data"):
            about = review.get("attributes")
            at = about.get("createdDate") if isinstance(about, dict) else None
            found.append(Entry(str(at), str(review.get("id") or ""), joined(review, responses)))
        links = answer.get("links")
        onward = links.get("next") if isinstance(links, dict) else None
        # Only the token is taken out of the address that Apple gives: where to ask is for us to say.
        given = parse_qs(urlsplit(onward).query).get("cursor") if isinstance(onward, str) else None
        return found, given[0] if given else None

    def review(self, id: str) -> dict[str, Any] | None:
        """A review with our response in it; None when it is gone."""
        reply = self._call("GET", f"customerReviews/{id}", params={"include": "response"})
        if reply.status in (404, 410):
            return None
        answer = self._checked(reply)
        review = answer.get("data")
        responses = {str(one.get("id")): one for one in _objects(answer, "included")}
        return joined(review if isinstance(review, dict) else {}, responses)

    def reply(self, id: str, words: str) -> None:
        """Set our response to a review; Apple shows it after a while, up to a day."""
        data = {
            "type": "customerReviewResponses",
            "attributes": {"responseBody": words},
            "relationships": {"review": {"data": {"type": "customerReviews", "id": id}}},
        }
        self._checked(self._call("POST", "customerReviewResponses", data={"data": data}))

    def _call(self, method: str, path: str, **more: Any) -> Reply:
        headers = {"Authorization": f"Bearer {signed(*self._key)}"}
        return ask_json(method, f"{ADDRESS}/{path}", headers=headers, **more)

    def _checked(self, reply: Reply) -> dict[str, Any]:
        if reply.status in range(200, 300):
            return reply.data()
        errors = _objects(reply.data(), "errors")
        said = errors[0].get("detail") if errors else None
        raise refused(reply, "App Store Connect", words=said if isinstance(said, str) else "")


def signed(issuer: str, number: str, key: str) -> str:
    """A token that opens the interface for some minutes.

    Raises:
        ChannelTrouble: The key is none.
    """
    try:
        now = int(time.time())
        claims = {"iss": issuer, "iat": now, "exp": now + _LASTS, "aud": "appstoreconnect-v1"}
        opened = ECKey.import_key(key.strip())
        if opened.curve_name != "P-256":
            raise ValueError("another curve")
        return jwt.encode({"alg": "ES256", "kid": number, "typ": "JWT"}, claims, opened)
    except (ValueError, TypeError, AttributeError, JoseError) as error:
        # The words of the error may hold what was entered.
        raise ChannelTrouble(
            _("This is no key of App Store Connect."),
            what_to_do=_("Paste the whole file AuthKey_….p8, with its first and last line."),
        ) from error


def joined(review: Mapping[str, Any], responses: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A review with our response under "response", where there is one."""
    related = review.get("relationships")
    response = related.get("response") if isinstance(related, dict) else None
    data = response.get("data") if isinstance(response, dict) else None
    id = str(data.get("id")) if isinstance(data, dict) else ""
    kept = {name: review.get(name) for name in ("id", "attributes")}
    return {**kept, "response": responses[id].get("attributes")} if id in responses else kept


def response_of(review: Mapping[str, Any]) -> str:
    """The words of our response; "" when there is none."""
    response = review.get("response")
    words = response.get("responseBody") if isinstance(response, Mapping) else None
    return words if isinstance(words, str) else ""


def _objects(answer: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = answer.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
