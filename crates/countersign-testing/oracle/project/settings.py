"""A Django project that is nothing but what the JSON document of $ORACLE_CONFIG says.

    secret_key          Django's SECRET_KEY
    database            its URL: "sqlite://" and the path of a file, or "postgres://…"
    blacklist           is the token_blacklist app installed?
    user_model          "auth.User" or one of the app people: "people.Account", "people.Member", "people.Person"
    backend             the class of django.contrib.auth.backends that checks passwords
    password_hashers    algorithms as before the first "$" of a stored hash, the preferred one first
    password_validators dotted paths
    family              "auth_jwt", "graphql_jwt", "ninja_jwt" or "simple_jwt": the one package that is installed. The
                        last two call their app token_blacklist, so one project cannot have both
    auth_jwt            AUTH_JWT_*, without the prefix; lifetimes in seconds
    graphql_jwt         GRAPHQL_JWT; deltas in seconds
    ninja_jwt           NINJA_JWT; lifetimes in seconds
    simple_jwt          SIMPLE_JWT; lifetimes in seconds
    authentication      the class that protects /api/token/authenticate/, which Ninja's API has without the last slash
    password_reset_url  the page that the links in mails lead to
    follow_main         refresh as the main branch of SimpleJWT does, see serializers.py
"""

import json
import os
from datetime import timedelta
from pathlib import Path

import django
from django.utils.module_loading import import_string

from project import databases

HASHERS = {
    "pbkdf2_sha256": "PBKDF2PasswordHasher",
    "pbkdf2_sha1": "PBKDF2SHA1PasswordHasher",
    "argon2": "Argon2PasswordHasher",
    "bcrypt_sha256": "BCryptSHA256PasswordHasher",
    "bcrypt": "BCryptPasswordHasher",
    "scrypt": "ScryptPasswordHasher",
    "md5": "MD5PasswordHasher",
}


def with_lifetimes(document):
    return {
        name: timedelta(seconds=value) if name.endswith(("_DELTA", "_LIFETIME")) else value
        for name, value in document.items()
    }


CONFIG = json.loads(Path(os.environ["ORACLE_CONFIG"]).read_text())

SECRET_KEY = CONFIG["secret_key"]
DATABASE = CONFIG["database"]
DATABASES = {"default": databases.at(DATABASE).for_django()}
FAMILY = CONFIG["family"]
FAMILY_APPS = {
    "auth_jwt": ["ninja_extra", "dj_ninja_auth", "dj_ninja_auth.jwt"],
    "graphql_jwt": ["strawberry_django", "strawberry_django_extras.jwt.refresh_token"],
    "ninja_jwt": ["ninja_extra", "ninja_jwt"],
    "simple_jwt": ["rest_framework"],
}
PACKAGE = {
    "auth_jwt": "dj_ninja_auth.jwt",
    "graphql_jwt": "strawberry_django_extras.jwt",
    "ninja_jwt": "ninja_jwt",
    "simple_jwt": "rest_framework_simplejwt",
}[FAMILY]
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", *FAMILY_APPS[FAMILY], "people"]
if CONFIG["blacklist"]:
    INSTALLED_APPS.append(f"{PACKAGE}.token_blacklist")
AUTH_USER_MODEL = CONFIG["user_model"]
AUTHENTICATION_BACKENDS = [f"django.contrib.auth.backends.{CONFIG['backend']}"]
MIDDLEWARE = []
PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{HASHERS[name]}" for name in CONFIG["password_hashers"]]
AUTH_PASSWORD_VALIDATORS = [{"NAME": path} for path in CONFIG["password_validators"]]
if FAMILY == "graphql_jwt":
    GRAPHQL_JWT = {
        # Where the package differs from its own document, the document counts.
        "JWT_AUTHENTICATE_INTROSPECTION": False,
        "JWT_UNAUTHORIZED_RESPONSE_HANDLER": f"{PACKAGE}.response_handlers.json_response_handler",
    } | with_lifetimes(CONFIG["graphql_jwt"])
    AUTHENTICATION_BACKENDS.insert(0, f"{PACKAGE}.backend.JWTBackend")
    MIDDLEWARE.append(f"{PACKAGE}.middleware.jwt_middleware")
elif FAMILY == "ninja_jwt":
    NINJA_JWT = with_lifetimes(CONFIG["ninja_jwt"])
    # Ninja JWT imports no encoder: it wants the class itself.
    if NINJA_JWT.get("JSON_ENCODER"):
        NINJA_JWT["JSON_ENCODER"] = import_string(NINJA_JWT["JSON_ENCODER"])
elif FAMILY == "auth_jwt":
    for name, value in with_lifetimes(CONFIG["auth_jwt"]).items():
        # A list is what JSON has for the tuple that the package insists on.
        globals()[f"AUTH_JWT_{name}"] = tuple(value) if isinstance(value, list) else value
    AUTH_PASSWORD_RESET_URL = CONFIG["password_reset_url"]
    MIDDLEWARE.append("project.sessions.unkept")
else:
    SIMPLE_JWT = with_lifetimes(CONFIG["simple_jwt"])
    if CONFIG["follow_main"]:
        SIMPLE_JWT.setdefault("TOKEN_REFRESH_SERIALIZER", "project.serializers.Refresh")
        SIMPLE_JWT.setdefault("SLIDING_TOKEN_REFRESH_SERIALIZER", "project.serializers.RefreshSliding")
AUTHENTICATION = CONFIG["authentication"]

ALLOWED_HOSTS = ["*"]
DEBUG = False
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
ROOT_URLCONF = {
    "auth_jwt": "project.ninja_auth_urls",
    "graphql_jwt": "project.graphql_urls",
    "ninja_jwt": "project.ninja_urls",
    "simple_jwt": "project.urls",
}[FAMILY]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        # The admin's, for the text of a mail; the app itself is not needed.
        "DIRS": [Path(django.__file__).with_name("contrib") / "admin" / "templates"],
    }
]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TIME_ZONE = "UTC"
USE_TZ = True
