"""Hearing's kinds of failure, for people."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

__all__ = ["KIND_WORDS", "kind_words"]

KIND_WORDS: Mapping[str, Any] = {
    "late": _("too late"),
    "missing": _("something missing"),
    "wrong": _("the wrong thing"),
    "broken": _("broken"),
    "billing": _("the bill"),
    "rude": _("not treated well"),
    "unanswered": _("not answered"),
    "promise-broken": _("a promise not kept"),
    "information": _("wrong or no information"),
    "quality": _("not good enough"),
    "access": _("no way in"),
    "other": _("something else"),
}


def kind_words(kind: str) -> str:
    """A kind in words; "" is any kind."""
    return str(KIND_WORDS.get(kind, kind))
