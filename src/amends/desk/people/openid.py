"""Signing in through a provider of OpenID Connect: code flow with PKCE, state and nonce, by Authlib.

What comes back is believed only when its signature, issuer, audience, times and nonce are right (OpenID Connect Core
1.0, section 3.1.3.7). Who somebody is here is decided by `services.person_of_provider`.
"""

import logging
from functools import lru_cache
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from joserfc.errors import JoseError
from requests.exceptions import RequestException

from amends.desk.people import services
from amends.desk.people.models import Person
from amends.desk.people.signing_in import SignInRefused

__all__ = ["begin", "complete"]

logger = logging.getLogger(__name__)

_SECONDS = 10


def begin(request: HttpRequest, back_to: str) -> HttpResponse:
    """Send the browser to the provider.

    Args:
        request: The request; its session keeps state and nonce.
        back_to: The address of ours to which the provider sends it back.

    Raises:
        SignInRefused: No provider is set up, or it does not answer.
    """
    client = _client()
    try:
        answer: HttpResponse = client.authorize_redirect(request, back_to)
    except (AuthlibBaseError, RequestException, ValueError, KeyError) as error:
        raise _away(error) from error
    return answer


def complete(request: HttpRequest) -> Person:
    """Who came back from the provider.

    Raises:
        SignInRefused: The provider refused, what it says is not to be believed, or nobody here is meant.
    """
    client = _client()
    try:
        token = client.authorize_access_token(request)
        claims: dict[str, Any] = dict(token.get("userinfo") or {})
    except (AuthlibBaseError, JoseError) as error:
        # A refusal, a state that is not ours, a signature that does not fit: the kind tells enough.
        logger.warning("a sign-in through the provider failed: %s", type(error).__name__)
        raise SignInRefused(_("The provider did not let you in. Try again.")) from error
    except (RequestException, ValueError, KeyError) as error:
        raise _away(error) from error
    person = services.person_of_provider(
        issuer=settings.OIDC_ISSUER,
        subject=str(claims.get("sub", ""))[:255],
        email=str(claims.get("email", "")),
        email_proved=claims.get("email_verified") in (True, "true"),
        name=str(claims.get("name", "")),
    )
    if person is None:
        raise SignInRefused(
            _("The provider knows you, this desk does not yet. Ask its owner to invite you by the same mail address.")
        )
    return person


@lru_cache(maxsize=4)
def _registered(issuer: str, client_id: str, client_secret: str) -> Any:
    registry = OAuth()
    return registry.register(
        "provider",
        client_id=client_id,
        client_secret=client_secret or None,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "timeout": _SECONDS,
            **({} if client_secret else {"token_endpoint_auth_method": "none"}),
        },
    )


def _client() -> Any:
    if not settings.OIDC_ISSUER:
        raise SignInRefused(_("No provider is set up here. Sign in with your password."))
    return _registered(settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET)


def _away(error: Exception) -> SignInRefused:
    logger.warning("the provider of OpenID Connect cannot be used: %s", type(error).__name__)
    return SignInRefused(_("The provider does not answer. Try again in a while, or sign in with your password."))
