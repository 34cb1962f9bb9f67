"""Django settings, derived from `config.Config`; nothing here reads the environment itself."""

from __future__ import annotations

from datetime import date

from bangfu.foundation.database.urls import database_settings
from bangfu.integrations.sso.configuration import providers as sso_providers
from bangfu.server.config import get_config
from bangfu.standards import passwords
from bangfu.standards.limits import limits

_config = get_config()
_today = date.today()

BANGFU_HOME = _config.home
BANGFU_SCOPE_FILTER = True  # the application filter; only a test turns it off, to prove RLS alone
BANGFU_CONSOLE = _config.console
BANGFU_SECOND_FACTOR = _config.second_factor
BANGFU_AUDIT_WITNESS = _config.audit_witness
BANGFU_AUDIT_CHECKPOINT_SECONDS = _config.audit_checkpoint_seconds
BANGFU_AUDIT_VERIFY_HOURS = _config.audit_verify_hours
BANGFU_PROXIES = _config.proxies
BANGFU_RATE_LIMITS = _config.rate_limits
BANGFU_SMS_URL = _config.sms_url
BANGFU_SMS_KEY_ID = _config.sms_key_id
BANGFU_SMS_SECRET = _config.sms_secret.get_secret_value()
BANGFU_SMS_SENDER = _config.sms_sender
BANGFU_SMS_TIMEOUT = _config.sms_timeout

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
    "allauth.socialaccount",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.headless",
    "ninja",
    "bangfu.foundation.regions",
    "bangfu.foundation.accounts",
    "bangfu.foundation.access",
    "bangfu.foundation.audit",
    "bangfu.foundation.jobs",
    "bangfu.foundation.limits",
    "bangfu.foundation.exports",
    "bangfu.foundation.files",
    "bangfu.foundation.intake",
    "bangfu.foundation.notifications",
    "bangfu.integrations.sms",
    "bangfu.integrations.sso",
    "bangfu.domains.registry",
    "bangfu.domains.changes",
    "bangfu.domains.feeds",
    "bangfu.domains.quality",
    "bangfu.domains.reconciliation",
    "bangfu.domains.screening",
    "bangfu.domains.publicity",
    "bangfu.domains.monitoring",
    "bangfu.domains.assistance",
    "bangfu.domains.rounds",
    "bangfu.domains.reports",
]

MIDDLEWARE = [
    "bangfu.server.middleware.request_identity",
    "bangfu.server.headers.security_headers",
    "bangfu.server.shapes.request_shape",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "bangfu.server.sign_in.sign_in_gate",
    "bangfu.server.middleware.request_scope",
    "bangfu.server.budgets.request_budgets",
    "bangfu.server.reads.recorded_reads",
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

BANGFU_SMALL_COUNTIES = frozenset(filter(None, _config.small_counties.split(",")))
AUTH_USER_MODEL = "accounts.User"
# Counters of tries and used codes must be one for all processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "server_cache",
    }
}
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "bangfu.foundation.accounts.passwords.PasswordRules"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name")},
    },
]
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "bangfu.foundation.accounts.adapter.ClosedSignup"
ACCOUNT_LOGIN_TIMEOUT = passwords.get("session.pending", _today) * 60
# Passwords are counted by `accounts.lockout`; these are the tries of a second factor.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "change_password": "10/5m/user",
    "login_failed": (
        f"{passwords.get('lockout.failures', _today)}"
        f"/{passwords.get('lockout.minutes', _today)}m/key"
    ),
}
MFA_ADAPTER = "bangfu.foundation.accounts.adapter.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# A code counts in its own half minute alone and once (OWASP ASVS 5.0 6.5.1, 6.5.5).
MFA_TOTP_TOLERANCE = 0
MFA_RECOVERY_CODE_COUNT = passwords.get("recovery.codes", _today)
MFA_RECOVERY_CODE_DIGITS = passwords.get("recovery.digits", _today)
MFA_RECOVERY_CODES_SHOW_ONCE = True
SOCIALACCOUNT_ADAPTER = "bangfu.integrations.sso.accounts.JoinedAccounts"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_PROVIDERS = sso_providers(
    issuer=_config.sso_issuer,
    client_id=_config.sso_client_id,
    secret=_config.sso_client_secret.get_secret_value(),
    name=_config.sso_name,
    claim=_config.sso_claim,
)
USERSESSIONS_ADAPTER = "bangfu.foundation.accounts.adapter.Sessions"
USERSESSIONS_TRACK_ACTIVITY = True
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("browser",)
HEADLESS_FRONTEND_URLS = {"account_signup": "/", "socialaccount_login_error": "/sign-in"}

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = passwords.get("session.longest", _today) * 60
SESSION_COOKIE_SECURE = _config.secure_cookies
CSRF_COOKIE_SECURE = _config.secure_cookies
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "bangfu.server.urls.without_token"
if _config.secure_cookies:
    # Browsers take a __Host- cookie only over TLS, for this host and the whole of it.
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    LANGUAGE_COOKIE_SECURE = True
if _config.secure_cookies and _config.proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = _config.proxies
# The rest of the headers is `server.headers`'.
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# Larger ones lie in the home while they come in, not where everybody's temporary files do.
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "bangfu.foundation.files.uploads.HomeUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = limits().form_fields
DATA_UPLOAD_MAX_NUMBER_FILES = limits().form_files

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
    "formatters": {"line": {"()": "bangfu.foundation.logs.line_formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # Refusals stand in the audit log; the log keeps faults.
    "loggers": {"django.request": {"level": "ERROR"}},
}
