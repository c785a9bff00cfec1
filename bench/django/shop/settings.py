"""The Django project that Countersign is compared with: SimpleJWT as its manual says, as fast as Django lets it be.

What costs time and nobody asked for is left out: no middleware, no debugging, no log of requests, no browsable API, no other app than tokens
need. Connections to the database are kept. The benchmark says by environment what differs from one comparison to the next.
"""

import os
from urllib.parse import urlsplit

SECRET_KEY = os.environ["BENCH_SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "rest_framework",
    "rest_framework_simplejwt",
    "rest_framework_simplejwt.token_blacklist",
]
MIDDLEWARE = []
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"


def database(url):
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": parts.path}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path[1:],
        "HOST": parts.hostname,
        "PORT": parts.port,
        "USER": parts.username,
        "PASSWORD": parts.password or "",
    }


DATABASES = {"default": database(os.environ["BENCH_DATABASE"]) | {"CONN_MAX_AGE": None}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
USE_I18N = False
# Errors alone: what a benchmark must not hide.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": True,
    "handlers": {"errors": {"class": "logging.StreamHandler", "level": "ERROR"}},
    "root": {"handlers": ["errors"], "level": "ERROR"},
    "loggers": {"django": {"handlers": [], "level": "ERROR"}},
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
ROTATES = "BENCH_ROTATES" in os.environ
SIMPLE_JWT = {"ROTATE_REFRESH_TOKENS": ROTATES, "BLACKLIST_AFTER_ROTATION": ROTATES}
