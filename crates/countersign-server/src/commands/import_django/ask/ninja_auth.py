"""dj-ninja-auth, with its JWT."""

from .ninja import operations, operations_of, permissions_of
from .packages import is_there, is_used
from .urls import route
from .users import column_of
from .values import dotted, family

# What the package's functions answer, and whether they ask for an access token when an API is made as its manual says:
# with `auth=[JWTAuth()]`.
FUNCTIONS = {
    "JWTAuthenticationController.login": ("login", False),
    "AuthenticationController.logout": ("logout", True),
    "JWTTokenRefreshController.refresh_token": ("refresh", False),
    "JWTTokenVerificationController.verify_token": ("verify", True),
    "UserController.get_me": ("me", True),
    "PasswordChangeController.password_change": ("password_change", True),
    "PasswordResetController.password_reset_request": ("password_reset_request", False),
    "PasswordResetController.password_reset_confirm": ("password_reset_confirm", False),
}
PERMISSIONS = {"logout": "IsAuthenticated", "me": "IsAuthenticated", "password_change": "IsAuthenticated"}
MAIL_TEMPLATES = [
    "password/reset_email.html",
    "registration/password_reset_email.html",
    "registration/password_reset_subject.txt",
]
JWT_AUTH = "dj_ninja_auth.jwt.authentication.JWTAuth"


def ninja_auth(patterns):
    if not is_there("dj_ninja_auth") or not is_used("dj_ninja_auth", patterns):
        return None
    from dj_ninja_auth import allauth_enabled
    from dj_ninja_auth import app_settings as shared
    from dj_ninja_auth.jwt import app_settings as jwt
    from django.conf import settings

    values = {f"JWT_{name}": value for name, value in read(jwt)} | dict(read(shared))
    values["JWT_USER_ID_FIELD"] = column_of(values["JWT_USER_ID_FIELD"])
    given = [name.removeprefix("AUTH_") for name in dir(settings) if name.startswith("AUTH_JWT_")]
    return family(
        "auth_jwt",
        "AUTH_{}",
        "dj-ninja-auth",
        values,
        list(routes(patterns)),
        unknown=[name for name in given if name not in values],
        surroundings={"INSTALLED_APPS": ["allauth"] if allauth_enabled else [], "TEMPLATES": list(own_templates())},
    )


def read(package):
    """Its settings, which are the properties of an object."""
    held = package._app_settings
    return [(name, getattr(held, name)) for name, one in vars(type(held)).items() if isinstance(one, property)]


def own_templates():
    """Templates of a reset mail that are neither the package's nor Django's."""
    from pathlib import Path

    import dj_ninja_auth
    import django
    from django.template import TemplateDoesNotExist
    from django.template.loader import get_template

    folders = [str(Path(one.__file__).parent) + "/" for one in (dj_ninja_auth, django)]
    for name in MAIL_TEMPLATES:
        try:
            origin = get_template(name).origin.name
        except TemplateDoesNotExist:
            yield f"{name}, which no app has"
            continue
        if not origin.startswith(tuple(folders)):
            yield f"{name} in {origin}"


def routes(patterns):
    seen = set()
    for where, operation, code, inherited, is_override in operations_of("dj_ninja_auth", patterns):
        # Django Ninja Extra has a pattern for each operation of a path, and all operations at each.
        if (where[2], code) in seen:
            continue
        seen.add((where[2], code))
        # An override answers in the place of the first function of its name.
        wrote = next((vars(base)[code.__name__] for base in inherited if code.__name__ in vars(base)), code)
        wrote = getattr(getattr(wrote, "route", None), "view_func", wrote) if is_override else code
        endpoint, asks_token = FUNCTIONS.get(wrote.__qualname__, (None, None))
        custom = [code.__name__] if is_override else []
        if endpoint is not None:
            custom += changes(where[0], operation, endpoint, asks_token)
        # Another endpoint of the package's keeps its own name: registration, or a login without a JWT.
        yield route(*where, endpoint or wrote.__qualname__, f"{code.__module__}.{code.__qualname__}", custom)


def changes(entry, operation, endpoint, asks_token):
    """What the project's API has otherwise than the package's manual."""
    auth = [dotted(type(one)) if hasattr(type(one), "authenticate") else dotted(one) for one in operation.auth_callbacks]
    permissions = [one.__name__ for one in permissions_of(operation) if one.__module__.startswith("ninja_extra.")]
    if auth != ([JWT_AUTH] if asks_token else []):
        yield f"auth={[one.split('.')[-1] for one in auth] or None}"
    if permissions != [PERMISSIONS.get(endpoint, "AllowAny")]:
        yield "permissions"
    if list(operation.methods) != ["GET" if endpoint == "me" else "POST"] or len(operations(entry)) > 1:
        yield "methods"
