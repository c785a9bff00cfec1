"""Asks a Django project what `countersign import-django` wants to know, and writes it as one JSON document.

Runs in the project's folder with the project's interpreter; the arguments are the settings module, or "" for the one in
manage.py. Standard output is ours alone: what the project prints goes to standard error.
"""

import os
import sys

OUT = os.fdopen(os.dup(1), "w", encoding="utf-8")
os.dup2(2, 1)

import base64  # noqa: E402
import importlib.util  # noqa: E402
import json  # noqa: E402
import re  # noqa: E402
import traceback  # noqa: E402
from datetime import timedelta  # noqa: E402
from pathlib import Path  # noqa: E402

SIMPLE_JWT_VIEWS = {
    "TokenObtainPairView": "token_obtain_pair",
    "TokenRefreshView": "token_refresh",
    "TokenVerifyView": "token_verify",
    "TokenBlacklistView": "token_blacklist",
    "TokenObtainSlidingView": "token_obtain_sliding",
    "TokenRefreshSlidingView": "token_refresh_sliding",
}
NINJA_JWT_CODE = {
    "obtain": "token_obtain",
    "refresh": "token_refresh",
    "verify": "token_verify",
    "blacklist": "token_blacklist",
}
UNSERVED = {
    "dj_ninja_auth": "dj-ninja-auth",
    "strawberry_django_extras": "strawberry-django-extras (GraphQL)",
    "strawberry_django_jwt": "strawberry-django-jwt (GraphQL)",
    "gqlauth": "strawberry-django-auth (GraphQL)",
    "graphql_jwt": "django-graphql-jwt",
}


class Unanswerable(Exception):
    """The project cannot be asked; the text says why."""


def main():
    try:
        answer = ask(sys.argv[1])
    except Unanswerable as error:
        answer = {"problem": str(error)}
    except BaseException:
        answer = {"traceback": traceback.format_exc().splitlines()[-12:]}
    # Whatever was written to standard output before this program began ends at the separator.
    OUT.write("\x1e" + json.dumps(answer))
    OUT.flush()
    sys.stderr.flush()
    # Threads and exit handlers of the project have nothing to do here.
    os._exit(0)


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
    families = [simple_jwt(patterns), ninja_jwt(patterns)]
    return {
        "project": {
            "django": django.get_version(),
            "module": module,
            "families": [family for family in families if family is not None],
            # What the settings, the apps or the URLconf import is in use.
            "unserved": [name for package, name in UNSERVED.items() if is_installed(package) or package in sys.modules],
            "secret_key": encode(settings.SECRET_KEY),
            "password_hashers": list(settings.PASSWORD_HASHERS),
            "authentication_backends": list(settings.AUTHENTICATION_BACKENDS),
            "database": database(settings),
            "users": users(),
            "rest_framework": rest_framework(settings),
        }
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


def is_installed(package):
    from django.apps import apps

    return any(config.name.split(".")[0] == package for config in apps.get_app_configs())


def is_listed(app):
    from django.conf import settings

    return app in settings.INSTALLED_APPS


def database(settings):
    default = settings.DATABASES["default"]
    name = str(default.get("NAME") or "")
    is_sqlite = default["ENGINE"] == "django.db.backends.sqlite3"
    is_file = is_sqlite and name and ":memory:" not in name and not name.startswith("file:")
    return {
        "engine": default["ENGINE"],
        "sqlite_file": os.path.abspath(name) if is_file else None,
        "routers": [dotted(router) for router in settings.DATABASE_ROUTERS],
    }


def rest_framework(settings):
    """What changes the answers of SimpleJWT's views from outside of them."""
    given = getattr(settings, "REST_FRAMEWORK", {})
    found = {name: given.get(name) for name in ("EXCEPTION_HANDLER", "DEFAULT_THROTTLE_CLASSES")}
    if found["EXCEPTION_HANDLER"] in (None, "rest_framework.views.exception_handler"):
        found["EXCEPTION_HANDLER"] = ()
    return {
        name: [dotted(code) for code in ([value] if isinstance(value, str) or callable(value) else value or ())]
        for name, value in found.items()
    }


def users():
    from django.contrib.auth import get_user_model

    model = get_user_model()
    columns = {field.name: field.column for field in model._meta.concrete_fields}
    return {
        "model": model._meta.label,
        "table": model._meta.db_table,
        "username_field": model.USERNAME_FIELD,
        "columns": columns,
    }


def user_id_column(name):
    """The settings name a field of the user model; Countersign reads its column."""
    from django.contrib.auth import get_user_model

    meta = get_user_model()._meta
    if name == "pk":
        return meta.pk.column
    return {field.name: field.column for field in meta.concrete_fields}.get(name, name)


# URLs


def walk():
    """Every pattern of the URLconf with its path, or None for the path when it is not one concrete path."""
    from django.conf import settings
    from django.urls import get_resolver

    root = (settings.FORCE_SCRIPT_NAME or "").rstrip("/") + "/"
    yield from walk_below(get_resolver().url_patterns, root, "/", True)


def walk_below(patterns, path, shown, is_concrete):
    for entry in patterns:
        piece, concrete = piece_of(entry.pattern)
        here, seen = path + piece, shown + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            yield from walk_below(entry.url_patterns, here, seen, is_concrete and concrete)
        else:
            yield entry, here if is_concrete and concrete else None, seen


def piece_of(pattern):
    from django.urls.resolvers import LocalePrefixPattern, RegexPattern, RoutePattern

    if isinstance(pattern, RoutePattern):
        return str(pattern), not pattern.converters
    if isinstance(pattern, RegexPattern):
        text = re.sub(r"^\^|(\$|\\[zZ])$", "", str(pattern))
        plain = re.sub(r"\\([^\w])", r"\1", text)
        return plain, re.search(r"(?<!\\)[\[\](){}*+?|.^$]|\\\w", text) is None
    return str(pattern), not isinstance(pattern, LocalePrefixPattern) and str(pattern) == ""


def route(entry, path, shown, endpoint, view, custom):
    return {
        "endpoint": endpoint,
        "path": path,
        "pattern": shown,
        "view": view,
        "custom": custom,
        "is_reached": path is None or is_reached(entry, path),
    }


def is_reached(entry, path):
    from django.conf import settings
    from django.urls import Resolver404, resolve

    try:
        return resolve(path[len((settings.FORCE_SCRIPT_NAME or "").rstrip("/")):]).func is entry.callback
    except Resolver404:
        return False


# SimpleJWT


def simple_jwt(patterns):
    if importlib.util.find_spec("rest_framework_simplejwt") is None:
        return None
    if not is_used("rest_framework_simplejwt", patterns):
        return None
    from django.conf import settings
    from rest_framework_simplejwt import settings as package

    given = package.api_settings.user_settings
    # Classes and functions as they are written: they need not be imported to be named.
    values = {name: given.get(name, default) for name, default in package.DEFAULTS.items()}
    return family("simple_jwt", "SIMPLE_JWT", "rest_framework_simplejwt", "djangorestframework-simplejwt", values,
                  [name for name in getattr(settings, "SIMPLE_JWT", None) or {} if name not in values],
                  list(simple_jwt_routes(patterns)))


def is_used(package, patterns):
    from django.conf import settings

    if is_installed(package):
        return True
    drf = getattr(settings, "REST_FRAMEWORK", {}).get("DEFAULT_AUTHENTICATION_CLASSES", ())
    return any(dotted(name).startswith(package + ".") for name in drf) or any(
        any(module_of(code) == package for code in code_of(entry)) for entry, _, _ in patterns
    )


def module_of(code):
    return (getattr(code, "__module__", None) or "").split(".")[0]


def code_of(entry):
    """The classes and functions behind a pattern."""
    view = view_class(entry)
    if view is not None:
        return view.__mro__
    return [code for operation in operations(entry) for code in (raw(operation), *controller_of(operation))]


def view_class(entry):
    view = getattr(entry.callback, "view_class", None) or getattr(entry.callback, "cls", None)
    return view if isinstance(view, type) else None


def simple_jwt_routes(patterns):
    for entry, path, shown in patterns:
        view = view_class(entry)
        own = [base for base in view.__mro__ if base.__module__ == "rest_framework_simplejwt.views"] if view else []
        endpoint = SIMPLE_JWT_VIEWS.get(own[0].__name__) if own else None
        if endpoint is None:
            continue
        custom = sorted({
            name
            for base in view.__mro__[: view.__mro__.index(own[0])]
            if base.__module__.split(".")[0] != "rest_framework"
            for name in vars(base)
            if not (name.startswith("__") and name.endswith("__"))
        } | set(getattr(entry.callback, "view_initkwargs", None) or {}))
        yield route(entry, path, shown, endpoint, dotted(view), custom)


# Ninja JWT


def ninja_jwt(patterns):
    if importlib.util.find_spec("ninja_jwt") is None or not is_used("ninja_jwt", patterns):
        return None
    from django.conf import settings
    from ninja_jwt.settings import api_settings

    # Not by getattr, which wraps what a dotted path names.
    names = type(api_settings).model_fields
    values = {name: object.__getattribute__(api_settings, name) for name in names}
    group = "SIMPLE_JWT" if hasattr(settings, "SIMPLE_JWT") else "NINJA_JWT"
    given = getattr(settings, group, None) or {}
    return family("ninja_jwt", group, "ninja_jwt", "django-ninja-jwt", values,
                  [name for name in given if name not in values], list(ninja_jwt_routes(patterns)))


def ninja_jwt_routes(patterns):
    for entry, path, shown in patterns:
        for operation in operations(entry):
            code = raw(operation)
            inherited = [base for base in controller_of(operation) if module_of(base) == "ninja_jwt"]
            is_override = any(code.__name__ in vars(base) for base in inherited)
            if code.__name__.split("_")[0] not in NINJA_JWT_CODE:
                continue
            if module_of(code) == "ninja_jwt":
                custom = []
            elif is_override:
                custom = [code.__name__]
            else:
                continue
            # The package's routers say it in the function's name, its controllers in the class's.
            sliding = "sliding" in (code.__name__ + "".join(base.__name__ for base in inherited)).lower()
            name = NINJA_JWT_CODE[code.__name__.split("_")[0]] + ("_sliding" if sliding and code.__name__.startswith(("obtain", "refresh")) else "")
            name = {"token_obtain": "token_obtain_pair"}.get(name, name)
            if operation.auth_callbacks:
                custom.append("auth")
            if list(operation.methods) != ["POST"]:
                custom.append("methods")
            yield route(entry, path, shown, name, f"{code.__module__}.{code.__qualname__}", custom)


def operations(entry):
    """The operations of Django Ninja behind a pattern: its view is a function that closes over them."""
    view = entry.callback
    held = [cell.cell_contents for cell in getattr(view, "__closure__", None) or ()]
    held += [getattr(view, "__self__", None), getattr(getattr(view, "func", None), "__self__", None)]
    return [op for one in held for op in getattr(one, "operations", ()) if hasattr(op, "view_func")]


def raw(operation):
    function = route_function(operation)
    return function.route.view_func if function else operation.view_func


def route_function(operation):
    find = getattr(operation.view_func, "get_route_function", None)
    return find() if find else None


def controller_of(operation):
    function = route_function(operation)
    controller = getattr(getattr(function, "api_controller", None), "controller_class", None)
    return controller.__mro__ if controller else ()


# Values


def family(table, group, package, distribution, values, unknown, routes):
    from importlib.metadata import PackageNotFoundError, version

    try:
        release = version(distribution)
    except PackageNotFoundError:
        release = ""
    values["USER_ID_FIELD"] = user_id_column(values["USER_ID_FIELD"])
    return {
        "table": table,
        "group": group,
        "version": release,
        "settings": {name: encode(value) for name, value in values.items()},
        "unknown": unknown,
        "blacklist": is_listed(f"{package}.token_blacklist"),
        "routes": routes,
    }


def encode(value):
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, timedelta):
        return {"micros": value // timedelta(microseconds=1)}
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, (list, tuple, set)):
        return [encode(one) for one in value]
    if hasattr(value, "private_bytes") or hasattr(value, "public_bytes"):
        return encode(pem(value))
    if hasattr(value, "__qualname__"):
        return dotted(value)
    if type(value).__module__.startswith(("pydantic", "django.utils.functional")):
        return str(value)
    return {"object": dotted(type(value))}


def pem(key):
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    if hasattr(key, "private_bytes"):
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def dotted(code):
    return code if isinstance(code, str) else f"{code.__module__}.{code.__qualname__}"


main()
