"""Starting the desk: the schema, the web server, the clock, a clean end."""

import logging
import signal
import socket
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from amends.desk.clock.loop import Clock
from amends.desk.intake.mail.listener import Listener
from amends.desk.locking import running

__all__ = ["migrate", "serve", "serve_many", "work"]

logger = logging.getLogger("amends.desk")

WEB_THREADS = 8
_STOP_SECONDS = 20


def migrate(*, waiting: Callable[[], None]) -> None:
    """Bring the schema of the database up to this version.

    Args:
        waiting: Called before, when there is something to do: a new database takes its time.
    """
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        waiting()
    call_command("migrate", interactive=False, verbosity=0)


def serve(host: str, port: int, *, ready: Callable[[], None]) -> None:
    """Serve pages and run the clock until the process is asked to end.

    Args:
        host, port: Where to listen.
        ready: Called once the port is taken and before pages are served.

    Raises:
        OSError: The port is taken or not allowed.
        AlreadyRunningError: A restore is going on.
    """
    from waitress.server import create_server

    from amends.desk.wsgi import application

    proxy: dict[str, Any] = {"clear_untrusted_proxy_headers": True}
    if settings.TRUSTED_PROXY:
        proxy |= {
            "trusted_proxy": settings.TRUSTED_PROXY,
            "trusted_proxy_count": 1,
            "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port"},
        }
    with running(settings.DATA):
        server = create_server(
            application,
            host=host,
            port=port,
            threads=WEB_THREADS,
            ident=None,
            max_request_body_size=settings.LARGEST_UPLOAD * 4,
            **proxy,
        )
        clock, listener = Clock(), Listener()
        threads = [
            threading.Thread(target=clock.run, name="clock", daemon=True),
            threading.Thread(target=listener.run, name="listener", daemon=True),
        ]

        def stop(_signal: int, _frame: FrameType | None) -> None:
            raise KeyboardInterrupt

        signal.signal(signal.SIGTERM, stop)
        for thread in threads:
            thread.start()
        ready()
        try:
            server.run()
        except (KeyboardInterrupt, SystemExit):
            pass
        finally:
            clock.stop()
            listener.stop()
            server.close()
            for thread in threads:
                thread.join(_STOP_SECONDS)


def serve_many(host: str, port: int, processes: int, *, ready: Callable[[], None]) -> None:
    """Serve pages by several processes until asked to end; the clock runs in `amends worker` beside them.

    Args:
        host, port: Where to listen.
        processes: How many processes serve.
        ready: Called before pages are served.

    Raises:
        ImportError: granian is not installed.
        OSError: The port is taken or not allowed.
        AlreadyRunningError: A restore is going on.
    """
    from granian import Granian
    from granian.constants import Interfaces

    # Granian itself only logs that a port is taken.
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind((host, port))
    with running(settings.DATA):
        ready()
        # One thread of a process answers at a time, as the checker does; more of them wait for files and databases.
        Granian(
            "amends.desk.direct:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=processes,
            blocking_threads=WEB_THREADS,
            websockets=False,
            respawn_failed_workers=True,
            log_access=False,
        ).serve()


def work() -> None:
    """Run the clock and the listening to mailboxes alone until the process is asked to end.

    Web processes beside it serve the pages.

    Raises:
        AlreadyRunningError: A restore is going on.
    """
    clock, listener = Clock(), Listener()
    listening = threading.Thread(target=listener.run, name="listener", daemon=True)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        clock.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    with running(settings.DATA):
        logger.info("the clock runs as %s", clock.holder)
        listening.start()
        try:
            clock.run()
        finally:
            listener.stop()
            listening.join(_STOP_SECONDS)
