"""An API of Django Ninja with Ninja JWT, at paths of its own."""

from datetime import timedelta
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "ninja-secret-1b9d5c3a7f2e8b6d4c0a9e7f5d3b1a8c6e4f2d0b"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "ninja_extra",
    "ninja_jwt",
    "ninja_jwt.token_blacklist",
]
ROOT_URLCONF = "api.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
NINJA_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "SIGNING_KEY": "ninja-signing-5e8a2c4f6b1d3907a5c8e2f4b6d1a3907c5e8b2d",
    "ROTATE_REFRESH_TOKENS": True,
}
