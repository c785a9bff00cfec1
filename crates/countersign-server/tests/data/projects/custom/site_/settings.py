"""A site with code of its own wherever SimpleJWT takes some."""

from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "custom-secret-0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "rest_framework", "rest_framework_simplejwt"]
PASSWORD_HASHERS = ["site_.code.SlowHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTHENTICATION_BACKENDS = ["site_.code.LdapBackend", "django.contrib.auth.backends.ModelBackend"]
ROOT_URLCONF = "site_.urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
DATABASE_ROUTERS = ["site_.code.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
SIMPLE_JWT = {
    "TOKEN_OBTAIN_SERIALIZER": "site_.code.WithRoles",
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "AUTH_COOKIE": "cookie-value-that-is-nobodys-business",
}
REST_FRAMEWORK = {
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"anon": "1000/hour"},
}
