"""Talking to the Business Profile interface (https://developers.google.com/my-business/reference/rest/v4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from amends.desk.channels.kinds import ChannelTrouble
from amends.desk.channels.newest_first import Entry
from amends.desk.channels.outward import Reply, ask_json, refused

__all__ = ["ADDRESS", "TOKENS", "GoogleReviews", "Token"]

ADDRESS = "https://mybusiness.googleapis.com/v4"
TOKENS = "https://oauth2.googleapis.com/token"
_PAGE = 50
_EARLY = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Token:
    """What opens the interface.

    Attributes:
        access: The token.
        until: When it ends, ISO 8601.
    """

    access: str = ""
    until: str = ""

    @property
    def good(self) -> bool:
        """Whether it can still be used."""
        return bool(self.access and self.until) and datetime.fromisoformat(self.until) - _EARLY > datetime.now(UTC)


class GoogleReviews:
    """The reviews of one location.

    Args:
        location: Its name: "accounts/123/locations/456".
        client: Id and secret of the OAuth client, and the token for renewing (RFC 6749, section 6).
        token: The one kept from before.
        keep: Is given each new one.
    """

    def __init__(
        self, location: str, client: tuple[str, str, str], token: Token, keep: Callable[[Token], None]
    ) -> None:
        self._location, self._client, self._token, self._keep = location.strip("/"), client, token, keep

    def page(self, token: str | None) -> tuple[list[Entry], str | None]:
        """A page of reviews, those that were changed last first, and the token of the next."""
        answer = self._data(
            "GET",
            f"{self._location}/reviews",
            params={"pageSize": _PAGE, "orderBy": "updateTime desc", "pageToken": token},
        )
        found = [one for one in answer.get("reviews") or [] if isinstance(one, dict)]
        onward = answer.get("nextPageToken")
        return [Entry(str(one.get("updateTime")), self.name_of(one), one) for one in found], (
            onward if isinstance(onward, str) and onward else None
        )

    def name_of(self, review: Mapping[str, Any]) -> str:
        """The name of a review, which holds account and location."""
        name, id = review.get("name"), review.get("reviewId")
        if isinstance(name, str) and name:
            return name
        return f"{self._location}/reviews/{id}" if isinstance(id, str) and id else ""

    def review(self, name: str) -> dict[str, Any] | None:
        """A review; None when it is gone."""
        reply = self._call("GET", name)
        if reply.status in (404, 410):
            return None
        return self._checked(reply)

    def reply(self, name: str, words: str) -> None:
        """Set our reply to a review."""
        self._data("PUT", f"{name}/reply", data={"comment": words})

    def _data(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        return self._checked(self._call(method, path, **more))

    def _call(self, method: str, path: str, **more: Any) -> Reply:
        if not self._token.good:
            self._renew()
        reply = ask_json(method, f"{ADDRESS}/{path}", headers=self._headers(), **more)
        if reply.status == 401:
            self._renew()
            reply = ask_json(method, f"{ADDRESS}/{path}", headers=self._headers(), **more)
        return reply

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token.access}"}

    def _renew(self) -> None:
        id, secret, refresh = self._client
        form = {"grant_type": "refresh_token", "client_id": id, "client_secret": secret, "refresh_token": refresh}
        reply = ask_json("POST", TOKENS, form=form)
        answer = reply.data()
        if reply.status in (400, 401) and answer.get("error") in ("invalid_grant", "invalid_client"):
            raise ChannelTrouble(
                _("Google does not accept the key of this channel any more."),
                what_to_do=_("Allow the desk in anew at Google, and enter the new refresh token here."),
            )
        access, seconds = answer.get("access_token"), answer.get("expires_in")
        if reply.status not in range(200, 300) or not isinstance(access, str):
            raise refused(reply, "Google")
        lasts = timedelta(seconds=seconds if isinstance(seconds, int) and 0 < seconds < 10**6 else 600)
        self._token = Token(access, (datetime.now(UTC) + lasts).isoformat())
        self._keep(self._token)

    def _checked(self, reply: Reply) -> dict[str, Any]:
        if reply.status in range(200, 300):
            return reply.data()
        error = reply.data().get("error")
        said = error.get("message") if isinstance(error, dict) else None
        raise refused(reply, "Google", words=said if isinstance(said, str) else "")
