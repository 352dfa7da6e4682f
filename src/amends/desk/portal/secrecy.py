"""Keeps the secrets of links out of the machine's log: Django writes the address of what it refuses."""

import logging
import re

__all__ = ["HidesSecrets", "hide_secrets"]

_SECRET = re.compile(r"[A-Za-z0-9_-]{40,}")
_LOGGERS = ("django.request", "django.security.csrf", "django.server")


class HidesSecrets(logging.Filter):
    """Puts "…" where the address of a page holds the secret of a link."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Change the record; it is always written."""
        record.msg = _SECRET.sub("…", str(record.msg))
        if isinstance(record.args, tuple):
            record.args = tuple(_SECRET.sub("…", one) if isinstance(one, str) else one for one in record.args)
        return True


def hide_secrets() -> None:
    """Put the filter where Django writes addresses; once."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(one, HidesSecrets) for one in logger.filters):
            logger.addFilter(HidesSecrets())
