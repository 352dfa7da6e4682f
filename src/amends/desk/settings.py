"""Settings of the desk. Every one that a person may want to change comes from the environment; see `environment`.

`ENVIRONMENT` names each of them with what it is for; a test holds it to what is read here.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from django.utils.translation import gettext_lazy as _

from amends.desk.environment import Environment, SettingError
from amends.messages import LANGUAGES as _CODES
from amends.messages import NAMES

ENVIRONMENT = {
    "AMENDS_DATA": "Folder of the database, attachments and the secret key. Default: ~/.local/share/amends",
    "DATABASE_URL": "postgresql://user:password@host/name, or empty for SQLite in the data folder.",
    "AMENDS_URL": "Public address of the desk, used in links. Default: http://127.0.0.1:8765",
    "AMENDS_HOSTS": "Further host names the desk answers to, parted by commas.",
    "AMENDS_TRUSTED_PROXY": "IP address of the one proxy whose X-Forwarded headers are believed.",
    "AMENDS_SECRET_KEY": "Secret for sessions and stored passwords; made and kept in the data folder when not given.",
    "AMENDS_OLD_SECRET_KEYS": "Earlier secrets, parted by commas, while everything sealed by them is still about.",
    "AMENDS_TIME_ZONE": "Time zone of the machine's own messages. Default: UTC. The business has a zone of its own.",
    "AMENDS_LANGUAGE": "Language before anybody has signed in: en, lt, hr, he, et or sk. Default: en",
    "AMENDS_MAIL_FROM": "Sender of mail, such as: Corner Bakery <hello@bakery.example>",
    "AMENDS_SMTP_HOST": "Mail server for outgoing mail. Empty: mail is kept and shown as not sent.",
    "AMENDS_SMTP_PORT": "Its port. Default: 587",
    "AMENDS_SMTP_SECURITY": "starttls, tls or none. Default: starttls",
    "AMENDS_SMTP_USER": "Its user name.",
    "AMENDS_SMTP_PASSWORD": "Its password.",
    "AMENDS_OIDC_ISSUER": "OpenID Connect: the issuer, such as https://login.example.org. Empty: passwords alone.",
    "AMENDS_OIDC_CLIENT_ID": "The id that the provider gave the desk.",
    "AMENDS_OIDC_CLIENT_SECRET": "The secret that the provider gave with it. Empty for a public client.",
    "AMENDS_OIDC_NAME": "What the button calls the provider, such as Google. Default: the issuer's host.",
    "AMENDS_OIDC_ONLY": "yes: only owners sign in with a password, everybody else through the provider.",
    "AMENDS_MAIL_LOG": "Log of the Postfix at AMENDS_SMTP_HOST: what a crash left open is looked up in it.",
    "AMENDS_SMTP_IN": "Where a mail server hands mail over by SMTP, such as 127.0.0.1:2525. Empty: nowhere.",
    "AMENDS_LMTP_IN": "Where a mail server hands mail over by LMTP, such as 127.0.0.1:2424. Empty: nowhere.",
    "AMENDS_WEBHOOKS_TO_PRIVATE": "yes lets webhooks go to addresses inside your own network too. Default: no",
    "AMENDS_OPINION_TO_PRIVATE": "yes lets a second opinion be asked of a model in your own network. Default: no",
    "AMENDS_UPLOAD_MB": "Largest attachment or upload in megabytes. Default: 25",
    "AMENDS_LOG": "How much is written to the log: debug, info, warning or error. Default: info",
    "AMENDS_DEBUG": "yes shows errors in full in the browser. For development alone.",
}

_environment = Environment()

# Where everything of ours is kept.
DATA = _environment.folder("AMENDS_DATA", Path("~/.local/share/amends"))
STORE = DATA / "store"

SECRET_KEY = _environment.secret_key("AMENDS_SECRET_KEY", DATA / "secret-key")
SECRET_KEY_FALLBACKS = _environment.several("AMENDS_OLD_SECRET_KEYS")
DEBUG = _environment.flag("AMENDS_DEBUG")

# The public address; links in mail begin with it, and whether it is https decides on cookies and HSTS.
_address = _environment.address("AMENDS_URL", "http://127.0.0.1:8765")
PUBLIC_URL = _address.geturl()
_HTTPS = _address.scheme == "https"
ALLOWED_HOSTS = [_address.hostname or "", *_environment.several("AMENDS_HOSTS")]
if ALLOWED_HOSTS[0] in ("127.0.0.1", "localhost"):
    ALLOWED_HOSTS += ["127.0.0.1", "localhost", "[::1]"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
TRUSTED_PROXY = _environment.ip_address("AMENDS_TRUSTED_PROXY")
if TRUSTED_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = [
    "amends.desk.pages",
    "amends.desk.people",
    "amends.desk.deadlines",
    "amends.desk.house",
    "amends.desk.customers",
    "amends.desk.cases",
    "amends.desk.ledger",
    "amends.desk.outbox",
    "amends.desk.portal",
    "amends.desk.intake",
    "amends.desk.composer",
    "amends.desk.checkin",
    "amends.desk.privacy",
    "amends.desk.search",
    "amends.desk.remedies",
    "amends.desk.causes",
    "amends.desk.incidents",
    "amends.desk.advocates",
    "amends.desk.plan",
    "amends.desk.insight",
    "amends.desk.api",
    "amends.desk.webhooks",
    "amends.desk.opinion",
    "amends.desk.mailboxes",
    "amends.desk.telling",
    "amends.desk.channels",
    "amends.desk.sidecar",
    "amends.desk.demonstration",
    "amends.desk.clock",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "amends.desk.pages.middleware.PersonalPages",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "amends.desk.pages.middleware.PlainErrors",
]

ROOT_URLCONF = "amends.desk.urls"
WSGI_APPLICATION = "amends.desk.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "amends.desk.pages.context.page",
            ],
        },
    },
]
FORM_RENDERER = "amends.desk.pages.forms.DeskRenderer"

# Measured: 8 threads, read-then-insert, 1,830 transactions a second and no error; Django's defaults fail in most.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=134217728; "
        "PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-20000;"
    ),
}


def database(url: str, data: Path) -> dict[str, Any]:
    """Django's settings of the database.

    Args:
        url: "postgresql://..." or "" for SQLite.
        data: Folder of the SQLite file.

    Raises:
        SettingError: The address is not understood.
    """
    if not url:
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": data / "amends.sqlite3", "OPTIONS": SQLITE_OPTIONS}
    # The address may hold a password, so that errors never show it.
    advice = "DATABASE_URL: write postgresql://user:password@host/name, or nothing for SQLite in the data folder."
    if not url.startswith(("postgres://", "postgresql://")):
        raise SettingError(advice)
    try:
        parsed = dict(dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True))
    except (ValueError, KeyError):
        raise SettingError(advice) from None
    if not parsed.get("NAME"):
        raise SettingError(advice)
    return parsed


DATABASES = {"default": database(_environment.text("DATABASE_URL"), DATA)}

# People and sessions.
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["amends.desk.people.signing_in.PersonBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "people:sign-in"

# Signing in through a provider of OpenID Connect.
OIDC_ISSUER = _environment.issuer("AMENDS_OIDC_ISSUER")
OIDC_CLIENT_ID = _environment.text("AMENDS_OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = _environment.text("AMENDS_OIDC_CLIENT_SECRET")
OIDC_NAME = _environment.text("AMENDS_OIDC_NAME") or (urlsplit(OIDC_ISSUER).hostname or "")
OIDC_ONLY = _environment.flag("AMENDS_OIDC_ONLY")
if OIDC_ISSUER and not OIDC_CLIENT_ID:
    raise SettingError("AMENDS_OIDC_CLIENT_ID: write the id that the provider gave the desk.")
if OIDC_ONLY and not OIDC_ISSUER:
    raise SettingError("AMENDS_OIDC_ONLY: name the provider too, in AMENDS_OIDC_ISSUER.")

LOGIN_REDIRECT_URL = "cases:inbox"
LOGOUT_REDIRECT_URL = "people:sign-in"
SESSION_COOKIE_NAME = "amends_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
CSRF_COOKIE_NAME = "amends_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "amends.desk.pages.views.form_too_old"

# What a browser may do with our pages: nothing from elsewhere, no inline script or style, no framing.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False  # The proxy in front does this; a desk on its own machine has no certificate.
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _HTTPS else 0

# Uploads: anything larger is refused with a clear word.
LARGEST_UPLOAD = _environment.number("AMENDS_UPLOAD_MB", 25, least=1, most=500) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# Languages, dates, time. Staff and customers each have their own; this is before we know.
LANGUAGE_CODE = _environment.one_of("AMENDS_LANGUAGE", _CODES, "en")
LANGUAGES = [(code, NAMES[code]) for code in _CODES]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
FORMAT_MODULE_PATH = ["amends.desk.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = _environment.time_zone("AMENDS_TIME_ZONE", "UTC")

# Static files are served by this process, each address with a stamp of its content.
STATIC_URL = "static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "amends.desk.pages.static_files.StampedFiles"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 30 * 24 * 3600

# Mail out. Without a server nothing leaves, and the desk says so.
DEFAULT_FROM_EMAIL = SERVER_EMAIL = _environment.text("AMENDS_MAIL_FROM", "amends@localhost")
EMAIL_HOST = _environment.text("AMENDS_SMTP_HOST")
EMAIL_PORT = _environment.number("AMENDS_SMTP_PORT", 587, least=1, most=65535)
EMAIL_HOST_USER = _environment.text("AMENDS_SMTP_USER")
EMAIL_HOST_PASSWORD = _environment.text("AMENDS_SMTP_PASSWORD")
_security = _environment.one_of("AMENDS_SMTP_SECURITY", ("starttls", "tls", "none"), "starttls")
EMAIL_USE_TLS = _security == "starttls"
EMAIL_USE_SSL = _security == "tls"
EMAIL_TIMEOUT = 30
MAIL_CAN_LEAVE = bool(EMAIL_HOST)
MAIL_LOG = _environment.text("AMENDS_MAIL_LOG")

# Mail in, besides the mailboxes that are set up on the settings page.
SMTP_IN = _environment.listening_at("AMENDS_SMTP_IN")
LMTP_IN = _environment.listening_at("AMENDS_LMTP_IN")

# Webhooks out. Whoever sets one up chooses where the desk posts to, so that its own network is closed to them.
WEBHOOKS_TO_PRIVATE = _environment.flag("AMENDS_WEBHOOKS_TO_PRIVATE")

# A second opinion: the owner chooses whom to ask; a model of one's own often runs beside the desk.
OPINION_TO_PRIVATE = _environment.flag("AMENDS_OPINION_TO_PRIVATE")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "amends": {
            "level": _environment.one_of("AMENDS_LOG", ("debug", "info", "warning", "error"), "info").upper(),
        },
    },
}

# Names of the languages as sentences of ours may need them, for the translators.
LANGUAGE_WORDS = {
    "en": _("English"),
    "lt": _("Lithuanian"),
    "hr": _("Croatian"),
    "he": _("Hebrew"),
    "et": _("Estonian"),
    "sk": _("Slovak"),
}
