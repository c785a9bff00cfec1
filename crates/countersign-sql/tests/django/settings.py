"""Genuine Django on the database that the test names. The environment says which apps are installed."""

import os
from urllib.parse import urlsplit

SECRET_KEY = "only for tests, and long enough for HS256: 0123456789abcdef"
ALLOWED_HOSTS = ["*"]
USE_TZ = True


def database(url):
    if url.startswith("sqlite://"):
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": url.removeprefix("sqlite://")}
    server = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": server.path.removeprefix("/"),
        "USER": server.username,
        "HOST": server.hostname,
        "PORT": server.port,
    }


DATABASES = {"default": database(os.environ["DATABASE"])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = os.environ["USER_MODEL"]
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
if not AUTH_USER_MODEL.startswith("auth."):
    USER_APP = AUTH_USER_MODEL.split(".")[0]
    INSTALLED_APPS.append(USER_APP)
    # The test has Django write this app's migrations beside the database.
    MIGRATION_MODULES = {USER_APP: "made." + USER_APP}
if "graphql" in os.environ["APPS"]:
    INSTALLED_APPS.append("strawberry_django_extras.jwt.refresh_token")
    GRAPHQL_JWT = {"JWT_LONG_RUNNING_REFRESH_TOKEN": True}
if "blacklist" in os.environ["APPS"]:
    INSTALLED_APPS.append("rest_framework_simplejwt.token_blacklist")
if "rotation" in os.environ["APPS"]:
    SIMPLE_JWT = {"ROTATE_REFRESH_TOKENS": True, "BLACKLIST_AFTER_ROTATION": True}
if "admin" in os.environ["APPS"]:
    INSTALLED_APPS += ["django.contrib.admin", "django.contrib.sessions", "django.contrib.messages"]
    ROOT_URLCONF = "urls"

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
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
