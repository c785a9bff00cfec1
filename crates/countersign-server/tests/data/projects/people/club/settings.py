"""A club whose members log in with their email address, have UUIDs, and get tokens that anybody can verify."""

import os
from datetime import timedelta
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "club-secret-7c1f0a5be2d94c6c8b3a1e5d7f9b0c2d4e6f8a0b"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "club",
]
AUTH_USER_MODEL = "club.Member"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.AllowAllUsersModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
ROOT_URLCONF = "club.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "members.sqlite3"}}
USE_TZ = True
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=90),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "UPDATE_LAST_LOGIN": True,
    "ALGORITHM": "ES256",
    "SIGNING_KEY": (BASE_DIR / "private.pem").read_text(),
    "VERIFYING_KEY": (BASE_DIR / "public.pem").read_text(),
    "ISSUER": os.environ.get("CLUB_ISSUER", "https://club.example"),
    "AUDIENCE": ["members", "staff"],
    "LEEWAY": timedelta(seconds=2),
    "AUTH_HEADER_TYPES": ("Bearer", "JWT"),
    "USER_ID_CLAIM": "sub",
}
