"""SimpleJWT."""

from .packages import is_listed, is_there, is_used
from .urls import route, view_arguments, view_class
from .users import column_of
from .values import dotted, family

VIEWS = {
    "TokenObtainPairView": "token_obtain_pair",
    "TokenRefreshView": "token_refresh",
    "TokenVerifyView": "token_verify",
    "TokenBlacklistView": "token_blacklist",
    "TokenObtainSlidingView": "token_obtain_sliding",
    "TokenRefreshSlidingView": "token_refresh_sliding",
}


def simple_jwt(patterns):
    if not is_there("rest_framework_simplejwt") or not is_used("rest_framework_simplejwt", patterns):
        return None
    from django.conf import settings
    from rest_framework_simplejwt import settings as package

    given = package.api_settings.user_settings
    # Classes and functions as they are written: they need not be imported to be named.
    values = {name: given.get(name, default) for name, default in package.DEFAULTS.items()}
    values["USER_ID_FIELD"] = column_of(values["USER_ID_FIELD"])
    return family(
        "simple_jwt",
        'SIMPLE_JWT["{}"]',
        "djangorestframework-simplejwt",
        values,
        list(routes(patterns)),
        unknown=[name for name in getattr(settings, "SIMPLE_JWT", None) or {} if name not in values],
        blacklist=is_listed("rest_framework_simplejwt.token_blacklist"),
        surroundings=rest_framework(settings),
    )


def routes(patterns):
    for entry, path, shown in patterns:
        view = view_class(entry)
        own = [base for base in view.__mro__ if base.__module__ == "rest_framework_simplejwt.views"] if view else []
        endpoint = VIEWS.get(own[0].__name__) if own else None
        if endpoint is None:
            continue
        custom = sorted({
            name
            for base in view.__mro__[: view.__mro__.index(own[0])]
            if base.__module__.split(".")[0] != "rest_framework"
            for name in vars(base)
            if not (name.startswith("__") and name.endswith("__"))
        } | set(view_arguments(entry)))
        yield route(entry, path, shown, endpoint, dotted(view), custom)


def rest_framework(settings):
    """What changes the answers of the views from outside of them."""
    given = getattr(settings, "REST_FRAMEWORK", {})
    found = {name: given.get(name) for name in ("EXCEPTION_HANDLER", "DEFAULT_THROTTLE_CLASSES")}
    if found["EXCEPTION_HANDLER"] in (None, "rest_framework.views.exception_handler"):
        found["EXCEPTION_HANDLER"] = ()
    return {
        f'REST_FRAMEWORK["{name}"]': [
            dotted(code) for code in ([value] if isinstance(value, str) or callable(value) else value or ())
        ]
        for name, value in found.items()
    }
