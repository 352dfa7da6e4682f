"""A made-up model's server, and a gateway in front of it, both on real ports of this machine."""

import threading
from collections.abc import Callable, Iterator
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from made_up_model import Model


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def served(server: Any) -> threading.Thread:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    return thread


def ended(server: Any, thread: threading.Thread) -> None:
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def model() -> Iterator[Model]:
    made = Model()
    thread = served(made.server)
    yield made
    ended(made.server, thread)


@pytest.fixture
def gateway(model: Model) -> Iterator[Callable[..., str]]:
    """Starts a gateway in front of the model, with settings; gives its address."""
    pytest.importorskip("httpx")
    from amends.guarding.gateway import Gateway, Settings

    running: list[tuple[Any, Any, threading.Thread]] = []

    def start(**settings: Any) -> str:
        application = Gateway(Settings(**{"upstream": model.url, **settings}))
        server = make_server("127.0.0.1", 0, application, Server, Quiet)
        running.append((server, application, served(server)))
        return f"http://127.0.0.1:{server.server_port}/v1"

    yield start
    for server, application, thread in running:
        ended(server, thread)
        application.close()
