"""A library's GraphQL API whose readers stay logged in for weeks, with long-running refresh tokens."""

from datetime import timedelta
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "library-secret-7d3b9f5a1c8e6042d7b3f9a5c1e86042d3b9f5a7"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "strawberry_django",
    "strawberry_django_extras.jwt.refresh_token",
]
MIDDLEWARE = ["strawberry_django_extras.jwt.middleware.jwt_middleware"]
AUTHENTICATION_BACKENDS = [
    "strawberry_django_extras.jwt.backend.JWTBackend",
    "django.contrib.auth.backends.ModelBackend",
]
ROOT_URLCONF = "library.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
GRAPHQL_JWT = {
    "JWT_AUTH_HEADER_PREFIX": "Bearer",
    "JWT_EXPIRATION_DELTA": timedelta(minutes=15),
    "JWT_ISSUER": "https://library.example",
    "JWT_LONG_RUNNING_REFRESH_TOKEN": True,
    "JWT_REFRESH_EXPIRATION_DELTA": timedelta(weeks=4),
    "JWT_REFRESH_TOKEN_N_BYTES": 32,
    "JWT_REUSE_REFRESH_TOKENS": True,
    "JWT_SECRET_KEY": b"library-signing-2a6e0c4f8b1d9573a2e6c0f4b8d19573a6e2c0f4",
    "JWT_VERIFY_EXPIRATION": True,
}
