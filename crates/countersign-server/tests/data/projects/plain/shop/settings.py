"""A shop as `startproject` makes it, with SimpleJWT as its manual says, and talkative."""

from pathlib import Path

print("settings are read")
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "django-insecure-plain-p4y@tr%9wq!z2mk#8d&e5vx7ns+hj(ub"
DEBUG = True
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "rest_framework",
    "rest_framework_simplejwt",
]
ROOT_URLCONF = "shop.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"]}
