"""Django's settings, from heed's own (core/settings). Nothing here reads the environment."""

import gc
import logging
import os
import secrets
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from heed.core.settings.rules import Settings, current

# What is loaded from here on makes some 300,000 objects that stay. Looked through for garbage after every 700, they took a
# quarter of the time that a process takes to start.
gc.set_threshold(20_000, 20, 20)


def _secret_key(settings: Settings) -> str:
    """The configured key, or one made once and kept in the data folder, readable by its owner only."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.home_path / "secret_key"
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"secret_key.{os.getpid()}")
    draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
    draft.chmod(0o600)
    try:
        # A link fails when the file is there, so of two processes that start at once one key wins.
        os.link(draft, path)
    except FileExistsError:
        logging.getLogger("heed").debug("another process made the secret key")
    finally:
        draft.unlink()
    return path.read_text(encoding="ascii").strip()


def _database(settings: Settings) -> dict[str, object]:
    if not settings.database_url or settings.database_url.startswith("sqlite"):
        name = urlsplit(settings.database_url).path if settings.database_url else str(settings.home_path / "heed.db")
        return {
            "ENGINE": "heed.site.sqlite",
            "NAME": name,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;",
            },
        }
    url = urlsplit(settings.database_url)
    options: dict[str, object] = {key: values[-1] for key, values in parse_qs(url.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.path.lstrip("/"),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


HEED = current()
BASE = Path(__file__).resolve().parent.parent
SECRET_KEY = _secret_key(HEED)
DEBUG = HEED.is_debug
_public = urlsplit(HEED.public_url)
ALLOWED_HOSTS = [host.strip() for host in HEED.allowed_hosts.split(",") if host.strip()] or [
    _public.hostname or "localhost",
    "localhost",
    "127.0.0.1",
    "[::1]",
    "testserver",
]
CSRF_TRUSTED_ORIGINS = [HEED.public_url]
SECURE_COOKIES = _public.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "heed_session", "heed_csrf"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if SECURE_COOKIES else 0
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = ["security.W008"]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    # Loads an HTTP client, which nothing else here needs.
    *(["allauth.socialaccount.providers.openid_connect"] if HEED.oidc_url else []),
    "django_htmx",
    "heed.core.apps.CoreConfig",
    "heed.service.apps.ServiceConfig",
    "heed.feedback.apps.FeedbackConfig",
    "heed.goals.apps.GoalsConfig",
    "heed.site.apps.SiteConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "heed.site.middleware.ContentPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "heed.site.middleware.Person",
    "heed.site.middleware.Errors",
]
ROOT_URLCONF = "heed.site.urls"
WSGI_APPLICATION = "heed.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["heed.site.templatetags.words"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "heed.site.context.shell",
            ],
        },
    }
]
DATABASES = {"default": _database(HEED)}
# Limits on trying to sign in are counted here, so all processes must share it.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": HEED.queue_url}
    if HEED.queue_url.startswith("redis")
    else {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": HEED.home_path / "cache"}
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "core.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "heed.site.accounts.Account"
SOCIALACCOUNT_ADAPTER = "heed.site.accounts.Social"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
SOCIALACCOUNT_PROVIDERS = (
    {
        "openid_connect": {
            "OAUTH_PKCE_ENABLED": True,
            "APPS": [
                {
                    "provider_id": "company",
                    "name": _("company account"),
                    "client_id": HEED.oidc_client_id,
                    "secret": HEED.oidc_client_secret,
                    "settings": {"server_url": HEED.oidc_url},
                }
            ],
        }
    }
    if HEED.oidc_url
    else {}
)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "heed"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German"))]
LOCALE_PATHS = [BASE / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = HEED.home_path / "static"
STATICFILES_DIRS = [BASE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "heed.site.static.Static"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
DATA_UPLOAD_MAX_MEMORY_SIZE = int(HEED.upload_bytes)
FILE_UPLOAD_TEMP_DIR = None

_mail = urlsplit(HEED.mail_url)
if HEED.mail_url:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or (465 if _mail.scheme == "smtps" else 25)
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_USE_TLS = parse_qs(_mail.query).get("starttls", ["0"])[-1] == "1"
    EMAIL_TIMEOUT = 20
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = HEED.home_path / "mail"
DEFAULT_FROM_EMAIL = SERVER_EMAIL = HEED.mail_from

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "heed.site.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["stderr"],
        "level": HEED.log_level if HEED.log_level in logging.getLevelNamesMapping() else "INFO",
    },
    "loggers": {
        "django.server": {"level": "ERROR"},
        "huey": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
