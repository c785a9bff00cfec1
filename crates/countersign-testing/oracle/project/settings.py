"""A Django project that is nothing but what the JSON document of $ORACLE_CONFIG says.

    secret_key          Django's SECRET_KEY
    database            the path of the SQLite file
    blacklist           is the token_blacklist app installed?
    user_model          "auth.User" or one of the app people: "people.Account", "people.Member", "people.Person"
    backend             the class of django.contrib.auth.backends that checks passwords
    password_hashers    algorithms as before the first "$" of a stored hash, the preferred one first
    simple_jwt          SIMPLE_JWT; lifetimes in seconds
    authentication      the class that protects /api/token/authenticate/
    follow_main         refresh as the main branch of SimpleJWT does, see serializers.py
"""

import json
import os
from datetime import timedelta
from pathlib import Path

HASHERS = {
    "pbkdf2_sha256": "PBKDF2PasswordHasher",
    "pbkdf2_sha1": "PBKDF2SHA1PasswordHasher",
    "argon2": "Argon2PasswordHasher",
    "bcrypt_sha256": "BCryptSHA256PasswordHasher",
    "bcrypt": "BCryptPasswordHasher",
    "scrypt": "ScryptPasswordHasher",
    "md5": "MD5PasswordHasher",
}


def simple_jwt(document, follow_main):
    settings = {
        name: timedelta(seconds=value) if name.endswith("_LIFETIME") else value
        for name, value in document.items()
    }
    if follow_main:
        settings.setdefault("TOKEN_REFRESH_SERIALIZER", "project.serializers.Refresh")
        settings.setdefault("SLIDING_TOKEN_REFRESH_SERIALIZER", "project.serializers.RefreshSliding")
    return settings


CONFIG = json.loads(Path(os.environ["ORACLE_CONFIG"]).read_text())

SECRET_KEY = CONFIG["secret_key"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": CONFIG["database"],
        # One writer at a time, and a writer waits for another rather than failing: the file may be shared.
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
    }
}
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "rest_framework",
    "people",
]
if CONFIG["blacklist"]:
    INSTALLED_APPS.append("rest_framework_simplejwt.token_blacklist")
AUTH_USER_MODEL = CONFIG["user_model"]
AUTHENTICATION_BACKENDS = [f"django.contrib.auth.backends.{CONFIG['backend']}"]
PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{HASHERS[name]}" for name in CONFIG["password_hashers"]]
SIMPLE_JWT = simple_jwt(CONFIG["simple_jwt"], CONFIG["follow_main"])
AUTHENTICATION = CONFIG["authentication"]

ALLOWED_HOSTS = ["*"]
DEBUG = False
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
MIDDLEWARE = []
ROOT_URLCONF = "project.urls"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
TIME_ZONE = "UTC"
USE_TZ = True
