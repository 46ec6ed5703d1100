"""Settings: one file, read from the environment. README.md lists every variable and what it changes."""

import os
import re
import secrets
import socket
from importlib.util import find_spec
from pathlib import Path

import dj_database_url
import psutil
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var")).resolve()
VAR_DIR.mkdir(parents=True, exist_ok=True)


def _switch(name: str, default: bool) -> bool:
    return os.environ.get(name, str(default)).lower() in {"1", "true", "yes", "on"}


def _whole_number(name: str, default: int, *, lowest: int = 0, highest: int | None = None) -> int:
    """Raises ImproperlyConfigured: a number out of range should be heard of at the start."""
    given = os.environ.get(name, str(default))
    number = int(given) if re.fullmatch(r"-?\d{1,9}", given) else None
    if number is None or number < lowest or (highest is not None and number > highest):
        bounds = f"from {lowest} to {highest}" if highest is not None else f"of at least {lowest}"
        raise ImproperlyConfigured(f"{name} is {given!r}; it takes a whole number {bounds}.")
    return number


def _secret_key() -> str:
    """SECRET_KEY, else one made at the first start and kept in var/, readable by its owner alone."""
    if given := os.environ.get("SECRET_KEY"):
        return given
    path = VAR_DIR / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(descriptor, "w") as file:
        file.write(key := secrets.token_urlsafe(50))
    return key


def _own_names(host: str) -> list[str]:
    """What this machine is called by those who reach it: with a wildcard address, by its name and every address."""
    if host not in {"0.0.0.0", "::"}:  # noqa: S104 (compared, not bound)
        return [f"[{host}]" if ":" in host else host]
    addresses = [found.address.partition("%")[0] for links in psutil.net_if_addrs().values() for found in links]
    return [socket.gethostname(), *(f"[{name}]" if ":" in name else name for name in addresses)]


# --- who may do what --------------------------------------------------------------------------------------------
SECRET_KEY = _secret_key()
DEBUG = _switch("DEBUG", False)
HOST = os.environ.get("HOST", "127.0.0.1")
PORT = _whole_number("PORT", 8000, lowest=1, highest=65535)
ALLOWED_HOSTS = [name for name in os.environ.get("ALLOWED_HOSTS", "").split(",") if name] or [
    "localhost", "127.0.0.1", "[::1]", *_own_names(HOST),
]  # fmt: skip
CSRF_TRUSTED_ORIGINS = [origin for origin in os.environ.get("CSRF_TRUSTED_ORIGINS", "").split(",") if origin]
# Whether runs and imports need no login. `make run` opens it on a loopback address, where only those who sit at the
# machine come; a server started in any other way stays closed until it is told otherwise.
OPEN_TO_ANYONE = _switch("OPEN_TO_ANYONE", False)
if _switch("BEHIND_TLS", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "catalog:home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# --- the application --------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_filters",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "catalog",
    "demos",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "config.compression.GZipMiddleware",  # above WhiteNoise, so that scripts and styles are compressed too
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.site",
            ],
        },
    }
]

# --- state: the database, files, the cache ----------------------------------------------------------------------
DATABASES = {
    "default": dj_database_url.parse(os.environ.get("DATABASE_URL", f"sqlite:///{VAR_DIR / 'distillery.sqlite3'}"))
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Several processes write: WAL lets readers go on, IMMEDIATE takes the write lock before reading what it changes.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 60,  # seconds a writer waits: manage.py import_papers is one transaction
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
elif DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # A server that is gone must be noticed, not waited for: a page fails, a run's worker tries again for half a minute.
    # The last four tell a machine that went down from a query that takes its time. The address may say otherwise.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,  # milliseconds until what was sent is acknowledged
        **DATABASES["default"].get("OPTIONS", {}),
    }
# Files of runs and of imports: a folder, which all hosts share where there are several, or a bucket.
MEDIA_ROOT = Path(os.environ.get("MEDIA_DIR", VAR_DIR / "media")).resolve()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
if os.environ.get("S3_BUCKET"):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",  # imported at the first file, and boto3 with it
        "OPTIONS": {
            "bucket_name": os.environ["S3_BUCKET"],
            "endpoint_url": os.environ.get("S3_ENDPOINT_URL") or None,
            "region_name": os.environ.get("S3_REGION") or None,
            "location": os.environ.get("S3_PREFIX", ""),
            "querystring_auth": False,  # no signed addresses: files are served by id, through us, as attachments
            "file_overwrite": False,
            "max_memory_size": 8 * 1024 * 1024,  # a larger file is read through a temporary one
        },
    }
DATA_DIR = Path(os.environ["DATA_DIR"]) if os.environ.get("DATA_DIR") else None
# The API's limits are counted where all web processes see them, if there is such a place.
_LOCAL_MEMORY = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
_REDIS = {
    "BACKEND": "django.core.cache.backends.redis.RedisCache",
    "LOCATION": os.environ.get("REDIS_URL"),
    "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
}
CACHES = {"default": _LOCAL_MEMORY, "throttles": _REDIS if os.environ.get("REDIS_URL") else _LOCAL_MEMORY}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
IMPORT_MAX_BYTES = 64 * 1024 * 1024
IMPORT_MAX_ENTRIES = 100_000
IMPORT_MAX_SECONDS = 120  # of processor time to read one document
IMPORT_MAX_MEMORY_MB = 1024  # of the process that reads it
IMPORT_AT_ONCE_BYTES = 256 * 1024  # a document of this size is read while its giver waits
IMPORT_AT_ONCE_SECONDS = 10
IMPORT_LEASE_S = 30  # a reading that has not been heard of for so long is dead

# --- languages, time, static files ------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_TZ = True
TIME_ZONE = os.environ.get("TIME_ZONE", "UTC")
STATIC_URL = "static/"
# Plotly's script lies in its Python package, which the web process need not import to serve it.
PLOTLY_DIR = Path(find_spec("plotly").submodule_search_locations[0]) / "package_data"
STATICFILES_DIRS = [BASE_DIR / "static", ("plotly", PLOTLY_DIR)]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

# --- runs: Celery and Redis -------------------------------------------------------------------------------------
REDIS_URL = os.environ.get("REDIS_URL", f"unix://{VAR_DIR / 'redis.sock'}")
RUN_TIME_LIMIT_S = _whole_number("RUN_TIME_LIMIT_S", 4 * 3600, lowest=1)  # of one run
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # the sweep finds lost runs; a redelivery would only be refused
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # workers wait for Redis as long as it takes
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
# Longer than any run may last: an unacknowledged message is not delivered twice while its run is alive.
# No retries in the broker's client: a page must not wait for a dead Redis, and the sweep sends again what was not sent.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": RUN_TIME_LIMIT_S + 2 * 3600,
    "socket_timeout": 10,
    "socket_connect_timeout": 2,
    "max_retries": 0,
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Besides every tasks.py: what a worker does at its start and its end, and what proves that it works.
CELERY_IMPORTS = ["demos.worker_life", "demos.canary"]
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep-runs": {"task": "demos.tasks.sweep_runs", "schedule": 5.0, "options": {"expires": 5}},
    "take-in-runs": {"task": "demos.tasks.take_in_runs", "schedule": 10.0, "options": {"expires": 10}},
    "tend-workers": {"task": "demos.canary.tend_workers", "schedule": 30.0, "options": {"expires": 30}},
    "sweep-imports": {"task": "catalog.tasks.sweep_imports", "schedule": 5.0, "options": {"expires": 5}},
}
RUN_SLOTS = _whole_number("RUN_SLOTS", 1, lowest=1)  # jobs at once on this host
RUN_QUEUES = tuple(os.environ.get("RUN_QUEUES", "cpu").split(","))  # what workers are there for: cpu, gpu
# OpenMP threads of one job. They are part of what fixes the numbers: one, wherever it runs, makes the runs of all hosts
# comparable, and at the sizes of these jobs two were no faster.
RUN_THREADS = _whole_number("RUN_THREADS", 1, lowest=1)
WORKER_HOST = os.environ.get("WORKER_HOST") or socket.gethostname()  # what the workers of this host are called after
# Who asks for more is refused; 0: no limit. One person may hold the runs of a group and not close the queue to others.
RUN_MAX_QUEUED = _whole_number("RUN_MAX_QUEUED", 200)  # waiting runs in all
RUN_MAX_WAITING_EACH = _whole_number("RUN_MAX_WAITING_EACH", 100)  # of one person
RUN_MAX_RUNNING_EACH = _whole_number("RUN_MAX_RUNNING_EACH", 0)  # of one person; further ones wait
GROUP_MAX_RUNS = 60  # runs that one press may start: seeds times points of the grid
RUN_DIR = VAR_DIR / "runs"  # where jobs write; emptied when a run ends
SWEEPS_DIR = VAR_DIR / "sweeps"  # what `python -m workers sweep` measured is taken in from here
RUN_CACHE_DIR = VAR_DIR / "cache" / "teachers"
RUN_ARTIFACT_LIMIT_MB = 2048
RUN_CANCEL_POLL_S = 0.5
RUN_RESEND_S = 10  # a waiting run that nobody claims is sent again no sooner than this
# demos/sweeping.py says why a run survives a database that is gone for longer than its lease.
RUN_LEASE_S = 15
RUN_HEARTBEAT_S = 3
RUN_DATABASE_PATIENCE_S = 30  # so long a worker goes on with its job while the database does not answer it
WORKER_ALIVE_S = 60  # a worker that has not been heard of for so long is not counted on
WORKER_BEAT_S = 5
WORKER_FORGOTTEN_S = 24 * 3600  # the row of a worker that has not been heard of for so long goes
RUN_MAX_ATTEMPTS = 2
# What a job may take. None: its slot's share of most of the host's memory (demos/execution.py); 0: no limit of ours.
RUN_MEMORY_LIMIT_MB = _whole_number("RUN_MEMORY_LIMIT_MB", 0) if os.environ.get("RUN_MEMORY_LIMIT_MB") else None
RUN_DISK_LIMIT_MB = _whole_number("RUN_DISK_LIMIT_MB", 4096)  # files that a job may have at once; 0: no limit
RUN_OUTPUT_LIMIT_MB = _whole_number("RUN_OUTPUT_LIMIT_MB", 256, lowest=1)  # what a job may send and print in all
# "Try it": a sentence to the models of a finished run.
TRY_WAIT_S = 5  # so long a page waits for the answer
TRY_TIME_LIMIT_S = 10  # of one answer, models loaded; longer than the wait, so that the next question finds them
TRY_MEMORY_LIMIT_MB = 2048  # of the process that holds the models
TRY_EACH_MINUTE = 30  # questions of one person; an open site counts none
TRY_CACHE_DIR = VAR_DIR / "cache" / "models"
TRY_CACHE_MB = 1024

# --- the REST API -----------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "catalog.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["catalog.access.MayEdit"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.parsers.BoundedJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "catalog.api.paging.CursorPages",
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "catalog.api.negotiation.Negotiation",
    "DEFAULT_THROTTLE_CLASSES": ["config.throttling.Throttle"],
    "DEFAULT_SCHEMA_CLASS": "catalog.api.schema.ApiSchema",
    "EXCEPTION_HANDLER": "config.api.problem_handler",
    "NUM_PROXIES": 1 if _switch("BEHIND_TLS", False) else 0,
}
MINUTE_S, HOUR_S = 60, 3600
API_LIMITS = {  # requests of one caller, and the seconds in which they may come
    "anonymous": (_whole_number("API_ANONYMOUS_READS_A_MINUTE", 300, lowest=1), MINUTE_S),
    "read": (_whole_number("API_READS_A_MINUTE", 1200, lowest=1), MINUTE_S),
    "write": (_whole_number("API_WRITES_A_MINUTE", 300, lowest=1), MINUTE_S),
    "run": (_whole_number("API_RUNS_AN_HOUR", 120, lowest=1), HOUR_S),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Distillery",
    "DESCRIPTION": _("NLP papers in which the methods run: papers, lists, methods and runs."),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_NO_READ_ONLY_REQUIRED": True,  # `fields=` may leave any of them out
    "ENUM_NAME_OVERRIDES": {
        "RunState": "demos.models.Run.State",
        "ImportState": "catalog.models.Import.State",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- what the processes say -------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s", "datefmt": "%H:%M:%S"}},
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["terminal"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    # The sweep comes every few seconds and would drown what matters; runs are told by demos.execution.
    "loggers": {name: {"level": "WARNING"} for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace")},
}
