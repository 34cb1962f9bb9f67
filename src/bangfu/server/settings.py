"""Django settings, derived from `config.Config`; nothing here reads the environment itself."""

from __future__ import annotations

from bangfu.foundation.database.urls import database_settings
from bangfu.server.config import get_config

_config = get_config()

BANGFU_HOME = _config.home
BANGFU_SCOPE_FILTER = True  # the application filter; only a test turns it off, to prove RLS alone
BANGFU_CONSOLE = _config.console

SECRET_KEY = _config.signing_key()
DEBUG = _config.debug
ALLOWED_HOSTS = [host for host in _config.allowed_hosts.split(",") if host]
CSRF_TRUSTED_ORIGINS = [origin for origin in _config.trusted_origins.split(",") if origin]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "ninja",
    "bangfu.foundation.regions",
    "bangfu.foundation.accounts",
    "bangfu.foundation.access",
    "bangfu.foundation.audit",
    "bangfu.foundation.jobs",
    "bangfu.foundation.files",
    "bangfu.foundation.intake",
    "bangfu.domains.registry",
    "bangfu.domains.changes",
    "bangfu.domains.feeds",
    "bangfu.domains.quality",
    "bangfu.domains.reconciliation",
    "bangfu.domains.screening",
    "bangfu.domains.reports",
]

MIDDLEWARE = [
    "bangfu.server.middleware.request_identity",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "bangfu.server.middleware.request_scope",
]

ROOT_URLCONF = "bangfu.server.urls"
WSGI_APPLICATION = "bangfu.server.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = database_settings(_config.home, pool_size=_config.pool_size)
DATABASE_ROUTERS = ["bangfu.foundation.database.routers.OwnerMigrates"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "bangfu.foundation.accounts.adapter.ClosedSignup"
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("browser",)
HEADLESS_FRONTEND_URLS = {"account_signup": "/"}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = _config.secure_cookies
CSRF_COOKIE_SECURE = _config.secure_cookies
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
WHITENOISE_ROOT = str(_config.console) if _config.console.is_dir() else None

PROCRASTINATE_ON_APP_READY = None
PGHISTORY_DEFAULT_TRACKERS = None

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
