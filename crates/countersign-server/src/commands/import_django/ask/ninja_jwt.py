"""Ninja JWT."""

from .ninja import operations_of
from .packages import is_listed, is_there, is_used
from .urls import route
from .users import column_of
from .values import family

# By the first word of the function's name.
CODE = {
    "obtain": "token_obtain",
    "refresh": "token_refresh",
    "verify": "token_verify",
    "blacklist": "token_blacklist",
}


def ninja_jwt(patterns):
    if not is_there("ninja_jwt") or not is_used("ninja_jwt", patterns):
        return None
    from django.conf import settings
    from ninja_jwt.settings import api_settings

    # Not by getattr, which wraps what a dotted path names.
    values = {name: object.__getattribute__(api_settings, name) for name in type(api_settings).model_fields}
    values["USER_ID_FIELD"] = column_of(values["USER_ID_FIELD"])
    group = "SIMPLE_JWT" if hasattr(settings, "SIMPLE_JWT") else "NINJA_JWT"
    return family(
        "ninja_jwt",
        group + '["{}"]',
        "django-ninja-jwt",
        values,
        list(routes(patterns)),
        unknown=[name for name in getattr(settings, group, None) or {} if name not in values],
        blacklist=is_listed("ninja_jwt.token_blacklist"),
    )


def routes(patterns):
    for where, operation, code, inherited, is_override in operations_of("ninja_jwt", patterns):
        verb = code.__name__.split("_")[0]
        if verb not in CODE:
            continue
        custom = [code.__name__] if is_override else []
        # The package's routers say it in the function's name, its controllers in the class's.
        sliding = "sliding" in (code.__name__ + "".join(base.__name__ for base in inherited)).lower()
        name = CODE[verb] + ("_sliding" if sliding and verb in ("obtain", "refresh") else "")
        name = {"token_obtain": "token_obtain_pair"}.get(name, name)
        if operation.auth_callbacks:
            custom.append("auth")
        if list(operation.methods) != ["POST"]:
            custom.append("methods")
        yield route(*where, name, f"{code.__module__}.{code.__qualname__}", custom)
