"""Every setting, from the environment, each with an embedded default. docs/howto/self-host.md explains them."""

import os
import secrets
from pathlib import Path
from urllib.parse import quote

import fontpkg_atkinson_hyperlegible
import fontpkg_source_serif_4
from csp.constants import NONE, SELF

from yesif import __version__
from yesif.site import database as databases

databases.use_sound_sqlite()

PRODUCTION = os.environ.get("YESIF_MODE", "embedded") == "production"
DATA = Path(os.environ.get("YESIF_DATA", "data")).resolve()


def _kept_secret() -> str:
    """A key of this studio's own, made once and kept in its folder, so that sign-ins survive a restart."""
    path = DATA / "secret-key"
    if not path.exists():
        DATA.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


SECRET_KEY = os.environ.get("YESIF_SECRET_KEY") or ("" if PRODUCTION else _kept_secret())
PUBLIC_URL = os.environ.get("YESIF_PUBLIC_URL", "http://localhost:8700").rstrip("/")
ALLOWED_HOSTS = [host for host in os.environ.get("YESIF_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
DEBUG = False

STORAGE = os.environ.get("YESIF_STORAGE") or f"file://{DATA / 'store'}"
if STORAGE.startswith("s3://") and "cache=" not in STORAGE:
    STORAGE += ("&" if "?" in STORAGE else "?") + "cache=" + quote(str(DATA / "copies"))
ROOT_KEY_FILE = Path(os.environ.get("YESIF_ROOT_KEY") or DATA / "root-key")  # above every performer's key
INCOMING = DATA / "incoming"
RELEASES = DATA / "releases"
RECORD = Path(os.environ.get("YESIF_RECORD") or DATA / "record")  # tiles, checkpoint and the log's key
RECORD_KEY = os.environ.get("YESIF_RECORD_KEY", "")
RECORD_ORIGIN = os.environ.get("YESIF_RECORD_ORIGIN") or PUBLIC_URL.split("://", 1)[-1] + "/tlog"
RUNNER = os.environ.get("YESIF_RUNNER", "local")  # where heavy steps run
MODELS = Path(os.environ.get("YESIF_MODELS") or Path(__file__).resolve().parents[3] / ".cache" / "models")
TRANSCRIBE_MODEL = os.environ.get("YESIF_TRANSCRIBE_MODEL", "")
CAPTIONS = Path(os.environ.get("YESIF_CAPTIONS") or MODELS / "captions")  # engine and models for browsers
TURN_URLS = [url for url in os.environ.get("YESIF_TURN_URLS", "").split(",") if url]
TURN_SECRET = os.environ.get("YESIF_TURN_SECRET", "")
WAIT_OFFER_S = int(os.environ.get("YESIF_WAIT_OFFER_S", "300"))
WAIT_STOOD_UP_S = int(os.environ.get("YESIF_WAIT_STOOD_UP_S", "600"))
TAKE_GRACE_HOURS = int(os.environ.get("YESIF_TAKE_GRACE_HOURS", "24"))
PAYOUT_KEY = os.environ.get("YESIF_PAYOUT_KEY", "")  # 32 bytes in base64; else a file of the folder

AGE_CHECKER = os.environ.get("YESIF_AGE_CHECKER", "yesif.web.performer.age.OwnWord")  # module.Class: who is 18+
HOOKS_INSIDE = os.environ.get("YESIF_HOOKS_INSIDE", "") == "1"  # may a licensee's hook lie in a private network?
TEXT_CHANNEL = os.environ.get("YESIF_TEXT_CHANNEL", "")  # module.Class: how reminders go out beside letters

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "channels",
    "csp",
    "django_htmx",
    "lucide",
    "yesif.apps.people",
    "yesif.apps.record",
    "yesif.apps.money",
    "yesif.apps.jobs",
    "yesif.apps.keys",
    "yesif.apps.decks",
    "yesif.apps.casting",
    "yesif.apps.stage",
    "yesif.apps.footage",
    "yesif.apps.consent",
    "yesif.apps.market",
    "yesif.web",
    "yesif.site",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "yesif.web.errors.ErrorsMiddleware",
]

ROOT_URLCONF = "yesif.site.urls"
ASGI_APPLICATION = "yesif.site.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {"default": databases.database(os.environ.get("YESIF_DATABASE_URL", ""), DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CHANNEL_LAYERS = {"default": {"BACKEND": "yesif.web.room.layer.RoomLayer"}}

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["sesame.backends.ModelBackend"]
SESAME_MAX_AGE = 15 * 60  # seconds a sign-in link lives
SESAME_ONE_TIME = False  # `last_login` would tell when someone works; links die by age
# Passkeys: allauth keeps and checks them (docs/decisions/0028); of its own pages none is in the addresses.
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
MFA_SUPPORTED_TYPES = ["webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = PUBLIC_URL.startswith("http://")  # only this machine serves without https
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if PUBLIC_URL.startswith("https://") else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
X_FRAME_OPTIONS = "DENY"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "worker-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# A versioned prefix, not hashed names: imports inside modules and worklets would go stale (docs/decisions/0004).
STATIC_URL = f"/static/{__version__}/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [
    ("fonts/sans", Path(fontpkg_atkinson_hyperlegible.__file__).parent / "files"),
    ("fonts/serif", Path(fontpkg_source_serif_4.__file__).parent / "files"),
]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 << 20  # a PATCH of a take log carries at most 512 KiB

# At home letters stay in a folder, and the operator reads them on a page; production names a mail server.
EMAIL_BACKEND = os.environ.get("YESIF_EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = DATA / "letters"
EMAIL_HOST = os.environ.get("YESIF_EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("YESIF_EMAIL_PORT", "25"))
DEFAULT_FROM_EMAIL = os.environ.get("YESIF_EMAIL_FROM", "studio@localhost")

LANGUAGES = [("en-gb", "English"), ("es", "Español")]
LANGUAGE_CODE = os.environ.get("YESIF_LANGUAGE", "en-gb")  # of letters, and of pages where a browser asks for neither
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SECURE = SESSION_COOKIE_SECURE
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"without-tokens": {"()": "yesif.site.logs.WithoutTokens"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without-tokens"]}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("YESIF_LOG_LEVEL", "WARNING")},
}
