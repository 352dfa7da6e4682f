"""The gateway: stands in front of an OpenAI-compatible chat endpoint and holds back answers that fail the guard.

Requests go through as they are. What the model answers is ruled on before anybody sees it; an answer that fails is
asked for again with the guard's feedback, and when that does not help the caller gets a hand-over in its place.

* `chat`: what the protocol's requests, answers and streams hold; no network.
* `asking`: asking the model, ruling, asking again.
* `application`: the WSGI application.
"""

from amends.guarding.gateway.application import Gateway
from amends.guarding.gateway.asking import Settings

__all__ = ["Gateway", "Settings"]
