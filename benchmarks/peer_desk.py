"""django-helpdesk, the peer of the desk's benchmarks: its virtual environment and its settings."""

import os
import subprocess
import sys
import venv
from pathlib import Path

__all__ = ["PEER", "peer_environment", "peer_settings"]

PEER = "django-helpdesk==2.6.1"

_SETTINGS = """
SECRET_KEY = "a secret of a benchmark"
DEBUG = False
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "peer_urls"
SITE_ID = 1
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.sites", "django.contrib.messages", "django.contrib.staticfiles", "django.contrib.admin",
    "django.contrib.humanize", "rest_framework", "helpdesk", "django_cleanup.apps.CleanupConfig"]
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware", "django.contrib.messages.middleware.MessageMiddleware"]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {
    "context_processors": ["django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages"]}}]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER + "/peer.sqlite3"}}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
HELPDESK_TEAMS_MODE_ENABLED = False
HELPDESK_ACTIVATE_API_ENDPOINT = False
MEDIA_ROOT = FOLDER + "/media"
STATIC_URL = "/static/"
LOGGING = {"version": 1, "disable_existing_loggers": True}
"""

_URLS = """
from django.urls import include, path
urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
"""


def peer_environment(folder: Path) -> Path | None:
    """The peer's Python, or None when it cannot be installed here."""
    place = folder / "peer"
    venv.create(place, with_pip=True)
    python = place / "bin" / "python"
    done = subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", PEER], capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"{PEER} cannot be installed here:\n{done.stderr[-1000:]}", file=sys.stderr)
        return None
    return python


def peer_settings(folder: Path) -> dict[str, str]:
    """The environment of a process of the peer that keeps all in a folder: its settings are written there."""
    (folder / "peer_settings.py").write_text(_SETTINGS.replace("FOLDER", repr(str(folder))), encoding="utf-8")
    (folder / "peer_urls.py").write_text(_URLS, encoding="utf-8")
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder), "DJANGO_SETTINGS_MODULE": "peer_settings"}
