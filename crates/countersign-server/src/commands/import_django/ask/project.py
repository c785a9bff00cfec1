"""The project: what all families share, and the families in use."""

import importlib.util
import os
import re
import sys
from pathlib import Path

from .database import database
from .graphql_jwt import graphql_jwt
from .ninja_auth import ninja_auth
from .ninja_jwt import ninja_jwt
from .packages import is_installed
from .simple_jwt import simple_jwt
from .urls import walk
from .users import mail, passwords, users
from .values import encode

UNSERVED = {
    "strawberry_django_jwt": "strawberry-django-jwt (GraphQL)",
    "gqlauth": "strawberry-django-auth (GraphQL)",
    "graphql_jwt": "django-graphql-jwt",
}


class Unanswerable(Exception):
    """The project cannot be asked; the text says why."""


def ask(module):
    sys.path.insert(0, os.getcwd())
    module = module or module_of_manage_py()
    os.environ["DJANGO_SETTINGS_MODULE"] = module
    if importlib.util.find_spec("django") is None:
        raise Unanswerable(f"{sys.executable} has no Django: name the project's interpreter with --python")
    import django

    django.setup()
    from django.conf import settings

    patterns = list(walk())
    families = [find(patterns) for find in (simple_jwt, ninja_jwt, ninja_auth, graphql_jwt)]
    return {
        "django": django.get_version(),
        "module": module,
        "families": [family for family in families if family is not None],
        # What the settings, the apps or the URLconf import is in use.
        "unserved": [name for package, name in UNSERVED.items() if is_installed(package) or package in sys.modules],
        "secret_key": encode(settings.SECRET_KEY),
        "secret_key_fallbacks": encode(getattr(settings, "SECRET_KEY_FALLBACKS", ())),
        "time_zone": settings.TIME_ZONE or "UTC",
        "password_hashers": list(settings.PASSWORD_HASHERS),
        "authentication_backends": list(settings.AUTHENTICATION_BACKENDS),
        "database": database(settings),
        "users": users(),
        "passwords": passwords(settings),
        "mail": mail(settings),
    }


def module_of_manage_py():
    try:
        text = Path("manage.py").read_text(encoding="utf-8")
    except OSError:
        raise Unanswerable(
            f"{os.getcwd()} has no manage.py that can be read: name the project's folder with --project, "
            "or the settings module with --settings"
        ) from None
    found = re.search(r"""DJANGO_SETTINGS_MODULE['"]\]?\s*[,=]\s*['"]([\w.]+)['"]""", text)
    if found is None:
        raise Unanswerable("manage.py names no settings module: name it with --settings, as in --settings shop.settings")
    return found[1]
