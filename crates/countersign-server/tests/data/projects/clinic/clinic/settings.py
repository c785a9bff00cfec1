"""A clinic whose staff reset their passwords themselves, with dj-ninja-auth as its manual says."""

from datetime import timedelta
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "clinic-secret-4e8a1c6f2b9d7053a8e1c4f6b2d9a7053e8c1f4b"
SECRET_KEY_FALLBACKS = ["clinic-older-9b2d7f1a5c3e8064b9d2f7a1c5e3b8064d9f2a7c"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "ninja_extra",
    "dj_ninja_auth",
    "dj_ninja_auth.jwt",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "clinic.urls"
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
ALLOWED_HOSTS = ["clinic.example", "testserver"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "email"), "max_similarity": 0.5},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {
        "NAME": "django.contrib.auth.password_validation.CommonPasswordValidator",
        "OPTIONS": {"password_list_path": BASE_DIR / "common.txt"},
    },
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 7200
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = BASE_DIR / "mail"
DEFAULT_FROM_EMAIL = "Clinic <desk@clinic.example>"
AUTH_PASSWORD_RESET_URL = "https://clinic.example/reset"
AUTH_JWT_ACCESS_TOKEN_LIFETIME = timedelta(minutes=10)
AUTH_JWT_ISSUER = "https://clinic.example"
AUTH_JWT_LEEWAY = timedelta(seconds=2)
AUTH_JWT_SIGNING_KEY = "clinic-signing-6c1f8b3e9a5d7024c6f1b8e3a9d57024c1f8e3b6"
