"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from amends.desk.house.services import house
from amends.desk.pages.middleware import THEME_COOKIE
from amends.messages import RIGHT_TO_LEFT

__all__ = ["page"]


def page(request: HttpRequest) -> dict[str, Any]:
    """The business, the language with its direction, the theme."""
    language = get_language() or settings.LANGUAGE_CODE
    user = getattr(request, "user", None)
    theme = user.theme if user is not None and user.is_authenticated else request.COOKIES.get(THEME_COOKIE, "auto")
    return {
        "house": getattr(request, "house", None) or house(),
        "language": language,
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "theme": theme if theme in ("light", "dark") else "auto",
        "languages": settings.LANGUAGES,
    }
